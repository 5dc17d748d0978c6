"""Two packs over the same history: which messages, and which weekly digests, only one of them would have sent.

A running service compares packs too, and prints nothing: what prints is loaded where it is used.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from twinge.backtest import Story
from twinge.core.model import Nudge
from twinge.core.pack import STANDARD, Pack
from twinge.report import to_nudge

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Split:
    """Messages of one kind: those that only one of two packs would have sent, and how many both."""

    only_old: tuple[Nudge, ...]
    only_new: tuple[Nudge, ...]
    both: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One history under two packs. A message is the same when workout, rules and severity are; its words may differ."""

    name: str
    zone: str
    only_old: tuple[Nudge, ...]
    only_new: tuple[Nudge, ...]
    both: int
    digests: Split
    """The weekly digests: the same when day and rules are. What a rule of whole weeks would say stands only there."""


def differ(old: Story, new: Story) -> Difference:
    """What changes for one athlete when `new`'s pack takes the place of `old`'s."""
    said = _split(old.nudges, new.nudges)
    return Difference(
        name=old.name,
        zone=old.zone,
        only_old=said.only_old,
        only_new=said.only_new,
        both=said.both,
        digests=_split(old.digests, new.digests),
    )


def _split(old: Sequence[Nudge], new: Sequence[Nudge]) -> Split:
    before, after = {_mark(nudge) for nudge in old}, {_mark(nudge) for nudge in new}
    return Split(
        only_old=tuple(nudge for nudge in old if _mark(nudge) not in after),
        only_new=tuple(nudge for nudge in new if _mark(nudge) not in before),
        both=len(before & after),
    )


def _mark(nudge: Nudge) -> tuple[str, tuple[str, ...], int]:
    """A digest speaks of no single workout; its hour is its name."""
    return nudge.activity or nudge.made_at.isoformat(), nudge.rules, int(nudge.severity)


def differences_to_json(found: Sequence[Difference], old: str, new: str) -> dict[str, Any]:
    """One object: what only one of the packs `old` and `new` (their versions) would have said, with the counts."""
    return {
        "old": old,
        "new": new,
        "athletes": [{"file": each.name, **_sides(each), "digests": _sides(each.digests)} for each in found],
        "summary": _totals(found),
        "digests": _totals([each.digests for each in found]),
    }


def _sides(split: Difference | Split) -> dict[str, Any]:
    return {
        "only_old": [to_nudge(nudge) for nudge in split.only_old],
        "only_new": [to_nudge(nudge) for nudge in split.only_new],
        "both": split.both,
    }


def _totals(found: Sequence[Difference | Split]) -> dict[str, int]:
    return {
        "only_old": sum(len(each.only_old) for each in found),
        "only_new": sum(len(each.only_new) for each in found),
        "both": sum(each.both for each in found),
    }


Packs = tuple[Pack, Pack]
"""The old and the new one: their limits stand beside the numbers."""


def print_differences(
    found: Sequence[Difference],
    old: str,
    new: str,
    console: Console,
    *,
    units: str = "km",
    packs: Packs = (STANDARD, STANDARD),
) -> None:
    """What differs in order of time, each marked − (only the old pack) or + (only the new), then the counts."""
    from rich.text import Text

    from twinge.report.text import print_nudge

    for each in found:
        console.rule(Text(f" {each.name} ", style="bold"), align="left", characters="─")
        _print_counts([each], old, new, console)
        console.print()
        gone = [("−", nudge, packs[0]) for nudge in (*each.only_old, *each.digests.only_old)]
        come = [("+", nudge, packs[1]) for nudge in (*each.only_new, *each.digests.only_new)]
        for sign, nudge, pack in sorted([*gone, *come], key=lambda one: one[1].not_before):
            print_nudge(nudge, ZoneInfo(each.zone), console, sign, units=units, pack=pack)
    if len(found) > 1:
        console.rule(Text(" together ", style="bold"), align="left", characters="─")
        _print_counts(found, old, new, console)


def _print_counts(found: Sequence[Difference], old: str, new: str, console: Console) -> None:
    from rich.text import Text

    digests = [each.digests for each in found]
    console.print(Text(_counts(found, old, new), style="bold"))
    if any(each.only_old or each.only_new or each.both for each in digests):
        console.print(Text(f"weekly digests: {_counts(digests, old, new)}"))


def _counts(found: Sequence[Difference | Split], old: str, new: str) -> str:
    total = _totals(found)
    gone, come = total["only_old"], total["only_new"]
    return f"− {gone} only with pack {old}   + {come} only with pack {new}   {total['both']} with both"
