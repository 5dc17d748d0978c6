"""What an athlete did, what the rules saw in it, what was said and what was not."""

from __future__ import annotations

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.web.answer import answer
from twinge.web.api import views
from twinge.web.api.listing import listed, wanted
from twinge.web.api.people import known
from twinge.web.api.records import Standing
from twinge.web.parts import CLOCK, PACK, STORE


async def activities(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/activities`: newest first, removed ones left out."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].history.find_activities(one.id, *cut), views.activity)


async def wellness(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness`: mornings, newest first."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].mornings.find(one.id, *cut), views.morning)


async def findings(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings`: newest first."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].history.find_findings(one.id, *cut), views.finding)


async def nudges(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges`: newest first."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].outbox.find_nudges(one.id, *cut), views.nudge)


async def held(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held`: newest first."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].outbox.find_held(one.id, *cut), views.held)


async def state(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/state`: what Twinge sees now, in plain numbers."""
    one = await known(request)
    kept = await request.app[STORE].history.state(one.id)
    now, pack = request.app[CLOCK](), own_pack(one, request.app[PACK])
    return answer(Standing(**describe(begin() if kept is None else kept.state, one, now, pack)))
