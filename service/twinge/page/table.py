"""Every week as a row of numbers: what the charts show, for those who want to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from twinge.page.dawns import Dawns
from twinge.page.series import Series, Week
from twinge.report.words import day, height, long_way, span


class Table(NamedTuple):
    """Weeks, newest first."""

    columns: list[str]
    rows: list[list[str]]


class Column(NamedTuple):
    """One number of a week."""

    name: str
    tell: Callable[[Week], str]
    known: bool = True
    """Whether any week has it."""


def tabulate(series: Series, dawns: Dawns, units: str) -> Table:
    """The weeks with training or mornings, and a column for whatever is known of any."""
    weeks = {week.monday: week for week in series.weeks}
    mornings = [
        *(heart.day for heart in dawns.hearts),
        *(week.day for week in dawns.weeks),
        *(night.day for night in dawns.nights),
    ]
    woken = map(_monday, mornings)
    rows = [weeks.get(monday, Week(monday)) for monday in sorted({*weeks, *woken}, reverse=True)]
    columns = [column for column in (*_training(series, units), *_mornings(dawns)) if column.known]
    return Table(
        ["Week from", *(column.name for column in columns)],
        [[day(week.monday), *(column.tell(week) for column in columns)] for week in rows],
    )


def _training(series: Series, units: str) -> Iterable[Column]:
    steep = any(week.known_steep for week in series.weeks)
    yield Column("Sessions", lambda week: str(week.sessions))
    yield Column(
        "Running",
        lambda week: at_least(long_way(week.run_m, units), week.runs - week.blank_distance, week.blank_distance),
    )
    yield Column(
        "Load", lambda week: at_least(f"{week.load / 100:,.0f}", week.sessions - week.blank_load, week.blank_load)
    )
    yield Column("Climb", lambda week: at_least(height(week.climb_m, units), week.known_climb, week.blank_climb))
    yield Column("Steep", lambda week: at_least(height(week.steep_m, units), week.known_steep, week.blank_steep), steep)


def _mornings(dawns: Dawns) -> Iterable[Column]:
    beats = _by_week((heart.day, heart.bpm) for heart in dawns.hearts)
    millis = _by_week((week.day, week.ms) for week in dawns.weeks)
    nights = _by_week((night.day, night.mean_min) for night in dawns.nights if night.mean_min is not None)
    yield Column("Resting HR", lambda week: _middle(beats.get(week.monday), "{:.0f}".format), bool(beats))
    yield Column("HRV", lambda week: _middle(millis.get(week.monday), "{:.0f} ms".format), bool(millis))
    yield Column("Sleep", lambda week: _middle(nights.get(week.monday), span), bool(nights))


def _by_week(known: Iterable[tuple[date, float]]) -> dict[date, list[float]]:
    found: dict[date, list[float]] = {}
    for at, value in known:
        found.setdefault(_monday(at), []).append(value)
    return found


def _middle(known: list[float] | None, tell: Callable[[float], str]) -> str:
    return tell(median(known)) if known else "unknown"


def _monday(at: date) -> date:
    return at - timedelta(days=at.weekday())


def at_least(value: str, known: int, blank: int) -> str:
    """At least so much where something is not known."""
    if not known:
        return "unknown" if blank else "–"
    return f"≥ {value}" if blank else value
