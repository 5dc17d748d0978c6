"""Addresses of charts for whoever shows a picture beside a message: sealed, and good for as long as the message is.

Whoever has such an address sees the chart, and nobody else does: the message's and the athlete's ids stand in it
encrypted (Fernet), and nothing on the picture says whose it is.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twinge.core.model import Athlete, Facts, Nudge, Severity
from twinge.core.pack import STANDARD
from twinge.why.levels import levels

LONGEST: Final = 600
"""Letters of a token."""
SHOWN: Final = frozenset({Severity.SLOW_DOWN, Severity.REST})
"""What may come with a picture: nothing of the pain story, no question, nothing that is urgent."""
ROUTE: Final = "/i/"


class Named(NamedTuple):
    """What an address leads to."""

    athlete: str
    nudge: str


class _Sealed(msgspec.Struct, array_like=True):
    athlete: str
    nudge: str
    until: int


_read = msgspec.msgpack.Decoder(_Sealed).decode


class Links:
    """Makes and reads the addresses of one house."""

    def __init__(self, secrets: Sequence[bytes], public_url: str) -> None:
        """`secret` is the house's own, of any length, or several (the first makes addresses, all of them open some).

        Without https there are no addresses: they are keys.
        """
        keys = (HKDF(algorithm=SHA256(), length=32, salt=None, info=b"twinge pictures").derive(one) for one in secrets)
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        self._root = public_url.rstrip("/") if public_url.startswith("https://") else ""

    @property
    def usable(self) -> bool:
        """Whether there are any addresses here."""
        return bool(self._root)

    def url(self, nudge: Nudge, athlete: Athlete, now: datetime) -> str | None:
        """Where the chart of a message is until it expires; None where it has none, or the athlete wants none."""
        if not self._root or not athlete.preferences.pictures or pictured(nudge) is None:
            return None
        value = msgspec.msgpack.encode(
            _Sealed(athlete.id, nudge.copy_of or nudge.id, int(nudge.expires_at.timestamp()))
        )
        token = self._fernet.encrypt_at_time(value, int(now.timestamp())).decode().rstrip("=")
        return f"{self._root}{ROUTE}{token}.png"

    def open(self, token: str, now: datetime) -> Named | None:
        """What a token leads to; None for one that is not ours, or whose message has expired."""
        if len(token) > LONGEST:
            return None
        try:
            held = _read(self._fernet.decrypt(token + "=" * (-len(token) % 4)))
        except (InvalidToken, msgspec.DecodeError, binascii.Error, ValueError):
            return None
        return Named(held.athlete, held.nudge) if now.timestamp() < held.until else None


def pictured(nudge: Nudge) -> str | None:
    """The rule whose chart stands for the whole message: the first with two numbers to show."""
    if nudge.severity not in SHOWN:
        return None
    return next((rule for rule in nudge.rules if _shows(rule, nudge.facts.get(rule, {}))), None)


def _shows(rule: str, facts: Facts | object) -> bool:
    found = levels(rule, facts, STANDARD) if isinstance(facts, Mapping) else None
    return found is not None and len(found.found) > 1
