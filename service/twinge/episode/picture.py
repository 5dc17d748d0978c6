"""The charts of an episode: scores with holds and marks, the running of each day, and the weeks before the onset.

Drawn like those of the backtest page (`twinge.page.drawing`): one static SVG for light and dark, the colours replaced
by page.css. Scores and running are two drawings with the same days from edge to edge, so that they can stand one over
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import altair as alt

from twinge.episode.story import Hold, Mark, Score, local
from twinge.episode.words import Words
from twinge.page.axes import ASK, LIMIT, OTHER, PART, REST, RUN, SLOW, height
from twinge.page.drawing import GRID, INK, chart, draw

TICKS = 6
"""Days named below a chart, at most: what fits between the axes."""
LONG_D = 330
"""From so many days on the year is told, and no day."""
STEPS = (1, 2, 4, 8, 13, 26, 52)
"""Weeks between two of them."""


class Look(NamedTuple):
    """How a mark is drawn; its letter in the key is in `words`."""

    shape: str
    colour: str
    size: int
    up: int
    """Pixels above the chart: advice below, care and steps above it."""
    hollow: bool = False


LOOKS = {
    "rest": Look("diamond", SLOW, 40, 9),
    "doctor": Look("cross", REST, 50, 9),
    "urgent": Look("M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z", REST, 60, 9),
    "seen": Look("square", ASK, 30, 21),
    "agreed": Look("circle", OTHER, 36, 21, hollow=True),
}
STEP_UP = 21


@dataclass(frozen=True, slots=True)
class Days:
    """What a chart stands on: its days from edge to edge (the last is not in it) and the words for them."""

    first: date
    last: date
    zone: ZoneInfo
    words: Words
    onset: int = 0

    def at(self, instant: int) -> str:
        """An instant on the athlete's clock, written as if that were UTC: the machine's zone must not move it."""
        return f"{local(instant, self.zone):%Y-%m-%dT%H:%M:%S}Z"

    def x(self, field: str) -> alt.X:
        """The days, some of them named."""
        named = self.named()
        tell = self.words.short if (self.last - self.first).days < LONG_D else self.words.month
        labels = ",".join(f"'{day}':'{_quoted(tell(day))}'" for day in named)
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


def draw_scores(days: Days, scores: Sequence[Score], holds: Sequence[Hold], marks: Sequence[Mark]) -> str:
    """The scores, holds in grey behind them; above, what was advised and told."""
    axis = alt.Axis(values=[0, 5, 10], title=None, domain=False, ticks=False)
    y = alt.Y("score:Q", scale=alt.Scale(domain=[0, 10], nice=False), axis=axis)
    rows = [{"at": days.at(one.at), "score": one.score, "run": one.run} for one in scores]
    line = chart(rows).mark_line(color=INK, strokeWidth=1).encode(x=days.x("at"), y=y)
    points = [
        chart([row for row in rows if row["run"] is run])
        .mark_point(shape=shape, size=size, fill=colour, stroke=None, opacity=1)
        .encode(x=days.x("at"), y=y)
        for run, shape, colour, size in ((False, "circle", INK, 26), (True, "triangle-up", LIMIT, 40))
    ]
    return draw(alt.layer(_held(days, holds), _onset(days), line, *points, *_marks(days, marks)))


def _held(days: Days, holds: Sequence[Hold]) -> alt.Chart:
    """Grey from top to bottom where no running was advised."""
    end = f"{days.last}T00:00:00Z"
    rows = [{"from": days.at(one.start), "to": end if one.end is None else days.at(one.end)} for one in holds]
    drawn: alt.Chart = chart(rows).mark_rect(color=GRID, opacity=1).encode(x=days.x("from"), x2="to:T")
    return drawn


def _onset(days: Days) -> alt.Chart:
    rule = chart([{"at": days.at(days.onset)}]).mark_rule(color=INK, strokeDash=[3, 2])
    drawn: alt.Chart = rule.encode(x=days.x("at"))
    return drawn


def _marks(days: Days, marks: Sequence[Mark]) -> list[alt.Chart]:
    found = []
    for kind, look in LOOKS.items():
        rows = [{"at": days.at(mark.at)} for mark in marks if mark.kind == kind]
        fill, stroke = (None, look.colour) if look.hollow else (look.colour, None)
        point = chart(rows).mark_point(shape=look.shape, size=look.size, fill=fill, stroke=stroke, opacity=1)
        found.append(point.encode(x=days.x("at"), y=alt.value(-look.up)))
    steps = [{"at": days.at(mark.at), "step": f"{mark.step}"} for mark in marks if mark.kind == "step"]
    number = chart(steps).mark_text(color=OTHER, fontWeight="bold", baseline="middle")
    return [*found, number.encode(x=days.x("at"), y=alt.value(-STEP_UP), text="step:N")]


@dataclass(frozen=True, slots=True)
class Bar:
    """What was run from `first` to the day before `end`."""

    first: date
    end: date
    tall: float
    """Kilometres, miles or minutes."""
    blank: bool = False
    """Some of it is not known."""
    pale: bool = False


def draw_runs(days: Days, bars: Sequence[Bar], holds: Sequence[Hold], unit: str) -> str:
    """The running of each day, over the same days as the scores."""
    shown = [bar for bar in bars if days.first <= bar.first < days.last]
    return draw(alt.layer(_held(days, holds), _onset(days), *_bars(days, shown, unit)))


def draw_weeks(days: Days, bars: Sequence[Bar], unit: str) -> str:
    """The running of each week before the onset."""
    return draw(alt.layer(*_bars(days, bars, unit)))


LEAST = 3
"""Where the axis ends at least, so that its three ticks are three whole numbers."""


def _bars(days: Days, bars: Sequence[Bar], unit: str) -> list[alt.Chart]:
    y = height("tall", max([LEAST, *(1.05 * bar.tall for bar in bars)]), unit)
    colour = alt.condition(alt.datum.pale, alt.value(PART), alt.value(RUN))
    drawn = chart([_row(bar) for bar in bars if bar.tall]).mark_rect()
    blanks = chart([_row(bar) for bar in bars if bar.blank]).mark_text(text="?", color=INK, dy=-6)
    return [
        drawn.encode(x=days.x("from"), x2="to:T", y=y, y2=alt.datum(0), color=colour),
        blanks.encode(x=days.x("middle"), y=y),
    ]


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
