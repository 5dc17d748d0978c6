"""How people answer: soon, late, never, with digits that mean nothing, or twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from random import Random

from a_year.life import Life
from twinge.core.reply import Answer, parse

MENUS: Mapping[str, Sequence[str]] = {
    "signs": ("1", "1", "1", "1", "2", "3", "5", "6", "7", "8", "26", "378", "9"),
    "bone": ("1", "1", "2", "3"),
    "site": ("1", "2", "5", "6", "9"),
    "same": ("1", "2"),
    "confirm": ("1", "1", "2"),
    "seen": ("1", "2", "2", "3"),
    "clearance": ("1", "2", "2"),
    "which_place": ("1", "2"),
    "which_question": ("1", "2"),
    "weekly": ("1111", "1111", "1112", "1211", "2322", "4444"),
}
"""What is answered to a menu; a score is as the ache is."""
NONSENSE = ("77", "0", "9", "123", "5", "11111")
DELAYS: Mapping[str, Sequence[int]] = {
    "prompt": (1, 2, 5, 5, 20, 90, 400),
    "late": (500, 900, 1_800, 3_300, 4_800, 12_000),
    "muddled": (2, 30, 300),
    "twice": (1, 5, 60),
    "now and then": (30, 600, 1_500),
}
"""Manner → minutes until the answer; whoever answers "now and then" leaves half of the questions alone."""


def minutes(manner: str, random: Random) -> list[int]:
    """How many minutes after the question each answer comes."""
    if manner == "never" or (manner == "now and then" and random.random() < 0.5):
        return []
    first = random.choice(DELAYS[manner])
    return [first, first + random.choice((1, 40, 900))] if manner in {"twice", "muddled"} else [first]


def digits(life: Life, asks: str, at: datetime, random: Random) -> str:
    """The answer to a kind of question, at that moment."""
    if life.manner == "muddled" and random.random() < 0.5:
        return random.choice(NONSENSE)
    return random.choice(MENUS[asks]) if asks in MENUS else str(life.score(at))


def reply(life: Life, random: Random) -> str:
    """What is written back to advice."""
    return random.choice(("OK", "OK", "MUTE", "SNOOZE 3D") if life.mutes else ("OK",))


@cache
def understood(text: str, language: str) -> Answer:
    """The text as the service reads it; most answers of a thousand athletes are the same few digits."""
    return parse(text, language)
