"""What a listing is narrowed to: each parameter with its reader, and a 400 with its name for a wrong value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from twinge.core.model import FAMILY, GENTLE, Severity
from twinge.core.rules import CATALOGUE
from twinge.core.sport import OTHER
from twinge.event import plausible
from twinge.store import Filter
from twinge.web.answer import Problem
from twinge.web.api.listing import Cut, wanted

LONGEST: Final = 250
"""Letters of a value."""

Reader = Callable[[str], Any]
"""A parameter's text as the value of its field; raises ValueError with the end of a sentence."""
Readers = Mapping[str, Reader]


def asked(request: web.Request, readers: Readers) -> tuple[Cut, Filter]:
    """The page asked for and what it is narrowed to; a parameter that is not among `readers` is refused."""
    return wanted(request, *readers), narrowed(request, readers)


def narrowed(request: web.Request, readers: Readers) -> Filter:
    """What the listing is narrowed to."""
    found = {
        FIELDS.get(name, name): _read(name, read, request.query[name])
        for name, read in readers.items()
        if name in request.query
    }
    only = Filter(**found)
    if only.since is not None and only.until is not None and only.until < only.since:
        raise Problem(400, "invalid", "to must not be before from.", field="to")
    return only


def _read(name: str, read: Reader, text: str) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise Problem(400, "invalid", f"{name} {error}.", field=name) from None


def instant(text: str) -> datetime:
    """RFC 3339 with an offset. A plus that nobody escaped arrives as a blank."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        if at.tzinfo is None or not plausible(at):
            raise ValueError
    except ValueError:
        raise ValueError("must be an instant with its offset, like 2026-05-04T10:00:00Z") from None
    return at


def day(text: str) -> datetime:
    """The first moment of a day, as a day of UTC."""
    try:
        at = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        if not plausible(at):
            raise ValueError
    except ValueError:
        raise ValueError("must be a day, like 2026-05-04") from None
    return at


def one_of(*words: str) -> Reader:
    """One of these words."""

    def read(text: str) -> str:
        return _among(text, words)

    return read


def _among(text: str, words: Collection[str]) -> str:
    if text not in words:
        raise ValueError(f"must be one of {', '.join(words)}")
    return text


def sport(text: str) -> str:
    """One of our sports."""
    return _among(text, SPORTS)


def severity(text: str) -> Severity:
    """A severity by its word."""
    return Severity[_among(text, [one.word for one in Severity]).upper()]


def rule(text: str) -> str:
    """A rule by its id."""
    if text not in {one.id for one in CATALOGUE}:
        raise ValueError("must be a rule of ours; GET /api/v1/rules lists them")
    return text


def word(text: str) -> str:
    """A word of the house, such as the reason of a silence."""
    if not re.fullmatch(r"[a-z_]{1,40}", text):
        raise ValueError("must be a word of small letters and underscores")
    return text


def line(text: str) -> str:
    """Any printable text on one line."""
    if not (text.isprintable() and 1 <= len(text) <= LONGEST):
        raise ValueError(f"must be 1 to {LONGEST} printable characters")
    return text


SPORTS: Final = sorted({*FAMILY, *GENTLE, OTHER})
FIELDS: Final = {"from": "since", "to": "until"}
"""Parameters that are not called like their field."""
SPAN: Final[Readers] = {"from": instant, "to": instant}
"""From an instant on (included), before another (left out)."""
DAYS: Final[Readers] = {"from": day, "to": day}
"""The same with days."""
