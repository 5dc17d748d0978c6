"""Numbers as people write them, by CLDR (through Babel): distances, heights, shares, days, lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel import Locale
from babel.dates import format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

MILE_M = 1609.344
FOOT_M = 0.3048


def distance(metres: float, units: str, locale: Locale) -> str:
    """`13.1 km` or `8.1 mi`."""
    unit, size = ("mile", MILE_M) if units == "mi" else ("kilometer", 1000)
    return format_unit(round(metres / size, 1), f"length-{unit}", "short", "0.0", locale=locale)


def about(metres: float, units: str, locale: Locale) -> str:
    """The same for a week, where a tenth is noise: `40 km`."""
    unit, size = ("mile", MILE_M) if units == "mi" else ("kilometer", 1000)
    return format_unit(round(metres / size), f"length-{unit}", "short", "#,##0", locale=locale)


def height(metres: float, units: str, locale: Locale) -> str:
    """Climb or descent: `450 m`, or `1,476 ft` for those who run miles."""
    unit, size = ("foot", FOOT_M) if units == "mi" else ("meter", 1)
    return format_unit(round(metres / size), f"length-{unit}", "short", "#,##0", locale=locale)


def whole(value: float, locale: Locale) -> str:
    """`58`, of whatever is not counted."""
    return format_decimal(round(value), "#,##0", locale=locale)


def tenths(hundredths: int, locale: Locale) -> str:
    """`1.8` of 180 hundredths."""
    return format_decimal(round(hundredths / 100, 1), "0.0", locale=locale)


def day(when: date, locale: Locale) -> str:
    """`Fri, Nov 27`."""
    return format_skeleton("MMMEd", when, locale=locale)


def listed(words: Sequence[str], locale: Locale) -> str:
    """`long runs, sleep and climbing`."""
    return format_list(list(words), locale=locale)
