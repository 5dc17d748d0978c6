"""The proof that nothing looked ahead: cut the later days off, judge again, and hold the decisions side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from twinge.backtest import Past, Story
from twinge.core.model import Activity

Judge = Callable[[Past], Story]
"""All that is judged here: a history in, everything decided about it out."""


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a history."""

    name: str
    activities: tuple[Activity, ...]
    zone: ZoneInfo
    problems: tuple[Any, ...] = ()


class Cut(NamedTuple):
    """One trial."""

    day: date
    """The last day that was left."""
    decisions: int
    """How many were compared."""
    changed: int
    """How many were made with the later days there and not without them, or the other way round."""


def prove(history: Past, story: Story, judge: Judge, cuts: int, rng: Random) -> list[Cut]:
    """Judge the history anew up to each of `cuts` random training days and compare with `story`, the whole one.

    Half of the days, as far as there are any, are days of a nudge: a judge that peeks at the very next workout betrays
    itself only there.
    """
    return [_try(history, story, judge, day) for day in _days(history, story, cuts, rng)]


def _days(history: Past, story: Story, cuts: int, rng: Random) -> list[int]:
    place = {activity.key: _day(activity, history) for activity in history.activities}
    training = sorted(set(place.values()))[:-1]  # behind the last day nothing is left to cut off
    spoken = sorted({place[nudge.activity] for nudge in story.nudges if nudge.activity in place} & set(training))
    chosen = set(rng.sample(spoken, min(len(spoken), cuts // 2)))
    rest = [day for day in training if day not in chosen]
    return sorted(chosen | set(rng.sample(rest, min(len(rest), cuts - len(chosen)))))


def _try(history: Past, story: Story, judge: Judge, day: int) -> Cut:
    kept = tuple(activity for activity in history.activities if _day(activity, history) <= day)
    part = judge(Part(history.name, kept, history.zone))
    last = datetime.combine(date.fromordinal(day + 1), time(), history.zone)
    whole = _decisions(story, last, {activity.key for activity in kept})
    changed = Counter(whole)
    changed.subtract(_decisions(part, last))
    return Cut(date.fromordinal(day), len(whole), sum(map(abs, changed.values())))


def _decisions(story: Story, before: datetime, kept: set[str] | None = None) -> list[str]:
    """Everything decided about the workouts kept (None: about any), with all its numbers; what names none, by time."""
    dated: list[tuple[Any, datetime]] = [
        *((nudge, nudge.made_at) for nudge in story.nudges),
        *((held, held.at) for held in story.held),
        *((finding, finding.at) for finding in story.findings),
        *((unjudged, unjudged.at) for unjudged in story.unjudged),
    ]

    def counts(activity: str | None, at: datetime) -> bool:
        return at < before if activity is None else kept is None or activity in kept

    return [repr(each) for each, at in dated if counts(each.activity, at)]


def _day(activity: Activity, history: Past) -> int:
    return activity.start.astimezone(history.zone).toordinal()
