"""Per-second samples in, one small `Shape` out; what fails its gate comes out empty, never as a guess.

The gates are those of rules.md section 1. Where that page leaves a number open, the constant below says that it is
ours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import accumulate, pairwise, repeat
from operator import lt, mul, sub
from typing import Final, NamedTuple, cast

from twinge.core.formula import normalized_power
from twinge.core.hills import climbed, graded
from twinge.core.model import Shape

Stream = Sequence[float | None] | None

LONGEST_HOLD: Final = 10
"""Seconds a sample stands for at most: a longer gap is a pause, or nobody knows."""
LATEST: Final = 1e11
"""Seconds no clock shows: a later time is garbage."""
HR: Final = (30, 230)
MISSING: Final = 10
"""Per cent of samples a stream may lack."""
FLAT_S: Final = 300
FLAT_STEP_S: Final = 60
VARIES: Final = 0.15
"""Speed varies when the standard deviation of its 30-s means is over this share of their mean: ours."""
MOVING: Final = 0.5
"""Metres per second above which somebody moves, where the recorder does not say: ours."""


@dataclass(frozen=True, slots=True)
class Streams:
    """A recorder's streams, aligned by index; None inside a stream is a sample not known.

    Streams of unequal length are cut to the shortest; an empty one counts as not there.
    """

    time_s: Stream = None
    """Seconds, increasing; a sample that does not increase is dropped from every stream."""
    distance_m: Stream = None
    """Since the start."""
    altitude_m: Stream = None
    hr: Stream = None
    cadence_spm: Stream = None
    """Steps of both feet per minute; a source that counts one foot must be doubled first."""
    power_w: Stream = None
    speed_m_s: Stream = None
    moving: Sequence[bool | None] | None = None
    barometric: bool | None = None
    """Whether the altitude has a barometer behind it; not known is taken for GPS."""


class Track(NamedTuple):
    """The streams brought into step, and the path along them; one entry a sample in each list."""

    time: list[float]
    took: list[float]
    """Seconds of the step that led to each sample, 0 for the first."""
    held: list[float]
    """Seconds each sample stands for."""
    path: list[float] | None
    """Metres since the start, never decreasing; None without distance and speed."""
    gone: list[float] | None
    """Metres of the step that led to each sample."""
    moving: list[bool] | None
    """Whether that step was moving; None when nothing tells."""


def shape(streams: Streams) -> Shape:
    """What the streams showed. Never raises for data: a part that cannot be used is None or empty.

    `graded_m` means something for sports on foot only: a step over 12.5 m/s, or 30 s over 8 m/s, is left out of it.
    """
    told = _in_step(streams)
    heights = _known(told.altitude_m, -500, 9000)
    climb, descent = (None, None) if heights is None else climbed(heights, bool(streams.barometric))
    if told.time_s is None:
        return Shape(climb_m=climb, descent_m=descent)
    track = _track(told)
    flat = None
    if track.path is not None and track.moving is not None and heights is not None:
        flat = graded(track.path, track.took, track.moving, heights)
    return Shape(
        hr_seconds=_histogram(track, told.hr, told.cadence_spm),
        normalized_power_w=_power(track, told.power_w),
        graded_m=flat and flat.metres,
        graded_s=flat and flat.seconds,
        climb_m=climb,
        descent_m=descent,
    )


# ---- bringing the streams into step ----------------------------------------------------------------------------------

NAMES: Final = tuple(field.name for field in fields(Streams) if field.name != "barometric")


def _in_step(streams: Streams) -> Streams:
    """The same streams, of one length, with time increasing; what is not there stays None."""
    given = {name: stream for name in NAMES if (stream := getattr(streams, name))}
    if not given:
        return Streams()
    length = min(map(len, given.values()))
    given = {name: stream[:length] for name, stream in given.items()}
    time = given.get("time_s")
    if time is not None and not _increases(time):
        kept = _increasing(time)
        given = {name: [stream[i] for i in kept] for name, stream in given.items() if kept}
    return Streams(**given)


def _increases(time: Sequence[float | None]) -> bool:
    if None in time:
        return False
    whole = cast(Sequence[float], time)
    return whole[0] >= 0 and whole[-1] < LATEST and all(map(lt, whole, whole[1:]))


def _increasing(time: Sequence[float | None]) -> list[int]:
    """Indexes of the samples whose time is a number and later than that of the last one kept."""
    kept, last = [], -1.0
    for i, t in enumerate(time):
        if t is not None and last < t < LATEST:
            kept.append(i)
            last = t
    return kept


def _clean(stream: Sequence[float | None], least: float, most: float) -> list[float | None] | None:
    """The stream with what lies outside [least, most] made None; None when too much is missing then."""
    clean = [x if x is not None and least <= x <= most else None for x in stream]
    missing = clean.count(None)
    return clean if 100 * missing <= MISSING * len(clean) and missing < len(clean) else None


def _known(stream: Stream, least: float, most: float) -> list[float] | None:
    """The stream with its gaps closed in straight lines, its ends held; None when too much is missing."""
    clean = None if stream is None else _clean(stream, least, most)
    if clean is None or None not in clean:
        return cast(list[float] | None, clean)
    there = [i for i, x in enumerate(clean) if x is not None]
    filled = [0.0 if x is None else x for x in clean]
    for before, after in pairwise(there):
        slope = (filled[after] - filled[before]) / (after - before)
        for i in range(before + 1, after):
            filled[i] = filled[before] + slope * (i - before)
    first, last = there[0], there[-1]
    filled[:first] = [filled[first]] * first
    filled[last + 1 :] = [filled[last]] * (len(filled) - last - 1)
    return filled


def _track(told: Streams) -> Track:
    time = list(cast(Sequence[float], told.time_s))
    took = [0.0, *map(sub, time[1:], time)]
    held = [min(LONGEST_HOLD, step) for step in took[1:]]
    held.append(1.0)
    path = _path(told, held)
    gone = None if path is None else [0.0, *map(sub, path[1:], path)]
    return Track(time, took, held, path, gone, _moving(told.moving, took, gone))


def _path(told: Streams, held: list[float]) -> list[float] | None:
    """Distance made never to decrease, else speed summed up; None when neither can be used."""
    distance = _known(told.distance_m, 0, 1e7)
    if distance is not None:
        return list(accumulate(distance, max))
    speed = _known(told.speed_m_s, 0, 100)
    return None if speed is None else list(accumulate(map(mul, speed, held), initial=0.0))[:-1]


def _moving(said: Sequence[bool | None] | None, took: list[float], gone: list[float] | None) -> list[bool] | None:
    if said is not None:
        return [bool(word) for word in said]
    if gone is None:
        return None
    return [metres > MOVING * seconds for metres, seconds in zip(gone, took, strict=True)]


# ---- heart rate and power --------------------------------------------------------------------------------------------


def _histogram(track: Track, hr: Stream, cadence: Stream) -> tuple[tuple[int, int], ...]:
    """(bpm, seconds), ascending; empty when the stream is missing, flat, or follows the cadence."""
    beats = None if hr is None else _clean(hr, *HR)
    if beats is None or _locked(beats, cadence, track.moving) or _flat(beats, track):
        return ()
    seconds = [0.0] * (HR[1] + 1)
    for bpm, held in zip(beats, track.held, strict=True):
        if bpm is not None:
            seconds[round(bpm)] += held
    return tuple((bpm, whole) for bpm, held in enumerate(seconds) if (whole := round(held)))


def _locked(beats: list[float | None], cadence: Stream, moving: list[bool] | None) -> bool:
    """Optical sensors lock on to the steps: |HR − cadence| < 3 for over 60 per cent of the moving samples."""
    if cadence is None:
        return False
    near = [
        bpm is not None and steps is not None and -3 < bpm - steps < 3
        for bpm, steps, on in zip(beats, cadence, moving or repeat(True), strict=False)
        if on
    ]
    return 100 * sum(near) > 60 * len(near)


def _flat(beats: list[float | None], track: Track) -> bool:
    """A stuck sensor: under 1 bpm of standard deviation over some five minutes in which the speed varies."""
    path = track.path
    if path is None:
        return False
    time = [t for t, bpm in zip(track.time, beats, strict=True) if bpm is not None]
    known = [bpm for bpm in beats if bpm is not None]
    sums = list(accumulate(known, initial=0.0))
    squares = list(accumulate(map(mul, known, known), initial=0.0))
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


def _power(track: Track, power: Stream) -> int | None:
    """Normalised power; None without a meter, which some sources write as zeros throughout."""
    known = _known(power, 0, 3000)
    watts: list[float] = []
    elapsed = 0.0
    for level, held in zip(known or (), track.held, strict=False):
        elapsed += held
        watts += [level] * (round(elapsed) - len(watts))
    return round(normalized_power(watts) or 0) or None
