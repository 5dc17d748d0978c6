"""The workouts and days behind a message, out of the state: what a chart shows beside the levels that fired.

The state remembers a quarter of a year. Where it does not reach back over the rule's whole window any more, or does not
know the workout, there is nothing here, and the levels stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from twinge.core.days import WEEK, loads, week_load, weeks
from twinge.core.model import RUNNING, Facts, Session, family
from twinge.core.pack import DAY, Pack
from twinge.core.rolling import LEAST_KNOWN_D
from twinge.core.rules.terrain import OFF_ROAD
from twinge.core.state import State

Read = Callable[[Session], int | None]


class Record(NamedTuple):
    """One workout, day or week."""

    day: int
    """Its first local day, as a proleptic ordinal."""
    days: int
    value: float | None
    """None: not known."""
    this: bool = False
    """Whether it is the one that was spoken of."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one measure, oldest first."""

    measure: str
    each: str
    """session · day · week."""
    first: int
    last: int
    """The window's local days, both counted."""
    found: tuple[Record, ...]
    lines: bool = True
    """Whether the rule's levels are of the same kind, and can be drawn across."""
    agree: bool = True
    """Whether they still are what the rule saw: a record may have been edited since."""


class Case(NamedTuple):
    """What the records are looked for with."""

    facts: Facts
    session: Session
    past: Sequence[Session]
    """Everything remembered before it."""
    pack: Pack


def records(rule: str, facts: Facts, activity: str | None, state: State, pack: Pack) -> Records | None:
    """The records of the workout `activity` for one rule, or None."""
    form = FORMS.get(rule)
    session = next((one for one in state.sessions if one.key == activity), None)
    if form is None or session is None:
        return None
    past = [one for one in state.sessions if one.start < session.start]
    try:
        found = form(Case(facts, session, past, pack))
    except (KeyError, TypeError):  # an older version's facts
        return None
    return found if found is not None and _reaches(state, found.first, pack) else None


def _reaches(state: State, first: int, pack: Pack) -> bool:
    """Whether the state knows everything from the day `first` on."""
    kept = state.sessions[-1].start - pack.gates.keep_d * DAY
    young = state.since is not None and state.since >= kept
    return young or any(one.day < first for one in state.sessions)


# ---- by workout ------------------------------------------------------------------------------------------------------


def _l01(case: Case) -> Records:
    read = READS[case.facts["measure"]]
    return _sessions(case, _runs(case, case.pack.l01.window_d), read, case.facts["measure"], "longest_30d", "today")


def _l02(case: Case) -> Records:
    read, mine = READS[case.facts["measure"]], family(case.session.sport)
    kin = [one for one in _window(case, case.pack.l02.window_d) if family(one.sport) == mine]
    return _sessions(case, kin, read, case.facts["measure"], "most_30d", "today")


def _t01(case: Case) -> Records:
    return _sessions(case, _hills(case, case.pack.t01.window_d), attrgetter("climb"), "climb_m", "most_30d", "climb_m")


def _t02(case: Case) -> Records:
    return _sessions(case, _hills(case, case.pack.t02.window_d), attrgetter("steep"), "climb_m", "most_30d", "steep_m")


def _t03(case: Case) -> Records:
    trails = [run for run in _runs(case, case.pack.t03.window_d) if run.ground in OFF_ROAD]
    return _sessions(case, trails, _minutes, "minutes", "longest_42d_min", "minutes")


def _hills(case: Case, days: int) -> list[Session]:
    return [run for run in _runs(case, days) if run.ground != "treadmill"]


def _runs(case: Case, days: int) -> list[Session]:
    return [one for one in _window(case, days) if one.sport in RUNNING]


def _window(case: Case, days: int) -> list[Session]:
    edge = case.session.start - days * DAY
    return [one for one in case.past if one.start >= edge]


def _sessions(case: Case, past: Sequence[Session], read: Read, measure: str, most: str, now: str) -> Records:
    """Those of the window and this one; they agree where the most of them and this one are what the facts say."""
    rows = [Record(one.day, 1, read(one)) for one in past]
    this = Record(case.session.day, 1, read(case.session), True)
    known = max((row.value for row in rows if row.value is not None), default=0)
    agree = known == case.facts[most] and this.value == case.facts[now]
    first = min([case.session.day - 28, *(row.day for row in rows)])
    return Records(measure, "session", first, this.day, (*rows, this), agree=agree)


def _minutes(session: Session) -> int | None:
    return None if session.seconds is None else session.seconds // 60


READS: Final[Mapping[str, Read]] = {
    "distance_m": attrgetter("metres"),
    "moving_s": attrgetter("seconds"),
    "load": attrgetter("load"),
}
"""Measure of the facts → what of a session it is."""


# ---- by day and week -------------------------------------------------------------------------------------------------


def _l03(case: Case) -> Records:
    """The newest seven days, this run in them, and the weeks before."""
    measure, today, count = case.facts["measure"], case.session.day, case.pack.l03.blocks + 1
    runs = [one for one in (*case.past, case.session) if one.sport in RUNNING]
    rows = []
    for ago in reversed(range(count)):
        last = today - WEEK * ago
        week = [run for run in runs if last - WEEK < run.day <= last]
        rows.append(Record(last - WEEK + 1, WEEK, _total(week, READS[measure]), ago == 0))
    return Records(measure, "week", rows[0].day, today, tuple(rows), agree=rows[-1].value == case.facts["now"])


def _r07(case: Case) -> Records:
    """Whole weeks that end yesterday."""
    count = case.pack.r07.mean_weeks + 1
    days = loads(case.past, case.session.day, WEEK * count)
    found = [week_load(week, LEAST_KNOWN_D) for week in weeks(days)]
    first = case.session.day - WEEK * count
    rows = [Record(first + WEEK * place, WEEK, load, place == count - 1) for place, load in enumerate(reversed(found))]
    agree = rows[-1].value == case.facts["load"]
    return Records("load", "week", first, case.session.day - 1, tuple(rows), agree=agree)


def _days_of_load(count: int, lines: bool) -> Callable[[Case], Records]:
    def form(case: Case) -> Records:
        first = case.session.day - count
        rows = [Record(first + place, 1, load) for place, load in enumerate(loads(case.past, case.session.day, count))]
        return Records("load_day", "day", first, case.session.day - 1, tuple(rows), lines)

    return form


def _r02(case: Case) -> Records:
    """Minutes of training on each of the fourteen days that end with this one."""
    today, span = case.session.day, case.pack.r02.span_d
    span = max(span, int(case.facts["days"]) + 1)
    by_day: dict[int, list[Session]] = {}
    for one in (*case.past, case.session):
        by_day.setdefault(one.day, []).append(one)
    rows = [
        Record(day, 1, _total(by_day.get(day, ()), attrgetter("seconds")), day == today)
        for day in range(today - span + 1, today + 1)
    ]
    return Records("moving_s", "day", today - span + 1, today, tuple(rows), lines=False)


def _total(sessions: Iterable[Session], read: Read) -> int | None:
    """The sum; None as soon as one is not known."""
    known = [read(one) for one in sessions]
    return None if None in known else sum(value for value in known if value is not None)


FORMS: Final[Mapping[str, Callable[[Case], Records | None]]] = {
    "L01": _l01,
    "L02": _l02,
    "L03": _l03,
    "L04": _days_of_load(28, lines=True),
    "L05": _days_of_load(WEEK, lines=False),
    "L06": _days_of_load(42, lines=True),
    "R02": _r02,
    "R07": _r07,
    "T01": _t01,
    "T02": _t02,
    "T03": _t03,
}
"""Rule → its records."""
