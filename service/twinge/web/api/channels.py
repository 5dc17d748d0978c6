"""The ways to reach an athlete: addresses, what was agreed to there, codes that show whose they are, and a test."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from twinge.core.model import EVERYTHING, Athlete, Purpose, Voice
from twinge.notices import send_code, send_test, welcome
from twinge.plugin import Channel, Rejected
from twinge.store import Address, Consent
from twinge.store.addresses import REMOVED
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import answers, views
from twinge.web.api.listing import whole
from twinge.web.api.people import known, note
from twinge.web.api.shapes import NewChannel, read_code, read_way, wrong
from twinge.web.body import read_as
from twinge.web.caller import CALLER
from twinge.web.parts import CHANNELS, CLOCK, SETTINGS, STORE, Tx
from twinge.web.tags import check_match, tagged

CONSENT = "stated by the operator"
"""How consent came about for an address that was added over the API."""


async def find(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/channels`: in the order they are tried."""
    return whole(await request.app[STORE].addresses.of((await known(request)).id), lambda one: shown(request, one))


async def show(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/channels/{channel}`."""
    _, place = await _both(request)
    return tagged(request, shown(request, place))


async def edit(request: web.Request) -> web.Response:
    """`PATCH /athletes/{id}/channels/{channel}`: consent by purpose, and where it stands in the order."""
    athlete, place = await _both(request)
    body = await read_as(request, read_way)
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        place = await _held(request, tx, place)
        if body.purposes is not None:
            await _agree(request, tx, place, tuple(map(Purpose, body.purposes)), body.words, now)
        if body.rank is not None:
            await store.addresses.put_in_order(tx, place, body.rank)
        await note(request, tx, "channel.edit", athlete.id, f"address={place.id}")
    return await _shown_again(request, place)


async def remove(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/channels/{channel}`: nothing goes there any more, and what waits goes another way."""
    athlete, place = await _both(request)
    store = request.app[STORE]
    async with store.write() as tx:
        await _held(request, tx, place)
        await store.addresses.disable(tx, place.id, REMOVED)
        await note(request, tx, "channel.remove", athlete.id, f"address={place.id}")
    return web.Response(status=204)


async def test(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/channels/{channel}/test`: 202 with the message; it waits for the end of quiet hours."""
    athlete, place = await _both(request)
    if place.shut is not None:
        raise Problem(409, "conflict", f"Nothing may go to this address now: {place.shut}.")
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        made = await send_test(store, tx, athlete, place, voice_of(request, place), now, asked=False)
        await note(request, tx, "channel.test", athlete.id, f"address={place.id}")
    return answer(answers.Tested(made.id, made.not_before), 202)


async def code(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/channels/{channel}/code`: 202; six digits go to the address."""
    athlete, place = await _both(request)
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        await send_code(store, tx, athlete, place, voice_of(request, place), now, asked=False)
        await note(request, tx, "channel.code", athlete.id, f"address={place.id}")
    return answer(answers.Status("sent"), 202)


async def confirm(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/channels/{channel}/confirm` with `{"code"}`: the address is theirs from now on."""
    athlete, place = await _both(request)
    given = (await read_as(request, read_code)).code
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        right = await store.verifications.confirm(tx, place, given, now)
        if right:
            await store.outbox.put(tx, [(welcome(athlete, place, now), place, voice_of(request, place))])
            await note(request, tx, "channel.confirm", athlete.id, f"address={place.id}")
    if not right:
        raise Problem(400, "wrong_code", "This is not the code, or it has ended; ask for a new one.", field="code")
    return await _shown_again(request, place)


async def consents(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/consents`: everything that was agreed to and taken back, oldest first."""
    return whole(await request.app[STORE].addresses.ledger((await known(request)).id), views.agreed)


def checked(request: web.Request, asked: NewChannel, prefix: str) -> NewChannel:
    """The channel that is meant and the address in its one canonical form."""
    name, channel = _channel(request, asked.channel, f"{prefix}channel")
    try:
        asked.channel, asked.address = name, channel.normalise(asked.address)
    except Rejected as error:
        raise wrong(f"{prefix}address", error.reason) from None
    return asked


async def put(request: web.Request, tx: Tx, athlete: Athlete, asked: NewChannel) -> Address:
    """Keep one address with the consent stated for it; with `verify` it is not theirs until a code came back."""
    store, now = request.app[STORE], request.app[CLOCK]()
    verify = asked.verify or request.app[SETTINGS].verify_addresses
    given = Consent(now, CONSENT, asked.words, tuple(map(Purpose, asked.purposes)))
    made = await store.addresses.add(
        tx, athlete.id, asked.channel, asked.address, given, verified_at=None if verify else now
    )
    await note(request, tx, "consent.stated", athlete.id, f"channel={asked.channel}")
    if verify and made.verified_at is None:
        await send_code(store, tx, athlete, made, voice_of(request, made), now, asked=False)
    return made


def shown(request: web.Request, one: Address) -> answers.Channel:
    """An address as this key may see it; a coach sees that there is one, and whether it works."""
    if request[CALLER].scope == "coach":
        return answers.Channel(channel=one.channel, usable=one.usable, shut=one.shut)
    return views.address(one, whole=request[CALLER].scope == "admin")


def voice_of(request: web.Request, place: Address) -> Voice:
    """How the channel of an address speaks, or 409 where it is not ready."""
    channel = request.app[CHANNELS].get(place.channel)
    if channel is None:
        raise Problem(409, "no_channel", "This channel is not set up here; `twinge plugins` says what it lacks.")
    return Voice(channel.voice)


async def _agree(
    request: web.Request, tx: Tx, place: Address, wanted: tuple[Purpose, ...], words: str, now: datetime
) -> None:
    addresses = request.app[STORE].addresses
    if given := tuple(one for one in wanted if one not in place.purposes):
        await addresses.agree(tx, place, Consent(now, CONSENT, words, given))
    if gone := tuple(one for one in EVERYTHING if one in place.purposes and one not in wanted):
        await addresses.withdraw(tx, place, Consent(now, CONSENT, words, gone))


async def _both(request: web.Request) -> tuple[Athlete, Address]:
    """The athlete and their address that the path names, or 404."""
    athlete, text = await known(request), request.match_info["channel"]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await request.app[STORE].addresses.get(athlete.id, int(text))
    if found is None:
        raise not_found("channel")
    return athlete, found


async def _shown_again(request: web.Request, place: Address) -> web.Response:
    found = await request.app[STORE].addresses.get(place.athlete_id, place.id)
    return tagged(request, shown(request, found or place))


async def _held(request: web.Request, tx: Tx, place: Address) -> Address:
    """The address as this transaction finds it, kept from others; 404 when it is gone, 412 when it has changed."""
    found = await request.app[STORE].addresses.hold(tx, place)
    if found is None:
        raise not_found("channel")
    check_match(request, shown(request, found))
    return found


def _channel(request: web.Request, name: str, field: str) -> tuple[str, Channel]:
    """The ready channel `name`; `sms` is whichever one has that voice."""
    ready = request.app[CHANNELS]
    if name in ready:
        return name, ready[name]
    for other, channel in ready.items():
        if name == "sms" and channel.voice == "sms":
            return other, channel
    raise wrong(field, "No such channel is ready here; GET /api/v1/plugins says what is.")
