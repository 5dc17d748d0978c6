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
    for one in await _listed(url, keys, http):
        if one.get("callback_url") == callback_url:
            return int(one["id"])
        raise GiveUp(
            f"The application already has subscription {one.get('id')} with another callback URL: "
            "delete it first (docs/strava.md), an application can have one only"
        )
    form = keys | {"callback_url": callback_url, "verify_token": settings["VERIFY_TOKEN"]}
    return int((await _call(http.post(url, data=form, timeout=DEADLINE, allow_redirects=False)))["id"])


async def wrong(base: str, settings: Mapping[str, str], http: aiohttp.ClientSession, callback_url: str) -> str | None:
    """What is wrong with the subscription to `callback_url`, or None. Asks, and changes nothing."""
    keys = {"client_id": settings["CLIENT_ID"], "client_secret": settings["CLIENT_SECRET"]}
    try:
        found = await _listed(f"{base}/api/v3/push_subscriptions", keys, http)
    except GiveUp as refused:
        return f"{refused.reason}."
    if not found:
        return "Strava has no subscription of this application: make it again (docs/strava.md, Keys, step 4)."
    if found[0].get("callback_url") != callback_url:
        return "Strava sends events to another URL than this one: delete that subscription and make it again."
    ours = settings.get("SUBSCRIPTION_ID")
    if ours and str(found[0].get("id")) != ours:
        return f"The subscription is number {found[0].get('id')} now: set TWINGE_STRAVA_SUBSCRIPTION_ID to it."
    return None


async def _listed(url: str, keys: Mapping[str, str], http: aiohttp.ClientSession) -> list[Mapping[str, Any]]:
    """The application's subscriptions: none or one. Strava wants the keys in the query here: never log this URL."""
    found = await _call(http.get(url, params=keys, timeout=DEADLINE, allow_redirects=False))
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


async def _call(request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> Any:
    try:
        async with request as response:
            body = await response.read()
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise TryLater("Strava did not answer") from lost
    if response.status in {200, 201}:
        try:
            return msgspec.json.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as broken:
            raise TryLater("Strava answered 200 with something that is not JSON") from broken
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
