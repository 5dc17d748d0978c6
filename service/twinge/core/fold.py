"""`step` advances the state by one activity; `fold` is step over a history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.effort import classify, harder
from twinge.core.load import Load, hr_max, measure
from twinge.core.model import RUNNING, Activity, Athlete, Confidence, Finding, Session, Unjudged, family
from twinge.core.moment import Moment
from twinge.core.pack import DAY, STANDARD, Gates, Pack
from twinge.core.rules import AFTER_EFFORT, compound, session_spike
from twinge.core.rules.layoff import base_before, under_way
from twinge.core.state import State, begin, order


class Outcome(NamedTuple):
    """What one step, or one fold, leads to."""

    state: State
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]


def fold(
    athlete: Athlete, activities: Iterable[Activity], pack: Pack = STANDARD, *, start: State | None = None
) -> Outcome:
    """Fold a history in any order: every activity is judged against what stood before it."""
    state = begin() if start is None else start
    findings: list[Finding] = []
    unjudged: list[Unjudged] = []
    for activity in sorted(activities, key=order):
        state, found, open_questions = step(state, activity, athlete, pack)
        findings += found
        unjudged += open_questions
    return Outcome(state, tuple(findings), tuple(unjudged))


def step(state: State, activity: Activity, athlete: Athlete, pack: Pack = STANDARD) -> Outcome:
    """Judge one activity that comes after everything in `state` and take it in."""
    session = _draft(activity, athlete, pack.gates)
    twin = _twin(state.sessions, session, pack.gates)
    if twin is not None:
        return Outcome(_replace_twin(state, twin, session, activity, athlete, pack), (), ())
    piece = _earlier_piece(state.sessions, session, pack.gates)
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
    answers = [spike, *(rule(moment) for rule in AFTER_EFFORT)]
    findings = [answer for answer in answers if isinstance(answer, Finding)]
    both = compound(findings)
    if both is not None:
        findings.append(both)
    unjudged = tuple(answer for answer in answers if isinstance(answer, Unjudged))
    return Outcome(_advance(moment, findings), tuple(findings), unjudged)


def _draft(activity: Activity, athlete: Athlete, gates: Gates) -> Session:
    """The session as recorded, before load and class are known."""
    start = int(activity.start.timestamp())
    seconds, metres = activity.duration_s, activity.distance_m
    length = activity.elapsed_s if activity.elapsed_s is not None else seconds
    day = activity.start.astimezone(ZoneInfo(athlete.timezone)).toordinal()
    if activity.sport == "treadmill" or not _plausible(activity.sport, metres, seconds, gates):
        metres = None
    return Session(
        key=activity.key,
        start=start,
        end=start + (length or 0),
        day=day,
        sport=activity.sport,
        metres=metres,
        seconds=seconds,
        load=None,
        confidence=0,
        effort="easy",
        rest_h=0,
        pace=_pace(activity, metres, seconds),
        day_only=activity.day_only,
    )


def _plausible(sport: str, metres: int | None, seconds: int | None, gates: Gates) -> bool:
    """A "run" at bicycle speed has no distance we would believe."""
    if sport not in RUNNING or metres is None or not seconds:
        return True
    return 1000 * metres <= gates.run_mm_s * seconds


def _pace(activity: Activity, metres: int | None, seconds: int | None) -> int | None:
    """Flat-equivalent speed of a run in millimetres per second: graded where the streams allow it."""
    if activity.sport not in RUNNING:
        return None
    shape = activity.shape
    if shape.graded_m is not None and shape.graded_s:
        return 1000 * shape.graded_m // shape.graded_s
    return 1000 * metres // seconds if metres and seconds else None


def _moment(
    state: State, past: tuple[Session, ...], session: Session, activity: Activity, athlete: Athlete, pack: Pack
) -> Moment:
    end = activity.start + timedelta(seconds=session.end - session.start)
    moment = Moment(athlete, activity, session, past, state, Load(None, Confidence.NONE, 10, None), pack, end)
    moment.load = measure(activity, athlete, Speeds(moment))
    moment.session = session._replace(load=moment.load.points, confidence=int(moment.load.confidence))
    return moment


class Speeds:
    """The athlete's own speeds (`load.Own`), looked up when a rung of the ladder asks: a third of a step's work."""

    __slots__ = ("_moment",)

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    @property
    def threshold_mm_s(self) -> int | None:
        """Best 30 to 60 minute run of the last 90 days."""
        gates = self._moment.pack.gates
        least, most = gates.threshold_least_s, gates.threshold_most_s
        runs = self._moment.window(gates.threshold_d)
        return max([s.pace for s in runs if s.pace and least <= (s.seconds or 0) <= most], default=None)

    @property
    def median_mm_s(self) -> int | None:
        """Median of the runs of the last 42 days."""
        recent = sorted([s.pace for s in self._moment.window(self._moment.pack.gates.median_d) if s.pace])
        return recent[len(recent) // 2] if recent else None


def _earlier_piece(sessions: tuple[Session, ...], session: Session, gates: Gates) -> Session | None:
    """The piece before, where the recorder split one workout in two."""
    if not sessions or session.day_only:
        return None
    last = sessions[-1]
    gap = session.start - last.end
    return last if last.sport == session.sport and not last.day_only and 0 <= gap < gates.merge_gap_s else None


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
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _twin(sessions: tuple[Session, ...], session: Session, gates: Gates) -> Session | None:
    """The same workout from another recorder: starts within two minutes, and at least 80 per cent overlap."""
    if session.day_only:
        return None
    for past in reversed(sessions):
        if session.start - past.start > gates.twin_start_s:
            return None
        if past.day_only or family(past.sport) != family(session.sport):
            continue
        overlap = min(past.end, session.end) - max(past.start, session.start)
        if 100 * overlap >= gates.twin_overlap * max(past.end - past.start, session.end - session.start) > 0:
            return past
    return None


def _replace_twin(
    state: State, twin: Session, session: Session, activity: Activity, athlete: Athlete, pack: Pack
) -> State:
    """Count it once: the record whose load is better founded stays. The first one has been judged already."""
    past = tuple(s for s in state.sessions if s is not twin)
    better = _moment(state, past, session, activity, athlete, pack).session
    kept = twin
    if (better.confidence, better.metres is not None) > (twin.confidence, twin.metres is not None):
        kept = better._replace(effort=twin.effort, rest_h=twin.rest_h)
    sessions = tuple(kept if s is twin else s for s in state.sessions)
    return replace(state, sessions=sessions, last=order(activity))


def _advance(moment: Moment, findings: list[Finding]) -> State:
    """The state after this session: remembered, pruned, and the marks of the rules brought up to date."""
    state, session, gates = moment.state, moment.session, moment.pack.gates
    told = {finding.rule for finding in findings}
    running = moment.running
    new_run = running and not (state.sessions and len(moment.past) < len(state.sessions))
    runs = min(state.runs + new_run, moment.pack.l07.novice_runs)
    return State(
        sessions=_prune((*moment.past, session), session.start - gates.keep_d * DAY, gates.keep_sessions),
        last=order(moment.activity),
        since=session.start if state.since is None else state.since,
        runs=runs,
        first_run=_first_run(moment) if running else state.first_run,
        base=None if running else state.base,
        comeback=under_way(moment) if running else state.comeback,
        breaches=_breaches(moment, "R01" in told),
        novice_told=state.novice_told or "L07" in told,
    )


def _first_run(moment: Moment) -> int:
    """Start of the first run of all; 0 for ever once its week is over."""
    first = moment.state.first_run
    if first is None:
        return moment.session.start
    over = moment.session.start >= first + moment.pack.l07.window_d * DAY
    return 0 if over else first


def _breaches(moment: Moment, broken: bool) -> tuple[int, ...]:
    """Starts of the last week's breaches; a workout in two pieces is one breach."""
    start = moment.session.start
    kept = tuple(s for s in moment.state.breaches if start - moment.pack.r01.repeat_d * DAY <= s < start)
    return (*kept, start) if broken else kept


def _prune(sessions: tuple[Session, ...], edge: int, most: int) -> tuple[Session, ...]:
    first = 0
    while sessions[first].start < edge:
        first += 1
    return sessions[max(first, len(sessions) - most) :]
