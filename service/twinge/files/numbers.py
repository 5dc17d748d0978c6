"""Numbers and durations as people's files write them: 1,250 · 9,72 · 1.500 · 00:35:20 · 1h05 · PT45M."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from twinge.files.words import UNITS

BLANK = frozenset(("", "-", "--", "---", "–", "—", "n/a", "na", "nan", "none", "null", "nil", "nat", "undefined", "?"))

_NUMBER = re.compile(r"^'?([-+]?[\d.,\s'’]*\d[\d.,]*(?:[eE][-+]?\d{1,2})?)\s*([^\W\d]*)\.?$")
_COMMA_DECIMAL = re.compile(r"(?:^|\.\d{3}|\d),(?:\d{1,2}|\d{4,})(?:\D*)$|\.\d{3},\d+\D*$")
_POINT_DECIMAL = re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?:\D*)$|,\d{3}\.\d+\D*$")
_SCIENTIFIC = re.compile(r"^-?\d+(?:\.\d+)?[eE][-+]?\d{1,2}$")
_CLOCK = re.compile(r"^(?:(\d+) days?,? )?(\d+):(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$")
_PAIR = re.compile(r"^(\d+):(\d{1,2}(?:[.,]\d+)?)$")
_WORDED = re.compile(
    r"^(?:(\d+(?:[.,]\d+)?)\s*(?:h|hr|hrs|hours?|std|uur|u|heures?|horas?|ore))?\s*"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:m|mins?|minutes?|minuten|minuti|minutos|'|′))?\s*"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:s|secs?|seconds?|sek|\"|″|''))?$"
)
_HOURS = re.compile(r"^(\d+)h(\d{1,2})$")
_ISO = re.compile(r"^pt(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$")


class Measure(NamedTuple):
    """A number and the unit written behind it, if any."""

    value: float
    unit: str | None


class Span(NamedTuple):
    """A duration as written. `form` says how far it explains itself."""

    value: float
    form: str
    """exact: seconds for sure · pair: `a:b` as minutes and seconds, ×60 if hours and minutes · plain: a bare number."""


def is_blank(text: str) -> bool:
    """Whether a cell says nothing."""
    return text.strip().casefold() in BLANK


def decimal_mark(values: Iterable[str], *, comma_likely: bool = False) -> str:
    """Which of `.` and `,` is the decimal mark of a column, decided from all its values."""
    comma = point = grouped = 0
    for text in values:
        if "," in text and _COMMA_DECIMAL.search(text):
            comma += 1
        elif "." in text and _POINT_DECIMAL.search(text):
            point += 1
        elif "," in text:
            grouped += 1
    if comma or point:
        return "," if comma > point or (comma and not grouped) else "."
    return "," if grouped and comma_likely else "."


def measure(text: str, mark: str = ".") -> Measure | None:
    """A cell's number; None when it is blank, ValueError when it is no number."""
    if is_blank(text):
        return None
    text = text.strip()
    if _SCIENTIFIC.match(text):
        return Measure(float(text), None)
    match = _NUMBER.match(text) if len(text) < 60 else None
    unit = match[2].casefold() if match else ""
    if not match or (unit and unit not in UNITS):
        raise ValueError(f"“{text[:30]}” is not a number")
    try:
        value = float(_normal(match[1], mark))
    except ValueError:
        raise ValueError(f"“{text[:30]}” is not a number") from None
    return Measure(value, UNITS.get(unit) or None)


def _normal(digits: str, mark: str) -> str:
    digits = re.sub(r"[\s'’]", "", digits)
    if mark == "." and "," in digits and _COMMA_DECIMAL.search(digits):
        mark = ","  # one stray 9,72 among points
    if mark == ",":
        if "," not in digits and _POINT_DECIMAL.search(digits):
            return digits  # Strava's second columns keep the point in every language
        return digits.replace(".", "").replace(",", ".")
    return digits.replace(",", "")


def span(text: str, mark: str = ".") -> Span | None:
    """A cell's duration; None when it is blank, ValueError when it is none."""
    if is_blank(text):
        return None
    text = text.strip().casefold()
    written = _written(text)
    if written is not None:
        return written
    found = measure(text, mark)
    if found is None:
        return None
    if found.unit in ("s", "min", "h"):
        return Span(found.value * {"s": 1, "min": 60, "h": 3600}[found.unit], "exact")
    return Span(found.value, "plain")


def _written(text: str) -> Span | None:
    """A duration that is more than a bare number."""
    for pattern, factors, form in FORMS:
        match = pattern.match(text)
        if match and any(match.groups()):
            return Span(_add(match.groups(), factors), form)
    return None


FORMS = (
    (_CLOCK, (86400, 3600, 60, 1), "exact"),
    (_ISO, (3600, 60, 1), "exact"),
    (_HOURS, (3600, 60), "exact"),
    (_PAIR, (60, 1), "pair"),
    (_WORDED, (3600, 60, 1), "exact"),
)


def _add(parts: Iterable[str | None], factors: Iterable[int]) -> float:
    return sum(float(part.replace(",", ".")) * factor for part, factor in zip(parts, factors, strict=True) if part)
