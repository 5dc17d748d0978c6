"""Where an athlete's data come from: links to connect by, how each connection fares, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from msgspec.structs import asdict

from twinge.connections.leave import leave
from twinge.core.model import Athlete
from twinge.store import Connection
from twinge.store.backfills import Backfill
from twinge.store.keeping import Quiet
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import answers, views
from twinge.web.api.filters import Readers, asked, line, one_of
from twinge.web.api.listing import instant, listed, wanted, whole
from twinge.web.api.people import check_accounts, known, note
from twinge.web.api.veil import hides
from twinge.web.caller import CALLER
from twinge.web.connect import invite
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, PLATFORMS, STORE
from twinge.web.tags import tagged

Pasts = Mapping[tuple[str, str], Backfill]
"""By platform and the id there."""

FILTERS: Final[Readers] = {
    "platform": line,
    "external_id": line,
    "state": one_of("connected", "expired", "revoked"),
}


async def find(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/connections`: oldest first, without tokens, with how each fares."""
    one = await known(request)
    pasts, quiet = await _standing(request, one.id)
    found = await request.app[STORE].athletes.connections(one.id)
    return whole(found, lambda link: _fares(request, link, pasts, quiet))


async def everywhere(request: web.Request) -> web.Response:
    """`GET /connections?platform=&external_id=&state=`: everybody's, newest first; a coach's own athletes'.

    With `quiet=1`, which goes with nothing else, those that used to deliver and have fallen silent.
    """
    if "quiet" in request.query:
        return await _silent(request)
    cut, only = asked(request, FILTERS)
    check_accounts(request)
    caller = request[CALLER]
    page = await request.app[STORE].athletes.find_connections(*cut, only=only, among=caller.athletes)
    return listed(
        page,
        lambda one: answers.ListedConnection(
            **asdict(views.connection(one, whole=caller.scope != "coach")), athlete=one.athlete_id
        ),
    )


async def show(request: web.Request) -> web.Response:
    """`GET /connections/{connection}`: by its number, with how it fares."""
    text, store = request.match_info["connection"], request.app[STORE]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await store.athletes.get_connection(int(text))
    if found is None or not request[CALLER].may_see(found.athlete_id):
        raise not_found("connection")
    shown = _fares(request, found, *await _standing(request, found.athlete_id))
    return tagged(request, answers.OwnedConnectionInFull(**asdict(shown), athlete=found.athlete_id))


async def _silent(request: web.Request) -> web.Response:
    wanted(request, "quiet")
    if request.query["quiet"] != "1":
        raise Problem(400, "invalid", "quiet must be 1, or left out.", field="quiet")
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


async def _standing(request: web.Request, athlete_id: str) -> tuple[Pasts, set[str]]:
    """How far each past of an athlete was brought, and the platforms that fell silent."""
    store = request.app[STORE]
    quiet = {each.platform for each in await store.keeping.quiet(request.app[CLOCK](), athlete_id)}
    return await store.backfills.of(athlete_id), quiet


def _fares(request: web.Request, link: Connection, pasts: Pasts, quiet: set[str]) -> answers.ConnectionInFull:
    """How a connection fares, and what its platform's terms say."""
    coach, adapter = request[CALLER].scope == "coach", request.app[PLATFORMS].get(link.platform)
    able, past = None if adapter is None else adapter.capabilities, pasts.get((link.platform, link.external_id))
    # How many workouts came, and since when none do, is told by workouts.
    veiled = coach and hides(request.app, link.platform)
    return answers.ConnectionInFull(
        **asdict(views.connection(link, whole=not coach)),
        reconciled_at=instant(link.seen_at),
        ended_at=instant(link.ended_at),
        coach_may_see=None if able is None else able.coach_may_see,
        retention_days=None if able is None else able.retention_days,
        backfill=None if past is None or veiled else _past(past),
        quiet=None if veiled else link.platform in quiet and link.state == "connected",
    )


def _past(one: Backfill) -> answers.Past:
    next_at = instant(one.next_at) if one.state == "waiting" else None
    return answers.Past(one.state, instant(one.since), one.fetched, next_at, one.note or None)


def _quiet(one: Quiet, *, veiled: bool) -> answers.ListedConnection:
    return answers.ListedConnection(
        athlete=one.athlete_id,
        platform=one.platform,
        last_activity_at=None if veiled else instant(one.last),
        longest_gap_days=None if veiled else round(one.gap.total_seconds() / 86_400, 1),
    )
