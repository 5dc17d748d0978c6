"""What vendors write loosely: a number that comes as text, a measurement that no body can have."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any


def number(value: object, low: float, high: float) -> float | None:
    """A measurement from `low` to `high`; None for what is missing, no number, or out of range.

    Text counts where it holds a plain number ("103.0"): some vendors write decimals so. True and False are no numbers.
    """
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high and isfinite(value) else None


def inside(value: object, *path: str) -> Any:
    """What lies at `path` in nested objects; None where a step is missing or is no object."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
