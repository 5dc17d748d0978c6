"""W01, F01, F02, F03: the first minutes, the last third, the two sides, the steps.

No watch sees posture. What it sees are proxies, and each is held against the athlete's own.
"""

from __future__ import annotations

from typing import NamedTuple

from twinge.core.load import hr_max
from twinge.core.model import Answer, Drift, Finding, Form, Severity, Standing
from twinge.core.moment import Moment
from twinge.core.pack import DAY, STANDARD, FormDrift, Pack
from twinge.core.rules.recovery import HARD
from twinge.core.rules.rule import Rule, Watch

# ---- W01 -------------------------------------------------------------------------------------------------------------


def cold_start(moment: Moment) -> Finding | None:
    """W01: a hard run that was hard before its fifth minute, with nothing before it.

    By the heart (60 s at 80 per cent of the maximum within minutes 2 to 5) and by the pace (the first five minutes at
    95 per cent of the run's own brisk speed and 110 per cent of the easy speed of six weeks); where both are known both
    must agree. ACSM asks for 5 to 10 easy minutes; no trial shows that a warm-up keeps runners from injury. Strength:
    weak.
    """
    limits, shape = moment.pack.w01, moment.activity.shape
    if shape.early_hr is None and shape.early_mm_s is None:
        return None
    if moment.session.effort not in HARD or not moment.running or moment.activity.race or _is_warm(moment):
        return None
    top = hr_max(moment.athlete, moment.activity.start.year)
    heart = None if shape.early_hr is None or top is None else 100 * shape.early_hr >= limits.hr * top
    if heart is False:
        return None
    easy = _easy_mm_s(moment)
    pace = _is_brisk(moment, easy)
    if pace is False or not (heart or pace):
        return None
    times = 1 + len(moment.marked("W01", limits.window_d))
    often = times >= limits.slow_at
    facts = {
        "by": "pace" if heart is None else "heart" if pace is None else "both",
        "hr": shape.early_hr,
        "limit_hr": None if top is None else -(-limits.hr * top // 100),
        "early_mm_s": shape.early_mm_s,
        "brisk_mm_s": shape.brisk_mm_s,
        "easy_mm_s": easy,
        "times_28d": times,
    }
    return moment.finding("W01", Severity.SLOW_DOWN if often else Severity.INFO, 2 if often else 1, facts)


def _is_warm(moment: Moment) -> bool:
    """Whether something ended in the half hour before, a first piece of the same run too, or no hour is known."""
    start = int(moment.activity.start.timestamp())
    if moment.session.day_only or moment.session.start < start:
        return True
    return any(session.end > start - moment.pack.w01.warm_s for session in moment.window(1))


def _easy_mm_s(moment: Moment) -> int | None:
    """The median speed of the easy runs of six weeks; None where there are too few of them."""
    limits = moment.pack.w01
    speeds = sorted([run.pace for run in moment.runs(limits.easy_d) if run.pace and run.effort == "easy"])
    return speeds[len(speeds) // 2] if len(speeds) >= limits.least_easy else None


def _is_brisk(moment: Moment, easy: int | None) -> bool | None:
    """Whether the first five minutes were as fast as the run, and faster than easy; None where that is not known."""
    limits, early, brisk = moment.pack.w01, moment.activity.shape.early_mm_s, moment.activity.shape.brisk_mm_s
    if early is None or brisk is None or easy is None:
        return None
    return 100 * early >= limits.brisk * brisk and 100 * early >= limits.easy * easy


# ---- F01 -------------------------------------------------------------------------------------------------------------


class Sign(NamedTuple):
    """One proxy of form: where it stands in a `Drift`, the limit of its change, and which way is worse."""

    measure: str
    limit: str
    worse: int


SIGNS = (Sign("cadence", "cadence", -1), Sign("contact", "contact", 1), Sign("bounce", "bounce", 1))
COST = Sign("decoupling", "decoupling", 1)
ALONE = Sign("cadence", "alone", -1)


def late_drift(moment: Moment) -> Finding | None:
    """F01: two signs at least that form went in the last third, at the same speed on flat ground (see `form.drift`).

    Per mille of the first third: cadence −30, contact time +50, bounce +60, speed per heartbeat −70; each also two of
    the athlete's own standard deviations away from their own mean of four weeks, in which the last fortnight's drifts
    have no part: else the third would look usual. Fatigue lengthens contact and lowers
    cadence (Apte 2021, doi 10.3389/fphys.2021.646042). Strength: moderate that it marks fatigue, weak for injury.
    """
    drift, limits = moment.activity.shape.drift, moment.pack.f01
    if drift is None or not moment.running or moment.session.ground == "treadmill" or moment.activity.interval:
        return None
    if abs(drift.speed) > limits.speed or len(signs(drift, limits)) < limits.signs:
        return None
    told = moment.marked("F01", limits.slow_d)
    known = [form.drift for form in _recent(moment, limits.window_d) if form.drift and form.start not in told]
    if sum([stands_out(drift, known, sign, limits) for sign in signs(drift, limits)]) < limits.signs:
        return None
    times = 1 + len(told)
    loud = times >= limits.slow_at or moment.has("L01")
    facts = {
        "cadence": drift.cadence,
        "contact": drift.contact,
        "bounce": drift.bounce,
        "decoupling": drift.decoupling,
        "minutes": (moment.session.seconds or 0) // 60,
        "times_14d": times,
    }
    return moment.finding("F01", Severity.SLOW_DOWN if loud else Severity.INFO, 2 if loud else 1, facts)


def signs(drift: Drift, limits: FormDrift) -> list[Sign]:
    """The signs beyond their limits. Where cadence is all that is known of the feet, it must fall further."""
    feet = (ALONE,) if drift.contact is None and drift.bounce is None else SIGNS
    return [sign for sign in (*feet, COST) if (_worse(drift, sign) or 0) >= getattr(limits, sign.limit)]


def _worse(drift: Drift, sign: Sign) -> int | None:
    change: int | None = getattr(drift, sign.measure)
    return None if change is None else sign.worse * change


def stands_out(drift: Drift, known: list[Drift], sign: Sign, limits: FormDrift) -> bool:
    """Whether a change is worse than the athlete's own mean by more than so many of their (sample) standard deviations.

    In whole numbers: both sides squared. False with too few runs to tell.
    """
    own = [change for change in [_worse(one, sign) for one in known] if change is not None]
    now, n = _worse(drift, sign), len(own)
    if now is None or n < limits.least_runs:
        return False
    above = n * now - sum(own)
    squares = n * sum([change * change for change in own]) - sum(own) ** 2
    return above > 0 and 10_000 * above * above * (n - 1) > limits.spread_sd**2 * squares * n


def _recent(moment: Moment, days: int) -> list[Form]:
    start = moment.session.start
    return [form for form in moment.state.forms if start - days * DAY <= form.start < start]


# ---- F02 -------------------------------------------------------------------------------------------------------------


def side_shift(moment: Moment) -> Answer:
    """F02: the left foot's share of contact 1.5 points off the athlete's own mean, to one side, in two runs of a week.

    The mean is that of the three weeks before this one, so that what has shifted does not hide itself; bends of a track
    shift it too and are not judged. It leads to a question, never to advice. No study sets the limit. Strength: weak.
    """
    left, limits = moment.activity.shape.left, moment.pack.f02
    if left is None or not moment.running or moment.session.ground == "track":
        return Standing.UNCHANGED
    week = moment.session.start - limits.within_d * DAY
    forms = [form for form in _recent(moment, limits.window_d) if form.left is not None]
    usual = [form.left or 0 for form in forms if form.start < week]
    if len(usual) < limits.least_runs:
        return Standing.UNCHANGED
    n, mean = len(usual), sum(usual)
    shift = n * left - mean
    if abs(shift) < limits.shift * n:
        return None if abs(shift) < limits.clear * n else Standing.UNCHANGED
    side = 1 if shift > 0 else -1
    bends = {run.start for run in moment.runs(limits.within_d) if run.ground == "track"}
    lately = [form.left or 0 for form in forms if form.start >= week and form.start not in bends]
    runs = 1 + sum([side * (n * one - mean) >= limits.shift * n for one in lately])
    if runs < limits.runs:
        return Standing.UNCHANGED
    facts = {"left": left, "usual": round(mean / n), "shift": left - round(mean / n), "runs": runs}
    return moment.finding("F02", Severity.QUESTION, 1, facts)


# ---- F03 -------------------------------------------------------------------------------------------------------------


def try_cadence(spm: int, pack: Pack = STANDARD) -> int:
    """F03: steps a minute to try at the same speed, a few minutes at a time: 5 per cent more than the athlete's own.

    Heiderscheit 2011, Med Sci Sports Exerc 43:296, n = 45: less work for the knee. It feels harder, and whether it
    keeps anybody from injury is not known (Anderson 2022, doi 10.1186/s40798-022-00504-0). Never a fixed 180.
    """
    return (spm * (100 + pack.f03.more) + 50) // 100


WATCHES: tuple[Watch, ...] = (
    Watch("W01", cold_start),
    Watch("F01", late_drift),
    Watch("F02", side_shift, latched=True),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "W01",
        "Cold start",
        "warm-up",
        "A hard run, not a race, that is hard from its first five minutes with nothing in the 30 minutes before it.",
        ("info", "slow_down"),
        "ACSM asks for 5 to 10 easy minutes first. No runner trial shows that a warm-up prevents injury.",
        "weak",
        "w01",
    ),
    Rule(
        "F01",
        "Form that goes late",
        "form",
        "Two of cadence, contact time, bounce and speed per heartbeat worse in the last third of a run than is usual.",
        ("info", "slow_down"),
        "Apte 2021, Front Physiol, doi 10.3389/fphys.2021.646042, 68 studies. The cut-offs are ours.",
        "moderate that it marks fatigue, weak for injury",
        "f01",
    ),
    Rule(
        "F02",
        "Weight to one side",
        "form",
        "Ground contact shifted by 1.5 points from the athlete's own mean in two runs within seven days.",
        ("question",),
        "No study sets the cut-off; it is ours.",
        "weak",
        "f02",
    ),
    Rule(
        "F03",
        "A few more steps",
        "form",
        "Nothing: an offer to try about 5% more steps a minute at the same speed, for a few minutes at a time.",
        (),
        "Heiderscheit 2011, Med Sci Sports Exerc 43:296, n = 45. Against: Anderson 2022, "
        "doi 10.1186/s40798-022-00504-0, finds too little evidence on injury.",
        "moderate for the mechanics, weak for injury",
        "f03",
    ),
)
