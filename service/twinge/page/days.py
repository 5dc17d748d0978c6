"""Charts that stand on days: the axis in the athlete's language, a bar a day or a session, and lines across them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import altair as alt
from babel import Locale
from babel.dates import format_skeleton

from twinge.page.axes import LIMIT, PART, RUN, height
from twinge.page.drawing import INK, PAPER, chart

TICKS = 6
"""Days named below a chart, at most: what fits between the axes."""
LONG_D = 330
"""From so many days on the year is told, and no day."""
STEPS = (1, 2, 4, 8, 13, 26, 52)
"""Weeks between two of them."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a chart stands on: its days from edge to edge (the last is not in it)."""

    first: date
    last: date
    zone: ZoneInfo
    locale: Locale

    def has(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.first <= day < self.last

    def at(self, instant: int) -> str:
        """An instant on the athlete's clock, written as if that were UTC: the machine's zone must not move it."""
        return f"{datetime.fromtimestamp(instant, self.zone):%Y-%m-%dT%H:%M:%S}Z"

    def x(self, field: str) -> alt.X:
        """The days, some of them named."""
        named = self.named()
        skeleton = "MMMd" if (self.last - self.first).days < LONG_D else "yMMM"
        tell = {day: _quoted(format_skeleton(skeleton, day, locale=self.locale)) for day in named}
        labels = ",".join(f"'{day}':'{words}'" for day, words in tell.items())
        values = [1000 * int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in named]
        told = f"({{{labels}}})[utcFormat(datum.value, '%Y-%m-%d')]"
        scale = alt.Scale(type="utc", domain=[f"{self.first}", f"{self.last}"])
        return alt.X(f"{field}:T", scale=scale, axis=alt.Axis(values=values, labelExpr=told, title=None, grid=False))

    def named(self) -> list[date]:
        """Every first, second, fourth, … Monday, as often as there is room for."""
        monday = self.first + timedelta(days=-self.first.weekday() % 7)
        weeks = -(-(self.last - monday).days // 7)
        step = next((step for step in STEPS if weeks <= TICKS * step), weeks)
        return [monday + timedelta(weeks=n) for n in range(0, weeks, step)]


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


@dataclass(frozen=True, slots=True)
class Bar:
    """What was done from `first` to the day before `end`."""

    first: date
    end: date
    tall: float
    """In the chart's unit."""
    blank: bool = False
    """Some of it is not known."""
    pale: bool = False
    marked: bool = False
    """Whether it is the one that is spoken of."""


LEAST = 3
"""Where the axis ends at least, so that its three ticks are three whole numbers."""


def bars(days: Days, shown: Sequence[Bar], unit: str, *, top: float = 0) -> list[alt.Chart]:
    """The bars, on an axis that reaches to the tallest and to `top`."""
    y = height("tall", max([LEAST, 1.05 * top, *(1.05 * bar.tall for bar in shown)]), unit)
    colour = alt.condition(alt.datum.pale, alt.value(PART), alt.value(RUN))
    whole = [bar for bar in shown if bar.tall]
    drawn = [
        chart([_row(bar) for bar in whole if bar.marked is marked])
        .mark_rect()
        .encode(x=days.x("from"), x2="to:T", y=y, y2=alt.datum(0), color=alt.value(LIMIT) if marked else colour)
        for marked in (False, True)
        if not marked or any(bar.marked for bar in whole)
    ]
    blanks = chart([_row(bar) for bar in shown if bar.blank]).mark_text(text="?", color=INK, dy=-6)
    return [*drawn, blanks.encode(x=days.x("middle"), y=y)]


def _row(bar: Bar) -> dict[str, str | float | bool]:
    """The bar as the chart takes it, an hour short at either end."""
    noon = datetime(bar.first.year, bar.first.month, bar.first.day, tzinfo=UTC) + (bar.end - bar.first) / 2
    return {
        "from": f"{bar.first}T01:00:00Z",
        "to": f"{bar.end - timedelta(days=1)}T23:00:00Z",
        "middle": f"{noon:%Y-%m-%dT%H:%M:%S}Z",
        "tall": round(bar.tall, 2),
        "pale": bar.pale,
    }


class Line(NamedTuple):
    """One level across the whole chart."""

    tall: float
    words: str
    limit: bool
    """A limit is dashed and has its words above it, any other below."""


LETTERS = 0.13
"""The height of a line of words, as a share of the chart's."""


def _sides(levels: Sequence[Line], top: float) -> Iterator[tuple[Line, bool]]:
    """Each level, and whether its words stand on the right, clear of those of the level below it."""
    below: Line | None = None
    right = False
    for level in sorted(levels, key=lambda one: one.tall):
        right = below is not None and not right and _meet(below, level, LETTERS * top)
        below = level
        yield level, right


def _meet(lower: Line, upper: Line, letters: float) -> bool:
    """Whether their words would: those of a limit stand above it, of any other below."""
    room = letters * {(True, False): 2, (False, True): 0}.get((lower.limit, upper.limit), 1)
    return upper.tall - lower.tall < room


def lines(days: Days, levels: Sequence[Line], unit: str, top: float) -> list[alt.Chart]:
    """The levels with their words, on the axis of `bars` whose tallest is `top`."""
    y = height("tall", max(LEAST, 1.05 * top), unit)
    found: list[alt.Chart] = []
    for level, right in _sides(levels, top):
        edge = days.last if right else days.first
        row, colour = [{"tall": round(level.tall, 2), "at": f"{edge}"}], LIMIT if level.limit else INK
        rule = chart(row).mark_rule(color=colour, strokeWidth=1.3, strokeDash=[4, 3] if level.limit else [1, 0])
        found.append(rule.encode(y=y))
        look: dict[str, Any] = {"fontSize": 10, "text": level.words, "color": colour}
        look |= {"align": "right", "dx": -3} if right else {"align": "left", "dx": 3}
        look |= {"baseline": "bottom", "dy": -2} if level.limit else {"baseline": "top", "dy": 3}
        halo: dict[str, Any] = {**look, "stroke": PAPER, "strokeWidth": 3}
        found += [chart(row).mark_text(**each).encode(x=days.x("at"), y=y) for each in (halo, look)]
    return found
