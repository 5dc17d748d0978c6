"""What the charts share: the stretches of time, the two axes, the colours, and the marks of what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

import altair as alt

from twinge.page.drawing import INK, chart

RUN, PART, LOAD, CLIMB, PALE = "#4f86b5", "#b4cbe0", "#8678b4", "#5a976a", "#b9d3c0"
DOWN, NONE = "#a0692f", "#d3d7dc"
LIMIT, SLOW, REST, ASK, OTHER = "#b45309", "#d97706", "#c0322b", "#7c5cbf", "#0f766e"


@dataclass(frozen=True, slots=True)
class Span:
    """One panel's stretch of time: a calendar year, or the whole of a short history."""

    label: str
    first: date
    last: date

    def has(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day <= self.last

    def x(self, field: str) -> alt.X:
        """Its months."""
        # utc: the days are the athlete's own already, and the machine's zone must not move them
        scale = alt.Scale(type="utc", domain=[self.first.isoformat(), self.last.isoformat()])
        axis = alt.Axis(format="%b", tickCount=alt.TimeIntervalStep(interval="month", step=1), title=None, grid=False)
        return alt.X(f"{field}:T", scale=scale, axis=axis)


SHORT_D = 430
"""A history up to this long is drawn in one piece."""


def spans(days: Sequence[date]) -> list[Span]:
    """The stretches worth drawing, newest first: years without anything are left out."""
    if not days:
        return []
    first, last = min(days), max(days)
    if (last - first).days <= SHORT_D:
        label = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
        return [Span(label, first - timedelta(days=first.weekday()), max(last, first + timedelta(days=60)))]
    years = sorted({day.year for day in days}, reverse=True)
    found = [Span(str(year), date(year, 1, 1), date(year, 12, 31)) for year in years]
    return _joined(found, last)


STUB_D = 31
"""A newest year that has only begun is drawn with the one before it."""


def _joined(found: list[Span], last: date) -> list[Span]:
    begun, before = found[0], found[1]
    if (last - begun.first).days >= STUB_D or before.last < begun.first - timedelta(days=1):
        return found
    return [Span(f"{before.label}–{begun.label[2:]}", before.first, last), *found[2:]]


class Stretch(Protocol):
    """What a chart may stand on: months (`Span`) or days (`page.days`)."""

    @property
    def first(self) -> date:
        """The day at its left edge."""

    @property
    def last(self) -> date:
        """The day at its right edge."""

    def has(self, day: date) -> bool:
        """Whether `day` lies in it."""

    def x(self, field: str) -> alt.X:
        """Its axis."""


def time(field: str, span: Stretch) -> alt.X:
    """The axis of `span`."""
    return span.x(field)


def height(field: str, top: float, unit: str, low: float = 0) -> alt.Y:
    """From `low` to `top`, the unit behind each number."""
    told = f"datum.label + ' {unit}'" if unit else "datum.label"
    axis = alt.Axis(
        tickCount=3, title=None, labelExpr=told, domain=False, ticks=False, format="~s" if not unit else ",d"
    )
    scale = alt.Scale(domain=[low, max(top, low + 1)], nice=False, zero=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=axis)


def clip(row: dict[str, Any], span: Span) -> dict[str, Any]:
    """A row that lasts, cut to what of it lies in `span`."""
    return row | {"from": max(row["from"], f"{span.first}"), "to": min(row["to"], f"{span.last}")}


@dataclass(frozen=True, slots=True)
class Mark:
    """One message above the bars."""

    day: date
    severity: str
    rules: tuple[str, ...] = ()
    other: bool = False
    """Said by the pack that is compared only."""


class Look(NamedTuple):
    """How a severity is drawn, and the same as a letter and in words: nobody has to tell colours apart."""

    colour: str
    shape: str
    letter: str
    words: str
    size: int = 34
    up: int = 12
    """Pixels above the bars."""


LOOKS = {
    "info": Look(INK, "circle", "●", "the weekly digest", 9, 3),
    "question": Look(ASK, "square", "■", "a question"),
    "slow_down": Look(SLOW, "triangle-down", "▼", "slow down"),
    "rest": Look(REST, "diamond", "◆", "rest"),
    "see_doctor": Look(REST, "cross", "✚", "see a doctor"),
    "urgent": Look(REST, "cross", "✚", "urgent"),
}
"""Severity → its look."""


def marks(shown: Sequence[Mark], span: Stretch) -> list[alt.Chart]:
    """The marks inside `span`, a layer for each look; those of the compared pack hollow and higher."""
    inside = [mark for mark in shown if span.has(mark.day)]
    return [
        _points(found, span, look, other)
        for severity, look in LOOKS.items()
        for other in (False, True)
        if (found := [mark for mark in inside if mark.severity == severity and mark.other is other])
    ]


def _points(shown: Sequence[Mark], span: Stretch, look: Look, other: bool) -> alt.Chart:
    paint: dict[str, Any] = {"fill": None, "stroke": OTHER} if other else {"fill": look.colour, "stroke": None}
    drawn: alt.Chart = (
        chart([{"day": mark.day.isoformat()} for mark in shown])
        .mark_point(shape=look.shape, size=look.size, strokeWidth=1.3, opacity=1, **paint)
        .encode(x=time("day", span), y=alt.value(-look.up - 9 * other))
    )
    return drawn


def legend(shown: Sequence[Mark]) -> str:
    """What the marks mean, as far as there are any: `▼ slow down, ◆ rest, ● the weekly digest`."""
    met = {mark.severity for mark in shown}
    return ", ".join(
        f"{look.letter}\N{NO-BREAK SPACE}{look.words}" for severity, look in reversed(LOOKS.items()) if severity in met
    )
