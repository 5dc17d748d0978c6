"""Strava's API by GET: one politely limited call, and what each refusal means for the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
import msgspec

from twinge.plugin import Access, GiveUp, RateLimited, TokenRefused, TryLater, TwingeError
from twinge_strava.limits import Limits, after_429, date_of

DEADLINE = aiohttp.ClientTimeout(total=20)
INACTIVE_PAUSE = timedelta(hours=1)
"""An application whose owner's Strava subscription ended answers 403 until a person pays or asks for review."""


class NotThere(GiveUp):
    """404: deleted, private to us, or it never had what we asked for."""


class Answer(NamedTuple):
    """A 200, decoded."""

    data: Any
    at: datetime | None
    """The answer's Date."""


class Client:
    """Calls below `base`. One per application: the rate limits are counted there."""

    def __init__(self, base: str, deadline: aiohttp.ClientTimeout) -> None:
        self._base, self._deadline = base, deadline
        self.limits = Limits()

    async def get(self, path: str, query: Mapping[str, str], access: Access) -> Answer:
        """GET `path`. Raises `NotThere`, `TokenRefused`, `TryLater`, `GiveUp`."""
        now = asyncio.get_running_loop().time
        if pause := self.limits.pause(now()):
            raise RateLimited("Strava's rate limit is nearly spent", after=pause)
        headers = {"Authorization": f"Bearer {access.token}"} if access.token else {}
        self.limits.start()
        try:
            async with access.http.get(
                self._base + path, params=query, headers=headers, timeout=self._deadline, allow_redirects=False
            ) as response:
                self.limits.note(response.headers, now())
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise TryLater("Strava did not answer") from lost
        finally:
            self.limits.finish()
        if response.status != 200:
            raise refusal(response.status, response.headers, body)
        return Answer(_decode(body), date_of(response.headers))


async def revoke(base: str, keys: tuple[str, str], access: Access) -> None:
    """End the athlete's grant (RFC 7009, Strava's way since June 2026): the client by Basic, the token in the body.

    https://developers.strava.com/docs/authentication/; a token that is not taken any more has ended already.
    """
    call = access.http.post(
        f"{base}/oauth/revoke",
        data={"token": access.token or ""},
        headers={"Authorization": aiohttp.encode_basic_auth(*keys)},
        timeout=DEADLINE,
        allow_redirects=False,
    )
    try:
        async with call as response:
            body = await response.read()
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise TryLater("Strava did not answer") from lost
    if response.status == 401:
        raise GiveUp("Strava refuses the client id or secret: check both settings", alert=True)
    if response.status not in {200, 204, 400, 404}:
        raise refusal(response.status, response.headers, body)


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> TwingeError:
    """The exception that says what to do about an answer that is not 200."""
    match status:
        case 404:
            return NotThere("Strava does not show this to us")
        case 429:
            return RateLimited("Strava's rate limit is spent", after=after_429(headers))
        case 401 | 403:
            return _not_allowed(status, _codes(body))
    if status >= 500 or status == 408:
        return TryLater(f"Strava answered {status}")
    return GiveUp(f"Strava answered {status}", alert=True)


def _not_allowed(status: int, codes: set[str]) -> TwingeError:
    """401 and 403: the athlete's scope, the application's standing, or the token."""
    if "missing" in codes:
        return GiveUp("The athlete did not allow Twinge to read activities: reconnect with that box ticked", alert=True)
    if "inactive" in codes:
        reason = (
            "Strava calls this application inactive: its owner needs a Strava subscription (strava.com/settings/api)"
        )
        return RateLimited(reason, after=INACTIVE_PAUSE)
    return (
        TokenRefused("Strava refuses this access token") if status == 401 else GiveUp("Strava answered 403", alert=True)
    )


def _codes(body: bytes) -> set[str]:
    """The words in errors[].code of Strava's Fault, in lower case."""
    try:
        errors = msgspec.json.decode(body)["errors"]
        return {str(error["code"]).lower() for error in errors}
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError, KeyError):
        return set()


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as broken:
        # A proxy's or a maintenance page in place of the API's answer.
        raise TryLater("Strava answered 200 with something that is not JSON") from broken
