"""What travels between the house and the process that reads: frames of plain numbers, typed on arrival."""

from __future__ import annotations

from datetime import datetime

import msgspec

from twinge.core.model import Activity

LENGTH = 4
"""Bytes before each frame that say how long it is, big-endian."""
LONGEST_ANSWER = 4 * 1024 * 1024


class Ask(msgspec.Struct):
    """Read this."""

    body: bytes
    member: str | None = None
    """Of a zip: which file."""
    sport: str = ""
    start: datetime | None = None
    """What to take where the file does not say."""


class Answer(msgspec.Struct):
    """What became of it: one of the three."""

    activities: tuple[Activity, ...] = ()
    members: tuple[str, ...] = ()
    """It is a zip: ask for each of these."""
    wrong: str = ""
    spent: bool = False
    """The process has grown, and ends itself."""


write_ask = msgspec.msgpack.Encoder().encode
read_ask = msgspec.msgpack.Decoder(Ask).decode
write_answer = msgspec.json.Encoder().encode
"""JSON, because MessagePack's times have no offset."""
read_answer = msgspec.json.Decoder(Answer).decode


def frame(body: bytes) -> bytes:
    """With its length before it."""
    return len(body).to_bytes(LENGTH, "big") + body
