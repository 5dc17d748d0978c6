"""The lexicons of an athlete's language: their own words and English, and what every language shares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Final, NamedTuple

from twinge.core.reply.lexicon import Lexicon, phrases
from twinge.core.reply.tokens import tokens
from twinge.core.reply.words import english, french, german, spanish

LANGUAGES: Final[dict[str, ModuleType]] = {"en": english, "de": german, "es": spanish, "fr": french}


class Vocabulary(NamedTuple):
    """What a message is read with."""

    carrier: Lexicon
    """Stop, start, help and the phrases that opt out, of every language: they have their meaning everywhere."""
    commands: Lexicon
    story: Lexicon
    numbers: Mapping[str, str]


def vocabulary(language: str) -> Vocabulary:
    """The vocabulary for a language tag ("de", "de-AT"); English alone for one we do not speak.

    Where a word means one thing in English and another in the athlete's language, theirs counts: dos is French for
    back and Spanish for two.
    """
    tag = language[:2].lower()
    return _vocabulary(tag if tag in LANGUAGES else "en")


@cache
def _vocabulary(language: str) -> Vocabulary:
    own = LANGUAGES[language]
    every = LANGUAGES.values()
    return Vocabulary(
        Lexicon(phrases(*(one.CARRIER for one in every)), _fillers(*every)),
        Lexicon(phrases(english.COMMANDS) | phrases(own.COMMANDS), _fillers(english, own)),
        Lexicon(phrases(english.STORY) | phrases(own.STORY), _fillers(english, own), _long(english, own)),
        _numbers(english) | _numbers(own),
    )


@cache
def red() -> Lexicon:
    """The stories of every language at once: a red flag is one in whatever language it is written."""
    every = LANGUAGES.values()
    return Lexicon(phrases(*(one.STORY for one in every)), _fillers(*every), _long(*every))


def _fillers(*modules: ModuleType) -> set[str]:
    return {word for one in modules for word in tokens(one.FILLERS)}


def _long(*modules: ModuleType) -> list[str]:
    return [word for one in modules for word in phrases({"": "|".join(one.LONG.split())})]


def _numbers(module: ModuleType) -> dict[str, str]:
    """Word → what it is around numbers; each word alone, for they are looked up one by one."""
    return {word: meaning for word, [meaning, *_] in phrases(module.NUMBERS).items()}
