"""On what ground the running was, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from twinge.core.model import RUNNING, Session
from twinge.core.moment import METRES, SECONDS, Measure

NAMES: Mapping[str, str] = {
    "road": "road",
    "track": "track",
    "treadmill": "treadmill",
    "mixed": "mixed",
    "trail": "trail",
    "": "not named",
}
"""Ground → its word, from below upwards."""


class Month(NamedTuple):
    """One month's running."""

    first: date
    amounts: Mapping[str, int]
    """Ground → how much of it, in whatever `Grounds.by` names."""

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class Grounds(NamedTuple):
    """The ground of all running."""

    months: tuple[Month, ...]
    by: str
    """What the amounts are: running time, distance, or runs."""


def grounds(log: Sequence[Session]) -> Grounds:
    """Running time by ground; distance, or runs, where the time is not known of every run."""
    runs = [session for session in log if session.sport in RUNNING]
    by, measure = _measure(runs)
    months = [
        Month(first, _amounts(group, measure))
        for first, group in groupby(runs, key=lambda run: date.fromordinal(run.day).replace(day=1))
    ]
    return Grounds(tuple(months), by)


def _measure(runs: Sequence[Session]) -> tuple[str, Measure]:
    for by, measure in (("running time", SECONDS), ("distance", METRES)):
        if runs and all(measure(run) for run in runs):
            return by, measure
    return "runs", lambda _: 1


def _amounts(runs: Iterable[Session], measure: Measure) -> dict[str, int]:
    sums: dict[str, int] = {}
    for run in runs:
        ground = run.ground if run.ground in NAMES else ""
        sums[ground] = sums.get(ground, 0) + (measure(run) or 0)
    return sums


def shares(months: Iterable[Month]) -> dict[str, float]:
    """Ground → its share of those months, in the order of `NAMES`; only what there is."""
    sums = dict.fromkeys(NAMES, 0)
    for month in months:
        for ground, amount in month.amounts.items():
            sums[ground] += amount
    whole = sum(sums.values())
    return {ground: amount / whole for ground, amount in sums.items() if amount}
