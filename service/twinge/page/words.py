"""The page's words: evidence as labelled numbers with units, reasons for silence as sentences, days, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from twinge.core.model import Facts
from twinge.core.rules import CATALOGUE, Rule
from twinge.core.wording import MILE_M, amount

RULES: Mapping[str, Rule] = {rule.id: rule for rule in CATALOGUE}

REASONS = {
    "backfill": "the workout ended more than two days before it would have arrived",
    "digest": "good to know, but no reason to interrupt anybody",
    "muted": "this rule is muted",
    "paused": "all messages were paused",
    "said_already": "the same rule had spoken within the week, and it had not got worse",
    "grouped": "that workout's message already carried two weightier reasons",
    "no_channel": "no channel with consent",
    "over_budget": "the messages for that day or week were used up",
    "stale": "by the end of the quiet hours it would have been more than a day old",
    "silenced": "the athlete or coach had silenced this for a planned reason",
}
"""Why something was kept quiet; the words of docs/messages.md as sentences."""

LABELS = {
    "today": "this session",
    "longest_30d": "longest in the 30 days before",
    "most_30d": "most in the 30 days before",
    "over_percent": "over that by",
    "limit_percent": "limit: over by",
    "ceiling": "limit",
    "limit_m": "limit",
    "week_m": "in the first week",
    "gap_h": "after only",
    "wanted_h": "limit: at least",
    "earlier": "the session before was",
    "earlier_sport": "its sport",
    "breaches_7d": "times within a week",
    "days": "days",
    "rest_days_14d": "rest days in 14",
    "limit_days": "limit: days in a row",
    "gap_days": "days without a run",
    "what": "what was measured",
    "now": "run so far",
}
"""Fact → label, where its name alone would not do. A label that begins with “limit” is shown as one."""

UNTOLD = {"measure", "day_only", "race", "source", "over"}
"""Facts that say how to read the others."""

WHAT = {"week": "the week so far", "first_run": "the first run back", "restart": "the first run back"}


class Number(NamedTuple):
    """One piece of evidence."""

    label: str
    value: str
    limit: bool
    """Whether it is the limit the others are held against."""


def numbers(facts: Facts, units: str) -> list[Number]:
    """One rule's evidence; what is not known is left out, except where that is the point."""
    found = [_number(name, value, facts, units) for name, value in facts.items() if _told(name, value)]
    return [*found, *_remarks(facts)]


def _told(name: str, value: Any) -> bool:
    return value is not None and name not in UNTOLD and not isinstance(value, Mapping) and USUAL.get(name) != value


USUAL = {"breaches_7d": 1, "earlier_sport": "run"}
"""What goes without saying."""


def _number(name: str, value: Any, facts: Facts, units: str) -> Number:
    label = LABELS.get(name, name.replace("_", " "))
    return Number(label, _value(name, value, facts, units), label.startswith("limit"))


def _value(name: str, value: Any, facts: Facts, units: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return WHAT.get(value, value.replace("_", " "))
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if name in MEASURED and "measure" in facts:
        return amount(value, facts["measure"], units)
    return next((say(value, units) for suffix, say in UNITS.items() if name.endswith(suffix)), f"{value:,}")


MEASURED = {"today", "longest_30d", "most_30d", "ceiling", "now"}
"""Facts in whatever unit the fact `measure` names."""

UNITS: Mapping[str, Callable[[Any, str], str]] = {
    "_percent": lambda value, _: f"{value}%",
    "_m": lambda value, units: amount(value, "distance_m", units),
    "_s": lambda value, units: amount(value, "moving_s", units),
    "_h": lambda value, _: f"{value:g} h",
}
"""The end of a fact's name → how its value is told."""


def _remarks(facts: Facts) -> Iterator[Number]:
    if facts.get("day_only"):
        yield Number("hour of the day", "not known; the longest gap the dates allow was used", False)
    if facts.get("race"):
        yield Number("race", "yes", False)
    if facts.get("source") == "declared":
        yield Number("compared with", "the longest run you told us of", False)


def long_way(metres: float, units: str) -> str:
    """A distance of weeks and years, without decimals."""
    return f"{metres / MILE_M:,.0f} mi" if units == "mi" else f"{metres / 1000:,.0f} km"


def height(metres: float, units: str) -> str:
    """A climb."""
    return f"{metres / 0.3048:,.0f} ft" if units == "mi" else f"{metres:,.0f} m"


def day(at: date | datetime) -> str:
    """`7 Jan 2024`."""
    return f"{at:%d %b %Y}".lstrip("0")


def times(count: int) -> str:
    """`once`, `twice`, `5 times`."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def many(count: int, noun: str) -> str:
    """`1 run`, `1,200 runs`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
