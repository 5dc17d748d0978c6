"""Rows of Garmin Connect's listing and its nights, in our units. Pure; a title is read and dropped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from twinge.core.model import RUNNING, Activity, Wellness, family
from twinge.core.sport import is_interval, is_race, is_trail, sport
from twinge.event import count, plausible, whole
from twinge.plugin.loose import inside, number

MONTH_S = 2_592_000
OWN = {"e_bike_fitness": "ride", "obstacle_run": "run", "indoor_cardio": "other", "skate_skiing": "nordic_ski"}
"""Garmin's words for sports that `twinge.core.sport` does not know."""


def to_activity(row: Mapping[str, Any]) -> Activity | None:
    """A row of the library's listing in our units; None without an id or a start that can be meant.

    The fields as the library's users see them (github.com/cyberjunky/python-garminconnect); there is no vendor's page.
    """
    start = _start(row.get("startTimeGMT"), row.get("startTimeLocal"))
    if start is None or not isinstance(row.get("activityId"), int) or isinstance(row["activityId"], bool):
        return None
    word, title = str(inside(row, "activityType", "typeKey") or "")[:80], str(row.get("activityName") or "")
    ours = sport_of(word)
    return Activity(
        key=f"garminconnect:{row['activityId']}",
        sport=ours,
        start=start,
        elapsed_s=whole(number(row.get("elapsedDuration"), 0, MONTH_S)),
        moving_s=whole(number(row.get("duration"), 0, MONTH_S)),
        distance_m=whole(number(row.get("distance"), 0, 1e7)),
        climb_m=count(number(row.get("elevationGain"), 0, 1e5)),
        descent_m=count(number(row.get("elevationLoss"), 0, 1e5)),
        avg_hr=whole(number(row.get("averageHR"), 1, 250)),
        max_hr=whole(number(row.get("maxHR"), 1, 250)),
        avg_power_w=whole(number(row.get("avgPower"), 0, 3_000)) if family(ours) == "ride" else None,
        race=inside(row, "eventType", "typeKey") == "race" or is_race(title),
        interval=is_interval(title, running=ours in RUNNING),
        surface="trail" if ours == "run" and is_trail(title) else None,
        version=1,
    )


def to_morning(day: str, found: Any) -> Wellness | None:
    """The morning of `day`: its night's sleep without the time awake, mean RMSSD, and the resting heart rate."""
    night = inside(found, "dailySleepDTO")
    asleep = number(inside(night, "sleepTimeSeconds"), 60, 86_400)
    known: dict[str, Any] = {
        "resting_hr": whole(number(inside(found, "restingHeartRate"), 1, 250)),
        "hrv_rmssd_ms": number(inside(found, "avgOvernightHrv"), 1, 1_000),
        "sleep_h": round(asleep / 3600, 3) if asleep else None,
    }
    told = sum(value is not None for value in known.values())
    if not told:
        return None
    ended = number(inside(night, "sleepEndTimestampGMT"), 0, 7.3e12) or 0
    when = datetime.fromisoformat(day).date()
    return Wellness(f"garminconnect:morning-{when}", when, version=int(ended) + told, **known)


def sport_of(word: str) -> str:
    """Our word for Garmin's; `other` for one we have not met."""
    bare = word.lower().removesuffix("_v2").removesuffix("_ws")
    return OWN.get(bare) or sport(bare)


def _start(gmt: Any, own: Any) -> datetime | None:
    """The start on the athlete's clock: Garmin gives the same instant twice, without offsets."""
    try:
        at = datetime.fromisoformat(gmt).replace(tzinfo=UTC)
        offset = datetime.fromisoformat(own).replace(tzinfo=UTC) - at if own else timedelta(0)
        at = at.astimezone(timezone(offset)) if abs(offset) <= timedelta(hours=18) else at
    except (TypeError, ValueError, OverflowError):
        return None
    return at if plausible(at) else None
