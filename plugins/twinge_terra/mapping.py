"""Terra's workouts, nights and days in our units. Pure; a title is read and dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from twinge.core.model import Activity, Removed, Shape, Wellness, family
from twinge.core.sport import is_interval, is_race, is_trail
from twinge.core.stream import Streams, shape
from twinge.event import count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number
from twinge_terra import payload
from twinge_terra.words import INTERVALS, NO_TRAINING, SPORTS, kind_of

RANK = 2**42
"""More milliseconds than any instant has until the year 2109."""
GONE = 100
"""A deletion's rank: above every text."""
DELETED, LOCAL = 4, 1
MONTH_S = 2_592_000
DAY_S = 86_400
TENTATIVE = frozenset({3, 4})
"""A night that the vendor has not finished."""


class Stamp(NamedTuple):
    """When an event was made, in epoch milliseconds."""

    ms: int

    def rank(self, rank: int) -> int:
        """The version of a text that knows `rank` things."""
        return self.ms + rank * RANK


def to_event(
    given: payload.Activity, name: str, stamp: Stamp, place: str, *, shaped: bool
) -> Activity | Removed | None:
    """The workout, `Removed` where it was deleted, None for what nobody trains by.

    Raises `Rejected` naming the field below `place`.
    """
    about = given.metadata
    if not about.summary_id:
        raise Rejected(f"{place}.metadata.summary_id is missing.", field=f"{place}.metadata.summary_id")
    key = f"{name}:{about.summary_id}"
    if about.upload_type == DELETED:
        return Removed(key, stamp.rank(GONE))
    if kind_of(about.type) in NO_TRAINING:
        return None
    activity = _activity(given, key, f"{place}.metadata")
    known = (activity.moving_s, activity.distance_m, activity.climb_m, activity.avg_hr, activity.max_hr)
    beats = bool(given.heart_rate_data and given.heart_rate_data.detailed and given.heart_rate_data.detailed.hr_samples)
    rank = sum(one is not None for one in known) + 10 * beats
    return replace(
        activity, version=stamp.rank(rank), shape=_shape(given, activity.sport) if shaped and beats else Shape()
    )


def _activity(given: payload.Activity, key: str, place: str) -> Activity:
    about, kind, title = given.metadata, kind_of(given.metadata.type), given.metadata.name or ""
    sport = SPORTS.get(kind, "other")
    start, day_only = _start(about, place)
    elapsed = whole(number(_seconds(about, place), 0, MONTH_S))
    if not elapsed:
        raise Rejected(f"{place}.end_time must be after start_time.", field=f"{place}.end_time")
    moving = whole(number(inside(given.active_durations_data, "activity_seconds"), 0, MONTH_S))
    heart = given.heart_rate_data.summary if given.heart_rate_data else None
    way = given.distance_data.summary if given.distance_data else None
    return Activity(
        key=key,
        sport=sport,
        start=start,
        day_only=day_only,
        elapsed_s=elapsed,
        moving_s=moving if moving and moving <= elapsed else None,
        distance_m=whole(number(inside(way, "distance_meters"), 0, 1e7)),
        climb_m=count(number(inside(way, "elevation", "gain_actual_meters"), 0, 1e5)),
        descent_m=count(number(inside(way, "elevation", "loss_actual_meters"), 0, 1e5)),
        avg_hr=whole(number(inside(heart, "avg_hr_bpm"), 0, 250)),
        max_hr=whole(number(inside(heart, "max_hr_bpm"), 0, 250)),
        avg_power_w=whole(number(inside(given.power_data, "avg_watts"), 0, 3000)) if family(sport) == "ride" else None,
        race=is_race(title),
        interval=kind in INTERVALS or is_interval(title, running=family(sport) == "run"),
        surface="trail" if sport == "run" and is_trail(title) else None,
    )


def _start(about: payload.Metadata, place: str) -> tuple[datetime, bool]:
    """The start, and whether only its day is known: a clock without an offset is anybody's."""
    start = about.start_time
    if not plausible(start):
        raise Rejected(f"{place}.start_time must lie between 1971 and 2199.", field=f"{place}.start_time")
    if start.tzinfo is not None:
        return start, False
    if about.timestamp_localization == 0 and about.timestamp_localization is not False:
        return start.replace(tzinfo=UTC), False
    return datetime.combine(start.date(), time(12), UTC), True


def _seconds(about: payload.Metadata, place: str) -> float:
    if (about.start_time.tzinfo is None) != (about.end_time.tzinfo is None):
        raise Rejected(f"{place}.end_time has an offset and start_time has none.", field=f"{place}.end_time")
    return (about.end_time - about.start_time).total_seconds()


def _shape(given: payload.Activity, sport: str) -> Shape:
    """What the streams showed, on the seconds of the beats."""
    heart, way = given.heart_rate_data, given.distance_data
    hearts = heart.detailed.hr_samples if heart and heart.detailed else None
    beats = _by_second((one.timestamp, one.bpm) for one in hearts or ())
    if len(beats) < 2:
        return Shape()
    detailed = way.detailed if way else None
    metres = _by_second((one.timestamp, one.distance_meters) for one in (detailed and detailed.distance_samples) or ())
    heights = _by_second((one.timestamp, one.elev_meters) for one in (detailed and detailed.elevation_samples) or ())
    times = sorted(beats)
    return shape(
        Streams(
            time_s=[float(at - times[0]) for at in times],
            hr=[beats[at] for at in times],
            distance_m=[metres.get(at) for at in times] if metres else None,
            altitude_m=[heights.get(at) for at in times] if heights else None,
        )
    )


def _by_second(samples: Iterable[tuple[datetime | None, Any]]) -> dict[int, float | None]:
    """Values by the second; an instant without an offset counts as UTC, only differences matter."""
    placed: dict[int, float | None] = {}
    for at, value in samples:
        if at is not None and plausible(at):
            placed[int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())] = number(value, -1e6, 1e7)
    return placed


def to_night(given: payload.Night, name: str, stamp: Stamp) -> Wellness | None:
    """The morning after; None for a nap, an unfinished night, or one that tells nothing."""
    about, heart, asleep = given.metadata, inside(given.heart_rate_data, "summary"), given.sleep_durations_data
    if about.is_nap or (isinstance(about.upload_type, int) and about.upload_type in TENTATIVE):
        return None
    slept = number(inside(asleep, "asleep", "duration_asleep_state_seconds"), 1, DAY_S)
    known = {
        "resting_hr": whole(number(inside(heart, "resting_hr_bpm"), 1, 250)),
        "hrv_rmssd_ms": number(inside(heart, "avg_hrv_rmssd"), 1, 1000),
        "hrv_sdnn_ms": number(inside(heart, "avg_hrv_sdnn"), 1, 1000),
        "sleep_h": slept / 3600 if slept else None,
        "readiness": count(number(inside(given.readiness_data, "readiness"), 1, 100)),
    }
    day = about.end_time.date()
    found = about.summary_id or f"{about.start_time:%Y-%m-%dT%H%M}"
    return _morning(f"{name}:sleep:{found}", day, known, stamp)


def to_day(given: payload.Day, name: str, stamp: Stamp) -> Wellness | None:
    """The day's resting heart rate; its variability holds waking hours, and is left to the nights."""
    heart, day = inside(given.heart_rate_data, "summary"), given.metadata.start_time.date()
    known = {"resting_hr": whole(number(inside(heart, "resting_hr_bpm"), 1, 250))}
    return _morning(f"{name}:daily:{day}", day, known, stamp)


def _morning(key: str, day: date, known: Mapping[str, Any], stamp: Stamp) -> Wellness | None:
    told = {field: value for field, value in known.items() if value is not None}
    if not told or not plausible(day):
        return None
    return Wellness(key, day, version=stamp.rank(len(told)), **told)
