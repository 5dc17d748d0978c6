"""Calls signed by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`.

Any of several secrets, any of several `v1` signatures; Svix senders write the same under `svix-*`. The scheme is one
HMAC over three parts, so it is spelled out: the standardwebhooks library asks the wall clock for its window, wants
text for bytes, and costs several times as much in the hottest place we have.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from twinge.plugin.dated import WINDOW_S
from twinge.plugin.delivery import Delivery
from twinge.plugin.signing import UNTIL, read_secret
from twinge.plugin.trouble import NotConfigured, Rejected

SHORTEST_KEY = 24
"""Bytes: what the scheme asks for."""
_FAMILIES = tuple(
    tuple(f"{family}-{part}" for part in ("id", "timestamp", "signature")) for family in ("webhook", "svix")
)
_LONGEST_ID = 256
_MOST_SIGNATURES = 16
_PIECE = 2_000
"""From 2,048 bytes on hashlib lets go of the interpreter's lock, and a busy server waits 30 µs to get it back."""


class Signatures:
    """Checks calls against our secrets, `whsec_…` each."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = tuple((read_secret(one), hmac.new(key_of(one), digestmod="sha256")) for one in secrets)

    def __bool__(self) -> bool:
        """Whether there is any secret."""
        return bool(self._keys)

    def check(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected` (401) unless one of our secrets signed the call within five minutes of `now`."""
        headers = delivery.headers
        names = signed_as(headers)
        if names is None or not self._keys:
            raise Rejected("The call carries no signature of Standard Webhooks.", status=401)
        call, stamp, signatures = [headers.get(name, "") for name in names]
        if not call or len(call) > _LONGEST_ID or not call.isprintable():
            raise Rejected(f"{names[0]} must be 1 to {_LONGEST_ID} printable characters.", status=401, field=names[0])
        _check_time(stamp, names[1], now)
        signed = f"{call}.{stamp}.".encode() + delivery.body
        living = [key for secret, key in self._keys if secret.counts(now)]
        expected = [b"v1," + base64.b64encode(_digest(key, signed)) for key in living]
        for given in signatures.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]:
            if _among(given, expected):
                return
        raise Rejected(f"{names[2]} matches none of our secrets.", status=401, field=names[2])


def signed_as(headers: Mapping[str, str]) -> Sequence[str] | None:
    """The three header names of the family this call is signed under; one of them is enough to claim a signature."""
    for names in _FAMILIES:
        call, stamp, signature = names
        if call in headers or stamp in headers or signature in headers:
            return names
    return None


def call_id(headers: Mapping[str, str]) -> str | None:
    """The sender's id for the call: the same when it is sent again."""
    names = signed_as(headers)
    return headers.get(names[0]) if names else None


def key_of(secret: str) -> bytes:
    """The key in a `whsec_…` secret; empty when it is malformed."""
    try:
        return base64.b64decode(secret.partition(UNTIL)[0].removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        return b""


def check_secret(setting: str, secret: str) -> bool:
    """Whether the secret is as long as it should be; raises `NotConfigured` where it is none at all."""
    key = key_of(secret)
    read_secret(secret)
    if not key or not secret.startswith("whsec_"):
        raise NotConfigured(f"{setting} must be whsec_ and base64 of 24 to 64 bytes; several are separated by spaces.")
    return len(key) >= SHORTEST_KEY


def _digest(key: hmac.HMAC, signed: bytes) -> bytes:
    mac = key.copy()
    for start in range(0, len(signed), _PIECE):
        mac.update(signed[start : start + _PIECE])
    return mac.digest()


def _check_time(stamp: str, header: str, now: datetime) -> None:
    """The claimed time of signing must lie in the window around our own clock."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Rejected(f"{header} must be Unix seconds.", status=401, field=header)
    if abs(int(stamp) - now.timestamp()) > WINDOW_S:
        raise Rejected(f"{header} is more than five minutes from our clock.", status=401, field=header)


def _among(given: str, accepted: Sequence[bytes]) -> bool:
    """Whether `given` is one of `accepted`; as long for the first as for the last, and for none."""
    candidate, found = given.encode(errors="replace"), False
    for one in accepted:
        found |= hmac.compare_digest(candidate, one)
    return found
