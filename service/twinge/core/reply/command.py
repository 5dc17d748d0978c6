"""Messages that are commands and nothing else: the carriers' words, and ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from twinge.core.reply.answer import Answer, Cleared, Help, Mute, Ok, Snooze, Start, Status, Stop, Unmute, Why
from twinge.core.reply.lexicon import Lexicon
from twinge.core.reply.number import numbers
from twinge.core.reply.tokens import BREAKS, words

CARRIED: Final[dict[str, Answer]] = {"stop": Stop(), "help": Help()}
PLAIN: Final[dict[str, Answer]] = {"why": Why(), "status": Status(), "cleared": Cleared()}
MOST_DAYS: Final = 30
DAYS: Final = {"day": 1, "week": 7, "month": 30}
"""Hours make one day: the shortest silence there is."""


class _Part(NamedTuple):
    meaning: str
    """Empty for a word that is no part of a command."""
    word: str


def carrier(found: Sequence[str], lexicon: Lexicon) -> Answer | None:
    """Stop, Start or Help where the whole message is one of the carriers' words, a *please* aside.

    START is taken alone: a "yes, please" is an answer to something, and no consent.
    """
    said = [part.meaning for part in _parts(found, lexicon)]
    if said == ["start"]:
        return Start()
    meant = set(said) - {"polite"}
    return CARRIED.get(meant.pop()) if len(meant) == 1 else None


def opts_out(found: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a clause asks us to stop writing, with nothing in it that limits the wish ("at night").

    Any reasonable way of saying so counts (FCC, in force since April 2025).
    """
    for is_break, clause in groupby(found, key=BREAKS.__contains__):
        meanings = {meaning for span in lexicon.find([] if is_break else list(clause)) for meaning in span.meanings}
        if "opt_out" in meanings and "limit" not in meanings:
            return True
    return False


def command(found: Sequence[str], lexicon: Lexicon, known: Mapping[str, str]) -> Answer | None:
    """The command a whole message is, courtesies aside; None where any other word is in it."""
    parts = [part for part in _parts(found, lexicon) if part.meaning != "polite"]
    asked = [part for part in parts if part.meaning != "ok"]
    match [part.meaning for part in asked]:
        case []:
            return Ok() if parts else None
        case [alone] if alone in PLAIN:
            return PLAIN[alone]
        case ["mute" | "unmute" as what, *_]:
            return _muted(what, [part.word for part in asked[1:]])
        case meanings if meanings.count("snooze") == 1:
            return _snoozed([part for part in asked if part.meaning != "snooze"], known)
    return None


def _parts(found: Sequence[str], lexicon: Lexicon) -> list[_Part]:
    plain = words(list(found))
    spans = {span.start: span for span in lexicon.find(plain)}
    parts, at = [], 0
    while at < len(plain):
        span = spans.get(at)
        parts.append(_Part(span.meanings[0] if span and span.meanings else "", plain[at]))
        at = span.end if span else at + 1
    return parts


def _muted(what: str, rule: list[str]) -> Answer | None:
    """A rule is named by one or two letters and a number: L01, l1, RR02."""
    make = Mute if what == "mute" else Unmute
    match rule:
        case []:
            return make()
        case [letters, number] if len(letters) <= 2 and letters.isalpha() and letters.isascii() and len(number) <= 2:
            return make(f"{letters.upper()}{int(number):02}") if number.isdecimal() else None
    return None


def _snoozed(parts: list[_Part], known: Mapping[str, str]) -> Snooze | None:
    """One day unless a number or a unit is given; never more than thirty."""
    given = numbers([part.word for part in parts], known)
    count = given[0].value if given else 1
    units = [part.meaning for at, part in enumerate(parts) if not (given and at == given[0].start)]
    match units:
        case ["hour"]:
            return Snooze(1) if count else None
        case [] | ["day" | "week" | "month"]:
            days = count * DAYS[units[0] if units else "day"]
            return Snooze(min(days, MOST_DAYS)) if days else None
    return None
