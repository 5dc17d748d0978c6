"""A training diary as text, so that a coach can read the tests.

One line a workout, or one line for a habit:

    2026-02-10 07:00 run 13.1km 80min rpe 6
    every tue thu sat from 2026-01-05 for 5 weeks 07:00 run 8km 48min

Words after the sport, in any order: 8km · 48min · 1h50 · rpe 6 · hr 150 · race · intervals. `#` begins a comment.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twinge.core.fold import Outcome, fold
from twinge.core.model import Activity, Athlete, Finding
from twinge.core.pack import STANDARD, Pack

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALICE = Athlete("alice", timezone="Europe/Berlin", name="Alice", sex="female", birth_year=1990, hr_rest=50, hr_max=190)


def read(text: str, zone: str = "Europe/Berlin") -> list[Activity]:
    """The diary's workouts, in the order of its lines; keys are `diary:1`, `diary:2`, …"""
    found: list[Activity] = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        days = [date.fromisoformat(words.pop(0))] if words[0] != "every" else _habit(words)
        found += [_workout(day, list(words), zone, len(found) + nth) for nth, day in enumerate(days, 1)]
    return found


def _habit(words: list[str]) -> list[date]:
    """Takes `every tue thu from DATE for N weeks` off the front of `words`."""
    words.pop(0)
    wanted: list[int] = []
    while words[0] != "from":
        name = words.pop(0)
        wanted += range(7) if name == "day" else [DAYS.index(name)]
    first, weeks = date.fromisoformat(words[1]), int(words[3])
    del words[:5]
    span = (first + timedelta(days=n) for n in range(7 * weeks))
    return [day for day in span if day.weekday() in wanted]


def _workout(day: date, words: list[str], zone: str, number: int) -> Activity:
    clock = time.fromisoformat(words.pop(0)) if re.match(r"\d\d:\d\d$", words[0]) else None
    start = datetime.combine(day, clock or time(12), ZoneInfo(zone)).astimezone(UTC)
    facts: dict[str, Any] = {"key": f"diary:{number}", "sport": words.pop(0), "start": start, "day_only": clock is None}
    while words:
        facts.update(_fact(words))
    if "moving_s" in facts:
        facts["elapsed_s"] = facts["moving_s"]
    return Activity(**facts)


def _fact(words: list[str]) -> dict[str, Any]:
    word = words.pop(0)
    if word in {"rpe", "hr"}:
        return {"rpe" if word == "rpe" else "avg_hr": int(words.pop(0))}
    if word in {"race", "intervals"}:
        return {word.removesuffix("s"): True}
    if word.endswith("km"):
        return {"distance_m": round(float(word[:-2]) * 1000)}
    if word.endswith("min"):
        return {"moving_s": int(word[:-3]) * 60}
    if match := re.match(r"(\d+)h(\d\d)$", word):
        return {"moving_s": int(match[1]) * 3600 + int(match[2]) * 60}
    raise ValueError(f"the diary does not know the word {word!r}")


def judged(text: str, athlete: Athlete = ALICE, pack: Pack = STANDARD) -> Outcome:
    """The whole diary folded."""
    return fold(athlete, read(text, athlete.timezone), pack)


def on_last(text: str, athlete: Athlete = ALICE) -> list[Finding]:
    """The findings on the diary's last workout."""
    workouts = read(text, athlete.timezone)
    return [f for f in fold(athlete, workouts).findings if f.activity == workouts[-1].key]


def named(findings: list[Finding]) -> list[str]:
    """Findings as `L01 slow_down`, for short assertions."""
    return [f"{finding.rule} {finding.severity.word}" for finding in findings]
