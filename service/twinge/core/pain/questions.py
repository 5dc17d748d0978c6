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
    patience: str
    """ladder · twice · once."""
    means: str
    """For whoever writes the words."""
    choices: tuple[str, ...] = ()
    """What 1, 2, … stand for; none: a score from 0 to 10."""
    says: str = ""
    """The message that says it again."""
    several: bool = False
    """Whether more than one digit may be chosen; 1 then means none of them, and stands alone."""


YES_NO: Final = ("no", "yes")
SIGN_MENU: Final = (
    "Any of these? 1 none 2 travels down the leg 3 tingling or numb 4 weak 5 limp 6 hurts to walk 7 at night or rest "
    "8 one fingertip-sized spot 9 new bladder or bowel trouble, numb between the legs, or another emergency sign"
)

FORMS: Final[Mapping[str, Form]] = {
    form.kind: form
    for form in (
        Form("score", TWICE, "How bad is it, 0-10? And where?", says="ask_score"),
        Form("signs", ONCE, SIGN_MENU, MENU, several=True),
        Form(
            "bone",
            ONCE,
            "1 neither 2 worse the longer you run 3 a bone injury from running before",
            BONE_MENU,
            "",
            True,
        ),
        Form("site", ONCE, "Where is it? The sites, numbered.", SITE_MENU),
        Form("same", ONCE, "Is it the same place as last time? 1 no 2 yes", YES_NO),
        Form("confirm", TWICE, "Is that so? 1 no 2 yes", YES_NO, "urgent_ask"),
        Form("check", LADDER, "Worst pain walking, sitting or on stairs, 0-10", says="ask_day"),
        Form(
            "seen",
            LADDER,
            "Have you been seen? 1 no 2 yes, and I may move on 3 yes, still looked after",
            ("no", "seen_and_free", "seen_in_care"),
            "ask_seen",
        ),
        Form("clearance", LADDER, "Has somebody said you may begin to run? 1 no 2 yes", YES_NO, "ask_clearance"),
        Form("walk", LADDER, "Worst pain in the brisk walk, 0-10", says="ask_walk"),
        Form("run", LADDER, "Worst pain in the run and since, 0-10", says="ask_run"),
        Form("return", LADDER, "How is it, 0-10?", says="ask_return"),
        Form("feel", ONCE, "How did it feel, 0-10?"),
        Form("sore", ONCE, "Still sore, 0-10?"),
        Form("which_place", ONCE, "Which place do you mean? Numbered, the last may be a new one."),
        Form("which_question", ONCE, "Which question is it for? Numbered."),
        Form(
            "weekly",
            TWICE,
            "Four digits: took part, trained less, did worse, hurt; 1 none 2 a little 3 a lot 4 could not",
            ("none", "a_little", "a_lot", "could_not"),
            "weekly_ask",
        ),
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
        once = len(chosen) == len(digits)
        return once and chosen <= set(range(1, most + 1)) and (1 not in chosen or chosen == {1})
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
