"""Polar's exercises and nights in our units. Pure; routes are never asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median
from typing import Any

from twinge.core.model import RUNNING, Activity, Shape, Wellness, family
from twinge.core.stream import Streams, shape
from twinge.event import plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number
from twinge_polar.words import sport_of

DURATION = re.compile(
    r"P(?:(?P<days>\d{1,3})D)?(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8}(?:\.\d{1,9})?)S)?)?"
)
HEART, SPEED, CADENCE, HEIGHT, WATTS, STEPS, DISTANCE = "0", "1", "2", "3", "4", "8", "10"
"""`sample-type`, in beats a minute, km/h, turns a minute, metres, watts, steps a minute, metres."""
MOST = 200_000
"""Samples of one kind, also once they are brought into step."""
ONE_LEG = 110
"""A runner's cadence below this is that of one leg."""
EFFORT = {
    word: number + 2
    for number, word in enumerate(
        ("EASY", "LIGHT", "FAIRLY_BRISK", "BRISK", "MODERATE", "FAIRLY_HARD", "HARD", "EXHAUSTING", "EXTREME")
    )
}
"""`user-rpe`, on Polar's scale from 1 to 10. RPE_NONE, the 1, may as well mean that nothing was chosen: not known."""


def to_activity(row: Mapping[str, Any], key: str, version: int) -> Activity:
    """An exercise, with its samples where it has them. Raises `Rejected` naming the field."""
    rough, fine = row.get("sport"), row.get("detailed_sport_info")
    if not isinstance(rough, str):
        raise Rejected("sport must be a word", field="sport")
    word = sport_of(rough, fine if isinstance(fine, str) else None)
    moving, metres = seconds_of(row.get("duration")), whole(number(row.get("distance"), 0, 1e7))
    if not moving and not metres:
        raise Rejected("duration is missing, and so is distance: one is needed", field="duration")
    return Activity(
        key=key,
        sport=word,
        start=start_of(row),
        moving_s=whole(moving),
        distance_m=metres,
        avg_hr=whole(number(inside(row, "heart_rate", "average"), 0, 250)),
        max_hr=whole(number(inside(row, "heart_rate", "maximum"), 0, 250)),
        rpe=effort_of(inside(row, "training_load_pro", "user-rpe")),
        version=version,
        shape=shape_of(row.get("samples"), word),
    )


def start_of(row: Mapping[str, Any]) -> datetime:
    """The start on the athlete's own clock: `start_time` is local, `start_time_utc_offset` is in minutes east."""
    given, offset = row.get("start_time"), number(row.get("start_time_utc_offset"), -1_080, 1_080)
    try:
        local = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        local = None
    if local is None or not plausible(local):
        raise Rejected("start_time must be a local time like 2026-05-03T06:30:00", field="start_time")
    if local.tzinfo is not None:
        return local
    return local.replace(tzinfo=timezone(timedelta(minutes=offset)) if offset else UTC)


def seconds_of(given: object) -> float | None:
    """The seconds of an ISO 8601 duration like PT2H44M30.5S, up to thirty days; None for anything else."""
    found = DURATION.fullmatch(given) if isinstance(given, str) and len(given) < 60 else None
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.group("days", "hours", "minutes", "seconds"))
    return number(((days * 24 + hours) * 60 + minutes) * 60 + seconds, 0, 2_592_000)


def effort_of(given: object) -> int | None:
    """How hard the athlete found it, 2 to 10; None where they did not say."""
    return EFFORT.get(given.removeprefix("RPE_")) if isinstance(given, str) else None


def shape_of(samples: object, word: str) -> Shape:
    """What the samples showed. Watts count on wheels only: on foot the wrist estimates them."""
    kinds = _kinds(samples)
    if not kinds:
        return Shape()
    rate = min(rate for rate, _ in kinds.values())
    size = max(len(data) * each // rate for each, data in kinds.values())
    streams = {kind: _in_step(data, each, rate, size) for kind, (each, data) in kinds.items()}
    speed = streams.get(SPEED)
    return shape(
        Streams(
            time_s=[float(index * rate) for index in range(size)],
            distance_m=streams.get(DISTANCE),
            altitude_m=streams.get(HEIGHT),
            hr=streams.get(HEART),
            cadence_spm=_steps(streams.get(STEPS) or streams.get(CADENCE)) if word in RUNNING else None,
            power_w=streams.get(WATTS) if family(word) == "ride" else None,
            speed_m_s=[None if one is None else one / 3.6 for one in speed] if speed else None,
        )
    )


def _kinds(samples: object) -> dict[str, tuple[int, list[float | None]]]:
    """Kind → (seconds from one sample to the next, the samples)."""
    found: dict[str, tuple[int, list[float | None]]] = {}
    for one in samples if isinstance(samples, list) else ():
        kind, rate, data = (inside(one, name) for name in ("sample-type", "recording-rate", "data"))
        seconds = number(rate, 1, 3_600)
        if not isinstance(data, str) or seconds is None or str(kind) in found:
            continue
        values = [number(value, -1e6, 1e7) for value in data.split(",", MOST)[:MOST]]
        if any(value is not None for value in values):
            found[str(kind)] = int(seconds), values
    return found


def _in_step(data: Sequence[float | None], rate: int, wanted: int, size: int) -> list[float | None]:
    """Samples every `rate` seconds as samples every `wanted` seconds: each holds until the next."""
    size = min(size, MOST)
    return [data[at] if (at := index * wanted // rate) < len(data) else None for index in range(size)]


def _steps(found: Sequence[float | None] | None) -> list[float | None] | None:
    stepped = [one for one in found or () if one]
    if found is None or not stepped:
        return None
    both = 2 if median(stepped) < ONE_LEG else 1
    return [None if one is None else one * both for one in found]


def to_night(day: date, sleep: object, recharge: object, version: int) -> Wellness | None:
    """A night by its stages and Nightly Recharge: hours asleep, and the RMSSD of its first four hours.

    Polar's night has a mean heart rate, which is no resting heart rate, and grades of its own, which are no readiness
    in per cent: both are left out.
    """
    stages = (number(inside(sleep, name), 0, 172_800) for name in STAGES)
    asleep = sum(seconds for seconds in stages if seconds)
    hrv = number(inside(recharge, "heart_rate_variability_avg"), 0, 1_000)
    hours = round(asleep / 3600, 3) if 0 < asleep <= 86_400 else None
    if hours is None and not hrv:
        return None
    return Wellness(f"polar:night-{day}", day, hrv_rmssd_ms=hrv or None, sleep_h=hours, version=version)


STAGES = ("light_sleep", "deep_sleep", "rem_sleep", "unrecognized_sleep_stage")
