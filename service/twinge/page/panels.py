"""The panels of one athlete: what each shows, how to read it, its charts and the numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from twinge.core.pack import Pack
from twinge.page import charts
from twinge.page.axes import Mark, Span, legend
from twinge.page.drawing import Drawn, draw
from twinge.page.series import Series, Week
from twinge.report.words import day, long_way, many
from twinge.speech import amount


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
    key: list[tuple[str, str]] = field(default_factory=list)
    """Colour → what it stands for, where a chart has more than one of a kind."""
    parts: list[Panel] = field(default_factory=list)
    """Further questions of the same kind, under smaller headings."""


def figures(spans: Sequence[Span], chart: Callable[[Span], Drawn], caption: Callable[[Span], str]) -> list[Figure]:
    """A figure for each stretch of time."""
    return [Figure(span.label, draw(chart(span)), caption(span)) for span in spans]


def weeks_of(series: Series, span: Span) -> list[Week]:
    """The weeks of a stretch of time, each in one of them only."""
    return [week for week in series.weeks if span.has(week.monday + timedelta(days=3))]


def date_of(at: date, span: Span) -> str:
    """A day; under the heading of its year without the year."""
    return day(at).removesuffix(f" {span.label}")


def told(marks: Sequence[Mark], span: Span) -> str:
    """How many messages and digests fell into a stretch of time."""
    inside = [mark for mark in marks if span.has(mark.day) and not mark.other]
    digests = sum(mark.severity == "info" for mark in inside)
    said = len(inside) - digests
    spoken = many(said, "message") if said else "No messages"
    return f"{spoken}, {many(digests, 'digest')}" if digests else spoken


def distance(series: Series, spans: Sequence[Span], marks: Sequence[Mark], units: str) -> Panel:
    """How far each week, and when Twinge would have spoken."""
    if not any(week.run_m for week in series.weeks):
        return Panel("distance", "Running each week", "No distance of any run is known.")
    above = f" Above the bars, where Twinge would have spoken: {legend(marks)}." if marks else ""
    part = any(week.blank_distance for week in series.weeks)
    pale = " In a paler bar the distance of some run is not known: the week was longer than it looks." if part else ""
    lead = f"How far you ran each week.{above}{pale}"

    def caption(span: Span) -> str:
        weeks = weeks_of(series, span)
        most = max(weeks, key=lambda week: week.run_m, default=None)
        if most is None or not most.run_m:
            return f"No running. {told(marks, span)}."
        total = long_way(sum(week.run_m for week in weeks), units)
        peak = f"biggest week {long_way(most.run_m, units)}, from {date_of(most.monday, span)}"
        runs = many(sum(week.runs for week in weeks), "run")
        return f"{total} in {runs}; {peak}. {told(marks, span)}."

    drawn = figures(spans, lambda span: charts.distance(series, span, marks, units), caption)
    return Panel("distance", "Running each week", lead, drawn)


def load(series: Series, spans: Sequence[Span]) -> Panel:
    """How hard each week, all sports together."""
    if not any(week.load for week in series.weeks):
        return Panel("load", "Load each week", "No load is known: neither durations, distances nor heart rates.")
    part = any(week.blank_load for week in series.weeks)
    pale = " In a paler bar the load of some session is not known." if part else ""
    lead = (
        "How hard each week was, all sports together. 100 points are one hour at the pace you could just hold for an "
        f"hour.{pale}"
    )

    def caption(span: Span) -> str:
        weeks = weeks_of(series, span)
        if not weeks:
            return "No training."
        most = max(weeks, key=lambda week: week.load)
        middle = median(week.load for week in weeks) / 100
        peak = f"hardest {most.load / 100:,.0f}, from {date_of(most.monday, span)}"
        return f"Usual training week {middle:,.0f} points, {peak}."

    return Panel("load", "Load each week", lead, figures(spans, lambda span: charts.load(series, span), caption))


def longest(series: Series, spans: Sequence[Span], pack: Pack, units: str) -> Panel:
    """Each run against the longest of the month before it."""
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
        peak = f"longest {amount(most.metres, 'distance_m', units)} on {date_of(most.day, span)}"
        return f"{many(len(runs), 'run')}; {peak}; {beyond} noticed."

    drawn = figures(spans, lambda span: charts.longest(series, span, pack, units), caption)
    return Panel("longest", title, lead, drawn)
