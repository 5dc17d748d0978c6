"""Push by ntfy, on ntfy.sh or a server of one's own, with buttons that answer back.

ntfy has no idempotency key. A message carries its id as `sequence_id` instead: since version 2.16 the app shows the
second of two with one id in the first one's place, and the topic's cache tells whether a message whose answer was
lost is there. Older servers ignore the field. https://docs.ntfy.sh/publish/ and https://docs.ntfy.sh/subscribe/api/
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, get_args
from urllib.parse import urlsplit

import aiohttp
import msgspec

from twinge.core.excerpt import shorten
from twinge.core.model import Severity
from twinge.core.pause import retry_after
from twinge.plugin import (
    Delivery,
    GiveUp,
    Item,
    Message,
    NotConfigured,
    Pace,
    Rejected,
    Reply,
    Sent,
    TryLater,
    TwingeError,
    Unknown,
)

API = "https://ntfy.sh"
SIGNATURE = "x-twinge-signature"
Answer = Literal["OK", "WHY", "PAIN"]
"""What the buttons say; ntfy allows three. Every language's athletes may write these words."""

ANSWERED_FOR = timedelta(days=7)
"""Ours: how long after the end of its message a button still counts."""
SKEW = timedelta(minutes=5)
"""How far ntfy's clock may be from ours when a message is looked for by its time."""
STUCK = timedelta(minutes=15)
"""Our login is refused: nothing gets through until somebody has looked."""
DAY_FULL = timedelta(hours=1)
LONGEST_TEXT = 4_096
"""Bytes; ntfy makes an attachment of what is longer."""
UNGUESSABLE = 16
"""Ours: letters of a topic that needs no login. Whoever guesses it reads along."""
SHORTEST_SECRET = 16
CONNECT_S = 5.0
DEADLINE_S = 15.0
"""For one whole call."""

_DAILY_QUOTA = 42908
_LOUDNESS: Mapping[Severity, tuple[int, str]] = {
    Severity.INFO: (2, "information_source"),
    Severity.QUESTION: (3, "question"),
    Severity.SLOW_DOWN: (3, "turtle"),
    Severity.REST: (4, "zzz"),
    Severity.SEE_DOCTOR: (5, "stethoscope"),
    Severity.URGENT: (5, "rotating_light"),
}
"""ntfy's priority (3 is the usual one, 5 the loudest) and the emoji before the title. Ours."""

_WORDS = {
    403: "our login may not write to this topic",
    **dict.fromkeys((301, 302, 307, 308, 404, 405), "TWINGE_NTFY_API_BASE must be where ntfy itself is"),
}
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_log = logging.getLogger("twinge.ntfy")


class _Press(msgspec.Struct):
    """The body that a button posts; its signature covers it byte for byte."""

    nudge: str
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    answer: Answer
    until: int


class _Kept(msgspec.Struct):
    """A message as ntfy gives it back."""

    id: str
    event: str = "message"
    message: str = ""
    sequence_id: str | None = None


class _Refused(msgspec.Struct):
    code: int = 0


_press, _kept, _refused = msgspec.json.Decoder(_Press), msgspec.json.Decoder(_Kept), msgspec.json.Decoder(_Refused)


class Ntfy:
    """The channel `ntfy`; an address is a topic of the one configured server."""

    name: ClassVar[str] = "ntfy"
    voice: ClassVar[str] = "push"
    pace: Pace = Pace(at_once=5)

    def __init__(
        self, secrets: Sequence[str], *, api_base: str = API, login: str = "", deadline_s: float = DEADLINE_S
    ) -> None:
        """`login` is the value of the Authorization header, empty for none. The first secret signs the buttons."""
        self._keys = tuple(secret.encode() for secret in secrets)
        self._base, self._login, self._deadline_s = api_base, login, deadline_s

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Ntfy:
        """Raises `NotConfigured` naming the first setting that is missing or wrong."""
        secrets = env.get("SECRET", "").split()
        enough = bool(secrets) and min(map(len, secrets)) >= SHORTEST_SECRET
        _want(enough, "SECRET", f"a secret of yours, at least {SHORTEST_SECRET} characters: it signs the buttons")
        base = env.get("API_BASE", API).rstrip("/")
        parts = urlsplit(base)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        _want(usable and not parts.query, "API_BASE", "http(s)://<host>, the ntfy server")
        return cls(secrets, api_base=base, login=_login(env))

    def normalise(self, address: str) -> str:
        """The topic alone, also from its URL on our server; `Rejected` where ntfy or a stranger's guess forbids it."""
        topic = address.strip()
        if topic.lower().startswith(f"{self._base.lower()}/"):
            topic = topic[len(self._base) + 1 :]
        if not _TOPIC.fullmatch(topic):
            wanted = f"1 to 64 letters, digits, - and _, or its URL below {self._base}"
            raise Rejected(f"An ntfy address is a topic of {wanted}.", field="address")
        if not self._login and len(topic) < UNGUESSABLE:
            wanted = f"without a login it needs at least {UNGUESSABLE} characters"
            raise Rejected(f"Whoever guesses a topic reads along: {wanted}.", field="address")
        return topic

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Publish the message, once; `Unknown` wherever it may have been taken."""
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        body = msgspec.json.encode(self._publication(message))
        status, text, pause = await self._ask(http, "POST", "/", Unknown, data=body)
        if status != 200:
            raise _refusal(status, text, retry_after(pause, now))
        try:
            return Sent(_kept.decode(text).id)
        except (ValueError, RecursionError):
            raise Unknown("ntfy took the message, but its answer cannot be read.") from None

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """The message in the topic's cache, or None; also None where our login may write there and not read.

        A server older than 2.16 gives no `sequence_id`: there the same text since then counts. Raises `TryLater`.
        """
        since = {"poll": "1", "since": str(int((sent_after - SKEW).timestamp()))}
        status, text, _ = await self._ask(http, "GET", f"/{message.address}/json", TryLater, params=since)
        if status in {401, 403}:
            return None
        if status != 200:
            raise TryLater(f"ntfy answered {status}.")
        try:
            kept = [_kept.decode(line) for line in text.splitlines() if line]
        except (ValueError, RecursionError):
            raise TryLater("ntfy's list of messages cannot be read.") from None
        ours = [one for one in kept if one.event == "message" and _is_ours(one, message)]
        return Sent(ours[-1].id) if ours else None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected`: 404 for another path, 401 unless we made this button and it is not too old."""
        if delivery.path != "inbound":
            raise Rejected("ntfy's buttons post to inbound here.", status=404)
        given = delivery.headers.get(SIGNATURE, "").encode(errors="replace")
        genuine = False
        for key in self._keys:
            genuine |= hmac.compare_digest(_sign(key, delivery.body), given)
        if not genuine:
            raise Rejected(f"{SIGNATURE} does not fit: this button is not ours.", status=401)
        if now.timestamp() > _read(delivery).until:
            raise Rejected("This button is too old.", status=401)

    def key(self, delivery: Delivery) -> str:
        """The body's digest: a button pressed twice is one answer."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """The word on the button, as if the athlete had written it."""
        press = _read(delivery)
        return [Reply(press.topic, press.answer)]

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """The app wants nothing but the status."""
        return "text/plain", b""

    def _publication(self, message: Message) -> dict[str, Any]:
        priority, emoji = _LOUDNESS[message.severity]
        return {
            "topic": message.address,
            "title": "Twinge",
            "message": shorten(message.text, LONGEST_TEXT),
            "priority": priority,
            "tags": [emoji],
            "sequence_id": message.id,
            "actions": self._buttons(message),
        }

    def _buttons(self, message: Message) -> list[dict[str, Any]]:
        """None where nobody can reach us, and none under a question: its answer is a digit, and three are too few."""
        if message.callback_url is None or message.severity is Severity.QUESTION:
            return []
        url = message.callback_url.rpartition("/status/")[0] + "/inbound"
        until = int((message.expires_at + ANSWERED_FOR).timestamp())
        return [self._button(url, _Press(message.id, message.address, word, until)) for word in get_args(Answer)]

    def _button(self, url: str, press: _Press) -> dict[str, Any]:
        body = msgspec.json.encode(press)
        headers = {"content-type": "application/json", SIGNATURE: _sign(self._keys[0], body).decode()}
        shown = {"action": "http", "label": press.answer, "clear": True}
        return {**shown, "url": url, "method": "POST", "headers": headers, "body": body.decode()}

    async def _ask(
        self, http: aiohttp.ClientSession, method: str, path: str, lost: type[Unknown | TryLater], **what: Any
    ) -> tuple[int, bytes, str | None]:
        """Status, body and Retry-After; `lost` where the answer is, `TryLater` where nothing was asked."""
        headers = {"Authorization": self._login} if self._login else {}
        limits = aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
        asking = http.request(method, self._base + path, headers=headers, timeout=limits, allow_redirects=False, **what)
        try:
            async with asyncio.timeout(self._deadline_s), asking as answer:
                return answer.status, await answer.read(), answer.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise TryLater("ntfy could not be reached.") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise lost(f"ntfy's answer was lost: {type(error).__name__}.") from None


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_NTFY_{name} must be {wanted}.")


def _login(env: Mapping[str, str]) -> str:
    token, user, password = env.get("TOKEN", ""), env.get("USER", ""), env.get("PASSWORD", "")
    _want(bool(user) == bool(password), "PASSWORD", "set together with TWINGE_NTFY_USER, or neither")
    _want(not (token and user), "TOKEN", "set without TWINGE_NTFY_USER: one login is enough")
    _want(token.isascii() and token.isprintable() and " " not in token, "TOKEN", "an access token, tk_…")
    if user:
        return aiohttp.encode_basic_auth(user, password)
    return f"Bearer {token}" if token else ""


def _is_ours(kept: _Kept, message: Message) -> bool:
    return (
        kept.message == shorten(message.text, LONGEST_TEXT)
        if kept.sequence_id is None
        else kept.sequence_id == message.id
    )


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256).hex().encode()


def _read(delivery: Delivery) -> _Press:
    try:
        return _press.decode(delivery.body)
    except (ValueError, RecursionError):
        raise Rejected("This is not the body of a button.") from None


def _refusal(status: int, text: bytes, after: timedelta | None) -> TwingeError:
    """What a refused message deserves. Codes: https://github.com/binwiederhier/ntfy/blob/main/server/errors.go"""
    if status == 401:
        _log.error("ntfy=stuck status=401 words='the login is refused: check TWINGE_NTFY_TOKEN'")
        return TryLater("ntfy refuses our login.", after=STUCK)
    if status == 429:
        full = _code(text) == _DAILY_QUOTA
        return TryLater("ntfy says: too many messages.", after=after or (DAY_FULL if full else None))
    if status in {502, 503, 507}:  # 502 is what a proxy says while ntfy restarts
        return TryLater(f"ntfy answered {status}.", after=after)
    if status >= 500:
        return Unknown(f"ntfy answered {status}.")
    return GiveUp(f"ntfy answered {status}: {_WORDS.get(status, f'code {_code(text)}')}.", alert=True)


def _code(text: bytes) -> int:
    """ntfy's own code in an error's body; 0 where there is none."""
    try:
        return _refused.decode(text).code
    except (ValueError, RecursionError):
        return 0
