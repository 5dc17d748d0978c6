"""Numbers in a message: bare digits, a pain score among kilometres and days, minutes of a walk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from twinge.core.reply.answer import Digits
from twinge.core.reply.tokens import words

NUMBERS: Final = frozenset(str(number) for number in range(11))
MOST_DIGITS: Final = 6
"""Digits of one number, and choices in one message; more is a telephone number and none of ours."""
MOST_MINUTES: Final = 600
UNITS: Final = frozenset({"unit", "minute", "hour", "day", "week", "month"})


class Number(NamedTuple):
    """A number as it stands in a message."""

    value: int
    """A decimal is rounded up: half a point more is the careful reading."""
    start: int
    end: int
    sure: bool
    """It was given out of ten, or as the number of now."""
    article: bool
    """A word that is also an article: un, eine, one."""


def numbers(found: Sequence[str], known: Mapping[str, str]) -> list[Number]:
    """Every number in the tokens. `known` maps number words ("four" → "4") and the small words around numbers."""
    given, at = [], 0
    while at < len(found):
        number = _number(found, at, known)
        if number:
            given.append(number)
        at = number.end if number else at + 1
    return given


def _number(found: Sequence[str], at: int, known: Mapping[str, str]) -> Number | None:
    value = _value(found[at], known)
    if value is None:
        return None
    out = at + 1 + (at + 1 < len(found) and found[at + 1] == "out")
    of_ten = out + 1 < len(found) and known.get(found[out]) == "of" and _value(found[out + 1], known) == 10
    tenths = of_ten or found[at].endswith("/10")
    return Number(value, at, out + 2 if of_ten else at + 1, tenths, known.get(found[at]) == "article")


def _value(token: str, known: Mapping[str, str]) -> int | None:
    """The number a token is, or None: a time, a fraction that is not in tenths, a word."""
    if not token[0].isdecimal():
        word = known.get(token, "")
        return 1 if word == "article" else int(word) if word in NUMBERS else None
    if token.endswith("/10"):
        token = token.removesuffix("/10")
    whole, _, part = token.replace(",", ".").partition(".")
    if not whole.isdecimal() or len(whole) > MOST_DIGITS or (part and len(part) > 1):
        return None
    return int(whole) + (part not in ("", "0"))


def score(found: Sequence[str], known: Mapping[str, str], taken: Collection[int] = ()) -> Number | None:
    """The pain score among the numbers: one out of ten, else the one of now, else the highest that measures nothing.

    `taken` are the places of tokens that say something else already ("the two legs").
    """
    given = [number for number in numbers(found, known) if number.start not in taken]
    may_be = [number for number in given if number.value <= 10 and not _measures(number, found, known)]
    tenths = [number for number in may_be if number.sure]
    of_now = [number for number in may_be if "now" in _around(number, found, known)]
    best = max(tenths or of_now or may_be, default=None)
    return best._replace(sure=bool(tenths or of_now)) if best else None


def _around(number: Number, found: Sequence[str], known: Mapping[str, str]) -> tuple[str | None, str | None]:
    """What the words before and after a number say of it."""
    before = known.get(found[number.start - 1]) if number.start else None
    return before, known.get(found[number.end]) if number.end < len(found) else None


def _measures(number: Number, found: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether a number is kilometres, days, an article, or the count of something."""
    before, after = _around(number, found, known)
    named = before in UNITS and not (number.start > 1 and found[number.start - 2][0].isdecimal() and before != "hour")
    return not number.sure and (before == "counted" or named or after in UNITS or number.article)


def minutes(found: Sequence[str], known: Mapping[str, str]) -> int | None:
    """The longest time given in minutes or hours."""
    times = []
    for number in numbers(found, known):
        each = {"minute": 1, "hour": 60}.get(_around(number, found, known)[1] or "")
        if each and 0 < number.value * each <= MOST_MINUTES:
            times.append(number.value * each)
    return max(times, default=None)


def digits(found: Sequence[str], known: Mapping[str, str]) -> Digits | None:
    """The message as bare numbers, or None if it says more. "4/10" is 4; "2,6" is 2 and 6; "2.5" is 3."""
    plain = [part for token in words(list(found)) for part in token.split(",")]
    given = numbers(plain, known)
    covered = {at for number in given for at in range(number.start, number.end)}
    if any(known.get(token) not in ("aside", "now", "of") for at, token in enumerate(plain) if at not in covered):
        return None
    values = tuple(number.value for number in given)
    if not values or len(values) > MOST_DIGITS or (len(values) > 1 and max(values) > 99):
        return None
    text = " ".join(plain[number.start] if plain[number.start].isdecimal() else str(number.value) for number in given)
    return Digits(values, text)
