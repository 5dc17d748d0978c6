"""Units that a header does not name, decided from the data: which reading gives speeds that people move at?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twinge.core.model import family

METRES = {"km": 1000.0, "m": 1.0, "mi": 1609.344, "ft": 0.3048, "yd": 0.9144}
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}

USUAL = {
    "run": (1.9, 5.2),
    "ride": (3.3, 12.5),
    "swim": (0.4, 1.9),
    "walk": (0.7, 2.2),
    "hike": (0.3, 2.0),
    "row": (1.2, 5.5),
    "ski": (0.5, 15.0),
    "skate": (2.0, 11.0),
}
"""Metres per second of an ordinary whole workout, by family."""
ANY = (0.2, 12.0)
LENGTH = (240.0, 6 * 3600.0)
"""Seconds of an ordinary workout."""
FASTEST = {"run": 6.5, "walk": 5.0, "hike": 5.0, "swim": 2.6, "row": 8.0}
"""Above this mean speed (m/s) a row is not what it says."""


class Pace(NamedTuple):
    """One row's distance and duration as written, and its sport."""

    sport: str
    distance: float
    duration: float


def usual(sport: str, metres: float, seconds: float) -> bool:
    """Whether this is a speed that the sport is done at."""
    low, high = USUAL.get(family(sport), ANY)
    return seconds > 0 and low <= metres / seconds <= high


def best(rows: Sequence[Pace], distances: Sequence[str], durations: Sequence[float]) -> tuple[str, float, float]:
    """The distance unit and seconds factor that fit most rows, and the share of rows that fit.

    Earlier candidates win unless a later one fits clearly more: kilometres and miles overlap.
    """
    chosen, top = (distances[0], durations[0]), -1.0
    for factor in durations:
        for unit in distances:
            share = fit(rows, unit, factor)
            if share > top + (0.2 if top >= 0 else 0.0):
                chosen, top = (unit, factor), share
    return (*chosen, max(top, 0.0))


def fit(rows: Sequence[Pace], unit: str, factor: float) -> float:
    """Share of rows with a usual speed, and half as important, a usual length."""
    if not rows:
        return 0.0
    metres = METRES[unit]
    speeds = sum(usual(row.sport, row.distance * metres, row.duration * factor) for row in rows)
    lengths = sum(LENGTH[0] <= row.duration * factor <= LENGTH[1] for row in rows)
    return (2 * speeds + lengths) / (3 * len(rows))


def by_length(durations: Sequence[float], factors: Sequence[float]) -> float:
    """The seconds factor that gives the most workouts of a usual length, where no distance helps."""

    def score(factor: float) -> int:
        return sum(LENGTH[0] <= value * factor <= LENGTH[1] for value in durations)

    return max(factors, key=score)


def by_size(distances: Sequence[float], sport: str) -> str:
    """Metres or kilometres from the size of the numbers alone, where no duration helps."""
    middle = sorted(distances)[len(distances) // 2]
    return "m" if middle > (200 if family(sport) in ("ride", "ski") else 60) else "km"
