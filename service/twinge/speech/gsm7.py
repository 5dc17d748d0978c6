"""Text for one SMS: the letters of the GSM-7 alphabet, 160 of them.

GSM-7 (3GPP TS 23.038, 6.2.1) has ä ö ü ß é è ù à ñ ¿ ¡ and lacks á í ó ú, ê ô î û ç and the no-break spaces of CLDR.
One letter outside it makes the whole message UCS-2: 70 characters instead of 160, and two or three times the price.
"""

from __future__ import annotations

from collections.abc import Iterable

SEGMENT = 160
"""Letters of one SMS; the second segment costs as much as the first."""
PART = 153
"""Letters of each segment where there are several: seven go to their numbering."""

_BARE = str.maketrans(
    {
        **dict(zip("áíóúâêîôûëïÁÍÓÚÀÈÊçœ", [*"aiouaeiouei", *"AIOUAEE", "c", "oe"], strict=True)),
        "\u00a0": " ",
        "\u202f": " ",
        "\u2019": "'",
        "\u2013": "-",
        "\u2026": "...",
    }
)


def plain(text: str) -> str:
    """`text` without the accents that GSM-7 lacks, as people have always texted: más → mas, fenêtre → fenetre.

    What GSM-7 has stays: ñ, é, ü. The catalogues are spelled in full; this is the last step.
    """
    return text.translate(_BARE)


def segments(text: str) -> int:
    """How many SMS a plain text takes; ours has none of the few letters (€, brackets) that count twice."""
    return 1 if len(text) <= SEGMENT else -(-len(text) // PART)


def fitting(messages: Iterable[str], most: int = 1) -> str:
    """The first that takes at most so many segments, plain; else the last."""
    text = ""
    for message in messages:
        text = plain(message)
        if segments(text) <= most:
            break
    return text
