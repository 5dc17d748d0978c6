"""What a made-up life is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.model import RUNNING, Activity, Athlete, Removed, Report, Voice, Wellness

WEEKS = 52
MONDAY = date(2026, 1, 5)
"""The year begins here; the clocks of either hemisphere change in it twice."""


class Ache(NamedTuple):
    """A pain as it really is, whatever is told of it."""

    since: datetime
    days: int
    """Until it is gone by itself."""
    peak: int
    site: str
    side: str | None

    def score(self, at: datetime) -> int:
        """How bad it is at that moment, 0 to 10."""
        left = 1 - (at - self.since) / timedelta(days=self.days)
        return round(self.peak * left) if 0 < left <= 1 else 0


@dataclass(frozen=True, slots=True)
class Words:
    """A text message that the athlete writes."""

    text: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something reaches us."""

    at: datetime
    what: Activity | Wellness | Report | Removed | Words


@dataclass(frozen=True, slots=True)
class Life:
    """An athlete, and their year as far as it hangs on nobody else."""

    number: int
    habit: str
    athlete: Athlete
    voice: Voice
    arrivals: tuple[Arrival, ...]
    """By instant."""
    aches: tuple[Ache, ...]
    manner: str
    """How they answer: prompt · late · never · muddled · twice · now and then."""
    obeys: bool
    """Rests when asked to, and runs the steps of the return."""
    mutes: bool
    """Mutes or pauses what gets on their nerves."""

    def score(self, at: datetime) -> int:
        """The worst that hurts at that moment."""
        return max((ache.score(at) for ache in self.aches), default=0)


def local(day: int, clock: time, zone: ZoneInfo) -> datetime:
    """That day of the year (from 0), at that hour of the athlete's clock."""
    return datetime.combine(MONDAY + timedelta(days=day), clock, zone).astimezone(UTC)


def is_run(what: object) -> bool:
    """Whether it is a workout of the running family."""
    return isinstance(what, Activity) and what.sport in RUNNING
