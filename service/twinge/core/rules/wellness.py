"""R03, R04, R05: what the mornings say.

R03 is asked at every morning. R04 and R05 are asked when a hard (or long) session was done, because only then is
there something to go easy on; whether they have cleared is seen at every morning. A condition of which nothing has
been measured for days holds no longer: nobody knows.
"""

from __future__ import annotations

from datetime import date
from math import ceil, exp

from twinge.core.model import Answer, Athlete, Finding, Morning, Severity, Standing
from twinge.core.moment import Dawn, Moment
from twinge.core.pack import Variability
from twinge.core.rules.baseline import (
    HEART,
    HRV,
    SLEEP,
    Series,
    Usual,
    Value,
    Week,
    between,
    hrv_logs,
    hrv_source,
    low_days,
    nights,
    settled,
    speaker,
    usual_heart,
    values,
    week_of,
)
from twinge.core.rules.rule import DawnWatch, Rule, Watch
from twinge.core.state import Lit

HARD = ("hard", "maximal")


def resting_up(dawn: Dawn) -> Answer:
    """R03: resting heart rate over the athlete's own median on 3 of the last 4 mornings, this one among them.

    Median and standard deviation of the 28 days before those four; up by max(5 beats, 2 SD). A morning not worn is
    neither up nor down. Cleared when 3 of the last 4 are within 3 beats (ours). Bosquet 2008,
    doi 10.1136/bjsm.2007.042200; Dressendorfer 1985, doi 10.1080/00913847.1985.11708858. Strength: weak.
    """
    if not dawn.wellness.resting_hr:
        return Standing.UNCHANGED
    limits, today, source = dawn.pack.r03, dawn.morning.day, dawn.morning.source
    first, last = today - limits.of - limits.window_d + 1, today - limits.of
    hearts = settled(values(dawn.mornings, Series(source, *HEART), first, today), dawn.pack.mornings, limits.least)
    usual = usual_heart([bpm for day, bpm in hearts if day <= last], limits)
    if usual is None:
        return Standing.UNCHANGED if _seen(dawn) else dawn.unjudged("R03", TOO_FEW.format(limits.least))
    if not hearts or hearts[-1][0] != today or speaker(dawn.mornings, HEART, first, last) != (source, *HEART):
        return Standing.UNCHANGED
    return _risen(dawn, [bpm for day, bpm in hearts if day > last], usual)


TOO_FEW = "resting heart rate is judged from {} mornings in four weeks on; these are the first"


def _seen(dawn: Dawn) -> bool:
    """Whether this source gave a resting heart rate before: what is missing is said once, at the first."""
    return any(one.source == dawn.morning.source and one.resting_hr is not None for one in dawn.state.mornings)


def _risen(dawn: Dawn, recent: list[int], usual: Usual) -> Answer:
    limits, now = dawn.pack.r03, recent[-1]
    for band, line in ((2, usual.rest), (1, usual.slow)):
        over = sum(number >= line for number in recent)
        if now >= line and over >= limits.mornings:
            facts = {
                "resting_hr": now,
                "usual": usual.bpm,
                "over": now - usual.bpm,
                "mornings": over,
                "of": limits.of,
                "source": dawn.morning.source,
                "days": usual.days,
            }
            return dawn.finding("R03", Severity.REST if band == 2 else Severity.SLOW_DOWN, band, facts)
    calm = sum(number <= usual.bpm + limits.clear for number in recent)
    return None if calm >= limits.mornings else Standing.UNCHANGED


def resting_lapsed(moment: Moment) -> Answer:
    """R03 at a workout: cleared when none of the last mornings is known."""
    return None if _lapsed(moment, "R03", HEART, moment.pack.r03.of) else Standing.UNCHANGED


def variability_down(moment: Moment) -> Answer:
    """R04: the week's heart-rate variability under its own band on two days in a row, when a hard session was done.

    7-day mean of ln(ms), at least 3 values, against mean − 0.5 SD of the 60 days before the week: at least 14 values
    that reach back 28 days. REST when under −1.5 SD for 4 days. The high side says nothing. Vesterinen 2016,
    doi 10.1249/MSS.0000000000000910; Nuuttila 2022, PMC9473708; Plews 2014 (3 values a week). Strength: moderate for
    the quality of training, none for injury.
    """
    limits, mornings, day = moment.pack.r04, moment.state.mornings, moment.session.day
    if _lapsed(moment, "R04", HRV, limits.week_d):
        return None
    if moment.session.effort not in HARD or not _measures(mornings, HRV):
        return Standing.UNCHANGED
    series = hrv_source(mornings, day, limits)
    logs = [] if series is None else hrv_logs(mornings, series, day, limits)
    week = week_of(logs, day, limits)
    if series is None or week is None:
        return moment.unjudged("R04", _lack(logs, day, limits))
    if not week.under(limits.band) or not low_days(logs, day - 1, limits.band, limits.days - 1, limits):
        return Standing.UNCHANGED
    return _lowered(moment, series, logs, week)


FEW_LATELY = "fewer than {} values of heart-rate variability in the last {} days"
FEW_BEFORE = (
    "heart-rate variability is judged from {} values over at least {} days before the last {} on; there are fewer"
)


def _lack(logs: list[Value], day: int, limits: Variability) -> str:
    """What there is too little of: values in a week that has others to be held against, or those others."""
    start = day - limits.week_d + 1
    lately = sum(measured >= start for measured, _ in logs)
    if logs and lately < limits.least_week:
        return FEW_LATELY.format(limits.least_week, limits.week_d)
    return FEW_BEFORE.format(limits.least, limits.base_least_d, limits.week_d)


def _measures(mornings: tuple[Morning, ...], measures: tuple[str, ...]) -> bool:
    """Whether anything of this was measured in any morning that is remembered."""
    return any(getattr(one, measure) is not None for one in reversed(mornings) for measure in measures)


def _lowered(moment: Moment, series: Series, logs: list[Value], week: Week) -> Finding:
    limits = moment.pack.r04
    rest = low_days(logs, moment.session.day, limits.rest, limits.rest_days, limits)
    facts = {
        "kind": series.measure,
        "week_ms": int(exp(week.mean) + NOISE),
        "usual_ms": round(exp(week.edge(0))),
        "low_ms": ceil(exp(week.edge(limits.band)) - NOISE),
        "days": week.days,
        "source": series.source,
    }
    return moment.finding("R04", Severity.REST if rest else Severity.SLOW_DOWN, 2 if rest else 1, facts)


NOISE = 0.001
"""Milliseconds. The week is rounded down and the edge up, so that the one reads as under the other."""


def variability_back(dawn: Dawn) -> Answer:
    """R04 in the morning: cleared when the week is no more than a quarter of a standard deviation under (ours)."""
    if not _is_lit(dawn.state.lit, "R04"):
        return Standing.UNCHANGED
    limits, day = dawn.pack.r04, dawn.morning.day
    series = hrv_source(dawn.mornings, day, limits)
    week = None if series is None else week_of(hrv_logs(dawn.mornings, series, day, limits), day, limits)
    return Standing.UNCHANGED if week is None or week.under(limits.clear) else None


def sleep_short(moment: Moment) -> Answer:
    """R05: short nights before a hard or long session. Never more than slow down.

    Adults: a week's mean under 7 h, or 3 of the last 5 nights under 6 h. Under 18, where the year of birth is known:
    a mean under 8 h. A mean needs 4 nights (ours). Milewski 2014, J Pediatr Orthop 34:129; Gao 2019, PMC6446394.
    Strength: weak to moderate in adolescents, weak in adults.
    """
    limits, day = moment.pack.r05, moment.session.day
    if _lapsed(moment, "R05", SLEEP, limits.window_d):
        return None
    if moment.session.effort not in (*HARD, "long") or not _measures(moment.state.mornings, SLEEP):
        return Standing.UNCHANGED
    slept = nights(moment.state.mornings, day, limits)
    if slept is None:
        return moment.unjudged("R05", FEW_NIGHTS.format(limits.least, limits.window_d))
    young = _is_young(moment.athlete, day, limits.adult)
    limit = limits.young_min if young else limits.mean_min
    little = slept.known >= limits.least and slept.minutes < limit * slept.known
    if not little and (young or slept.short < limits.short):
        enough = slept.known >= limits.least
        return (
            Standing.UNCHANGED if enough else moment.unjudged("R05", FEW_NIGHTS.format(limits.least, limits.window_d))
        )
    facts = {
        "mean_min": slept.minutes // slept.known,
        "limit_min": limit,
        "short_nights": slept.short,
        "nights": slept.lately,
        "source": slept.source,
    }
    return moment.finding("R05", Severity.SLOW_DOWN, 1, facts)


FEW_NIGHTS = "fewer than {} nights of the last {} are known"


def sleep_back(dawn: Dawn) -> Answer:
    """R05 in the morning: cleared when the mean is 30 min over its limit and one short night at most is left (ours)."""
    if not _is_lit(dawn.state.lit, "R05"):
        return Standing.UNCHANGED
    limits, day = dawn.pack.r05, dawn.morning.day
    slept = nights(dawn.mornings, day, limits)
    if slept is None or slept.known < limits.least or slept.short >= limits.short - 1:
        return Standing.UNCHANGED
    limit = limits.young_min if _is_young(dawn.athlete, day, limits.adult) else limits.mean_min
    return None if slept.minutes >= (limit + limits.clear_min) * slept.known else Standing.UNCHANGED


def _is_young(athlete: Athlete, day: int, adult: int) -> bool:
    """Whether the athlete is under age on every day of this year; not knowing is not being young."""
    return athlete.birth_year is not None and date.fromordinal(day).year - athlete.birth_year < adult


def _lapsed(moment: Moment, rule: str, measures: tuple[str, ...], days: int) -> bool:
    """Whether a condition that was told has had no value for so many days."""
    if not _is_lit(moment.lit, rule):
        return False
    recent = between(moment.state.mornings, moment.session.day - days + 1, moment.session.day)
    return all(getattr(one, measure) is None for one in recent for measure in measures)


def _is_lit(lit: tuple[Lit, ...], rule: str) -> bool:
    return any(one.rule == rule for one in lit)


WATCHES: tuple[Watch, ...] = (
    Watch("R03", resting_lapsed, latched=True),
    Watch("R04", variability_down, latched=True),
    Watch("R05", sleep_short, latched=True),
)
DAWN: tuple[DawnWatch, ...] = (
    DawnWatch("R03", resting_up),
    DawnWatch("R04", variability_back),
    DawnWatch("R05", sleep_back),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "R03",
        "Resting heart rate up",
        "wellness",
        "Resting heart rate 5 or more beats (and 2 standard deviations) over your median of four weeks on 3 of the "
        "last 4 mornings.",
        ("slow_down", "rest"),
        "Bosquet 2008, Br J Sports Med, doi 10.1136/bjsm.2007.042200: up after short overload, within day-to-day "
        "variation; Dressendorfer 1985, doi 10.1080/00913847.1985.11708858: +10 after doubled mileage, n = 12.",
        "weak: heat, alcohol, illness, the menstrual cycle and altitude do the same",
        "r03",
    ),
    Rule(
        "R04",
        "Heart-rate variability down",
        "wellness",
        "A hard session while the week's heart-rate variability has been more than half a standard deviation under "
        "your own mean for two days.",
        ("slow_down", "rest"),
        "Vesterinen 2016, Med Sci Sports Exerc 48:1347, doi 10.1249/MSS.0000000000000910, 40 runners; Nuuttila 2022, "
        "PMC9473708, n = 30: training led by it did a little better. Plews 2014: at least three values a week.",
        "moderate for the quality of training, none for injury",
        "r04",
    ),
    Rule(
        "R05",
        "Short sleep",
        "wellness",
        "A hard or long session after a week of less than 7 hours a night (8 under the age of 18), or 3 of 5 nights "
        "under 6 hours.",
        ("slow_down",),
        "Milewski 2014, J Pediatr Orthop 34:129, 112 adolescents; Gao 2019, PMC6446394 (meta-analysis, adolescents).",
        "weak to moderate in adolescents, weak in adults",
        "r05",
    ),
)
