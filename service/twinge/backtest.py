"""What would Twinge have said? A history played through the one judge, workout by workout, with a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import takewhile
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from twinge.core.judge import Ear, begin, judge
from twinge.core.model import Activity, Athlete, Finding, Held, Nudge, Said, Session, Unjudged, Voice
from twinge.core.pack import STANDARD, Pack
from twinge.core.state import State, order

UPLOAD = timedelta(minutes=10)
"""From the end of a workout to its arrival here."""
EVENING = time(19, 30)
"""When a workout without an hour is judged: the day's training is over and the usual quiet hours have not begun."""
REMEMBERED = timedelta(days=28)
EVERY = 200
"""Activities between two calls of the progress function."""


class Past(Protocol):
    """A history as `replay` needs it; `twinge.files.History` is one."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def activities(self) -> Sequence[Activity]:
        """By start, then key, each key once."""

    @property
    def zone(self) -> ZoneInfo:
        """The athlete's zone: days are counted there."""

    @property
    def problems(self) -> Sequence[Any]:
        """What could not be read, each printable."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that Twinge would have seen, said and kept to itself."""

    name: str
    zone: str
    sessions: int
    weeks: int
    """ISO weeks with at least one workout, in the athlete's zone."""
    first: datetime | None
    last: datetime | None
    nudges: tuple[Nudge, ...]
    held: tuple[Held, ...]
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]
    problems: tuple[Any, ...] = ()
    log: tuple[Session, ...] = ()
    """Every session by start, as the rules saw it: pieces merged, the same workout from two recorders once."""
    climbs: Mapping[str, int] = field(default_factory=dict)
    """Session key → metres climbed, where the source knows them."""

    @property
    def nudges_per_week(self) -> float:
        """Unasked nudges for each week with training."""
        return len(self.nudges) / self.weeks if self.weeks else 0.0


def replay(
    history: Past,
    athlete: Athlete,
    pack: Pack = STANDARD,
    progress: Callable[[int], None] | None = None,
    *,
    voice: Voice = Voice.PUSH,
) -> Story:
    """Play `history` through the judge in order of start; `progress` hears how many more activities are done.

    Each workout arrives ten minutes after its end; where only the day is known, at 19:30 of that day. Nobody
    answers, and every nudge counts as sent at its `not_before`.
    """
    athlete = replace(athlete, timezone=history.zone.key)
    player = _Player(athlete, pack, history.zone, voice)
    for done, activity in enumerate(history.activities, start=1):
        player.play(activity)
        if progress is not None and done % EVERY == 0:
            progress(EVERY)
    if progress is not None:
        progress(len(history.activities) % EVERY)
    return player.story(history)


@dataclass(slots=True)
class _Player:
    athlete: Athlete
    pack: Pack
    zone: ZoneInfo
    voice: Voice
    said: list[Said] = field(default_factory=list)
    weeks: set[int] = field(default_factory=set)
    nudges: list[Nudge] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    state: State = field(default_factory=begin)
    gone: list[Session] = field(default_factory=list)
    """Sessions the state no longer remembers."""
    climbs: dict[str, int] = field(default_factory=dict)

    def play(self, activity: Activity) -> None:
        now = arrival(activity, self.zone)
        while self.said and self.said[0].at < now - REMEMBERED:
            del self.said[0]
        ear = Ear(self.voice, tuple(self.said))
        verdict = judge(self.athlete, self.state, activity, ear, now, self.pack)
        self._keep(activity, verdict.state)
        self.state = verdict.state
        self.weeks.add((activity.start.astimezone(self.zone).toordinal() - 1) // 7)
        self.nudges += verdict.nudges
        self.held += verdict.held
        self.findings += verdict.findings
        self.unjudged += verdict.unjudged
        self.said += map(_said, verdict.nudges)

    def _keep(self, activity: Activity, after: State) -> None:
        """The state forgets after 91 days; a report does not."""
        before, edge = self.state.sessions, after.sessions[0].start
        self.gone += takewhile(lambda session: session.start < edge, before)
        climb, newest = activity.climb_m, after.sessions[-1]
        joined = newest.key == activity.key and newest.start < order(activity)[0]
        if joined and climb is not None:
            climb = self.climbs[before[-1].key] + climb if before[-1].key in self.climbs else None
        if climb is not None:
            self.climbs[activity.key] = climb

    def story(self, history: Past) -> Story:
        activities = history.activities
        return Story(
            name=history.name,
            zone=self.zone.key,
            sessions=len(activities),
            weeks=len(self.weeks),
            first=activities[0].start if activities else None,
            last=activities[-1].start if activities else None,
            nudges=tuple(self.nudges),
            held=tuple(self.held),
            findings=tuple(self.findings),
            unjudged=tuple(self.unjudged),
            problems=tuple(history.problems),
            log=(*self.gone, *self.state.sessions),
            climbs=self.climbs,
        )


def arrival(activity: Activity, zone: ZoneInfo) -> datetime:
    """When the workout would have reached us."""
    length = activity.elapsed_s if activity.elapsed_s is not None else activity.duration_s
    uploaded = activity.start + timedelta(seconds=length or 0) + UPLOAD
    if not activity.day_only:
        return uploaded
    evening = datetime.combine(activity.start.astimezone(zone).date(), EVENING, zone)
    return max(evening, uploaded)


def _said(nudge: Nudge) -> Said:
    return Said(nudge.rules, nudge.bands, int(nudge.severity), nudge.not_before, nudge.activity, answered=None)
