"""`step` advances the state by one event; `fold` is step over a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from twinge.core.bounds import own_pack
from twinge.core.complaint import pass_until, take_report, take_session
from twinge.core.draft import doubts, draft
from twinge.core.effort import after_descent, classify, harder
from twinge.core.latch import latch
from twinge.core.load import Load, hr_max, measure
from twinge.core.model import RUNNING, Activity, Athlete, Confidence, Finding, Form, Report, Session, Unjudged, Wellness
from twinge.core.moment import Moment
from twinge.core.morning import wake_up
from twinge.core.pack import DAY, STANDARD, Pack
from twinge.core.pain import Say
from twinge.core.rules import WATCHES, compound, session_spike
from twinge.core.rules.layoff import base_before, under_way
from twinge.core.speeds import Speeds
from twinge.core.state import Event, Mark, State, begin, order, place
from twinge.core.twin import Meeting, Record, meet, together

MARKED = frozenset({"R01", "W01", "F01", "L01"})
"""Rules whose earlier findings count later; of L01 only the large ones do (P07)."""
LARGE = 3
GUESSED = 8
"""Rung of the load ladder from which a load is a guess."""
MARK_D = 28


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
        path.go(_take(path.state, taken, athlete, pack))
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

    def go(self, after: Outcome) -> None:
        self.state = after.state
        self.findings += after.findings
        self.unjudged += after.unjudged
        self.says += after.says
        self.unrated += after.unrated
        self.heard |= after.heard


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
    """Whether one step will do: `event` is newer than all in `state`, and changes nothing about a workout in it."""
    if state.last is not None and place(event, athlete.timezone) <= state.last:
        return False
    if not isinstance(event, Activity):
        return not (isinstance(event, Report) and event.about)
    pack = own_pack(athlete, pack)
    return meet(state.sessions, draft(event, athlete.timezone, pack), pack.gates)[0] is not Meeting.UNSURE


def _take(state: State, event: Taken, athlete: Athlete, pack: Pack) -> Outcome:
    if isinstance(event, Wellness):
        return Outcome(*wake_up(state, event, athlete, pack))
    if isinstance(event, Report):
        after, says = take_report(state, event, athlete, pack)
        heard = frozenset({int(event.at.timestamp())})
        return Outcome(replace(after, last=place(event, athlete.timezone)), says=says, heard=heard)
    activity, session = event
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
    return _judged(moment, spike)


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
    after, says = take_session(_advance(moment, findings), moment)
    return Outcome(after, tuple(findings), tuple(unjudged), says, _unrated(moment))


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


def _advance(moment: Moment, findings: list[Finding]) -> State:
    """The state after this session: remembered, pruned, and the marks of the rules brought up to date."""
    state, session, gates = moment.state, moment.session, moment.pack.gates
    told = {finding.rule for finding in findings if finding.rule != "L01" or finding.band == LARGE}
    running = moment.running
    new_run = running and not (state.sessions and len(moment.past) < len(state.sessions))
    return State(
        sessions=_prune((*moment.past, session), session.start - gates.keep_d * DAY, gates.keep_sessions),
        last=order(moment.activity),
        since=session.start if state.since is None else state.since,
        runs=min(state.runs + new_run, moment.pack.l07.novice_runs),
        first_run=_first_run(moment) if running else state.first_run,
        base=None if running else state.base,
        comeback=under_way(moment) if running else state.comeback,
        marks=_marks(moment, told),
        lit=moment.lit,
        mornings=state.mornings,
        forms=_forms(moment),
        novice_told=state.novice_told or "L07" in told,
        pain=state.pain,
    )


def _first_run(moment: Moment) -> int:
    """Start of the first run of all; 0 for ever once its week is over."""
    first = moment.state.first_run
    if first is None:
        return moment.session.start
    over = moment.session.start >= first + moment.pack.l07.window_d * DAY
    return 0 if over else first


def _marks(moment: Moment, told: set[str]) -> tuple[Mark, ...]:
    """The marks of four weeks; a workout in two pieces leaves one."""
    start, new = moment.session.start, sorted(told & MARKED)
    if not new and not moment.state.marks:
        return ()
    kept = [mark for mark in moment.state.marks if start - MARK_D * DAY <= mark.start < start]
    return (*kept, *(Mark(rule, start) for rule in new))


def _forms(moment: Moment) -> tuple[Form, ...]:
    """The forms of four weeks; of a workout in two pieces the last."""
    start, shape, forms = moment.session.start, moment.activity.shape, moment.state.forms
    measured = moment.session.sport in RUNNING and (shape.drift is not None or shape.left is not None)
    if not measured and not forms:
        return ()
    kept = [form for form in forms if start - MARK_D * DAY <= form.start < start]
    return (*kept, Form(start, shape.drift, shape.left)) if measured else tuple(kept)


def _prune(sessions: tuple[Session, ...], edge: int, most: int) -> tuple[Session, ...]:
    first = 0
    while sessions[first].start < edge:
        first += 1
    return sessions[max(first, len(sessions) - most) :]
