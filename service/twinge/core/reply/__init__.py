"""What an athlete wrote back: `parse(text, language) -> Answer`.

English, German, Spanish and French; English and the carriers' words are understood in each of them. In this order:
a carrier's word alone (STOP, START, HELP), a red flag (in whatever language), a phrase that opts out, a command, a
story of pain or of relief, bare digits. What is none of these is `Unclear`, and is not guessed at.

Words are data: `words/` has one file a language. Matching is by plain words without case and accents, linear in
the text, of which the first thousand characters are read; nothing is raised, and nothing of the text is kept.
"""

from __future__ import annotations

from twinge.core.reply.answer import (
    FLAGS,
    RED_FLAGS,
    SIDES,
    SITES,
    Answer,
    Better,
    Cleared,
    Digits,
    Help,
    Mute,
    Ok,
    Pain,
    Seen,
    Snooze,
    Start,
    Status,
    Stop,
    Unclear,
    Unmute,
    Walked,
    Why,
)
from twinge.core.reply.clause import weigh
from twinge.core.reply.command import carrier, command, opts_out
from twinge.core.reply.number import digits
from twinge.core.reply.sign import signs
from twinge.core.reply.story import story
from twinge.core.reply.tokens import tokens
from twinge.core.reply.vocabulary import red, vocabulary

__all__ = [
    "FLAGS",
    "RED_FLAGS",
    "SIDES",
    "SITES",
    "Answer",
    "Better",
    "Cleared",
    "Digits",
    "Help",
    "Mute",
    "Ok",
    "Pain",
    "Seen",
    "Snooze",
    "Start",
    "Status",
    "Stop",
    "Unclear",
    "Unmute",
    "Walked",
    "Why",
    "parse",
]


def parse(text: str, language: str = "en") -> Answer:
    """What `text` means to an athlete of `language` (a tag such as "de" or "fr-CA"; others are read as English)."""
    found = tokens(text)
    known = vocabulary(language)
    alone = carrier(found, known.carrier)
    if alone:
        return alone
    flags = _red_flags(found)
    if opts_out(found, known.carrier):
        if not flags:
            return Stop()
        flags.add("opt_out")
    asked = command(found, known.commands, known.numbers)
    return asked or story(found, known.story, flags, known.numbers) or digits(found, known.numbers) or Unclear()


def _red_flags(found: list[str]) -> set[str]:
    return signs(weigh(found, red().find(found), cautious=True)) & set(RED_FLAGS)
