"""What a rule looks at: the new session against the sessions before it.

A `Moment` is made once for each step. Its windows are instants: `[start - n days, start)`, the session itself never in
them (a run inside its own 30-day maximum makes every spike zero).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from twinge.core.load import Load
from twinge.core.model import (
    RUNNING,
    Activity,
    Athlete,
    Facts,
    Finding,
    Morning,
    Session,
    Severity,
    Unjudged,
    Wellness,
    family,
)
from twinge.core.pack import DAY, Pack
from twinge.core.state import Lit, State


@dataclass(slots=True)
class Moment:
    """The moment a rule is asked about."""

    athlete: Athlete
    activity: Activity
    session: Session
    """The new session, merged with the piece before it where the recorder split it."""
    past: tuple[Session, ...]
    """Every remembered session before it, by start."""
    state: State
    """The state before this session."""
    load: Load
    pack: Pack
    end: datetime
    found: list[Finding] = field(default_factory=list)
    """What the rules before this one found in the same session."""
    lit: tuple[Lit, ...] = ()
    """Conditions that hold, as far as they were judged before this rule."""
    _runs: dict[int, list[Session]] = field(default_factory=dict)
    """Windows already looked up: three rules ask for the same thirty days."""

    @property
    def running(self) -> bool:
        """Whether the session belongs to the running family."""
        return self.session.sport in RUNNING

    def window(self, days: int) -> tuple[Session, ...]:
        """The sessions of the last `days` × 24 h before this one, oldest first."""
        return self.past[bisect_left(self.past, self.session.start - days * DAY, key=START) :]

    def runs(self, days: int) -> list[Session]:
        """The runs of the last `days` × 24 h, oldest first."""
        if days not in self._runs:
            self._runs[days] = [session for session in self.window(days) if session.sport in RUNNING]
        return self._runs[days]

    def kin(self, days: int) -> list[Session]:
        """The sessions of the same sport family in the last `days` × 24 h, oldest first."""
        mine = family(self.session.sport)
        return [session for session in self.window(days) if family(session.sport) == mine]

    def hurt(self, days: int, sites: frozenset[str] = frozenset()) -> bool:
        """Whether the athlete told of pain in the last `days` × 24 h, at one of `sites` where any are named."""
        edge = self.session.start - days * DAY
        return any(
            (one.scored or one.onset) >= edge and one.score != 0 and (not sites or one.site in sites)
            for one in self.state.pain.episodes
        )

    def history_d(self) -> int:
        """Whole days of history before this session."""
        return 0 if self.state.since is None else (self.session.start - self.state.since) // DAY

    def marked(self, rule: str, days: int) -> list[int]:
        """Starts of the sessions of the last `days` × 24 h in which `rule` spoke, this one left out."""
        start = self.session.start
        return [m.start for m in self.state.marks if m.rule == rule and start - days * DAY <= m.start < start]

    def has(self, rule: str, band: int = 1) -> bool:
        """Whether `rule` spoke about this session in at least that band, or its condition holds."""
        told = {*((one.rule, one.band) for one in self.found), *self.lit}
        return any(name == rule and height >= band for name, height in told)

    def finding(self, rule: str, severity: Severity, band: int, facts: Facts) -> Finding:
        """A finding about this session."""
        return Finding(rule, severity, band, self.end, self.activity.key, facts)

    def unjudged(self, rule: str, reason: str) -> Unjudged:
        """What could not be judged about this session, and why."""
        return Unjudged(rule, self.end, self.activity.key, reason)


@dataclass(slots=True)
class Dawn:
    """The moment a rule about mornings is asked: one morning has come in, and stands in `mornings` already."""

    athlete: Athlete
    wellness: Wellness
    morning: Morning
    """What is known of this day from this source, what is impossible left out."""
    mornings: tuple[Morning, ...]
    """By day, then source; this one among them."""
    state: State
    pack: Pack
    at: datetime
    """The first instant of the day."""

    def finding(self, rule: str, severity: Severity, band: int, facts: Facts) -> Finding:
        """A finding about this morning."""
        return Finding(rule, severity, band, self.at, self.wellness.key, facts)

    def unjudged(self, rule: str, reason: str) -> Unjudged:
        """What could not be judged about this morning, and why."""
        return Unjudged(rule, self.at, self.wellness.key, reason)


START = attrgetter("start")
Measure = Callable[[Session], int | None]
METRES: Measure = attrgetter("metres")
SECONDS: Measure = attrgetter("seconds")
LOAD: Measure = attrgetter("load")


def longest(sessions: list[Session], measure: Measure) -> int | None:
    """The greatest known value of one measure, or None when none is known."""
    return max([value for value in map(measure, sessions) if value is not None], default=None)


def total(sessions: list[Session], measure: Measure) -> int | None:
    """The sum of one measure; None as soon as one session's value is not known."""
    values = [measure(session) for session in sessions]
    return None if None in values else sum(value for value in values if value is not None)
