"""Averages over days of load: for coaches and digests. No ratio here is ground for an alert to a runner.

A day's load is a number in any one unit, 0 on a rest day, and None where it is not known. An unknown day leaves every
average where it was: it is neither a rest day nor a training day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, isqrt
from statistics import fmean, stdev
from typing import Final, NamedTuple

FITNESS_D: Final = 42
FATIGUE_D: Final = 7
MONOTONY_CAP: Final = 10.0
MOST_PERCENT: Final = 1_000
LEAST_KNOWN_D: Final = 5
"""Days of a week whose load must be known before anything is said about that week."""
_SLOW: Final = 1 - exp(-1 / FITNESS_D)
_FAST: Final = 1 - exp(-1 / FATIGUE_D)
"""Shares of a new day, worked out once: the chart of a quarter of a year is walked for a single workout."""


class Form(NamedTuple):
    """The performance-management chart after some day: long average, short average, and their difference."""

    fitness: float
    """42-day average (CTL)."""
    fatigue: float
    """7-day average (ATL)."""

    @property
    def balance(self) -> float:
        """What is left over, for the next day (TSB)."""
        return self.fitness - self.fatigue


class Ratio(NamedTuple):
    """Recent load a day against longer load a day; compare by cross-multiplication, or read `value`."""

    acute: float
    chronic: float

    @property
    def value(self) -> float:
        """acute / chronic."""
        return self.acute / self.chronic


def form(loads: Iterable[float | None], start: float | Form = 0.0) -> Form:
    """Fitness and fatigue after `loads`, day by day, from a steady `start` a day, or from the chart as it stood.

    Started at zero both climb by themselves for weeks: give the mean of the first fortnight where there is one.
    """
    fitness, fatigue = start if isinstance(start, Form) else (start, start)
    for load in loads:
        if load is not None:
            fitness += (load - fitness) * _SLOW
            fatigue += (load - fatigue) * _FAST
    return Form(fitness, fatigue)


def chart(loads: Sequence[float | None], start: float, ago: Iterable[int]) -> dict[int, Form]:
    """Days ago → the chart as it stood then, in one walk; 0 is after the last of `loads`."""
    found: dict[int, Form] = {}
    now, done = Form(start, start), 0
    for back in sorted(ago, reverse=True):
        end = max(done, len(loads) - back)
        now, done = form(loads[done:end], now), end
        found[back] = now
    return found


def decay(average: float, load: float | None, days: int) -> float:
    """The average after one more day, exponential form: share 1 − e^(−1/days) of the new day. The one we use."""
    return average if load is None else average + (load - average) * (1 - exp(-1 / days))


def decay_plain(average: float, load: float | None, days: int) -> float:
    """The average after one more day, 1/days form: kept to compare with programs that use it; we do not."""
    return average if load is None else average + (load - average) / days


def ewma(loads: Iterable[float | None], days: int) -> float | None:
    """Exponentially weighted average with λ = 2/(days + 1) (Williams 2017, doi 10.1136/bjsports-2016-096589).

    It starts at the first known day's load: started at zero it would show a spike where there was none. None when no
    day is known.
    """
    share, average = 2 / (days + 1), None
    for load in loads:
        if load is not None:
            average = load if average is None else share * load + (1 - share) * average
    return average


def acwr(loads: Sequence[float | None]) -> Ratio | None:
    """Acute to chronic load by EWMA of 7 and 28 days; None when nothing is known or the chronic load is zero.

    Contested as a sign of injury, and inverse among runners (Nakaoka 2021; Schuster Brandt Frandsen 2025).
    """
    return _ratio(ewma(loads, 7), ewma(loads, 28))


def coupled(loads: Sequence[float | None]) -> Ratio | None:
    """Mean of the last 7 days over the mean of the last 28, which hold those 7."""
    return _ratio(_mean(loads[-7:]), _mean(loads[-28:])) if len(loads) >= 28 else None


def uncoupled(loads: Sequence[float | None]) -> Ratio | None:
    """Mean of the last 7 days over the mean of the 21 before them: no day is on both sides."""
    return _ratio(_mean(loads[-7:]), _mean(loads[-28:-7])) if len(loads) >= 28 else None


def monotony(days: Sequence[float | None]) -> float | None:
    """Mean over standard deviation of a week's daily loads (Foster 1998, Med Sci Sports Exerc 30(7):1164).

    Rest days are zeros and belong in it. The paper does not say which deviation: ours is the sample's (n − 1). At most
    10, which is also the answer for equal days; 0 for a week of rest; None with fewer than five known days.
    """
    known = [load for load in days if load is not None]
    if len(known) < LEAST_KNOWN_D:
        return None
    mean, spread = fmean(known), stdev(known)
    if not mean:
        return 0.0
    return min(mean / spread, MONOTONY_CAP) if spread else MONOTONY_CAP


def strain(days: Sequence[float | None]) -> float | None:
    """The week's load × its monotony; an unknown day counts as the mean of the known. None where monotony is."""
    same = monotony(days)
    if same is None:
        return None
    return fmean([load for load in days if load is not None]) * len(days) * same


def monotony_percent(days: Sequence[int | None], least_known: int = LEAST_KNOWN_D) -> int | None:
    """`monotony` of whole numbers in per cent, exact and rounded up: over a whole limit exactly when monotony is."""
    known = [load for load in days if load is not None]
    count, total = len(known), sum(known)
    if count < max(2, least_known):
        return None
    if not total:
        return 0
    spread = count * (count * sum([load * load for load in known]) - total * total)
    squared = -(-10_000 * total * total * (count - 1) // spread) if spread else MOST_PERCENT**2
    return min(isqrt(squared - 1) + 1, MOST_PERCENT)


def stands_out(value: int, others: Sequence[int], deviations: int) -> bool:
    """Whether `value` is over the mean of `others` by so many per cent of their standard deviation (n − 1) and more."""
    count, total = len(others), sum(others)
    excess = count * value - total
    spread = count * (count * sum([other * other for other in others]) - total * total)
    return excess > 0 and 10_000 * (count - 1) * excess * excess > deviations * deviations * spread


def _mean(loads: Sequence[float | None]) -> float | None:
    """Mean of the known days; None when fewer than five in seven are known."""
    known = [load for load in loads if load is not None]
    return fmean(known) if 7 * len(known) >= LEAST_KNOWN_D * len(loads) else None


def _ratio(acute: float | None, chronic: float | None) -> Ratio | None:
    return None if acute is None or not chronic else Ratio(acute, chronic)
