"""All that the rules may know after each event: one bounded value per athlete.

It holds the sessions and mornings of the last 91 days (capped), the shape of the running weeks before a break, and a
few marks. Nothing in it grows with the length of the history, and everything in it follows from the history alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.model import Activity, Form, Morning, Report, Session, Wellness
from twinge.core.pain import Pain

Event = Activity | Wellness | Report
"""What a history is made of."""
SHAPE = 3
"""Grows when a state of before must be folded anew whatever the pack: a field came or went, or is filled otherwise."""

Place = tuple[int, str]
"""Where an event stands in the fold: epoch seconds, then its key."""


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


class Mark(NamedTuple):
    """A finding that a later one counts."""

    rule: str
    start: int
    """Start of its session, epoch seconds."""


class Lit(NamedTuple):
    """A condition that was told and has not cleared by its margin yet."""

    rule: str
    band: int


@dataclass(frozen=True, slots=True)
class State:
    """Advance it with `fold.step`; compare it with `==`."""

    sessions: tuple[Session, ...] = ()
    """By start; the last 91 days before the newest."""
    last: Place | None = None
    """The newest event folded in."""
    since: int | None = None
    """Start of the first activity of all, epoch seconds."""
    runs: int = 0
    """Runs seen in all, counted no further than L07 asks."""
    first_run: int | None = None
    """Start of the first run of all, epoch seconds; 0 once the first week is over."""
    base: Base | None = None
    """Set when a week has passed since the last run, gone with the next."""
    comeback: Comeback | None = None
    marks: tuple[Mark, ...] = ()
    """By start; those of the last four weeks."""
    lit: tuple[Lit, ...] = ()
    """By rule."""
    mornings: tuple[Morning, ...] = ()
    """By day, then source; the last 91 days before the newest."""
    forms: tuple[Form, ...] = ()
    """By start; runs of the last four weeks whose form was measured."""
    novice_told: bool = False
    pain: Pain = field(default_factory=Pain)


def begin(since: int | None = None, runs: int = 0) -> State:
    """The state before the first event; `since` and `runs` speak for history too old to be folded again."""
    return State(since=since, runs=runs, first_run=0 if runs else None)


def order(activity: Activity) -> Place:
    """Where an activity stands in the fold: by start, then by key."""
    return int(activity.start.timestamp()), activity.key


def dawn(day: date, zone: str) -> datetime:
    """The first instant of a local day, when its morning is folded in."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def place(event: Event, zone: str) -> Place:
    """Where an event stands in the fold of an athlete in `zone`."""
    if isinstance(event, Activity):
        return order(event)
    if isinstance(event, Report):
        return int(event.at.timestamp()), event.key
    return int(dawn(event.day, zone).timestamp()), event.key
