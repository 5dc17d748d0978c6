"""Oura's events and documents, and what they are in our units. Pure.

The shapes are those of Oura's OpenAPI description of version 2 (https://cloud.ouraring.com/v2/docs).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from twinge.core.model import RUNNING, Activity, Removed, Wellness
from twinge.core.sport import is_interval, is_race, sport
from twinge.event import Instant, count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import number

WORKOUT, SLEEP, READINESS = KINDS = ("workout", "sleep", "daily_readiness")
Word = Annotated[str, Meta(min_length=1, max_length=60, pattern="^[!-~]+$")]
DOCUMENT = re.compile(r"[A-Za-z0-9_-]{1,100}")
MONTH_S = 2_592_000
DAY_S = 86_400
SPARSE_S = 600
"""Seconds a beat: with fewer beats than that a mean says nothing."""
FEWEST = 3

OWN = {
    "australian_football": "team_sport",
    "dog_walking": "walk",
    "functional_training": "strength",
    "nordic_walking": "walk",
    "stand_up_paddling": "row",
    "water_polo": "team_sport",
}
"""Oura's names for sports that `twinge.core.sport` does not know."""

NO_TRAINING = frozenset(
    {"breathwork", "housework", "meditation", "recovery", "relaxation", "rest", "sauna", "yardwork", "yard_work"}
)
"""What Oura lists, or finds by itself, among the workouts and nobody trains by."""


class Event(Struct):
    """One POST of Oura."""

    event_type: Word
    data_type: Word
    user_id: Annotated[str, Meta(min_length=1, max_length=100)]
    object_id: Annotated[str, Meta(max_length=100)] | None = None
    event_time: Instant | None = None

    def __post_init__(self) -> None:
        if self.event_time is not None and not plausible(self.event_time):
            raise ValueError("Field `event_time` must lie between 1971 and 2199")


class Document(Struct):
    """Any document: what all of them have."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]


class Workout(Document, kw_only=True):
    """`/v2/usercollection/workout/{id}`. It has no heart rate."""

    activity: Annotated[str, Meta(max_length=80)]
    start_datetime: Instant
    end_datetime: Instant
    distance: Any = None
    label: Annotated[str, Meta(max_length=500)] | None = None
    """Read for race and interval words, never kept."""


class Sleep(Document, kw_only=True):
    """`/v2/usercollection/sleep/{id}`: one period of sleep."""

    day: date
    type: str | None = None
    average_hrv: Any = None
    lowest_heart_rate: Any = None
    total_sleep_duration: Any = None


class Readiness(Document, kw_only=True):
    """`/v2/usercollection/daily_readiness/{id}`. Its contributors are scores, not beats or milliseconds."""

    day: date
    score: Any = None


def is_document(found: str) -> bool:
    """Whether this can be a part of a path."""
    return DOCUMENT.fullmatch(found) is not None


def to_event(row: Workout, beats: Sequence[float], version: int) -> Activity | Removed:
    """The workout; `Removed` where it is, or was made, something that is no training."""
    key, word = f"oura:{row.id}", row.activity.strip().lower()
    if word in NO_TRAINING:
        return Removed(key, version)
    if not (plausible(row.start_datetime) and plausible(row.end_datetime)):
        raise Rejected("start_datetime: must lie between 1971 and 2199", field="start_datetime")
    elapsed = whole(number((row.end_datetime - row.start_datetime).total_seconds(), 0, MONTH_S))
    if not elapsed:
        raise Rejected("end_datetime: must be after start_datetime", field="end_datetime")
    ours, title = OWN.get(word) or sport(word), row.label or ""
    known = beats if len(beats) >= max(FEWEST, elapsed / SPARSE_S) else ()
    return Activity(
        key=key,
        sport=ours,
        start=row.start_datetime,
        elapsed_s=elapsed,
        distance_m=whole(number(row.distance, 0, 1e7)),
        avg_hr=whole(sum(known) / len(known)) if known else None,
        race=is_race(title),
        interval=word == "hiit" or is_interval(title, running=ours in RUNNING),
        version=version,
    )


def heart_of(rows: object) -> list[float]:
    """The beats a minute of a heart-rate list."""
    found = [number(row.get("bpm"), 1, 250) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [one for one in found if one is not None]


def to_night(row: Sleep, version: int) -> Wellness | None:
    """The morning after the main sleep. The resting heart rate is the night's lowest; Oura's HRV is RMSSD."""
    if row.type != "long_sleep":
        return None
    slept = number(row.total_sleep_duration, 1, DAY_S)
    morning = Wellness(
        key=f"oura:{row.id}",
        day=_day(row.day),
        resting_hr=whole(number(row.lowest_heart_rate, 1, 250)),
        hrv_rmssd_ms=number(row.average_hrv, 1, 1000),
        sleep_h=slept / 3600 if slept else None,
        version=version,
    )
    return morning if morning.resting_hr or morning.hrv_rmssd_ms or morning.sleep_h else None


def to_readiness(row: Readiness, version: int) -> Wellness | None:
    """The day's readiness score; None where Oura has none."""
    score = count(number(row.score, 1, 100))
    return None if score is None else Wellness(f"oura:{row.id}", _day(row.day), readiness=score, version=version)


def _day(day: date) -> date:
    if not plausible(day):
        raise Rejected("day: must lie between 1971 and 2199", field="day")
    return day
