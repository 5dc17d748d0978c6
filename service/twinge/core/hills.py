"""What a path and its altitude say: metres up and down, steep ones, and the flat path that would have cost the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from operator import mul, sub, truediv
from typing import Final, NamedTuple, cast

from twinge.core.formula import grade_factor
from twinge.core.track import Track, runs

REVERSAL_BAROMETRIC_M: Final = 3
REVERSAL_GPS_M: Final = 10
STRETCH_M: Final = 25
"""Altitude is averaged over stretches of this length; grade is taken from one neighbour to the other. Ours."""
STEEP: Final = -5
"""Per cent grade at which going down counts as steep (rules.md T02)."""
STEEP_M: Final = 100
"""Metres of path such a descent must have (rules.md T02)."""
SLACK: Final = 1e-6
"""Per cent grade: what is lost in adding up floats must not make a slope of 5 per cent a milder one."""


class Course(NamedTuple):
    """A path cut into stretches of 25 m or a little more, each with a sample or more; without a path there is none.

    The steps of stretch k lead from sample `cuts[k]` to sample `cuts[k + 1]`.
    """

    clock: list[float]
    """By sample: moving seconds up to there."""
    moved: list[float]
    """By sample: metres moved on foot."""
    edges: list[int]
    """The first sample of each stretch, and the number of samples."""
    cuts: list[int]
    """The last sample before each (the first of all for the first), and the last of all."""
    places: list[float]
    """By cut: metres of path."""
    levels: list[float]
    """By cut: altitude; empty without."""
    metres: list[float]
    """By stretch: moved on foot."""
    seconds: list[float]
    """By stretch: moving seconds behind them."""
    grades: list[float]
    """By stretch: per cent; empty without altitude, and for a path too short to have a grade."""
    factors: list[float]
    """By stretch: how much flat distance a metre is worth, by the chart of pace on grade; 1 without grades."""
    flats: list[float]
    """By cut: flat-equivalent metres up to there."""


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
    steps = iter(heights)
    low = high = heights[0]
    for height in steps:
        low, high = min(low, height), max(high, height)
        if high - low >= least:
            break
    else:
        return []
    turns, up, here = [high if height == low else low], height == high, cast(float | None, height)
    while here is not None:
        turn, here = (_top if up else _bottom)(steps, here, least)
        turns.append(turn)
        up = not up
    return turns


def _top(steps: Iterator[float], high: float, least: float) -> tuple[float, float | None]:
    """The highest point before the path has gone down by `least`, and where it is then; None: that is its end."""
    for height in steps:
        if height > high:
            high = height
        elif high - height >= least:
            return high, height
    return high, None


def _bottom(steps: Iterator[float], low: float, least: float) -> tuple[float, float | None]:
    """The lowest point before the path has gone up by `least`, and where it is then."""
    for height in steps:
        if height < low:
            low = height
        elif height - low >= least:
            return low, height
    return low, None


def cut(track: Track, heights: list[float] | None) -> Course:
    """The course of a track; `heights` is the altitude of each sample, without gaps."""
    path, moved, clock = track.path or [], track.moved or [], track.clock
    edges = _stretches(path)
    cuts = [0, *[edge - 1 for edge in edges[1:]]] if path else []
    metres, seconds = _between(moved, cuts), _between(clock, cuts)
    grades = _grades(path, heights, edges) if heights and len(metres) > 1 else []
    factors = list(map(grade_factor, grades)) or [1.0] * len(metres)
    flats = list(accumulate(map(mul, metres, factors), initial=0.0))
    places, levels = _at(path, cuts), _at(heights or [], cuts)
    return Course(clock, moved, edges, cuts, places, levels, metres, seconds, grades, factors, flats)


def _stretches(path: list[float]) -> list[int]:
    """Edges (indexes) of the stretches the path is cut into; each holds a sample or more."""
    edges = [0]
    while edges[-1] < len(path):
        edges.append(bisect_left(path, path[edges[-1]] + STRETCH_M, edges[-1]))
    return edges


def _at(values: list[float], places: list[int]) -> list[float]:
    return [values[place] for place in places] if values else []


def _between(totals: list[float], places: list[int]) -> list[float]:
    """What a running total gains from place to place."""
    there = _at(totals, places)
    return list(map(sub, there[1:], there))


def _grades(path: list[float], heights: list[float], edges: list[int]) -> list[float]:
    """Per cent grade of each stretch, from the middle of the stretch before it to that of the one after it."""
    places, levels = _means(path, edges), _means(heights, edges)
    far = map(sub, [*places[1:], places[-1]], [places[0], *places])
    high = map(sub, [*levels[1:], levels[-1]], [levels[0], *levels])
    return [100 * rise / run for rise, run in zip(high, far, strict=True)]


def _means(values: list[float], edges: list[int]) -> list[float]:
    """The mean of the values of each stretch."""
    return list(map(truediv, _between(list(accumulate(values, initial=0.0)), edges), map(sub, edges[1:], edges)))


def graded(course: Course) -> Flat | None:
    """The flat equivalent of a course on foot; None without grades."""
    seconds = round(course.clock[-1])
    return Flat(round(course.flats[-1]), seconds) if course.grades and seconds else None


def reached(course: Course, seconds: float) -> float:
    """Flat-equivalent metres after so many moving seconds, of those there are."""
    clock, moved = course.clock, course.moved
    after = bisect_left(clock, seconds)
    if after in (0, len(clock)):
        return course.flats[-1] if after else 0.0
    share = (seconds - clock[after - 1]) / (clock[after] - clock[after - 1])
    metres = moved[after - 1] + share * (moved[after] - moved[after - 1])
    at = bisect_right(course.edges, after) - 1
    return course.flats[at] + course.factors[at] * (metres - moved[course.cuts[at]])


def steep(course: Course) -> int | None:
    """Metres of altitude lost on foot where 100 m and more of path went down at 5 per cent or steeper.

    None without grades. A stretch that was mostly not on foot (a lift, a jump of the receiver) ends such a descent.
    At −9° and 3 m/s the impact peaks are 54 and the braking peaks 73 per cent above those on the flat (Gottschall &
    Kram 2005, doi 10.1016/j.jbiomech.2004.04.023): moderate for the mechanism, weak for injury.
    """
    if not course.grades:
        return None
    lengths = map(sub, course.places[1:], course.places)
    down = [
        grade <= STEEP + SLACK and 2 * metres > length
        for grade, metres, length in zip(course.grades, course.metres, lengths, strict=True)
    ]
    descents = [(first, after) for first, after in runs(down) if sum(course.metres[first:after]) >= STEEP_M]
    return round(sum([max(0.0, course.levels[first] - course.levels[after]) for first, after in descents]))
