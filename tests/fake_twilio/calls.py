"""Twilio's side of a webhook: form, signature, and repeating what was not answered with 2xx."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import aiohttp

from fake_twilio.names import SID

PATIENCE_S = 15.0
"""https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""


class Word(NamedTuple):
    """One status that is called back."""

    status: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """One callback as it went: what it said of which message, and what it was answered (0: nothing)."""

    nudge: str
    word: Word
    answer: int


def sign(url: str, body: bytes, token: str) -> str:
    """X-Twilio-Signature: https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
    fields = sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    data = url + "".join(name + value for name, value in fields)
    return base64.b64encode(hmac.digest(token.encode(), data.encode(), hashlib.sha1)).decode()


def status_form(message: Mapping[str, object], word: Word) -> dict[str, str]:
    """What a status callback says."""
    sid = str(message["sid"])
    form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": word.status, "SmsStatus": word.status}
    form |= {"To": str(message["to"]), "From": str(message["from"] or "+15005550006"), "AccountSid": SID}
    if word.code is not None:
        form |= {"ErrorCode": str(word.code), "ErrorMessage": ""}
    return form | {"ApiVersion": "2010-04-01", "RawDlrDoneDate": "2605010901"}


def inbound_form(n: int, sender: str, to: str, text: str) -> dict[str, str]:
    """What a text message from a phone says."""
    sid = f"SM{'f' * 16}{n:016x}"
    form = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": SID, "From": sender, "To": to}
    return form | {"Body": text, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "FromCity": ""}


class Caller:
    """Calls our public URL; `reach` is (public URL, where that really is), as a reverse proxy would know."""

    def __init__(self, http: aiohttp.ClientSession, token: str, reach: tuple[str, str]) -> None:
        self._http, self._token, self._reach = http, token, reach
        self._n, self.posts = 0, 0

    async def post(self, url: str, form: Mapping[str, str]) -> int:
        """The status of the last try. The URL's fragment says how many (`rc`), and is neither signed nor sent."""
        parts = urlsplit(url)
        plain, wishes = parts._replace(fragment="").geturl(), dict(parse_qsl(parts.fragment))
        self._n += 1
        body = urlencode(form).encode()
        headers = {
            "X-Twilio-Signature": sign(plain, body, self._token),
            "I-Twilio-Idempotency-Token": str(UUID(int=self._n)),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        status = 0
        for _ in range(1 + int(wishes.get("rc", "0"))):
            status = await self._once(plain.replace(*self._reach, 1) if self._reach[0] else plain, body, headers)
            if 200 <= status < 300:
                break
        return status

    async def _once(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        if urlsplit(url).hostname != "127.0.0.1":  # an invented public URL, and nobody said where it is
            return 0
        self.posts += 1
        limit = aiohttp.ClientTimeout(total=PATIENCE_S)
        try:
            async with self._http.post(url, data=body, headers=headers, timeout=limit, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
