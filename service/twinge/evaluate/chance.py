"""What a rule that fires at random would have done, exactly; and how sure the athletes at hand make us, by bootstrap.

The random rule is each athlete's own nudges turned round their own workouts: as many, with the same gaps between them,
begun at every workout in turn. It knows how often to speak, and nothing else. Workouts rather than days, because a
nudge only ever follows a workout: over bare days every rule would look clever for keeping silent in the holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from twinge.evaluate.risk import Watch

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
    windows = [watch.before(onset, within) for onset in watch.onsets]
    near = {place for window in windows for place in window}
    nudged, workouts = set(watch.nudged), len(watch.heard)
    return Tally(
        weeks=watch.weeks,
        nudges=len(nudged),
        onsets=len(watch.onsets),
        warned=sum(not nudged.isdisjoint(window) for window in windows),
        warned_chance=sum(_turned(window, nudged, workouts) for window in windows),
        followed=len(nudged & near),
        followed_chance=len(nudged) * len(near) / workouts if workouts else 0,
    )


def _turned(window: Sequence[int], nudged: set[int], workouts: int) -> float:
    """The share of all turns that bring a nudge into the window."""
    turns = {(place - nudge) % workouts for place in window for nudge in nudged}
    return len(turns) / workouts if workouts else 0


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
