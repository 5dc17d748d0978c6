"""`step` advances the state by one event; `fold` is step over a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from twinge.core.bounds import own_pack
from twinge.core.complaint import pass_until, take_report, take_session
from twinge.core.draft import doubts, draft
from twinge.core.effort import after_descent, classify, harder
from twinge.core.latch import latch
from twinge.core.load import Load, hr_max, measure
from twinge.core.memory import advance
from twinge.core.model import Activity, Athlete, Confidence, Finding, Report, Session, Unjudged, Wellness
from twinge.core.moment import Moment
from twinge.core.morning import wake_up
from twinge.core.pack import STANDARD, Pack
from twinge.core.pain import Say
from twinge.core.rules import WATCHES, compound, session_spike
from twinge.core.rules.layoff import base_before
from twinge.core.speeds import Speeds
from twinge.core.state import Event, State, begin, order, place
from twinge.core.twin import Meeting, Record, meet, together

GUESSED = 8
"""Rung of the load ladder from which a load is a guess."""


class Unrated(NamedTuple):
    """A workout whose load is no more than a guess from its sport: only the athlete can tell how hard it was."""

    key: str
    sport: str
    minutes: int | None
    end: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step, or one fold, leads to."""

    state: State
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    says: tuple[Say, ...] = ()
    """What the pain story has to say, in order."""
    unrated: tuple[Unrated, ...] = ()
    heard: frozenset[int] = frozenset()
    """Instants of the reports taken in: what is said at one of them answers it."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Key of a record that is counted in another's → that one's key."""


def fold(
    athlete: Athlete,
    events: Iterable[Event],
    pack: Pack = STANDARD,
    *,
    start: State | None = None,
    until: datetime | None = None,
) -> Outcome:
    """Fold a history in any order: every event is judged against what stood before it. Then time passes `until`."""
    pack, zone = own_pack(athlete, pack), athlete.timezone
    events = sorted(events, key=lambda event: place(event, zone))
    records, same = together(rated(events), zone, pack)
    timeline: list[Taken] = [*records, *(event for event in events if not isinstance(event, Activity))]
    path = _Path(begin() if start is None else start)
    for taken in sorted(timeline, key=lambda one: _place(one, zone)):
        path.end(_place(taken, zone)[0])
        if isinstance(taken, Record):
            moment, outcome = _work(path.state, taken, athlete, pack)
            path.under_way.append(moment)
        else:
            outcome = _take(path.state, taken, athlete, pack)
        path.go(outcome)
    path.end()
    if events:
        path.state = replace(path.state, last=place(events[-1], zone))
    if until is not None:
        path.go(wait(path.state, until, athlete, pack))
    return Outcome(
        path.state,
        tuple(path.findings),
        tuple(path.unjudged),
        tuple(path.says),
        tuple(path.unrated),
        frozenset(path.heard),
        same,
    )


@dataclass(slots=True)
class _Path:
    """What a fold has come to."""

    state: State
    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    unrated: list[Unrated] = field(default_factory=list)
    heard: set[int] = field(default_factory=set)
    under_way: list[Moment] = field(default_factory=list)
    """Workouts that have begun, and are not in the pain story yet: what is told before they end comes first."""

    def go(self, after: Outcome) -> None:
        self.state = after.state
        self.findings += after.findings
        self.unjudged += after.unjudged
        self.says += after.says
        self.unrated += after.unrated
        self.heard |= after.heard

    def end(self, at: float = inf) -> None:
        """The workouts that are over by then enter the pain story, in the order in which they ended."""
        if self.under_way and min(moment.session.end for moment in self.under_way) <= at:
            over = sorted(self.under_way, key=lambda moment: moment.session.end)
            self.under_way = [moment for moment in over if moment.session.end > at]
            for moment in over[: len(over) - len(self.under_way)]:
                self.state, says = take_session(self.state, moment)
                self.says += says


def rated(events: Sequence[Event]) -> list[Activity]:
    """The workouts, those that the athlete rated afterwards with that effort."""
    told = {one.about: one.effort for one in events if isinstance(one, Report) and one.about and one.effort}
    workouts = [event for event in events if isinstance(event, Activity)]
    if not told:
        return workouts
    return [replace(one, rpe=told[one.key]) if one.rpe is None and one.key in told else one for one in workouts]


def wait(state: State, until: datetime, athlete: Athlete, pack: Pack = STANDARD) -> Outcome:
    """What time alone does to the state until then."""
    after, says = pass_until(state, int(until.timestamp()), athlete, own_pack(athlete, pack))
    return Outcome(after, says=says)


Taken = Record | Wellness | Report


def _place(event: Taken, zone: str) -> tuple[int, str]:
    return place(event.activity if isinstance(event, Record) else event, zone)


def step(state: State, event: Event, athlete: Athlete, pack: Pack = STANDARD) -> Outcome:
    """Judge one event that comes after everything in `state` and take it in (see `fits`)."""
    pack = own_pack(athlete, pack)
    if not isinstance(event, Activity):
        return _take(state, event, athlete, pack)
    session = draft(event, athlete.timezone, pack)
    meeting, key = meet(state.sessions, session, pack.gates)
    if meeting is Meeting.ECHO:
        return Outcome(replace(state, last=order(event)), same={event.key: key})
    return _take(state, Record(event, session), athlete, pack)


def fits(state: State, event: Event, athlete: Athlete, pack: Pack = STANDARD) -> bool:
    """Whether one step will do: `event` is newer than all in `state`, and changes nothing about a workout in it.

    For the pain story a workout happens at its end and a report when it was made, so both must be newer there too.
    """
    if state.last is not None and place(event, athlete.timezone) <= state.last:
        return False
    upto = state.pain.upto or 0
    if isinstance(event, Report):
        return not event.about and int(event.at.timestamp()) >= max([upto, *(one.end for one in state.sessions)])
    if isinstance(event, Wellness):
        return True
    pack = own_pack(athlete, pack)
    session = draft(event, athlete.timezone, pack)
    return session.end >= upto and meet(state.sessions, session, pack.gates)[0] is not Meeting.UNSURE


def _take(state: State, event: Taken, athlete: Athlete, pack: Pack) -> Outcome:
    if isinstance(event, Wellness):
        return Outcome(*wake_up(state, event, athlete, pack))
    if isinstance(event, Report):
        after, says = take_report(state, event, athlete, pack)
        heard = frozenset({int(event.at.timestamp())})
        return Outcome(replace(after, last=place(event, athlete.timezone)), says=says, heard=heard)
    moment, outcome = _work(state, event, athlete, pack)
    after, says = take_session(outcome.state, moment)
    return replace(outcome, state=after, says=says)


def _work(state: State, record: Record, athlete: Athlete, pack: Pack) -> tuple[Moment, Outcome]:
    """A workout judged and remembered; the pain story has yet to hear of it."""
    activity, session = record
    piece = _earlier_piece(state.sessions, session, pack)
    past = state.sessions[:-1] if piece is not None else state.sessions
    base = base_before(state, past, session.day, pack.r06)
    if base is not state.base:
        state = replace(state, base=base)
    moment = _moment(state, past, session, activity, athlete, pack)
    moment.session = _join(piece, moment.session)
    spike = session_spike(moment)
    effort = harder(classify(moment, hr_max(athlete, activity.start.year), isinstance(spike, Finding)), piece)
    moment.session = moment.session._replace(effort=effort.effort, rest_h=effort.rest_h)
    return moment, _judged(moment, spike)


def _judged(moment: Moment, spike: Finding | Unjudged | None) -> Outcome:
    """Ask every rule in turn; a latched one says only what is news."""
    unjudged = list(doubts(moment.activity, moment.pack))
    answers: list[Finding | Unjudged | None] = [spike]
    moment.found += [spike] if isinstance(spike, Finding) else []
    for watch in WATCHES:
        answer = watch.ask(moment)
        if watch.latched:
            answer, moment.lit = latch(moment.lit, watch.rule, answer)
        if isinstance(answer, Finding):
            moment.found.append(answer)
        elif isinstance(answer, Unjudged):
            answers.append(answer)
    moment.session = after_descent(moment.session, moment.found)
    unjudged += [answer for answer in answers if isinstance(answer, Unjudged)]
    both = compound(moment.found)
    findings = moment.found if both is None else [*moment.found, both]
    return Outcome(advance(moment, findings), tuple(findings), tuple(unjudged), unrated=_unrated(moment))


def _unrated(moment: Moment) -> tuple[Unrated, ...]:
    if moment.load.step < GUESSED:
        return ()
    seconds = moment.session.seconds
    minutes = None if seconds is None else round(seconds / 60)
    return (Unrated(moment.activity.key, moment.session.sport, minutes, moment.end),)


def _moment(
    state: State, past: tuple[Session, ...], session: Session, activity: Activity, athlete: Athlete, pack: Pack
) -> Moment:
    end = activity.start + timedelta(seconds=session.end - session.start)
    none = Load(None, Confidence.NONE, 10, None)
    moment = Moment(athlete, activity, session, past, state, none, pack, end, lit=state.lit)
    moment.load = measure(activity, athlete, Speeds(moment))
    moment.session = session._replace(load=moment.load.points, confidence=int(moment.load.confidence))
    return moment


def _earlier_piece(sessions: tuple[Session, ...], session: Session, pack: Pack) -> Session | None:
    """The piece before, where the recorder split one workout in two."""
    if not sessions or session.day_only:
        return None
    last = sessions[-1]
    gap = session.start - last.end
    return last if last.sport == session.sport and not last.day_only and 0 <= gap < pack.gates.merge_gap_s else None


def _join(piece: Session | None, session: Session) -> Session:
    """Two pieces as one session; what either does not know, the whole does not know."""
    if piece is None:
        return session
    return session._replace(
        start=piece.start,
        day=piece.day,
        metres=_sum(piece.metres, session.metres),
        seconds=_sum(piece.seconds, session.seconds),
        load=_sum(piece.load, session.load),
        confidence=min(piece.confidence, session.confidence),
        climb=_sum(piece.climb, session.climb),
        steep=_sum(piece.steep, session.steep),
        ground=piece.ground if piece.ground == session.ground else "",
        told=0,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
