"""The catalogues: one gettext file a language, read by Babel when the language is first spoken.

A message's id is its name (`L01.reason`), not its English text: English has its file like the others. Each text holds
the names of its facts in braces, with how the fact is told after a colon: `{today:amount}` (`tongue.TELL` knows them
all). A text with a plural counts the one fact that is told as `n`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

from babel.messages.pofile import read_po

from twinge.core.model import Facts

LANGUAGES = ("en", "de", "es", "fr")
FIRST = LANGUAGES[0]
"""Whose words are used where a language lacks them, and for a language that has no file."""


class Piece(NamedTuple):
    """What stands before a fact, the fact's name, and how it is told; the last piece may have no fact."""

    before: str
    fact: str | None
    told: str


Text = tuple[Piece, ...]


class Entry(NamedTuple):
    """One message: its forms by number, and the fact that is counted."""

    forms: tuple[Text, ...]
    counted: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All messages of one language."""

    language: str
    entries: Mapping[str, Entry]
    plural: Callable[[int], int]
    """Number → which form."""

    def text(self, kind: str, facts: Facts) -> Text | None:
        """The form that fits the facts; None where the language has no such message."""
        entry = self.entries.get(kind)
        if entry is None:
            return None
        return entry.forms[0 if entry.counted is None else self.plural(facts[entry.counted])]


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of one of `LANGUAGES`; what a translator marked as fuzzy does not count as translated."""
    with files(__package__).joinpath(f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    entries = {
        message.id if isinstance(message.id, str) else message.id[0]: _entry(message.string)
        for message in messages
        if message.id and message.string and not message.fuzzy
    }
    return Catalogue(language, entries, c2py(messages.plural_expr))


def _entry(string: str | tuple[str, ...] | list[str]) -> Entry:
    forms = (string,) if isinstance(string, str) else string
    texts = tuple(tuple(_pieces(form)) for form in forms)
    counted = next((piece.fact for text in texts for piece in text if piece.told == "n"), None)
    return Entry(texts, counted)


def _pieces(text: str) -> Iterator[Piece]:
    for before, fact, told, _ in Formatter().parse(text):
        yield Piece(before, fact, told or "")
