"""What is on a disk after the power went: what was synced, and of the rest whatever a seed lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from faults.vfs import LOG, MAIN, RECORD, SYNC, TRUNCATE

SECTOR = 512
"""What a disk writes as one piece."""


class Operation(NamedTuple):
    """One thing that was asked of the disk; a sync is noted when it is done."""

    at: int
    what: int
    file: int
    place: int
    data: bytes


@dataclass
class Image:
    """Both files of a database: as they are for certain, and what was written to them since."""

    sure: dict[int, bytearray]
    pending: dict[int, list[Operation]] = field(default_factory=lambda: {MAIN: [], LOG: []})

    @classmethod
    def of(cls, main: Path) -> Image:
        """A database that lies closed, or that a cut has left."""
        log = log_of(main)
        return cls({MAIN: bytearray(main.read_bytes()), LOG: bytearray(log.read_bytes() if log.exists() else b"")})

    def apply(self, one: Operation) -> None:
        """One operation more."""
        if one.what == SYNC:
            for waiting in self.pending[one.file]:
                _put(self.sure[one.file], waiting)
            self.pending[one.file].clear()
        else:
            self.pending[one.file].append(one)

    def cut(self, dice: Random, main: Path) -> None:
        """Write down what a cut of the power leaves now: of what was not synced some is there, some not, some half."""
        for kind, path in ((MAIN, main), (LOG, log_of(main))):
            left = bytearray(self.sure[kind])
            through = dice.choice((0.0, 0.5, 0.9))
            for one in self.pending[kind]:
                if dice.random() < through:
                    _put(left, _torn(one, dice) if dice.random() < 0.2 else one)
            path.write_bytes(left)
        main.with_name(f"{main.name}-shm").unlink(missing_ok=True)


def log_of(main: Path) -> Path:
    """The write-ahead log of a database."""
    return main.with_name(f"{main.name}-wal")


def _torn(one: Operation, dice: Random) -> Operation:
    return one._replace(data=one.data[: dice.randrange(0, len(one.data) + 1, SECTOR)])


def _put(file: bytearray, one: Operation) -> None:
    if one.what == TRUNCATE:
        del file[one.place :]
    if len(file) < one.place:
        file.extend(bytes(one.place - len(file)))
    file[one.place : one.place + len(one.data)] = one.data


def recorded(path: Path, since: int = 0) -> Iterator[Operation]:
    """The operations of a record from byte `since` on; the last may be half there."""
    told = path.read_bytes()
    place = since
    while place + RECORD.size <= len(told):
        at, what, file, where, length = RECORD.unpack_from(told, place)
        place += RECORD.size
        if place + length > len(told):
            return
        yield Operation(at, what, file, where, told[place : place + length])
        place += length
