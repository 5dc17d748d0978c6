"""Rules of recovery: R01 hard after hard, R02 no rest days. (R06, the return from a break, has a room of its own.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from twinge.core.model import GENTLE, Finding, Session, Severity
from twinge.core.moment import Moment
from twinge.core.pack import DAY, HardGap, RestDays
from twinge.core.rules.rule import Rule

HARD = ("hard", "maximal")


def hard_gap(moment: Moment) -> Finding | None:
    """R01: a hard session that starts before the hours an earlier one wanted have passed.

    Hours from the end of the earlier to the start of this one. Stanley, Peake & Buchheit 2013, Sports Med 43:1259,
    doi 10.1007/s40279-013-0083-4. Strength: moderate for physiology, weak for injury. Where only days are known, the
    longest gap they allow must still be too short.
    """
    session, limits = moment.session, moment.pack.r01
    if session.effort not in HARD:
        return None
    early = [past for past in moment.window(limits.window_d) if too_soon(past, session, limits)]
    if not early:
        return None
    worst = max(early, key=lambda past: past.rest_h * 3600 - gap_s(past, session))
    earlier = moment.marked("R01", limits.repeat_d)
    bare = session.day_only or worst.day_only
    again = bool(earlier) or worst.rest_h >= limits.race_rest_h
    facts = {
        "gap_h": None if bare else round(gap_s(worst, session) / 3600, 1),
        "wanted_h": worst.rest_h,
        "earlier": worst.effort,
        "earlier_sport": worst.sport,
        "breaches_7d": len(earlier) + 1,
        "day_only": bare,
    }
    return moment.finding("R01", Severity.REST if again else Severity.SLOW_DOWN, 2 if again else 1, facts)


def too_soon(past: Session, session: Session, limits: HardGap) -> bool:
    """Whether `session` came before nine tenths of the hours `past` wanted, and was not part of the same outing."""
    gap, wanted = gap_s(past, session), past.rest_h * 3600
    if past.day_only or session.day_only:
        return gap < wanted
    return limits.outing_h * 3600 <= gap and 100 * gap < limits.tolerance * wanted


def gap_s(past: Session, session: Session) -> int:
    """Seconds between two sessions; the most that two bare dates allow (just under the two whole days)."""
    if past.day_only or session.day_only:
        return (session.day - past.day + 1) * DAY - 1
    return session.start - past.end


def rest_days(moment: Moment) -> Finding | None:
    """R02: days in a row with load; told on the 7th, on the 10th, and every 8 days after (which M03 lets through).

    A rest day has at most 10 load points, or only walking and mobility up to 45 minutes; a day of unknown load counts
    as active. Ristolainen et al. 2014, J Sports Med Phys Fitness 54:78; against it Abrahamson 2025,
    doi 10.1111/sms.70004. Strength: contested.
    """
    limits, today = moment.pack.r02, moment.session.day
    earlier = [session for session in _since(moment.past, today) if session.day == today]
    if is_active(earlier, limits) or not is_active([*earlier, moment.session], limits):
        return None
    streak = 1 + days_in_a_row(moment.past, today - 1, limits)
    beyond = streak - limits.rest
    told = streak == limits.slow or (beyond >= 0 and beyond % limits.again_d == 0)
    if told:
        band = 3 if streak >= limits.rest else 2
        rests = limits.span_d - len(_active_days(moment.past, today, limits)) - 1
        facts = {"days": streak, "rest_days_14d": rests, "limit_days": limits.slow}
        return moment.finding("R02", Severity.REST if band == 3 else Severity.SLOW_DOWN, band, facts)
    return _few_rests(moment, streak) if streak < limits.slow else None


def _few_rests(moment: Moment, streak: int) -> Finding | None:
    """The mildest band: too few rest days in the last 14 as of today, and not yet as of yesterday."""
    limits, today = moment.pack.r02, moment.session.day
    if moment.history_d() < limits.span_d or sum(1 for _ in _since(moment.past, today - limits.span_d + 1)) < ENOUGH:
        return None
    now = limits.span_d - len(_active_days(moment.past, today, limits)) - 1
    if now >= limits.least_rest:
        return None
    before = limits.span_d - len(_active_days(moment.past, today - 1, limits))
    if before < limits.least_rest:
        return None
    return moment.finding("R02", Severity.INFO, 1, {"days": streak, "rest_days_14d": now, "limit_days": limits.slow})


def days_in_a_row(sessions: tuple[Session, ...], day: int, limits: RestDays) -> int:
    """How many days in a row, ending with `day`, had load; counted no further than 60."""
    expected = day
    for found, group in groupby(_since(sessions, day - limits.horizon_d), key=_day):
        if found > day:
            continue
        if found != expected or not is_active(group, limits):
            break
        expected -= 1
    return day - expected


def _active_days(sessions: tuple[Session, ...], day: int, limits: RestDays) -> list[int]:
    """The days with load among the 14 that end with `day`."""
    recent = (s for s in _since(sessions, day - limits.span_d + 1) if s.day <= day)
    return [found for found, group in groupby(recent, key=_day) if is_active(group, limits)]


_day = attrgetter("day")
STROLLS = GENTLE | {"hike"}
"""Up to the gentle minutes a hike is a walk."""
ENOUGH = 12
"""Fewer sessions than this cannot fill 13 of 14 days: a cheap look before the exact count."""


def _since(sessions: tuple[Session, ...], day: int) -> Iterator[Session]:
    """The sessions of `day` and later, newest first."""
    for session in reversed(sessions):
        if session.day < day:
            return
        yield session


def is_active(sessions: Iterable[Session], limits: RestDays) -> bool:
    """Whether one day's sessions add up to more than a rest day holds."""
    load, gentle_s, known, gentle, some = 0, 0, True, True, False
    for session in sessions:
        some = True
        known = known and session.load is not None
        load += session.load or 0
        gentle = gentle and session.sport in STROLLS and session.seconds is not None
        gentle_s += session.seconds or 0
    return some and not (known and load <= limits.rest_load) and not (gentle and gentle_s <= limits.gentle_s)


RULES: tuple[Rule, ...] = (
    Rule(
        "R01",
        "Hard after hard",
        "recovery",
        "A hard session that starts before the hours an earlier hard, long or race session wants have passed.",
        ("slow_down", "rest"),
        "Stanley, Peake & Buchheit 2013, Sports Med 43:1259, doi 10.1007/s40279-013-0083-4 (cardiac recovery); "
        "collagen turnover up to 72 h after a long run (Langberg 1999, PMC2269635). Hours after races are practice.",
        "moderate for physiology, weak for injury",
        "r01",
    ),
    Rule(
        "R02",
        "No rest days",
        "recovery",
        "Seven days in a row with training, or fewer than two rest days in fourteen.",
        ("info", "slow_down", "rest"),
        "For: Ristolainen et al. 2014, J Sports Med Phys Fitness 54:78, 446 elite athletes. Against: Abrahamson 2025, "
        "doi 10.1111/sms.70004, 7,391 runners, where daily runners had fewer injuries.",
        "contested",
        "r02",
    ),
)
