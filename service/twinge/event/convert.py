"""The generic event as the core knows it. A measured 0 that no living athlete has means *not known*."""

from __future__ import annotations

from datetime import datetime

import msgspec

from twinge.core.clean import clean
from twinge.core.model import RUNNING, Activity, Removed, Report, Shape, Wellness
from twinge.core.sport import is_interval, is_race, is_trail, sport, surface
from twinge.core.stream import Streams, shape
from twinge.event.shapes import (
    ActivityEvent,
    Complaint,
    Event,
    Morning,
    RemovalEvent,
    ReportEvent,
    Samples,
    WellnessEvent,
    Workout,
    count,
    whole,
)
from twinge.plugin import Inline, Rejected


def to_item(event: Event, platform: str = "generic", received: datetime | None = None) -> Inline:
    """The event as the item of `platform`. `received` is the delivery's time, for what carries no time of its own.

    Raises `Rejected` for a report that has no time at all.
    """
    key = f"{platform}:{event.id}"
    version = _millis(event.updated_at)
    match event:
        case ActivityEvent():
            return Inline(event.athlete, to_activity(key, version, event.activity))
        case RemovalEvent():
            # An undated deletion outlives every undated text, in whichever order they arrive.
            return Inline(event.athlete, Removed(key, version or _millis(received) or 1))
        case WellnessEvent():
            return Inline(event.athlete, to_wellness(key, version, event.wellness))
        case ReportEvent():
            at = event.report.at or event.updated_at or received
            if at is None:
                raise Rejected("report.at is missing: when was it said?", field="report.at")
            return Inline(event.athlete, to_report(key, event.report, at, version))


def to_activity(key: str, version: int, given: Workout) -> Activity:
    """A workout as the core knows it."""
    word, title = sport(given.sport), given.title or ""
    return Activity(
        key=key,
        sport=word,
        start=given.start,
        elapsed_s=whole(given.elapsed_s),
        moving_s=whole(given.moving_s),
        distance_m=whole(given.distance_m),
        climb_m=count(given.climb_m),
        descent_m=count(given.descent_m),
        avg_hr=whole(given.avg_hr),
        max_hr=whole(given.max_hr),
        avg_power_w=whole(given.avg_power_w),
        rpe=whole(given.rpe),
        race=is_race(title) if given.race is None else given.race,
        interval=is_interval(title, running=word in RUNNING) if given.interval is None else given.interval,
        surface=surface(given.surface) if given.surface else "trail" if word == "run" and is_trail(title) else None,
        version=version,
        zone_minutes=tuple(int(minutes + 0.5) for minutes in given.zone_minutes or ()),
        shape=_shape(given.streams) if given.streams else Shape(),
    )


def _shape(given: Samples) -> Shape:
    return shape(Streams(**msgspec.structs.asdict(given)))


def to_wellness(key: str, version: int, given: Morning) -> Wellness:
    """A morning as the core knows it."""
    return Wellness(
        key=key,
        day=given.date,
        resting_hr=whole(given.resting_hr),
        hrv_rmssd_ms=given.hrv_rmssd_ms or None,
        hrv_sdnn_ms=given.hrv_sdnn_ms or None,
        sleep_h=given.sleep_h or None,
        readiness=count(given.readiness),
        version=version,
    )


def to_report(key: str, given: Complaint, at: datetime, version: int = 0) -> Report:
    """A report as the core knows it, told at `at`. A workout that it rates is one of the same platform."""
    about = None if given.about is None else f"{key.partition(':')[0]}:{given.about}"
    named = {name: getattr(given, name) for name in _SAME}
    return Report(
        key=key,
        at=at,
        pain=count(given.pain),
        effort=whole(given.effort),
        about=about,
        version=version,
        answers=tuple((one.question, one.digits) for one in given.answers),
        text=None if given.text is None else clean(given.text),
        **named,
    )


_SAME = [
    name for name in Complaint.__struct_fields__ if name not in {"at", "pain", "effort", "about", "answers", "text"}
]


def _millis(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at is not None else 0
