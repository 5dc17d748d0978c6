"""XML, walked once with expat: no tree, no entities of the file's own, and nothing kept but what is asked for.

A document type is refused outright: neither GPX nor TCX has one, and it is where XML bombs are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final, NoReturn
from xml.parsers import expat

from twinge.plugin import Rejected

DEEPEST: Final = 64
LONGEST_TEXT: Final = 10_000
"""Characters of one element: nothing that is read here is longer."""
PIECE: Final = 65_536

Opened = Callable[[str, Mapping[str, str]], None]
"""Hears each element as it begins: its name without namespace, in lower case, and its attributes alike."""
Closed = Callable[[str, str], None]
"""Hears each element as it ends: its name and its own text."""


class Walk:
    """One pass through a document. `path` are the names of the open elements, outermost first."""

    def __init__(self, opened: Opened, closed: Closed) -> None:
        self.path: list[str] = []
        self._opened, self._closed = opened, closed
        self._texts: list[list[str]] = []

    def over(self, body: bytes) -> None:
        """Raises `Rejected` for what is no XML, breaks off, nests too deeply or brings a document type."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            for first in range(0, len(body), PIECE):
                parser.Parse(body[first : first + PIECE], first + PIECE >= len(body))
        except (expat.ExpatError, LookupError, UnicodeError) as error:
            line = getattr(error, "lineno", None)
            where = f" (line {line})" if line else ""
            raise Rejected(f"the file is damaged or breaks off: no XML{where}; export it again") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) >= DEEPEST:
            raise Rejected("the XML is nested too deeply to be a workout")
        self.path.append(local(name))
        self._texts.append([])
        self._opened(self.path[-1], {local(key): value for key, value in attributes.items()})

    def _end(self, _: str) -> None:
        text = "".join(self._texts.pop())
        self._closed(self.path[-1], text.strip())
        self.path.pop()

    def _text(self, text: str) -> None:
        if self._texts and len(self._texts[-1]) < PIECE:
            self._texts[-1].append(text[:LONGEST_TEXT])


class _Root(Exception):
    """The first element has begun."""


def root(body: bytes) -> str:
    """The name of the first element; empty where there is none, as in what is no XML at all."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def found(name: str, _: Any) -> NoReturn:
        raise _Root(local(name))

    def typed(name: str, *_: Any) -> None:
        """A web page's is no bomb, and no workout either."""
        if local(name) == "html":
            raise _Root("html")
        _refuse_doctype()

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = found, typed
    try:
        parser.Parse(body[:PIECE], False)
    except _Root as name:
        return str(name)
    except (expat.ExpatError, LookupError, UnicodeError):
        pass
    return ""


def _refuse_doctype(*_: Any) -> NoReturn:
    raise Rejected("the XML brings a document type of its own (DOCTYPE), which no GPX or TCX does: export it again")


def local(name: str) -> str:
    """A name without its namespace, declared or not, in lower case."""
    return name.rpartition(" ")[2].rpartition(":")[2].lower()


def number(text: str) -> float | None:
    """A number, also with a decimal comma; None for everything else."""
    try:
        value = float(text.replace(",", ".")) if len(text) < 40 else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def time(text: str) -> datetime | None:
    """An xsd:dateTime; without an offset it is UTC, which is what the exporters mean that leave it out."""
    try:
        at = datetime.fromisoformat(text) if len(text) < 40 else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)
