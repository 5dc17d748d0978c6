"""What a rule that fires at random would have done, exactly; and how sure the athletes at hand make us, by bootstrap.

The random rule is each athlete's own nudges turned round their own workouts: as many, with the same gaps between them,
begun at every workout in turn. It knows how often to speak, and nothing else. Workouts rather than days, because a
nudge only ever follows a workout: over bare days every rule would look clever for keeping silent in the holidays.
Nudges about mornings are turned round the mornings by themselves, each turn of the one with each of the other: a
morning is no workout, and mornings go on where training does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from twinge.evaluate.risk import Row, Watch

UNSURE = 0.05
"""With more than this share of the draws without a value there is no interval."""


class Tally(NamedTuple):
    """One athlete's counts for one window, or the sum over athletes."""

    weeks: float = 0
    nudges: float = 0
    onsets: float = 0
    warned: float = 0
    """Onsets with a nudge in the window before them."""
    warned_chance: float = 0
    """The same for the random rule: its mean over all turns."""
    followed: float = 0
    """Nudges with an onset in the window after them."""
    followed_chance: float = 0


class Estimate(NamedTuple):
    """A number with its 95 % interval over athletes; None where there is nothing to divide by, or too few athletes."""

    value: float | None
    low: float | None = None
    high: float | None = None


Share = Callable[[Tally], float | None]


def tally(watch: Watch, within: int) -> Tally:
    """Count the athlete's nudges and onsets against each other, and against chance."""
    near = [_near(row, watch.onsets, within) for row in watch.rows]
    return Tally(
        weeks=watch.weeks,
        nudges=watch.nudges,
        onsets=len(watch.onsets),
        warned=sum(any(_warns(row, onset, within) for row in watch.rows) for onset in watch.onsets),
        warned_chance=sum(_turned(watch.rows, onset, within) for onset in watch.onsets),
        followed=sum(len(near.intersection(row.nudged)) for row, near in zip(watch.rows, near, strict=True)),
        followed_chance=sum(
            len(row.nudged) * len(near) / len(row.heard)
            for row, near in zip(watch.rows, near, strict=True)
            if row.heard
        ),
    )


def _near(row: Row, onsets: Sequence[int], within: int) -> set[int]:
    """The occasions in the window of any onset."""
    return {place for onset in onsets for place in row.before(onset, within)}


def _warns(row: Row, onset: int, within: int) -> bool:
    return not set(row.nudged).isdisjoint(row.before(onset, within))


def _turned(rows: Sequence[Row], onset: int, within: int) -> float:
    """The share of all turns, each row's with each of the other's, that bring a nudge into the window."""
    caught = 0.0
    for row in rows:
        turns = {(place - nudge) % len(row.heard) for place in row.before(onset, within) for nudge in row.nudged}
        share = len(turns) / len(row.heard) if row.heard else 0
        caught += share - caught * share
    return caught


def add(tallies: Sequence[Tally]) -> Tally:
    """The sum over athletes."""
    return Tally(*map(sum, zip(*tallies, strict=True))) if tallies else Tally()


def divide(above: str, below: str) -> Share:
    """The share of two of a tally's counts."""

    def share(tally: Tally) -> float | None:
        over: float = getattr(tally, below)
        under: float = getattr(tally, above)
        return under / over if over else None

    return share


def estimate(tallies: Sequence[Tally], shares: Sequence[Share], draws: int, seed: int) -> list[Estimate]:
    """Each share of the pooled counts, with the percentile interval over `draws` resamples of the athletes."""
    rng, whole = Random(seed), add(tallies)
    samples = [add(rng.choices(tallies, k=len(tallies))) for _ in range(draws)] if len(tallies) > 1 else []
    return [Estimate(share(whole), *_interval([share(sample) for sample in samples])) for share in shares]


def _interval(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    known = sorted(value for value in values if value is not None)
    if not known or len(known) < (1 - UNSURE) * len(values):
        return None, None
    last = len(known) - 1
    return known[round(0.025 * last)], known[round(0.975 * last)]
