"""The push subscription: one per application, made once (https://developers.strava.com/docs/webhooks/)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import msgspec

from twinge.plugin import GiveUp, TryLater, TwingeError
from twinge_strava.client import DEADLINE, refusal


async def subscribe(base: str, settings: Mapping[str, str], http: aiohttp.ClientSession, callback_url: str) -> int:
    """The id of the subscription to `callback_url`, made if there is none.

    While it is made Strava calls `callback_url` and waits two seconds for the handshake, so the service must be up and
    reachable. `GiveUp` when the application is subscribed with another URL, or Strava cannot reach this one.
    """
    url = f"{base}/api/v3/push_subscriptions"
    keys = {"client_id": settings["CLIENT_ID"], "client_secret": settings["CLIENT_SECRET"]}
    # Listing takes the credentials in the query, by Strava's own description: never log this URL.
    for one in await _call(http.get(url, params=keys, timeout=DEADLINE, allow_redirects=False)):
        if one.get("callback_url") == callback_url:
            return int(one["id"])
        raise GiveUp(
            f"The application already has subscription {one.get('id')} with another callback URL: "
            "delete it first (docs/strava.md), an application can have one only"
        )
    form = keys | {"callback_url": callback_url, "verify_token": settings["VERIFY_TOKEN"]}
    return int((await _call(http.post(url, data=form, timeout=DEADLINE, allow_redirects=False)))["id"])


async def _call(request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> Any:
    try:
        async with request as response:
            body = await response.read()
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise TryLater("Strava did not answer") from lost
    if response.status in {200, 201}:
        return msgspec.json.decode(body)
    raise _refused(response.status, response.headers, body)


def _refused(status: int, headers: Mapping[str, str], body: bytes) -> TwingeError:
    if status == 400 and b"callback" in body:
        return GiveUp(
            "Strava could not confirm the callback URL: it must be public https, end in the hook token, "
            "and answer within two seconds"
        )
    if status in {400, 401}:
        return GiveUp("Strava refuses the client id or secret: check both settings")
    return refusal(status, headers, body)
