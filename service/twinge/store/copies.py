"""Whole copies of an SQLite file: taken while somebody writes, looked through, put in the place of another.

A copy is one snapshot: the source's read transaction stays open over all steps of the backup API, so a writer beside it
neither waits nor makes it begin anew (https://www.sqlite.org/c3ref/backup_finish.html).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twinge.plugin import TwingeError
from twinge.store import codec

STEP = 1024
"""Pages that are copied at a time: four megabytes."""
BESIDE = ("-wal", "-shm")
"""What belongs to a file in WAL mode while it is open."""
MADE = "db.backup"
"""The audit line in every copy of ours that says when it was made."""

Progress = Callable[[int, int], None]
"""Told pages copied and pages in all."""


class Unsound(TwingeError):
    """A file is no copy that could be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of a copy."""

    size: int
    """Bytes."""
    revision: str
    """Of the schema."""
    made_at: datetime | None
    """None where it was not made by `twinge db backup`."""


def back_up(source: Path, target: Path, now: datetime, progress: Progress) -> Copy:
    """Copy the database `source` into the new file `target`, 0600, and look it through.

    It appears whole or not at all.
    """
    if not source.is_file():
        raise Unsound(f"there is no database at {source}: see TWINGE_DATA_DIR and TWINGE_DATABASE_URL")
    if target.exists():
        raise Unsound(f"{target} is there already, and is not overwritten: choose another name")
    draft = target.with_name(f".{target.name}.part")
    try:
        copy_into(source, draft, progress)
        _stamp(draft, now)
        found = inspect(draft)
        sync(draft)
        os.link(draft, target)  # Unlike a rename it never overwrites what came into this place meanwhile.
        sync(target.absolute().parent)
    except (OSError, sqlite3.Error) as error:
        raise Unsound(f"the backup was not made ({_words(error)}): see to {target.absolute().parent}") from error
    finally:
        remove(draft)
    return found


def copy_into(source: Path, target: Path, progress: Progress) -> None:
    """The snapshot of this moment, as one file without a log beside it."""
    remove(target)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _opened(source, "ro") as here, _opened(target, "rw") as there:
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchone()  # From here on it is one snapshot.
        here.backup(there, pages=STEP, progress=lambda _, left, pages: progress(pages - left, pages))
        there.execute("PRAGMA journal_mode = DELETE")


def inspect(path: Path) -> Copy:
    """Look a file through, every page and index of it; raises `Unsound`."""
    if not path.is_file():
        raise Unsound(f"there is no file {path}")
    try:
        with _opened(path, "ro") as copy:
            wrong = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
            if wrong != ["ok"]:
                raise Unsound(f"{path} is damaged ({wrong[0]}): take another copy")
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
            (made,) = copy.execute("SELECT max(at_ms) FROM audit WHERE action = ?", (MADE,)).fetchone()
    except sqlite3.Error as error:
        raise Unsound(f"{path} is no database of Twinge ({_words(error)}): take another copy") from error
    return Copy(path.stat().st_size, revision, codec.maybe_at(made))


def _stamp(path: Path, now: datetime) -> None:
    row = (codec.to_ms(now), "cli", MADE, "database", "")
    with _opened(path, "rw") as copy:
        copy.execute("INSERT INTO audit (at_ms, actor, action, object, detail) VALUES (?, ?, ?, ?, ?)", row)


@contextlib.contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Nobody has the database open, and nobody can open it meanwhile; raises `Unsound` where somebody has.

    Every connection in WAL mode holds a shared lock on these bytes of the file for as long as it is open, and this
    works on a damaged file too (https://www.sqlite.org/lockingv3.html, `SHARED_FIRST` in os.h of SQLite). Such locks
    do not hold within one process: this one must have no connection of its own.
    """
    import fcntl  # noqa: PLC0415 - not on Windows, where there is no `serve` either

    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x4000_0002)
        except OSError:
            raise Unsound(f"somebody has {path} open: stop the service and every other command first") from None
        yield


def put_in_place(fresh: Path, place: Path, aside: Path) -> bool:
    """`fresh` takes the place of the database at `place`, which stays as `aside`; whether there was one.

    At every moment there is a whole database at `place`, where there was one before.
    """
    was = place.exists()
    if was:
        for end in BESIDE:
            log = place.with_name(place.name + end)
            if log.exists():
                log.rename(aside.with_name(aside.name + end))
        os.link(place, aside)
    fresh.replace(place)
    sync(place.absolute().parent)
    return was


def sync(path: Path) -> None:
    """On the disk, for a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=5, isolation_level=None)
    with contextlib.closing(connection):
        yield connection


def remove(path: Path) -> None:
    """A draft and what SQLite keeps beside it."""
    for name in (path.name, *(path.name + end for end in (*BESIDE, "-journal"))):
        path.with_name(name).unlink(missing_ok=True)


def _words(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
