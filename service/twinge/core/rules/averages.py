"""L04, L05, L06: averages over days of load. They look at whole local days only, those before today, and are asked when
a day's first session comes in, or when another rule spoke about a later one.

A day holding a session of unknown load is unknown, never a day of rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from twinge.core.days import KEPT_D, WEEK, is_new, known_d, loads, week_load, week_sums, weeks
from twinge.core.latch import band_of
from twinge.core.model import Answer, Facts, Session, Severity, Standing
from twinge.core.moment import Moment
from twinge.core.pack import AcuteChronic, Monotony
from twinge.core.rolling import Ratio, acwr, chart, monotony_percent, stands_out
from twinge.core.rules.rule import Rule, Watch

UNCHANGED: Final = Standing.UNCHANGED


def acute_chronic(moment: Moment) -> Answer:
    """L04: acute over chronic load a day, averages weighted exponentially over 7 and 28 days, three evenings in a row.

    Off by default. Only beside another rule that asked to slow down about this session. Williams 2017,
    doi 10.1136/bjsports-2016-096589; against it Lolli 2019 and Impellizzeri 2021; among runners a high ratio went with
    fewer injuries (Nakaoka 2021). Strength: contested, inverse in runners.
    """
    limits, today = moment.pack.l04, moment.session.day
    if not limits.on:
        return None
    spoken = any(found.severity >= Severity.SLOW_DOWN for found in moment.found)
    if not spoken and not band_of(moment.lit, "L04"):
        return UNCHANGED
    if known_d(moment.past, today) < limits.history_d + limits.days - 1:
        return UNCHANGED
    days = loads(moment.past, today, KEPT_D)
    evenings = [acwr(days[: len(days) - ago]) for ago in range(limits.days)]
    now = evenings[0]
    if now is None or 100 * now.acute <= limits.clear * now.chronic:
        return None
    if not spoken or not all(is_high(evening, limits) for evening in evenings):
        return UNCHANGED
    facts = {
        "acute": round(now.acute),
        "chronic": round(now.chronic),
        "ratio_percent": round(100 * now.value),
        "days": limits.days,
    }
    return moment.finding("L04", Severity.INFO, 1, facts)


def is_high(ratio: Ratio | None, limits: AcuteChronic) -> bool:
    """Whether a ratio is over its limit, and of enough load to be one."""
    if ratio is None or ratio.chronic < limits.least_chronic:
        return False
    return 100 * ratio.acute > limits.ratio * ratio.chronic


def monotony_strain(moment: Moment) -> Answer:
    """L05: a heavy week with a mean of daily loads above twice their standard deviation, or a strain that stands out.

    Sample's deviation (n − 1), at most 10; strain is the week's load times it. The week is held against the eight
    before it, itself not among them. Foster 1998, Med Sci Sports Exerc 30(7):1164, n = 25, about illness; the lines of
    1.5 and 2 are practice. Strength: weak.
    """
    limits, today = moment.pack.l05, moment.session.day
    if not _asked(moment) or known_d(moment.past, today) < WEEK * (limits.weeks + 1):
        return UNCHANGED
    lit = band_of(moment.lit, "L05")
    if not lit and not _many(moment.past, today - WEEK):
        return None
    week = Week.of(loads(moment.past, today, WEEK), limits.least_known_d)
    if week is None:
        return moment.unjudged("L05", "the load of more than two of the last seven days is not known")
    varied = week.same <= limits.watch and not lit
    return None if varied or week.load < limits.least_load else _in_heavy_week(moment, week)


ENOUGH: Final = 6
"""Fewer sessions leave two of seven days without, and monotony under 1.5: a cheap look before the arithmetic."""


def _many(past: Sequence[Session], since: int) -> bool:
    return len(past) >= ENOUGH and past[-ENOUGH].day >= since


class Week(NamedTuple):
    """Seven days as L05 looks at them."""

    load: int
    same: int
    """Monotony in per cent."""
    known_d: int

    @classmethod
    def of(cls, days: Sequence[int | None], least_known: int) -> Week | None:
        """None where too few of the days are known."""
        load, same = week_load(days, least_known), monotony_percent(days, least_known)
        return None if load is None or same is None else cls(load, same, len(days) - days.count(None))


def _in_heavy_week(moment: Moment, week: Week) -> Answer:
    """L05 where the days are even enough: whether they are heavier than usual, and all alike or a strain."""
    limits = moment.pack.l05
    days = weeks(loads(moment.past, moment.session.day, WEEK * (limits.weeks + 1)))[1:]
    before = [known for each in days if (known := Week.of(each, limits.least_known_d)) is not None]
    if len(before) < limits.weeks:
        return moment.unjudged("L05", "the load of more than two days of one of nine weeks is not known")
    now, usual = 100 * limits.weeks * week.load, sum(earlier.load for earlier in before)
    if now <= limits.clear * usual:
        return None
    alike = week.same > limits.high
    if not usual or now < limits.load * usual or not (alike or strained(week, before, limits)):
        return UNCHANGED
    facts = {
        "monotony_percent": week.same,
        "load": week.load,
        "usual": round(usual / limits.weeks),
        "known_days": week.known_d,
        "why": "monotony" if alike else "strain",
    }
    return _info_or_slow(moment, "L05", ("R01", "R03"), facts)


def strained(week: Week, before: Sequence[Week], limits: Monotony) -> bool:
    """Whether the strain of a week that is not varied stands out from that of the weeks before it."""
    strains = [earlier.load * earlier.same for earlier in before]
    return week.same > limits.watch and stands_out(week.load * week.same, strains, limits.strain_sd)


def fitness_ramp(moment: Moment) -> Answer:
    """L06: fitness (42-day average) rising by more than 8 points in each of two weeks, or balance under −30 for 3 days.

    Exponential form, started from the mean of the first fortnight of the remembered quarter of a year: started at zero
    it would climb by itself. Points a day. The lines are coaches' opinion. Strength: weak.
    """
    limits, today = moment.pack.l06, moment.session.day
    known = min(KEPT_D, known_d(moment.past, today))
    if not _asked(moment) or known < limits.history_d:
        return UNCHANGED
    week = next(week_sums(moment.past, today))
    if week is not None and week < limits.least_load:
        return None
    days = loads(moment.past, today, known)
    seed = [load for load in days[: limits.seed_d] if load is not None]
    if not seed or WEEK * days.count(None) > 2 * known:
        return moment.unjudged("L06", "the load of more than two days in seven is not known")
    return _by_chart(moment, days, sum(seed) / len(seed))


def _by_chart(moment: Moment, days: Sequence[int | None], start: float) -> Answer:
    limits = moment.pack.l06
    sevens, evenings = range(0, WEEK * limits.weeks + 1, WEEK), range(limits.days)
    stood = chart(days, start, {*sevens, *evenings})
    rises = [round(stood[ago].fitness - stood[ago + WEEK].fitness) for ago in sevens[:-1]]
    balances = [round(stood[ago].balance) for ago in evenings]
    ramp = min(rises) > limits.rise
    if not ramp and max(balances) >= -limits.deficit:
        calm = rises[0] <= limits.clear and balances[0] >= -limits.deficit_clear
        return None if calm else UNCHANGED
    facts = {
        "what": "ramp" if ramp else "balance",
        "fitness": round(stood[0].fitness),
        "fatigue": round(stood[0].fatigue),
        "balance": balances[0],
        "rise_7d": rises[0],
    }
    return _info_or_slow(moment, "L06", ("R03", "R04"), facts)


def _asked(moment: Moment) -> bool:
    """On the first session of a day; on a later one only when another rule spoke, which may raise the band."""
    return is_new(moment.past, moment.session.day) or bool(moment.found)


def _info_or_slow(moment: Moment, rule: str, beside: tuple[str, ...], facts: Facts) -> Answer:
    """For the digest alone; with one of the body's own signs, a reason to slow down."""
    both = any(moment.has(other) for other in beside)
    return moment.finding(rule, Severity.SLOW_DOWN if both else Severity.INFO, 2 if both else 1, facts)


WATCHES: tuple[Watch, ...] = (
    Watch("L05", monotony_strain, latched=True),
    Watch("L06", fitness_ramp, latched=True),
    Watch("L04", acute_chronic, latched=True),
)
"""L04 comes last: it adds its line only where another rule has spoken."""

RULES: tuple[Rule, ...] = (
    Rule(
        "L04",
        "Acute and chronic load",
        "load",
        "Off as shipped. Where switched on: a 7-day over a 28-day weighted average of load above 1.5 on three days in "
        "a row, from 15 points a day on, beside another rule that asked to slow down.",
        ("info",),
        "For: Murray 2017, 59 footballers, relative risk 6.5-21.3 above 2.0. Against: Lolli 2019, Br J Sports Med "
        "53:921 and 53:1510, and Impellizzeri 2021, doi 10.1007/s40279-020-01378-6: a poor scale, and dividing by "
        "random numbers did nearly as well. Among 435 runners a high ratio went with fewer injuries (Nakaoka 2021, "
        "doi 10.1007/s40279-021-01483-0), which is why it is off.",
        "contested, inverse in runners",
        "l04",
    ),
    Rule(
        "L05",
        "Monotony and strain",
        "load",
        "A week 10% over the mean load of the eight before it whose days are much the same (monotony above 2), or "
        "whose strain is two standard deviations over theirs (with monotony above 1.5).",
        ("info", "slow_down"),
        "Foster 1998, Med Sci Sports Exerc 30(7):1164, n = 25: illness followed strain above individual thresholds. "
        "The lines of 1.5 and 2 are practice.",
        "weak, and about illness rather than injury",
        "l05",
    ),
    Rule(
        "L06",
        "Fitness ramp and fatigue balance",
        "load",
        "Fitness (42-day average of load) rising by more than 8 points in each of two weeks, or a balance under -30 on "
        "three days in a row.",
        ("info", "slow_down"),
        "Coaches' opinion (5-8 points a week are called usual); no study.",
        "weak",
        "l06",
    ),
)
