"""WHOOP's events and rows, and what they are in our units. Pure.

The shapes are those of WHOOP's OpenAPI description of version 2 (https://developer.whoop.com/api).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from twinge.core.model import RUNNING, Activity, Removed, Wellness
from twinge.core.sport import is_interval, sport
from twinge.event import Instant, count, parse, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.dated import local, millis
from twinge.plugin.loose import inside, number

T = TypeVar("T")
WORKOUT, NIGHT = "workout", "night"
Id = Annotated[int, Meta(ge=0, le=2**63 - 1)] | Annotated[str, Meta(min_length=1, max_length=64, pattern="^[!-~]+$")]
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PENDING = "PENDING_SCORE"
MONTH_MS = 2_592_000_000
DAY_MS = 86_400_000
ZONES = ("one", "two", "three", "four", "five")
ASLEEP = ("total_light_sleep_time_milli", "total_slow_wave_sleep_time_milli", "total_rem_sleep_time_milli")

OWN = {
    "assault bike": "indoor_ride",
    "australian football": "team_sport",
    "babywearing": "walk",
    "caddying": "walk",
    "disc golf": "walk",
    "dog walking": "walk",
    "functional fitness": "strength",
    "gaelic football": "team_sport",
    "hiking/rucking": "hike",
    "hot yoga": "yoga",
    "hurling/camogie": "team_sport",
    "netball": "team_sport",
    "paddle tennis": "team_sport",
    "paddleboarding": "row",
    "powerlifting": "strength",
    "spin": "indoor_ride",
    "strength trainer": "strength",
    "stroller jogging": "run",
    "stroller walking": "walk",
    "toddlerwearing": "walk",
    "track & field": "track",
    "ultimate": "team_sport",
    "water polo": "team_sport",
}
"""WHOOP's names for sports that `twinge.core.sport` does not know."""

NO_TRAINING = frozenset(
    [
        "air compression",
        "coaching",
        "commuting",
        "cooking",
        "dedicated parenting",
        "gaming",
        "high stress work",
        "ice bath",
        "massage therapy",
        "meditation",
        "musical performance",
        "percussive massage",
        "public speaking",
        "sauna",
        "watching sports",
    ]
)
"""What WHOOP lists among the workouts and nobody trains by."""


class Event(Struct):
    """One POST of WHOOP."""

    user_id: Id
    id: Id
    type: Annotated[str, Meta(min_length=1, max_length=60, pattern="^[!-~]+$")]
    trace_id: Annotated[str, Meta(max_length=100, pattern="^[!-~]*$")] | None = None


class Row(Struct, kw_only=True):
    """What a workout and a night have in common."""

    id: Annotated[str, Meta(pattern=f"^{UUID.pattern}$")]
    user_id: Id
    updated_at: Instant
    start: Instant
    end: Instant
    timezone_offset: Any = None
    score_state: str = ""
    score: Any = None

    def __post_init__(self) -> None:
        if not (plausible(self.start) and plausible(self.end) and plausible(self.updated_at)):
            raise ValueError("Field `start` must lie between 1971 and 2199, and so must `end` and `updated_at`")


class Workout(Row, kw_only=True):
    """`/v2/activity/workout/{id}`."""

    sport_name: Annotated[str, Meta(max_length=80)] = ""


class Sleep(Row, kw_only=True):
    """`/v2/activity/sleep/{id}`."""

    cycle_id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    nap: bool = False


class Recovery(Struct, kw_only=True):
    """`/v2/cycle/{id}/recovery`."""

    sleep_id: str
    updated_at: Instant
    score_state: str = ""
    score: Any = None


def is_uuid(found: object) -> bool:
    """Whether this is an id of version 2; version 1 had numbers."""
    return isinstance(found, str) and UUID.fullmatch(found) is not None


def fit(kind: type[T], row: object) -> T:
    """A decoded row as `kind`; raises `Rejected` naming the field."""
    return parse(kind, msgspec.json.encode(row))


def to_event(row: Workout) -> Activity | Removed | None:
    """The workout; None while WHOOP works on its score, `Removed` where the athlete made it something else."""
    key, version, word = f"whoop:{row.id.lower()}", millis(row.updated_at), row.sport_name.strip().lower()
    if row.score_state == PENDING:
        return None
    if word in NO_TRAINING:
        return Removed(key, version)
    elapsed = whole(number((row.end - row.start).total_seconds(), 0, MONTH_MS / 1000))
    if not elapsed:
        raise Rejected("end: must be after start", field="end")
    ours = OWN.get(word) or sport(word)
    return Activity(
        key=key,
        sport=ours,
        start=local(row.start, row.timezone_offset),
        elapsed_s=elapsed,
        distance_m=whole(number(inside(row.score, "distance_meter"), 0, 1e7)),
        climb_m=count(number(inside(row.score, "altitude_gain_meter"), 0, 1e5)),
        avg_hr=whole(number(inside(row.score, "average_heart_rate"), 0, 250)),
        max_hr=whole(number(inside(row.score, "max_heart_rate"), 0, 250)),
        interval=word == "hiit" or is_interval(word, running=ours in RUNNING),
        version=version,
        zone_minutes=_zones(row.score),
    )


def _zones(score: Any) -> tuple[int, ...]:
    """Minutes in WHOOP's zones one to five; nothing unless all five are told. Zone zero is below them."""
    spent = [number(inside(score, "zone_durations", f"zone_{name}_milli"), 0, MONTH_MS) for name in ZONES]
    minutes = tuple(round(one / 60_000) for one in spent if one is not None)
    return minutes if len(minutes) == len(ZONES) and any(minutes) else ()


def to_wellness(sleep: Sleep, recovery: Recovery | None) -> Wellness | None:
    """The morning on which the athlete woke up; None where nothing was measured yet.

    HRV is RMSSD by WHOOP's own name for it. While WHOOP still gets to know an athlete, its recovery is left out.
    """
    if sleep.score_state == PENDING:
        return None
    rested = recovery.score if recovery and inside(recovery.score, "user_calibrating") is not True else None
    asleep = [number(inside(sleep.score, "stage_summary", name), 0, DAY_MS) for name in ASLEEP]
    known = [one for one in asleep if one is not None]
    hours = sum(known) / 3_600_000
    morning = Wellness(
        key=f"whoop:{sleep.id.lower()}",
        day=local(sleep.end, sleep.timezone_offset).date(),
        resting_hr=whole(number(inside(rested, "resting_heart_rate"), 0, 250)),
        hrv_rmssd_ms=number(inside(rested, "hrv_rmssd_milli"), 0, 1000) or None,
        sleep_h=hours if len(known) == len(ASLEEP) and 0 < hours <= 24 else None,
        readiness=count(number(inside(rested, "recovery_score"), 0, 100)),
        version=max(millis(sleep.updated_at), millis(recovery.updated_at) if recovery else 0),
    )
    return morning if morning.sleep_h or morning.hrv_rmssd_ms or morning.resting_hr or morning.readiness else None
