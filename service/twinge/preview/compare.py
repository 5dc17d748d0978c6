"""One athlete's history under two packs: pure, and small enough to travel to another process and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from twinge.backtest import Story, replay
from twinge.core.bounds import Unsafe, check_own
from twinge.core.model import Activity, Athlete, Nudge, Report, Voice, Wellness
from twinge.core.pack import Pack
from twinge.difference import differ


@dataclass(frozen=True, slots=True)
class Case:
    """An athlete as they are now, and what happened in the last 400 days."""

    athlete: Athlete
    voice: Voice
    activities: Sequence[Activity]
    """By start, then key."""
    mornings: Sequence[Wellness]
    reports: Sequence[Report]

    @property
    def name(self) -> str:
        """What to call it."""
        return self.athlete.id

    @property
    def zone(self) -> ZoneInfo:
        """Days are counted there."""
        return ZoneInfo(self.athlete.timezone)

    @property
    def problems(self) -> Sequence[Any]:
        """What is stored was read before."""
        return ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one athlete would have been told from `since` on: by the pack in force, and by the other."""

    athlete: str
    weeks: int
    """ISO weeks with a workout, in the athlete's zone."""
    now: tuple[Nudge, ...]
    then: tuple[Nudge, ...]
    no_longer: tuple[Nudge, ...]
    """Said by the pack in force alone: another workout, other rules or another severity."""
    newly: tuple[Nudge, ...]
    digests: tuple[int, int]
    """Weekly digests, by each."""
    loses_own: bool = False
    """The athlete's own limits go with the pack in force and not with the other: they would be left out."""


Packs = tuple[Pack, Pack]
"""In force, and as it would be."""


def weigh(case: Case, packs: Packs, since: datetime) -> Weighed:
    """Judge the whole history twice, so that what is compared begins with all its past, and keep what came later."""
    # A pause of today says nothing about the past.
    wishes = replace(case.athlete.preferences, paused_until=None)
    athlete = replace(case.athlete, preferences=wishes)
    old, new = (replay(case, athlete, pack, voice=case.voice, reports=case.reports) for pack in packs)
    found = differ(old, new)
    return Weighed(
        case.athlete.id,
        _weeks(case, since),
        _later(old.nudges, since),
        _later(new.nudges, since),
        _later(found.only_old, since),
        _later(found.only_new, since),
        (_digests(old, since), _digests(new, since)),
        _fits(athlete, packs[0]) and not _fits(athlete, packs[1]),
    )


def _later(nudges: Sequence[Nudge], since: datetime) -> tuple[Nudge, ...]:
    return tuple(nudge for nudge in nudges if nudge.made_at >= since)


def _digests(story: Story, since: datetime) -> int:
    return len(_later(story.digests, since))


def _weeks(case: Case, since: datetime) -> int:
    days = [one.start.astimezone(case.zone).toordinal() for one in case.activities if one.start >= since]
    return len({(day - 1) // 7 for day in days})


def _fits(athlete: Athlete, pack: Pack) -> bool:
    try:
        check_own(athlete.limits, pack)
    except Unsafe:
        return False
    return True
