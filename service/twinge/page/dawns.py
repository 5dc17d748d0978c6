"""What the page draws of the mornings: resting heart rate, heart-rate variability and sleep, as the rules see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp
from typing import NamedTuple

from twinge.core.model import Morning
from twinge.core.pack import Pack
from twinge.core.rules.baseline import (
    HEART,
    HRV,
    LN,
    SLEEP,
    Series,
    Usual,
    hrv_logs,
    hrv_source,
    nights,
    settled,
    speaker,
    usual_heart,
    values,
    week_of,
)


class Heart(NamedTuple):
    """Resting heart rate on one morning; a lone jump is none until it has stayed, as for R03."""

    day: date
    bpm: int
    usual: int | None
    """The median that R03 holds it against; None while too few mornings are known."""
    line: int | None
    """From here on R03 calls it up."""

    @property
    def up(self) -> bool:
        """Whether it stands at the line or over it."""
        return self.line is not None and self.bpm >= self.line


class Variability(NamedTuple):
    """One week of heart-rate variability, in milliseconds (the mean is that of the logarithms, as in R04)."""

    day: date
    """Its last."""
    ms: float
    usual: float | None
    low: float | None
    """Under it R04 calls it down."""
    kind: str
    """rmssd or sdnn; the two are never mixed."""


class Night(NamedTuple):
    """Sleep up to one morning."""

    day: date
    mean_min: int | None
    """Of the week's nights; None with too few of them."""
    short: bool
    """Whether this night was a short one for R05."""


@dataclass(frozen=True, slots=True)
class Dawns:
    """All that the panels show of the mornings."""

    hearts: tuple[Heart, ...] = ()
    weeks: tuple[Variability, ...] = ()
    nights: tuple[Night, ...] = ()
    sources: tuple[str, ...] = ()


def look_at(mornings: tuple[Morning, ...], pack: Pack) -> Dawns:
    """Every series of the mornings; `mornings` is by day, then source. Where sources differ, the rule's own speaks."""
    days = sorted({morning.day for morning in mornings})
    return Dawns(
        hearts=tuple(_hearts(mornings, days, pack)),
        weeks=tuple(_weeks(mornings, days, pack)),
        nights=tuple(_nights(mornings, days, pack)),
        sources=tuple(sorted({morning.source for morning in mornings})),
    )


def _hearts(mornings: tuple[Morning, ...], days: Sequence[int], pack: Pack) -> Iterator[Heart]:
    limits = pack.r03
    for today in days:
        first, last = today - limits.of - limits.window_d + 1, today - limits.of
        series = speaker(mornings, HEART, first, last) or speaker(mornings, HEART, first, today)
        known = [] if series is None else values(mornings, series, first, today)
        stands = settled(known, pack.mornings, limits.least)
        if not stands or stands[-1][0] != today:
            continue
        usual = _usual(stands, last, pack)
        yield Heart(date.fromordinal(today), stands[-1][1], *(usual or (None, None)))


def _usual(known: Sequence[tuple[int, int]], last: int, pack: Pack) -> tuple[int, int] | None:
    """The median and the line over it."""
    found: Usual | None = usual_heart([bpm for day, bpm in known if day <= last], pack.r03)
    return None if found is None else (found.bpm, found.slow)


def _weeks(mornings: tuple[Morning, ...], days: Sequence[int], pack: Pack) -> Iterator[Variability]:
    """One value a week, so that no morning stands in two of them."""
    limits = pack.r04
    for end in range(days[0] + limits.week_d - 1, days[-1] + limits.week_d, limits.week_d) if days else ():
        series = hrv_source(mornings, end, limits) or speaker(mornings, HRV, end - limits.week_d + 1, end)
        week = None if series is None else _week(mornings, series, end, pack)
        if week is not None:
            yield week


def _week(mornings: tuple[Morning, ...], series: Series, end: int, pack: Pack) -> Variability | None:
    limits, day = pack.r04, date.fromordinal(end)
    logs = hrv_logs(mornings, series, end, limits)
    if (week := week_of(logs, end, limits)) is not None:
        return Variability(day, exp(week.mean), exp(week.edge(0)), exp(week.edge(limits.band)), series.measure)
    known = [log for measured, log in logs if measured > end - limits.week_d]
    if len(known) < limits.least_week:
        return None
    return Variability(day, exp(sum(known) / len(known) / LN), None, None, series.measure)


def _nights(mornings: tuple[Morning, ...], days: Sequence[int], pack: Pack) -> Iterator[Night]:
    limits = pack.r05
    for today in days:
        week = nights(mornings, today, limits)
        if week is None:
            continue
        last = values(mornings, Series(week.source, *SLEEP), today, today)
        if last:
            mean = week.minutes // week.known if week.known >= limits.least else None
            yield Night(date.fromordinal(today), mean, last[0][1] < limits.short_min)
