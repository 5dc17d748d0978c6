"""Stories as plain values for programs; times are RFC 3339 UTC, days the athlete's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from twinge.backtest import Story
from twinge.core.model import Finding, Held, Morning, Nudge
from twinge.report.unknown import Gap, gaps

MEASURES = ("resting_hr", "rmssd", "sdnn", "sleep_min", "readiness")
"""What a morning may hold, as the rules know it."""


def to_json(stories: Sequence[Story]) -> dict[str, Any]:
    """One object for all histories."""
    rates = [story.nudges_per_week for story in stories]
    return {
        "athletes": [_athlete(story) for story in stories],
        "summary": {
            "nudges_per_week_median": round(median(rates), 4) if rates else None,
            "athletes": len(stories),
            "sessions": sum(story.sessions for story in stories),
            "counted_once": sum(story.same for story in stories),
            "weeks": sum(story.weeks for story in stories),
            "nudges": sum(len(story.nudges) for story in stories),
            "held": sum(len(story.held) for story in stories),
            "digests": sum(len(story.digests) for story in stories),
            "by_rule": dict(by_rule(stories).most_common()),
            "nudges_per_week_least": round(min(rates), 4) if rates else None,
            "nudges_per_week_most": round(max(rates), 4) if rates else None,
        },
    }


def by_rule(stories: Sequence[Story]) -> Counter[str]:
    """How often each rule stood in a message; digests are none."""
    return Counter(rule for story in stories for nudge in story.nudges for rule in nudge.rules)


def _athlete(story: Story) -> dict[str, Any]:
    return {
        "file": story.name,
        "zone": story.zone,
        "sessions": story.sessions,
        "counted_once": story.same,
        "mornings": _mornings(story.mornings),
        "weeks": story.weeks,
        "first": _stamp(story.first),
        "last": _stamp(story.last),
        "nudges_per_week": round(story.nudges_per_week, 4),
        "nudges": [to_nudge(nudge) for nudge in story.nudges],
        "digests": [to_nudge(digest) for digest in story.digests],
        "held": [_held(held) for held in story.held],
        "held_by_reason": dict(Counter(held.reason for held in story.held).most_common()),
        "findings": [_finding(finding) for finding in story.findings],
        "unknown": [_gap(gap) for gap in gaps(story.unjudged)],
        "problems": [_problem(problem) for problem in story.problems],
    }


def _mornings(mornings: Sequence[Morning]) -> dict[str, Any]:
    """How many mornings there are, from where, and on how many each measurement was believed."""
    days = sorted({morning.day for morning in mornings})
    return {
        "days": len(days),
        "first": date.fromordinal(days[0]).isoformat() if days else None,
        "last": date.fromordinal(days[-1]).isoformat() if days else None,
        "sources": sorted({morning.source for morning in mornings}),
        "known": measured(mornings),
    }


def measured(mornings: Sequence[Morning]) -> dict[str, int]:
    """Measurement → the days on which some source had it."""
    return {name: len({one.day for one in mornings if getattr(one, name) is not None}) for name in MEASURES}


def to_nudge(nudge: Nudge) -> dict[str, Any]:
    """One message, or one digest, as JSON."""
    return {
        "at": _stamp(nudge.not_before),
        "severity": nudge.severity.word,
        "rules": list(nudge.rules),
        "text": nudge.text,
        "facts": dict(nudge.facts),
        "activity": nudge.activity,
    }


def _held(held: Held) -> dict[str, Any]:
    return {
        "at": _stamp(held.at),
        "rules": list(held.rules),
        "reason": held.reason,
        "severity": held.severity.word,
        "activity": held.activity,
        "facts": dict(held.facts),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "at": _stamp(finding.at),
        "rule": finding.rule,
        "severity": finding.severity.word,
        "band": finding.band,
        "activity": finding.activity,
        "facts": dict(finding.facts),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    """One entry for each rule and reason, with how often and when: a history with holes says where they are."""
    first, last = _stamp(gap.first), _stamp(gap.last)
    return {"rule": gap.rule, "reason": gap.reason, "count": gap.times, "first": first, "last": last}


def _problem(problem: Any) -> dict[str, Any]:
    return {name: getattr(problem, name, None) for name in ("line", "column", "what")}


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at is not None else None
