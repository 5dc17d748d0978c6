"""Mornings out of the metrics: one text for each day and kind. Pure.

A window of days comes many times a day, or only what is new since the last time. So a text's version is how much it
holds: of two for one day the fuller stays, and of equally full ones the later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from twinge.core.model import Wellness
from twinge.event import whole
from twinge.plugin.loose import number
from twinge_healthautoexport.payload import Metric, day, instant

NIGHT_ENDS = 10
"""Hour of the day: variability is compared from night to night, and later samples are of the day."""
NAPS = range(12, 18)
"""Hours in which a sleep that begins is none of the night."""
ASLEEP = frozenset({"asleep", "core", "deep", "rem", "unspecified"})
HOURS = {"hr": 1.0, "h": 1.0, "hour": 1.0, "hours": 1.0, "min": 1 / 60, "s": 1 / 3600, "sec": 1 / 3600}

Row = dict[str, Any]


def mornings_of(metrics: Sequence[Metric]) -> Iterator[Wellness]:
    """A morning for each day of the metrics that tell of mornings."""
    for metric in metrics:
        read = METRICS.get(metric.name)
        yield from read(metric) if read else ()


def _resting(metric: Metric) -> Iterator[Wellness]:
    """The day's last value."""
    values = {on: beats for row in metric.data if (on := day(row.get("date"))) and (beats := _qty(row, 250))}
    for on, beats in values.items():
        yield Wellness(f"healthautoexport:resting:{on}", on, resting_hr=whole(beats))


def _variability(metric: Metric) -> Iterator[Wellness]:
    """The mean of a night's samples; a value that the app has already joined for the day stands at midnight."""
    nights: dict[date, list[float]] = defaultdict(list)
    for row in metric.data:
        on, at, value = day(row.get("date")), instant(row.get("date")), _qty(row, 1000)
        if on and value and (at is None or at.hour < NIGHT_ENDS):
            nights[on].append(value)
    for on, values in nights.items():
        mean = sum(values) / len(values)
        yield Wellness(f"healthautoexport:hrv:{on}", on, hrv_sdnn_ms=mean, version=len(values))


def _sleep(metric: Metric) -> Iterator[Wellness]:
    """Hours asleep, from the app's sum of a night or from its pieces."""
    scale = HOURS.get((metric.units or "hr").strip().lower())
    if scale is None:
        return
    hours: dict[date, float] = {}
    pieces: list[tuple[datetime, datetime]] = []
    for row in metric.data:
        if "value" in row:
            pieces += _piece(row)
        elif (on := day(row.get("sleepEnd")) or day(row.get("date"))) and (slept := _slept(row)):
            hours[on] = slept * scale
    for on, slept in (hours | _by_night(pieces)).items():
        if slept <= 24:
            yield Wellness(f"healthautoexport:sleep:{on}", on, sleep_h=slept, version=round(slept * 60))


def _slept(row: Row) -> float | None:
    """The app's own sum, else that of the stages, else what no stage is known of."""
    stages = [number(row.get(name), 0, 1440 * 60) or 0 for name in ("core", "deep", "rem")]
    told = number(row.get("totalSleep"), 0, 1440 * 60)
    return told or sum(stages) or number(row.get("asleep"), 0, 1440 * 60) or None


def _piece(row: Row) -> list[tuple[datetime, datetime]]:
    start, end, value = instant(row.get("startDate")), instant(row.get("endDate")), row.get("value")
    asleep = isinstance(value, str) and value.strip().lower() in ASLEEP
    fits = start and end and start < end <= start + timedelta(days=1)
    return [(start, end)] if asleep and fits and start and end and start.hour not in NAPS else []


def _by_night(pieces: list[tuple[datetime, datetime]]) -> dict[date, float]:
    """Hours of each night, by the day it ends on; where two devices saw one hour it counts once."""
    nights: dict[date, float] = defaultdict(float)
    until: datetime | None = None
    for start, end in sorted(pieces):
        begin = start if until is None or start > until else until
        if end > begin:
            nights[(start + timedelta(hours=12)).date()] += (end - begin).total_seconds() / 3600
            until = end
    return dict(nights)


def _qty(row: Row, high: float) -> float | None:
    return number(row.get("qty"), 1, high)


METRICS: dict[str, Callable[[Metric], Iterator[Wellness]]] = {
    "resting_heart_rate": _resting,
    "heart_rate_variability": _variability,
    "heart_rate_variability_sdnn": _variability,
    "sleep_analysis": _sleep,
}
