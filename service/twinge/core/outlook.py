"""What is usual for an athlete, and how the mornings stand against it: for the page and the API, no ground for a rule.

All of it comes out of the bounded state, by the same measures that the rules use.
"""

from __future__ import annotations

from datetime import date
from math import exp
from typing import Any, Final

from twinge.core.days import WEEK, loads, week_load, weeks
from twinge.core.model import Morning
from twinge.core.pack import Pack
from twinge.core.rolling import LEAST_KNOWN_D
from twinge.core.rules.baseline import HEART, HRV, LN, hrv_logs, nights, settled, speaker, usual_heart, values, week_of
from twinge.core.rules.recovery import is_active
from twinge.core.state import State

USUAL_WEEKS: Final = 8
LEAST_WEEKS: Final = 4
"""Fewer known weeks make nothing usual. Ours."""
FRESH_D: Final = 3
"""Days that a morning's value counts as now. Ours."""
LATELY_D: Final = 28


def usual_load(state: State, today: int) -> float | None:
    """Load points of a usual week: the mean of up to eight before the seven days that end `today`; None: not known."""
    days = loads(state.sessions, today - WEEK + 1, WEEK * USUAL_WEEKS)
    known = [load for week in weeks(days) if (load := week_load(week, LEAST_KNOWN_D)) is not None]
    return round(sum(known) / len(known) / 100, 1) if len(known) >= LEAST_WEEKS else None


def last_rest(state: State, today: int, pack: Pack) -> date | None:
    """The last day before `today` without more load than a rest day may have; None where the records do not say."""
    by_day: dict[int, list[Any]] = {}
    for session in state.sessions:
        by_day.setdefault(session.day, []).append(session)
    first = min(by_day, default=today)
    rest = (day for day in range(today - 1, first, -1) if not is_active(by_day.get(day, ()), pack.r02))
    return next(map(date.fromordinal, rest), None)


def recovery(state: State, today: int, pack: Pack) -> dict[str, Any]:
    """Resting heart rate (beats a minute), variability (ms of the week) and sleep (minutes a night) against the own
    baseline; each None where nothing was measured lately, its `usual` None while too little is known for one."""
    mornings = tuple(one for one in state.mornings if one.day <= today)
    return {
        "resting_hr": _heart(mornings, today, pack),
        "hrv_ms": _variability(mornings, today, pack),
        "sleep_min": _sleep(mornings, today, pack),
    }


def _heart(mornings: tuple[Morning, ...], today: int, pack: Pack) -> dict[str, Any] | None:
    first = today - LATELY_D - FRESH_D
    series = speaker(mornings, HEART, first, today)
    known = [] if series is None else settled(values(mornings, series, first, today), pack.mornings, pack.r03.least)
    if not known or known[-1][0] <= today - FRESH_D:
        return None
    usual = usual_heart([bpm for _, bpm in known[:-1]], pack.r03)
    return {"now": known[-1][1], "usual": None if usual is None else usual.bpm}


def _variability(mornings: tuple[Morning, ...], today: int, pack: Pack) -> dict[str, Any] | None:
    series = speaker(mornings, HRV, today - LATELY_D, today)
    logs = [] if series is None else hrv_logs(mornings, series, today, pack.r04)
    lately = [log for day, log in logs if day > today - pack.r04.week_d]
    if series is None or not lately:
        return None
    week = week_of(logs, today, pack.r04)
    usual = None if week is None else round(exp(week.edge(0)))
    return {"now": round(exp(sum(lately) / len(lately) / LN)), "usual": usual, "kind": series.measure}


def _sleep(mornings: tuple[Morning, ...], today: int, pack: Pack) -> dict[str, Any] | None:
    """The usual of sleep is what was slept in the weeks before this one."""
    week = nights(mornings, today, pack.r05)
    if week is None or not week.known:
        return None
    before = [
        one.sleep_min
        for one in mornings
        if one.source == week.source and one.sleep_min is not None and one.day <= today - WEEK
    ]
    usual = sum(before) // len(before) if len(before) >= pack.r03.least else None
    return {"now": week.minutes // week.known, "usual": usual}
