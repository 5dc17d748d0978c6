"""`/me/reach`: where messages go: an address of their own, shown to be theirs by a code; its place; its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from twinge.core.model import EVERYTHING, Purpose
from twinge.plugin import Channel, Rejected
from twinge.store import Address, Consent
from twinge.store.addresses import REMOVED
from twinge.store.verifications import ATHLETE
from twinge.web.answer import Problem, not_found
from twinge.web.api.channels import checked
from twinge.web.api.shapes import NewChannel
from twinge.web.pages.deeds import ask, note_address, only, place_of
from twinge.web.pages.door import ME, Guest, admitted, form
from twinge.web.pages.fields import Wrong
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.pages.sheet import channel_name, places
from twinge.web.parts import CHANNELS, CLOCK, STORE, Tx
from twinge.web.site import Form

OWN: Final = frozenset({"mail", "ntfy"})
"""Channels that anybody may have an address of, besides whichever sends SMS."""
MOST: Final = 10
"""Addresses of one athlete, as many as the API takes at once."""


async def page(request: web.Request) -> web.Response:
    """`GET /me/reach`."""
    return await _page(request, await admitted(request))


async def add(request: web.Request) -> web.Response:
    """`POST /me/reach`: one more address. The answer is the same whoever's it is: a code may be on its way."""
    one, given = await form(request)
    asked, wrong = _asked(request, given)
    if asked is None:
        return await _page(request, one, wrong, given)
    mine = [each for each in await request.app[STORE].addresses.of(one.athlete.id) if each.channel != ME]
    if len(mine) >= MOST:
        return await _page(request, one, {"address": words_in(request).say("wrong.too_many_addresses")}, given)
    try:
        async with request.app[STORE].write() as tx:
            await _put(request, tx, one, asked)
    except Rejected as error:
        if error.field != ATHLETE:
            raise
        return await _page(request, one, {"address": words_in(request).say("wrong.codes")}, given)
    return back(request, "reach", "code")


async def move(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/move`: one place up, or down."""
    one, given = await form(request)
    place, addresses = await place_of(request, one), request.app[STORE].addresses
    step = -1 if only(given, "to") == "up" else 1
    async with request.app[STORE].write() as tx:
        mine = [each for each in (await addresses.load(tx, [one.athlete.id]))[one.athlete.id] if each.channel != ME]
        here = next((n for n, each in enumerate(mine) if each.id == place.id), None)
        if here is None:
            raise not_found("channel")
        there = min(max(here + step, 0), len(mine) - 1)
        mine.insert(there, mine.pop(here))
        for rank, each in enumerate(mine):
            await addresses.put_in_order(tx, each, rank)
    return back(request, "reach", "moved")


async def remove(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/remove`: consent is taken back, and what waits goes another way."""
    one, _ = await form(request)
    place, store, now = await place_of(request, one), request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        if gone := tuple(purpose for purpose in EVERYTHING if purpose in place.purposes):
            taken_back = Consent(now, "removed on their page", purposes=gone, by="athlete")
            await store.addresses.withdraw(tx, place, taken_back)
        await store.addresses.disable(tx, place.id, REMOVED)
        await note_address(request, tx, one, "remove", place)
    return back(request, "reach", "removed")


def offered(channels: Mapping[str, Channel]) -> list[str]:
    """The channels that an athlete may add an address of."""
    return [name for name, channel in channels.items() if name in OWN or channel.voice == "sms"]


def _asked(request: web.Request, given: Form) -> tuple[NewChannel | None, Wrong]:
    words, names = words_in(request), offered(request.app[CHANNELS])
    channel = only(given, "channel")
    if channel not in names:
        return None, {"channel": words.say("wrong.any")}
    if not given.get("purpose"):
        return None, {"purpose": words.say("wrong.purpose")}
    wanted: dict[str, Any] = {
        "channel": channel,
        "address": only(given, "address").strip(),
        "purposes": given["purpose"],
        "verify": True,
    }
    try:
        return checked(request, msgspec.convert(wanted, NewChannel), ""), {}
    except (msgspec.ValidationError, Problem):
        return None, {"address": words.say(f"wrong.address.{_kind(request, channel)}")}


async def _put(request: web.Request, tx: Tx, one: Guest, asked: NewChannel) -> None:
    store, now, words = request.app[STORE], request.app[CLOCK](), words_in(request)
    purposes = tuple(purpose for purpose in EVERYTHING if purpose.value in asked.purposes)
    shown = " · ".join([words.say("consent.legend"), *(words.say(f"consent.{each}") for each in purposes)])
    given = Consent(now, "added on their page", shown, purposes, by="athlete")
    at = await store.addresses.at(tx, asked.channel, asked.address)
    before = next((each for each in at if each.athlete_id == one.athlete.id), None)
    place = await store.addresses.add(tx, one.athlete.id, asked.channel, asked.address, given, verified_at=None)
    if before is not None and before.disabled_reason is not None:
        await store.addresses.doubt(tx, place)
        place = replace(place, verified_at=None)
    await note_address(request, tx, one, "add", place)
    if place.shut == "not_verified":
        await ask(request, tx, one, place)


async def _page(
    request: web.Request, one: Guest, wrong: Wrong | None = None, given: Form | None = None
) -> web.Response:
    words, channels, given = words_in(request), request.app[CHANNELS], given or {}
    mine: Sequence[Address] = [
        each for each in await request.app[STORE].addresses.of(one.athlete.id) if each.channel != ME
    ]
    names = [(name, channel_name(name, words, channels), _kind(request, name)) for name in offered(channels)]
    return show_own(
        request,
        one,
        "reach",
        wrong,
        places=places(mine, one.athlete, words, channels),
        channels=names,
        channel=only(given, "channel") or (names[0][0] if names else ""),
        address=only(given, "address"),
        purposes=[(each.value, each.value in given.get("purpose", [each.value])) for each in Purpose],
    )


def _kind(request: web.Request, name: str) -> str:
    return "sms" if request.app[CHANNELS][name].voice == "sms" else name
