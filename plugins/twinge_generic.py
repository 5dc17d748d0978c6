"""The generic route: Twinge's own event (docs/adapters.md) from any sender, signed or with a token.

Signed means Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, any of several
secrets, any of several `v1` signatures; Svix senders write the same under `svix-*`. Where a secret is configured and a
call carries any signature header, the signature alone decides: a token never rescues a wrong one. A call without
signature headers is decided by the token; without a configured token it is refused.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from twinge.event import decode, to_item
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected
from twinge.plugin.signing import among, keys_of
from twinge.plugin.standard import Signatures, call_id, check_secret, signed_as

_SHORTEST_TOKEN = 16

_log = logging.getLogger("twinge.generic")


class Generic:
    """Settings: TWINGE_GENERIC_SECRET and TWINGE_GENERIC_TOKEN, either or both, several of each for rotation."""

    name: ClassVar[str] = "generic"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=True, deletes=True, batch=True)
    oauth: OAuth | None = None

    def __init__(self, secrets: Sequence[str] = (), tokens: Sequence[str] = ()) -> None:
        self._signatures = Signatures(secrets)
        self._tokens = keys_of(" ".join(tokens))

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Generic:
        """Values are separated by spaces. Raises `NotConfigured` where there is neither, or a secret is malformed."""
        secrets, tokens = env.get("SECRET", "").split(), env.get("TOKEN", "").split()
        if not secrets and not tokens:
            raise NotConfigured("Set TWINGE_GENERIC_SECRET=whsec_… for signed calls, or TWINGE_GENERIC_TOKEN.")
        for secret in secrets:
            if not check_secret("TWINGE_GENERIC_SECRET", secret):
                _log.warning("setting=TWINGE_GENERIC_SECRET short=true advice=use_24_to_64_bytes")
        if any(len(token) < _SHORTEST_TOKEN for token in keys_of(env.get("TOKEN", ""))):
            _log.warning("setting=TWINGE_GENERIC_TOKEN short=true advice=use_at_least_16_characters")
        return cls(secrets, tokens)

    def admit(self, call: Delivery) -> None:
        """Raise `Rejected` (401) where an unsigned call carries no token of ours; a signature needs the body."""
        at = call.received_at
        if not self._is_signed(call) and not any(among(given, self._tokens, at) for given in _tokens_of(call)):
            raise Rejected("The call carries no signature or token that we accept.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected` (401) unless a secret signed the call, or it is unsigned and carries a token of ours."""
        if self._is_signed(delivery):
            self._signatures.check(delivery, now)
        else:
            self.admit(delivery)

    def _is_signed(self, call: Delivery) -> bool:
        return bool(self._signatures) and bool(signed_as(call.headers))

    def key(self, delivery: Delivery) -> str:
        """The sender's id for the call when it is signed, else the SHA-256 of the body."""
        if self._signatures and (given := call_id(delivery.headers)):
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


def _tokens_of(delivery: Delivery) -> Sequence[str]:
    """What the call shows as a token: the URL's last segment, and `Authorization: Bearer …`."""
    scheme, _, bearer = delivery.headers.get("authorization", "").partition(" ")
    return delivery.token or "", bearer.strip() if scheme.lower() == "bearer" else ""
