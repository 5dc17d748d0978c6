"""What Twinge sees of an athlete now, in plain numbers: for the API and the athlete's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twinge.core.model import RUNNING, Athlete, Session
from twinge.core.outlook import last_rest, recovery, usual_load
from twinge.core.pack import DAY, STANDARD, Pack
from twinge.core.pain import standing
from twinge.core.rules.recovery import days_in_a_row
from twinge.core.state import State

SETTLES_D = 7
"""Days in which a run over its ceiling is no base for the next one, or STATUS would take back what the message about it
said. Ours: the cohort behind L01 says nothing about it."""


def describe(state: State, athlete: Athlete, now: datetime, pack: Pack = STANDARD) -> dict[str, Any]:
    """The state as a person would ask for it; whatever is not known is None, and `unknown` says so by name."""
    stamp = int(now.timestamp())
    today = now.astimezone(ZoneInfo(athlete.timezone)).toordinal()
    runs = [s for s in state.sessions if s.sport in RUNNING and stamp - pack.l01.window_d * DAY <= s.start < stamp]
    week = [s for s in state.sessions if stamp - 7 * DAY <= s.start < stamp]
    mornings = recovery(state, today, pack)
    longest = max((s.metres for s in runs if s.metres is not None), default=None)
    return {
        "last_activity": _instant(state.sessions[-1].start) if state.sessions else None,
        "history_days": 0 if state.since is None else (stamp - state.since) // DAY,
        "sessions_7d": len(week),
        "load_7d": _points([s.load for s in week]),
        "load_usual": usual_load(state, today),
        "longest_run_30d_m": longest,
        "next_run_ceiling_m": _ceiling(state.sessions, stamp, pack),
        "days_in_a_row": days_in_a_row(state.sessions, today, pack.r02)
        or days_in_a_row(state.sessions, today - 1, pack.r02),
        "last_rest_day": _day(last_rest(state, today, pack)),
        "recovery": mornings,
        "last_hard": _last_hard(state.sessions),
        "next_hard_from": _next_hard(state.sessions),
        "pain": standing(state.pain),
        "conditions": [one.rule for one in state.lit],
        "returning": None if state.comeback is None else {"gap_days": state.comeback.gap_d},
        "unknown": _unknown(week, runs, athlete, mornings),
    }


def _ceiling(sessions: tuple[Session, ...], stamp: int, pack: Pack) -> int | None:
    """How far the next run may comfortably go (L01)."""
    runs = [s for s in sessions if s.sport in RUNNING and s.start < stamp]
    base = [s for s in runs if s.start < stamp - SETTLES_D * DAY or not _over(s, runs, pack)]
    most = _longest(base, stamp, pack) or _longest(runs, stamp, pack)
    return None if most is None else pack.l01.small * most // 100


def _over(one: Session, runs: list[Session], pack: Pack) -> bool:
    """Whether L01 had a word for this run."""
    before, limits = _longest(runs, one.start, pack), pack.l01
    if one.metres is None or before is None:
        return False
    least = max(before + limits.floor_m, limits.least_m)
    return 100 * one.metres > limits.small * before and one.metres >= least


def _longest(runs: list[Session], stamp: int, pack: Pack) -> int | None:
    """Metres of the longest run in the window of L01 before `stamp`."""
    within = (s.metres for s in runs if stamp - pack.l01.window_d * DAY <= s.start < stamp)
    return max((metres for metres in within if metres is not None), default=None)


def _instant(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")


def _points(loads: list[int | None]) -> float | None:
    """Load points of the week; None as soon as one session's load is not known."""
    return None if None in loads else sum(load for load in loads if load is not None) / 100


def _last_hard(sessions: tuple[Session, ...]) -> str | None:
    return next((_instant(s.end) for s in reversed(sessions) if s.effort in {"hard", "maximal"}), None)


def _next_hard(sessions: tuple[Session, ...]) -> str | None:
    """From when another hard session leaves every earlier one its hours."""
    latest = max((s.end + timedelta(hours=s.rest_h).total_seconds() for s in sessions if s.rest_h), default=None)
    return None if latest is None else _instant(int(latest))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _unknown(week: list[Session], runs: list[Session], athlete: Athlete, mornings: Mapping[str, Any]) -> list[str]:
    """What would sharpen the picture, by name."""
    gaps = {
        "load of some sessions this week": any(s.load is None for s in week),
        "distance of some runs": any(s.metres is None for s in runs),
        "hr_max": athlete.hr_max is None and athlete.birth_year is None,
        "hr_rest": athlete.hr_rest is None,
        **{name: measured is None for name, measured in mornings.items()},
    }
    return [name for name, missing in gaps.items() if missing]
