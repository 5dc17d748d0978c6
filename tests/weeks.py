"""Whole weeks of training as diaries: by kilometres, or by points of load."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from diary import judged
from twinge.core.model import Finding
from twinge.core.pack import STANDARD, Pack

MONDAY = date(2026, 1, 5)
"""The first week begins here; one short workout the day before makes it a whole one."""
NEXT_DAY = [5.0]
"""A Monday on which the week before is looked at."""


def running(*kilometres: float, sport: str = "run") -> str:
    """Weeks of so many kilometres, in at least two runs of at most ten and 50 minutes each, the last on the Sunday."""
    lines = [f"{MONDAY - timedelta(1)} 07:00 run 5km 30min rpe 3\n"]
    for number, week in enumerate(kilometres):
        runs = max(2, ceil(week / 10))
        days = [MONDAY + timedelta(days=7 * number + 7 - runs + run) for run in range(runs)]
        lines += [f"{day} 07:00 {sport} {week / runs:.3f}km 50min rpe 3\n" for day in days]
    return "".join(lines)


def loading(*weeks: list[float]) -> str:
    """Points of each day from Monday to Sunday: one easy ride, none where there are none. Seven minutes are five."""
    lines = [f"{MONDAY - timedelta(1)} 07:00 ride 10min rpe 3\n"]
    for number, week in enumerate(weeks):
        for day, points in enumerate(week):
            if points:
                lines.append(f"{MONDAY + timedelta(7 * number + day)} 07:00 ride {round(points * 1.4)}min rpe 3\n")
    return "".join(lines)


def thirds(points: int) -> list[float]:
    """A week of so many points on Monday, Wednesday and Saturday."""
    return [points / 3, 0, points / 3, 0, 0, points / 3, 0]


def told(rule: str, diary: str, pack: Pack = STANDARD) -> list[Finding]:
    """Every finding of one rule in a diary."""
    return [finding for finding in judged(diary, pack=pack).findings if finding.rule == rule]


def doubted(rule: str, diary: str) -> set[str]:
    """Why one rule could not judge."""
    return {unjudged.reason for unjudged in judged(diary).unjudged if unjudged.rule == rule}
