"""Bytes from outside as types, or `Rejected` naming the field; never another exception."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, NoReturn, TypeVar

import msgspec
from msgspec import Meta

from twinge.event.shapes import TYPES, Event
from twinge.plugin import Rejected

LARGEST_LIST = 1_000
"""Events in one delivery."""

T = TypeVar("T")

_ONE_OR_MANY = msgspec.json.Decoder[Event | list[Event]](Annotated[list[Event], Meta(max_length=LARGEST_LIST)] | Event)


def decode(body: bytes) -> list[Event]:
    """The events of a body that holds one object or a list of up to 1,000. Raises `Rejected` naming the field."""
    found = _guarded(_ONE_OR_MANY.decode, body)
    return found if isinstance(found, list) else [found]


def parse(kind: type[T], body: bytes) -> T:
    """A JSON body as the msgspec type `kind`, for any adapter; raises `Rejected` naming the field, nothing else."""
    return _guarded(lambda raw: msgspec.json.decode(raw, type=kind), body)


def _guarded(read: Callable[[bytes], T], body: bytes) -> T:
    if rb"\u0000" in body:  # PostgreSQL keeps it in no text; one escaped backslash before it is not worth a parser
        raise Rejected("The body holds a NUL character, which no text here may.")
    try:
        return read(body)
    except RecursionError:
        raise Rejected("The JSON is nested too deeply.") from None
    except UnicodeError:
        raise Rejected("The body must be JSON in UTF-8.") from None
    except ValueError as error:  # msgspec's own errors, malformed and mistyped alike, are ValueErrors
        _refuse(str(error))


_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_NAMED = re.compile(r"(?:Object missing required f|F)ield `(\w+)`")


def _refuse(message: str) -> NoReturn:
    """Turn the decoder's sentence into ours: the field by its path, and never a value out of the body."""
    place = _PLACE.search(message)
    path = place[1] if place else ""
    words = message[: place.start()] if place else message
    if named := _NAMED.match(words):
        path = f"{path}.{named[1]}" if path else named[1]
    if words.startswith("Invalid value "):
        words = f"must be one of {', '.join(TYPES)}" if path.endswith("type") else "is not one of the values allowed"
    raise Rejected(f"{path}: {words}" if path else words, field=path or None) from None
