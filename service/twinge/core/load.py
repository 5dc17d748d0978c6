"""What one workout cost: the ladder of ten rungs, the best founded first; the first that applies wins.

The unit is the load point: 100 points are one hour at the athlete's own threshold, whatever was measured. `measure`
gives hundredths of a point as a whole number, and None where the load is not known, which is never zero.
The formulas behind the rungs are in `formula.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from twinge.core.formula import (
    banister,
    banister_sum,
    edwards,
    grade_factor,
    hrtss_squared,
    lucia,
    minetti,
    normalized_power,
    rtss,
    srpe,
    tss,
)
from twinge.core.model import RUNNING, Activity, Athlete, Confidence, family
from twinge.core.usual import ON_FOOT, ROUGH, usual_rpe

__all__ = [
    "Load",
    "Own",
    "banister",
    "banister_sum",
    "edwards",
    "grade_factor",
    "hr_max",
    "hr_rest",
    "hr_threshold",
    "hrtss_squared",
    "lucia",
    "measure",
    "minetti",
    "minutes_at",
    "normalized_power",
    "rtss",
    "srpe",
    "tss",
]

HOUR_AT_RPE_7: Final = 420
"""Session RPE (arbitrary units) of one hour at threshold, rated 7: our own choice of scale."""
HOUR_IN_ZONE_4: Final = 240
"""Edwards points of one hour at threshold, taken as zone 4."""
INTERVAL_BONUS: Final = 1.10
"""TRIMP on a mean under-reads intervals (rules.md section 2.2); a tenth is our own, careful share of that."""
SLOWEST_RUN: Final = 0.5
"""Metres per second. A "run" below it has lost its distance (no GPS), not its effort: its duration counts."""
FASTEST_RUN: Final = 6.5
"""Metres per second. A "run" above it was on wheels (rules.md section 1)."""


class Load(NamedTuple):
    """What one workout cost."""

    points: int | None
    """Hundredths of a load point, above zero; None is not known."""
    confidence: Confidence
    step: int
    """Rung of the ladder, 1 to 10."""
    intensity: float | None
    """Mean intensity as a share of threshold power or graded threshold pace; None where neither was measured."""


class Speeds(Protocol):
    """The athlete's own recent running, in millimetres per second; it may be looked up only when asked for."""

    @property
    def threshold_mm_s(self) -> int | None:
        """Best 30 to 60 min graded speed of the last 90 days; `Athlete.threshold_pace_s` wins over it."""

    @property
    def median_mm_s(self) -> int | None:
        """Median speed of the last 42 days."""


class Own(NamedTuple):
    """`Speeds` as a plain value."""

    threshold_mm_s: int | None
    """Best 30 to 60 min graded speed of the last 90 days; `Athlete.threshold_pace_s` wins over it."""
    median_mm_s: int | None
    """Median speed of the last 42 days."""


UNKNOWN: Final = Load(None, Confidence.NONE, 10, None)


def measure(activity: Activity, athlete: Athlete, own: Speeds) -> Load:
    """The load of one workout by the first rung that applies (rules.md section 2.7). Never raises for data."""
    for rung in LADDER:
        load = rung(activity, athlete, own)
        if load is not None:
            return load
    return UNKNOWN


def minutes_at(activity: Activity, hr_max: int, percent: int) -> float | None:
    """Minutes at or above `percent` per cent of `hr_max`; None when the heart rate was not usable."""
    histogram = activity.shape.hr_seconds
    if not histogram:
        return None
    edge = percent * hr_max
    return sum([seconds for bpm, seconds in histogram if 100 * bpm >= edge]) / 60


def hr_max(athlete: Athlete, year: int) -> int | None:
    """Highest heart rate: as given, else 208 − 0.7 × age (Tanaka, Monahan & Seals 2001, J Am Coll Cardiol 37:153).

    An estimate from age is off by 10 bpm or more for one person in three.
    """
    if athlete.hr_max is not None:
        return athlete.hr_max
    if athlete.birth_year is None:
        return None
    return round(208 - 0.7 * (year - athlete.birth_year))


def hr_rest(athlete: Athlete) -> int:
    """Resting heart rate: as given, else 60, our own choice."""
    return 60 if athlete.hr_rest is None else athlete.hr_rest


def hr_threshold(athlete: Athlete, year: int) -> int | None:
    """Heart rate at threshold: as given, else rest + 0.85 × (max − rest), our own choice; None without a maximum."""
    if athlete.hr_threshold is not None:
        return athlete.hr_threshold
    top, rest = hr_max(athlete, year), hr_rest(athlete)
    return None if top is None else round(rest + 0.85 * (top - rest))


# ---- the rungs -----------------------------------------------------------------------------------------------------


def _by_power(activity: Activity, athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 1. Rides only: `ftp_w` is a cycling threshold, and mean watts without a stream are not normalised power."""
    watts, seconds = activity.shape.normalized_power_w, _seconds(activity)
    if not watts or not seconds or not athlete.ftp_w or family(activity.sport) != "ride":
        return None
    return _load(tss(seconds, watts, athlete.ftp_w), Confidence.HIGH, 1, watts / athlete.ftp_w)


def _by_graded_pace(activity: Activity, athlete: Athlete, own: Speeds) -> Load | None:
    """Rung 2: running, walking or hiking over ground, with a grade stream and a threshold pace."""
    shape = activity.shape
    if not shape.graded_m or not shape.graded_s or not _over_ground(activity):
        return None
    speed = shape.graded_m / shape.graded_s
    intensity = _of_threshold(speed, athlete, own)
    if intensity is None or speed > FASTEST_RUN:
        return None
    rough = activity.sport in ROUGH or activity.surface == "trail"
    points = rtss(activity.moving_s or shape.graded_s, intensity)
    return _load(points, Confidence.MEDIUM if rough else Confidence.HIGH, 2, intensity)


def _by_heart(activity: Activity, athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 3: TRIMP over the whole heart-rate histogram."""
    histogram = activity.shape.hr_seconds
    if not histogram:
        return None
    limits = _heart(activity, athlete)
    if limits is None or not _covers(histogram, activity.moving_s):
        return None
    rest, top, hour = limits
    points = 100 * banister_sum(histogram, rest, top, athlete.sex) / hour
    return _load(points, _heart_confidence(athlete, Confidence.MEDIUM_HIGH), 3)


def _by_rpe(activity: Activity, _athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 4: what the athlete said."""
    seconds = _seconds(activity)
    effort = srpe(activity.rpe, seconds / 60) if seconds else None
    if effort is None:
        return None
    return _load(100 * effort / HOUR_AT_RPE_7, Confidence.MEDIUM_HIGH, 4)


def _by_zones(activity: Activity, _athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 5: minutes in the five heart-rate zones."""
    if len(activity.zone_minutes) != 5:
        return None
    return _load(100 * edwards(activity.zone_minutes) / HOUR_IN_ZONE_4, Confidence.MEDIUM, 5)


def _by_mean_heart(activity: Activity, athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 6: TRIMP on the mean heart rate."""
    beats, seconds = activity.avg_hr, _seconds(activity)
    if beats is None or not seconds or not 30 <= beats <= 230:
        return None
    limits = _heart(activity, athlete)
    if limits is None:
        return None
    rest, top, hour = limits
    points = 100 * banister(seconds / 60, beats, rest, top, athlete.sex) / hour
    if activity.interval:
        points *= INTERVAL_BONUS
    return _load(points, _heart_confidence(athlete, Confidence.MEDIUM_LOW), 6)


def _by_speed(activity: Activity, athlete: Athlete, own: Speeds) -> Load | None:
    """Rung 7: a run's plain speed, for athletes whose own speeds are known.

    The hills are not in it, so it gives a load but no intensity.
    """
    metres, seconds = activity.distance_m, _seconds(activity)
    if not metres or not seconds or activity.sport not in RUNNING or not own.median_mm_s:
        return None
    speed = metres / seconds
    intensity = _of_threshold(speed, athlete, own)
    if intensity is None or not _over_ground(activity) or not SLOWEST_RUN <= speed <= FASTEST_RUN:
        return None
    return _load(rtss(seconds, intensity), Confidence.LOW, 7)


def _by_duration(activity: Activity, _athlete: Athlete, _own: Speeds) -> Load | None:
    """Rung 8: duration at the sport's usual effort."""
    seconds = _seconds(activity)
    return None if seconds is None else _usual(activity.sport, seconds, 8)


def _by_distance(activity: Activity, _athlete: Athlete, own: Speeds) -> Load | None:
    """Rung 9: a run's distance at the athlete's own median speed, then as rung 8."""
    metres = activity.distance_m
    if not metres or metres < 0 or activity.sport not in RUNNING or not own.median_mm_s:
        return None
    return _usual(activity.sport, 1000 * metres / own.median_mm_s, 9)


Rung = Callable[[Activity, Athlete, Speeds], Load | None]
LADDER: Final[tuple[Rung, ...]] = (
    _by_power,
    _by_graded_pace,
    _by_heart,
    _by_rpe,
    _by_zones,
    _by_mean_heart,
    _by_speed,
    _by_duration,
    _by_distance,
)


def _load(points: float, confidence: Confidence, step: int, intensity: float | None = None) -> Load | None:
    """A rung's answer. One that comes to nothing (all beats below rest, say) is no answer: the next rung is asked."""
    hundredths = round(100 * points)
    return Load(hundredths, confidence, step, intensity) if hundredths > 0 else None


def _usual(sport: str, seconds: float, step: int) -> Load | None:
    return _load(100 * usual_rpe(sport) * seconds / 60 / HOUR_AT_RPE_7, Confidence.LOW, step)


def _seconds(activity: Activity) -> int | None:
    """Duration in seconds; some platforms write a moving time of 0 for one they do not know."""
    seconds = activity.moving_s or activity.elapsed_s
    return seconds if seconds and seconds > 0 else None


def _over_ground(activity: Activity) -> bool:
    return activity.sport in ON_FOOT and activity.surface != "treadmill"


def _of_threshold(speed: float, athlete: Athlete, own: Speeds) -> float | None:
    """`speed` (m/s) as a share of the threshold speed, given or the athlete's own."""
    if athlete.threshold_pace_s:
        return speed * athlete.threshold_pace_s / 1000
    threshold = own.threshold_mm_s
    return 1000 * speed / threshold if threshold else None


def _heart(activity: Activity, athlete: Athlete) -> tuple[int, int, float] | None:
    """Resting and highest heart rate, and the TRIMP of one hour at threshold; None where they make no sense."""
    year = activity.start.year
    top, rest, threshold = hr_max(athlete, year), hr_rest(athlete), hr_threshold(athlete, year)
    if top is None or threshold is None or not 20 <= rest < threshold <= top <= 250:
        return None
    return rest, top, banister(60, threshold, rest, top, athlete.sex)


def _heart_confidence(athlete: Athlete, known: Confidence) -> Confidence:
    return known if athlete.sex in ("male", "female", "m", "f") else Confidence.LOW


def _covers(histogram: tuple[tuple[int, int], ...], moving_s: int | None) -> bool:
    """Whether the beats cover the workout: a strap that died halfway, or a sample a minute, would under-read it."""
    return not moving_s or 10 * sum([seconds for _, seconds in histogram]) >= 9 * moving_s
