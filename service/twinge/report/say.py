"""One value of the evidence as words: units, signs, and the words behind words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twinge.core.model import Facts
from twinge.report.words import MINUS, height, span
from twinge.speech import amount
from twinge.speech.measure import FOOT_M, MILE_M

Say = Callable[[Any, Facts, str], str]
"""A fact's value, all facts of its rule, and the athlete's units → words."""


def plain(value: Any, _facts: Facts, _units: str) -> str:
    """Whatever it is, as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).replace("_", " ")


WORDS = {
    "week": "the week so far",
    "first_run": "the first run back",
    "restart": "the first run back",
    "rmssd": "RMSSD",
    "sdnn": "SDNN",
    "ramp": "fitness rose fast",
    "balance": "the balance stayed low",
    "monotony": "days much the same",
    "strain": "strain over that of the weeks before",
    "flat": "flat road or treadmill",
    "hilly": "hilly road",
    "pace": "pace",
    "heart": "heart rate",
    "both": "heart rate and pace",
    "declared": "the longest run you told us of",
    "observed": "your own runs",
    "maximal": "all-out",
}
"""Values that are words of the rules → words of people."""


def words(value: Any, facts: Facts, units: str) -> str:
    """A word of ours in the reader's."""
    return WORDS.get(value, plain(value, facts, units)) if isinstance(value, str) else plain(value, facts, units)


def measured(value: Any, facts: Facts, units: str) -> str:
    """In whatever unit the fact `measure` names."""
    return amount(value, facts["measure"], units) if "measure" in facts else plain(value, facts, units)


def way(value: Any, _facts: Facts, units: str) -> str:
    """Metres along the ground."""
    return amount(value, "distance_m", units)


def lasting(value: Any, _facts: Facts, units: str) -> str:
    """Seconds."""
    return amount(value, "moving_s", units)


def climb(value: Any, _facts: Facts, units: str) -> str:
    """Metres up or down."""
    return height(value, units)


def slope(value: Any, _facts: Facts, units: str) -> str:
    """Metres of climb a kilometre."""
    return f"{value * MILE_M / 1000 / FOOT_M:,.0f} ft a mile" if units == "mi" else f"{value:,} m a kilometre"


def percent(value: Any, _facts: Facts, _units: str) -> str:
    """Whole per cent."""
    return f"{value}%"


def ratio(value: Any, _facts: Facts, _units: str) -> str:
    """Per cent as a ratio."""
    return f"{value / 100:.2f}"


def share(value: Any, _facts: Facts, _units: str) -> str:
    """Hundredths of a per cent."""
    return f"{value / 100:.1f}%"


def drift(value: Any, _facts: Facts, _units: str) -> str:
    """Per mille of a change, from the first third to the last."""
    return f"{signed(value / 10)}%"


def points(value: Any, _facts: Facts, _units: str) -> str:
    """Hundredths of a load point."""
    return f"{value / 100:,.0f} points"


def a_day(value: Any, _facts: Facts, _units: str) -> str:
    """Hundredths of a load point, a day."""
    return f"{value / 100:.1f} points a day"


def shift(value: Any, _facts: Facts, _units: str) -> str:
    """Hundredths of a load point, up or down."""
    return signed(value / 100)


def signed(value: float) -> str:
    """`+1.7`, `−4.1`."""
    return f"{MINUS if value < 0 else '+'}{abs(value):.1f}"


def beats(value: Any, _facts: Facts, _units: str) -> str:
    """Beats a minute."""
    return f"{value} a minute"


def millis(value: Any, _facts: Facts, _units: str) -> str:
    """Milliseconds."""
    return f"{value} ms"


def minutes(value: Any, _facts: Facts, _units: str) -> str:
    """Minutes of sleep or of a run."""
    return span(value)


def hours(value: Any, _facts: Facts, _units: str) -> str:
    """Hours; days where there are more than three."""
    return f"{value:g} h" if value <= 72 else f"{round(value / 24, 1):g} days"


def pace(value: Any, _facts: Facts, units: str) -> str:
    """Millimetres a second as minutes a kilometre or mile."""
    if not value:
        return "standing"
    metres, unit = (MILE_M, "mi") if units == "mi" else (1000, "km")
    whole, seconds = divmod(round(1000 * metres / value), 60)
    return f"{whole}:{seconds:02d} a {unit}"


def variety(value: Any, _facts: Facts, _units: str) -> str:
    """Thousandths of an even split."""
    return f"{value / 1000:.2f}"


def side(value: Any, _facts: Facts, _units: str) -> str:
    """Hundredths of a per cent, to one side."""
    return f"{signed(value / 100)} points"


def each(unit: str) -> Say:
    """A count with a unit of its own."""
    return lambda value, _facts, _units: f"{value:,} {unit}"


def out_of(whole: str) -> Say:
    """A count out of the one in the fact `whole`."""
    return lambda value, facts, _units: f"{value} of {facts[whole]}" if whole in facts else f"{value}"


UNITS: Mapping[str, Say] = {
    "_percent": percent,
    "_mm_s": pace,
    "_m": way,
    "_s": lasting,
    "_h": hours,
    "_ms": millis,
    "_min": minutes,
    "_hr": beats,
}
"""The end of a stranger's name → how its value is told."""
