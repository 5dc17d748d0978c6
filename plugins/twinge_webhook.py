"""A message as a signed call of a URL: for Home Assistant, n8n, a script, or whatever can be called.

Signed by Standard Webhooks 1.0 (https://www.standardwebhooks.com). The id of the call is the message's own, so a
receiver recognises a repeated one. Who is called is somebody else's choice, so `reach` guards the way.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import aiohttp
import msgspec

from twinge.core.pause import retry_after
from twinge.plugin import (
    Delivery,
    GiveUp,
    Message,
    NotConfigured,
    OneWay,
    Pace,
    Rejected,
    Sent,
    TryLater,
    TwingeError,
    Unknown,
)
from twinge.reach import Barred, Inward, Lost, Reach, Unfit, Unreached, canonical, trust

SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes of a secret that Standard Webhooks allows."""
_BUSY = {408, 425, 429}


class Call(msgspec.Struct, tag_field="type", tag="nudge"):
    """The body of a call. It does not say whom it is about: the URL is theirs."""

    id: str
    severity: str
    text: str
    expires_at: datetime
    """RFC 3339 in UTC: of no use to anybody after that."""


class Webhook(OneWay):
    """The channel `webhook`; an address is the URL to call."""

    name: ClassVar[str] = "webhook"
    voice: ClassVar[str] = "push"
    pace: Pace = Pace(shared=False)
    """Every address is somebody's own server: where one is down, the others are called all the same."""

    def __init__(self, secrets: Sequence[str], *, http_allowed: bool = False, reach: Reach | None = None) -> None:
        """Every secret signs every call. The standard asks for a deadline of 15 to 30 seconds; ours is 15."""
        self._keys = tuple(_key_of(secret) for secret in secrets)
        self._http_allowed, self._reach = http_allowed, reach or Reach()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Webhook:
        """Raises `NotConfigured` naming the first setting that is missing or wrong."""
        secrets = env.get("SECRET", "").split()
        fits = bool(secrets) and all(map(_is_secret, secrets))
        _want(fits, "SECRET", "whsec_ and 24 to 64 bytes in base64; several are separated by spaces, and all sign")
        plain, private = env.get("ALLOW_HTTP", ""), env.get("ALLOW_PRIVATE", "")
        _want(plain in {"", "1"}, "ALLOW_HTTP", "1, or not set: URLs may then begin with http://")
        _want(private in {"", "1"}, "ALLOW_PRIVATE", "1, or not set: URLs may then lead into your own network")
        try:
            reach = Reach(private=private == "1", tls=trust(env.get("CA", "")))
        except ValueError:
            raise NotConfigured("TWINGE_WEBHOOK_CA must be certificates in PEM.") from None
        return cls(secrets, http_allowed=plain == "1", reach=reach)

    def normalise(self, address: str) -> str:
        """The URL as it will be called, or `Rejected` with what is wrong. Names are not looked up here."""
        try:
            return canonical(address, http=self._http_allowed, private=self._reach.private)
        except Inward as error:
            raise _wrong(f"{error}; TWINGE_WEBHOOK_ALLOW_PRIVATE=1 allows it") from None
        except Unfit as error:
            raise _wrong(str(error)) from None

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Call once; the status alone decides. `http` is not used: see `reach.session`."""
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        url = self._still_allowed(message.address)
        expires = message.expires_at.astimezone(UTC)
        body = msgspec.json.encode(Call(message.id, message.severity.word, message.text, expires))
        try:
            answer = await self._reach.post(url, body, self._headers(message.id, body, now))
        except Barred:
            raise GiveUp("The URL leads into a private network.", alert=True) from None
        except Unreached as error:
            raise TryLater(f"The URL could not be reached: {error}.") from None
        except Lost as error:
            raise Unknown(f"The answer was lost: {error}.") from None
        if 200 <= answer.status < 300:
            return Sent(message.id)
        raise _refusal(answer.status, answer.headers.get("Retry-After"), now)

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """A receiver cannot be asked; it recognises a repeated call by its id."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back."""
        raise Rejected("The webhook channel has no callbacks.", status=404)

    def _still_allowed(self, address: str) -> str:
        """The switches may have been turned off since the address was kept."""
        try:
            return self.normalise(address)
        except Rejected as error:
            raise GiveUp(error.reason, alert=True) from None

    def _headers(self, call: str, body: bytes, now: datetime) -> dict[str, str]:
        stamp = str(int(now.timestamp()))
        signed = f"{call}.{stamp}.".encode() + body
        made = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in self._keys)
        return {
            "content-type": "application/json",
            "user-agent": "Twinge",
            "webhook-id": call,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(f"v1,{signature}" for signature in made),
        }


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_WEBHOOK_{name} must be {wanted}.")


def _key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _is_secret(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and SHORTEST_KEY <= len(_key_of(secret)) <= LONGEST_KEY
    except (binascii.Error, ValueError):
        return False


def _wrong(words: str) -> Rejected:
    return Rejected(f"A webhook's URL {words}.", field="address")


def _refusal(status: int, pause: str | None, now: datetime) -> TwingeError:
    """What an answer that is no success asks of us."""
    if status == 410:
        return GiveUp("The receiver wants no more calls (410).", disable=True)
    if status in _BUSY or status >= 500:
        return TryLater(f"The receiver answered {status}.", after=retry_after(pause, now))
    return GiveUp(f"The receiver answered {status}.")
