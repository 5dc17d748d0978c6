"""The machine: Python, SQLite, time zones, the data folder and its disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from twinge.doctor.scene import Scene, Verdict, fail, ok, warn

SOUND_SQLITE = (3, 51, 3)
"""https://www.sqlite.org/wal.html#walresetbug"""
OLDEST_PYTHON = (3, 11)
LITTLE_MB = 1024
TOO_LITTLE_MB = 100
ZONES = ("Europe/Berlin", "America/Chicago", "Asia/Kathmandu", "Pacific/Chatham")
"""With summer time, a quarter of an hour, and both: what a cut-down zone database lacks first."""


def python(scene: Scene) -> list[Verdict]:
    """The interpreter."""
    found = sys.version_info[:3]
    name = ".".join(map(str, found))
    if found < OLDEST_PYTHON:
        return fail("python", name, "Twinge needs 3.11 or newer.")
    return ok("python", name)


def sqlite(scene: Scene, found: tuple[int, ...] = sqlite3.sqlite_version_info) -> list[Verdict]:
    """Older libraries can damage a file in WAL mode that two connections write or checkpoint at once."""
    name = ".".join(map(str, found))
    if scene.database_file is None or found >= SOUND_SQLITE:
        return ok("sqlite", name)
    advice = "Stop the service before commands that write (or use the API), or run a newer SQLite."
    return warn("sqlite", f"{name} has the WAL-reset fault (before 3.51.3)", advice)


def zones(scene: Scene) -> list[Verdict]:
    """Days are the athletes' local days."""
    try:
        missing = [name for name in ZONES if not _known(name)]
    except OSError as error:
        missing = [str(error.strerror)]
    if missing:
        return fail("zones", f"not to be had: {', '.join(missing)}", "Install the package tzdata.")
    return ok("zones", f"{len(available_timezones())} time zones")


def _known(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except ZoneInfoNotFoundError:
        return False


def folder(scene: Scene) -> list[Verdict]:
    """The data folder is ours, may be written, and nobody else may read what is in it."""
    place = scene.settings.data_dir
    if not place.exists():
        return warn("folder", f"{place} is not there yet", "`twinge serve` makes it; see TWINGE_DATA_DIR.")
    if not place.is_dir() or not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return fail("folder", f"{place} is no folder that may be written", "Give it to the user of the service: chown.")
    if open_to_all := [path for path in _private(scene) if path.exists() and _others_read(path)]:
        names = ", ".join(str(path) for path in open_to_all)
        return warn("folder", f"others may read {names}", f"chmod 0700 {place}, and chmod 0600 what is in it.")
    return ok("folder", str(place))


def _private(scene: Scene) -> list[Path]:
    """What nobody else may read. A closed folder closes what is in it."""
    place, file = scene.settings.data_dir, scene.database_file
    inside = [place / "secret.key", *([file] if file else [])]
    closed = not _others_read(place)
    return [path for path in inside if not (closed and path.is_relative_to(place))]


def _others_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IRGRP))


def space(scene: Scene) -> list[Verdict]:
    """Room for deliveries, and for one backup beside the file."""
    place = next(
        path
        for path in (scene.settings.data_dir.absolute(), *scene.settings.data_dir.absolute().parents)
        if path.exists()
    )
    free = shutil.disk_usage(place).free // 2**20
    file = scene.database_file
    size = file.stat().st_size // 2**20 if file and file.exists() else 0
    what = f"{free:,} MB free" + (f", the database has {size:,} MB" if size else "")
    if free < TOO_LITTLE_MB:
        return fail("space", what, "Make room: deliveries are refused (503) when the disk is full.")
    if free < max(LITTLE_MB, size):
        return warn("space", what, "Make room, also for a backup beside the file.")
    return ok("space", what)
