"""The page in one language: texts from the gettext file beside this one, days and hours as the country writes them.

They are read by Babel when a language is first spoken, as the messages are (`twinge.speech`). A text's id is its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_skeleton, format_time, get_day_names
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "de", "es", "fr")
FIRST: Final = LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    locale: Locale
    texts: Mapping[str, str]

    def say(self, kind: str, **facts: object) -> str:
        """The text `kind` with its facts; KeyError where there is none."""
        return self.texts[kind].format(**facts)

    def knows(self, kind: str) -> bool:
        """Whether there is such a text."""
        return kind in self.texts

    def day(self, at: datetime, zone: ZoneInfo) -> str:
        """`Mon, May 4`."""
        return format_skeleton("MMMEd", at.astimezone(zone), locale=self.locale)

    def weekday(self, day: int) -> str:
        """The name of an ISO weekday, 1 to 7."""
        return str(get_day_names("wide", locale=self.locale)[day - 1])

    def date(self, day: date) -> str:
        """A day of the athlete's own: `Mon, May 4`."""
        return str(format_skeleton("MMMEd", day, locale=self.locale))

    def when(self, at: datetime, zone: ZoneInfo) -> str:
        """`Mon, May 4, 12:05 PM`."""
        return f"{self.day(at, zone)}, {format_time(at.astimezone(zone), 'short', locale=self.locale)}"


@lru_cache(maxsize=64)
def words_of(tag: str) -> Words:
    """The words for an athlete's language, such as `de-CH`; English for one that we do not speak."""
    language = tag.partition("-")[0]
    if language not in LANGUAGES:
        return Words(FIRST, Locale(FIRST), texts(FIRST))
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale(language)
    return Words(language, locale, texts(language))


def words_for(accepted: str) -> Words:
    """The words for a stranger, by the header Accept-Language."""
    wanted = [each.partition(";")[0].strip() for each in accepted.split(",")[:10]]
    return words_of(negotiate_locale(wanted, LANGUAGES, sep="-") or FIRST)


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of one of `LANGUAGES` by its id."""
    with files(__package__).joinpath(f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}
