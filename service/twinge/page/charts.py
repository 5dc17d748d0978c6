"""The charts of workouts as static SVG: Altair specifications, one small chart a year, drawn by vl-convert.

One drawing serves the phone, the wide screen and print (small multiples in a fluid grid), light and dark: every colour
used here is a light one that page.css replaces by name where the reader prefers dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from twinge.core.pack import Pack
from twinge.page.axes import LIMIT, LOAD, PART, REST, RUN, SLOW, Mark, Span, Stretch, clip, height, marks, time
from twinge.page.drawing import INK, Drawn, chart
from twinge.page.series import Series, Week
from twinge.speech import MILE_M


def distance(series: Series, span: Span, said: Sequence[Mark], units: str) -> Drawn:
    """Kilometres run in each week, and the messages above."""
    scale = MILE_M if units == "mi" else 1000
    top = max((week.run_m for week in series.weeks), default=0) / scale
    weeks = [bar(week, week.run_m / scale, week.blank_distance > 0) for week in series.weeks if shows(span, week)]
    return alt.layer(bars(weeks, span, top * 1.05, (RUN, PART), units), *marks(said, span))


def load(series: Series, span: Span) -> Drawn:
    """Load points of each week, all sports."""
    top = max((week.load for week in series.weeks), default=0) / 100
    weeks = [bar(week, week.load / 100, week.blank_load > 0) for week in series.weeks if shows(span, week)]
    return bars(weeks, span, top * 1.05, (LOAD, PART), "")


def shows(span: Span, week: Week) -> bool:
    """Whether any of the week lies in `span`."""
    return span.has(week.monday) or span.has(week.monday + timedelta(days=6))


def bar(week: Week, tall: float, part: bool) -> dict[str, Any]:
    """One week's bar; `part`: something in it is not known, so the week was more than this."""
    end = week.monday + timedelta(days=6)
    return {"from": week.monday.isoformat(), "to": end.isoformat(), "y": round(tall, 2), "part": part}


def bars(rows: Sequence[dict[str, Any]], span: Span, top: float, colours: tuple[str, str], unit: str) -> alt.Chart:
    """Weeks as bars, in the first colour; those that are not wholly known in the second."""
    whole, part = colours
    drawn: alt.Chart = (
        chart([clip(row, span) for row in rows])
        .mark_rect()
        .encode(
            x=time("from", span),
            x2="to:T",
            y=height("y", top, unit),
            y2=alt.datum(0),
            color=alt.condition(alt.datum.part, alt.value(part), alt.value(whole)),
        )
    )
    return drawn


def longest(series: Series, span: Span, pack: Pack, units: str) -> Drawn:
    """Every run as a point, the longest of the thirty days before, and L01's ceiling above it."""
    scale = MILE_M if units == "mi" else 1000
    top = max((run.metres for run in series.runs), default=0) / scale * 1.08
    y = height("y", top, units)
    line = _steps(series, span, scale)
    ceiling = [row | {"y": min(top, row["y"] * pack.l01.small / 100)} if row["y"] is not None else row for row in line]
    inside = [run for run in series.runs if span.has(run.day)]
    rows = [{"day": f"{run.day}", "y": round(run.metres / scale, 2), "over": run.over} for run in inside]
    points = (
        chart(rows)
        .mark_circle(size=11, opacity=1)
        .encode(x=time("day", span), y=y, color=alt.condition(alt.datum.over, alt.value(LIMIT), alt.value(RUN)))
    )
    return alt.layer(step(line, span, y, INK, []), step(ceiling, span, y, LIMIT, [3, 2]), points)


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


def step(rows: Sequence[dict[str, Any]], span: Stretch, y: alt.Y, colour: str, dash: Sequence[int]) -> alt.Chart:
    """A line that keeps its height until the next corner, broken where it is not known."""
    mark = chart(rows).mark_line(
        interpolate="step-after", color=colour, strokeWidth=1, strokeDash=list(dash), invalid="break-paths-show-domains"
    )
    drawn: alt.Chart = mark.encode(x=time("day", span), y=y)
    return drawn


def recovery(series: Series, span: Span, pack: Pack) -> Drawn:
    """Days in a row with load, and the hard sessions as ticks; those that came too soon are longer and red."""
    top = max([pack.r02.rest, *series.streaks.values()]) + 0.5
    y = height("y", top, "d")
    streaks = (
        chart(_saw(series.streaks, span))
        .mark_area(interpolate="step-after", color=RUN, opacity=1)
        .encode(x=time("day", span), y=y)
    )
    rules = [
        chart([{"y": limit}]).mark_rule(color=colour, strokeDash=[3, 2]).encode(y=y)
        for limit, colour in ((pack.r02.slow, SLOW), (pack.r02.rest, REST))
    ]
    hard = [{"day": f"{each.day}", "early": each.early} for each in series.hard if span.has(each.day)]
    ticks = [
        tick([row for row in hard if row["early"] is early], span, size, colour)
        for early, size, colour in ((False, 6, INK), (True, 14, REST))
    ]
    return alt.layer(streaks, *rules, *ticks)


def tick(rows: Sequence[dict[str, Any]], span: Stretch, size: int, colour: str, at: float = -7) -> alt.Chart:
    """Short upright strokes, above the chart where nothing else is said."""
    drawn: alt.Chart = (
        chart(rows)
        .mark_tick(orient="vertical", thickness=1.4, size=size, color=colour)
        .encode(x=time("day", span), y=alt.value(at))
    )
    return drawn


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
