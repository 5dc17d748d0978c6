"""What a visitor does on the page: answers, agrees, stops and starts. Each ends with the page itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec
from aiohttp import web

from twinge.core.model import Purpose
from twinge.core.purpose import NOTICE
from twinge.notices import send_code, send_test, welcome
from twinge.plugin import Delivery, Rejected
from twinge.store import Address, Consent
from twinge.store.lanes import page_lane
from twinge.store.verifications import ATHLETE
from twinge.web.answer import Problem, not_found
from twinge.web.api.channels import voice_of
from twinge.web.pages.door import ME, Guest, form
from twinge.web.pages.frame import home, words_in
from twinge.web.parts import CLOCK, STORE, Tx
from twinge.web.site import Form

MOST: Final = 1_000
"""Letters of an answer."""
NONCE: Final = re.compile(r"[-_A-Za-z0-9]{16,64}")
STOPPED: Final = "the athlete wrote STOP"
TEST_EVERY: Final = timedelta(minutes=1)
TESTS: Final = 10
"""Messages that are looked through for a test."""


async def answer(request: web.Request) -> web.Response:
    """`POST /me/answer`: into the inbox, like a text message; the worker does the rest."""
    one, given = await form(request)
    await deliver(request, one, only(given, "nonce"), {"text": _text(given)})
    return home(request, "answer")


async def deliver(request: web.Request, one: Guest, nonce: str, said: Mapping[str, object]) -> None:
    """Put what a visitor said into the inbox, as the channel `me` reads it; durable when this returns.

    The key is the form's own number and the words: a double click or a reload counts once, other words written into
    a form that the browser brought back count too.
    """
    if not NONCE.fullmatch(nonce):
        raise Problem(400, "invalid", "The form has no number of its own.", field="nonce")
    athlete_id, now = one.athlete.id, request.app[CLOCK]()
    digest = hashlib.sha256(msgspec.json.encode({"athlete": athlete_id, **said})).hexdigest()
    key = f"{nonce}:{digest[:24]}"
    named = {"id": hashlib.sha256(key.encode()).hexdigest()[:32]} if "told" in said else {}
    body = msgspec.json.encode({"athlete": athlete_id, **named, **said})
    delivery = Delivery(f"channel:{ME}", "POST", "inbound", {}, {}, body, now)
    await request.app[STORE].inbox.put(delivery, key, page_lane(athlete_id))


def _text(given: Form) -> str:
    """A button's or the box's words, else the numbers that were ticked."""
    text = " ".join(only(given, "text").split()) or "".join(given.get("digit", []))
    if not 0 < len(text) <= MOST or "\0" in text:
        raise Problem(400, "invalid", f"An answer has 1 to {MOST:,} letters.", field="text")
    return text


def only(given: Form, name: str) -> str:
    """A field's last value: a button's comes after the box's."""
    return given.get(name, [""])[-1]


async def consent(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/consent`: what is ticked is agreed to, the rest taken back."""
    one, given = await form(request)
    place, now, words = await place_of(request, one), request.app[CLOCK](), words_in(request)
    try:
        ticked = {Purpose(word) for word in given.get("purpose", [])}
    except ValueError:
        raise Problem(400, "invalid", "There is no such purpose.", field="purpose") from None
    shown = [
        words.say("consent.legend"),
        *(words.say(f"consent.{purpose}") for purpose in Purpose if purpose in ticked),
    ]
    new, gone = ticked - place.purposes, place.purposes - ticked
    addresses = request.app[STORE].addresses
    async with request.app[STORE].write() as tx:
        if new:
            await addresses.agree(tx, place, _said(now, "ticked on their page", new, " · ".join(shown)))
        if gone:
            await addresses.withdraw(tx, place, _said(now, "unticked on their page", gone))
    return home(request, "saved")


def _said(now: datetime, how: str, purposes: set[Purpose] | frozenset[Purpose], words: str = "") -> Consent:
    ordered = tuple(purpose for purpose in Purpose if purpose in purposes)
    return Consent(now, how, words, ordered, by="athlete")


async def test(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/test`: one message there, to see that it arrives."""
    one, _ = await form(request)
    store, place, now = request.app[STORE], await place_of(request, one), request.app[CLOCK]()
    if place.shut is not None:
        raise Problem(409, "conflict", f"Nothing may go to this address now: {place.shut}.")
    await _not_too_often(request, one, now)
    async with store.write() as tx:
        await send_test(store, tx, one.athlete, place, voice_of(request, place), now, asked=True)
    return home(request, "test")


async def _not_too_often(request: web.Request, one: Guest, now: datetime) -> None:
    """A test a minute: some cost money, and a double click means one."""
    said = await request.app[STORE].outbox.find_nudges(one.athlete.id, None, TESTS)
    if sum(each.nudge.facts.get(NOTICE) == "test" and now - each.nudge.made_at < TEST_EVERY for each in said.items):
        raise Problem(409, "conflict", "A test was sent a moment ago.")


async def code(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/code`: six digits go to the address, to show that it is theirs."""
    one, _ = await form(request)
    store, place = request.app[STORE], await place_of(request, one)
    async with store.write() as tx:
        await ask(request, tx, one, place)
    return home(request, "code")


async def ask(request: web.Request, tx: Tx, one: Guest, place: Address) -> None:
    """Send a code there. What stands against it for a reason that is not theirs to know is not told: whether a STOP
    or somebody else's codes came first, the page looks the same."""
    try:
        await send_code(
            request.app[STORE], tx, one.athlete, place, voice_of(request, place), request.app[CLOCK](), asked=True
        )
    except Rejected as error:
        if place.verified_at is not None or place.stopped_at is not None or error.field == ATHLETE:
            raise


async def confirm(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/confirm`: the digits came back."""
    one, given = await form(request)
    store, place, now = request.app[STORE], await place_of(request, one), request.app[CLOCK]()
    async with store.write() as tx:
        right = await store.verifications.confirm(tx, place, "".join(only(given, "code").split())[:20], now)
        if right:
            await store.outbox.put(tx, [(welcome(one.athlete, place, now), place, voice_of(request, place))])
    return home(request, "confirmed" if right else "wrong_code")


async def stop(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/stop`: nothing more to this one address."""
    one, _ = await form(request)
    store, place, now = request.app[STORE], await place_of(request, one), request.app[CLOCK]()
    async with store.write() as tx:
        await store.addresses.stop(tx, place, now, alone=True)
        await store.outbox.silence(tx, place, "the athlete stopped this channel", now)
        await note_address(request, tx, one, "stop", place)
    return home(request, "stopped")


async def start(request: web.Request) -> web.Response:
    """`POST /me/channels/{channel}/start`: takes the stop of this address back."""
    one, _ = await form(request)
    store, place = request.app[STORE], await place_of(request, one)
    async with store.write() as tx:
        await store.addresses.start(tx, place, request.app[CLOCK]())
        await note_address(request, tx, one, "start", place)
    return home(request, "started")


async def stop_all(request: web.Request) -> web.Response:
    """`POST /me/stop`: STOP, for every address, at once and for what was waiting."""
    one, _ = await form(request)
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        entries = (await store.addresses.load(tx, [one.athlete.id])).get(one.athlete.id, [])
        own = next(entry for entry in entries if entry.channel == ME)
        await store.addresses.stop(tx, own, now)
        await store.outbox.silence(tx, own, STOPPED, now, alone=False)
        await note_address(request, tx, one, "stop", own)
    return home(request, "stopped")


async def start_all(request: web.Request) -> web.Response:
    """`POST /me/start`: START, which takes back what STOP from this page did."""
    one, _ = await form(request)
    store = request.app[STORE]
    async with store.write() as tx:
        entries = (await store.addresses.load(tx, [one.athlete.id])).get(one.athlete.id, [])
        own = next(entry for entry in entries if entry.channel == ME)
        await store.addresses.start(tx, own, request.app[CLOCK]())
        await note_address(request, tx, one, "start", own)
    return home(request, "started")


async def place_of(request: web.Request, one: Guest) -> Address:
    """The visitor's own address of the path, or 404."""
    text = request.match_info["channel"]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await request.app[STORE].addresses.get(one.athlete.id, int(text))
    if found is None or found.channel == ME:
        raise not_found("channel")
    return found


async def note_address(request: web.Request, tx: Tx, one: Guest, word: str, place: Address) -> None:
    actor = f"athlete:{one.athlete.id}"
    await request.app[STORE].audit(tx, request.app[CLOCK](), actor, f"address.{word}", f"address:{place.id}")


async def pictures(request: web.Request) -> web.Response:
    """`POST /me/pictures`: whether messages may come with their chart; `on` is ticked or not there."""
    one, given = await form(request)
    store, wanted = request.app[STORE], "on" in given
    async with store.write() as tx:
        old = (await store.athletes.load(tx, [one.athlete.id]))[one.athlete.id]
        await store.athletes.update(tx, replace(old, preferences=replace(old.preferences, pictures=wanted)))
        word = "on" if wanted else "off"
        await store.audit(tx, request.app[CLOCK](), f"athlete:{old.id}", f"pictures.{word}", f"athlete:{old.id}")
    return home(request, "saved")
