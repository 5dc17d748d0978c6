"""What could not be judged, counted: the same lack of the same rule is one entry, however its numbers differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from twinge.core.model import Unjudged

DATA = "data"
"""Stands for a rule where it was a measurement that was not believed."""


class Gap(NamedTuple):
    """One lack of one rule, or one kind of measurement that was not believed."""

    rule: str
    """The rule, or `data`."""
    reason: str
    """With … for a number that was not the same every time."""
    times: int
    first: datetime
    last: datetime


def gaps(unjudged: Iterable[Unjudged]) -> list[Gap]:
    """The most frequent first."""
    alike: dict[tuple[str, str], list[Unjudged]] = {}
    for each in unjudged:
        alike.setdefault((each.rule, _pattern(each.reason)), []).append(each)
    found = [_gap(rule, pattern, same) for (rule, pattern), same in alike.items()]
    return sorted(found, key=lambda gap: -gap.times)


def _gap(rule: str, pattern: str, same: list[Unjudged]) -> Gap:
    reasons = {each.reason for each in same}
    times = [each.at for each in same]
    return Gap(rule, reasons.pop() if len(reasons) == 1 else pattern, len(same), min(times), max(times))


def _pattern(reason: str) -> str:
    return re.sub(r"\d+(?:[.,]\d+)*", "…", reason)
