"""One Strava activity (summary or detailed JSON) and its streams in our units. Pure; the title is read and dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from twinge.core.model import RUNNING, Activity, Shape
from twinge.core.sport import is_trail
from twinge.core.stream import Streams, shape
from twinge.plugin import Rejected
from twinge_strava.words import SPORTS, SURFACES, is_interval, is_race, sport_of

STREAMS = ("time", "distance", "altitude", "heartrate", "cadence", "watts", "velocity_smooth", "moving")
ON_FOOT = RUNNING | {"walk", "hike", "snowshoe"}
"""Strava counts the steps of one leg here: doubled for steps per minute."""
HIDDEN_START = time(0, 0, 1)
"""An athlete who hides the start time gives midnight and one second (changelog of 3 July 2024)."""
ZONE = re.compile(r"^\(GMT[^)]*\)\s*")
LARGEST = 10**9
"""No workout has more metres or seconds; a larger number is a broken row, and would not fit the database."""


def to_activity(row: Mapping[str, Any], *, version: int, streams: Mapping[str, Any] | None = None) -> Activity:
    """Strava's row as an activity. Raises `Rejected` naming the field. Metres and seconds are rounded to integers."""
    word = _word(row)
    sport = sport_of(word, trainer=row.get("trainer") is True)
    title = row["name"] if isinstance(row.get("name"), str) else ""
    workout = row["workout_type"] if type(row.get("workout_type")) is int else None
    start, day_only = _start(row)
    return Activity(
        key=f"strava:{activity_id(row)}",
        sport=sport,
        start=start,
        day_only=day_only,
        elapsed_s=_whole(row, "elapsed_time"),
        moving_s=_whole(row, "moving_time"),
        distance_m=_whole(row, "distance"),
        climb_m=_climb(row),
        avg_hr=_whole(row, "average_heartrate"),
        max_hr=_whole(row, "max_heartrate"),
        avg_power_w=_whole(row, "average_watts") if _metered(row) else None,
        rpe=_rpe(row),
        race=is_race(workout, title),
        interval=is_interval(word, workout, title, running=sport in RUNNING),
        surface=SURFACES.get(sport) or ("trail" if sport == "run" and is_trail(title) else None),
        version=version,
        shape=_shape(streams, on_foot=sport in ON_FOOT, metered=_metered(row)) if streams else Shape(),
    )


def looks_like_ours(row: Mapping[str, Any]) -> bool:
    """Whether a row of some history is a Strava API activity: a number for an id, and Strava's own names."""
    return (
        isinstance(row.get("id"), int)
        and isinstance(row.get("start_date"), str)
        and ("sport_type" in row or str(row.get("type")) in SPORTS)
        and ("moving_time" in row or "elapsed_time" in row)
    )


def activity_id(row: Mapping[str, Any]) -> str:
    """The activity's id as text."""
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, int | str) or not re.fullmatch(r"[0-9]{1,19}", str(found)):
        raise Rejected("id must be a Strava activity id", field="id")
    return str(found)


def zone_of(row: Mapping[str, Any]) -> str | None:
    """The IANA name behind "(GMT-08:00) America/Los_Angeles", or None where there is none."""
    found = row.get("timezone")
    return (ZONE.sub("", found) or None) if isinstance(found, str) else None


def updated_ms(row: Mapping[str, Any]) -> int:
    """`updated_at` in epoch milliseconds where a row has one; Strava's own listings do not: 0."""
    return int(_instant(row, "updated_at").timestamp() * 1000) if row.get("updated_at") else 0


def _word(row: Mapping[str, Any]) -> str:
    word = row.get("sport_type") or row.get("type")
    if not isinstance(word, str):
        raise Rejected("sport_type must be one of Strava's sport types", field="sport_type")
    return word


def _start(row: Mapping[str, Any]) -> tuple[datetime, bool]:
    """The start in UTC, or noon of the local day where the athlete hides the hour."""
    start = _instant(row, "start_date")
    zone = _zone(row)
    local = _instant(row, "start_date_local") if row.get("start_date_local") else start.astimezone(zone)
    for clock in (local, start):
        if clock.time() == HIDDEN_START:
            return _noon(clock.date(), zone), True
    return start, False


def _noon(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(12), zone).astimezone(UTC)


def _zone(row: Mapping[str, Any]) -> tzinfo:
    name = zone_of(row)
    try:
        if name:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass  # a zone this machine does not know: the offset below says enough for a day
    offset = row.get("utc_offset")
    if isinstance(offset, int | float) and abs(offset) < 86_400:
        return timezone(timedelta(seconds=offset))
    return UTC


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    """An ISO instant in UTC; without an offset it is UTC (`start_date_local` says Z and means the local clock)."""
    found = row.get(name)
    try:
        at = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        at = None
    if at is None or not 1900 < at.year < 9000:
        raise Rejected(f"{name} must be an instant like 2026-05-03T06:30:00Z", field=name)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _number(row: Mapping[str, Any], name: str) -> float | None:
    found = row.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Rejected(f"{name} must be a number", field=name)
    if not isfinite(found) or abs(found) > LARGEST:
        raise Rejected(f"{name} is out of range", field=name)
    return found


def _whole(row: Mapping[str, Any], name: str) -> int | None:
    """A positive whole number; Strava writes 0 for what nobody measured, and unknown is never zero."""
    found = _number(row, name)
    return round(found) or None if found is not None and found > 0 else None


def _climb(row: Mapping[str, Any]) -> int | None:
    """Metres of ascent; a zero counts only where the activity has an altitude at all."""
    found = _number(row, "total_elevation_gain")
    if found is None or (found <= 0 and row.get("elev_high") is None):
        return None
    return max(0, round(found))


def _rpe(row: Mapping[str, Any]) -> int | None:
    found = _whole(row, "perceived_exertion")
    return None if found is None else min(10, found)


def _metered(row: Mapping[str, Any]) -> bool:
    """Whether the watts come from a power meter; else they are Strava's estimate from speed and grade."""
    return row.get("device_watts") is True


def _shape(streams: Mapping[str, Any], *, on_foot: bool, metered: bool) -> Shape:
    """The streams' shape; a stream that is not as long as `time` cannot be placed and is left out."""
    times = _data(streams, "time", None)
    if not times:
        return Shape()
    size = len(times)
    cadence = _data(streams, "cadence", size)
    if cadence and on_foot:
        cadence = [None if one is None else one * 2 for one in cadence]
    return shape(
        Streams(
            time_s=times,
            distance_m=_data(streams, "distance", size),
            altitude_m=_data(streams, "altitude", size),
            hr=_data(streams, "heartrate", size),
            cadence_spm=cadence,
            power_w=_data(streams, "watts", size) if metered else None,
            speed_m_s=_data(streams, "velocity_smooth", size),
            moving=_data(streams, "moving", size),
        )
    )


def _data(streams: Mapping[str, Any], name: str, size: int | None) -> Sequence[Any] | None:
    found = streams.get(name)
    data = found.get("data") if isinstance(found, Mapping) else None
    return data if isinstance(data, list) and data and size in (None, len(data)) else None
