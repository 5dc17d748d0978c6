"""A Suunto workout and a Suunto night in our units. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from twinge.core.model import Activity, Wellness
from twinge.event import Instant, count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number

WORDS: dict[int, str] = {
    number: word
    for word, numbers in {
        # The numbers of Suunto's Activities.pdf, as open-wearables lists them (MIT); what is missing here is `other`.
        "run": (1, 59, 60, 95),
        "trail_run": (22, 115),
        "treadmill": (53,),
        "track": (103,),
        "walk": (0, 16, 24),
        "hike": (11, 70, 83),
        "ride": (2, 105, 114),
        "mountain_bike": (10, 106),
        "gravel_ride": (99,),
        "indoor_ride": (52,),
        "nordic_ski": (3, 56, 117, 118),
        "ski": (13, 84),
        "backcountry_ski": (31, 107, 116),
        "snowboard": (30, 110),
        "snowshoe": (65,),
        "skate": (12, 27, 49),
        "swim": (21, 85),
        "row": (14, 15, 57, 61, 72, 82),
        "strength": (20, 23, 54, 63, 73, 104),
        "mobility": (58, 120),
        "yoga": (51, 121),
        "climb": (29,),
        "team_sport": (19, 33, 34, 35, 36, 37, 38, 39, 41, 42, 43, 44, 45, 47, 48, 50, 67, 75, 113),
    }.items()
    for number in numbers
}


def to_activity(row: Mapping[str, Any], version: int) -> Activity:
    """A workout of theirs. Raises `Rejected` where nothing tells when it was or that it had any length."""
    start, seconds = _start(row), number(row.get("totalTime"), 0, 2_592_000)
    stop, metres = number(row.get("stopTime"), 0, 1e14), number(row.get("totalDistance"), 0, 1e7)
    elapsed = stop / 1000 - start.timestamp() if stop else 0.0
    if not seconds and not metres:
        raise Rejected("totalTime is missing, and so is totalDistance: one is needed", field="totalTime")
    sport = number(row.get("activityId"), 0, 10_000)
    return Activity(
        key=f"suunto:{row['workoutKey']}",
        sport=WORDS.get(int(sport), "other") if sport is not None else "other",
        start=start,
        elapsed_s=whole(elapsed) if (seconds or 1) <= elapsed <= 2_592_000 else None,
        moving_s=whole(seconds),
        distance_m=whole(metres),
        climb_m=count(number(row.get("totalAscent"), 0, 100_000)),
        descent_m=count(number(row.get("totalDescent"), 0, 100_000)),
        avg_hr=_beats(row, "workoutAvgHR", "avg"),
        # `max` is the athlete's own greatest, from the profile: not this workout's.
        max_hr=_beats(row, "workoutMaxHR", "hrmax"),
        version=version,
    )


def _start(row: Mapping[str, Any]) -> datetime:
    """`startTime` in UTC milliseconds, at the offset of where it was."""
    given = number(row.get("startTime"), 0, 7.2e12)
    minutes = number(row.get("timeOffsetInMinutes"), -14 * 60, 14 * 60)
    zone = timezone(timedelta(minutes=int(minutes))) if minutes is not None else UTC
    start = datetime.fromtimestamp(given / 1000, zone) if given else None
    if start is None or not plausible(start):
        raise Rejected("startTime must be milliseconds since 1970", field="startTime")
    return start


def _beats(row: Mapping[str, Any], *names: str) -> int | None:
    """The first that is there. Some lists hold beats a second (2.7) where others hold beats a minute."""
    for name in names:
        found = number(inside(row, "hrdata", name), 0, 250)
        if found:
            return whole(found * 60 if found < 5 else found)
    return None


def to_morning(given: Mapping[str, Any]) -> Wellness | None:
    """The morning after a night; None for a nap, and for what has no length.

    A night may come in pieces, and again when more of it is known. Of the texts of one day the longest sleep holds,
    in whichever order they come: so its seconds are its version.
    """
    seconds = None if given.get("IsNap") is True else _asleep(given)
    if not seconds:
        return None
    end = _instant(given.get("BedtimeEnd"))
    if end is None or not plausible(end):
        raise Rejected("BedtimeEnd must be an instant with an offset", field="samples.entryData.BedtimeEnd")
    return Wellness(
        key=f"suunto:night:{end.date()}",
        day=end.date(),
        resting_hr=whole(number(given.get("HRMin"), 25, 150)),
        hrv_rmssd_ms=number(given.get("AvgHRV"), 1, 1_000),
        sleep_h=round(seconds / 3600, 2),
        version=int(seconds),
    )


def _asleep(given: Mapping[str, Any]) -> float | None:
    """Seconds asleep: the stages together, else the time in bed."""
    return number(sum(_stages(given)) or given.get("Duration"), 60, 86_400)


def _stages(given: Mapping[str, Any]) -> Iterator[float]:
    for name in ("DeepSleepDuration", "LightSleepDuration", "REMSleepDuration"):
        if (seconds := number(given.get(name), 1, 86_400)) is not None:
            yield seconds


def _instant(value: object) -> datetime | None:
    try:
        return msgspec.convert(value, Instant)
    except msgspec.ValidationError:
        return None
