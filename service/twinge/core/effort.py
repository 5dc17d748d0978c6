"""How hard a session was, and how long it wants to be left alone (R01).

First that applies: hard by effort, by heart rate, by intensity, by load among the athlete's own, or by tag; else
moderate, long, easy. The classes are practice; the hours after them follow Stanley, Peake & Buchheit 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twinge.core.load import minutes_at
from twinge.core.model import Activity, Finding, Session, family
from twinge.core.moment import SECONDS, Moment, longest
from twinge.core.pack import Effort

RANK = {"easy": 0, "moderate": 1, "long": 2, "steep": 2, "hard": 3, "maximal": 4}
ENDURANCE = frozenset({"run", "ride", "swim", "row", "hike", "ski"})
"""Two hours of these are long; two hours of yoga or of a "workout" may be anything."""
LOAD_RUNG = 7
"""Rungs of the load ladder below this one only know the duration: no ground to call a session hard."""


class Class(NamedTuple):
    """A session's class and the hours it wants before the next hard one."""

    effort: str
    rest_h: int


def classify(moment: Moment, hr_max: int | None, spiked: bool) -> Class:
    """The class of the new session; `spiked` says that L01 fired on it."""
    limits, activity = moment.pack.effort, moment.activity
    if activity.race:
        return Class("maximal", _after_race(moment, limits))
    if activity.rpe is not None and activity.rpe >= limits.maximal_rpe:
        return Class("maximal", limits.after_maximal_h)
    is_long = spiked or _is_long(moment, limits)
    if _is_hard(moment, hr_max, limits):
        return Class("hard", limits.after_long_h if is_long else limits.after_hard_h)
    if is_long:
        return Class("long", limits.after_long_h)
    if _is_moderate(moment, limits):
        return Class("moderate", limits.after_moderate_h)
    return Class("easy", 0)


def _after_race(moment: Moment, limits: Effort) -> int:
    metres = moment.session.metres if moment.running else None
    if metres is not None and metres >= limits.long_race_m:
        return limits.after_long_race_h
    if metres is not None and metres >= limits.half_race_m:
        return limits.after_half_race_h
    return limits.after_maximal_h


def _is_hard(moment: Moment, hr_max: int | None, limits: Effort) -> bool:
    activity = moment.activity
    if activity.interval or (activity.rpe is not None and activity.rpe >= limits.hard_rpe):
        return True
    if activity.rpe is not None:
        return False
    return _by_heart(activity, hr_max, limits) or _by_intensity(moment, limits) or _by_load(moment, limits)


def _by_heart(activity: Activity, hr_max: int | None, limits: Effort) -> bool:
    if hr_max is None or not activity.shape.hr_seconds:
        return False
    high = minutes_at(activity, hr_max, limits.hr_percent)
    higher = minutes_at(activity, hr_max, limits.hr_high_percent)
    return (high or 0) >= limits.hr_minutes or (higher or 0) >= limits.hr_high_minutes


def _by_intensity(moment: Moment, limits: Effort) -> bool:
    seconds = moment.session.seconds
    if seconds is None or seconds < limits.intensity_minutes * 60:
        return False
    return _intensity(moment) * 100 >= limits.hard_intensity


def _intensity(moment: Moment) -> float:
    """Share of a threshold that was measured; 0 without one. A threshold guessed from the athlete's own best run makes
    every run of somebody who never runs hard a hard one: it serves the load, not the class."""
    athlete, load = moment.athlete, moment.load
    told = athlete.ftp_w if load.step == 1 else athlete.threshold_pace_s
    return load.intensity if load.intensity is not None and load.step <= 2 and told else 0.0


def _by_load(moment: Moment, limits: Effort) -> bool:
    """At or above the 85th percentile (nearest rank) of the athlete's last 42 days, and well over their median."""
    load = moment.session.load
    if load is None or moment.load.step > LOAD_RUNG:
        return False
    loads = sorted(s.load for s in moment.window(limits.window_d) if s.load is not None)
    if len(loads) < limits.least_sessions:
        return False
    high = loads[-(-limits.percentile * len(loads) // 100) - 1]
    return load >= high and 100 * load >= limits.over_median * loads[len(loads) // 2]


def _is_long(moment: Moment, limits: Effort) -> bool:
    seconds = moment.session.seconds
    if seconds is None or seconds < limits.long_s or family(moment.session.sport) not in ENDURANCE:
        return False
    most = longest(moment.kin(30), SECONDS)
    return most is None or 100 * seconds >= limits.long_share * most


def _is_moderate(moment: Moment, limits: Effort) -> bool:
    rpe = moment.activity.rpe
    if rpe is not None:
        return rpe >= limits.moderate_rpe
    return _intensity(moment) * 100 >= limits.moderate_intensity


def harder(one: Class, other: Session | None) -> Class:
    """The class of a session recorded in two pieces: the harder piece decides."""
    if other is None:
        return one
    effort = one.effort if RANK[one.effort] >= RANK[other.effort] else other.effort
    return Class(effort, max(one.rest_h, other.rest_h))


def after_descent(session: Session, found: Sequence[Finding]) -> Session:
    """The session once its rules have spoken: a steep descent that was news (T02) wants its own hours.

    It makes a steep day of one that was easy or moderate otherwise.
    """
    wanted = max([finding.facts["rest_h"] for finding in found if finding.rule == "T02"], default=0)
    if wanted <= session.rest_h:
        return session
    return session._replace(rest_h=wanted, effort=session.effort if RANK[session.effort] > 1 else "steep")
