"""The panel of terrain: climb, steep descent, and on what ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twinge.page import hills
from twinge.page.axes import Mark, Span, legend
from twinge.page.grounds import NAMES, Grounds, Month, shares
from twinge.page.panels import Panel, date_of, figures, weeks_of
from twinge.page.series import Series, Week
from twinge.report.words import height, many


def terrain(series: Series, found: Grounds, spans: Sequence[Span], marks: Sequence[Mark], units: str) -> Panel:
    """Climb on top; steep descent and ground below it, each with what is known of it."""
    runs = sum(week.runs for week in series.weeks)
    known = sum(week.known_climb for week in series.weeks)
    parts = [_steep(series, spans, _of(marks, "T02"), units), _ground(found, spans)]
    if not runs:
        return Panel("terrain", "Terrain", "No runs.")
    if not known:
        lead = "Climb is unknown: the file says nothing of it, so rule T01 could not look at hills."
        return Panel("terrain", "Terrain", lead, parts=parts)
    said = _of(marks, "T01")
    above = f" On top, where rule T01 would have spoken: {legend(said)}." if said else ""
    lead = f"How much you climbed on your runs each week. {_how_known('Climb', known, runs)}{above}"

    def caption(span: Span) -> str:
        weeks = [week for week in weeks_of(series, span) if week.known_climb]
        if not any(week.climb_m for week in weeks):
            return "None."
        most = max(weeks, key=lambda week: week.climb_m)
        total = height(sum(week.climb_m for week in weeks), units)
        return f"{total} in all; hilliest week {height(most.climb_m, units)}, from {date_of(most.monday, span)}."

    inside = _where(series, spans, lambda week: week.known_climb)
    drawn = figures(inside, lambda span: hills.climb(series, span, units, said), caption)
    return Panel("terrain", "Terrain", lead, drawn, parts=parts)


def _of(marks: Sequence[Mark], rule: str) -> list[Mark]:
    return [mark for mark in marks if rule in mark.rules]


def _where(series: Series, spans: Sequence[Span], known: Callable[[Week], int]) -> list[Span]:
    """The stretches of time of which something is known."""
    return [span for span in spans if any(known(week) for week in weeks_of(series, span))]


def _how_known(what: str, known: int, runs: int) -> str:
    """Of how many runs it is known, and how that shows."""
    if known == runs:
        return f"{what} is known for every run."
    return f"{what} is known for {known:,} of {many(runs, 'run')}; in a paler bar that of some run is not."


def _steep(series: Series, spans: Sequence[Span], marks: Sequence[Mark], units: str) -> Panel:
    runs = sum(week.runs for week in series.weeks)
    known = sum(week.known_steep for week in series.weeks)
    if not known:
        lead = (
            "Unknown: it takes recordings by the second, or a total of descent, and the file has neither. Steep "
            "descent tires muscles most; rule T02 saw nothing of it."
        )
        return Panel("steep", "Steep descent", lead)
    if not any(week.steep_m for week in series.weeks):
        return Panel("steep", "Steep descent", f"None. {_how_known('It', known, runs)}")
    above = f" On top, where rule T02 would have spoken: {legend(marks)}." if marks else ""
    lead = f"Metres lost on stretches steeper than 5% each week. {_how_known('It', known, runs)}{above}"

    def caption(span: Span) -> str:
        weeks = [week for week in weeks_of(series, span) if week.known_steep]
        if not any(week.steep_m for week in weeks):
            return "None."
        most = max(weeks, key=lambda week: week.steep_m)
        total = height(sum(week.steep_m for week in weeks), units)
        return f"{total} in all; most {height(most.steep_m, units)}, in the week from {date_of(most.monday, span)}."

    inside = _where(series, spans, lambda week: week.known_steep)
    drawn = figures(inside, lambda span: hills.steep(series, span, units, marks), caption)
    return Panel("steep", "Steep descent", lead, drawn)


def _ground(found: Grounds, spans: Sequence[Span]) -> Panel:
    whole = shares(found.months)
    if not any(whole):
        lead = "Unknown: the file names the ground of no run, so rules T03 and T04 saw nothing of it."
        return Panel("ground", "Ground", lead)
    lead = f"Each month's running by ground, in shares of {found.by}, in the order of the key from below."
    if "" in whole:
        lead += " What is not named is most often road, but nobody said so; years without a name are left out."
    key = [(hills.COLOURS[ground], f"{NAMES[ground]} {_percent(share)}") for ground, share in whole.items()]

    def months(span: Span) -> list[Month]:
        return [month for month in found.months if span.has(month.first) or span.has(month.last)]

    def caption(span: Span) -> str:
        parts = sorted(shares(months(span)).items(), key=lambda part: -part[1])
        return f"{', '.join(f'{NAMES[ground]} {_percent(share)}' for ground, share in parts)}."

    inside = [span for span in spans if any(shares(months(span)))]
    drawn = figures(inside, lambda span: hills.ground(found, span), caption)
    return Panel("ground", "Ground", lead, drawn, key=key)


def _percent(share: float) -> str:
    if share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"
