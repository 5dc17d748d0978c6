"""Push to an iOS app of the operator's own, by Apple's push service (APNs).

APNs speaks HTTP/2 only, which aiohttp does not: httpx2 does. It has no idempotency key and cannot be asked about a
message. Each carries its id as collapse id instead, so the second of two takes the first one's place on the phone.
https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns

An address is a device token: it reaches one installation of the app, and never a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import re
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from twinge.core.excerpt import pack
from twinge.core.model import Severity
from twinge.core.pause import retry_after
from twinge.plugin import (
    Delivery,
    GiveUp,
    Message,
    NotConfigured,
    OneWay,
    Rejected,
    Sent,
    TryLater,
    TwingeError,
    Unknown,
)
from twinge_apns.fates import fate_of

API = "https://api.push.apple.com"
TOKEN_FOR = timedelta(minutes=40)
"""How long a provider token is used: Apple asks for 20 to 60 minutes."""
TOKEN_LEAST = timedelta(minutes=20)
"""A fresher one is not replaced, or Apple answers TooManyProviderTokenUpdates."""
STUCK = timedelta(minutes=15)
"""Our credentials are refused: nothing gets through until somebody has looked."""
LONGEST_STORED = timedelta(days=30)
LONGEST_PAYLOAD = 4_096
"""Bytes: https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification"""
LONGEST_COLLAPSE = 64
"""Bytes of a collapse id."""
IDLE_S = 60.0
"""How long a connection is kept for the next message: a firewall on the way may forget an older one."""
CONNECT_S = 5.0
DEADLINE_S = 15.0
"""For one whole call."""


_TOKEN = re.compile(r"(?:[0-9a-f]{2}){32,100}")
"""32 bytes in hex today; Apple reserves the right to longer ones."""
_LEVELS: Mapping[Severity, str] = {
    Severity.INFO: "passive",
    Severity.SEE_DOCTOR: "time-sensitive",
    Severity.URGENT: "time-sensitive",
}
"""How a phone interrupts; the last only where the app has the entitlement, else it counts as active. Ours."""
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://twinge.example/apns")
_log = logging.getLogger("twinge.apns")


@dataclass(frozen=True, slots=True)
class Team:
    """Who sends: a developer account's key, and the app it sends to."""

    key: str = field(repr=False)
    """A private key on P-256 in PEM, the .p8 file."""
    key_id: str
    team_id: str
    topic: str
    """The app's bundle id."""


@dataclass(slots=True)
class _Line:
    """A client with its connection, and how many calls are under way on it."""

    client: Any
    calls: int = 0


class Apns(OneWay):
    """The channel `apns`; an address is a device token of the operator's app."""

    name: ClassVar[str] = "apns"
    voice: ClassVar[str] = "push"

    def __init__(
        self, team: Team, *, api_base: str = API, tls: ssl.SSLContext | None = None, deadline_s: float = DEADLINE_S
    ) -> None:
        """`tls` is the usual trust where not given. Raises `NotConfigured`: a library is missing, or the key is bad."""
        self._team, self._base, self._deadline_s = team, api_base, deadline_s
        self._tls = tls or ssl.create_default_context()
        self._httpx, self._jwt, _ = _library("httpx2"), _library("jwt"), _library("h2")
        self._line: _Line | None = None
        self._token: tuple[str, datetime] | None = None
        self._sign(0)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Apns:
        """Raises `NotConfigured` naming the first setting that is missing or wrong, or the library."""
        key, key_id, team_id = env.get("KEY", ""), env.get("KEY_ID", ""), env.get("TEAM_ID", "")
        topic, base = env.get("TOPIC", ""), env.get("API_BASE", API).rstrip("/")
        _want(bool(key), "KEY", "the .p8 key of your developer account, or named with _FILE")
        _want(bool(re.fullmatch(r"[A-Z0-9]{10}", key_id)), "KEY_ID", "the ten characters that name the key")
        _want(bool(re.fullmatch(r"[A-Z0-9]{10}", team_id)), "TEAM_ID", "the ten characters of your team")
        _want(bool(re.fullmatch(r"[A-Za-z0-9.-]{1,255}", topic)), "TOPIC", "the app's bundle id, org.example.app")
        parts = urlsplit(base)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
        _want(usable and not parts.query, "API_BASE", "https://<host>")
        return cls(Team(key, key_id, team_id, topic), api_base=base, tls=_trust(env.get("CA", "")))

    def normalise(self, address: str) -> str:
        """The token in lower case; `Rejected` where it cannot be one."""
        token = address.strip().lower()
        if not _TOKEN.fullmatch(token):
            raise Rejected("An APNs address is a device token of at least 64 hexadecimal digits.", field="address")
        return token

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the message to Apple, once; `Unknown` where it may have been taken and the answer was lost.

        `http` is not used: it does not speak HTTP/2.
        """
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        answer = await self._post(f"/3/device/{message.address}", _payload(message), self._headers(message, now))
        if answer.status_code == 200:
            return Sent(answer.headers.get("apns-id"))
        raise self._refusal(answer, now)

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Apple cannot be asked; a repeated message takes the place of the first."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back: the app posts its answers to the API."""
        raise Rejected("The APNs channel has no callbacks.", status=404)

    async def close(self) -> None:
        """End the connection to Apple once nothing is under way on it; the next message opens another."""
        line, self._line = self._line, None
        if line is not None and not line.calls:
            await line.client.aclose()

    def _headers(self, message: Message, now: datetime) -> dict[str, str]:
        until = min(message.expires_at, now + LONGEST_STORED)
        return {
            "authorization": f"bearer {self._provider_token(now)}",
            "apns-topic": self._team.topic,
            "apns-push-type": "alert",
            "apns-priority": "5" if message.severity is Severity.INFO else "10",
            "apns-expiration": str(int(until.timestamp())),
            "apns-collapse-id": message.id[:LONGEST_COLLAPSE],
            "apns-id": str(uuid.uuid5(_NAMES, message.id)),
        }

    def _provider_token(self, now: datetime) -> str:
        if self._token is None or now - self._token[1] >= TOKEN_FOR:
            self._token = self._sign(int(now.timestamp())), now
        return self._token[0]

    def _sign(self, issued_at: int) -> str:
        team = self._team
        claims = {"iss": team.team_id, "iat": issued_at}
        try:
            return str(self._jwt.encode(claims, team.key, algorithm="ES256", headers={"kid": team.key_id}))
        except Exception:  # noqa: BLE001 - of many kinds, and their words may quote the key
            raise NotConfigured("TWINGE_APNS_KEY must be the .p8 file as Apple gave it, a PEM key on P-256.") from None

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Apple's answer. Raises where there is none."""
        if self._line is None:
            self._line = _Line(self._open())
        line = self._line
        line.calls += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                return await line.client.post(self._base + path, content=body, headers=headers)
        except (self._httpx.ConnectError, self._httpx.ConnectTimeout, self._httpx.PoolTimeout):
            raise TryLater("APNs could not be reached.") from None
        except Exception as error:  # noqa: BLE001 - of httpx2, of h2 below it, or our deadline: it may have been taken
            # httpx2 keeps a connection on which it could not read HTTP/2, and every later call would hang there.
            self._line = None if self._line is line else self._line
            raise Unknown(f"The answer of APNs was lost: {type(error).__name__}.") from None
        finally:
            line.calls -= 1
            if line is not self._line and not line.calls:
                with contextlib.suppress(Exception):  # it is broken already
                    await line.client.aclose()

    def _open(self) -> Any:
        return self._httpx.AsyncClient(
            http1=False,
            http2=True,
            verify=self._tls,
            trust_env=False,
            timeout=self._httpx.Timeout(self._deadline_s, connect=min(CONNECT_S, self._deadline_s)),
            limits=self._httpx.Limits(max_connections=2, keepalive_expiry=IDLE_S),
        )

    def _refusal(self, answer: Any, now: datetime) -> TwingeError:
        reason, fate = fate_of(answer.status_code, answer.content)
        words = f"APNs answered {answer.status_code} {reason}: {fate.words}."
        match fate.act:
            case "later":
                return TryLater(words, after=retry_after(answer.headers.get("retry-after"), now))
            case "renew":
                if self._token is not None and now - self._token[1] >= TOKEN_LEAST:
                    self._token = None
                return _stuck(words, after=None if self._token is None else STUCK)
            case "stuck":
                return _stuck(words, after=STUCK)
            case "disable" | "elsewhere":
                return GiveUp(words, disable=True, alert=fate.act == "elsewhere")
        return GiveUp(words, alert=True)


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_APNS_{name} must be {wanted}.")


def _library(name: str) -> Any:
    """A module of the extra, imported when it is wanted. httpx2's log names URLs, and with them device tokens."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        raise NotConfigured(f"{name} is not installed: pip install 'twinge[apns]'.") from None
    for talker in ("httpx2", "httpcore2", "hpack"):
        logging.getLogger(talker).setLevel(logging.WARNING)
    return module


def _trust(certificates: str) -> ssl.SSLContext | None:
    """What to trust besides the usual authorities; None for the usual ones alone."""
    if not certificates:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cadata=certificates)
    except (ssl.SSLError, ValueError):
        raise NotConfigured("TWINGE_APNS_CA must be certificates in PEM.") from None
    return context


def _payload(message: Message) -> bytes:
    """What the app gets; the text is cut where the whole would be longer than Apple takes."""
    return pack(lambda text: msgspec.json.encode(_notification(message, text)), message.text, LONGEST_PAYLOAD)


def _notification(message: Message, text: str) -> dict[str, Any]:
    return {
        "aps": {
            "alert": {"title": "Twinge", "body": text},
            "sound": "default",
            "thread-id": "twinge",
            "interruption-level": _LEVELS.get(message.severity, "active"),
        },
        "id": message.id,
        "severity": message.severity.word,
    }


def _stuck(words: str, after: timedelta | None) -> TryLater:
    _log.error("apns=stuck words=%r", words)
    return TryLater(words, after=after)
