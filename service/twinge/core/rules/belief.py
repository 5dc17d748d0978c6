"""What is believed of a morning: the impossible is left out, a lone jump waits until it stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from twinge.core.model import Morning, Wellness
from twinge.core.pack import Mornings, Pack
from twinge.core.rules.baseline import HEART, Series, Value, settled, twice_median, values


class Reading(NamedTuple):
    """One measurement of a morning, and what is possible of it."""

    measure: str
    read: Callable[[Wellness], float | None]
    scale: int
    """Our units in one of the source's."""
    limits: Callable[[Mornings], tuple[int, int]]
    words: str


READINGS = (
    Reading("resting_hr", lambda w: w.resting_hr, 1, lambda m: (m.hr_low, m.hr_high), "a resting heart rate of {:g}"),
    Reading("rmssd", lambda w: w.hrv_rmssd_ms, 100, lambda m: (m.hrv_low, m.hrv_high), "an RMSSD of {:g} ms"),
    Reading("sdnn", lambda w: w.hrv_sdnn_ms, 100, lambda m: (m.hrv_low, m.hrv_high), "an SDNN of {:g} ms"),
    Reading("sleep_min", lambda w: w.sleep_h, 60, lambda m: (m.sleep_low, m.sleep_high), "a night of {:.3g} hours"),
)


def believe(wellness: Wellness, mornings: tuple[Morning, ...], pack: Pack) -> tuple[Morning, list[str]]:
    """What is believed of a morning, joined with what is known of its day from the same source; and every doubt.

    0 and nothing are the same: not worn. Of two texts of one day the later one's known values win, and what it does
    not know erases nothing. A resting heart rate that is possible but far from usual is remembered, and counts once
    it has stayed (`baseline.settled`).
    """
    day, source = wellness.day.toordinal(), wellness.key.partition(":")[0]
    known: dict[str, Any] = {} if wellness.readiness is None else {"readiness": wellness.readiness}
    doubts: list[str] = []
    for reading in READINGS:
        given = reading.read(wellness)
        if not given:
            continue
        low, high = reading.limits(pack.mornings)
        if low <= reading.scale * given <= high:
            known[reading.measure] = round(reading.scale * given)
        else:
            doubts.append(f"{reading.words.format(given)} is not believed; it was left out")
    if "resting_hr" in known:
        doubts += _jump((day, known["resting_hr"]), source, mornings, pack)
    return _known_of(mornings, day, source)._replace(**known), doubts


def _known_of(mornings: tuple[Morning, ...], day: int, source: str) -> Morning:
    """What is already known of that day; mornings come in order, so it is among the last."""
    for one in reversed(mornings):
        if one.day < day:
            break
        if (one.day, one.source) == (day, source):
            return one
    return Morning(day, source)


def _jump(heart: Value, source: str, mornings: tuple[Morning, ...], pack: Pack) -> list[str]:
    """The doubt about a resting heart rate far from the median of the four weeks before it."""
    limits, series, (day, bpm) = pack.r03, Series(source, *HEART), heart
    before = values(mornings, series, day - limits.window_d, day - 1)
    stands = settled([*before, heart], pack.mornings, limits.least)
    if heart in stands:
        return []
    usual = (twice_median([number for _, number in before]) + 1) // 2
    return [f"a resting heart rate of {bpm} is far from the usual {usual}; it counts only if it stays"]
