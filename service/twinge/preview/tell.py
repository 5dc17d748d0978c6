"""A preview as plain values: counts by severity and rule, a week's median, and examples of what would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC
from statistics import median
from typing import Any, Final

from twinge.core.model import Nudge
from twinge.preview.compare import Weighed
from twinge.preview.run import Preview

EXAMPLES: Final = 20
"""Of each kind, the newest."""

SIDES: Final = ("now", "then")


def to_json(one: Preview) -> dict[str, Any]:
    """`now` is the pack in force, `then` the one that would be; times are RFC 3339 UTC."""
    found = one.found
    return {
        "now": one.packs[0].version,
        "then": one.packs[1].version,
        "from": one.since.astimezone(UTC),
        "until": one.until.astimezone(UTC),
        "athletes": {"known": one.known, "judged": len(found), "left_out": one.left_out},
        "own_limits_lost": [each.athlete for each in found if each.loses_own],
        "messages": _pair(found, len),
        "per_week_median": {side: _median(found, side) for side in SIDES},
        "by_severity": _counted(found, lambda nudge: [nudge.severity.word]),
        "by_rule": _counted(found, lambda nudge: nudge.rules),
        "digests": {side: sum(each.digests[n] for each in found) for n, side in enumerate(SIDES)},
        "no_longer": _examples((each.athlete, nudge) for each in found for nudge in each.no_longer),
        "newly": _examples((each.athlete, nudge) for each in found for nudge in each.newly),
    }


def _side(one: Weighed, side: str) -> tuple[Nudge, ...]:
    return one.now if side == "now" else one.then


def _pair(found: Sequence[Weighed], count: Any) -> dict[str, int]:
    return {side: sum(count(_side(each, side)) for each in found) for side in SIDES}


def _median(found: Sequence[Weighed], side: str) -> float | None:
    """Unasked messages for each week with training, of the athlete in the middle; None where nobody trained."""
    rates = [
        sum(nudge.activity is not None for nudge in _side(each, side)) / each.weeks for each in found if each.weeks
    ]
    return round(median(rates), 4) if rates else None


def _counted(found: Sequence[Weighed], words: Any) -> dict[str, dict[str, int]]:
    """How many messages had each word, on both sides; the most frequent first."""
    counts = {
        side: Counter(word for each in found for nudge in _side(each, side) for word in words(nudge)) for side in SIDES
    }
    names = sorted({*counts["now"], *counts["then"]}, key=lambda name: (-sum(c[name] for c in counts.values()), name))
    return {name: {side: counts[side][name] for side in SIDES} for name in names}


def _examples(told: Iterable[tuple[str, Nudge]]) -> dict[str, Any]:
    newest = sorted(told, key=lambda pair: pair[1].not_before, reverse=True)
    return {"count": len(newest), "examples": [_example(*pair) for pair in newest[:EXAMPLES]]}


def _example(athlete: str, nudge: Nudge) -> dict[str, Any]:
    return {
        "athlete": athlete,
        "at": nudge.not_before.astimezone(UTC),
        "severity": nudge.severity.word,
        "rules": list(nudge.rules),
        "text": nudge.text,
    }
