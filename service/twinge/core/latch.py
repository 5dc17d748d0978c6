"""Hysteresis: a condition that was told stays lit until it clears by its margin, and is not told again while lit."""

from __future__ import annotations

from twinge.core.model import Answer, Finding, Standing, Unjudged
from twinge.core.state import Lit


def latch(lit: tuple[Lit, ...], rule: str, answer: Answer) -> tuple[Finding | Unjudged | None, tuple[Lit, ...]]:
    """What of a rule's answer is news, and what is lit after it. A higher band is news; not knowing changes nothing."""
    if isinstance(answer, Standing):
        return None, lit
    if isinstance(answer, Unjudged):
        return answer, lit
    if answer is None and not lit:
        return None, lit
    others = tuple(one for one in lit if one.rule != rule)
    if answer is None:
        return None, others
    if answer.band <= band_of(lit, rule):
        return None, lit
    return answer, tuple(sorted((*others, Lit(rule, answer.band))))


def band_of(lit: tuple[Lit, ...], rule: str) -> int:
    """The band in which a rule is lit; 0 when it is not."""
    return next((one.band for one in lit if one.rule == rule), 0)
