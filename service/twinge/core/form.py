"""How somebody runs late in a run against early in it, and on which foot: watches see proxies of posture, no more."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import mul
from typing import Final, cast

from twinge.core.hills import Course
from twinge.core.model import Drift
from twinge.core.track import Track, runs

LEAST_S: Final = 2400
"""Moving seconds of a run whose form may drift (rules.md F01)."""
SETTLING_S: Final = 600
"""Moving seconds at the start that are no measure (rules.md F01)."""
FLAT: Final = 2
"""Per cent grade, up or down, below which ground is flat (rules.md F01)."""
FLAT_S: Final = 180
"""Flat seconds that each third must have to be compared. Ours."""
STOP_S: Final = 0.5
"""Seconds without moving that leave a stretch out: standing is no form. Ours."""
LEFT_S: Final = 600
"""Seconds for which the balance of the feet must be known (rules.md F02)."""

Parts = list[tuple[int, int]]
"""Runs of stretches, first and after."""


def drift(
    track: Track,
    course: Course,
    *,
    hr: list[float] | None,
    cadence: list[float] | None,
    contact: list[float] | None,
    bounce: list[float] | None,
) -> Drift | None:
    """The last third against the first of what comes after ten minutes: thirds by moving time, flat ground only.

    None for under 40 moving minutes, without grades, with under three flat minutes in a third, and where the speeds are
    more than 5 per cent apart: then the pace changed, not the form. With fatigue contact times go up and cadence down
    (Apte 2021, doi 10.3389/fphys.2021.646042; moderate); that a drift foretells an injury is weakly supported.
    """
    moved = track.clock[-1]
    if not course.grades or moved < LEAST_S:
        return None
    third = (moved - SETTLING_S) / 3
    thirds = _flat(track, course, SETTLING_S, SETTLING_S + third), _flat(track, course, moved - third, moved)
    before, after = (_speed(course, parts) for parts in thirds)
    if not before or not after or 20 * abs(after - before) > before:
        return None

    def means(stream: list[float] | None) -> list[float]:
        return [] if stream is None else [_mean(track, course, stream, parts) for parts in thirds]

    beats = means(hr)
    cost = _change([before / beats[0], after / beats[1]]) if beats else None
    return Drift(
        speed=round(1000 * (after - before) / before),
        cadence=_change(means(cadence)),
        contact=_change(means(contact)),
        bounce=_change(means(bounce)),
        decoupling=None if cost is None else -cost,
    )


def left(shares: Sequence[float | None], held: list[float]) -> int | None:
    """Mean share of the left foot in hundredths of a per cent; None where it is known for less than ten minutes.

    `shares` in per cent, and the seconds each sample stands for. No study says what a shift of it means.
    """
    known = cast(Sequence[float], shares)
    if None in shares:
        held = [seconds for share, seconds in zip(shares, held, strict=True) if share is not None]
        known = [share for share in shares if share is not None]
    total = sum(held)
    return round(100 * sum(map(mul, known, held)) / total) if total >= LEFT_S else None


def _flat(track: Track, course: Course, start: float, end: float) -> Parts:
    """The flat stretches without a stop that lie between two moments of moving time."""
    clock, time = [track.clock[at] for at in course.cuts], [track.time[at] for at in course.cuts]
    first, after = bisect_left(clock, start), bisect_right(clock, end) - 1
    fair = [
        -FLAT < course.grades[at] < FLAT and time[at + 1] - time[at] - course.seconds[at] < STOP_S
        for at in range(first, after)
    ]
    return [(first + one, first + other) for one, other in runs(fair)]


def _speed(course: Course, parts: Parts) -> int:
    """Millimetres a second; 0 where there is too little to go by."""
    seconds = sum([sum(course.seconds[first:after]) for first, after in parts])
    metres = sum([sum(course.metres[first:after]) for first, after in parts])
    return round(1000 * metres / seconds) if seconds >= FLAT_S else 0


def _mean(track: Track, course: Course, stream: list[float], parts: Parts) -> float:
    """The mean over time: a sample counts as long as the step that led to it."""
    total = seconds = 0.0
    for one, other in parts:
        first, after = course.edges[one], course.edges[other]
        total += sum(map(mul, stream[first:after], track.took[first:after]))
        seconds += sum(track.took[first:after])
    return total / seconds


def _change(means: list[float]) -> int | None:
    """Per mille of the first, where both are known and it is not 0."""
    return round(1000 * (means[1] - means[0]) / means[0]) if means and means[0] else None
