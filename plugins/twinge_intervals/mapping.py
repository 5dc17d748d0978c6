"""An intervals.icu workout, its streams and a wellness record in our units. Pure.

Names are those of the vendor's OpenAPI description (https://intervals.icu/api/v1/docs). The title is read and dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from twinge.core.model import RUNNING, Activity, Shape, Wellness
from twinge.core.sport import is_interval, is_race, is_trail, sport
from twinge.core.stream import Streams, shape
from twinge.event import Instant, count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number

STREAMS = ("time", "distance", "altitude", "heartrate", "cadence", "watts", "velocity_smooth")
MOST_SAMPLES = 100_000
ON_FOOT = RUNNING | {"walk", "hike", "snowshoe"}
ONE_LEG = 110
"""Steps a minute: who usually takes fewer on the run was counted on one leg."""
LACKING = {"TrackRide": "ride", "Transition": "other"}
INDOORS = {"run": "treadmill", "ride": "indoor_ride"}
SURFACES = {"trail_run": "trail", "treadmill": "treadmill", "track": "track"}


def is_stub(row: Mapping[str, Any]) -> bool:
    """Whether this stands for a workout of Strava's, of which intervals.icu may tell others nothing but the id."""
    return row.get("source") == "STRAVA" or not isinstance(row.get("type"), str)


def to_activity(row: Mapping[str, Any], version: int, streams: Sequence[Any] | None = None) -> Activity:
    """A workout of theirs. Raises `Rejected` naming the field where nothing tells when it was, or that it lasted."""
    word = str(row["type"])
    kind = LACKING.get(word) or sport(word)
    kind = INDOORS.get(kind, kind) if row.get("trainer") is True else kind
    title = row["name"] if isinstance(row.get("name"), str) else ""
    seconds, elapsed = (number(row.get(name), 0, 2_592_000) for name in ("moving_time", "elapsed_time"))
    metres = number(row.get("distance"), 0, 1e7)
    if not (seconds or elapsed or metres):
        raise Rejected("moving_time is missing, and so are elapsed_time and distance", field="moving_time")
    hearts = row.get("icu_ignore_hr") is not True
    return Activity(
        key=f"intervals:{row['id']}",
        sport=kind,
        start=_start(row),
        elapsed_s=whole(elapsed),
        moving_s=whole(seconds),
        distance_m=whole(metres),
        climb_m=count(number(row.get("total_elevation_gain"), 0, 100_000)),
        descent_m=count(number(row.get("total_elevation_loss"), 0, 100_000)),
        avg_hr=whole(number(row.get("average_heartrate"), 30, 230)) if hearts else None,
        max_hr=whole(number(row.get("max_heartrate"), 30, 250)) if hearts else None,
        avg_power_w=whole(number(row.get("icu_average_watts"), 1, 3_000)) if _metered(row) else None,
        rpe=_effort(row),
        race=row.get("race") is True or row.get("sub_type") == "RACE" or is_race(title),
        interval=word == "HighIntensityIntervalTraining" or is_interval(title, running=kind in RUNNING),
        surface=SURFACES.get(kind) or ("trail" if kind == "run" and is_trail(title) else None),
        version=version,
        shape=_shape(streams, kind, hearts=hearts, metered=_metered(row)) if streams else Shape(),
    )


def _start(row: Mapping[str, Any]) -> datetime:
    """`start_date` in UTC, at the offset of where it was: by the zone's name, else by the clock there."""
    start, local = _instant(row.get("start_date")), _clock(row.get("start_date_local"))
    zone = _zone(row.get("timezone"))
    if start is None and local is not None:
        start = local.replace(tzinfo=zone or UTC)
    if start is None or not plausible(start):
        raise Rejected("start_date must be an instant like 2026-05-03T06:30:00Z", field="start_date")
    if zone is None and local is not None and abs(ahead := local.replace(tzinfo=UTC) - start) <= timedelta(hours=14):
        zone = timezone(timedelta(minutes=round(ahead.total_seconds() / 60)))
    return start.astimezone(zone or UTC)


def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (KeyError, ValueError, OSError):
        return None


def _instant(value: object) -> datetime | None:
    try:
        return msgspec.convert(value, Instant)
    except msgspec.ValidationError:
        return None


def _clock(value: object) -> datetime | None:
    """A clock's reading without an offset."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is None and plausible(at) else None


def _metered(row: Mapping[str, Any]) -> bool:
    """Whether the watts come from a power meter; else they are somebody's estimate."""
    return row.get("device_watts") is True


def _effort(row: Mapping[str, Any]) -> int | None:
    """What the athlete said, of 10; else what Strava or a watch was told."""
    for name in ("icu_rpe", "perceived_exertion"):
        if (said := whole(number(row.get(name), 0, 10))) is not None:
            return said
    return None


def _shape(streams: Sequence[Any], kind: str, *, hearts: bool, metered: bool) -> Shape:
    """The streams' shape; a stream that is not as long as `time` cannot be placed and is left out."""
    found = {name: _data(streams, name) for name in STREAMS}
    times = found["time"]
    if not times:
        return Shape()
    named = {name: data if data and len(data) == len(times) else None for name, data in found.items()}
    return shape(
        Streams(
            time_s=times,
            distance_m=named["distance"],
            altitude_m=named["altitude"],
            hr=named["heartrate"] if hearts else None,
            cadence_spm=_steps(named["cadence"], kind),
            power_w=named["watts"] if metered else None,
            speed_m_s=named["velocity_smooth"],
        )
    )


def _data(streams: Sequence[Any], name: str) -> list[float | None] | None:
    """One stream as numbers; what is none is a gap."""
    for one in streams:
        if isinstance(one, Mapping) and one.get("type") == name and isinstance(one.get("data"), list):
            return [number(value, -1e6, 1e7) for value in one["data"][:MOST_SAMPLES]]
    return None


def _steps(cadence: list[float | None] | None, kind: str) -> list[float | None] | None:
    moving = [one for one in cadence or () if one]
    if not cadence or kind not in ON_FOOT or not moving or median(moving) >= ONE_LEG:
        return cadence
    return [None if one is None else one * 2 for one in cadence]


def to_morning(record: Mapping[str, Any], version: int) -> Wellness | None:
    """One day's wellness; None where it tells nothing that we use. Raises `Rejected` where the day is none."""
    day = _day(record.get("id"))
    # A resting heart rate marked as temporary was carried over from a day before: nobody measured it.
    carried = record.get("tempRestingHR") is True
    seconds = number(record.get("sleepSecs"), 60, 86_400)
    morning = Wellness(
        key=f"intervals:wellness:{day}",
        day=day,
        resting_hr=None if carried else whole(number(record.get("restingHR"), 25, 150)),
        hrv_rmssd_ms=number(record.get("hrv"), 1, 1_000),
        hrv_sdnn_ms=number(record.get("hrvSDNN"), 1, 1_000),
        sleep_h=round(seconds / 3600, 2) if seconds else None,
        readiness=count(number(record.get("readiness"), 0, 100)),
        version=updated_ms(record.get("updated")) or version,
    )
    told = (morning.resting_hr, morning.hrv_rmssd_ms, morning.hrv_sdnn_ms, morning.sleep_h, morning.readiness)
    return morning if any(one is not None for one in told) else None


def _day(value: object) -> date:
    try:
        day = msgspec.convert(value, date)
    except msgspec.ValidationError:
        day = None
    if day is None or not plausible(day):
        raise Rejected("id must be a day like 2026-05-03", field="records.id")
    return day


def updated_ms(value: object) -> int:
    """An instant in epoch milliseconds; 0 where it is none."""
    at = _instant(value)
    return int(at.timestamp() * 1000) if at is not None and plausible(at) else 0


def listed(found: Any) -> list[Mapping[str, Any]]:
    """The rows of a list that have an id; a stub for a workout of Strava's is none of ours."""
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict) and inside(row, "id") is not None]
