"""A plain yes or no, where a question was asked that only wants one: our menus want digits, people write words."""

from __future__ import annotations

from typing import Final

from twinge.core.reply.tokens import tokens

YES: Final = frozenset(
    {
        *("yes", "y", "yep", "yeah", "yup", "correct", "true", "right"),
        *("ja", "j", "jo", "jawohl", "stimmt", "genau", "si", "claro", "correcto", "oui", "ouais", "exact"),
    }
)
NO: Final = frozenset(("no", "n", "nope", "nah", "not", "nein", "ne", "nee", "nicht", "falsch", "wrong", "non", "pas"))
FEW: Final = 4
"""Words of an answer that is no more than a yes or a no."""


def assent(text: str) -> bool | None:
    """True for a yes, False for a no, None for anything else; English, German, Spanish and French."""
    words = tokens(text)
    if not words or len(words) > FEW:
        return None
    if NO & set(words):
        return False
    return True if YES & set(words) else None
