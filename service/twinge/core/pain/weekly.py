"""P08: the weekly check, four questions of our own in one message, four digits in return.

The four topics (taking part, training less, doing worse, hurting) are those of the overuse questionnaires of sports
medicine (Clarsen 2013, doi 10.1136/bjsports-2012-091524; 2020, doi 10.1136/bjsports-2019-101337), the wording and the
cut-offs are ours: the result is no score of theirs and is never called one. Strength: moderate for the method.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from twinge.core.model import Severity
from twinge.core.pain.limits import Limits
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import MONITOR, SORE, URGENT, governing

VALUES: Final = {"1": 0, "2": 8, "3": 17, "4": 25}
SUNDAY: Final = 6
COULD_NOT: Final = 100


def total(values: Sequence[int]) -> int:
    """0 to 100; who could not take part at all has the whole hundred."""
    return COULD_NOT if values[0] == VALUES["4"] else sum(values)


def substantial(values: Sequence[int], limits: Limits) -> bool:
    """Whether training or form suffered a good deal, or taking part was impossible."""
    return max(values[1], values[2]) >= limits.week_part or values[0] >= limits.week_full


def rising(scores: Sequence[tuple[int, int]], limits: Limits) -> bool:
    """Whether the score rose from week to week, so many weeks running, none of them missing."""
    pairs = list(pairwise(scores[-(limits.week_rises + 1) :]))
    return len(pairs) == limits.week_rises and all(b[0] == a[0] + 1 and b[1] > a[1] for a, b in pairs)


def reading(values: Sequence[int], scores: Sequence[tuple[int, int]], limits: Limits) -> Severity | None:
    """How loud one week's answers are, `scores` ending with this week's; None for all well."""
    score = total(values)
    if score >= limits.week_doctor or rising(scores, limits):
        return Severity.SEE_DOCTOR
    if substantial(values, limits):
        return Severity.REST if max(values[:3]) >= limits.week_full else Severity.SLOW_DOWN
    return Severity.INFO if score else None


def next_sunday(after: int, zone: str, hour: int) -> int:
    """The first Sunday at that hour of the athlete's clock after an instant."""
    where = ZoneInfo(zone)
    local = datetime.fromtimestamp(after, where)
    day = local.date() + timedelta(days=SUNDAY - local.weekday())
    stamp = int(datetime.combine(day, time(hour), where).timestamp())
    return stamp if stamp > after else int(datetime.combine(day + timedelta(days=7), time(hour), where).timestamp())


def plan(turn: Turn) -> None:
    """Follow the athlete's wish: begin, begin anew, or stop. It hangs on nothing but the wish."""
    weekly, since = turn.pain.weekly, turn.setting.weekly_since
    if weekly.since != since:
        due = None if since is None else next_sunday(since, turn.setting.zone, turn.limits.week_hour)
        turn.week(weekly._replace(due=due, since=since, missed=0))


def wake(turn: Turn) -> None:
    """Sunday evening: ask, unless an emergency is open."""
    weekly, first = turn.pain.weekly, governing(turn.pain)
    if turn.room() > turn.at:
        turn.week(weekly._replace(due=turn.room()))
        return
    turn.week(weekly._replace(due=next_sunday(turn.at, turn.setting.zone, turn.limits.week_hour)))
    if first is None or first.state != URGENT:
        turn.say("weekly_ask", ask="weekly")


def answered(turn: Turn, asked_at: int, digits: str) -> Severity | None:
    """Take four digits in; what is to be said of them, or None. While an episode is open it knows more than a week's
    sum, and the week only goes to the digest."""
    values = [VALUES[digit] for digit in digits]
    week = datetime.fromtimestamp(asked_at, ZoneInfo(turn.setting.zone)).toordinal() // 7
    weekly = turn.pain.weekly
    scores = (*(entry for entry in weekly.scores if entry[0] != week), (week, total(values)))
    kept = tuple(sorted(scores))[-(turn.limits.week_rises + 1) :]
    due = weekly.due or next_sunday(turn.at, turn.setting.zone, turn.limits.week_hour)
    turn.week(weekly._replace(scores=kept, missed=0, due=due if weekly.since is not None else None))
    loud = reading(values, kept, turn.limits)
    first = governing(turn.pain)
    told = first is not None and first.state not in {MONITOR, SORE}
    return Severity.INFO if told and loud is not None else loud
