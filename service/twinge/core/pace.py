"""What the speed says of a run: how it began, how brisk and how even it was, and how much of it was running."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, compress, pairwise
from math import sqrt
from typing import Final

from twinge.core.hills import Course, reached
from twinge.core.track import Track

EARLY_S: Final = 300
BRISK: Final = 0.75
"""The share of the moving time that was no faster (rules.md W01)."""
UNEVEN_MIN: Final = 20
"""Minutes from which a variation is worth a figure. Ours."""
UNEVEN_MOST: Final = 2880
"""Minutes that are looked at: a broken clock may tell of thirty years. Ours."""
RUN_M_S: Final = 2.0
RUN_SPM: Final = 140
"""Above either it is running, not walking (rules.md RR02)."""


def early(course: Course) -> int | None:
    """Mean flat-equivalent speed of the first five moving minutes, mm/s; None for less than that."""
    if not course.metres or course.clock[-1] < EARLY_S:
        return None
    return round(1000 * reached(course, EARLY_S) / EARLY_S)


def brisk(course: Course) -> int | None:
    """The flat-equivalent speed that three quarters of the moving time did not pass, mm/s, by stretches of 25 m."""
    flat = [metres * factor for metres, factor in zip(course.metres, course.factors, strict=True)]
    ranked = sorted([(far / took, took) for far, took in zip(flat, course.seconds, strict=True) if took > 0])
    if not ranked:
        return None
    passed = list(accumulate([took for _, took in ranked]))
    return round(1000 * ranked[bisect_left(passed, BRISK * passed[-1])][0])


def uneven(course: Course) -> int | None:
    """Coefficient of variation of the flat-equivalent speeds of each whole moving minute, per mille (of a population).

    None without grades, and for less than 20 minutes. Over 180 hints at rough ground (rules.md section 5; ours, weak).
    """
    minutes = min(int(course.clock[-1] // 60), UNEVEN_MOST)
    if not course.grades or minutes < UNEVEN_MIN:
        return None
    far = [after - before for before, after in pairwise([reached(course, 60 * n) for n in range(minutes + 1)])]
    mean = sum(far) / minutes
    if mean <= 0:
        return None
    spread = sum([(metres - mean) ** 2 for metres in far]) / minutes
    return round(1000 * sqrt(spread) / mean)


def running(track: Track, course: Course, cadence: list[float] | None) -> int | None:
    """Seconds of running: moving over 2.0 m/s or over 140 steps a minute; None when neither is known.

    With a path a stretch of 25 m is running or not, by its means: single seconds of a receiver are too rough for it.
    """
    if course.metres:
        parts = zip(course.metres, course.seconds, pairwise(course.edges), strict=True)
        return round(sum([took for far, took, part in parts if far > RUN_M_S * took or _quick(cadence, *part)]))
    if cadence is None:
        return None
    quick = [counts and steps > RUN_SPM for counts, steps in zip(track.on, cadence, strict=True)]
    return round(sum(compress(track.took, quick)))


def _quick(cadence: list[float] | None, first: int, after: int) -> bool:
    return cadence is not None and sum(cadence[first:after]) > RUN_SPM * (after - first)
