"""History files for backtest: whatever people export, read once, nothing invented, everything odd said aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from twinge.core.model import Activity, Report, Wellness
from twinge.core.state import order
from twinge.files.archive import read_text
from twinge.files.lines import looks_like_json, read_json
from twinge.files.problem import Problem, Reading, Unreadable
from twinge.files.settle import drop_absurd, drop_doubles, merge_days
from twinge.files.table import read_csv
from twinge.plugin import ReadsRows


@dataclass(frozen=True, slots=True)
class History:
    """One athlete's workouts out of one file."""

    name: str
    """The file's name, with the member where it came out of a zip."""
    activities: tuple[Activity, ...]
    """By start, then key: the order the rules want."""
    mornings: tuple[Wellness, ...]
    """By day, each key once."""
    reports: tuple[Report, ...]
    """By time, each key once."""
    problems: tuple[Problem, ...]
    """By line; those of the whole file come first."""
    zone: ZoneInfo
    units_note: str
    """Which units were read from which column."""
    rows: int
    """Rows below the header, or JSON items."""
    skipped: int
    """Rows that became no activity of their own: rest days, absurd, unreadable or put together with another."""


def open_history(
    path: Path | str,
    *,
    zone: ZoneInfo | None = None,
    readers: Sequence[ReadsRows] = (),
    sport: str | None = None,
    now: datetime | None = None,
) -> History:
    """Read the history at `path`: CSV or JSON, plain, .gz, .zip or an unpacked Strava export folder.

    `zone` is the athlete's; without it the file's most frequent one, else UTC. `readers` are the adapters that know
    their vendor's rows; `sport` is what a row is where the file has no sport column; `now` tells what lies in the
    future. Raises `Unreadable` when nothing could be read.
    """
    path = Path(path)
    source = read_text(path)
    reading = _read(path, source.text, readers, zone, sport)
    if source.note:
        reading.problems.append(Problem(None, None, source.note))
    found = drop_doubles(drop_absurd(reading, now), reading)
    if not found:
        raise _nothing(path, reading)
    activities = merge_days([each.activity for each in found], reading.problems)
    if zone is None and reading.zone is None:
        what = "the file names no time zone; days are counted in UTC (name the athlete's with --timezone)"
        reading.problems.append(Problem(None, None, what))
    return History(
        name=path.name if source.member == path.name else f"{path.name}:{source.member}",
        activities=tuple(sorted(activities, key=order)),
        mornings=tuple(sorted(reading.mornings, key=lambda one: (one.day, one.key))),
        reports=tuple(sorted(reading.reports, key=lambda one: (one.at, one.key))),
        problems=tuple(sorted(reading.problems, key=lambda problem: problem.line or 0)),
        zone=zone or ZoneInfo(reading.zone or "UTC"),
        units_note=reading.units_note,
        rows=reading.rows,
        skipped=max(0, reading.rows - len(activities) - len(reading.mornings) - len(reading.reports)),
    )


def _read(path: Path, text: str, readers: Sequence[ReadsRows], zone: ZoneInfo | None, sport: str | None) -> Reading:
    if looks_like_json(text):
        return read_json(path, text, readers, zone=zone, sport=sport)
    return read_csv(path, text, zone=zone, sport=sport)


def _nothing(path: Path, reading: Reading) -> Unreadable:
    """No activity at all: the first problem that has a line says why."""
    first = next((problem for problem in reading.problems if problem.line), None)
    hint = (
        "Twinge reads Strava's activities.csv, Strava API or generic JSON lines, and tables with dates and distances."
    )
    if first is None:
        return Unreadable(path, None, None, f"none of its {reading.rows} rows is a workout.", hint)
    return Unreadable(path, first.line, first.column, f"{first.what}; no row could be read.", hint)


__all__ = ["History", "Problem", "Unreadable", "open_history"]
