"""Push to an Android app (or an iOS one, by Firebase) of the operator's own: Firebase Cloud Messaging, HTTP v1.

FCM has no idempotency key and cannot be asked about a message. Each carries its id as tag and collapse key instead, so
the second of two takes the first one's place. https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

An address is a registration token: it reaches one installation of the app, and never a log.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple
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
from twinge_fcm.fates import fate_of

API = "https://fcm.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TOKEN_FOR = timedelta(minutes=50)
"""How long an access token is used: Google gives it for an hour."""
STUCK = timedelta(minutes=15)
"""Our credentials are refused: nothing gets through until somebody has looked."""
QUOTA_REST = timedelta(minutes=1)
"""The least pause after 429: https://firebase.google.com/docs/cloud-messaging/scale-fcm"""
LONGEST_TTL = timedelta(days=28)
LONGEST_PAYLOAD = 4_096
"""Bytes of notification and data: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode"""
CONNECT_S = 5.0
DEADLINE_S = 15.0
"""For one send, a new access token included."""


_TOKEN = re.compile(r"[-_:.%A-Za-z0-9]{32,1024}")
_QUIET = {Severity.INFO}
"""May wait until the phone is used anyway."""
_log = logging.getLogger("twinge.fcm")


class _Taken(msgspec.Struct):
    name: str
    """projects/<project>/messages/<id>."""


class _Answer(NamedTuple):
    """What google-auth reads of an answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes


_taken = msgspec.json.Decoder(_Taken)


class Fcm(OneWay):
    """The channel `fcm`; an address is a registration token of the operator's app."""

    name: ClassVar[str] = "fcm"
    voice: ClassVar[str] = "push"

    def __init__(self, account: Mapping[str, Any], *, api_base: str = API, deadline_s: float = DEADLINE_S) -> None:
        """`account` is a service account's file, parsed. Raises `NotConfigured`: it is unusable, or no google-auth."""
        self._credentials = _credentials(account)
        self._url = f"{api_base}/v1/projects/{account['project_id']}/messages:send"
        self._deadline_s = deadline_s
        self._token: tuple[str, datetime] | None = None
        self._renewing = asyncio.Lock()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Fcm:
        """Raises `NotConfigured` naming the first setting that is missing or wrong, or the library."""
        given, base = env.get("CREDENTIALS", ""), env.get("API_BASE", API).rstrip("/")
        _want(bool(given), "CREDENTIALS", "the JSON of a service account's key, or named with _FILE")
        account = _read(given)
        named = re.fullmatch(r"[a-z0-9:.-]{1,100}", str(account.get("project_id")))
        whole = named is not None and isinstance(account.get("client_email"), str)
        _want(whole, "CREDENTIALS", "the whole JSON of a service account's key, with project_id and client_email")
        parts = urlsplit(base)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        _want(usable and not parts.query, "API_BASE", "http(s)://<host>")
        return cls(account, api_base=base)

    def normalise(self, address: str) -> str:
        """The token without spaces around it; `Rejected` where it cannot be one."""
        token = address.strip()
        if not _TOKEN.fullmatch(token):
            wanted = "32 to 1,024 letters, digits and -_:.% as the app got it from Firebase"
            raise Rejected(f"An FCM address is a registration token of {wanted}.", field="address")
        return token

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the message to FCM, once; `Unknown` where it may have been taken and the answer was lost."""
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        end = asyncio.get_running_loop().time() + self._deadline_s
        login = await self._login(http, now, end)
        status, text, pause = await self._post(http, login, _body(message, now), end)
        if status != 200:
            raise self._refusal(status, text, retry_after(pause, now))
        try:
            return Sent(_taken.decode(text).name)
        except (ValueError, RecursionError):
            raise Unknown("FCM took the message, but its answer cannot be read.") from None

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """FCM cannot be asked; a repeated message takes the place of the first."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back: the app posts its answers to the API."""
        raise Rejected("The FCM channel has no callbacks.", status=404)

    async def _post(
        self, http: aiohttp.ClientSession, login: str, body: bytes, end: float
    ) -> tuple[int, bytes, str | None]:
        headers = {"authorization": login, "content-type": "application/json"}
        limits = aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
        asking = http.post(self._url, data=body, headers=headers, timeout=limits, allow_redirects=False)
        try:
            async with asyncio.timeout_at(end), asking as answer:
                return answer.status, await answer.read(), answer.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise TryLater("FCM could not be reached.") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unknown(f"FCM's answer was lost: {type(error).__name__}.") from None

    async def _login(self, http: aiohttp.ClientSession, now: datetime, end: float) -> str:
        """The Authorization header. Whatever goes wrong here, nothing was sent yet."""
        try:
            async with asyncio.timeout_at(end), self._renewing:
                if self._token is None or now - self._token[1] >= TOKEN_FOR:
                    self._token = await self._renew(http, end), now
                return f"Bearer {self._token[0]}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise TryLater(f"Google gave no access token: {type(error).__name__}.") from None

    async def _renew(self, http: aiohttp.ClientSession, end: float) -> str:
        """A new access token. google-auth is synchronous, so it signs in a thread; its call goes by our session."""
        loop = asyncio.get_running_loop()

        def ask(url: str, method: str = "POST", body: Any = None, headers: Any = None, **_: Any) -> _Answer:
            asked = asyncio.run_coroutine_threadsafe(_exchange(http, method, url, body, headers, end), loop)
            return asked.result()

        try:
            await asyncio.to_thread(self._credentials.refresh, ask)
        except importlib.import_module("google.auth.exceptions").GoogleAuthError:
            raise _stuck("Google refuses the service account: check TWINGE_FCM_CREDENTIALS and the clock.") from None
        return str(self._credentials.token)

    def _refusal(self, status: int, text: bytes, after: timedelta | None) -> TwingeError:
        code, fate = fate_of(status, text)
        words = f"FCM answered {code}: {fate.words}."
        match fate.act:
            case "later":
                return TryLater(words, after=after)
            case "rest":
                return TryLater(words, after=max(after or QUOTA_REST, QUOTA_REST))
            case "stuck":
                self._token = None
                return _stuck(words)
            case "disable":
                return GiveUp(words, disable=True)
        return GiveUp(words, alert=True)


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_FCM_{name} must be {wanted}.")


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _credentials(account: Mapping[str, Any]) -> Any:
    """google-auth's credentials, imported when they are wanted."""
    try:
        library: Any = importlib.import_module("google.oauth2.service_account")
    except ImportError:
        raise NotConfigured("google-auth is not installed: pip install 'twinge[fcm]'.") from None
    try:
        return library.Credentials.from_service_account_info(account, scopes=[SCOPE])
    except Exception:  # noqa: BLE001 - of many kinds, and their words may quote the key
        raise NotConfigured(
            "TWINGE_FCM_CREDENTIALS must be the JSON of a service account's key, as Google gave it."
        ) from None


def _body(message: Message, now: datetime) -> bytes:
    """The request; the text is cut where the whole would be longer than FCM takes."""
    return pack(
        lambda text: msgspec.json.encode({"message": _message(message, text, now)}), message.text, LONGEST_PAYLOAD
    )


def _message(message: Message, text: str, now: datetime) -> dict[str, Any]:
    left = min(message.expires_at - now, LONGEST_TTL)
    quiet = message.severity in _QUIET
    return {
        "token": message.address,
        "notification": {"title": "Twinge", "body": text},
        "data": {"id": message.id, "severity": message.severity.word},
        "android": {
            "priority": "NORMAL" if quiet else "HIGH",
            "ttl": f"{int(left.total_seconds())}s",
            # The default key is the app's name: a message would then replace whatever else waits for the phone.
            "collapse_key": message.id,
            "notification": {"tag": message.id},
        },
        "apns": {
            "headers": {
                "apns-priority": "5" if quiet else "10",
                "apns-expiration": str(int((now + left).timestamp())),
                "apns-collapse-id": message.id[:64],
            },
            "payload": {"aps": {"sound": "default"}},
        },
    }


async def _exchange(
    http: aiohttp.ClientSession, method: str, url: str, body: Any, headers: Mapping[str, str] | None, end: float
) -> _Answer:
    """One call of the token endpoint; `TryLater` where it is ill, before google-auth tries again by itself."""
    asking = http.request(method, url, data=body, headers=headers, allow_redirects=False)
    async with asyncio.timeout_at(end), asking as answer:
        if answer.status == 429 or answer.status >= 500:
            raise TryLater(f"Google's token endpoint answered {answer.status}.")
        return _Answer(answer.status, answer.headers, await answer.read())


def _stuck(words: str) -> TryLater:
    _log.error("fcm=stuck words=%r", words)
    return TryLater(words, after=STUCK)
