"""What Wahoo posts and lists, and a workout's totals in our units. Pure; a title is read and dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from twinge.core.model import RUNNING, Activity, family
from twinge.core.sport import is_interval, is_race, is_trail
from twinge.event import Instant, Name, count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import number

MONTH_S = 2_592_000
RACE = 67
"""RUNNING_RACE, the one type that tells a race."""
SPORTS = {
    "run": (1, RACE),
    "track": (3,),
    "trail_run": (4,),
    "treadmill": (5, 19),
    "virtual_run": (71,),
    "walk": (6, 7, 8, 46, 56),
    "hike": (9, 10),
    "ride": (0, 11, 14, 15, 16, 64),
    "indoor_ride": (12, 21, 49, 61),
    "mountain_bike": (13,),
    "virtual_ride": (68,),
    "row": (22, 37, 38, 39, 41),
    "swim": (25, 26),
    "snowboard": (27,),
    "ski": (28, 29),
    "nordic_ski": (30,),
    "skate": (31, 32, 33, 34),
    "yoga": (66,),
    "mobility": (69,),
}
"""Our word → `workout_type_id` (https://cloud-api.wahooligan.com, "Workout types"); the rest is `other`."""
TYPES = {number: word for word, numbers in SPORTS.items() for number in numbers}

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)] | Name


class User(Struct):
    """Whose it is."""

    id: Id


class File(Struct):
    """The recording."""

    url: Annotated[str, Meta(max_length=4_000)] | None = None


class Workout(Struct):
    """When and what; a plan until it is done."""

    id: Id
    starts: Instant
    name: Annotated[str, Meta(max_length=1_000)] | None = None
    workout_type_id: Any = None


class Summary(Struct):
    """What was done. Numbers come as numbers or as text ("103.0")."""

    updated_at: Instant | None = None
    created_at: Instant | None = None
    started_at: Instant | None = None
    time_zone: Annotated[str, Meta(max_length=80)] | None = None
    ascent_accum: Any = None
    distance_accum: Any = None
    duration_active_accum: Any = None
    duration_total_accum: Any = None
    heart_rate_avg: Any = None
    heart_rate_max: Any = None
    power_avg: Any = None
    file: File | None = None
    workout: Workout | None = None


class Push(Struct):
    """One POST. `workout` stands inside the summary, in older bodies beside it."""

    event_type: Name
    webhook_token: str | None = None
    user: User | None = None
    workout_summary: Summary | None = None
    workout: Workout | None = None


def to_activity(workout: Workout, summary: Summary, version: int) -> Activity:
    """The totals in our units. Watts count on wheels only. Raises `Rejected` where the start cannot be meant."""
    kind, title = number(workout.workout_type_id, 0, 255), workout.name or ""
    word = TYPES.get(int(kind), "other") if kind is not None else "other"
    return Activity(
        key=f"wahoo:{workout.id}",
        sport=word,
        start=_start(summary.started_at or workout.starts, summary.time_zone),
        elapsed_s=whole(number(summary.duration_total_accum, 0, MONTH_S)),
        moving_s=whole(number(summary.duration_active_accum, 0, MONTH_S)),
        distance_m=whole(number(summary.distance_accum, 0, 1e7)),
        climb_m=count(number(summary.ascent_accum, 0, 1e5)),
        avg_hr=whole(number(summary.heart_rate_avg, 0, 250)),
        max_hr=whole(number(summary.heart_rate_max, 0, 250)),
        avg_power_w=whole(number(summary.power_avg, 0, 3_000)) if family(word) == "ride" else None,
        race=kind == RACE or is_race(title),
        interval=is_interval(title, running=word in RUNNING),
        surface="trail" if word == "run" and is_trail(title) else None,
        version=version,
    )


def _start(at: datetime, zone: str | None) -> datetime:
    """The start on the athlete's own clock where the zone is told and known, else as it came."""
    if not plausible(at):
        raise Rejected("starts must lie between 1971 and 2199", field="workout_summary.workout.starts")
    try:
        return at.astimezone(ZoneInfo(zone)) if zone else at.astimezone(UTC)
    except (KeyError, ValueError, OSError):
        return at.astimezone(UTC)
