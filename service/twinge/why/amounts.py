"""An amount of each measure, in the athlete's language and units, and as the number that a chart draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from babel.numbers import format_decimal
from babel.units import format_unit

from twinge.speech import measure
from twinge.speech.tongue import Tongue


class Way(NamedTuple):
    """How one measure is told and drawn."""

    tell: Callable[[float, Tongue], str]
    scale: float = 1
    """What a chart divides by."""
    unit: str = ""
    """Behind the numbers of an axis."""


def tell(value: float, what: str, speaker: Tongue) -> str:
    """`13.1 km`, `1h05`, `52/min`."""
    return _way(what, speaker.units).tell(value, speaker)


def scaled(value: float, what: str, units: str) -> float:
    """The number that is drawn."""
    return value / _way(what, units).scale


def unit(what: str, units: str) -> str:
    """What stands behind the numbers of an axis."""
    return _way(what, units).unit


def _way(what: str, units: str) -> Way:
    return MILES.get(what, WAYS[what]) if units == "mi" else WAYS[what]


def _decimal(value: float, speaker: Tongue, form: str = "#,##0.#") -> str:
    told: str = format_decimal(value, form, locale=speaker.locale)
    return told


def _unit(name: str, length: Literal["short", "long"] = "short") -> Callable[[float, Tongue], str]:
    return lambda value, speaker: str(format_unit(round(value), name, length, "#,##0", locale=speaker.locale))


def _percent(value: float, speaker: Tongue) -> str:
    return f"{_decimal(value, speaker)}\N{NO-BREAK SPACE}%" if speaker.locale.language != "en" else f"{value:.1f}%"


def _span(value: float, speaker: Tongue) -> str:
    return speaker.span(round(value))


def _distance(value: float, speaker: Tongue) -> str:
    return measure.distance(value, speaker.units, speaker.locale)


def _climb(value: float, speaker: Tongue) -> str:
    return measure.height(value, speaker.units, speaker.locale)


def _load(value: float, speaker: Tongue) -> str:
    return _decimal(round(value / 100), speaker)


WAYS: Final[Mapping[str, Way]] = {
    "distance_m": Way(_distance, 1000, "km"),
    "moving_s": Way(lambda value, speaker: speaker.span(round(value / 60)), 60, "min"),
    "minutes": Way(_span, 60, "h"),
    "load": Way(_load, 100),
    "load_day": Way(_load, 100),
    "climb_m": Way(_climb, 1, "m"),
    "hours": Way(_unit("duration-hour"), 1, "h"),
    "days": Way(_unit("duration-day", "long")),
    "rests": Way(_unit("duration-day", "long")),
    "bpm": Way(lambda value, speaker: f"{_decimal(round(value), speaker)}/min"),
    "ms": Way(_unit("duration-millisecond"), 1, "ms"),
    "percent": Way(_percent, 1, "%"),
    "permille": Way(lambda value, speaker: _percent(value / 10, speaker), 10, "%"),
    "hundredths": Way(lambda value, speaker: _percent(value / 100, speaker), 100, "%"),
}
"""Measure → its way. `load` is in hundredths of a load point, `load_day` in those of a day's."""

MILES: Final[Mapping[str, Way]] = {
    "distance_m": Way(_distance, measure.MILE_M, "mi"),
    "climb_m": Way(_climb, measure.FOOT_M, "ft"),
}
"""What differs for whoever runs miles."""
