"""The helper library's transport, ours: on the session we are given, under our deadline, with our classes of failure.

Its own `AsyncTwilioHttpClient` opens a session that nobody closes, ignores its timeout, drops Retry-After and logs the
recipient's number; seen with 9.13. The library asks of a transport only what stands here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
import msgspec

from twinge.core.pause import retry_after
from twinge.plugin import GiveUp, TryLater, TwingeError, Unknown
from twinge_twilio.account import API, Account
from twinge_twilio.fates import refusal

_CODE = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Wire:
    """One call of the library. It is made anew for each: two sends at once share nothing but the session."""

    is_async = True

    def __init__(self, http: aiohttp.ClientSession, account: Account, now: datetime) -> None:
        self._http, self._account, self._now = http, account, now

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **ours: object,
    ) -> Any:
        """The library's `Response` of a 2xx; anything else leaves as one of our exceptions.

        `ours` are the library's `auth`, `timeout` and `allow_redirects`: each is decided here.
        """
        status, text, pause = await self._ask(method, url, params=params, data=data, headers=dict(headers or {}))
        if method == "DELETE" and status == HTTPStatus.NOT_FOUND:  # gone is what was asked for
            return library().response(HTTPStatus.NO_CONTENT, "")
        if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
            raise lost(method, f"Twilio answered {status}")
        if status >= 300:
            raise _refused(method, refusal(_code(text) or status, retry_after(pause, self._now)))
        return library().response(status, text)

    async def _ask(self, method: str, url: str, headers: dict[str, str], **form: Any) -> tuple[int, str, str | None]:
        target = url.replace(API, self._account.api_base, 1)
        headers["Authorization"] = aiohttp.encode_basic_auth(*self._account.login)
        limits = aiohttp.ClientTimeout(total=None, connect=self._account.connect_s)
        asking = self._http.request(method, target, headers=headers, timeout=limits, allow_redirects=False, **form)
        try:
            async with asyncio.timeout(self._account.deadline_s), asking as answer:
                return answer.status, await answer.text(), answer.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise TryLater("Twilio could not be reached.") from None
        except (aiohttp.ClientError, OSError, TimeoutError, UnicodeError) as error:
            raise lost(method, f"Twilio's answer was lost: {type(error).__name__}") from None


class Library(NamedTuple):
    """The parts of the helper library that we use; it ships no types."""

    client: Any
    validator: Any
    algorithm: Any
    response: Any
    error: Any


@cache
def library() -> Library:
    """Imported when first asked for: 0.2 s that an installation without Twilio need not pay."""
    from twilio.base.exceptions import TwilioException  # noqa: PLC0415
    from twilio.http.response import Response  # noqa: PLC0415
    from twilio.request_validator import RequestValidator, get_signature_algorithm  # noqa: PLC0415
    from twilio.rest import Client  # noqa: PLC0415

    return Library(Client, RequestValidator, get_signature_algorithm, Response, TwilioException)


def messages(wire: Wire | None, account: Account) -> Any:
    """The library's list of messages, talking through `wire`."""
    # With an environment of its own, or a stray TWILIO_EDGE or TWILIO_REGION would rewrite the host.
    stray = {"TWILIO_ACCOUNT_SID": account.sid}
    client = library().client(*account.login, account_sid=account.sid, http_client=wire or object(), environment=stray)
    return client.messages


def lost(method: str, what: str) -> TwingeError:
    """A send whose answer was lost may have happened; a question may simply be asked again."""
    return Unknown(f"{what}.") if method == "POST" else TryLater(f"{what}.")


def _refused(method: str, error: TwingeError) -> TwingeError:
    """A question that is refused says nothing about the message it asks for: that one is not given up."""
    return TryLater(error.reason) if method != "POST" and isinstance(error, GiveUp) else error


def _code(text: str) -> int | None:
    """Twilio's own code in an error's body, if that is what the body is."""
    try:
        return msgspec.json.decode(_CODE.decode(text).get("code", b"null"), type=int | None)
    except (ValueError, RecursionError):
        return None
