"""Recordings on this machine for backtest: single files, folders and exports, read into one athlete's history."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Final
from zoneinfo import ZoneInfo

from twinge.core.model import Activity
from twinge.core.state import order
from twinge.files import History, Problem, Unreadable
from twinge.plugin import Opened, Recording, Rejected
from twinge.recordings import Limits, Readers

SUFFIXES: Final = (".fit", ".tcx", ".gpx")
LIST: Final = "activities.csv"
TEXTS: Final = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
LARGEST: Final = 64 * 1024 * 1024
LARGEST_PART: Final = 1024 * 1024 * 1024
"""Bytes of an archive within an archive, as Garmin's export has them."""
AT_A_TIME: Final = 32
"""Files in memory at once."""

Source = Path | tuple[Path, ...]
"""One athlete's history: a list of workouts, or recordings."""
Body = tuple[str, bytes]
"""A name to show, and a file."""


def sources(paths: Sequence[Path]) -> list[Source]:
    """What histories the paths are: all single recordings are one, and so is each folder or archive of them."""
    single = tuple(path for path in paths if is_recording(path.name))
    found: list[Source] = []
    for path in paths:
        if path not in single:
            found.append((path,) if _holds_recordings_alone(path) else path)
        elif single not in found:
            found.append(single)
    return found


def is_recording(name: str) -> bool:
    """By its name: .fit, .tcx or .gpx, perhaps with .gz."""
    return name.lower().removesuffix(".gz").endswith(SUFFIXES)


def _holds_recordings_alone(path: Path) -> bool:
    """A folder or zip with recordings and no list of workouts in it."""
    if path.is_dir():
        return not (path / LIST).exists() and next(_in_folder(path), None) is not None
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        names = [name.lower() for name in archive.namelist()]
    listed = any(name.removesuffix(".gz").endswith(TEXTS) for name in names)
    return not listed and any(_is_wanted(name) or name.endswith(".zip") for name in names)


def count(path: Path) -> int:
    """How many recordings lie beside or in an export's list; those in archives within it are not counted."""
    if path.is_dir():
        return sum(1 for _ in _in_folder(path))
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        return sum(_is_wanted(name) for name in archive.namelist())


def bodies(path: Path) -> Iterator[Body]:
    """Every recording at a path, one by one. Raises `Unreadable` where it cannot be opened."""
    try:
        if path.is_dir():
            yield from ((str(found.relative_to(path)), found.read_bytes()) for found in _in_folder(path))
        elif zipfile.is_zipfile(path) and not is_recording(path.name):
            with path.open("rb") as file:
                yield from _in_zip(file, nested=True)
        else:
            yield path.name, path.read_bytes()
    except (OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zipfile.BadZipFile) as error:
        what = f"it cannot be opened ({getattr(error, 'strerror', None) or 'damaged or locked'})."
        raise Unreadable(path, None, None, what, "Download it again.") from None


def _in_folder(path: Path) -> Iterator[Path]:
    return (found for found in sorted(path.rglob("*")) if is_recording(found.name) and found.is_file())


def _in_zip(file: IO[bytes], *, nested: bool) -> Iterator[Body]:
    with zipfile.ZipFile(file) as archive:
        for item in archive.infolist():
            name = PurePosixPath(item.filename).name
            if _is_wanted(item.filename):
                with archive.open(item) as stream:
                    yield name, stream.read(LARGEST + 1)
            elif nested and name.lower().endswith(".zip"):
                with archive.open(item) as stream:
                    part = stream.read(LARGEST_PART + 1)
                if len(part) <= LARGEST_PART:
                    yield from _in_zip(io.BytesIO(part), nested=False)


def _is_wanted(name: str) -> bool:
    return is_recording(name) and not name.startswith("__MACOSX")


def read_recordings(
    paths: Iterable[Path], sport: str, heard: Callable[[int], None], *, cores: int = 2
) -> tuple[list[Activity], list[Problem], int]:
    """Every workout, what could not be read, and how many files there were. `heard` is told of each file."""
    return asyncio.run(_read_all((body for path in paths for body in bodies(path)), sport, heard, cores))


async def _read_all(
    found: Iterator[Body], sport: str, heard: Callable[[int], None], cores: int
) -> tuple[list[Activity], list[Problem], int]:
    readers, total = Readers(Limits(at_once=cores)), 0
    activities: dict[str, Activity] = {}
    problems: list[Problem] = []
    try:
        while batch := list(islice(found, AT_A_TIME)):
            total += len(batch)
            for told in await asyncio.gather(*(_read(readers, body, sport, heard) for body in batch)):
                if isinstance(told, Problem):
                    problems.append(told)
                else:
                    activities |= {one.key: one for one in told}
    finally:
        await readers.close()
    return list(activities.values()), problems, total


async def _read(readers: Readers, body: Body, sport: str, heard: Callable[[int], None]) -> Sequence[Activity] | Problem:
    name, raw = body
    key = f"file:{hashlib.sha256(raw).hexdigest()[:16]}"
    try:
        opened = await readers.open_recording(Recording(key, raw, sport=sport, several=True))
    except Rejected as error:
        return Problem(None, None, f"{name}: {error.reason}")
    finally:
        heard(1)
    return opened.activities if isinstance(opened, Opened) else (opened,)


def open_recordings(
    paths: tuple[Path, ...],
    heard: Callable[[int], None],
    *,
    zone: ZoneInfo | None = None,
    sport: str = "",
    cores: int = 2,
) -> History:
    """One history out of many recordings. Raises `Unreadable` where none holds a workout."""
    activities, problems, total = read_recordings(paths, sport, heard, cores=cores)
    if not activities:
        what = problems[0].what if len(problems) == 1 else f"none of its {total} recordings is a workout."
        raise Unreadable(paths[0], None, None, what, "" if len(problems) == 1 else str(problems[0] if problems else ""))
    unread = len(problems)
    place = zone or usual_zone(activities, problems)
    name = paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more"
    return History(
        name=name,
        activities=tuple(sorted(activities, key=order)),
        mornings=(),
        reports=(),
        problems=tuple(problems),
        zone=place,
        units_note="",
        rows=total,
        skipped=unread,
    )


def usual_zone(activities: Sequence[Activity], problems: list[Problem]) -> ZoneInfo:
    """The offset that most devices had, said so; UTC where none says."""
    offsets = Counter(one.start.utcoffset() for one in activities)
    offset = max(offsets, key=lambda each: (bool(each), offsets[each])) or timedelta(0)
    hours = round(offset / timedelta(hours=1))
    if not -12 <= hours <= 14:
        hours = 0
    words = f"UTC{hours:+d}, as most devices had it" if hours else "UTC"
    what = f"recordings name no time zone; days are counted in {words} (name the athlete's with --timezone)"
    problems.insert(0, Problem(None, None, what))
    return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "UTC")
