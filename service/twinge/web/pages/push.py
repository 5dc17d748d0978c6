"""Push to this browser: its subscription becomes an address, moves with whoever subscribes, and goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec
from aiohttp import web

from twinge.core.model import EVERYTHING, Purpose
from twinge.plugin import Channel, Rejected
from twinge.store import Address, Consent
from twinge.store.addresses import REMOVED
from twinge.web.answer import JSON, Problem, answer
from twinge.web.body import read_as
from twinge.web.pages.door import Guest, admitted
from twinge.web.pages.frame import words_in
from twinge.web.parts import CHANNELS, CLOCK, STORE, Tx
from twinge.web.site import check_origin

WEBPUSH: Final = "webpush"
LONGEST: Final = 4_000
"""Bytes of a subscription."""


class Renewed(msgspec.Struct):
    """`PUT /me/push`: the subscription as it is now, and the endpoint that it had before, if that has changed."""

    subscription: msgspec.Raw
    instead: str = ""


_any, _renewed = msgspec.json.Decoder(msgspec.Raw).decode, msgspec.json.Decoder(Renewed).decode
_endpoint = msgspec.json.Decoder(dict[str, Any]).decode


async def subscribe(request: web.Request) -> web.Response:
    """`POST /me/push`: the visitor turned it on. Another athlete who had it in this browser has it no more."""
    one, channel = await _caller(request)
    value = _normal(channel, await read_as(request, _any))
    store, now, words = request.app[STORE], request.app[CLOCK](), words_in(request)
    shown = " · ".join([words.say("push.agree"), *(words.say(f"consent.{purpose}") for purpose in Purpose)])
    async with store.write() as tx:
        for other in await store.addresses.at(tx, WEBPUSH, value):
            if other.athlete_id != one.athlete.id:
                await _take_away(request, tx, other, Consent(now, "another athlete subscribed in this browser"))
        given = Consent(now, "subscribed on their page", shown, EVERYTHING, by="athlete")
        place = await store.addresses.add(tx, one.athlete.id, WEBPUSH, value, given, verified_at=now)
    return answer({"on": place.stopped_at is None}, 201)


async def renew(request: web.Request) -> web.Response:
    """`PUT /me/push`: the browser says what its subscription is, at every start of the page. Nobody has clicked, so it
    gives no consent: an endpoint that has changed takes over what the old one was agreed to for."""
    one, channel = await _caller(request)
    body = await read_as(request, _renewed)
    value, store, now = _normal(channel, body.subscription), request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        mine = (await store.addresses.load(tx, [one.athlete.id])).get(one.athlete.id, [])
        found = next((entry for entry in mine if (entry.channel, entry.address) == (WEBPUSH, value)), None)
        old = next((entry for entry in mine if _leads_to(entry, body.instead)), None)
        if found is None and old is not None and not await store.addresses.at(tx, WEBPUSH, value):
            found = await _replace(request, tx, old, value, now)
    return answer({"on": found is not None and found.usable})


async def unsubscribe(request: web.Request) -> web.Response:
    """`DELETE /me/push`: the visitor turned it off; 204 also where it was off."""
    one, channel = await _caller(request)
    value = _normal(channel, await read_as(request, _any))
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        for entry in await store.addresses.at(tx, WEBPUSH, value):
            if entry.athlete_id == one.athlete.id:
                await _take_away(request, tx, entry, Consent(now, "turned off on their page", by="athlete"))
    return web.Response(status=204)


async def _caller(request: web.Request) -> tuple[Guest, Channel]:
    """The visitor, where the page itself has sent JSON and push is set up. No other site can send JSON without asking
    first (Fetch, CORS preflight), and we answer nobody who asks."""
    check_origin(request)
    if request.content_type != JSON:
        raise Problem(415, "unsupported_media_type", f"Send {JSON}.")
    one, channel = await admitted(request), request.app[CHANNELS].get(WEBPUSH)
    if channel is None:
        raise Problem(404, "not_configured", "Push is not set up here; `twinge plugins` says what it lacks.")
    return one, channel


def _normal(channel: Channel, subscription: msgspec.Raw) -> str:
    text = bytes(subscription)
    if len(text) > LONGEST:
        raise Problem(400, "invalid", "This is longer than any subscription.", field="subscription")
    try:
        return channel.normalise(text.decode())
    except Rejected as error:
        raise Problem(400, "invalid", error.reason, field="subscription") from None


async def _take_away(request: web.Request, tx: Tx, entry: Address, taken: Consent) -> None:
    """Nothing goes there any more; what waits for it goes another way when it is due."""
    store = request.app[STORE]
    if entry.purposes:
        ordered = tuple(purpose for purpose in EVERYTHING if purpose in entry.purposes)
        await store.addresses.withdraw(tx, entry, replace(taken, purposes=ordered))
    await store.addresses.disable(tx, entry.id, REMOVED)


async def _replace(request: web.Request, tx: Tx, old: Address, value: str, now: datetime) -> Address:
    addresses = request.app[STORE].addresses
    ordered = tuple(purpose for purpose in EVERYTHING if purpose in old.purposes)
    given = Consent(now, "the browser renewed its subscription", purposes=ordered, by="athlete")
    made = await addresses.add(tx, old.athlete_id, WEBPUSH, value, given, verified_at=now)
    if old.stopped_at is not None:
        await addresses.stop(tx, made, old.stopped_at, alone=True)
    await _take_away(request, tx, old, Consent(now, "the browser renewed its subscription", by="athlete"))
    return made


def _leads_to(entry: Address, endpoint: str) -> bool:
    if entry.channel != WEBPUSH or not endpoint:
        return False
    try:
        return bool(_endpoint(entry.address.encode()).get("endpoint") == endpoint)
    except msgspec.DecodeError:
        return False
