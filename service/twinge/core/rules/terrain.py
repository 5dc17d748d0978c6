"""T01, T02, T03, T04: climb, steep descent, unfamiliar ground, and always the same ground.

Runs are held against runs: the forces behind these rules were measured on runners, and a day's hiking says little about
them. A treadmill has no hills, and what a virtual run shows of them the feet never met. A run that was mostly walked is
a hike under another name and is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log
from operator import attrgetter

from twinge.core.model import RUNNING, Activity, Answer, Facts, Finding, Session, Severity, Standing, Unjudged
from twinge.core.moment import METRES, SECONDS, Measure, Moment, longest
from twinge.core.pack import DAY, Climb, Downhill
from twinge.core.rules.progression import over
from twinge.core.rules.rule import Rule, Watch

CLIMB: Measure = attrgetter("climb")
STEEP: Measure = attrgetter("steep")

RAN = 25
"""Per cent of a run's time spent running under which it was a walk. Ours: four recorded hikes and walks had up to
3, three runs in hills over 90, a mountain race of 61 km 58."""
NAISMITH = 75
"""Per cent of Naismith's time (1892: 5 km an hour, and ten minutes for each 100 m of climb) from which a run without
streams was a walk. Ours: in five histories 177 of 218 walks and hikes took so long, and 15 of 2,399 runs."""

HIPS = frozenset({"buttock", "behind_hip", "hip"})
"""Where hills are felt (T01)."""


def climb_novelty(moment: Moment) -> Finding | Unjudged | None:
    """T01: a run's climb against the greatest of any run of 30 days.

    Metres of ascent, in hilly ground (10 m a kilometre) only: a recorder makes up to 4 m of flat ground (Ammann 2016).
    A step louder where a hip or buttock has hurt. Uphill the propulsive force grows by 75 per cent at +9° (Gottschall
    & Kram 2005, doi 10.1016/j.jbiomech.2004.04.023); no cohort shows that climbing injures. Strength: weak.
    """
    limits, session = moment.pack.t01, moment.session
    climb, metres = session.climb, session.metres
    if climb is None or climb < limits.least_m or not metres or 1000 * climb < limits.hilly * metres:
        return None
    if not moment.running or session.ground == "treadmill" or is_walk(moment.activity):
        return None
    most = _most(moment, CLIMB, limits)
    if isinstance(most, str):
        return moment.unjudged("T01", most.format("climb"))
    if 100 * climb <= limits.info * most:
        return None
    more = over(climb, most) if most else None
    facts = {"climb_m": climb, "most_30d": most, "over_percent": more, "h": 1000 * climb // metres}
    step = (100 * climb > limits.slow * most) + moment.hurt(limits.sore_d, HIPS)
    return moment.finding("T01", (Severity.INFO, Severity.SLOW_DOWN, Severity.REST)[step], 1 + step, facts)


def downhill_novelty(moment: Moment) -> Finding | Unjudged | None:
    """T02: the metres a run lost on steep descents (100 m and more at −5 per cent) against the most of 30 days.

    REST from hard running when somebody used to descents more than doubles, or somebody who is not meets 500 m. Where
    only totals are known it never asks for rest. At −9° the impact peaks are 54 and the braking peaks 73 per cent
    higher, while the heart works less (Gottschall & Kram 2005, doi 10.1016/j.jbiomech.2004.04.023). Strength: moderate
    for the mechanism, weak for injury.
    """
    limits, steep = moment.pack.t02, moment.session.steep
    if steep is None or steep < limits.least_m or not moment.running or moment.session.ground == "treadmill":
        return None
    if is_walk(moment.activity):
        return None
    most = _most(moment, STEEP, limits)
    if isinstance(most, str):
        return moment.unjudged("T02", most.format("steep descent"))
    if 100 * steep <= limits.slow * most:
        return None
    estimated = moment.activity.shape.steep_m is None
    rest = not estimated and _shocks(steep, most, limits)
    facts = {
        "steep_m": steep,
        "most_30d": most,
        "over_percent": over(steep, most) if most else None,
        "first": not most,
        "estimated": estimated,
        "rest_h": limits.rest_h if rest else limits.easy_h,
    }
    return moment.finding("T02", Severity.REST if rest else Severity.SLOW_DOWN, 2 if rest else 1, facts)


def _shocks(steep: int, most: int, limits: Downhill) -> bool:
    """Whether a descent is of the higher band: more than double what legs know, or much where they know none."""
    return 100 * steep > limits.rest * most if most >= limits.used_m else steep >= limits.much_m


YOUNG = "less than {} days of history to hold the {{}} against"
FEW = "the {{}} of fewer than {} runs of {} days, or of less than {} per cent of them, is known"
"""Why nothing can be called new; what was measured goes into the braces that stay."""


def _most(moment: Moment, measure: Measure, limits: Climb | Downhill) -> int | str:
    """The most of the window's runs over ground; or why too little is known of them to call anything new.

    A month of history, four runs, and four in five of the runs must be known: what was not measured is not zero.
    """
    if moment.history_d() < limits.window_d:
        return YOUNG.format(limits.window_d)
    runs = [run for run in moment.runs(limits.window_d) if run.ground != "treadmill"]
    known = [run for run in runs if measure(run) is not None]
    if len(known) < limits.least_runs or 100 * len(known) < limits.known * len(runs):
        return FEW.format(limits.least_runs, limits.window_d, limits.known)
    return longest(known, measure) or 0


def is_walk(activity: Activity) -> bool:
    """Whether a "run" was mostly walked: by its streams, else by Naismith's rule."""
    seconds, metres, ran_s = activity.duration_s, activity.distance_m, activity.shape.run_s
    if not seconds:
        return False
    if ran_s is not None:
        return 100 * ran_s < RAN * seconds
    naismith = 36 * (metres or 0) + 300 * (activity.climb_m or 0)
    return bool(metres) and 5000 * seconds >= NAISMITH * naismith


def ground_novelty(moment: Moment) -> Finding | None:
    """T03: a trail run of 45 min and more after six weeks with under half an hour, or over 1.5 times their longest.

    Only what is called a trail is one, and only somebody who called trails so before these weeks, or names the ground
    of four runs in five, is judged: who always logged trails as runs and now logs a trail run has not met new ground.
    A trail run as even as a road is none. Mixed ground counts as trail that was run before, and is no trail today.
    Uneven ground costs 5 per cent more energy and makes steps a quarter more variable (Voloshina & Ferris 2015,
    doi 10.1242/jeb.106518); surface as a cause of injury is contested. Strength: weak.
    """
    limits, session = moment.pack.t03, moment.session
    seconds, uneven = session.seconds, moment.activity.shape.uneven
    if session.ground != "trail" or seconds is None or seconds < limits.least_s or not moment.running:
        return None
    if (uneven is not None and uneven <= limits.even) or is_walk(moment.activity):
        return None
    runs = moment.runs(limits.window_d)
    if not runs or moment.history_d() < limits.window_d:
        return None
    named = sum([run.ground != "" for run in runs])
    if 100 * named < limits.known * len(runs) and not _names_trails(moment, limits.window_d):
        return None
    trails = [run.seconds for run in runs if run.ground in OFF_ROAD]
    known = [spent for spent in trails if spent is not None]
    most, whole = max(known, default=0), sum(known)
    if len(known) < len(trails) or (whole >= limits.few_s and 100 * seconds <= limits.longer * most):
        return None
    facts: Facts = {
        "minutes": seconds // 60,
        "longest_42d_min": most // 60,
        "total_42d_min": whole // 60,
        "ground": session.ground,
    }
    return moment.finding("T03", Severity.SLOW_DOWN, 1, facts)


OFF_ROAD = ("trail", "mixed")
NAMES = ("trail", "road")
"""Ground that nobody but the athlete, or a source that always tells, can have named. A treadmill or a track is a mode
of the watch and says nothing about the other runs."""


def _names_trails(moment: Moment, days: int) -> bool:
    """Whether trails and roads were told apart already before the last `days`: then a plain run is a road run."""
    edge = moment.session.start - days * DAY
    for session in moment.past:
        if session.start >= edge:
            return False
        if session.ground in NAMES:
            return True
    return False


def ground_variety(moment: Moment) -> Answer:
    """T04: four weeks of running on one kind of ground; latched, and asked on the first run of a week: it waits for the
    digest anyway.

    Entropy, base 4, over the kilometres on flat road or treadmill, track, hilly road and trail (minutes where a run has
    no distance, as on a treadmill). A plain run is a road run only for somebody who tells trails from roads; of who
    does not, nothing is known, and nothing said. Not beside news of hills or trails. Varied load goes with fewer
    injuries by proxies, such as a second pair of shoes (Malisoux 2015, doi 10.1111/sms.12154); no trial. Strength:
    weak.
    """
    limits = moment.pack.t04
    if not moment.running or moment.history_d() < limits.window_d or not _opens_week(moment):
        return Standing.UNCHANGED
    named = _names_trails(moment, limits.window_d)
    if not (named or moment.session.ground) or any(found.rule[0] == "T" for found in moment.found):
        return Standing.UNCHANGED
    runs = moment.runs(limits.window_d)
    if len(runs) + 1 < limits.least_runs:
        return Standing.UNCHANGED
    shares = spread([*runs, moment.session], named=named)
    whole = sum(shares.values())
    if not whole or 100 * (whole - shares.pop("", 0)) < limits.known * whole:
        return Standing.UNCHANGED
    varied = entropy(shares.values())
    if varied >= limits.entropy:
        return None if varied > limits.clear else Standing.UNCHANGED
    most = max(shares, key=shares.__getitem__)
    share = 100 * shares[most] // whole
    facts = {"ground": most, "share_percent": share, "runs": len(runs) + 1, "entropy": varied}
    return moment.finding("T04", Severity.INFO, 1, facts)


def _opens_week(moment: Moment) -> bool:
    """Whether it is the first run of its week, Monday to Sunday."""
    last = next((session for session in reversed(moment.past) if session.sport in RUNNING), None)
    return last is None or (last.day - 1) // 7 < (moment.session.day - 1) // 7


def spread(runs: list[Session], *, named: bool) -> dict[str, int]:
    """How much of `runs` went over flat, track, hilly and trail ground, "" where it is not known: metres where every
    run has a distance, else seconds; empty where neither is known."""
    measure = SECONDS if None in map(METRES, runs) else METRES
    shares: dict[str, int] = {}
    for run in runs:
        amount = measure(run)
        if amount is None:
            return {}
        ground = kind(run, named=named)
        shares[ground] = shares.get(ground, 0) + amount
    return shares


KINDS = {"track": "track", "treadmill": "flat", "trail": "trail", "mixed": "trail"}


def kind(run: Session, *, named: bool) -> str:
    """flat, track, hilly or trail; "" where it is not known. `named`: a run without a name was on a road."""
    if run.ground in KINDS or not (named or run.ground == "road"):
        return KINDS.get(run.ground, "")
    slope = hilliness(run.climb, run.metres)
    return "" if slope is None else "flat" if slope in LEVEL else "hilly"


LEVEL = ("flat", "gently rolling")
HILLINESS = ((5, "flat"), (10, "gently rolling"), (20, "rolling"), (40, "hilly"))
"""Metres of climb a kilometre under which ground is called so. Lay glossaries, widened by what recorders make up on
flat ground. Ours."""


def hilliness(climb_m: int | None, metres: int | None) -> str | None:
    """flat, gently rolling, rolling, hilly or mountainous, by the climb a kilometre; None where it is not known."""
    if climb_m is None or not metres:
        return None
    return next((word for below, word in HILLINESS if 1000 * climb_m < below * metres), "mountainous")


def entropy(amounts: Iterable[int]) -> int:
    """Evenness of a split over four kinds in thousandths: 0 for one kind alone, 1,000 for four quarters."""
    known = [amount for amount in amounts if amount]
    whole = sum(known)
    return round(-1000 * sum([amount / whole * log(amount / whole, 4) for amount in known]))


WATCHES: tuple[Watch, ...] = (
    Watch("T01", climb_novelty),
    Watch("T02", downhill_novelty),
    Watch("T03", ground_novelty),
    Watch("T04", ground_variety, latched=True),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "T01",
        "More climb than usual",
        "terrain",
        "A run with at least 150 m of climb and more than 1.3 times the most of any run in 30 days.",
        ("info", "slow_down"),
        "Gottschall & Kram 2005, doi 10.1016/j.jbiomech.2004.04.023: propulsive force +75% at +9 degrees. "
        "No cohort shows that climbing injures; the numbers are ours.",
        "weak",
        "t01",
    ),
    Rule(
        "T02",
        "More steep descent than usual",
        "terrain",
        "A run with at least 100 m of steep descent and more than 1.3 times the most of any run in 30 days.",
        ("slow_down", "rest"),
        "Gottschall & Kram 2005, doi 10.1016/j.jbiomech.2004.04.023: impact peaks +54%, braking peaks +73% at "
        "-9 degrees. Heart rate does not show it; the numbers are ours.",
        "moderate for the mechanism, weak for injury",
        "t02",
    ),
    Rule(
        "T03",
        "Unfamiliar ground",
        "terrain",
        "A trail run of at least 45 minutes after 42 days with under 30 minutes of trail, or over 1.5 times their "
        "longest.",
        ("slow_down",),
        "Voloshina & Ferris 2015, doi 10.1242/jeb.106518: steps a quarter more variable on uneven ground. Against: a "
        "living review of trail running (Viljoen 2022, Br J Sports Med 56:577) lists training on asphalt.",
        "weak; surface as such is contested",
        "t03",
    ),
    Rule(
        "T04",
        "Always the same ground",
        "terrain",
        "At least six runs in 28 days, nearly all of them on one kind of ground.",
        ("info",),
        "Malisoux 2015, doi 10.1111/sms.12154: runners with a second pair of shoes, hazard 0.61 (0.39-0.97). "
        "No trial of terrain.",
        "weak",
        "t04",
    ),
)
