"""`/me/workouts`: where workouts come from and how each source fares, the end of one, and files by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from twinge.connections import title_of
from twinge.connections.leave import leave
from twinge.intake import PLATFORM
from twinge.plugin import Rejected
from twinge.store import Connection
from twinge.store.backfills import Backfill
from twinge.web.answer import Problem, not_found
from twinge.web.api.files import parts, take
from twinge.web.pages.door import Guest, admitted, check_proof, form
from twinge.web.pages.fields import Wrong
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.pages.words import Words
from twinge.web.parts import CLOCK, PLATFORMS, SETTINGS, STORE
from twinge.web.site import check_origin

LATELY: Final = timedelta(days=30)
"""How long what became of a file stands there."""
STATES: Final = ("waiting", "done", "dead", "stray")


@dataclass(frozen=True, slots=True)
class Source:
    """One connection, and how it fares in sentences."""

    id: int
    platform: str
    title: str
    state: str
    told: list[str]
    again: bool
    """Whether it can be connected again here."""


@dataclass(frozen=True, slots=True)
class File:
    """What became of one file."""

    when: str
    state: str
    note: str
    """In our own words, which are English; "" where there is nothing to add."""


async def page(request: web.Request) -> web.Response:
    """`GET /me/workouts`."""
    return await _page(request, await admitted(request))


async def end(request: web.Request) -> web.Response:
    """`POST /me/connections/{connection}/end`: its tokens are gone at once, the vendor is told in the minutes after."""
    one, _ = await form(request)
    store = request.app[STORE]
    theirs = await store.athletes.connections(one.athlete.id)
    found = next((each for each in theirs if str(each.id) == request.match_info["connection"]), None)
    if found is None or found.platform == PLATFORM:
        raise not_found("connection")
    adapter, now = request.app[PLATFORMS].get(found.platform), request.app[CLOCK]()
    await leave(store, adapter, found, f"athlete:{one.athlete.id}", now)
    return back(request, "workouts", "disconnected")


async def upload(request: web.Request) -> web.Response:
    """`POST /me/files`: a device's file, into the inbox; its result stands on the page. The proof comes first in the
    form, and is checked before the file is read."""
    if not request.content_type.startswith("multipart/"):
        await form(request)
        raise Problem(415, "unsupported_media_type", "Send the form of the page.")
    check_origin(request)
    one = await admitted(request)
    body, proven = b"", False
    async for name, file, content in parts(request, request.app[SETTINGS].file_cap_kb * 1024):
        if name == "proof":
            check_proof(request, one, content.decode(errors="replace"))
            proven = True
        elif not proven:
            break
        elif file is not None:
            body = content
    if not proven:
        check_proof(request, one, "")
    if not body:
        return await _page(request, one, {"file": words_in(request).say("wrong.file")})
    try:
        _, word = await take(request, one.athlete.id, body)
    except Rejected:
        return await _page(request, one, {"file": words_in(request).say("wrong.file")})
    return back(request, "workouts", "file_known" if word == "duplicate" else "file_new")


async def _page(request: web.Request, one: Guest, wrong: Wrong | None = None) -> web.Response:
    store, words, now = request.app[STORE], words_in(request), request.app[CLOCK]()
    zone = ZoneInfo(one.athlete.timezone)
    seen = await store.inbox.recent(PLATFORM, one.athlete.id, now - LATELY)
    return show_own(
        request,
        one,
        "workouts",
        wrong,
        sources=await _sources(request, one, words, zone, now),
        files=[File(words.when(each.received_at, zone), each.state, each.note) for each in seen],
        upload=PLATFORM in request.app[PLATFORMS],
        most=request.app[SETTINGS].file_cap_kb // 1024,
    )


async def _sources(request: web.Request, one: Guest, words: Words, zone: ZoneInfo, now: datetime) -> list[Source]:
    store, adapters = request.app[STORE], request.app[PLATFORMS]
    links = [each for each in await store.athletes.connections(one.athlete.id) if each.platform != PLATFORM]
    pasts, last = await store.backfills.of(one.athlete.id), await store.history.latest(one.athlete.id)
    quiet = {each.platform: each.last for each in await store.keeping.quiet(now, one.athlete.id)}
    found = []
    for link in links:
        past = pasts.get((link.platform, link.external_id))
        told = _told(link, past, last.get(link.platform), quiet.get(link.platform), words, zone)
        adapter = adapters.get(link.platform)
        again = link.state != "connected" and adapter is not None and adapter.oauth is not None
        found.append(Source(link.id, link.platform, title_of(adapter, link.platform), link.state, told, again))
    return found


def _told(
    link: Connection,
    past: Backfill | None,
    last: datetime | None,
    quiet: datetime | None,
    words: Words,
    zone: ZoneInfo,
) -> list[str]:
    """How a connection fares, the state first."""
    told = [words.say(f"sources.{link.state}")]
    if last is not None:
        told.append(words.say("fares.last", day=words.day(last, zone)))
    elif link.state == "connected":
        told.append(words.say("fares.nothing"))
    if quiet is not None and link.state == "connected":
        told.append(words.say("fares.quiet", day=words.day(quiet, zone)))
    if link.state == "expired" and link.asked_at is not None:
        told.append(words.say("fares.asked", day=words.day(link.asked_at, zone)))
    if link.state == "revoked" and link.ended_at is not None:
        told.append(words.say("fares.ended", day=words.day(link.ended_at, zone)))
    if past is not None and link.state == "connected":
        told.append(words.say(f"past.{past.state}", count=past.fetched, day=words.day(past.since, zone)))
    return told
