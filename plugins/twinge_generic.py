"""The generic route: Twinge's own event (docs/adapters.md) from any sender, signed or with a token.

Signed means Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, any of several
secrets, any of several `v1` signatures; Svix senders write the same under `svix-*`. Where a secret is configured and a
call carries any signature header, the signature alone decides: a token never rescues a wrong one. A call without
signature headers is decided by the token; without a configured token it is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from twinge.event import decode, to_item
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected

WINDOW_S = 300
"""A signed call may be this much older or newer than our clock (the libraries' five minutes)."""

_FAMILIES = tuple(
    tuple(f"{family}-{part}" for part in ("id", "timestamp", "signature")) for family in ("webhook", "svix")
)
_LONGEST_ID = 256
_MOST_SIGNATURES = 16
_PIECE = 2_000
"""From 2,048 bytes on hashlib lets go of the interpreter's lock, and a busy server waits 30 µs to get it back."""
_SHORTEST_TOKEN = 16
_SHORTEST_KEY = 24

_log = logging.getLogger("twinge.generic")


class Generic:
    """Settings: TWINGE_GENERIC_SECRET and TWINGE_GENERIC_TOKEN, either or both, several of each for rotation."""

    name: ClassVar[str] = "generic"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=True, deletes=True, batch=True)
    oauth: OAuth | None = None

    def __init__(self, secrets: Sequence[str] = (), tokens: Sequence[str] = ()) -> None:
        # The scheme is one HMAC over three parts, so it is spelled out: the standardwebhooks library asks the wall
        # clock for its window, wants text for bytes, and costs several times as much in the hottest place we have.
        self._keys = tuple(hmac.new(_key_of(secret), digestmod="sha256") for secret in secrets)
        self._tokens = tuple(token.encode() for token in tokens)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Generic:
        """Values are separated by spaces. Raises `NotConfigured` where there is neither, or a secret is malformed."""
        secrets, tokens = env.get("SECRET", "").split(), env.get("TOKEN", "").split()
        if not secrets and not tokens:
            raise NotConfigured("Set TWINGE_GENERIC_SECRET=whsec_… for signed calls, or TWINGE_GENERIC_TOKEN.")
        for secret in secrets:
            _check_secret(secret)
        if any(len(token) < _SHORTEST_TOKEN for token in tokens):
            _log.warning("setting=TWINGE_GENERIC_TOKEN short=true advice=use_at_least_16_characters")
        return cls(secrets, tokens)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected` (401) unless a secret signed the call, or it is unsigned and carries a token of ours."""
        if self._keys and (names := _signed_as(delivery.headers)):
            self._verify_signature(delivery, names, now)
        elif not any(_among(given, self._tokens) for given in _tokens_of(delivery)):
            raise Rejected("The call carries no signature or token that we accept.", status=401)

    def key(self, delivery: Delivery) -> str:
        """The sender's id for the call when it is signed, else the SHA-256 of the body."""
        if self._keys and (names := _signed_as(delivery.headers)) and (given := delivery.headers.get(names[0])):
            return given
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Inline]:
        """Every event of the body; one wrong event refuses the whole call, with its place in the list."""
        return [to_item(event, self.name, delivery.received_at) for event in decode(delivery.body)]

    def glance(self, delivery: Delivery) -> str | None:
        """Whose the first event is; streams are checked, but not worked out, while the sender waits."""
        events = decode(delivery.body)
        return events[0].athlete if events else None

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: events carry their data."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """A sender we cannot ask."""
        return ()

    def _verify_signature(self, delivery: Delivery, names: Sequence[str], now: datetime) -> None:
        call, stamp, signatures = (delivery.headers.get(name, "") for name in names)
        if not call or len(call) > _LONGEST_ID or not call.isprintable():
            raise Rejected(f"{names[0]} must be 1 to {_LONGEST_ID} printable characters.", status=401, field=names[0])
        _check_time(stamp, names[1], now)
        signed = f"{call}.{stamp}.".encode() + delivery.body
        expected = tuple(b"v1," + base64.b64encode(_digest(key, signed)) for key in self._keys)
        for given in signatures.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]:
            if _among(given, expected):
                return
        raise Rejected(f"{names[2]} matches none of our secrets.", status=401, field=names[2])


def _digest(key: hmac.HMAC, signed: bytes) -> bytes:
    mac = key.copy()
    for start in range(0, len(signed), _PIECE):
        mac.update(signed[start : start + _PIECE])
    return mac.digest()


def _signed_as(headers: Mapping[str, str]) -> Sequence[str] | None:
    """The three header names of the family this call is signed under; one of them is enough to claim a signature."""
    for names in _FAMILIES:
        if any(name in headers for name in names):
            return names
    return None


def _check_time(stamp: str, header: str, now: datetime) -> None:
    """The claimed time of signing must lie in the window around our own clock."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Rejected(f"{header} must be Unix seconds.", status=401, field=header)
    if abs(int(stamp) - now.timestamp()) > WINDOW_S:
        raise Rejected(f"{header} is more than five minutes from our clock.", status=401, field=header)


def _tokens_of(delivery: Delivery) -> Sequence[str]:
    """What the call shows as a token: the URL's last segment, and `Authorization: Bearer …`."""
    scheme, _, bearer = delivery.headers.get("authorization", "").partition(" ")
    return delivery.token or "", bearer.strip() if scheme.lower() == "bearer" else ""


def _among(given: str, accepted: Sequence[bytes]) -> bool:
    """Whether `given` is one of `accepted`; as long for the first as for the last, and for none."""
    candidate, found = given.encode(errors="replace"), False
    for one in accepted:
        found |= hmac.compare_digest(candidate, one)
    return found


def _key_of(secret: str) -> bytes:
    """The key in a `whsec_…` secret; empty when it is malformed."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        return b""


def _check_secret(secret: str) -> None:
    key = _key_of(secret)
    if not key or not secret.startswith("whsec_"):
        raise NotConfigured(
            "TWINGE_GENERIC_SECRET must be whsec_ and base64 of 24 to 64 bytes; several are separated by spaces."
        )
    if len(key) < _SHORTEST_KEY:
        _log.warning("setting=TWINGE_GENERIC_SECRET short=true advice=use_24_to_64_bytes")
