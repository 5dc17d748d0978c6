"""The panels of one athlete: what each shows, how to read it, its charts and the numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from twinge.backtest import Story
from twinge.core.pack import Pack
from twinge.core.wording import amount
from twinge.difference import Difference
from twinge.page import charts
from twinge.page.charts import Mark, Span
from twinge.page.series import Series, Week
from twinge.page.words import day, height, long_way, many


@dataclass(frozen=True, slots=True)
class Figure:
    """One year of a panel."""

    label: str
    svg: str
    caption: str
    """The same in words: what the chart shows to somebody who cannot see it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One question, answered by small charts, a year each, newest first."""

    id: str
    title: str
    lead: str
    figures: list[Figure] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def panels(story: Story, series: Series, pack: Pack, units: str, difference: Difference | None) -> list[Panel]:
    """Every panel; one that has nothing to show says what it would need."""
    spans = charts.spans([date.fromordinal(session.day) for session in story.log])
    marks = _marks(story, difference)
    return [
        _distance(series, spans, marks, units),
        _load(series, spans),
        _longest(series, spans, pack, units),
        _recovery(series, spans, pack),
        _terrain(series, spans, units),
    ]


def _marks(story: Story, difference: Difference | None) -> list[Mark]:
    zone = ZoneInfo(story.zone)
    others = difference.only_new if difference is not None else ()
    said = [Mark(nudge.not_before.astimezone(zone).date(), nudge.severity.word) for nudge in story.nudges]
    return said + [Mark(nudge.not_before.astimezone(zone).date(), nudge.severity.word, True) for nudge in others]


def _weeks(series: Series, span: Span) -> list[Week]:
    return [week for week in series.weeks if span.has(week.monday + timedelta(days=3))]


def _distance(series: Series, spans: Sequence[Span], marks: Sequence[Mark], units: str) -> Panel:
    lead = (
        "How far you ran each week. Above the bars: ▼ Twinge would have said slow down, ◆ rest. In a paler bar the "
        "distance of some run is not known, so the week was longer than it looks."
    )
    if not any(week.run_m for week in series.weeks):
        return Panel("distance", "Running each week", "No distance of any run is known.")

    def caption(span: Span) -> str:
        weeks = _weeks(series, span)
        most = max(weeks, key=lambda week: week.run_m, default=None)
        said = sum(1 for mark in marks if span.has(mark.day) and not mark.other)
        spoken = f"{many(said, 'message')}" if said else "No messages"
        if most is None or not most.run_m:
            return f"No running. {spoken}."
        total = long_way(sum(week.run_m for week in weeks), units)
        peak = f"biggest week {long_way(most.run_m, units)}, from {_date_of(most.monday, span)}"
        runs = many(sum(week.runs for week in weeks), "run")
        return f"{total} in {runs}; {peak}. {spoken}."

    drawn = _figures(spans, lambda span: charts.distance(series, span, marks, units), caption)
    return Panel("distance", "Running each week", lead, drawn)


def _date_of(at: date, span: Span) -> str:
    """A day; under the heading of its year without the year."""
    return day(at).removesuffix(f" {span.label}")


def _figures(spans: Sequence[Span], draw: Callable[[Span], str], caption: Callable[[Span], str]) -> list[Figure]:
    return [Figure(span.label, draw(span), caption(span)) for span in spans]


def _load(series: Series, spans: Sequence[Span]) -> Panel:
    lead = (
        "How hard each week was, all sports together. 100 points are one hour at the pace you could just hold for an "
        "hour. In a paler bar the load of some session is not known."
    )
    if not any(week.load for week in series.weeks):
        return Panel("load", "Load each week", "No load is known: neither durations, distances nor heart rates.")

    def caption(span: Span) -> str:
        weeks = _weeks(series, span)
        if not weeks:
            return "No training."
        most = max(weeks, key=lambda week: week.load)
        middle = median(week.load for week in weeks) / 100
        peak = f"hardest {most.load / 100:,.0f}, from {_date_of(most.monday, span)}"
        return f"Usual training week {middle:,.0f} points, {peak}."

    return Panel("load", "Load each week", lead, _figures(spans, lambda span: charts.load(series, span), caption))


def _longest(series: Series, spans: Sequence[Span], pack: Pack, units: str) -> Panel:
    title, over = "Each run and your longest", pack.l01.small - 100
    if not series.runs:
        return Panel("longest", title, "No distance of any run is known, so the 30-day longest run cannot be drawn.")
    lead = (
        f"Each dot is a run. The grey line is your longest of the {pack.l01.window_d} days before, the dashed line "
        f"{over}% more: the ceiling of rule L01. Orange dots are those the rule noticed; it waits for the first "
        f"{pack.gates.cold_start_d} days and leaves less than {amount(pack.l01.floor_m, 'distance_m', units)} alone."
    )

    def caption(span: Span) -> str:
        runs = [run for run in series.runs if span.has(run.day)]
        if not runs:
            return "No run with a distance."
        most = max(runs, key=lambda run: run.metres)
        beyond = sum(run.over for run in runs)
        told = f"longest {amount(most.metres, 'distance_m', units)} on {_date_of(most.day, span)}"
        return f"{many(len(runs), 'run')}; {told}; {beyond} noticed."

    drawn = _figures(spans, lambda span: charts.longest(series, span, pack, units), caption)
    return Panel("longest", title, lead, drawn)


def _recovery(series: Series, spans: Sequence[Span], pack: Pack) -> Panel:
    lead = (
        f"Blue: days in a row with training; Twinge speaks at {pack.r02.slow} and {pack.r02.rest} (dashed). Ticks on "
        "top: hard sessions. A tall red tick came before the rest that an earlier session wanted."
    )
    if not series.streaks:
        return Panel("recovery", "Recovery", "No day with training load is known.")

    def caption(span: Span) -> str:
        most = max((count for at, count in series.streaks.items() if span.has(at)), default=0)
        hard = [each for each in series.hard if span.has(each.day)]
        early = sum(each.early for each in hard)
        return f"At most {many(most, 'day')} in a row; {many(len(hard), 'hard session')}, {early} too soon."

    drawn = _figures(spans, lambda span: charts.recovery(series, span, pack), caption)
    return Panel("recovery", "Recovery", lead, drawn, list(_rest_facts(series)))


def _rest_facts(series: Series) -> Iterator[tuple[str, str]]:
    peak: date = max(series.streaks, key=lambda at: series.streaks[at])
    yield "Longest without a rest day", f"{many(series.streaks[peak], 'day')}, until {day(peak)}"
    yield "Hard sessions", f"{len(series.hard):,}, {sum(each.early for each in series.hard)} of them too soon"
    gaps = [each.gap_h for each in series.hard if each.gap_h is not None]
    if gaps:
        yield "Between two hard sessions", f"half of the time less than {median(gaps) / 24:.1f} days"
    elif series.hard:
        yield "Between two hard sessions", "not known in hours: the file has days only"


def _terrain(series: Series, spans: Sequence[Span], units: str) -> Panel:
    runs = sum(week.runs for week in series.weeks)
    known = sum(week.known_climb for week in series.weeks)
    if not known:
        return Panel("terrain", "Terrain", "Unknown: the file says nothing of climb, so hills could not be looked at.")
    lead = (
        f"How much you climbed on your runs each week. Climb is known for {known:,} of {many(runs, 'run')}; in a paler "
        "bar some run's climb is not. Steep descents, which tire muscles most, need second-by-second recordings."
    )

    def caption(span: Span) -> str:
        weeks = [week for week in _weeks(series, span) if week.known_climb]
        if not weeks:
            return "Climb not known."
        most = max(weeks, key=lambda week: week.climb_m)
        told = height(sum(week.climb_m for week in weeks), units)
        return f"{told} in all; steepest week {height(most.climb_m, units)}, from {_date_of(most.monday, span)}."

    drawn = _figures(spans, lambda span: charts.climb(series, span, units), caption)
    return Panel("terrain", "Terrain", lead, drawn)
