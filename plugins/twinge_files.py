"""Device files: FIT, TCX and GPX, plain or as .gz or .zip (docs/files.md).

Always there: what is uploaded to the API or lies in the watched folder arrives under this name. With
TWINGE_FILES_TOKEN an app that can only post a file to a URL may use `POST /hooks/files/{token}?athlete=…`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    NotConfigured,
    OAuth,
    Pointer,
    Recorded,
    Recording,
    Rejected,
)
from twinge.plugin.signing import among, keys_of

SHORTEST_TOKEN = 16
LONGEST_NAME = 200


class Files:
    """Reads nothing of a file but its first bytes: the worker opens it, in a process of its own."""

    name: ClassVar[str] = "files"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=False, body_cap_kb=32_768)
    oauth: OAuth | None = None

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self._tokens = keys_of(" ".join(tokens))

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Files:
        """Several tokens are separated by spaces. Raises `NotConfigured` for one that can be guessed."""
        tokens = env.get("TOKEN", "").split()
        if any(len(token) < SHORTEST_TOKEN for token in keys_of(" ".join(tokens))):
            raise NotConfigured(f"TWINGE_FILES_TOKEN must have at least {SHORTEST_TOKEN} characters.")
        return cls(tokens)

    def admit(self, call: Delivery) -> None:
        """Raise `Rejected` (401) unless the path ends in a token of ours."""
        if not among(call.token, self._tokens, call.received_at):
            raise Rejected("This takes the token of TWINGE_FILES_TOKEN as the last part of the path.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """The athlete, and the SHA-256 of the file."""
        return f"{_athlete(delivery)}:{hashlib.sha256(delivery.body).hexdigest()}"

    def read(self, delivery: Delivery) -> Sequence[Recorded]:
        """The file as it is, or `Rejected` where its first bytes are of nothing that can be read."""
        if not _may_be_a_recording(delivery.body):
            raise Rejected("This is no FIT, TCX or GPX file, plain or as .gz or .zip.")
        key = f"files:{hashlib.sha256(delivery.body).hexdigest()[:32]}"
        sport = delivery.query.get("sport", "")[:80]
        return [Recorded(_athlete(delivery), Recording(key, delivery.body, sport=sport, several=True))]

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: the file comes with the call."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Nobody to ask."""
        return ()


def _athlete(delivery: Delivery) -> str:
    name = delivery.query.get("athlete", "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Rejected("Name the athlete as ?athlete=…: their id here, or as connected.", field="athlete")
    return name


def _may_be_a_recording(body: bytes) -> bool:
    head = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return (
        body[8:12] == b".FIT"
        or body.startswith((b"\x1f\x8b", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff"))
        or (head.startswith(b"<"))
    )
