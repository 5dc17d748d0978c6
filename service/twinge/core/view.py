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
        "next_run_ceiling_m": None if longest is None else pack.l01.small * longest // 100,
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
