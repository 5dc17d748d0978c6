"""A message as plain words: no case, no accents, no apostrophes, and two kinds of break between clauses."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 1_000
"""Characters that are read. An SMS of six parts has 918."""
END: Final = "."
"""The token for a full stop and its kin."""
PAUSE: Final = ","
"""The token for a comma or a bracket: a list may go on behind it."""
BREAKS: Final = frozenset({END, PAUSE})

_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ`´′ʹ"), "'")
_LETTERS = {
    ord(letter): plain for letter, plain in {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "⁄": "/", "🔟": "10"}.items()
}
"""What decomposition leaves whole."""
_ENGLISH = re.compile(r"'(?=(?:t|s|m|d|re|ve|ll)\b)")
"""can't is cant, but l'aine is l and aine."""
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_TOKEN = re.compile(
    r"[^\W\d_]+|[0-9]+(?:[.,:][0-9]+)?|(?P<end>[.;!?\n\r…]+)|(?P<pause>[,()]+)|[/%]|[👍👌🙏✅💪👏🫡❤😊🙂😀😁👎]"
)


def tokens(text: str) -> list[str]:
    """The words, numbers and breaks of the first thousand characters. Numbers keep their decimals and tenths.

    >>> tokens("Can't feel my foot — 4 / 10!")
    ['cant', 'feel', 'my', 'foot', '4/10', '.']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(_fold(text)):
        word = END if match["end"] else PAUSE if match["pause"] else match[0]
        if word[0].isdecimal() and len(found) > 1 and found[-1] == "/" and found[-2][0].isdecimal():
            found[-2:] = [f"{found[-2]}/{word}"]
        else:
            found.append(word)
    return [word for word in found if word != "/"]


def words(found: list[str]) -> list[str]:
    """The tokens without the breaks."""
    return [token for token in found if token not in BREAKS]


def _fold(text: str) -> str:
    shown = (char for char in text[:LONGEST] if unicodedata.category(char) != "Cf")
    apart = unicodedata.normalize("NFKD", "".join(shown).translate(_APOSTROPHES)).casefold().translate(_LETTERS)
    plain = "".join(_plain(char) for char in apart if not unicodedata.combining(char))[: 2 * LONGEST]
    return _DRAWN_OUT.sub(r"\1\1", _ENGLISH.sub("", plain))


def _plain(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char
