"""What would Twinge have said? A history played through the one judge, workout by workout, with a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from twinge import speech
from twinge.core.bounds import own_pack
from twinge.core.digest import DIGESTED, digest, next_digest
from twinge.core.fold import rated
from twinge.core.judge import Ear, Verdict, begin, judge, tick
from twinge.core.model import (
    Activity,
    Athlete,
    Finding,
    Held,
    Morning,
    Nudge,
    Report,
    Said,
    Session,
    Unjudged,
    Voice,
    Wellness,
)
from twinge.core.pack import STANDARD, Pack
from twinge.core.pain import next_wake, standing
from twinge.core.state import Event, State, order, place
from twinge.core.terse import Tongue
from twinge.core.twin import together

UPLOAD = timedelta(minutes=10)
"""From the end of a workout to its arrival here."""
EVENING = time(19, 30)
"""When a workout without an hour is judged: the day's training is over and the usual quiet hours have not begun."""
RISEN = time(6)
REMEMBERED = timedelta(days=56)
RECENT = 200
"""Of so many silences the last week's are looked for: more no week has."""
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
    def mornings(self) -> Sequence[Wellness]:
        """Each key once, in any order."""

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
    digests: tuple[Nudge, ...] = ()
    """The weekly digests: they interrupt nobody, and are not counted among the nudges."""
    mornings: tuple[Morning, ...] = ()
    """Every morning as the rules saw it, by day."""
    same: int = 0
    """Records that are counted in a richer record of the same workout."""
    log: tuple[Session, ...] = ()
    """Every session by start, as the rules saw it: pieces merged, the same workout from two recorders once."""

    @property
    def nudges_per_week(self) -> float:
        """Unasked nudges for each week with training: what the athlete began by a report is not counted."""
        unasked = sum(1 for nudge in self.nudges if nudge.activity is not None)
        return unasked / self.weeks if self.weeks else 0.0


def replay(
    history: Past,
    athlete: Athlete,
    pack: Pack = STANDARD,
    progress: Callable[[int], None] | None = None,
    *,
    voice: Voice = Voice.PUSH,
    tongue: Tongue = speech,
    reports: Sequence[Report] = (),
) -> Story:
    """Play `history` through the judge in order of start; `progress` hears how many more activities are done.

    Each workout arrives ten minutes after its end; where only the day is known, at 19:30 of that day. Nobody
    answers but in `reports`, and every nudge counts as sent at its `not_before`.
    """
    athlete = replace(athlete, timezone=history.zone.key)
    player = _Player(athlete, pack, history.zone, voice, tongue)
    workouts = rated([*sorted(history.activities, key=order), *reports])
    records, same = together(workouts, athlete.timezone, own_pack(athlete, pack))
    events: list[Event] = [*(record.activity for record in records), *history.mornings, *reports]
    for done, event in enumerate(sorted(events, key=lambda one: place(one, athlete.timezone)), start=1):
        player.play(event)
        if progress is not None and done % EVERY == 0:
            progress(EVERY)
    if progress is not None:
        progress(len(history.activities) - len(events) // EVERY * EVERY)
    return player.story(history, len(same))


@dataclass(slots=True)
class _Player:
    athlete: Athlete
    pack: Pack
    zone: ZoneInfo
    voice: Voice
    tongue: Tongue
    said: list[Said] = field(default_factory=list)
    weeks: set[int] = field(default_factory=set)
    nudges: list[Nudge] = field(default_factory=list)
    digests: list[Nudge] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    state: State = field(default_factory=begin)
    gone: list[Session] = field(default_factory=list)
    """Sessions the state no longer remembers."""
    slept: list[Morning] = field(default_factory=list)
    """Mornings it no longer remembers."""
    due: datetime | None = None
    """When the next digest goes out."""

    @property
    def ear(self) -> Ear:
        return Ear(self.voice, tuple(self.said), self.tongue)

    def play(self, event: Event) -> None:
        now = arrival(event, self.zone)
        self._pass_time(now)
        while self.said and self.said[0].at < now - REMEMBERED:
            del self.said[0]
        self._take(judge(self.athlete, self.state, event, self.ear, now, self.pack), now)
        if isinstance(event, Activity):
            self.weeks.add((event.start.astimezone(self.zone).toordinal() - 1) // 7)

    def _take(self, verdict: Verdict, now: datetime) -> None:
        self._keep(verdict.state)
        self.nudges += verdict.nudges
        self.held += verdict.held
        self.findings += verdict.findings
        self.unjudged += verdict.unjudged
        self._remember(verdict.nudges)
        if self.due is None and any(one.reason in DIGESTED for one in verdict.held):
            self.due = next_digest(self.athlete, now)

    def _remember(self, nudges: Iterable[Nudge]) -> None:
        """Nobody answers, so nobody ignores either."""
        self.said += [self.ear.heard(nudge)._replace(answered=None) for nudge in nudges]

    def _pass_time(self, now: datetime) -> None:
        """Everything that was due before `now` by the clock alone: the pain story's timers, and the digest."""
        while (wake := next_wake(self.state.pain)) is not None and wake <= now.timestamp():
            due = datetime.fromtimestamp(wake, UTC)
            self._sum_up(due)
            self._take(tick(self.athlete, self.state, self.ear, due, self.pack), due)
        self._sum_up(now)

    def _sum_up(self, now: datetime) -> None:
        """The digest that was due before `now`, if there was anything to say."""
        if self.due is None or self.due > now:
            return
        due, self.due = self.due, None
        recent = [one for one in self.held[-RECENT:] if due - one.at <= timedelta(days=self.pack.digest.days)]
        made = digest(self.athlete, recent, self.ear, due, self.pack, standing(self.state.pain))
        if made is not None:
            self.digests.append(made)
            self._remember([made])

    def _keep(self, after: State) -> None:
        """The state forgets after 91 days; a report does not."""
        before = self.state
        if after.sessions is not before.sessions and before.sessions:
            edge = after.sessions[0].start
            self.gone += takewhile(lambda session: session.start < edge, before.sessions)
        if after.mornings is not before.mornings and before.mornings:
            first = after.mornings[0].day
            self.slept += takewhile(lambda morning: morning.day < first, before.mornings)
        self.state = after

    def story(self, history: Past, same: int) -> Story:
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
            digests=tuple(self.digests),
            mornings=(*self.slept, *self.state.mornings),
            same=same,
            log=(*self.gone, *self.state.sessions),
        )


def arrival(event: Event, zone: ZoneInfo) -> datetime:
    """When the event would have reached us; a morning's at six, a report as it was told."""
    if isinstance(event, Report):
        return event.at
    if isinstance(event, Wellness):
        return datetime.combine(event.day, RISEN, zone)
    length = event.elapsed_s if event.elapsed_s is not None else event.duration_s
    uploaded = event.start + timedelta(seconds=length or 0) + UPLOAD
    if not event.day_only:
        return uploaded
    evening = datetime.combine(event.start.astimezone(zone).date(), EVENING, zone)
    return max(evening, uploaded)
