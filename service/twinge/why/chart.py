"""The chart of a message as a specification: drawn as an SVG for the page, or as a PNG for a push or an MMS.

It stands on the same functions as the charts of the backtest page (`twinge.page`). Importing it takes a second, for
Altair; only who draws does.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt

from twinge.page.axes import LIMIT, RUN, Mark
from twinge.page.curves import hearts, sleep, variability
from twinge.page.days import Bar, Days, Line, bars, lines
from twinge.page.drawing import INK, Drawn, Spec, chart, specify, write_png, write_svg
from twinge.speech.tongue import tongue
from twinge.why.amounts import scaled, tell, unit
from twinge.why.levels import LINES, Level, Levels
from twinge.why.plot import Manner, Mornings, Plot
from twinge.why.records import Records

TALL = 132
"""Pixels between the top and the foot of the days."""
ROW = 34
"""Pixels of one level with its words."""


@lru_cache(maxsize=256)
def svg(plot: Plot, manner: Manner, *, dark: bool = False) -> str:
    """The picture as an SVG file of its own; remembered, because a page is looked at more than once."""
    return write_svg(_specified(plot, manner), dark=dark)


@lru_cache(maxsize=64)
def png(plot: Plot, manner: Manner) -> bytes:
    """The same as a PNG: a thousand pixels wide, on white."""
    return write_png(_specified(plot, manner))


def _specified(plot: Plot, manner: Manner) -> Spec:
    match plot.records:
        case Records():
            return specify(_days(plot.records, plot.levels, manner), TALL)
        case Mornings():
            return specify(_mornings(plot.records, manner), TALL)
    shown = plot.levels
    return specify(_levels(shown, manner), ROW * len(shown.found))


def _days(records: Records, levels: Levels, manner: Manner) -> Drawn:
    """Workouts, days or weeks as bars, this one orange; the levels that are of their kind across them."""
    units, what = manner.units, records.measure
    days = _span(records.first, records.last, manner)
    shown = [
        Bar(
            date.fromordinal(one.day),
            date.fromordinal(one.day + one.days),
            scaled(one.value or 0, what, units),
            blank=one.value is None,
            marked=one.this,
        )
        for one in records.found
    ]
    across = [] if not records.lines else [one for one in levels.found if one.kind != "this" or records.each == "day"]
    told = [Line(scaled(one.value, what, units), _words(one, levels, manner), one.kind in LINES) for one in across]
    top = max([1.08 * line.tall for line in told] + [bar.tall for bar in shown])
    drawn: Drawn = alt.layer(
        *bars(days, shown, unit(what, units), top=top),
        *lines(days, told, unit(what, units), max(top, *(bar.tall for bar in shown))),
    )
    return drawn


def _span(first: int, last: int, manner: Manner) -> Days:
    edge = date.fromordinal(last) + timedelta(days=1)
    return Days(date.fromordinal(first), edge, ZoneInfo(manner.zone), tongue(manner.language).locale)


def _words(level: Level, levels: Levels, manner: Manner) -> str:
    return f"{manner.labels()[level.kind]} {tell(level.value, levels.measure, tongue(manner.language, manner.units))}"


def _mornings(found: Mornings, manner: Manner) -> Drawn:
    """The curve of the backtest page over six weeks, with this message above it."""
    days = _span(found.first, found.last, manner)
    said = [Mark(date.fromordinal(found.last), "slow_down")]
    match found.kind:
        case "heart":
            return hearts(found.dawns, days, said)
        case "variability":
            return variability(found.dawns, days, said)
    return sleep(found.dawns, days, found.pack, said)


def _levels(levels: Levels, manner: Manner) -> Drawn:
    """A bar for each level, its words above it."""
    units, rows = manner.units, list[dict[str, Any]]()
    for place, one in enumerate(levels.found):
        kind = "line" if one.kind in LINES else "this" if one.kind == "this" else "other"
        value = scaled(one.value, levels.measure, units)
        words = _words(one, levels, manner)
        rows.append({"low": place + 0.55, "high": place + 0.95, "tall": round(value, 2), "words": words, "kind": kind})
    top = max(row["tall"] for row in rows)
    x = alt.X("tall:Q", axis=None, scale=alt.Scale(domain=[0, top or 1], nice=False))
    y = alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[len(rows), 0], nice=False))
    found = [
        chart([row for row in rows if row["kind"] == kind])
        .mark_rect(color=colour)
        .encode(x=x, x2=alt.datum(0), y=y, y2="high:Q")
        for kind, colour in (("this", LIMIT), ("other", RUN), ("line", INK))
    ]
    named = chart(rows).mark_text(align="left", baseline="bottom", dy=-2, color=INK, fontSize=12)
    text = named.encode(x=alt.value(0), y=y, text="words:N")
    drawn: Drawn = alt.layer(*found, text)
    return drawn
