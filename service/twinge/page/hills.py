"""The charts of terrain: climb and steep descent of each week, and on what ground the running was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import altair as alt

from twinge.page.axes import CLIMB, DOWN, LIMIT, LOAD, NONE, PALE, RUN, Mark, Span, clip, height, marks, time
from twinge.page.charts import bar, bars, shows
from twinge.page.drawing import Drawn, chart
from twinge.page.grounds import Grounds, Month, shares
from twinge.page.series import Series
from twinge.speech.measure import FOOT_M

COLOURS: Mapping[str, str] = {
    "road": RUN,
    "track": LIMIT,
    "treadmill": LOAD,
    "mixed": PALE,
    "trail": CLIMB,
    "": NONE,
}


def climb(series: Series, span: Span, units: str, said: Sequence[Mark]) -> Drawn:
    """Metres climbed on foot in each week, and what was said of it."""
    scale, unit = (FOOT_M, "ft") if units == "mi" else (1, "m")
    top = max((week.climb_m for week in series.weeks), default=0) / scale
    known = [week for week in series.weeks if week.known_climb and shows(span, week)]
    weeks = [bar(week, week.climb_m / scale, week.blank_climb > 0) for week in known]
    return alt.layer(bars(weeks, span, top * 1.05, (CLIMB, PALE), unit), *marks(said, span))


def steep(series: Series, span: Span, units: str, said: Sequence[Mark]) -> Drawn:
    """Metres of steep descent in each week, and what was said of it."""
    scale, unit = (FOOT_M, "ft") if units == "mi" else (1, "m")
    top = max((week.steep_m for week in series.weeks), default=0) / scale
    known = [week for week in series.weeks if week.known_steep and shows(span, week)]
    weeks = [bar(week, week.steep_m / scale, week.blank_steep > 0) for week in known]
    return alt.layer(bars(weeks, span, top * 1.05, (DOWN, NONE), unit), *marks(said, span))


def ground(found: Grounds, span: Span) -> Drawn:
    """Each month as a column of shares."""
    shown = [month for month in found.months if span.has(month.first) or span.has(month.last)]
    rows = [clip(row, span) for month in shown for row in _column(month)]
    y = height("y", 100, "%")
    layers = [
        chart([row for row in rows if row["ground"] == name])
        .mark_rect(color=colour)
        .encode(x=time("from", span), x2="to:T", y=y, y2="low:Q")
        for name, colour in COLOURS.items()
        if any(row["ground"] == name for row in rows)
    ]
    return alt.layer(*layers)


def _column(month: Month) -> Iterator[dict[str, Any]]:
    """One month from below upwards, with a little air before the next."""
    low, last = 0.0, month.last - timedelta(days=1)
    for name, share in shares([month]).items():
        high = low + 100 * share
        edges = {"low": round(low, 1), "y": round(high, 1)}
        yield {"ground": name, "from": f"{month.first}", "to": f"{last}", **edges}
        low = high
