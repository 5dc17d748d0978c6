"""A rule's evidence in plain words: every fact of every rule with a label and its unit, and the limit it was held to.

`FACTS` is the whole vocabulary, by rule, in the order of telling. A fact that is not in it is told by its name and the
end of its name, so that a plugin's or a later rule's evidence is never lost; a test keeps the rules of the catalogue
out of that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from twinge.core.model import Facts
from twinge.core.pack import STANDARD, Pack
from twinge.report.limits import limits
from twinge.report.say import (
    UNITS,
    Say,
    a_day,
    beats,
    climb,
    drift,
    each,
    hours,
    measured,
    millis,
    minutes,
    out_of,
    pace,
    percent,
    plain,
    points,
    ratio,
    share,
    shift,
    side,
    slope,
    variety,
    way,
    words,
)


class Number(NamedTuple):
    """One piece of evidence."""

    label: str
    value: str
    limit: bool = False
    """Whether it is the limit the others are held against."""


class Fact(NamedTuple):
    """How one fact is told."""

    label: str
    say: Say = plain
    limit: bool = False
    usual: Any = None
    """A value that goes without saying."""


QUIET = Fact("", plain)
"""A fact that says how to read another, and is told with it."""

MOST = Fact("most in the 30 days before", measured)
OVER = Fact("over that by", percent)
SOURCE = Fact("measured by", words)

FACTS: Mapping[str, Mapping[str, Fact]] = {
    "L01": {
        "today": Fact("this session", measured),
        "longest_30d": Fact("longest in the 30 days before", measured),
        "over_percent": OVER,
        "ceiling": Fact("limit", measured, limit=True),
        "limit_percent": Fact("limit: over by", percent, limit=True),
        "race": Fact("race", usual=False),
        "source": Fact("compared with", words, usual="observed"),
        "measure": QUIET,
    },
    "L02": {
        "today": Fact("this session", measured),
        "most_30d": MOST,
        "over_percent": OVER,
        "limit_percent": Fact("limit: over by", percent, limit=True),
        "sport": Fact("sport", words),
        "measure": QUIET,
    },
    "L03": {
        "now": Fact("run in seven days", measured),
        "usual": Fact("mean of the three weeks before", measured),
        "over_percent": OVER,
        "weeks": Fact("weeks in a row", usual=1),
        "measure": QUIET,
    },
    "L04": {
        "acute": Fact("load, average of 7 days", a_day),
        "chronic": Fact("load, average of 28 days", a_day),
        "ratio_percent": Fact("the one over the other", ratio),
        "days": Fact("days in a row"),
    },
    "L05": {
        "monotony_percent": Fact("sameness of the days", ratio),
        "load": Fact("load of the seven days", points),
        "usual": Fact("mean of the eight weeks before", points),
        "known_days": Fact("days with a known load", each("of 7"), usual=7),
        "why": Fact("what stood out", words),
    },
    "L06": {
        "what": Fact("what stood out", words),
        "fitness": Fact("fitness, load of 42 days", a_day),
        "fatigue": Fact("fatigue, load of 7 days", a_day),
        "balance": Fact("balance of the two", shift),
        "rise_7d": Fact("fitness rose in seven days by", shift),
    },
    "L07": {
        "week_m": Fact("run so far", way),
        "limit_m": Fact("limit", way, limit=True),
        "days": Fact("in the first", each("days of running")),
    },
    "R01": {
        "gap_h": Fact("after only", hours),
        "wanted_h": Fact("limit: at least", hours, limit=True),
        "earlier": Fact("the session before was", words),
        "earlier_sport": Fact("its sport", words, usual="run"),
        "breaches_7d": Fact("times within a week", usual=1),
        "day_only": QUIET,
    },
    "R02": {
        "days": Fact("days in a row"),
        "rest_days_14d": Fact("rest days in 14"),
        "limit_days": QUIET,
    },
    "R03": {
        "resting_hr": Fact("resting heart rate", beats),
        "usual": Fact("median of four weeks", beats),
        "over": Fact("over that by", each("beats")),
        "mornings": Fact("mornings so high", out_of("of")),
        "of": QUIET,
        "days": Fact("mornings behind the median"),
        "source": SOURCE,
    },
    "R04": {
        "kind": Fact("kind of variability", words),
        "week_ms": Fact("mean of the week", millis),
        "usual_ms": Fact("usual", millis),
        "low_ms": Fact("limit: at least", millis, limit=True),
        "days": Fact("mornings behind the usual"),
        "source": SOURCE,
    },
    "R05": {
        "mean_min": Fact("mean of the week's nights", minutes),
        "limit_min": Fact("limit: at least", minutes, limit=True),
        "short_nights": Fact("short nights of the last five"),
        "nights": Fact("nights known", each("of 7")),
        "source": SOURCE,
    },
    "R06": {
        "what": Fact("what was measured", words),
        "now": Fact("run so far", measured),
        "ceiling": Fact("limit", measured, limit=True),
        "gap_days": Fact("days without a run"),
        "measure": QUIET,
    },
    "R07": {
        "load": Fact("load of the week", points),
        "usual": Fact("mean of the eight weeks before", points),
        "weeks": Fact("rises in a row"),
        "suggest_low": Fact("a lighter week: from", points),
        "suggest_easy": Fact("to", points),
    },
    "T01": {
        "climb_m": Fact("climb of this run", climb),
        "most_30d": Fact("most in the 30 days before", climb),
        "over_percent": OVER,
        "h": Fact("climb along the way", slope),
    },
    "T02": {
        "steep_m": Fact("steep descent of this run", climb),
        "most_30d": Fact("most in the 30 days before", climb),
        "over_percent": OVER,
        "first": Fact("first in 30 days", usual=False),
        "estimated": QUIET,
        "rest_h": Fact("no hard running for", hours),
    },
    "T03": {
        "minutes": Fact("this run", minutes),
        "longest_42d_min": Fact("longest trail in the 42 days before", minutes),
        "total_42d_min": Fact("all trail in those days", minutes),
        "ground": Fact("ground", words),
    },
    "T04": {
        "ground": Fact("ground", words),
        "share_percent": Fact("its share", percent),
        "runs": Fact("runs in 28 days"),
        "entropy": Fact("variety, 1.00 being an even split", variety),
    },
    "W01": {
        "by": Fact("seen by", words),
        "hr": Fact("heart rate in minutes 2 to 5", beats),
        "limit_hr": Fact("limit: heart rate", beats, limit=True),
        "early_mm_s": Fact("pace of the first five minutes", pace),
        "brisk_mm_s": Fact("brisk pace of this run", pace),
        "easy_mm_s": Fact("easy pace of six weeks", pace),
        "times_28d": Fact("times in 28 days", usual=1),
    },
    "F01": {
        "cadence": Fact("steps a minute", drift),
        "contact": Fact("time on the ground", drift),
        "bounce": Fact("bounce", drift),
        "decoupling": Fact("heartbeats for the same speed", drift),
        "minutes": Fact("this run", minutes),
        "times_14d": Fact("times in 14 days", usual=1),
    },
    "F02": {
        "left": Fact("left foot's share of the time on the ground", share),
        "usual": Fact("usual share", share),
        "shift": Fact("shift", side),
        "runs": Fact("runs within a week"),
    },
    "X01": {"rules": Fact("signs", words)},
}
"""Rule → fact → how it is told."""


def numbers(rule: str, facts: Facts, units: str, pack: Pack = STANDARD) -> list[Number]:
    """One rule's evidence and limits; what is not known is left out, except where that is the point.

    `pack` is the one the rule was asked with: it holds the limits that the facts do not.
    """
    known = FACTS.get(rule, {})
    order = {name: place for place, name in enumerate(known)}
    named = sorted(facts.items(), key=lambda fact: order.get(fact[0], len(order)))
    told = [_number(known.get(name) or _stranger(name), value, facts, units) for name, value in named]
    found = [number for number in told if number is not None]
    held_to = [Number(label, value, True) for label, value in limits(rule, facts, units, pack)]
    return [*found, *held_to, *_remarks(facts)]


def _number(fact: Fact, value: Any, facts: Facts, units: str) -> Number | None:
    if value is None or not fact.label or isinstance(value, Mapping) or _goes_without_saying(fact, value):
        return None
    return Number(fact.label, fact.say(value, facts, units), fact.limit)


def _goes_without_saying(fact: Fact, value: Any) -> bool:
    return fact.usual is not None and value == fact.usual


def _stranger(name: str) -> Fact:
    """A fact nobody thought of: told by its name, and by the end of it."""
    say = next((say for suffix, say in UNITS.items() if name.endswith(suffix)), plain)
    label = name.replace("_", " ")
    return Fact(label, say, label.startswith("limit"))


def _remarks(facts: Facts) -> Iterator[Number]:
    """What has to be known to read the rest."""
    if facts.get("day_only"):
        yield Number("hour of the day", "not known; the longest gap the dates allow was used")
    if facts.get("estimated"):
        yield Number("steepness", "not recorded by the second; the whole descent of a hilly run was used")
