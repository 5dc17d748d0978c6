"""R06: coming back to running after a week or more without.

The weekly ceiling is a share of the mean week before the break (halving scheme after Daniels' Running Formula); the
first run has a ceiling of its own from two weeks on. Restarting is a risky time (van der Worp 2015, PLoS ONE,
PMC4338213); the numbers are practice. Strength: moderate that it is risky, weak for the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from twinge.core.model import GENTLE, RUNNING, Finding, Session, Severity, Unjudged
from twinge.core.moment import METRES, SECONDS, Moment, longest, total
from twinge.core.pack import DAY, Layoff
from twinge.core.rules.rule import Rule
from twinge.core.state import Base, Comeback, State


def layoff_return(moment: Moment) -> Finding | Unjudged | None:
    """R06: the first run, or the week so far, over its ceiling; REST beyond one and a half times of it."""
    comeback = under_way(moment)
    if not moment.running or comeback is None:
        return None
    first = comeback.day == moment.session.day and comeback.start == moment.session.start
    if not comeback.base.whole:
        known = first and _often(moment, comeback)
        return moment.unjudged("R06", "less than four weeks of history before the break") if known else None
    if not is_break(comeback, moment.pack.r06):
        return None
    excess = [e for e in (_first_run(moment, comeback) if first else None, _week(moment, comeback)) if e is not None]
    worst = max(excess, key=lambda e: e.share, default=None)
    if worst is None:
        return None
    band = 2 if worst.share > moment.pack.r06.rest_share and worst.now >= _rest_least(worst, moment.pack.r06) else 1
    facts = {
        "gap_days": comeback.gap_d,
        "what": worst.what,
        "measure": worst.measure,
        "now": worst.now,
        "ceiling": worst.ceiling,
    }
    return moment.finding("R06", Severity.REST if band == 2 else Severity.SLOW_DOWN, band, facts)


def _rest_least(excess: Excess, limits: Layoff) -> int:
    return limits.rest_m if excess.measure == "distance_m" else limits.rest_s


def _often(moment: Moment, comeback: Comeback) -> bool:
    """Whether the short history so far was a regular runner's: for a weekly one, a week off is no break."""
    days = moment.history_d() - comeback.gap_d + 1
    return comeback.base.runs * moment.pack.r06.base_d >= moment.pack.r06.least_runs * days


def is_break(comeback: Comeback, limits: Layoff) -> bool:
    """Whether the gap stands out from the athlete's own rhythm of the four weeks before."""
    runs = comeback.base.runs
    return runs >= limits.least_runs and comeback.counted_d * runs >= limits.spacings * limits.base_d


@dataclass(frozen=True, slots=True)
class Excess:
    """One ceiling that was crossed."""

    what: str
    measure: str
    now: int
    ceiling: int

    @property
    def share(self) -> int:
        """Per cent of the ceiling, rounded up: the comparison stays exact."""
        return -(-100 * self.now // self.ceiling)


def under_way(moment: Moment) -> Comeback | None:
    """The return this run begins or belongs to, if any."""
    limits, base, comeback = moment.pack.r06, moment.state.base, moment.state.comeback
    if not moment.running:
        return None
    if base is not None:
        gap = moment.session.day - base.day
        if gap > limits.forget_d:
            return None
        cross = _cross_days(moment, base.day)
        if 2 * gap - cross >= 2 * limits.gap_d:
            counted = gap - cross // 2
            return Comeback(gap, counted, moment.session.day, moment.session.start, _better(base, comeback))
    if comeback is None or share(comeback.counted_d, moment.session.day - comeback.day, limits) is None:
        return None
    return comeback


def _better(base: Base, comeback: Comeback | None) -> Base:
    """A second break inside a return is measured by the weeks before the first."""
    return base if comeback is None or base.runs >= comeback.base.runs else comeback.base


def _cross_days(moment: Moment, since_day: int) -> int:
    """Days of the break with other training: each counts as half a day of it."""
    days = set()
    for session in reversed(moment.past):
        if session.day <= since_day:
            break
        if session.sport not in GENTLE:
            days.add(session.day)
    return len(days - {moment.session.day})


def share(gap_d: int, elapsed_d: int, limits: Layoff) -> int | None:
    """The weekly ceiling in per cent of the mean week before, `elapsed_d` days into the return; None when it is over.

    7-13 days away: 75 for a week. 14-28: 50 for half the gap's length, 75 for the other half. From 29: 33, 50, 75 for
    a third of it each (of eight weeks at most; how long each lasts is ours).
    """
    steps: tuple[int, ...]
    if gap_d < limits.middle_d:
        steps, length = (75,), 7
    elif gap_d < limits.long_d:
        steps, length = (50, 75), gap_d
    else:
        steps, length = (33, 50, 75), min(gap_d, limits.restart_d - 1)
    index = elapsed_d * len(steps) // length
    return steps[index] if index < len(steps) else None


def _first_run(moment: Moment, comeback: Comeback) -> Excess | None:
    """The first run's own ceiling: 60 per cent of the longest before; after eight weeks, one walk-run session."""
    limits, base, session = moment.pack.r06, comeback.base, moment.session
    if comeback.counted_d >= limits.restart_d and session.seconds is not None:
        return _excess("restart", "moving_s", session.seconds, limits.restart_run_s, limits.floor_s)
    if comeback.counted_d < limits.middle_d:
        return None
    if session.metres is not None and base.longest_m is not None:
        return _excess(
            "first_run", "distance_m", session.metres, limits.first_share * base.longest_m // 100, limits.floor_m
        )
    if session.seconds is not None and base.longest_s is not None:
        return _excess(
            "first_run", "moving_s", session.seconds, limits.first_share * base.longest_s // 100, limits.floor_s
        )
    return None


def _week(moment: Moment, comeback: Comeback) -> Excess | None:
    """The last seven days of the return against their ceiling; told when this run crosses it or its rest line."""
    limits, base = moment.pack.r06, comeback.base
    percent = share(comeback.counted_d, moment.session.day - comeback.day, limits)
    runs = [run for run in moment.runs(7) if run.start >= comeback.start and run.day > moment.session.day - 7]
    by_distance = base.metres is not None and None not in (moment.session.metres, *(run.metres for run in runs))
    measured, month = (METRES, base.metres) if by_distance else (SECONDS, base.seconds)
    before, now = total(runs, measured), total([moment.session, *runs], measured)
    if percent is None or not month or before is None or now is None:
        return None
    ceiling = percent * month // 400
    crossed = any(100 * before <= line * ceiling < 100 * now for line in (100, limits.rest_share))
    measure, floor = ("distance_m", limits.floor_m) if by_distance else ("moving_s", limits.floor_s)
    return _excess("week", measure, now, ceiling, floor) if crossed else None


def _excess(what: str, measure: str, now: int, ceiling: int, floor: int) -> Excess | None:
    return Excess(what, measure, now, ceiling) if ceiling > 0 and now - ceiling >= floor else None


def base_before(state: State, past: tuple[Session, ...], day: int, limits: Layoff) -> Base | None:
    """The yardstick as of the last run, worked out when a break of a week shows, before old sessions are forgotten."""
    last = next((session for session in reversed(past) if session.sport in RUNNING), None)
    if last is None or day - last.day < limits.gap_d or (state.base is not None and state.base.day == last.day):
        return state.base
    runs = [s for s in past if s.sport in RUNNING and s.start >= last.start - limits.longest_d * DAY]
    month = [run for run in runs if run.day > last.day - limits.base_d]
    return Base(
        day=last.day,
        runs=len(month),
        metres=total(month, METRES),
        seconds=total(month, SECONDS),
        longest_m=longest(runs, METRES),
        longest_s=longest(runs, SECONDS),
        whole=state.since is not None and last.start - state.since >= limits.base_d * DAY,
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "R06",
        "Return from a break",
        "recovery",
        "The first run, or the week, after seven or more days without running, over a share of what was usual before.",
        ("slow_down", "rest"),
        "Restarting is a risk factor in men (van der Worp 2015, PLoS ONE, PMC4338213); previous injury HR 1.72 "
        "(Malisoux 2015). The shares follow Daniels' halving scheme.",
        "moderate that the time is risky, weak for the numbers",
        "r06",
    ),
)
