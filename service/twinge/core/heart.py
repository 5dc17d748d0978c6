"""The heart-rate stream: when a sensor is not believed, and what a believed one says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate, compress, pairwise
from operator import mul, sub
from typing import Final, cast

from twinge.core.track import LONGEST_HOLD, Track

FLAT_S: Final = 300
FLAT_STEP_S: Final = 60
VARIES: Final = 0.15
"""Speed varies when the standard deviation of its 30-s means is over this share of their mean: ours."""
EARLY: Final = (120, 300)
"""Moving seconds: optical sensors need the first two minutes, and a warm-up is over after five (rules.md W01)."""
MEAN_S: Final = 60

Beats = Sequence[float | None]


def doubt(track: Track, beats: Beats, cadence: Beats | None) -> str | None:
    """Why the sensor is not believed: `hr_locked` on to the steps, or `hr_flat`; None where it is."""
    if cadence is not None and _locked(beats, cadence, track.moving):
        return "hr_locked"
    return "hr_flat" if _flat(beats, track) else None


def histogram(track: Track, beats: Beats) -> tuple[tuple[int, int], ...]:
    """(bpm, seconds), ascending, of a believed stream: a second for each sample, and then what it stood for besides."""
    seconds: dict[int, float] = defaultdict(float)
    for bpm, count in Counter(beats).items():
        if bpm is not None:
            seconds[round(bpm)] += count
    odd = [] if track.even else [(bpm, held) for bpm, held in zip(beats, track.held, strict=True) if held != 1]
    for bpm, held in odd:
        if bpm is not None:
            seconds[round(bpm)] += held - 1
    return tuple((bpm, whole) for bpm, held in sorted(seconds.items()) if (whole := round(held)))


def early(clock: list[float], beats: list[float]) -> int | None:
    """The highest mean of 60 s that begins at 2:00 or later and ends at 5:00 or earlier of moving time.

    Where samples are sparse a mean reaches to the next one after its 60 s. None where no such span is known.
    """
    first = bisect_left(clock, EARLY[0])
    span = clock[first : bisect_right(clock, EARLY[1])]
    sums = list(accumulate(map(mul, beats[first:], map(sub, span[1:], span)), initial=0.0))
    best = 0.0
    for at, start in enumerate(span):
        end = bisect_left(span, start + MEAN_S)
        if end == len(span):
            break
        best = max(best, (sums[end] - sums[at]) / (span[end] - start))
    return round(best) or None


def _locked(beats: Beats, cadence: Beats, moving: list[bool] | None) -> bool:
    """Optical sensors lock on to the steps: |HR − cadence| < 3 for over 60 per cent of the moving samples."""
    on = moving or [True] * len(beats)
    near = [
        True
        for bpm, steps in compress(zip(beats, cadence, strict=True), on)
        if bpm is not None and steps is not None and bpm - 3 < steps < bpm + 3
    ]
    return 100 * len(near) > 60 * sum(on)


def _flat(beats: Beats, track: Track) -> bool:
    """A stuck sensor: under 1 bpm of standard deviation over some five minutes in which the speed varies."""
    path = track.path
    if path is None:
        return False
    time, known = track.time, cast(Sequence[float], beats)
    if None in beats:
        time = [t for t, bpm in zip(time, beats, strict=True) if bpm is not None]
        known = [bpm for bpm in beats if bpm is not None]
    sums = list(accumulate(known, initial=0))
    squares = list(accumulate(map(mul, known, known), initial=0))
    first = 0
    while time[first] + FLAT_S <= time[-1] + 1:
        after = bisect_left(time, time[first] + FLAT_S)
        n = after - first
        spread = n * (squares[after] - squares[first]) - (sums[after] - sums[first]) ** 2
        if n >= FLAT_S // LONGEST_HOLD and spread < n * n and _varies(track, path, time[first]):
            return True
        first = bisect_left(time, time[first] + FLAT_STEP_S)
    return False


def _varies(track: Track, path: list[float], start: float) -> bool:
    """Whether the speed varied over the five minutes from `start`, by the means of each 30 s; a gap tells nothing."""
    edges = [bisect_right(track.time, start + after) - 1 for after in range(0, FLAT_S + 1, 30)]
    if max(track.took[edges[0] + 1 : edges[-1] + 2]) > LONGEST_HOLD:
        return False
    gone = [path[after] - path[before] for before, after in pairwise(edges)]
    mean = sum(gone) / len(gone)
    return sum([(metres - mean) ** 2 for metres in gone]) > len(gone) * (VARIES * mean) ** 2
