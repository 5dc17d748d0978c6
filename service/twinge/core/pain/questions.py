"""The questions: what digits answer them, and how often they are said.

Answers are digits only, because the words (YES, STOP, …) are the carriers'. Silence is answered with one repeat after
12 hours, one after 72 (or at the episode's next check, if that comes first), two more a week apart, and then
with silence; what only sharpens the picture is asked twice at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twinge.core.pain.signs import BONE_MENU, MENU, SITE_MENU
from twinge.core.pain.value import Asked, Pain

LADDER: Final = "ladder"
TWICE: Final = "twice"
ONCE: Final = "once"


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of question."""

    kind: str
    says: str
    """The message that asks it alone, and again."""
    patience: str
    """ladder · twice · once."""
    choices: tuple[str, ...] = ()
    """What 1, 2, … stand for; none: a score from 0 to 10."""
    several: bool = False
    """Whether more than one digit may be chosen; 1 then means none of them, and stands alone."""


FORMS: Final[Mapping[str, Form]] = {
    form.kind: form
    for form in (
        Form("score", "ask_score", TWICE),
        Form("signs", "ask_signs", ONCE, MENU, several=True),
        Form("bone", "ask_bone", ONCE, BONE_MENU, several=True),
        Form("site", "ask_site", ONCE, SITE_MENU),
        Form("same", "ask_same", ONCE, ("no", "yes")),
        Form("confirm", "urgent_ask", TWICE, ("no", "yes")),
        Form("check", "ask_day", LADDER),
        Form("seen", "ask_seen", LADDER, ("no", "seen_and_free", "seen_in_care")),
        Form("clearance", "ask_clearance", LADDER, ("no", "yes")),
        Form("walk", "ask_walk", LADDER),
        Form("run", "ask_run", LADDER),
        Form("return", "ask_return", LADDER),
        Form("feel", "run_in_hold_ask", ONCE),
        Form("sore", "ask_sore", ONCE),
        Form("which_place", "which_place", ONCE),
        Form("which_question", "which_question", ONCE),
        Form("weekly", "weekly_ask", TWICE, ("none", "a_little", "a_lot", "could_not")),
    )
}
SCORES: Final = frozenset(kind for kind, form in FORMS.items() if not form.choices and not kind.startswith("which"))
WEEKLY_PARTS: Final = ("took_part", "trained_less", "did_worse", "hurt")
"""The four questions of the weekly check, one digit each."""
FIRST: Final = ("confirm", "which_place", "which_question")
"""Asked in the middle of a conversation: while one of them is the newest question, digits that fit it answer it."""


def fits(asked: Asked, digits: str) -> bool:
    """Whether `digits` can answer the question."""
    form = FORMS[asked.kind]
    if not digits.isascii() or not digits.isdigit():
        return False
    if asked.kind in SCORES:
        return len(digits) <= 2 and int(digits) <= 10
    if asked.kind == "weekly":
        return len(digits) == len(WEEKLY_PARTS) and set(digits) <= set("1234")
    most = len(asked.options) or len(form.choices)
    chosen = {int(digit) for digit in digits}
    if form.several:
        return chosen <= set(range(1, most + 1)) and (1 not in chosen or chosen == {1})
    return len(digits) == 1 and 1 <= int(digits) <= most


def is_open(asked: Asked) -> bool:
    """Whether the question still waits for bare digits."""
    return asked.due is not None and asked.digits is None


def matching(pain: Pain, digits: str) -> tuple[Asked, ...]:
    """The open questions that bare `digits` could answer: one is the answer's, several want asking, none is none."""
    waiting = [asked for asked in pain.asked if is_open(asked)]
    newest = max(waiting, key=lambda asked: asked.id, default=None)
    if newest is not None and newest.kind in FIRST and fits(newest, digits):
        return (newest,)
    return tuple(asked for asked in waiting if fits(asked, digits))
