"""Data points of the Google Health API in our units, and what a notification points to. Pure.

64-bit numbers come as text, lengths in millimetres, durations and offsets as seconds with an s behind them
(https://developers.google.com/health/reference/rest/v4/users.dataTypes.dataPoints).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec

from twinge.core.model import Activity, Wellness
from twinge.core.sport import sport
from twinge.event import Instant, count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number

WORDS = {
    # Exercise.ExerciseType, where our own words do not cover it; the list is open-wearables' (MIT).
    **dict.fromkeys(("INCLINE_RUN",), "treadmill"),
    **dict.fromkeys(("INCLINE_WALK", "STROLLER_WALK", "TREADMILL_WALK", "WALK_WITH_WEIGHTS"), "walk"),
    "BACKPACKING": "hike",
    **dict.fromkeys(("OUTDOOR_BIKE", "ELECTRIC_BIKE"), "ride"),
    "ASSAULT_BIKE": "indoor_ride",
    **dict.fromkeys(("SWIMMING_POOL", "SWIMMING_OPEN_WATER"), "swim"),
    **dict.fromkeys(("ROWING_MACHINE", "PADDLEBOARDING"), "row"),
    **dict.fromkeys(
        ("BODY_WEIGHT", "POWERLIFTING", "FREE_WEIGHTS", "WEIGHT_MACHINES", "RESISTANCE_BANDS", "TRX"), "strength"
    ),
    **dict.fromkeys(("YOGA_BIKRAM", "YOGA_HATHA", "YOGA_POWER", "YOGA_VINYASA"), "yoga"),
    **dict.fromkeys(("SPEED_SKATING", "ROLLERBLADING"), "skate"),
    **dict.fromkeys(
        ("FOOTBALL_AMERICAN", "FOOTBALL_AUSTRALIAN", "VOLLEYBALL_BEACH", "RACKET_SPORTS", "PICKELBALL"), "team_sport"
    ),
}
INTERVALS = frozenset({"HIIT", "INTERVAL_WORKOUT", "TABATA_WORKOUT"})
LONGEST = timedelta(days=90)
WIDEST = timedelta(hours=14)
MINUTE = timedelta(minutes=1)
NAME = re.compile(r"[A-Za-z0-9._-]{1,150}")


def span_of(intervals: Sequence[Any]) -> tuple[datetime, datetime] | None:
    """From the earliest to the latest moment of what changed; None where no time is told."""
    ends = [at for one in intervals for at in _ends(one)]
    return (min(ends), max(ends)) if ends else None


def days_of(start: datetime, end: datetime) -> tuple[date, date]:
    """The calendar days, the second one not included, that surely hold a span; at most ninety, the last ones.

    A day is added on either side: a span is told in UTC, and days are the athlete's.
    """
    low, high = start.date() - timedelta(days=1), end.date() + timedelta(days=2)
    return max(low, high - LONGEST), high


def _ends(interval: object) -> Iterator[datetime]:
    """Start and end of a changed interval, in whichever of the shapes that were seen.

    A clock without a zone may stand for any moment within fourteen hours of the same clock in UTC.
    """
    for name in ("startTime", "endTime"):
        if (at := _when(inside(interval, "physicalTimeInterval", name))) is not None:
            yield at
        for shape in ("civilIso8601TimeInterval", "civilDateTimeInterval"):
            if (at := _when(inside(interval, shape, name))) is not None:
                yield from (at - WIDEST, at + WIDEST)


def touches(activity: Activity, start: datetime, end: datetime) -> bool:
    """Whether a workout and a span have a moment in common, give or take a minute."""
    length = timedelta(seconds=activity.elapsed_s or activity.moving_s or 0)
    return activity.start <= end + MINUTE and activity.start + length >= start - MINUTE


def _when(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC) if at is not None and plausible(at) else None


def to_activity(point: Mapping[str, Any], version: int) -> Activity:
    """An exercise. Raises `Rejected` naming the field where it has no name, no start or no length."""
    given, key = inside(point, "exercise"), str(point.get("name")).rpartition("/")[2]
    if not NAME.fullmatch(key):
        raise Rejected("name must end in the id of a data point", field="name")
    start, end = (_moment(given, which) for which in ("start", "end"))
    if start is None:
        raise Rejected("exercise.interval.startTime must be an instant", field="exercise.interval.startTime")
    elapsed = (end - start).total_seconds() if end is not None else 0.0
    moving, metres = _seconds(inside(given, "activeDuration")), _metres(given, "distanceMillimeters")
    if not (moving or elapsed > 0 or metres):
        raise Rejected("exercise.activeDuration is missing, and so is the end", field="exercise.activeDuration")
    word = str(inside(given, "exerciseType"))
    return Activity(
        key=f"google:{key}",
        sport=WORDS.get(word) or sport(word),
        start=start,
        elapsed_s=whole(elapsed) if 0 < elapsed <= 2_592_000 else None,
        moving_s=whole(moving),
        distance_m=whole(metres),
        climb_m=count(_metres(given, "elevationGainMillimeters")),
        avg_hr=whole(number(inside(given, "metricsSummary", "averageHeartRateBeatsPerMinute"), 30, 230)),
        interval=word in INTERVALS,
        version=version,
    )


def _moment(given: object, which: str) -> datetime | None:
    """Start or end of a session, at the offset of where it was."""
    try:
        at = msgspec.convert(inside(given, "interval", f"{which}Time"), Instant)
    except msgspec.ValidationError:
        return None
    if not plausible(at):
        return None
    offset = _seconds(inside(given, "interval", f"{which}UtcOffset"))
    offset = _seconds(inside(given, "interval", "startUtcOffset")) if offset is None else offset
    zone = timezone(timedelta(seconds=int(offset))) if offset is not None and abs(offset) < 86_400 else UTC
    return at.astimezone(zone)


def _seconds(value: object) -> float | None:
    """A duration like 7200s, or -18000s for an offset."""
    return number(value[:-1], -86_400, 2_592_000) if isinstance(value, str) and value.endswith("s") else None


def _metres(given: object, name: str) -> float | None:
    found = number(inside(given, "metricsSummary", name), 0, 1e10)
    return found / 1000 if found is not None else None


def to_mornings(
    pulses: Sequence[Any], variabilities: Sequence[Any], sleeps: Sequence[Any], version: int
) -> list[Wellness]:
    """One morning a day, of all that the three lists hold about it: a later text of a day replaces the whole."""
    rhr = _daily(pulses, "dailyRestingHeartRate", "beatsPerMinute", (25, 150))
    hrv = _daily(variabilities, "dailyHeartRateVariability", "averageHeartRateVariabilityMilliseconds", (1, 1_000))
    slept = _nights(sleeps)
    return [
        Wellness(
            key=f"google:day:{day}",
            day=day,
            resting_hr=whole(rhr.get(day)),
            hrv_rmssd_ms=hrv.get(day),
            sleep_h=slept.get(day),
            version=version,
        )
        for day in sorted(rhr.keys() | hrv.keys() | slept.keys())
    ]


def _daily(points: Sequence[Any], field: str, name: str, limits: tuple[float, float]) -> dict[date, float]:
    """Day → value. Of several sources for one day the first that is listed counts."""
    found: dict[date, float] = {}
    for point in points:
        day, value = _day(inside(point, field, "date")), number(inside(point, field, name), *limits)
        if day is not None and value is not None:
            found.setdefault(day, value)
    return found


def _day(given: object) -> date | None:
    """A date as {year, month, day}."""
    parts = [number(inside(given, name), 1, 9_999) for name in ("year", "month", "day")]
    try:
        day = date(*(int(part) for part in parts if part is not None))
    except (TypeError, ValueError):
        return None
    return day if plausible(day) else None


def _nights(points: Sequence[Any]) -> dict[date, float]:
    """Day of waking → hours asleep: of the main sleep, else of the longest that is no nap."""
    found: dict[date, tuple[bool, float]] = {}
    for point in points:
        given = inside(point, "sleep")
        end, minutes = _moment(given, "end"), number(inside(given, "summary", "minutesAsleep"), 10, 1_440)
        if end is None or minutes is None or inside(given, "metadata", "nap") is True:
            continue
        night = inside(given, "metadata", "mainSleep") is True, minutes
        found[end.date()] = max(night, found.get(end.date(), night))
    return {day: round(minutes / 60, 2) for day, (_, minutes) in found.items()}
