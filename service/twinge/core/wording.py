"""Findings into words: the athlete's own numbers, one action, a way out. English.

What a message may say is law (rules.md section 11): no condition is named, no risk figure given, nothing said of
drugs or treatment. A message stays within one GSM-7 segment of 160 characters wherever the numbers allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twinge.core.model import Athlete, Facts, Finding, Severity

MILE_M = 1609.344
WAY_OUT = "Reply OK, MUTE or STOP."
SEGMENT = 160
"""GSM-7 characters of one SMS; the second segment costs as much as the first."""

PLURAL = {"ride": "ride", "swim": "swim", "walk": "walk", "hike": "hike", "row": "row", "strength": "strength session"}


def message(findings: Sequence[Finding], severity: Severity, athlete: Athlete) -> str:
    """One message for up to two findings, the leading one first."""
    said = [SAY[finding.rule](finding.facts, athlete.units) for finding in findings]
    reasons = said[0] if len(said) == 1 else f"{said[0]}; {_lower(said[1])}"
    text = f"{reasons}. {action(findings[0], severity, athlete.units)} {WAY_OUT}"
    if len(text) > SEGMENT:
        text = f"{reasons}. {BRIEF[severity]} {WAY_OUT}"
    return text


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def amount(value: int, measure: str, units: str) -> str:
    """A distance in the athlete's units, or a duration."""
    if measure == "moving_s":
        hours, minutes = divmod(round(value / 60), 60)
        return f"{hours}h{minutes:02d}" if hours else f"{minutes} min"
    if measure == "load":
        return f"load {round(value / 100)}"
    return f"{value / MILE_M:.1f} mi" if units == "mi" else f"{value / 1000:.1f} km"


def _spike(facts: Facts, units: str) -> str:
    most = amount(facts["longest_30d"], facts["measure"], units)
    what = "race" if facts["race"] else "run"
    whose = "the longest run you told us of" if facts["source"] == "declared" else "your 30-day longest"
    today = amount(facts["today"], facts["measure"], units)
    return f"Your {today} {what} was {facts['over_percent']}% over {whose} ({most})"


def _load(facts: Facts, units: str) -> str:
    sport = PLURAL.get(facts["sport"], "session")
    now, most = (amount(facts[key], facts["measure"], units) for key in ("today", "most_30d"))
    return f"This {sport} ({now}) was {facts['over_percent']}% over your biggest in 30 days ({most})"


def _novice(facts: Facts, units: str) -> str:
    total, limit = (amount(facts[key], "distance_m", units) for key in ("week_m", "limit_m"))
    return f"{total} in your first {facts['days']} days of running; {limit} is plenty to begin with"


def _gap(facts: Facts, _units: str) -> str:
    in_days = facts["wanted_h"] > 72
    wanted = f"{facts['wanted_h'] // 24} days" if in_days else f"{facts['wanted_h']} h"
    if facts["day_only"]:
        return f"Hard again within {wanted} of {EARLIER[facts['earlier']]}"
    gap = f"{facts['gap_h'] / 24:.0f} days" if in_days else f"{int(facts['gap_h'])} h"
    return f"Hard {gap} after {EARLIER[facts['earlier']]} (better {wanted})"


EARLIER = {
    "moderate": "a brisk session",
    "long": "a long session",
    "hard": "a hard session",
    "maximal": "an all-out session",
}


def _streak(facts: Facts, _units: str) -> str:
    return f"{facts['days']} days of training in a row"


def _layoff(facts: Facts, units: str) -> str:
    now, ceiling = (amount(facts[key], facts["measure"], units) for key in ("now", "ceiling"))
    if facts["what"] == "week":
        return f"{now} this week, after {facts['gap_days']} days without a run; {ceiling} would be gentle"
    if facts["what"] == "restart":
        return f"First run after {facts['gap_days']} days: {now}; {ceiling} of walk and run would be gentle"
    return f"First run after {facts['gap_days']} days: {now}; {ceiling} would be gentle"


SAY: dict[str, Callable[[Facts, str], str]] = {
    "L01": _spike,
    "L02": _load,
    "L07": _novice,
    "R01": _gap,
    "R02": _streak,
    "R06": _layoff,
}
"""One sentence, without its full stop, for each rule that can lead a message."""


def action(lead: Finding, severity: Severity, units: str) -> str:
    """The one thing to do."""
    if lead.rule == "L01":
        ceiling = amount(lead.facts["ceiling"], lead.facts["measure"], units)
        return f"{LONG_REST[lead.band] if severity is Severity.REST else EASE[lead.band]} under {ceiling}."
    if severity is Severity.REST:
        return "Take a rest day." if lead.rule in {"R02", "L02"} else "Rest for a day, then go easy."
    return {
        "R01": "Make the next one easy.",
        "R02": "Make tomorrow a rest day.",
        "R06": "Keep the next runs short and easy.",
        "L07": "Mix walking and running this week.",
    }.get(lead.rule, "Take it easy for a day or two.")


BRIEF = {Severity.REST: "Rest for 2 days.", Severity.SLOW_DOWN: "Keep the next runs short and easy."}
"""The action in few words, where two reasons leave no room for a number."""
EASE = {1: "Keep the next two runs", 2: "Rest a day or two, then stay", 3: "Rest 2-3 days, then stay"}
LONG_REST = {1: "Rest a day, then stay", 2: "Rest 2 days, then stay", 3: "Rest 2-3 days, then stay"}
