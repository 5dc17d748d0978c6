"""The timeline: every message and every silence, newest first, with its numbers, its limit and its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.backtest import Story
from twinge.core.model import Facts, Held, Nudge, Severity
from twinge.core.wording import WAY_OUT
from twinge.difference import Difference
from twinge.page.words import REASONS, RULES, Number, day, numbers

SAID = {
    Severity.INFO: "Good to know",
    Severity.QUESTION: "Question",
    Severity.SLOW_DOWN: "Slow down",
    Severity.REST: "Rest",
    Severity.SEE_DOCTOR: "See a doctor",
    Severity.URGENT: "Urgent",
}


class Group(NamedTuple):
    """One rule of an entry."""

    rule: str
    name: str
    numbers: list[Number]
    strength: str


class Entry(NamedTuple):
    """One line of the timeline."""

    at: datetime
    """In the athlete's zone."""
    stamp: str
    day: str
    severity: str
    """The word of the API, for the page's style."""
    title: str
    text: str
    """What was said; empty for a silence."""
    reason: str
    """Why nothing was said; empty for a message."""
    groups: list[Group]
    sign: str
    """Which of two packs it belongs to alone: old, new, or empty."""


class Year(NamedTuple):
    """One year of it."""

    label: str
    said: int
    held: int
    entries: list[Entry]


def years(story: Story, units: str, difference: Difference | None) -> list[Year]:
    """The whole timeline, newest first."""
    zone = ZoneInfo(story.zone)
    entries = [*_said(story.nudges, zone, units, difference), *(_kept(held, zone, units) for held in story.held)]
    if difference is not None:
        entries += [_message(nudge, zone, units, "new") for nudge in difference.only_new]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [_year(str(year), list(group)) for year, group in groupby(entries, key=lambda entry: entry.at.year)]


def _year(label: str, entries: list[Entry]) -> Year:
    held = sum(1 for entry in entries if entry.reason)
    return Year(label, sum(1 for entry in entries if entry.text and entry.sign != "new"), held, entries)


def _said(nudges: Sequence[Nudge], zone: ZoneInfo, units: str, difference: Difference | None) -> Iterator[Entry]:
    gone = {nudge.id for nudge in difference.only_old} if difference is not None else set()
    for nudge in nudges:
        yield _message(nudge, zone, units, "old" if nudge.id in gone else "")


def _message(nudge: Nudge, zone: ZoneInfo, units: str, sign: str) -> Entry:
    text = nudge.text.removesuffix(WAY_OUT).rstrip()
    return _entry(
        nudge.not_before.astimezone(zone), nudge.severity, nudge.rules, nudge.facts, units, text=text, sign=sign
    )


def _kept(held: Held, zone: ZoneInfo, units: str) -> Entry:
    reason = REASONS.get(held.reason, held.reason.replace("_", " "))
    return _entry(held.at.astimezone(zone), held.severity, held.rules, held.facts, units, reason=reason)


def _entry(
    at: datetime,
    severity: Severity,
    rules: Sequence[str],
    facts: Facts,
    units: str,
    *,
    text: str = "",
    reason: str = "",
    sign: str = "",
) -> Entry:
    return Entry(
        at=at,
        stamp=at.astimezone(UTC).isoformat(timespec="minutes"),
        day=f"{at:%a} {day(at)}",
        severity=severity.word,
        title=SAID[severity],
        text=text,
        reason=reason,
        groups=[_group(rule, facts.get(rule, {}), units) for rule in rules],
        sign=sign,
    )


def _group(rule: str, facts: Facts, units: str) -> Group:
    known = RULES.get(rule)
    return Group(
        rule, known.name if known else rule, numbers(facts, units), known.strength if known else "not recorded"
    )
