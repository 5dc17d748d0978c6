"""All that the rules may know after each event: one bounded value per athlete.

It holds the sessions of the last 91 days (capped), the shape of the running weeks before a break, and a few marks.
Nothing in it grows with the length of the history, and everything in it follows from the history alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from twinge.core.model import Activity, Session


class Base(NamedTuple):
    """What running looked like on the day of the last run before a break: the yardstick for a return (R06)."""

    day: int
    """Local day of the last run before the break."""
    runs: int
    """Runs in the 28 days that end with it."""
    metres: int | None
    """Distance of those 28 days; None when one of them had none."""
    seconds: int | None
    longest_m: int | None
    """Longest run of the 30 days that end with it."""
    longest_s: int | None
    whole: bool
    """Whether the history reaches back over all of those days."""


class Comeback(NamedTuple):
    """A return that is under way."""

    gap_d: int
    """Days without a run."""
    counted_d: int
    """The same with every day of other training counted as half a day."""
    day: int
    """Local day of the first run back."""
    start: int
    """Its start, epoch seconds."""
    base: Base


@dataclass(frozen=True, slots=True)
class State:
    """Advance it with `fold.step`; compare it with `==`."""

    sessions: tuple[Session, ...] = ()
    """By start; the last 91 days before the newest."""
    last: tuple[int, str] | None = None
    """(start, key) of the newest activity folded in: the order of the fold."""
    since: int | None = None
    """Start of the first activity of all, epoch seconds."""
    runs: int = 0
    """Runs seen in all, counted no further than L07 asks."""
    first_run: int | None = None
    """Start of the first run of all, epoch seconds; 0 once the first week is over."""
    base: Base | None = None
    """Set when a week has passed since the last run, gone with the next."""
    comeback: Comeback | None = None
    breaches: tuple[int, ...] = ()
    """Starts of sessions that broke R01 in the last week."""
    novice_told: bool = False


def begin(since: int | None = None, runs: int = 0) -> State:
    """The state before the first event; `since` and `runs` speak for history too old to be folded again."""
    return State(since=since, runs=runs, first_run=0 if runs else None)


def order(activity: Activity) -> tuple[int, str]:
    """Where an activity stands in the fold: by start, then by key."""
    return int(activity.start.timestamp()), activity.key


def in_order(state: State, activity: Activity) -> bool:
    """Whether `activity` comes after everything in the state: if so one step will do, else the history is refolded."""
    return state.last is None or order(activity) > state.last
