"""Garmin's summaries, samples and days in our units. Pure; a title is read and dropped, a place is not even read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median
from typing import Any, NamedTuple, NoReturn

from twinge.core.model import RUNNING, Activity, Shape, Wellness, family
from twinge.core.sport import is_interval, is_race, is_trail
from twinge.core.stream import Streams, shape
from twinge.event import count, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import number
from twinge_garmin.payload import Day, Details, Id, Sample, Summary, Timed
from twinge_garmin.words import sport_of

SUMMARY, DETAILS, FILE = 0, 1, 2
"""How rich a text of a workout is: the file outranks the samples, and they the totals, in whatever order they come."""
RANK = 2**42
"""More milliseconds than any instant has until the year 2109."""
MONTH_S = 2_592_000
ONE_LEG = 110
"""A runner's steps a minute below this are those of one leg: Garmin's own examples hold both ways of counting."""
TENTATIVE = frozenset({"AUTO_TENTATIVE", "ENHANCED_TENTATIVE"})
"""A night that the device has not finished: whatever comes later for that day stands above it."""


class Stamp(NamedTuple):
    """When a body came, in epoch milliseconds: Garmin numbers no text, so the later one of a kind holds."""

    ms: int

    def rank(self, rank: int) -> int:
        """The version of a text of that rank."""
        return self.ms + rank * RANK


def to_activity(given: Summary, key: str, stamp: Stamp, place: str) -> Activity:
    """The totals of a workout. Raises `Rejected` naming the field below `place`."""
    if not given.activity_type:
        missing(f"{place}.activityType")
    start, word, title = start_of(given, place), sport_of(given.activity_type), given.activity_name or ""
    return Activity(
        key=key,
        sport=word,
        start=start,
        moving_s=whole(number(given.duration_in_seconds, 0, MONTH_S)),
        distance_m=whole(number(given.distance_in_meters, 0, 1e7)),
        climb_m=count(number(given.total_elevation_gain_in_meters, 0, 1e5)),
        descent_m=count(number(given.total_elevation_loss_in_meters, 0, 1e5)),
        avg_hr=whole(number(given.average_heart_rate_in_beats_per_minute, 0, 250)),
        max_hr=whole(number(given.max_heart_rate_in_beats_per_minute, 0, 250)),
        race=is_race(title),
        interval=is_interval(title, running=word in RUNNING),
        surface="trail" if word == "run" and is_trail(title) else None,
        version=stamp.rank(SUMMARY),
    )


def elapsed_of(given: Details, moving_s: int | None) -> int | None:
    """Seconds by the wall clock, from the last sample that tells them; None where they are fewer than were timed."""
    told = (number(one.clock_duration_in_seconds, 1, MONTH_S) for one in reversed(given.samples))
    found = whole(next((one for one in told if one is not None), None))
    return found if found is not None and found >= (moving_s or 0) else None


def shape_of(samples: Sequence[Sample], word: str) -> Shape:
    """What the samples showed. Watts count on wheels only: on foot the watch estimates them."""
    times = _measured([one.start_time_in_seconds for one in samples])
    first = next((one for one in times if one is not None), None)
    if first is None:
        return Shape()
    return shape(
        Streams(
            time_s=[None if one is None else one - first for one in times],
            distance_m=_stream([one.total_distance_in_meters for one in samples]),
            altitude_m=_stream([one.elevation_in_meters for one in samples]),
            hr=_stream([one.heart_rate for one in samples]),
            cadence_spm=_steps([one.steps_per_minute for one in samples]) if word in RUNNING else None,
            power_w=_stream([one.power_in_watts for one in samples]) if family(word) == "ride" else None,
            speed_m_s=_stream([one.speed_meters_per_second for one in samples]),
        )
    )


def _measured(values: Sequence[Any]) -> list[float | None]:
    return [one if isinstance(one, float | int) and not isinstance(one, bool) else None for one in values]


def _stream(values: Sequence[Any]) -> list[float | None] | None:
    found = _measured(values)
    return found if any(one is not None for one in found) else None


def _steps(values: Sequence[Any]) -> list[float | None] | None:
    found = _stream(values)
    stepped = [one for one in found or () if one]
    if found is None or not stepped or median(stepped) >= ONE_LEG:
        return found
    return [None if one is None else one * 2 for one in found]


def daily(given: Day, stamp: Stamp, place: str) -> Wellness | None:
    """The resting heart rate of a day; None where it has none (yet)."""
    day = _day(given, place)
    heart = whole(number(given.resting_heart_rate_in_beats_per_minute, 0, 250))
    return Wellness(f"garmin:daily-{day}", day, resting_hr=heart, version=stamp.ms) if heart else None


def night(given: Day, stamp: Stamp, place: str) -> Wellness | None:
    """The hours asleep of the night that ended on a day: without the time awake, which Garmin counts in."""
    start, length = start_of(given, place), number(given.duration_in_seconds, 0, 172_800)
    if not length or given.validation == "OFF_WRIST":
        return None
    day = (start + timedelta(seconds=length)).date()
    hours = max(0.0, length - (number(given.awake_duration_in_seconds, 0, 172_800) or 0)) / 3600
    version = stamp.ms if given.validation in TENTATIVE else stamp.rank(1)
    return Wellness(f"garmin:night-{day}", day, sleep_h=round(hours, 3), version=version) if 0 < hours <= 24 else None


def variability(given: Day, stamp: Stamp, place: str) -> Wellness | None:
    """The mean of the night's RMSSD, milliseconds, of the morning after it."""
    day = _day(given, place)
    mean = number(given.last_night_avg, 0, 1_000)
    return Wellness(f"garmin:hrv-{day}", day, hrv_rmssd_ms=mean, version=stamp.ms) if mean else None


def start_of(given: Timed, place: str) -> datetime:
    """The start on the athlete's own clock; in UTC where its offset is missing or impossible."""
    seconds = number(given.start_time_in_seconds, 0, 7.3e9)
    if seconds is None:
        missing(f"{place}.startTimeInSeconds")
    offset = number(given.start_time_offset_in_seconds, -64_800, 64_800)
    zone = timezone(timedelta(seconds=int(offset))) if offset else UTC
    at = datetime.fromtimestamp(int(seconds), zone)
    if not plausible(at):
        field = f"{place}.startTimeInSeconds"
        raise Rejected(f"{field} lies outside the years 1971 to 2199", field=field)
    return at


def _day(given: Day, place: str) -> date:
    """The calendar date on the athlete's wrist, or that of the start where it is not told."""
    if given.calendar_date is None:
        return start_of(given, place).date()
    try:
        day = date.fromisoformat(given.calendar_date)
    except ValueError:
        day = date.min
    if not plausible(day):
        raise Rejected(f"{place}.calendarDate must be a date like 2026-05-03", field=f"{place}.calendarDate")
    return day


def id_of(activity_id: Id | None, summary_id: Id | None, place: str) -> str:
    """The workout's id, the same in totals, samples and file; the details' summary id is that and `-detail`."""
    found = activity_id if activity_id is not None else summary_id
    if found is None:
        missing(f"{place}.activityId")
    return str(found).removesuffix("-detail").removesuffix("-file") or missing(f"{place}.activityId")


def missing(field: str) -> NoReturn:
    """Refuse the body for a field that must be there."""
    raise Rejected(f"{field} is missing or is not what Garmin sends there", field=field)
