"""The published load formulas, one small function each, with units and source.

None of them knows an athlete or a workout; `load.py` chooses among them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import exp
from typing import Final

MEN: Final = (0.64, 1.92)
WOMEN: Final = (0.86, 1.67)
SEX: Final = {"male": (MEN,), "m": (MEN,), "female": (WOMEN,), "f": (WOMEN,)}
"""Banister's constants a and b. Some programs use 0.64 for women too and read a quarter low."""

CHART: Final = (
    (-32.0, 1.60), (-28.0, 1.40), (-24.0, 1.20), (-20.5, 1.10), (-17.5, 1.00), (-15.0, 0.93), (-12.5, 0.90),
    (-10.0, 0.87), (-8.7, 0.87), (-7.0, 0.89), (-3.0, 0.94), (0.0, 1.00), (2.0, 1.07), (3.8, 1.12), (5.7, 1.21),
    (7.0, 1.29), (8.3, 1.38), (10.0, 1.50), (12.0, 1.60), (14.5, 1.80), (17.5, 2.05), (20.0, 2.30), (24.0, 2.60),
    (28.0, 2.95), (32.0, 3.35),
)  # fmt: skip
"""Per cent grade → pace factor, read off the chart of Robb 2017 (Strava Engineering); good to about ±0.03."""

GRADES: Final = tuple(grade for grade, _ in CHART)
SLOPES: Final = tuple((high - low) / (right - left) for (left, low), (right, high) in pairwise(CHART))


def srpe(rpe: int | None, minutes: float) -> float | None:
    """Session RPE in arbitrary units: rating × minutes (Foster 2001, J Strength Cond Res 15(1):109).

    `rpe` is on the modified CR-10 scale. None or 0 gives None: a workout nobody rated is not a rest.
    """
    if rpe is None or not 1 <= rpe <= 10:
        return None
    return rpe * minutes


def banister(minutes: float, hr: float, rest: int, top: int, sex: str | None) -> float:
    """Banister's TRIMP in arbitrary units (Morton, Fitz-Clarke & Banister 1990, J Appl Physiol 69:1171).

    minutes × x × a·e^(bx), where x is the share of the heart-rate reserve between `rest` and `top` (bpm), kept within
    0 and 1. `sex` is male or female; otherwise the mean of both results.
    """
    return minutes * _impulse((hr - rest) / (top - rest), sex)


def banister_sum(hr_seconds: Iterable[tuple[int, int]], rest: int, top: int, sex: str | None) -> float:
    """Banister's TRIMP over a histogram of (bpm, seconds): equal to the sum over the samples."""
    weights = _impulses(top - rest, sex)
    return sum([weights[bpm - rest] * seconds for bpm, seconds in hr_seconds]) / 60


def _impulse(x: float, sex: str | None) -> float:
    """TRIMP of one minute at the share `x` of the heart-rate reserve."""
    x = min(max(x, 0.0), 1.0)
    constants = SEX.get(sex or "", (MEN, WOMEN))
    return sum(x * a * exp(b * x) for a, b in constants) / len(constants)


@lru_cache(maxsize=1024)
def _impulses(reserve: int, sex: str | None) -> tuple[float, ...]:
    """TRIMP of one minute by beats above rest, up to 299 above and 256 below.

    Keyed by the reserve alone, so that all athletes together need a few hundred tables. Beats below rest come as
    negative indexes and land in the zeros at the end.
    """
    return (*(_impulse(beats / reserve, sex) for beats in range(300)), *((0.0,) * 256))


def edwards(zone_minutes: Sequence[float]) -> float:
    """Edwards' zone TRIMP in arbitrary units: minutes at 50, 60, 70, 80 and 90 %HRmax and up, × 1 to 5 (Edwards 1993).

    The weights are practice, not physiology.
    """
    return sum(zone * minutes for zone, minutes in enumerate(zone_minutes, 1))


def lucia(below: float, between: float, above: float) -> float:
    """Lucia's TRIMP in arbitrary units: minutes below, between and above the two ventilatory thresholds × 1, 2, 3."""
    return below + 2 * between + 3 * above


def tss(seconds: float, watts: float, threshold_w: float) -> float:
    """Training stress by power: 100 is one hour at `threshold_w`. `watts` is normalised power (Coggan)."""
    return seconds * watts * (watts / threshold_w) / (threshold_w * 3600) * 100


def rtss(seconds: float, intensity: float) -> float:
    """Training stress by pace: hours × IF² × 100; `intensity` is graded speed over threshold speed (McGregor)."""
    return seconds / 3600 * intensity * intensity * 100


def hrtss_squared(seconds: float, hr: float, rest: int, top: int, threshold: float) -> float:
    """A product's heart-rate stress: hours × (reserve / threshold reserve)² × 100; `threshold` is a share of reserve.

    Not validated and not used: here so that figures from elsewhere can be compared.
    """
    share = (hr - rest) / (top - rest) / threshold
    return seconds / 3600 * share * share * 100


def minetti(grade: float) -> float:
    """Energy cost of running in J/(kg·m) at `grade` (a fraction, kept within ±0.45).

    Minetti 2002, J Appl Physiol 93:1039, doi 10.1152/japplphysiol.01177.2001. For energy only: it over-credits downhill
    pace, and says nothing about the mechanical load of going down.
    """
    i = min(max(grade, -0.45), 0.45)
    return ((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i + 3.6


def grade_factor(percent: float) -> float:
    """How much faster the same effort is on the flat: 1.5 at +10 per cent, 0.87 at −9, kept within ±32 per cent.

    Linear between the points of `CHART`.
    """
    if percent <= GRADES[0]:
        return CHART[0][1]
    if percent >= GRADES[-1]:
        return CHART[-1][1]
    at = bisect_right(GRADES, percent) - 1
    grade, factor = CHART[at]
    return factor + SLOPES[at] * (percent - grade)


def normalized_power(watts: Sequence[float]) -> float | None:
    """Fourth root of the mean fourth power of 30-s rolling means of one sample a second; None below 30 s (Coggan)."""
    if len(watts) < 30:
        return None
    totals = list(accumulate(watts, initial=0.0))
    squares = [(late - early) ** 2 for early, late in zip(totals, totals[30:], strict=False)]
    mean = sum([square * square for square in squares]) / len(squares)
    return float(mean**0.25) / 30
