"""The charts of mornings: lines of what was measured, of what is usual, and of where a rule begins to speak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from twinge.core.pack import Pack
from twinge.page.axes import LIMIT, RUN, Mark, Stretch, height, marks, time
from twinge.page.charts import step, tick
from twinge.page.dawns import Dawns
from twinge.page.drawing import HEIGHT, INK, Drawn, chart

GAP_D = 3
"""A line is broken where nothing is known for longer."""

Point = tuple[date, float | None]


def hearts(dawns: Dawns, span: Stretch, said: Sequence[Mark]) -> Drawn:
    """Resting heart rate of each morning, its median and R03's line; mornings over the line are dots."""
    known = [heart.bpm for heart in dawns.hearts]
    y = height("y", max(known) + 2, "", min(known) - 3)
    inside = [heart for heart in dawns.hearts if span.has(heart.day)]
    up = [{"day": f"{heart.day}", "y": heart.bpm} for heart in inside if heart.up]
    layers = [
        _curve([(heart.day, heart.bpm) for heart in inside], span, y, RUN, GAP_D),
        step(_corners([(heart.day, heart.usual) for heart in inside]), span, y, INK, []),
        step(_corners([(heart.day, heart.line) for heart in inside]), span, y, LIMIT, [3, 2]),
        chart(up).mark_circle(size=13, opacity=1, color=LIMIT).encode(x=time("day", span), y=y),
    ]
    return alt.layer(*layers, *marks(said, span))


def variability(dawns: Dawns, span: Stretch, said: Sequence[Mark]) -> Drawn:
    """Each week's heart-rate variability, its usual value and R04's edge under it."""
    known = [week.ms for week in dawns.weeks]
    y = height("y", max(known) * 1.05, "ms", min(known) * 0.9)
    inside = [week for week in dawns.weeks if span.has(week.day)]
    kinds = sorted({week.kind for week in inside})
    layers = [
        _curve([(week.day, getattr(week, name)) for week in inside if week.kind == kind], span, y, colour, 7, dash)
        for kind in kinds
        for name, colour, dash in (("ms", RUN, []), ("usual", INK, []), ("low", LIMIT, [3, 2]))
    ]
    return alt.layer(*layers, *marks(said, span))


def sleep(dawns: Dawns, span: Stretch, pack: Pack, said: Sequence[Mark]) -> Drawn:
    """Mean sleep of the seven nights up to each morning, R05's limit, and the short nights as strokes at the foot."""
    known = [night.mean_min / 60 for night in dawns.nights if night.mean_min is not None]
    limit = pack.r05.mean_min / 60
    y = height("y", max([*known, limit]) + 0.5, "h", min([*known, limit]) - 0.5)
    inside = [night for night in dawns.nights if span.has(night.day)]
    means = [(night.day, None if night.mean_min is None else night.mean_min / 60) for night in inside]
    layers = [
        _curve(means, span, y, RUN, GAP_D),
        chart([{"y": limit}]).mark_rule(color=LIMIT, strokeDash=[3, 2]).encode(y=y),
        tick([{"day": f"{night.day}"} for night in inside if night.short], span, 6, INK, HEIGHT - 4),
    ]
    return alt.layer(*layers, *marks(said, span))


def _curve(
    points: Sequence[Point], span: Stretch, y: alt.Y, colour: str, gap_d: int, dash: Sequence[int] = ()
) -> alt.Chart:
    """A thin line through what is known; a value alone between gaps is a dot (its round cap)."""
    mark = chart(list(_with_gaps(points, gap_d))).mark_line(
        color=colour,
        strokeWidth=1,
        strokeCap="round",
        strokeDash=list(dash),
        strokeJoin="round",
        invalid="break-paths-show-domains",
    )
    drawn: alt.Chart = mark.encode(x=time("day", span), y=y)
    return drawn


def _with_gaps(points: Sequence[Point], gap_d: int) -> Iterator[dict[str, Any]]:
    """The points as rows, with an unknown one where nothing was known for longer than `gap_d` days."""
    before: date | None = None
    for day, value in points:
        if before is not None and (day - before).days > gap_d:
            yield {"day": f"{before + timedelta(days=1)}", "y": None}
        yield {"day": f"{day}", "y": None if value is None else round(value, 1)}
        before = day


def _corners(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Only where the value changes, and the last."""
    rows = [{"day": f"{day}", "y": value} for day, value in points]
    return [row for place, row in enumerate(rows) if place in (0, len(rows) - 1) or row["y"] != rows[place - 1]["y"]]
