"""Where an athlete's data come from: links to connect by, how each connection fares, and its end."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from twinge.connections.leave import leave
from twinge.plugin import PlatformAdapter
from twinge.store import Connection
from twinge.store.backfills import Backfill
from twinge.store.keeping import Quiet
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.filters import Readers, asked, line, one_of
from twinge.web.api.listing import instant, listed, wanted, whole
from twinge.web.api.people import known, note
from twinge.web.connect import invite
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, PLATFORMS, STORE

FILTERS: Final[Readers] = {
    "platform": line,
    "external_id": line,
    "state": one_of("connected", "expired", "revoked"),
}


async def find(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/connections`: oldest first, without tokens, with how each fares."""
    one, store = await known(request), request.app[STORE]
    pasts = await store.backfills.of(one.id)
    quiet = {each.platform for each in await store.keeping.quiet(request.app[CLOCK](), one.id)}

    def view(link: Connection) -> dict[str, Any]:
        past = pasts.get((link.platform, link.external_id))
        adapter = request.app[PLATFORMS].get(link.platform)
        silent = link.platform in quiet and link.state == "connected"
        return {**views.connection(link), **_fares(link, past, adapter), "quiet": silent}

    return whole(await store.athletes.connections(one.id), view)


async def everywhere(request: web.Request) -> web.Response:
    """`GET /connections?platform=&external_id=&state=`: everybody's, newest first.

    With `quiet=1`, which goes with nothing else, those that used to deliver and have fallen silent.
    """
    if "quiet" in request.query:
        return await _silent(request)
    cut, only = asked(request, FILTERS)
    return listed(await request.app[STORE].athletes.find_connections(*cut, only=only), _with_owner)


async def show(request: web.Request) -> web.Response:
    """`GET /connections/{connection}`: by its number, with how it fares."""
    text, store = request.match_info["connection"], request.app[STORE]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await store.athletes.get_connection(int(text))
    if found is None:
        raise not_found("connection")
    past = (await store.backfills.of(found.athlete_id)).get((found.platform, found.external_id))
    adapter = request.app[PLATFORMS].get(found.platform)
    return answer({**_with_owner(found), **_fares(found, past, adapter)})


async def _silent(request: web.Request) -> web.Response:
    wanted(request, "quiet")
    if request.query["quiet"] != "1":
        raise Problem(400, "invalid", "quiet must be 1, or left out.", field="quiet")
    return whole(await request.app[STORE].keeping.quiet(request.app[CLOCK]()), _quiet)


def _with_owner(one: Connection) -> dict[str, Any]:
    return {"athlete": one.athlete_id, **views.connection(one)}


async def link(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/connections/{platform}/link`: 201 with a link for the athlete, for half an hour."""
    one, platform = await known(request), request.match_info["platform"]
    async with request.app[STORE].write() as tx:
        made = await invite(request.app, tx, one.id, platform)
        await note(request, tx, "connection.link", one.id, f"platform={platform}")
    return answer({"url": made.url, "expires_at": instant(made.expires_at)}, 201)


async def end(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/connections/{connection}`: 204. By its number, or by its platform where that means all.

    Tokens are gone when this returns; the vendor is told in the minutes after.
    """
    one, word, store = await known(request), request.match_info["connection"], request.app[STORE]
    theirs = [each for each in await store.athletes.connections(one.id) if word in {str(each.id), each.platform}]
    if not theirs:
        raise not_found("connection")
    for each in theirs:
        await leave(store, request.app[PLATFORMS].get(each.platform), each, request[ACTOR], request.app[CLOCK]())
    return web.Response(status=204)


def _fares(link: Connection, past: Backfill | None, adapter: PlatformAdapter | None) -> dict[str, Any]:
    return {
        "reconciled_at": instant(link.seen_at),
        "ended_at": instant(link.ended_at),
        "coach_may_see": None if adapter is None else adapter.capabilities.coach_may_see,
        "retention_days": None if adapter is None else adapter.capabilities.retention_days,
        "backfill": None if past is None else _past(past),
    }


def _past(one: Backfill) -> dict[str, Any]:
    return {
        "state": one.state,
        "since": instant(one.since),
        "fetched": one.fetched,
        "next_at": instant(one.next_at) if one.state == "waiting" else None,
        "note": one.note or None,
    }


def _quiet(one: Quiet) -> dict[str, Any]:
    return {
        "athlete": one.athlete_id,
        "platform": one.platform,
        "last_activity_at": instant(one.last),
        "longest_gap_days": round(one.gap.total_seconds() / 86_400, 1),
    }
