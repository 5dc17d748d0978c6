"""The pages in one language: texts from the gettext file beside this one, read when the language is first spoken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from babel import negotiate_locale
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "de", "es", "fr")
FIRST: Final = LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    texts: Mapping[str, str]

    def say(self, kind: str, platform: str) -> str:
        """The text `kind` about a platform; KeyError where there is none."""
        return self.texts[kind].format(platform=platform)


@cache
def words_of(tag: str) -> Words:
    """The words for an athlete's language, such as `de-CH`; English for one that we do not speak."""
    language = tag.partition("-")[0]
    language = language if language in LANGUAGES else FIRST
    with files(__package__).joinpath(f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    texts = {str(message.id): str(message.string) for message in messages if message.id and message.string}
    return Words(language, texts)


def words_for(accepted: str) -> Words:
    """The words for a stranger, by the header Accept-Language."""
    wanted = [each.partition(";")[0].strip() for each in accepted.split(",")[:10]]
    return words_of(negotiate_locale(wanted, LANGUAGES, sep="-") or FIRST)
