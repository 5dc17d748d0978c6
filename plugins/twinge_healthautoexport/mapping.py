"""A workout of Apple Health in our units. Pure. Units are the phone's own: never assumed, always read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from twinge.core.model import RUNNING, Activity, family
from twinge.core.sport import is_interval, sport
from twinge.event import count, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number
from twinge_healthautoexport.payload import Workout, instant, quantity

METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "cm": 0.01}
BEATS = {"bpm": 1.0, "count/min": 1.0, "beats/min": 1.0}
MONTH_S = 2_592_000

OWN = {
    "cooldown": "mobility",
    "flexibility": "mobility",
    "indoor cycle": "indoor_ride",
    "indoor walk": "walk",
    "mind and body": "mobility",
    "outdoor cycle": "ride",
    "outdoor run": "run",
    "outdoor walk": "walk",
    "paddle sports": "row",
    "paddling": "row",
    "pool swim": "swim",
    "preparation and recovery": "mobility",
    "skating sports": "skate",
    "snow sports": "ski",
    "track and field": "track",
    "water polo": "team_sport",
}
"""Apple's names for workouts, in English, that `twinge.core.sport` does not know."""
INDOORS = {"run": "treadmill", "ride": "indoor_ride"}


def to_activity(given: Workout, sports: Mapping[str, str], place: str) -> Activity | None:
    """The workout; None for one that lasted no time, as a mistaken touch leaves them.

    Raises `Rejected` naming the field below `place`.
    """
    start, end = _at(given.start, f"{place}.start"), _at(given.end, f"{place}.end")
    elapsed = whole(number((end - start).total_seconds(), 0, MONTH_S))
    if not elapsed:
        return None
    ours, moving = _sport(given, sports), whole(number(given.duration, 0, MONTH_S))
    mean, most = _heart(given)
    return Activity(
        key=f"healthautoexport:{given.id or f'{start.isoformat()}:{given.name}'}",
        sport=ours,
        start=start,
        elapsed_s=elapsed,
        moving_s=moving if moving and moving <= elapsed else None,
        distance_m=whole(quantity(given.distance, METRES, 1e7)),
        climb_m=count(_height(given, "ascent", given.elevation_up)),
        descent_m=count(_height(given, "descent", given.elevation_down)),
        avg_hr=whole(mean),
        max_hr=whole(most),
        interval="interval" in given.name.lower() or is_interval(given.name, running=ours in RUNNING),
    )


def _at(text: str, place: str) -> datetime:
    at = instant(text)
    if at is None:
        raise Rejected(f"{place} must be like 2026-05-01 07:00:00 +0200.", field=place)
    return at


def _sport(given: Workout, sports: Mapping[str, str]) -> str:
    name = given.name.strip().lower()
    ours = sport(sports[name]) if name in sports else OWN.get(name) or sport(name)
    inside_walls = given.is_indoor is True or (isinstance(given.location, str) and given.location.lower() == "indoor")
    return INDOORS.get(ours, ours) if inside_walls and family(ours) in INDOORS else ours


def _height(given: Workout, old: str, new: Any) -> float | None:
    """Metres; the first version had one object for both ways, the second has one each."""
    if new is not None:
        return quantity(new, METRES, 1e5)
    units = inside(given.elevation, "units")
    return quantity({"qty": inside(given.elevation, old), "units": units}, METRES, 1e5)


def _heart(given: Workout) -> tuple[float | None, float | None]:
    """Mean and greatest heart rate: told, else of the minutes."""
    minutes = given.heart_rate_data if isinstance(given.heart_rate_data, list) else []
    means = [one for row in minutes if (one := number(inside(row, "Avg"), 1, 250)) is not None]
    peaks = [one for row in minutes if (one := number(inside(row, "Max"), 1, 250)) is not None]
    mean = _beats(given.avg_heart_rate) or _beats(inside(given.heart_rate, "avg"))
    most = _beats(given.max_heart_rate) or _beats(inside(given.heart_rate, "max"))
    return mean or (sum(means) / len(means) if means else None), most or max(peaks, default=None)


def _beats(value: Any) -> float | None:
    return quantity(value, BEATS, 250)
