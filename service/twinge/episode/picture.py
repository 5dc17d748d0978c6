"""The charts of an episode: scores with holds and marks, the running of each day, and the weeks before the onset.

Drawn like those of the backtest page (`twinge.page.drawing`): one static SVG for light and dark, the colours replaced
by page.css. Scores and running are two drawings with the same days from edge to edge, so that they can stand one over
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from twinge.episode.story import Hold, Mark, Score
from twinge.page.axes import ASK, LIMIT, OTHER, REST, SLOW
from twinge.page.days import Bar, Days, bars
from twinge.page.drawing import GRID, INK, Drawn, chart


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


def draw_scores(days: Days, onset: int, scores: Sequence[Score], holds: Sequence[Hold], marks: Sequence[Mark]) -> Drawn:
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
    return alt.layer(_held(days, holds), _onset(days, onset), line, *points, *_marks(days, marks))


def _held(days: Days, holds: Sequence[Hold]) -> alt.Chart:
    """Grey from top to bottom where no running was advised."""
    end = f"{days.last}T00:00:00Z"
    rows = [{"from": days.at(one.start), "to": end if one.end is None else days.at(one.end)} for one in holds]
    drawn: alt.Chart = chart(rows).mark_rect(color=GRID, opacity=1).encode(x=days.x("from"), x2="to:T")
    return drawn


def _onset(days: Days, onset: int) -> alt.Chart:
    rule = chart([{"at": days.at(onset)}]).mark_rule(color=INK, strokeDash=[3, 2])
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


def draw_runs(days: Days, onset: int, shown: Sequence[Bar], holds: Sequence[Hold], unit: str) -> Drawn:
    """The running of each day, over the same days as the scores."""
    inside = [bar for bar in shown if days.has(bar.first)]
    return alt.layer(_held(days, holds), _onset(days, onset), *bars(days, inside, unit))


def draw_weeks(days: Days, shown: Sequence[Bar], unit: str) -> Drawn:
    """The running of each week before the onset."""
    return alt.layer(*bars(days, shown, unit))
