"""Mornings out of the samples: one text for each day, kind and app. Pure; the zone says which day an instant is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, tzinfo

from twinge.core.model import Wellness
from twinge.event import whole
from twinge.plugin.dated import millis
from twinge.plugin.loose import number
from twinge_healthconnect.payload import Sample, Sleep

NIGHT_ENDS = 10
"""Hour of the day: variability is compared from night to night, and later samples are of the day."""
NAP_H, NAP_FROM = 3, 11
"""A shorter sleep that ends at this hour or later is a nap."""
ASLEEP = frozenset({"2", "4", "5", "6", "sleeping", "light", "deep", "rem"})
"""Of 0 unknown, 1 awake, 2 sleeping, 3 out of bed, 4 light, 5 deep, 6 REM, 7 awake in bed."""

Place = tuple[date, str]
"""(day, app)."""


def nights(sleeps: Sequence[Sleep], zone: tzinfo) -> Iterator[Wellness]:
    """Hours asleep, by the day each sleep ends on; naps are left out."""
    for sleep in sleeps:
        end, hours = sleep.session_end_time.astimezone(zone), _hours(sleep)
        if not 0 < hours <= 24 or (hours < NAP_H and end.hour >= NAP_FROM):
            continue
        key = f"healthconnect:sleep:{int(end.timestamp())}:{sleep.origin}"
        yield Wellness(key, end.date(), sleep_h=hours, version=round(hours * 60))


def _hours(sleep: Sleep) -> float:
    """By the stages where there are any; else the whole length, which is all that is known."""
    if not sleep.stages:
        return (sleep.duration_seconds or 0) / 3600
    asleep = (one for one in sleep.stages if str(one.stage).lower().removeprefix("stage_type_") in ASLEEP)
    return sum(one.duration_seconds or 0 for one in asleep) / 3600


def resting(samples: Sequence[Sample], zone: tzinfo) -> Iterator[Wellness]:
    """The day's last value."""
    last: dict[Place, tuple[int, float]] = {}
    for one in samples:
        value, place = number(one.bpm or one.avg, 1, 250), (one.time.astimezone(zone).date(), one.origin)
        if value is not None:
            last[place] = max(last.get(place, (0, 0.0)), (millis(one.time), value))
    for (day, origin), (at, value) in last.items():
        yield Wellness(f"healthconnect:resting:{day}:{origin}", day, resting_hr=whole(value), version=at)


def variability(samples: Sequence[Sample], zone: tzinfo) -> Iterator[Wellness]:
    """The mean of a night's samples; Health Connect keeps RMSSD."""
    found: dict[Place, list[float]] = defaultdict(list)
    for one in samples:
        at, value = one.time.astimezone(zone), number(one.rmssd_millis or one.avg, 1, 1000)
        if value is not None and at.hour < NIGHT_ENDS:
            found[at.date(), one.origin].append(value)
    for (day, origin), values in found.items():
        mean = sum(values) / len(values)
        yield Wellness(f"healthconnect:hrv:{day}:{origin}", day, hrv_rmssd_ms=mean, version=len(values))
