"""The panel of recovery: days in a row, hard sessions, and what the mornings say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median

from twinge.core.pack import Pack
from twinge.page import charts, curves
from twinge.page.axes import Mark, Span, legend
from twinge.page.dawns import Dawns
from twinge.page.panels import Panel, date_of, figures
from twinge.page.series import Series
from twinge.report.words import day, many
from twinge.report.words import span as lasting

NO_MORNINGS = (
    "The file holds no mornings: resting heart rate, heart-rate variability and sleep (rules R03 to R05) could not be "
    "looked at."
)


def recovery(series: Series, dawns: Dawns, spans: Sequence[Span], marks: Sequence[Mark], pack: Pack) -> Panel:
    """Days in a row and hard sessions; below them the mornings, where there are any."""
    parts = list(_mornings(dawns, spans, marks, pack))
    without = "" if parts else f" {NO_MORNINGS}"
    if not series.streaks:
        return Panel("recovery", "Recovery", f"No day with training load is known.{without}", parts=parts)
    lead = (
        f"Blue: days in a row with training; Twinge speaks at {pack.r02.slow} and {pack.r02.rest} (dashed). Ticks on "
        f"top: hard sessions. A tall red tick came before the rest that an earlier session wanted.{without}"
    )

    def caption(span: Span) -> str:
        most = max((count for at, count in series.streaks.items() if span.has(at)), default=0)
        hard = [each for each in series.hard if span.has(each.day)]
        early = sum(each.early for each in hard)
        return f"At most {many(most, 'day')} in a row; {many(len(hard), 'hard session')}, {early} too soon."

    trained = [span for span in spans if any(span.has(at) for at in series.streaks)]
    drawn = figures(trained, lambda span: charts.recovery(series, span, pack), caption)
    return Panel("recovery", "Recovery", lead, drawn, list(_rest_facts(series)), parts=parts)


def _rest_facts(series: Series) -> Iterator[tuple[str, str]]:
    peak: date = max(series.streaks, key=lambda at: series.streaks[at])
    yield "Longest without a rest day", f"{many(series.streaks[peak], 'day')}, until {day(peak)}"
    yield "Hard sessions", f"{len(series.hard):,}, {sum(each.early for each in series.hard)} of them too soon"
    gaps = [each.gap_h for each in series.hard if each.gap_h is not None]
    if gaps:
        yield "Between two hard sessions", f"half of the time less than {median(gaps) / 24:.1f} days"
    elif series.hard:
        yield "Between two hard sessions", "not known in hours: the file has days only"


def _mornings(dawns: Dawns, spans: Sequence[Span], marks: Sequence[Mark], pack: Pack) -> Iterator[Panel]:
    """A part for each measurement there is."""
    if dawns.hearts:
        yield _hearts(dawns, spans, _of(marks, "R03"), pack)
    if dawns.weeks:
        yield _variability(dawns, spans, _of(marks, "R04"), pack)
    if dawns.nights:
        yield _sleep(dawns, spans, _of(marks, "R05"), pack)


def _of(marks: Sequence[Mark], rule: str) -> list[Mark]:
    return [mark for mark in marks if rule in mark.rules]


def _above(marks: Sequence[Mark], rule: str) -> str:
    return f" On top, where rule {rule} would have spoken: {legend(marks)}." if marks else ""


def _hearts(dawns: Dawns, spans: Sequence[Span], marks: Sequence[Mark], pack: Pack) -> Panel:
    r03 = pack.r03
    lead = (
        f"Blue: each morning's beats a minute. Grey: the median of the {r03.window_d} days before. Dashed: where rule "
        f"R03 calls it up, {r03.rise} beats or {r03.rise_sd / 100:g} standard deviations over the median, whichever is "
        f"more. Dots: mornings up there; {r03.mornings} of {r03.of} make it speak. A lone jump is left out until it "
        f"stays.{_above(marks, 'R03')}"
    )

    def caption(span: Span) -> str:
        known = [heart for heart in dawns.hearts if span.has(heart.day)]
        rates = [heart.bpm for heart in known]
        up = sum(heart.up for heart in known)
        middle = f"usually {median(rates):.0f}, from {min(rates)} to {max(rates)} beats a minute"
        return f"{many(len(known), 'morning')}: {middle}; {up} at the line or over it."

    inside = [span for span in spans if any(span.has(heart.day) for heart in dawns.hearts)]
    drawn = figures(inside, lambda span: curves.hearts(dawns, span, marks), caption)
    return Panel("heart", "Resting heart rate", lead, drawn)


def _variability(dawns: Dawns, spans: Sequence[Span], marks: Sequence[Mark], pack: Pack) -> Panel:
    r04, kinds = pack.r04, " and ".join(sorted({week.kind.upper() for week in dawns.weeks}))
    lead = (
        f"Blue: each week's mean ({kinds}, in milliseconds). Grey: the usual of up to {r04.base_d} days before. "
        f"Dashed: {r04.band / 100:g} standard deviations under it, where rule R04 begins to speak if a hard session "
        "follows. "
        f"Before {r04.base_least_d} days are known there is no usual.{_above(marks, 'R04')}"
    )

    def caption(span: Span) -> str:
        known = [week for week in dawns.weeks if span.has(week.day)]
        low = sum(week.low is not None and week.ms < week.low for week in known)
        middle = f"usually {median(week.ms for week in known):.0f} ms"
        least = min(known, key=lambda week: week.ms)
        return (
            f"{many(len(known), 'week')}: {middle}, lowest {least.ms:.0f} (to {date_of(least.day, span)}); {low} low."
        )

    inside = [span for span in spans if any(span.has(week.day) for week in dawns.weeks)]
    drawn = figures(inside, lambda span: curves.variability(dawns, span, marks), caption)
    return Panel("variability", "Heart-rate variability", lead, drawn)


def _sleep(dawns: Dawns, spans: Sequence[Span], marks: Sequence[Mark], pack: Pack) -> Panel:
    r05 = pack.r05
    lead = (
        f"Blue: the mean of the last {r05.window_d} nights. Dashed: {lasting(r05.mean_min)}, under which rule R05 asks "
        f"to go easy if the day's session was hard or long. Ticks at the foot: nights under {lasting(r05.short_min)}."
        f"{_above(marks, 'R05')}"
    )

    def caption(span: Span) -> str:
        known = [night for night in dawns.nights if span.has(night.day)]
        means = [night.mean_min for night in known if night.mean_min is not None]
        usual = f"usually {lasting(median(means))} a night; " if means else ""
        return f"{many(len(known), 'night')}: {usual}{many(sum(night.short for night in known), 'short night')}."

    inside = [span for span in spans if any(span.has(night.day) for night in dawns.nights)]
    drawn = figures(inside, lambda span: curves.sleep(dawns, span, pack, marks), caption)
    return Panel("sleep", "Sleep", lead, drawn)
