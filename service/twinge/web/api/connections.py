"""Where an athlete's data come from: links to connect by, how each connection fares, and its end."""

from __future__ import annotations

from aiohttp import web
from msgspec.structs import asdict

from twinge.connections.leave import leave
from twinge.core.model import Athlete
from twinge.plugin import PlatformAdapter
from twinge.store import Connection
from twinge.store.backfills import Backfill
from twinge.store.keeping import Quiet
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import answers, views
from twinge.web.api.listing import instant, wanted, whole
from twinge.web.api.people import known, note
from twinge.web.api.veil import hides
from twinge.web.caller import CALLER
from twinge.web.connect import invite
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, PLATFORMS, STORE


async def find(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/connections`: oldest first, without tokens, with how each fares."""
    one, store = await known(request), request.app[STORE]
    pasts = await store.backfills.of(one.id)
    quiet = {each.platform for each in await store.keeping.quiet(request.app[CLOCK](), one.id)}
    coach = request[CALLER].scope == "coach"

    def view(link: Connection) -> answers.ConnectionInFull:
        past = pasts.get((link.platform, link.external_id))
        adapter = request.app[PLATFORMS].get(link.platform)
        silent = link.platform in quiet and link.state == "connected"
        # How many workouts came, and since when none do, is told by workouts.
        veiled = coach and hides(request.app, link.platform)
        return fares(
            views.connection(link, whole=not coach), link, None if veiled else past, adapter, None if veiled else silent
        )

    return whole(await store.athletes.connections(one.id), view)


async def quiet(request: web.Request) -> web.Response:
    """`GET /connections?quiet=1`: those that used to deliver and have fallen silent."""
    wanted(request, "quiet")
    if request.query.get("quiet") != "1":
        raise Problem(400, "invalid", "Ask with quiet=1; all of them are below their athletes.", field="quiet")
    caller = request[CALLER]
    found = [
        one for one in await request.app[STORE].keeping.quiet(request.app[CLOCK]()) if caller.may_see(one.athlete_id)
    ]

    return whole(found, lambda one: _quiet(one, veiled=caller.scope == "coach" and hides(request.app, one.platform)))


async def link(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/connections/{platform}/link`: 201 with a link for the athlete, for half an hour."""
    one, platform = await known(request), request.match_info["platform"]
    async with request.app[STORE].write() as tx:
        made = await invite(request.app, tx, one.id, platform)
        await note(request, tx, "connection.link", one.id, f"platform={platform}")
    return answer(answers.Link(made.url, instant(made.expires_at)), 201)


async def end(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/connections/{connection}`: 204. By its number, or by its platform where that means all.

    Tokens are gone when this returns; the vendor is told in the minutes after.
    """
    await end_all(request, await known(request), request.match_info["connection"])
    return web.Response(status=204)


async def end_all(request: web.Request, one: Athlete, word: str) -> None:
    """End the connection of this number, or all of this platform; 404 where there is none."""
    store = request.app[STORE]
    theirs = [each for each in await store.athletes.connections(one.id) if word in {str(each.id), each.platform}]
    if not theirs:
        raise not_found("connection")
    for each in theirs:
        await leave(store, request.app[PLATFORMS].get(each.platform), each, request[ACTOR], request.app[CLOCK]())


def fares(
    shown: answers.Connection,
    link: Connection,
    past: Backfill | None,
    adapter: PlatformAdapter | None,
    quiet: bool | None,
) -> answers.ConnectionInFull:
    """A connection as it is shown, with how it fares and what its platform's terms say."""
    able = None if adapter is None else adapter.capabilities
    return answers.ConnectionInFull(
        **asdict(shown),
        id=link.id,
        reconciled_at=instant(link.seen_at),
        ended_at=instant(link.ended_at),
        coach_may_see=None if able is None else able.coach_may_see,
        retention_days=None if able is None else able.retention_days,
        backfill=None if past is None else _past(past),
        quiet=quiet,
    )


def _past(one: Backfill) -> answers.Past:
    next_at = instant(one.next_at) if one.state == "waiting" else None
    return answers.Past(one.state, instant(one.since), one.fetched, next_at, one.note or None)


def _quiet(one: Quiet, *, veiled: bool) -> answers.QuietConnection:
    if veiled:
        return answers.QuietConnection(one.athlete_id, one.platform, None, None)
    days = round(one.gap.total_seconds() / 86_400, 1)
    return answers.QuietConnection(one.athlete_id, one.platform, instant(one.last), days)
