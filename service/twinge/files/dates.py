"""Dates as people's files write them, in seven languages; day-first is decided once for a whole column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import NamedTuple

from dateutil import parser as dateutil_parser


class Moment(NamedTuple):
    """A cell of a date column."""

    at: datetime
    """Naive when the cell names no offset."""
    timed: bool
    """False: the cell knew the day only."""
    dated: bool = True
    """False: the cell knew the time of day only; the date of `at` means nothing."""


class Order(NamedTuple):
    """How a column of numeric dates is to be read."""

    day_first: bool
    doubt: str = ""
    """What to tell the reader when the column itself does not decide it."""


_MONTHS = (
    "jan january januari januar ene enero janv janvier gen gennaio janeiro janner jaen",
    "feb february februari februar febrero fev fevr fevrier febbraio fevereiro feber",
    "mar march mrt maart marz mrz maerz marzo mars marco maa",
    "apr april abr abril avr avril aprile",
    "may mei mai mayo mag maggio maio",
    "jun june juni junio juin giu giugno junho",
    "jul july juli julio juil juillet lug luglio julho",
    "aug august augustus ago agosto aout",
    "sep sept september septiembre setiembre septembre set settembre setembro",
    "oct october okt oktober octubre octobre ott ottobre out outubro",
    "nov november noviembre novembre novembro",
    "dec december dez dezember dic diciembre decembre dicembre dezembro des",
)
_MONTH_WORDS = {word for line in _MONTHS for word in line.split()}


class _Info(dateutil_parser.parserinfo):
    """The months of seven languages at once: no word of one is another month in another."""

    MONTHS = [tuple(line.split()) for line in _MONTHS]  # type: ignore[misc]  # noqa: RUF012  dateutil takes any length


_PARSER = dateutil_parser.parser(_Info())
_DEFAULT = datetime(2000, 1, 1)  # noqa: DTZ001  a date may be naive here on purpose
_ISO = re.compile(r"^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)\d{4}[./-]\d{1,2}[./-]\d{1,2}")
_TIMED = re.compile(r"\d{1,2}:\d{2}|\d{1,2}\s*[ap]m\b")
_CLOCK_ONLY = re.compile(r"^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?$")
_HALF = re.compile(r"\b([ap])\.? ?m\.?(?!\w)")
_HOUR = re.compile(r"\b(\d{1,2}) ?h ?(\d{2})(?: ?(?:m|min)? ?(\d{2}) ?s?)?\b")
_EPOCH = re.compile(r"^\d{9,10}(?:\.\d+)?$|^\d{12,13}$")
_COMPACT = re.compile(r"^(?:19|20)\d{6}$")
_WORD = re.compile(r"[^\W\d_]+")
_OFFSET = re.compile(r"(?:gmt|utc)\s*([+-]\d{1,2}:?\d{2})")
_SMALL = re.compile(r"\b(?:a|as|um|uhr|om|alle|ore|klo|las|le|el|il|de|del|den)\b")
_ABBREVIATION = re.compile(r"(?<=[\d\s)])\(?\b(?!am\b|pm\b)([a-z]{1,5})\b\)?$")
_WEEKDAY = re.compile(r"^[^\W\d_]+[.,]*\s+(?=.*\d)")


def tidy(text: str) -> str:
    """A date cell in plain small letters: no accents, no odd spaces, `p. m.` as `pm`, `14h30` as `14:30`."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = " ".join(text.replace("'", " ").split())
    text = _HALF.sub(r"\1m", _OFFSET.sub(r"\1", text))
    text = _HOUR.sub(lambda found: ":".join(part for part in found.groups() if part), text)
    text = " ".join(_SMALL.sub(" ", _drop_weekday(text)).split())
    return _ABBREVIATION.sub(_keep_utc, text).strip()


def _keep_utc(match: re.Match[str]) -> str:
    """CEST or PST at the end is dropped (the wall time stays); UTC is kept, and so is a month."""
    if match[1] in ("utc", "gmt", "z"):
        return " UTC"
    return match[0] if match[1] in _MONTH_WORDS else ""


def _drop_weekday(text: str) -> str:
    """`mar, 18/07/2023` is a Tuesday, `mar 7, 2023` is March: a first word goes if the date is whole without it."""
    match = _WEEKDAY.match(text)
    if not match:
        return text
    rest = text[match.end() :]
    whole = _NUMERIC.search(rest) or _YEAR_FIRST.search(rest) or _has_month(rest)
    return rest if whole or not _has_month(match[0]) else text


def _has_month(text: str) -> bool:
    return any(word in _MONTH_WORDS for word in _WORD.findall(text))


def order_of(cells: Sequence[str], *, english: bool) -> Order:
    """Day first or month first, from the whole column; `english` says what to think when it does not tell."""
    dates = [match for match in map(_NUMERIC.search, map(tidy, cells)) if match]
    if not dates:
        return Order(day_first=not english)
    firsts = sum(int(match[1]) > 12 for match in dates)
    seconds = sum(int(match[2]) > 12 for match in dates)
    if firsts or seconds:
        mixed = firsts and seconds
        doubt = (
            "some dates have the day first and some the month; each was read the only way it can be" if mixed else ""
        )
        return Order(firsts >= seconds, doubt)
    if "." in dates[0][0]:
        return Order(day_first=True)
    jumps = {day_first: _jumps(dates, day_first=day_first) for day_first in (True, False)}
    likely = not english if jumps[True] == jumps[False] else jumps[True] < jumps[False]
    way = "day" if likely else "month"
    return Order(
        likely, f"no date in the file tells whether the day or the month comes first; read with the {way} first"
    )


def _jumps(dates: Sequence[re.Match[str]], *, day_first: bool) -> int:
    """How often the column changes its direction when read this way: a file is mostly sorted."""
    days = [(int(m[3]), *((int(m[2]), int(m[1])) if day_first else (int(m[1]), int(m[2])))) for m in dates]
    ups = [later > earlier for earlier, later in pairwise(days) if later != earlier]
    return min(sum(ups), len(ups) - sum(ups))


def moment(cell: str, order: Order) -> Moment | None:
    """What a date cell says; None when it is blank, ValueError when it is no date."""
    text = cell.strip()
    if not text or text.casefold() in ("nan", "nat", "none", "null", "-", "--"):
        return None
    found = _plain(text) or _parse(text, order)
    if not 1 < found.at.year < 9999:  # a change of zone would leave the calendar
        raise ValueError(f"“{text[:40]}” is not a date")
    return found


def _plain(text: str) -> Moment | None:
    """ISO 8601, epoch seconds or milliseconds, 20240501: what needs no guessing."""
    if _ISO.match(text):
        try:
            return Moment(datetime.fromisoformat(text), timed=len(text) > 10)
        except ValueError:
            return None
    if _EPOCH.match(text):
        return _epoch(float(text))
    if _COMPACT.match(text):
        return Moment(datetime.strptime(text, "%Y%m%d"), timed=False)  # noqa: DTZ007
    return None


def _epoch(value: float) -> Moment:
    seconds = value / 1000 if value > 1e11 else value
    return Moment(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), timed=True)


def _parse(cell: str, order: Order) -> Moment:
    if len(cell) > 80:
        raise ValueError(f"“{cell[:30]}…” is not a date")
    text = tidy(cell)
    if _CLOCK_ONLY.match(text):
        return Moment(_dateutil(cell, text, day_first=False), timed=True, dated=False)
    numeric = _NUMERIC.search(text)
    if not (numeric or _YEAR_FIRST.search(text) or (_has_month(text) and len(re.findall(r"\d+", text)) > 1)):
        raise ValueError(f"“{cell[:40]}” is not a date")
    day_first = order.day_first
    if numeric:
        first, second = int(numeric[1]), int(numeric[2])
        day_first = first > 12 or (second <= 12 and order.day_first)
    at = _dateutil(cell, text, day_first=bool(numeric) and day_first)
    return Moment(at, timed=bool(_TIMED.search(text)))


def _dateutil(cell: str, text: str, *, day_first: bool) -> datetime:
    try:
        return _PARSER.parse(text, default=_DEFAULT, dayfirst=day_first, tzinfos=_zone)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, ArithmeticError):
        raise ValueError(f"“{cell[:40]}” is not a date") from None


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """Numeric offsets as they are, even +16:00; of the abbreviations only UTC is no guess."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    return UTC if name and name.upper() in ("UTC", "GMT", "Z") else None
