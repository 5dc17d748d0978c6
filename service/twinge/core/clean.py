"""Text without what is no letter: control characters, and marks that turn the direction of reading around.

A control character makes a provider's XML invalid (Twilio's error 12100), moves a terminal's cursor, and splits a line
of a log in two. The marks (Unicode TR 36, section 3.1.1) make a text read differently from what it is. Line feeds stay;
so do joiners, which emoji and several scripts need.
"""

from __future__ import annotations

from typing import Final

_CONTROLS: Final = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n")}
_TURNS: Final = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_GONE: Final[dict[int, str | None]] = {**dict.fromkeys(_CONTROLS | _TURNS), 0x09: " ", 0x2028: "\n", 0x2029: "\n"}


def clean(text: str) -> str:
    """`text` without them: tabs become spaces, separators of lines and paragraphs line feeds.

    >>> clean("rest\\x1b[2J\\r\\n\\x00now")
    'rest[2J\\nnow'
    """
    return text if text.isascii() and text.isprintable() else text.translate(_GONE)
