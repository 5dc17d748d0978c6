"""The path of a workout, sample by sample: what was moved on foot, and the clock that runs only meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, compress
from operator import le, mul, sub, truediv
from typing import Final, NamedTuple

LONGEST_HOLD: Final = 10
"""Seconds a sample stands for at most: a longer gap is a pause, or nobody knows."""
MOVING: Final = 0.5
"""Metres per second above which somebody moves, where the recorder does not say: ours."""
TOO_FAST: Final = 8.0
"""Metres per second that nobody runs for `TOO_FAST_S` (rules.md section 1)."""
TOO_FAST_S: Final = 30
JUMP: Final = 12.5
"""Metres per second no runner has reached: one such step is a jump of the receiver. Ours."""
LEAP: Final = 100
"""Metres from which a jump counts in `Track.jumped`: less is jitter, or a distance that is written every few seconds.
Ours."""
CRAWL: Final = 0.5
"""Metres per second below which a step across a long gap was a pause, whatever the recorder says. Ours."""


class Track(NamedTuple):
    """The streams brought into step, and the path along them; one entry a sample in each list.

    A *step* leads to its sample from the one before; the first has no length.
    """

    time: list[float]
    took: list[float]
    """Seconds of the step."""
    held: list[float]
    """Seconds the sample stands for."""
    path: list[float] | None
    """Metres since the start, never decreasing; None without distance and speed."""
    moving: list[bool] | None
    """Whether the step was moving; None when nothing tells."""
    on: list[bool]
    """Whether the step counts: moving on foot, and neither a jump, nor a lift, nor a pause across a gap."""
    clock: list[float]
    """Moving seconds up to the sample: those of the steps that count."""
    moved: list[float] | None
    """Metres of the same steps."""
    even: bool
    """Whether every sample stands for one second, as most recorders write."""
    spikes: bool
    """Whether a step was too fast to count."""
    jumped: float
    """Metres of such steps: of those that were too fast for too long, and of jumps from `LEAP` on."""


def follow(
    time: list[float], distance: list[float] | None, speed: list[float] | None, said: Sequence[bool | None] | None
) -> Track:
    """The track along increasing `time` (seconds), by metres since the start, else by metres per second.

    `said` is the recorder's own word on moving. Without it and a path every step counts that is no gap.
    """
    took = [0.0, *map(sub, time[1:], time)]
    held = [*_capped(took[1:]), 1.0]
    even = set(held) == {1}
    path = _path(distance, speed, held)
    moving = None if said is None else [bool(word) for word in said]
    if path is None:
        on = [seconds <= LONGEST_HOLD for seconds in took]
        if moving is not None:
            on = [short and go for short, go in zip(on, moving, strict=True)]
        return Track(time, took, held, None, moving, on, _summed(took, on), None, even, spikes=False, jumped=0)
    gone = [0.0, *map(sub, path[1:], path)]
    paces = gone if even else [0.0, *map(truediv, gone[1:], took[1:])]
    if moving is None:
        moving = [pace > MOVING for pace in paces]
    on, spikes, jumped = _on_foot(paces, gone, took, moving)
    return Track(time, took, held, path, moving, on, _summed(took, on), _summed(gone, on), even, spikes, jumped)


def _capped(steps: list[float]) -> list[float]:
    if max(steps, default=0) <= LONGEST_HOLD:
        return steps
    capped = steps[:]
    for first, after in runs([step > LONGEST_HOLD for step in steps]):
        capped[first:after] = [LONGEST_HOLD] * (after - first)
    return capped


def _path(distance: list[float] | None, speed: list[float] | None, held: list[float]) -> list[float] | None:
    """Distance made never to decrease, else speed summed up; None when that leads nowhere, as on many treadmills."""
    path = distance or list(accumulate(map(mul, speed or [], held), initial=0.0))[:-1]
    if not all(map(le, path, path[1:])):
        path = list(accumulate(path, max))
    return path if path and path[-1] > path[0] else None


def _summed(steps: list[float], on: list[bool]) -> list[float]:
    """The running total of the steps that count."""
    counted = steps[:]
    for first, after in runs(on, of=False):
        counted[first:after] = [0.0] * (after - first)
    return list(accumulate(counted))


def _on_foot(
    paces: list[float], gone: list[float], took: list[float], moving: list[bool]
) -> tuple[list[bool], bool, float]:
    """The moving steps but for pauses across a gap, jumps of the receiver, and 30 s or more over 8 m/s.

    And whether there was anything of the last two, and the metres of it: the highest values tell at once that most
    tracks have none.
    """
    on = moving
    if max(took) > LONGEST_HOLD:
        on = [
            go and (seconds <= LONGEST_HOLD or pace > CRAWL) for go, seconds, pace in zip(on, took, paces, strict=True)
        ]
    top = max(paces)
    if top <= TOO_FAST:
        return on, False, 0
    lifts = _lifts(paces, took)
    on = [go and pace <= JUMP for go, pace in zip(on, paces, strict=True)]
    for first, after in lifts:
        on[first:after] = [False] * (after - first)
    return on, top > JUMP or bool(lifts), _jumped(paces, gone, lifts)


def _jumped(paces: list[float], gone: list[float], lifts: list[tuple[int, int]]) -> float:
    """Metres that nobody ran: the lifts, and the jumps that are long enough to be none of jitter."""
    leapt = [pace > JUMP and metres >= LEAP for pace, metres in zip(paces, gone, strict=True)]
    for first, after in lifts:
        leapt[first:after] = [True] * (after - first)
    return sum(compress(gone, leapt))


def _lifts(paces: list[float], took: list[float]) -> list[tuple[int, int]]:
    """The runs of steps that were too fast for too long."""
    fast = runs([pace > TOO_FAST for pace in paces])
    return [(first, after) for first, after in fast if sum(took[first:after]) >= TOO_FAST_S]


def runs(flags: list[bool], *, of: bool = True) -> list[tuple[int, int]]:
    """Where the flags are `of`, as runs: the index of the first, and that after the last."""
    ended, found, after = [*flags, not of], list[tuple[int, int]](), 0
    with suppress(ValueError):  # no more of them
        while True:
            first = ended.index(of, after)
            after = ended.index(not of, first)
            found.append((first, after))
    return found
