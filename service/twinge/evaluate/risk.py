"""Which days count: workouts and mornings at risk, the nudges on them, the onsets that could have been warned of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.backtest import Past, Story, arrival
from twinge.core.bounds import own_pack
from twinge.core.model import Activity, Athlete, Severity, Wellness
from twinge.core.pack import STANDARD
from twinge.core.policy import next_window
from twinge.core.state import order
from twinge.core.twin import together
from twinge.evaluate.onsets import Onset

BLANK = 21
"""Days after an episode that count neither way; an onset with no workout in as many days before it is not judged."""


class Row(NamedTuple):
    """Occasions of one kind on which a judge may speak, in proleptic ordinal days."""

    heard: tuple[int, ...] = ()
    """For each occasion at risk, in order: the day on which a nudge about it is, or would have been, heard."""
    nudged: tuple[int, ...] = ()
    """Which of them, by their place in `heard`, had one."""

    def before(self, onset: int, within: int) -> list[int]:
        """The occasions, by place, whose nudge is heard in the `within` days before `onset`, that day left out."""
        return [place for place, day in enumerate(self.heard) if onset - within <= day < onset]


@dataclass(frozen=True, slots=True)
class Watch:
    """One athlete. An occasion stands where its nudge would be heard, not where it began."""

    name: str
    workouts: Row
    mornings: Row
    """Each day with a morning once."""
    onsets: tuple[int, ...]
    """Days of the onsets that are judged."""
    weeks: int
    """ISO weeks with at least one workout at risk."""
    onsets_given: int
    workouts_left_out: int
    nudges_left_out: int
    digests: int
    """Weekly digests: they interrupt nobody and are no nudges."""
    notes: tuple[str, ...]
    """Which onsets are not judged, and why."""

    @property
    def rows(self) -> tuple[Row, Row]:
        """The kinds of occasions; chance is worked out for each by itself."""
        return self.workouts, self.mornings

    @property
    def nudges(self) -> int:
        """Nudges at risk."""
        return sum(len(row.nudged) for row in self.rows)


def watch(history: Past, story: Story, onsets: Sequence[Onset], athlete: Athlete) -> Watch:
    """Take the days inside episodes, and the 21 after them, out of the workouts, the mornings and the onsets."""
    records, same = together(sorted(history.activities, key=order), history.zone.key, own_pack(athlete, STANDARD))
    activities = [record.activity for record in records]  # recorded twice is one occasion to speak
    woken = sorted({morning.day: morning for morning in history.mornings}.items())
    said, told = _spoken(activities, same, history.mornings, story)
    heard = [said.get(place, _hearing(each, history.zone, athlete)) for place, each in enumerate(activities)]
    waking = [told.get(day, _hearing(each, history.zone, athlete)) for day, each in woken]
    closed = _closed(onsets)
    workouts = _at_risk(heard, set(said), closed)
    mornings = _at_risk(waking, {place for place, (day, _) in enumerate(woken) if day in told}, closed)
    judged, notes = _judge_onsets(onsets, workouts.heard, _local(activities, history.zone))
    return Watch(
        name=history.name,
        workouts=workouts,
        mornings=mornings,
        onsets=judged,
        weeks=len(_weeks(activities, heard, closed, history.zone)),
        onsets_given=len(onsets),
        workouts_left_out=len(activities) - len(workouts.heard),
        nudges_left_out=len(said) + len(told) - len(workouts.nudged) - len(mornings.nudged),
        digests=len(story.digests),
        notes=tuple(notes),
    )


def _spoken(
    activities: Sequence[Activity], same: Mapping[str, str], mornings: Sequence[Wellness], story: Story
) -> tuple[dict[int, int], dict[date, int]]:
    """Place of a workout, and day of a morning → the day its nudge is heard.

    What only informs is no alert. What names neither answers something the athlete told, pain above all: counted, every
    doctor's word after a report of pain would have foreseen it.
    """
    zone = ZoneInfo(story.zone)
    places = {activity.key: place for place, activity in enumerate(activities)}
    days = {morning.key: morning.day for morning in mornings}
    said: dict[int, int] = {}
    told: dict[date, int] = {}
    for nudge in story.nudges:
        key, heard = nudge.activity or "", nudge.not_before.astimezone(zone).toordinal()
        if nudge.severity is Severity.INFO:
            continue
        if key in days:
            told.setdefault(days[key], heard)
        elif (place := places.get(same.get(key, key))) is not None:
            said.setdefault(place, heard)
    return said, told


def _at_risk(heard: Sequence[int], nudged: Set[int], closed: Sequence[tuple[int, int]]) -> Row:
    """The occasions outside the closed days, and which of them had a nudge."""
    places = [place for place, day in enumerate(heard) if not _inside(day, closed)]
    days = tuple(heard[place] for place in places)
    return Row(days, tuple(index for index, place in enumerate(places) if place in nudged))


def _weeks(
    activities: Sequence[Activity], heard: Sequence[int], closed: Sequence[tuple[int, int]], zone: ZoneInfo
) -> set[int]:
    """ISO weeks with a workout at risk. Mornings go on in the holidays and would only thin the nudges out."""
    return {
        (_day(activity, zone) - 1) // 7
        for activity, day in zip(activities, heard, strict=True)
        if not _inside(day, closed)
    }


def _hearing(event: Activity | Wellness, zone: ZoneInfo, athlete: Athlete) -> int:
    """The day on which a nudge about this workout or morning would be heard: quiet hours may make it the next."""
    delay = timedelta(minutes=athlete.preferences.delay_min)
    ready = max(arrival(event, zone), _over(event, zone) + delay)
    return next_window(athlete.preferences, zone.key, ready).astimezone(zone).toordinal()


def _over(event: Activity | Wellness, zone: ZoneInfo) -> datetime:
    """The end of a workout, or the beginning of a morning's day."""
    if isinstance(event, Wellness):
        return datetime.combine(event.day, time(), zone)
    return event.start + timedelta(seconds=event.elapsed_s or event.duration_s or 0)


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
