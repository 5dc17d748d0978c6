"""The rules behind the page: each with its evidence and limits, and those that had nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twinge.backtest import Story
from twinge.core.pack import Pack
from twinge.core.rules import DAWN, WATCHES, Rule
from twinge.page.timeline import RULES


@dataclass(frozen=True, slots=True)
class Cited:
    """One rule with its limits."""

    rule: Rule
    limits: list[tuple[str, str]]


ASKED = frozenset({"L01", "X01", *(watch.rule for watch in WATCHES), *(watch.rule for watch in DAWN)})
"""Every rule that a workout or a morning is held against."""


def cited(stories: Sequence[Story], pack: Pack, *, whole: bool) -> list[Cited]:
    """Every rule that had something to say here, in the order of the catalogue; with `whole` all that were asked."""
    met = {rule for story in stories for nudge in (*story.nudges, *story.digests) for rule in nudge.rules}
    met |= {rule for story in stories for held in story.held for rule in held.rules}
    met |= {each.rule for story in stories for each in story.unjudged}
    shown = [rule for rule in RULES.values() if rule.id in met or (whole and rule.id in ASKED)]
    return [
        Cited(rule, [(f"{rule.part}.{name}", str(value)) for name, value in rule.limits(pack).items()])
        for rule in shown
    ]


def silent(shown: Sequence[Cited], pack: Pack) -> str:
    """The rules that were asked and are not among `shown`, in one sentence; empty where there are none."""
    told = {each.rule.id for each in shown}
    quiet = [rule for rule in RULES.values() if rule.id in ASKED and rule.id not in told]
    off = [rule for rule in quiet if not getattr(getattr(pack, rule.part or "", None), "on", True)]
    asked = [rule for rule in quiet if rule not in off]
    parts = [
        f"{words}: {', '.join(f'{rule.id} {rule.name}' for rule in rules)}."
        for words, rules in (
            ("Asked too, with nothing to say or without what they need", asked),
            ("Switched off in this pack", off),
        )
        if rules
    ]
    return " ".join(parts)


def changed(pack: Pack, other: Pack) -> list[tuple[str, Any, Any]]:
    """The limits in which two packs differ."""
    found = []
    for name in (name for name in pack.__slots__ if name != "version"):
        old, new = getattr(pack, name), getattr(other, name)
        found += [(f"{name}.{key}", getattr(old, key), getattr(new, key)) for key in old.__slots__]
    return [(path, old, new) for path, old, new in found if old != new]
