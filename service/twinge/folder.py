"""A watched folder: device files in `<folder>/<athlete>/` go into the inbox, once each, and then to `done/`.

What is in the folder is the state, so a restart forgets nothing: a file that was taken in is found in the inbox by what
is in it. None is deleted but with its athlete. One that cannot be read stays, with `<name>.error.txt` beside it that
says why; removing that note, or changing the file, has it tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from twinge.intake import filed, key_of, stand, take_in
from twinge.plugin import TwingeError
from twinge.store import Store

log = logging.getLogger("twinge.folder")

SUFFIXES: Final = (".fit", ".tcx", ".gpx", ".gz", ".zip")
DONE: Final = "done"
NOTE: Final = ".error.txt"
SETTLED: Final = timedelta(seconds=2)
"""A file that has neither grown nor changed for so long is whole."""
LOOK_MS: Final = 2_000
"""How often it is looked anyway: events of network shares get lost, and a file must be seen to have stopped growing."""
AT_A_TIME: Final = 20
"""Files that wait in the inbox at once: a folder of ten years must not hold up what comes from elsewhere."""
NOBODY: Final = "There is no athlete of this id or name, or there are two: name the folder after the athlete's id.\n"


class Sight(NamedTuple):
    """A file as it was seen; two alike mean that nothing was written meanwhile."""

    size: int
    written_ns: int
    changed_ns: int
    """Also by a move: a file that is put in the place of another may be older than it."""


@dataclass(slots=True)
class Seen:
    """Since when a file has looked so, and its name in the inbox once it is there."""

    sight: Sight
    since: datetime
    key: str = ""


@dataclass(slots=True)
class Folder:
    """`run` until told to stop, or `look` once."""

    store: Store
    path: Path
    clock: Callable[[], datetime]
    cap_kb: int = 32_768
    _seen: dict[Path, Seen] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Look whenever something changes, and every two seconds."""
        from watchfiles import awatch  # noqa: PLC0415 - few have a watched folder

        await asyncio.to_thread(_prepare, self.path)
        await self._calm_look()
        async for _ in awatch(self.path, stop_event=stop, rust_timeout=LOOK_MS, yield_on_timeout=True, step=200):
            if not stop.is_set():
                await self._calm_look()

    async def _calm_look(self) -> None:
        """A look that outlives a full disk, a share that is gone and a locked database: the next one follows."""
        try:
            await self.look()
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing was moved before it was kept
            log.error("hop=folder outcome=interrupted error=%s", type(error).__name__)

    async def look(self) -> int:
        """Take in what is whole, move what is done; how many files are still to come to an end."""
        there = await asyncio.to_thread(lambda: dict(_files(self.path)))
        self._seen = {path: seen for path, seen in self._seen.items() if path in there}
        waiting = sum(bool(one.key) for one in self._seen.values())
        for path, sight in there.items():
            seen = self._seen.get(path)
            if seen is None or seen.sight != sight:
                self._seen[path] = Seen(sight, self.clock())
            elif seen.key:
                await self._follow(path, seen)
            elif self.clock() - seen.since >= SETTLED and waiting < AT_A_TIME:
                await self._take(path, seen)
                waiting += bool(seen.key)
        return len(self._seen)

    async def _take(self, path: Path, seen: Seen) -> None:
        owner = await self._owner(path.parent.name)
        if owner is None:
            await self._complain(path, NOBODY)
        elif seen.sight.size > self.cap_kb * 1024:
            await self._complain(path, f"The file is larger than {self.cap_kb} kB (TWINGE_FILE_CAP_KB).\n")
        else:
            body = await asyncio.to_thread(_read, path, seen.sight)
            if body is None:
                return  # it is being written to after all
            await take_in(self.store, filed(owner, body, self.clock()))
            seen.key = key_of(owner, body)

    async def _follow(self, path: Path, seen: Seen) -> None:
        """Settled in the inbox: away with it, or say why not."""
        standing = await stand(self.store, seen.key)
        if standing is None or standing.state == "waiting":
            return
        if standing.state == "done":
            await asyncio.to_thread(_move, path)
            if standing.note:
                await asyncio.to_thread(_write, path.parent / DONE / (path.name + NOTE), standing.note + "\n")
            self._seen.pop(path)
        else:
            await self._complain(path, standing.note.removeprefix("rejected: ") + "\n")

    async def _complain(self, path: Path, why: str) -> None:
        log.warning("hop=folder outcome=left suffix=%s", path.suffix[:10])
        await asyncio.to_thread(_write, path.with_name(path.name + NOTE), why)
        self._seen.pop(path, None)

    async def _owner(self, name: str) -> str | None:
        """The athlete whom a folder is named after: by id, else by name where only one is called so."""
        if name in self._owners and await self.store.athletes.get(self._owners[name]) is not None:
            return self._owners[name]
        if name.isalnum() and (one := await self.store.athletes.get(name)) is not None:
            return one.id
        found, cursor = [], None
        while True:
            page = await self.store.athletes.find(cursor, 200)
            found += [one.id for one in page.items if one.name.casefold() == name.casefold()]
            cursor = page.next
            if cursor is None:
                break
        if len(found) == 1:
            self._owners[name] = found[0]
        return found[0] if len(found) == 1 else None


def _prepare(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TwingeError(f"{path} cannot be made ({error.strerror}): set TWINGE_FILES_DIR to another.") from None


def _files(folder: Path) -> Iterator[tuple[Path, Sight]]:
    """Files that may be recordings, without those that a note says cannot be read. No link is followed."""
    for place in _entries(folder):
        if place.is_dir(follow_symlinks=False) and not place.name.startswith("."):
            for entry in _entries(Path(place.path)):
                if (sight := _sight(entry)) is not None and not _noted(Path(entry.path), sight):
                    yield Path(entry.path), sight


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
    return []


def _sight(entry: os.DirEntry[str]) -> Sight | None:
    if entry.name.startswith(".") or not entry.name.lower().endswith(SUFFIXES):
        return None
    with contextlib.suppress(OSError):
        told = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(told.st_mode) and told.st_size:
            return Sight(told.st_size, told.st_mtime_ns, told.st_ctime_ns)
    return None


def _noted(path: Path, sight: Sight) -> bool:
    """Whether a note beside it is newer than the file."""
    with contextlib.suppress(OSError):
        return path.with_name(path.name + NOTE).stat().st_mtime_ns >= sight.changed_ns
    return False


def _read(path: Path, sight: Sight) -> bytes | None:
    """The file, if it is still what was seen."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            body = file.read(sight.size + 1)
            told = os.fstat(file.fileno())
        if len(body) == sight.size and told.st_mtime_ns == sight.written_ns:
            return body
    return None


def _move(path: Path) -> None:
    """Into `done/` beside it, under a name that is free; another process may have moved it already."""
    done = path.parent / DONE
    done.mkdir(exist_ok=True)
    for number in range(1, 10_000):
        target = done / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")
        if not target.exists():
            with contextlib.suppress(FileNotFoundError):
                path.rename(target)
            break
    with contextlib.suppress(OSError):
        path.with_name(path.name + NOTE).unlink()


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
