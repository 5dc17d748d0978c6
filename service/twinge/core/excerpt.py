"""As much of a text as fits into so many bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"


def shorten(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis, in at most `most` bytes of UTF-8; no letter is cut in two."""
    raw = text.encode(errors="replace")
    if len(raw) <= most:
        return raw.decode()
    return raw[: max(0, most - len(ELLIPSIS.encode()))].decode(errors="ignore") + ELLIPSIS


def pack(write: Callable[[str], bytes], text: str, most: int) -> bytes:
    """What `write` makes of the text, or of as much of it as leaves the whole at most `most` bytes.

    `write` may escape letters, and makes more bytes of a longer beginning.
    """
    raw = text.encode(errors="replace")
    if len(raw) <= most and len(whole := write(raw.decode())) <= most:
        return whole  # Asked first: cut short it may be longer, where the ellipsis is escaped.
    lengths = range(min(len(raw), most) + 1)
    fits = bisect_right(lengths, most, key=lambda length: len(write(shorten(text, length))))
    return write(shorten(text, lengths[max(0, fits - 1)]))
