"""What is usual in an athlete's mornings: values of one source, lone jumps passed over, medians and spreads.

Sources are never mixed, nor the kinds of heart-rate variability. Everything is compared in whole numbers: a line is
crossed or it is not, on every machine.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from functools import lru_cache
from itertools import groupby
from math import isqrt, log, sqrt
from operator import attrgetter
from typing import NamedTuple

from twinge.core.model import Morning
from twinge.core.pack import Mornings, RestingHeart, ShortSleep, Variability

HEART = ("resting_hr",)
HRV = ("rmssd", "sdnn")
SLEEP = ("sleep_min",)
DAY = attrgetter("day")


class Series(NamedTuple):
    """One kind of measurement from one source."""

    source: str
    measure: str


Value = tuple[int, int]
"""(local day, what was measured on its morning): a plain tuple, because a baseline holds sixty."""


def between(mornings: tuple[Morning, ...], first: int, last: int) -> tuple[Morning, ...]:
    """The mornings of the local days `first` to `last`, both counted."""
    return mornings[bisect_left(mornings, first, key=DAY) : bisect_right(mornings, last, key=DAY)]


def speaker(mornings: tuple[Morning, ...], measures: tuple[str, ...], first: int, last: int) -> Series | None:
    """The series that speaks where there are several: the one with the most values in those days, ties by name."""
    seen = between(mornings, first, last)
    if not seen:
        return None
    known = {
        Series(source, measure): count
        for measure in measures
        for source, count in Counter([one.source for one in seen if getattr(one, measure) is not None]).items()
    }
    return min(known, key=lambda series: (-known[series], series), default=None)


def values(mornings: tuple[Morning, ...], series: Series, first: int, last: int) -> list[Value]:
    """The known values of a series on those days, oldest first."""
    source, read = series.source, attrgetter(series.measure)
    ours = [(one.day, read(one)) for one in between(mornings, first, last) if one.source == source]
    return [value for value in ours if value[1] is not None]


# Resting heart rate, whole beats a minute.


def settled(hearts: list[Value], limits: Mornings, least: int) -> list[Value]:
    """Without lone jumps: values far from the median that did not stay for some mornings in a row.

    With no more than `least` values nobody knows what is usual, and all of them stand.
    """
    if len(hearts) <= least:
        return hearts
    middle, jump = twice_median([bpm for _, bpm in hearts]), 2 * limits.jump
    kept: list[Value] = []
    for side, group in groupby(hearts, key=lambda heart: _side(2 * heart[1] - middle, jump)):
        run = list(group)
        kept += run if side == 0 or len(run) >= limits.stays else []
    return kept


def _side(away: int, jump: int) -> int:
    return (away > jump) - (away < -jump)


def twice_median(numbers: list[int]) -> int:
    """Twice the median, so that it is whole."""
    ordered = sorted(numbers)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


class Usual(NamedTuple):
    """A resting heart rate that is usual, and the lines over it."""

    bpm: int
    """The median, a half rounded up: for whole beats the lines are the same."""
    slow: int
    """From here on it is up."""
    rest: int
    """From here on it is well up."""
    days: int
    """Values behind it."""


def usual_heart(numbers: list[int], limits: RestingHeart) -> Usual | None:
    """The lines of R03: the median and some beats, or so many sample standard deviations (n − 1) where that is more.

    None with too few values.
    """
    count = len(numbers)
    if count < limits.least:
        return None
    middle, spread = twice_median(numbers), squares(numbers)
    wide = 4 * limits.rise_sd**2 * spread
    margin = ceil_sqrt(-(-wide // (10_000 * count * (count - 1))))  # twice the deviations, rounded up
    lines = [-(-(middle + max(2 * rise, margin)) // 2) for rise in (limits.rise, limits.rest)]
    return Usual((middle + 1) // 2, lines[0], lines[1], count)


def squares(numbers: list[int]) -> int:
    """n·Σx² − (Σx)²: the sample variance times n·(n − 1), exactly."""
    return len(numbers) * sum([number * number for number in numbers]) - sum(numbers) ** 2


def ceil_sqrt(number: int) -> int:
    """The smallest whole number whose square is not under `number`."""
    return 0 if number <= 0 else isqrt(number - 1) + 1


# Heart-rate variability: ln of the milliseconds, in whole millionths.

LN = 1_000_000


class Week(NamedTuple):
    """One week of ln(HRV) against the days before it, in millionths."""

    total: int
    known: int
    """Values in the week."""
    base: int
    """Sum of the baseline."""
    spread: int
    """Its n·Σx² − (Σx)²."""
    days: int
    """Values behind it."""

    def under(self, percent: int) -> bool:
        """Whether the week's mean lies more than `percent` of a sample standard deviation under the baseline's."""
        gap = self.base * self.known - self.total * self.days
        wide = percent**2 * self.spread * self.days * self.known**2
        return gap > 0 and 10_000 * gap**2 * (self.days - 1) > wide

    @property
    def mean(self) -> float:
        """The week's mean of ln(ms)."""
        return self.total / self.known / LN

    def edge(self, percent: int) -> float:
        """The baseline's mean of ln(ms), less `percent` of its standard deviation."""
        deviation = sqrt(self.spread / (self.days * (self.days - 1)))
        return (self.base / self.days - percent * deviation / 100) / LN


def hrv_source(mornings: tuple[Morning, ...], day: int, limits: Variability) -> Series | None:
    """The source and kind of variability that speaks on `day`: the one with the fullest baseline."""
    start = day - limits.week_d + 1
    return speaker(mornings, HRV, start - limits.base_d, start - 1)


def hrv_logs(mornings: tuple[Morning, ...], series: Series, day: int, limits: Variability) -> list[Value]:
    """ln of its milliseconds up to `day`, as far back as the rule looks."""
    first = day - limits.week_d - limits.base_d - limits.rest_days + 2
    return [(measured, ln(number)) for measured, number in values(mornings, series, first, day)]


@lru_cache(maxsize=8192)
def ln(number: int) -> int:
    """ln of hundredths of a millisecond, in millionths of ln(ms). Remembered: every morning is in many baselines."""
    return round(LN * log(number / 100))


def week_of(logs: list[Value], day: int, limits: Variability) -> Week | None:
    """The seven days that end with `day` against the days before them; None where too little is known of either."""
    start = day - limits.week_d + 1
    week = [number for measured, number in logs if start <= measured <= day]
    if len(week) < limits.least_week:
        return None
    before = [value for value in logs if start - limits.base_d <= value[0] < start]
    if len(before) < limits.least or before[0][0] > start - limits.base_least_d:
        return None
    base = [number for _, number in before]
    return Week(sum(week), len(week), sum(base), squares(base), len(base))


def low_days(logs: list[Value], day: int, percent: int, days: int, limits: Variability) -> bool:
    """Whether the week was under that edge on so many days in a row, `day` the last of them."""
    weeks = (week_of(logs, day - back, limits) for back in range(days))
    return all(week is not None and week.under(percent) for week in weeks)


# Sleep, whole minutes.


class Nights(NamedTuple):
    """The nights of the last week from one source."""

    source: str
    minutes: int
    """Of all that are known."""
    known: int
    short: int
    """Short ones among the last few."""
    lately: int
    """Known ones among those."""


def nights(mornings: tuple[Morning, ...], day: int, limits: ShortSleep) -> Nights | None:
    """The week of nights up to the morning of `day`, of the source that knows most of them."""
    first = day - limits.window_d + 1
    series = speaker(mornings, SLEEP, first, day)
    if series is None:
        return None
    slept = values(mornings, series, first, day)
    lately = [minutes for woken, minutes in slept if woken > day - limits.of]
    short = sum(minutes < limits.short_min for minutes in lately)
    return Nights(series.source, sum(minutes for _, minutes in slept), len(slept), short, len(lately))
