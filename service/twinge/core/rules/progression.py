"""Rules of gradual progression: L01 session spike, L02 load spike, L07 the novice's first week."""

from __future__ import annotations

from twinge.core.model import Confidence, Finding, Severity, Unjudged
from twinge.core.moment import LOAD, METRES, SECONDS, Moment, longest
from twinge.core.pack import DAY
from twinge.core.rules.rule import Rule


def session_spike(moment: Moment) -> Finding | Unjudged | None:
    """L01: the run against the longest run of the 30 days before it.

    Spike when `100·D > 110·M` and the difference is no noise; bands at 130 and 200. Metres, or moving seconds where the
    distance is missing or a treadmill's. Schuster Brandt Frandsen et al. 2025, Br J Sports Med 59:1203,
    doi 10.1136/bjsports-2024-109380: 5,205 runners, 588,071 sessions. Strength: moderate.
    """
    if not moment.running:
        return None
    limits = moment.pack.l01
    runs = moment.runs(limits.window_d)
    if moment.history_d() < moment.pack.gates.cold_start_d:
        return _declared_spike(moment)
    if not runs:
        return None
    by_distance = moment.session.metres is not None and all(run.metres is not None for run in runs)
    return _spike(moment, longest(runs, METRES if by_distance else SECONDS), by_distance, "observed")


def _declared_spike(moment: Moment) -> Finding | Unjudged | None:
    """The first month: against the longest run the athlete declared, or one already seen that was longer."""
    declared, runs = moment.athlete.declared_longest_m, moment.runs(moment.pack.l01.window_d)
    if declared is None or moment.session.metres is None:
        return moment.unjudged("L01", "less than 30 days of history and no declared longest run")
    return _spike(moment, max(declared, longest(runs, METRES) or 0), True, "declared")


def _spike(moment: Moment, most: int | None, by_distance: bool, source: str) -> Finding | Unjudged | None:
    limits, session = moment.pack.l01, moment.session
    now = session.metres if by_distance else session.seconds
    if now is None or not most:
        return moment.unjudged("L01", "neither the distance nor the duration of the runs is known")
    floor, least = (limits.floor_m, limits.least_m) if by_distance else (limits.floor_s, limits.least_s)
    if 100 * now <= limits.small * most or now - most < floor or now < least:
        return None
    band = 1 + (100 * now > limits.moderate * most) + (100 * now > limits.large * most)
    facts = {
        "measure": "distance_m" if by_distance else "moving_s",
        "today": now,
        "longest_30d": most,
        "over_percent": over(now, most),
        "ceiling": max(limits.small * most // 100, least),
        "limit_percent": limits.small - 100,
        "source": source,
        "race": moment.activity.race,
    }
    rest = band == 3 and now >= (limits.rest_m if by_distance else limits.rest_s)
    return moment.finding("L01", Severity.REST if rest else Severity.SLOW_DOWN, band, facts)


def over(now: int, then: int) -> int:
    """By how many whole per cent `now` is over `then`."""
    return (100 * (now - then) + then // 2) // then


EASY_GOING = frozenset({"walk", "hike"})


def load_spike(moment: Moment) -> Finding | Unjudged | None:
    """L02: a session's load against the greatest of its sport family in 30 days; for sports L01 does not judge.

    Hundredths of a load point; moving seconds where a load is unknown or only a guess from the duration. By analogy
    with L01, no study of its own. Strength: weak.
    """
    limits = moment.pack.l02
    if moment.running and (moment.session.metres is not None or moment.session.seconds is not None):
        return None
    kin = moment.kin(limits.window_d)
    if len(kin) < limits.least_sessions:
        return None
    trusted = all(s.load is not None and s.confidence > Confidence.LOW for s in (*kin, moment.session))
    if not trusted and moment.session.sport in EASY_GOING:
        return None
    measured = LOAD if trusted else SECONDS
    now, most = measured(moment.session), longest(kin, measured)
    if now is None or not most:
        return moment.unjudged("L02", "neither the load nor the duration of the sessions is known")
    if now < (limits.least_load if trusted else limits.least_s) or 100 * now <= limits.info * most:
        return None
    band = 1 + (100 * now > limits.slow * most) + (100 * now > limits.rest * most)
    if not trusted and now < limits.rest_s:
        band = min(band, 2)
    facts = {
        "measure": "load" if trusted else "moving_s",
        "today": now,
        "most_30d": most,
        "over_percent": over(now, most),
        "limit_percent": limits.slow - 100,
        "sport": moment.session.sport,
    }
    return moment.finding("L02", (Severity.INFO, Severity.SLOW_DOWN, Severity.REST)[band - 1], band, facts)


def novice_start(moment: Moment) -> Finding | Unjudged | None:
    """L07: more than 6 km in a novice's first seven days (3 km above a BMI of 30), once.

    Nielsen et al. 2014, Int J Sports Phys Ther 9(3):338-345, n = 749. Weight is never asked for this rule.
    Strength: weak to moderate.
    """
    state, limits = moment.state, moment.pack.l07
    if not moment.running or state.novice_told or state.first_run == 0 or not _is_novice(moment):
        return None
    first = moment.session.start if state.first_run is None else state.first_run
    if moment.session.start >= first + limits.window_d * DAY:
        return None
    week = [moment.session.metres, *(run.metres for run in moment.runs(limits.window_d))]
    total = sum(metres for metres in week if metres is not None)
    heavy = moment.athlete.bmi is not None and moment.athlete.bmi > limits.heavy_bmi
    limit = limits.week_m_heavy if heavy else limits.week_m
    if total <= limit:
        return moment.unjudged("L07", "a run of the first week has no distance") if None in week else None
    return moment.finding("L07", Severity.SLOW_DOWN, 1, {"week_m": total, "limit_m": limit, "days": limits.window_d})


def _is_novice(moment: Moment) -> bool:
    """Declared, or fewer than eight runs ever by the athlete's own count; not knowing is not being new."""
    athlete = moment.athlete
    if athlete.novice is not None:
        return athlete.novice
    return athlete.runs_before is not None and athlete.runs_before + moment.state.runs < moment.pack.l07.novice_runs


RULES: tuple[Rule, ...] = (
    Rule(
        "L01",
        "Session spike",
        "load",
        "A run more than 10% longer than the longest run of the 30 days before it.",
        ("slow_down", "rest"),
        "Schuster Brandt Frandsen et al. 2025, Br J Sports Med 59:1203, doi 10.1136/bjsports-2024-109380: "
        "5,205 runners, 588,071 sessions; hazard 1.64 (1.31-2.05), 1.52 (1.16-2.00) and 2.28 (1.50-3.48) by band.",
        "moderate: one very large observational cohort, bands not monotone, no trial",
        "l01",
    ),
    Rule(
        "L02",
        "Load spike",
        "load",
        "A session of another sport with more than 1.6 times the greatest load of its family in 30 days.",
        ("info", "slow_down", "rest"),
        "By analogy with L01; no study of its own.",
        "weak",
        "l02",
    ),
    Rule(
        "L07",
        "Novice's first week",
        "load",
        "More than 6 km in the first seven days of somebody new to running.",
        ("slow_down",),
        "Nielsen et al. 2014, Int J Sports Phys Ther 9(3):338-345, n = 749.",
        "weak to moderate",
        "l07",
    ),
)
