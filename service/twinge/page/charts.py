"""The charts as static SVG: Altair specifications, one small chart a year, drawn by vl-convert without a network.

One drawing serves the phone, the wide screen and print (small multiples in a fluid grid), light and dark: every colour
used here is a light one that page.css replaces by name where the reader prefers dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt

from twinge.core.pack import Pack
from twinge.core.wording import MILE_M
from twinge.page.drawing import INK, chart, draw
from twinge.page.series import Series, Week

RUN, PART, LOAD, CLIMB = "#4f86b5", "#b4cbe0", "#8678b4", "#5a976a"
LIMIT, SLOW, REST, OTHER = "#b45309", "#d97706", "#c0322b", "#0f766e"
MARKS = {"slow_down": (SLOW, "triangle-down"), "rest": (REST, "diamond")}
"""Severity → colour and shape: nobody has to tell colours apart."""


@dataclass(frozen=True, slots=True)
class Span:
    """One panel's stretch of time: a calendar year, or the whole of a short history."""

    label: str
    first: date
    last: date

    def has(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Mark:
    """One nudge above the bars."""

    day: date
    severity: str
    other: bool = False
    """Said by the pack that is compared only."""


SHORT_D = 430
"""A history up to this long is drawn in one piece."""


def spans(days: Sequence[date]) -> list[Span]:
    """The stretches worth drawing, newest first: years without a workout are left out."""
    if not days:
        return []
    first, last = min(days), max(days)
    if (last - first).days <= SHORT_D:
        label = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
        return [Span(label, first - timedelta(days=first.weekday()), max(last, first + timedelta(days=60)))]
    years = sorted({day.year for day in days}, reverse=True)
    return [Span(str(year), date(year, 1, 1), date(year, 12, 31)) for year in years]


def distance(series: Series, span: Span, marks: Sequence[Mark], units: str) -> str:
    """Kilometres run in each week, and the nudges above."""
    scale = MILE_M if units == "mi" else 1000
    top = max((week.run_m for week in series.weeks), default=0) / scale
    weeks = [_bar(week, week.run_m / scale, week.blank_distance > 0) for week in series.weeks if _shows(span, week)]
    layers = [_bars(weeks, span, top * 1.05, RUN, units), *_marks([mark for mark in marks if span.has(mark.day)], span)]
    return draw(alt.layer(*layers))


def load(series: Series, span: Span) -> str:
    """Load points of each week, all sports."""
    top = max((week.load for week in series.weeks), default=0) / 100
    weeks = [_bar(week, week.load / 100, week.blank_load > 0) for week in series.weeks if _shows(span, week)]
    return draw(_bars(weeks, span, top * 1.05, LOAD, ""))


def climb(series: Series, span: Span, units: str) -> str:
    """Metres climbed on foot in each week."""
    scale = 0.3048 if units == "mi" else 1
    top = max((week.climb_m for week in series.weeks), default=0) / scale
    known = [week for week in series.weeks if week.known_climb and _shows(span, week)]
    weeks = [_bar(week, week.climb_m / scale, week.blank_climb > 0) for week in known]
    return draw(_bars(weeks, span, top * 1.05, CLIMB, "ft" if units == "mi" else "m"))


def _shows(span: Span, week: Week) -> bool:
    return span.has(week.monday) or span.has(week.monday + timedelta(days=6))


def _bar(week: Week, height: float, part: bool) -> dict[str, Any]:
    end = week.monday + timedelta(days=6)
    return {"from": week.monday.isoformat(), "to": end.isoformat(), "y": round(height, 2), "part": part}


def _bars(rows: list[dict[str, Any]], span: Span, top: float, colour: str, unit: str) -> alt.Chart:
    clipped = [row | {"from": max(row["from"], f"{span.first}"), "to": min(row["to"], f"{span.last}")} for row in rows]
    drawn: alt.Chart = (
        chart(clipped)
        .mark_rect()
        .encode(
            x=_time("from", span),
            x2="to:T",
            y=_height("y", top, unit),
            y2=alt.datum(0),
            color=alt.condition(alt.datum.part, alt.value(PART), alt.value(colour)),
        )
    )
    return drawn


def _time(field: str, span: Span) -> alt.X:
    # utc: the days are the athlete's own already, and the machine's zone must not move them
    scale = alt.Scale(type="utc", domain=[span.first.isoformat(), span.last.isoformat()])
    axis = alt.Axis(format="%b", tickCount=alt.TimeIntervalStep(interval="month", step=1), title=None, grid=False)
    return alt.X(f"{field}:T", scale=scale, axis=axis)


def _height(field: str, top: float, unit: str) -> alt.Y:
    told = f"datum.label + ' {unit}'" if unit else "datum.label"
    axis = alt.Axis(
        tickCount=3, title=None, labelExpr=told, domain=False, ticks=False, format="~s" if not unit else "d"
    )
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, top or 1], nice=False), axis=axis)


def _marks(marks: Sequence[Mark], span: Span) -> list[alt.Chart]:
    return [
        _points(
            [mark for mark in marks if mark.severity == severity and mark.other is other], span, colour, shape, other
        )
        for severity, (colour, shape) in MARKS.items()
        for other in (False, True)
        if any(mark.severity == severity and mark.other is other for mark in marks)
    ]


def _points(marks: Sequence[Mark], span: Span, colour: str, shape: str, other: bool) -> alt.Chart:
    look: dict[str, Any] = {"fill": None, "stroke": OTHER} if other else {"fill": colour, "stroke": None}
    drawn: alt.Chart = (
        chart([{"day": mark.day.isoformat()} for mark in marks])
        .mark_point(shape=shape, size=34, strokeWidth=1.3, opacity=1, **look)
        .encode(x=_time("day", span), y=alt.value(-15 if other else -5))
    )
    return drawn


def longest(series: Series, span: Span, pack: Pack, units: str) -> str:
    """Every run as a point, the longest of the thirty days before, and L01's ceiling above it."""
    scale = MILE_M if units == "mi" else 1000
    top = max((run.metres for run in series.runs), default=0) / scale * 1.08
    height = _height("y", top, units)
    line = _steps(series, span, scale)
    ceiling = [row | {"y": min(top, row["y"] * pack.l01.small / 100)} if row["y"] is not None else row for row in line]
    inside = [run for run in series.runs if span.has(run.day)]
    rows = [{"day": f"{run.day}", "y": round(run.metres / scale, 2), "over": run.over} for run in inside]
    points = (
        chart(rows)
        .mark_circle(size=11, opacity=1)
        .encode(x=_time("day", span), y=height, color=alt.condition(alt.datum.over, alt.value(LIMIT), alt.value(RUN)))
    )
    return draw(alt.layer(_step(line, span, height, INK, []), _step(ceiling, span, height, LIMIT, [3, 2]), points))


def _steps(series: Series, span: Span, scale: float) -> list[dict[str, Any]]:
    """The line's corners inside the span, carried in from before it."""
    before = [corner for corner in series.line if corner.day < span.first]
    inside = [(corner.day, corner.metres) for corner in series.line if span.has(corner.day)]
    begin = [(span.first, before[-1].metres)] if before else []
    end = [(span.last, inside[-1][1])] if inside and inside[-1][1] is not None else []
    return [
        {"day": f"{day}", "y": None if metres is None else round(metres / scale, 2)}
        for day, metres in (*begin, *inside, *end)
    ]


def _step(rows: list[dict[str, Any]], span: Span, height: alt.Y, colour: str, dash: list[int]) -> alt.Chart:
    mark = chart(rows).mark_line(
        interpolate="step-after", color=colour, strokeWidth=1, strokeDash=dash, invalid="break-paths-show-domains"
    )
    drawn: alt.Chart = mark.encode(x=_time("day", span), y=height)
    return drawn


def recovery(series: Series, span: Span, pack: Pack) -> str:
    """Days in a row with load, and the hard sessions as ticks; those that came too soon are longer and red."""
    top = max([pack.r02.rest, *series.streaks.values()]) + 0.5
    height = _height("y", top, "d")
    streaks = (
        chart(_saw(series.streaks, span))
        .mark_area(interpolate="step-after", color=RUN, opacity=1)
        .encode(x=_time("day", span), y=height)
    )
    rules = [
        chart([{"y": limit}]).mark_rule(color=colour, strokeDash=[3, 2]).encode(y=height)
        for limit, colour in ((pack.r02.slow, SLOW), (pack.r02.rest, REST))
    ]
    hard = [{"day": f"{each.day}", "early": each.early} for each in series.hard if span.has(each.day)]
    ticks = [
        chart([row for row in hard if row["early"] is early])
        .mark_tick(orient="vertical", thickness=1.4, size=size, color=colour)
        .encode(x=_time("day", span), y=alt.value(-7))
        for early, size, colour in ((False, 6, INK), (True, 14, REST))
    ]
    return draw(alt.layer(streaks, *rules, *ticks))


def _saw(streaks: Mapping[date, int], span: Span) -> list[dict[str, Any]]:
    """The streaks as the corners of a step line: every day with load, and the first day without."""
    rows: list[dict[str, Any]] = []
    day, last = span.first, 0
    while day <= span.last:
        now = streaks.get(day, 0)
        if now or last:
            rows.append({"day": f"{day}", "y": now})
        day, last = day + timedelta(days=1), now
    return rows
