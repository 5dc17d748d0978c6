"""What is remembered after a session: the sessions that still count, and the marks the rules left."""

from __future__ import annotations

from twinge.core.model import RUNNING, Finding, Form, Session
from twinge.core.moment import Moment
from twinge.core.pack import DAY
from twinge.core.rules.layoff import under_way
from twinge.core.state import Mark, State, order

MARKED = frozenset({"R01", "W01", "F01", "L01"})
"""Rules whose earlier findings count later; of L01 only the large ones do (P07)."""
LARGE = 3
MARK_D = 28
"""Days that a mark, or a form, is kept."""


def advance(moment: Moment, findings: list[Finding]) -> State:
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
