"""What a path and its altitude say: metres up and down, and the flat distance that would have cost the same."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, compress, groupby, pairwise
from operator import mul, sub, truediv
from typing import Final, NamedTuple

from twinge.core.formula import grade_factor

REVERSAL_BAROMETRIC_M: Final = 3
REVERSAL_GPS_M: Final = 10
STRETCH_M: Final = 25
"""Altitude is averaged over stretches of this length; grade is taken from one neighbour to the other. Ours."""
TOO_FAST: Final = 8.0
"""Metres per second that nobody runs for `TOO_FAST_S` (rules.md section 1)."""
TOO_FAST_S: Final = 30
JUMP: Final = 12.5
"""Metres per second no runner has reached: one such step is a jump of the receiver. Ours."""
LONG_GAP_S: Final = 10
CRAWL: Final = 0.5
"""Metres per second below which a step across a long gap was a pause, whatever the recorder says. Ours."""


class Flat(NamedTuple):
    """A hilly path as a flat one."""

    metres: int
    """The flat distance of the same effort, by the chart of pace on grade."""
    seconds: int
    """Moving seconds behind it."""


def climbed(heights: list[float], barometric: bool) -> tuple[int, int]:
    """Metres up and down from turn to turn, a turn being a reversal of at least 3 m (barometer) or 10 m (GPS).

    Recorders over-read flat ground by up to 4 m a kilometre (Ammann 2016), which this leaves out.
    """
    turns = _turns(heights, REVERSAL_BAROMETRIC_M if barometric else REVERSAL_GPS_M)
    legs = [after - before for before, after in pairwise(turns)]
    return round(sum(leg for leg in legs if leg > 0)), round(-sum(leg for leg in legs if leg < 0))


def _turns(heights: list[float], least: float) -> list[float]:
    """The lowest and highest points between which the path went up or down by `least` or more."""
    turns = []
    low = high = heights[0]
    going = 0
    for height in heights:
        if height > high:
            high = height
        elif height < low:
            low = height
        if going >= 0 and high - height >= least:
            turns.append(high)
            low, going = height, -1
        elif going <= 0 and height - low >= least:
            turns.append(low)
            high, going = height, 1
    return [*turns, high if going > 0 else low] if going else []


def graded(path: list[float], took: list[float], moving: list[bool], heights: list[float]) -> Flat | None:
    """The flat equivalent of a path on foot; None for one too short to have a grade.

    By sample: metres since the start (never decreasing), seconds of the step that led there, whether that step was
    moving, and altitude.
    """
    gone = [0.0, *map(sub, path[1:], path)]
    on = _on_foot(gone, took, moving)
    seconds = round(sum(compress(took, on)))
    edges = _stretches(path)
    if not seconds or len(edges) < 3:
        return None
    metres = _sums([step if foot else 0.0 for step, foot in zip(gone, on, strict=True)], edges)
    counts = [after - before for before, after in pairwise(edges)]
    places = list(map(truediv, _sums(path, edges), counts))
    levels = list(map(truediv, _sums(heights, edges), counts))
    return Flat(round(sum(map(mul, metres, map(grade_factor, _grades(places, levels))))), seconds)


def _on_foot(gone: list[float], took: list[float], moving: list[bool]) -> list[bool]:
    """The moving steps without the receiver's jumps, pauses across a gap, and 30 s or more over 8 m/s."""
    on = [
        go and metres <= JUMP * seconds and (seconds <= LONG_GAP_S or metres > CRAWL * seconds)
        for metres, seconds, go in zip(gone, took, moving, strict=True)
    ]
    fast = [metres > TOO_FAST * seconds for metres, seconds in zip(gone, took, strict=True)]
    at = 0
    for over, steps in groupby(fast) if any(fast) else ():
        after = at + len(list(steps))
        if over and sum(took[at:after]) >= TOO_FAST_S:
            on[at:after] = [False] * (after - at)
        at = after
    return on


def _stretches(path: list[float]) -> list[int]:
    """Edges (indexes) of the stretches the path is cut into; each holds a sample or more."""
    edges = [0]
    while edges[-1] < len(path):
        edges.append(bisect_left(path, path[edges[-1]] + STRETCH_M, edges[-1]))
    return edges


def _sums(values: list[float], edges: list[int]) -> list[float]:
    """The sum of the values of each stretch."""
    totals = list(accumulate(values, initial=0.0))
    return [totals[after] - totals[before] for before, after in pairwise(edges)]


def _grades(places: list[float], levels: list[float]) -> list[float]:
    """Per cent grade of each stretch, from the stretch before it to the one after it."""
    runs = map(sub, [*places[1:], places[-1]], [places[0], *places])
    rises = map(sub, [*levels[1:], levels[-1]], [levels[0], *levels])
    return [100 * rise / run for rise, run in zip(rises, runs, strict=True)]
