"""The proof that nothing looked ahead: cut the later days off, judge again, and hold the decisions side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from twinge.backtest import Past, Story, arrival
from twinge.core.model import Activity, Wellness
from twinge.core.pack import STANDARD
from twinge.core.state import order
from twinge.core.twin import together

Judge = Callable[[Past], Story]
"""All that is judged here: a history in, everything decided about it out."""


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a history."""

    name: str
    activities: tuple[Activity, ...]
    zone: ZoneInfo
    mornings: tuple[Wellness, ...] = ()
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
    """Judge the history anew up to each of `cuts` random days and compare with `story`, the whole one.

    Half of the days, as far as there are any, are days of a nudge: a judge that peeks at the very next workout or
    morning betrays itself only there.
    """
    return [_try(history, story, judge, day) for day in _days(history, story, cuts, rng)]


def _days(history: Past, story: Story, cuts: int, rng: Random) -> list[int]:
    """Days with a workout or a morning; behind the last of them nothing is left to cut off."""
    place = {activity.key: _day(activity, history) for activity in history.activities}
    place |= {morning.key: morning.day.toordinal() for morning in history.mornings}
    known, torn = sorted(set(place.values()))[:-1], _torn(history, place)
    whole = [day for day in known if day not in torn]
    spoken = sorted({place[nudge.activity] for nudge in story.nudges if nudge.activity in place} & set(whole))
    chosen = set(rng.sample(spoken, min(len(spoken), cuts // 2)))
    rest = [day for day in whole if day not in chosen]
    return sorted(chosen | set(rng.sample(rest, min(len(rest), cuts - len(chosen)))))


def _torn(history: Past, place: Mapping[str, int]) -> set[int]:
    """Days after which one recorder of a workout began it before midnight and another after: half of it is no past."""
    _, same = together(sorted(history.activities, key=order), history.zone.key, STANDARD)
    return {day for one, other in same.items() for day in range(*sorted((place[one], place[other])))}


def _try(history: Past, story: Story, judge: Judge, day: int) -> Cut:
    kept = tuple(activity for activity in history.activities if _day(activity, history) <= day)
    mornings = tuple(morning for morning in history.mornings if morning.day.toordinal() <= day)
    part = judge(Part(history.name, kept, history.zone, mornings))
    events: list[Activity | Wellness] = [*kept, *mornings]
    edge = Edge(
        datetime.combine(date.fromordinal(day + 1), time(), history.zone),
        max(arrival(event, history.zone) for event in events),
        frozenset(event.key for event in events),
    )
    whole = _decisions(story, edge)
    changed = Counter(whole)
    changed.subtract(_decisions(part, edge, cut=True))
    return Cut(date.fromordinal(day), len(whole), sum(map(abs, changed.values())))


class Edge(NamedTuple):
    """Where a history was cut."""

    midnight: datetime
    arrived: datetime
    """When the last of what was left came in: a digest that was due later had not been written yet."""
    kept: frozenset[str]
    """Keys of the workouts and mornings that were left."""


def _decisions(story: Story, edge: Edge, *, cut: bool = False) -> list[str]:
    """Everything decided about what was left, with all its numbers; what names no event, by time.

    Of the story that was `cut`, whatever it decided: it may know of nothing else.
    """
    dated: list[tuple[Any, datetime]] = [
        *((nudge, nudge.made_at) for nudge in story.nudges),
        *((held, held.at) for held in story.held),
        *((finding, finding.at) for finding in story.findings),
        *((unjudged, unjudged.at) for unjudged in story.unjudged),
    ]

    def counts(event: str | None, at: datetime) -> bool:
        return at < edge.midnight if event is None else cut or event in edge.kept

    told = [repr(each) for each, at in dated if counts(each.activity, at)]
    return told + [repr(digest) for digest in story.digests if digest.made_at <= edge.arrived]


def _day(activity: Activity, history: Past) -> int:
    return activity.start.astimezone(history.zone).toordinal()
