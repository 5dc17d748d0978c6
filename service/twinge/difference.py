"""Two packs over the same history: which messages only one of them would have sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from twinge.backtest import Story
from twinge.core.model import Nudge
from twinge.report import print_nudge, to_nudge


@dataclass(frozen=True, slots=True)
class Difference:
    """One history under two packs. A message is the same when workout, rules and severity are; its words may differ."""

    name: str
    zone: str
    only_old: tuple[Nudge, ...]
    only_new: tuple[Nudge, ...]
    both: int


def differ(old: Story, new: Story) -> Difference:
    """What changes for one athlete when `new`'s pack takes the place of `old`'s."""
    before, after = {_mark(nudge) for nudge in old.nudges}, {_mark(nudge) for nudge in new.nudges}
    return Difference(
        name=old.name,
        zone=old.zone,
        only_old=tuple(nudge for nudge in old.nudges if _mark(nudge) not in after),
        only_new=tuple(nudge for nudge in new.nudges if _mark(nudge) not in before),
        both=len(before & after),
    )


def _mark(nudge: Nudge) -> tuple[str | None, tuple[str, ...], int]:
    return nudge.activity, nudge.rules, int(nudge.severity)


def differences_to_json(found: Sequence[Difference], old: str, new: str) -> dict[str, Any]:
    """One object: what only one of the packs `old` and `new` (their versions) would have said, with the counts."""
    return {
        "old": old,
        "new": new,
        "athletes": [
            {
                "file": each.name,
                "only_old": [to_nudge(nudge) for nudge in each.only_old],
                "only_new": [to_nudge(nudge) for nudge in each.only_new],
                "both": each.both,
            }
            for each in found
        ],
        "summary": {
            "only_old": sum(len(each.only_old) for each in found),
            "only_new": sum(len(each.only_new) for each in found),
            "both": sum(each.both for each in found),
        },
    }


def print_differences(found: Sequence[Difference], old: str, new: str, console: Console) -> None:
    """The messages in order of time, each marked − (only the old pack) or + (only the new), then the counts."""
    for each in found:
        console.rule(Text(f" {each.name} ", style="bold"), align="left", characters="─")
        console.print(Text(_counts([each], old, new), style="bold"))
        console.print()
        marked = [("−", nudge) for nudge in each.only_old] + [("+", nudge) for nudge in each.only_new]
        for sign, nudge in sorted(marked, key=lambda pair: pair[1].not_before):
            print_nudge(nudge, ZoneInfo(each.zone), console, sign)
    if len(found) > 1:
        console.rule(Text(" together ", style="bold"), align="left", characters="─")
        console.print(Text(_counts(found, old, new), style="bold"))


def _counts(found: Sequence[Difference], old: str, new: str) -> str:
    both = sum(each.both for each in found)
    gone, come = sum(len(each.only_old) for each in found), sum(len(each.only_new) for each in found)
    return f"− {gone} only with pack {old}   + {come} only with pack {new}   {both} with both"
