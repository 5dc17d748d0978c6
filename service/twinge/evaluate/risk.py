"""Which days count: an athlete's workouts at risk, the nudges on them, the onsets that could have been warned of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from twinge.backtest import Past, Story, arrival
from twinge.core.model import Activity, Athlete
from twinge.core.policy import next_window
from twinge.evaluate.onsets import Onset

BLANK = 21
"""Days after an episode that count neither way; an onset with no workout in as many days before it is not judged."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One athlete, in proleptic ordinal days. A workout stands where its nudge would be heard, not where it began."""

    name: str
    heard: tuple[int, ...]
    """For each workout at risk, in order: the day on which a nudge about it is, or would have been, heard."""
    nudged: tuple[int, ...]
    """Which of them, by their place in `heard`, had one."""
    onsets: tuple[int, ...]
    """Days of the onsets that are judged."""
    weeks: int
    """ISO weeks with at least one workout at risk."""
    onsets_given: int
    workouts_left_out: int
    nudges_left_out: int
    notes: tuple[str, ...]
    """Which onsets are not judged, and why."""

    def before(self, onset: int, within: int) -> list[int]:
        """The workouts, by place, whose nudge is heard in the `within` days before `onset`, that day left out."""
        return [place for place, day in enumerate(self.heard) if onset - within <= day < onset]


def watch(history: Past, story: Story, onsets: Sequence[Onset], athlete: Athlete) -> Watch:
    """Take the days inside episodes, and the 21 after them, out of both the workouts and the onsets."""
    activities = list(history.activities)
    spoken = _spoken(activities, story)
    heard = [spoken.get(place, _hearing(each, history.zone, athlete)) for place, each in enumerate(activities)]
    closed = _closed(onsets)
    at_risk = [place for place, day in enumerate(heard) if not _inside(day, closed)]
    days = tuple(heard[place] for place in at_risk)
    judged, notes = _judge_onsets(onsets, days, _local(activities, history.zone))
    nudged = tuple(index for index, place in enumerate(at_risk) if place in spoken)
    return Watch(
        name=history.name,
        heard=days,
        nudged=nudged,
        onsets=judged,
        weeks=len({(_day(activities[place], history.zone) - 1) // 7 for place in at_risk}),
        onsets_given=len(onsets),
        workouts_left_out=len(activities) - len(at_risk),
        nudges_left_out=len(spoken) - len(nudged),
        notes=tuple(notes),
    )


def _spoken(activities: Sequence[Activity], story: Story) -> dict[int, int]:
    """Place of a workout → the day its nudge is heard; a nudge that names no workout belongs to the last one begun."""
    zone = ZoneInfo(story.zone)
    places = {activity.key: place for place, activity in enumerate(activities)}
    starts = [activity.start for activity in activities]
    found: dict[int, int] = {}
    for nudge in story.nudges:
        place = places.get(nudge.activity or "", max(0, bisect_right(starts, nudge.made_at) - 1))
        found.setdefault(place, nudge.not_before.astimezone(zone).toordinal())
    return found


def _hearing(activity: Activity, zone: ZoneInfo, athlete: Athlete) -> int:
    """The day on which a nudge about this workout would be heard: quiet hours may make it the next."""
    ended = activity.start + timedelta(seconds=activity.elapsed_s or activity.duration_s or 0)
    ready = max(arrival(activity, zone), ended + timedelta(minutes=athlete.preferences.delay_min))
    return next_window(athlete.preferences, zone.key, ready).astimezone(zone).toordinal()


def _closed(onsets: Iterable[Onset]) -> list[tuple[int, int]]:
    """First and last day of each stretch that counts neither way; an episode without an end is its first day."""
    return [(onset.day.toordinal(), (onset.end or onset.day).toordinal() + BLANK) for onset in onsets]


def _inside(day: int, closed: Sequence[tuple[int, int]]) -> bool:
    return any(first <= day <= last for first, last in closed)


def _judge_onsets(
    onsets: Sequence[Onset], heard: Sequence[int], span: tuple[int, int] | None
) -> tuple[tuple[int, ...], list[str]]:
    judged: list[int] = []
    notes: list[str] = []
    closed_until = 0
    for onset in sorted(onsets):
        day = onset.day.toordinal()
        reason = _why_not(day, closed_until, heard, span)
        if reason is None:
            judged.append(day)
        else:
            notes.append(f"the onset of {onset.day} (line {onset.line}) is not judged: {reason}")
        closed_until = max(closed_until, _closed([onset])[0][1])
    return tuple(judged), notes


def _why_not(day: int, closed_until: int, heard: Sequence[int], span: tuple[int, int] | None) -> str | None:
    """Why an onset is not counted. Missing days are not quiet days: a rule that uses them has found the label."""
    if span is None or not span[0] < day <= span[1] + BLANK:
        ends = "the history is empty" if span is None else " to ".join(str(date.fromordinal(end)) for end in span)
        return f"it lies outside the history ({ends})"
    if day <= closed_until:
        return f"it lies inside an earlier episode or the {BLANK} days after one"
    if not any(day - BLANK <= each < day for each in heard):
        return f"no workout at risk in the {BLANK} days before it"
    return None


def _local(activities: Sequence[Activity], zone: ZoneInfo) -> tuple[int, int] | None:
    """First and last local day of a history."""
    days = [_day(activity, zone) for activity in activities]
    return (min(days), max(days)) if days else None


def _day(activity: Activity, zone: ZoneInfo) -> int:
    return activity.start.astimezone(zone).toordinal()
