"""L03, R07: whole weeks of training; the averages over days (L04, L05, L06) have a room of their own.

L03's weeks are seven local days each, the newest ending today with this run in it. R07's are seven whole local days,
the newest ending yesterday, looked at when a day's first session comes in. Neither speaks before all of its weeks are
known from their first day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Final

from twinge.core.days import WEEK, is_new, known_d, loads, week_load, week_sums, weeks
from twinge.core.latch import band_of
from twinge.core.model import Answer, Session, Severity, Standing
from twinge.core.moment import METRES, SECONDS, Moment, total
from twinge.core.pack import StepBack, WeeklyRamp
from twinge.core.rolling import LEAST_KNOWN_D
from twinge.core.rules import averages
from twinge.core.rules.progression import over
from twinge.core.rules.rule import Rule, Watch

UNCHANGED: Final = Standing.UNCHANGED


def weekly_ramp(moment: Moment) -> Answer:
    """L03: seven days of running over 30 per cent and 5 km above the mean of the three weeks before, twice in a row.

    Metres, or moving seconds as soon as one run has no distance. Nielsen 2014 (JOSPT 44:739), Damsted 2019 (JOSPT
    49:230), the null trial of Buist 2008 (doi 10.1177/0363546507307505); Schuster Brandt Frandsen 2025 saw no relation
    from week to week. Strength: contested.
    """
    limits = moment.pack.l03
    count = limits.weeks + limits.blocks
    if not moment.running or known_d(moment.past, moment.session.day) < WEEK * count - 1:
        return UNCHANGED
    if not band_of(moment.lit, "L03") and not _is_more(moment):
        return UNCHANGED
    blocks = _blocks(moment, count)
    if min(map(len, blocks)) < limits.least_runs:
        return UNCHANGED
    by_distance = all(run.metres is not None for block in blocks for run in block)
    sums = [known for block in blocks if (known := total(block, METRES if by_distance else SECONDS))]
    if len(sums) < count:
        return moment.unjudged("L03", "neither the distance nor the duration of the weeks' runs is known")
    return _ramp(moment, sums, by_distance)


def _ramp(moment: Moment, sums: Sequence[int], by_distance: bool) -> Answer:
    limits = moment.pack.l03
    base = sum(sums[1 : 1 + limits.blocks])
    if not is_ramp(sums, limits, limits.floor_m if by_distance else limits.floor_s):
        return None if 100 * limits.blocks * sums[0] <= limits.clear * base else UNCHANGED
    facts = {
        "measure": "distance_m" if by_distance else "moving_s",
        "now": sums[0],
        "usual": round(base / limits.blocks),
        "over_percent": over(limits.blocks * sums[0], base),
        "weeks": limits.weeks,
    }
    louder = moment.has("L01", 2) or moment.hurt(limits.pain_d)
    return moment.finding("L03", Severity.SLOW_DOWN if louder else Severity.INFO, 2 if louder else 1, facts)


def _is_more(moment: Moment) -> bool:
    """A cheap look first, by the runs the session spike has looked up: whether the newest week alone is over."""
    limits, today = moment.pack.l03, moment.session.day
    days = WEEK * (limits.blocks + 1)
    runs = moment.runs(max(days + 1, moment.pack.l01.window_d))
    first, newest = (bisect_left(runs, today - span + 1, key=DAY_OF) for span in (days, WEEK))
    for measure in (METRES, SECONDS):
        before, now = total(runs[first:newest], measure), total([*runs[newest:], moment.session], measure)
        if before is not None and now is not None:
            return 100 * limits.blocks * now > limits.ramp * before
    return True


DAY_OF: Final = attrgetter("day")


def _blocks(moment: Moment, count: int) -> list[list[Session]]:
    """The runs of the last `count` sevens of local days, the newest first; an hour of clock change to spare."""
    today, blocks = moment.session.day, [[moment.session], *([] for _ in range(count - 1))]
    for run in moment.runs(WEEK * count + 1):
        ago = (today - run.day) // WEEK
        if ago < count:
            blocks[ago].append(run)
    return blocks


def is_ramp(sums: Sequence[int], limits: WeeklyRamp, floor: int) -> bool:
    """Whether each of the newest weeks stands over the mean of those before it, and over every week before the ramp.

    `sums` begins with the newest week and holds `weeks` + `blocks` of them; `floor` is the least difference.
    """
    count, newest = limits.blocks, sums[: limits.weeks]
    if 100 * min(newest) < limits.most * max(sums[limits.weeks :]):
        return False
    means = [sum(sums[week + 1 : week + 1 + count]) for week in range(limits.weeks)]
    return all(
        100 * count * now > limits.ramp * base and count * now - base >= count * floor
        for now, base in zip(newest, means, strict=True)
    )


def step_back(moment: Moment) -> Answer:
    """R07: load that rose by 5 per cent or more three weeks running, to 10 per cent over the mean of eight weeks.

    The eight weeks before the one that just ended; none of them may have been greater, or building up again would be
    told off. Coaching practice; bone remodelling (Warden 2021, Curr Osteoporos Rep 19:298). Strength: weak.
    """
    limits, today, past = moment.pack.r07, moment.session.day, moment.past
    if not is_new(past, today) or known_d(past, today) < WEEK * (limits.mean_weeks + 1):
        return UNCHANGED
    rose = has_risen(week_sums(past, today), limits)
    if rose is None:
        return moment.unjudged("R07", "the load of a session of the last four weeks is not known")
    if not rose and not band_of(moment.lit, "R07"):
        return None
    days = loads(past, today, WEEK * (limits.mean_weeks + 1))
    known = [load for week in weeks(days) if (load := week_load(week, LEAST_KNOWN_D)) is not None]
    if len(known) <= limits.mean_weeks:
        return moment.unjudged("R07", "the load of more than two days of one of nine weeks is not known")
    now, *before = known
    if 100 * len(before) * now <= limits.clear * sum(before):
        return None
    return _suggest(moment, now, before) if rose and is_worth_a_step_back(now, before, limits) else UNCHANGED


def has_risen(sums: Iterator[int | None], limits: StepBack) -> bool | None:
    """Whether each week reached so many per cent of the one before it; the newest first, asked for one by one.

    None where that hangs on a week that is not known.
    """
    later = next(sums)
    for earlier in islice(sums, limits.weeks):
        if later is None or earlier is None:
            return None
        if not earlier or 100 * later < limits.rise * earlier:
            return False
        later = earlier
    return True


def is_worth_a_step_back(now: int, before: Sequence[int], limits: StepBack) -> bool:
    """Whether a week's load is worth a step back: over the floor, over the mean before it, and as great as any."""
    over_mean = 100 * len(before) * now >= limits.high * sum(before)
    return now >= limits.least_load and over_mean and now >= max(before)


def _suggest(moment: Moment, now: int, before: Sequence[int]) -> Answer:
    limits = moment.pack.r07
    facts = {
        "load": now,
        "usual": round(sum(before) / len(before)),
        "weeks": limits.weeks,
        "suggest_low": limits.low * now // 100,
        "suggest_easy": limits.easy * now // 100,
    }
    return moment.finding("R07", Severity.INFO, 1, facts)


WATCHES: tuple[Watch, ...] = (
    Watch("L03", weekly_ramp, latched=True),
    Watch("R07", step_back, latched=True),
    *averages.WATCHES,
)

RULES: tuple[Rule, ...] = (
    Rule(
        "L03",
        "Weekly ramp",
        "load",
        "Seven days of running more than 30% and 5 km over the mean of the three weeks before, two weeks in a row, "
        "both 10% over the greatest of the weeks before them.",
        ("info", "slow_down"),
        "For: Nielsen 2014, JOSPT 44:739, 874 novices, hazard 1.59 (0.96-2.66) above 30%; Damsted 2019, JOSPT 49:230. "
        "Against: Buist 2008, doi 10.1177/0363546507307505, 532 novices, 20.8% against 20.3% injured; Schuster Brandt "
        "Frandsen 2025, doi 10.1136/bjsports-2024-109380, no relation from week to week.",
        "contested",
        "l03",
    ),
    Rule(
        "R07",
        "Step-back week",
        "recovery",
        "Load that rose by 5% or more three weeks running, to the greatest of nine weeks and 10% over their mean.",
        ("info",),
        "Coaching practice (a lighter week every third to sixth); bone remodelling as its reason (Warden 2021, Curr "
        "Osteoporos Rep 19:298, doi 10.1007/s11914-021-00666-y).",
        "weak",
        "r07",
    ),
    *averages.RULES,
)
