"""What an athlete did, what the rules saw in it, what was said and what was not."""

from __future__ import annotations

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.web.answer import answer
from twinge.web.api import views
from twinge.web.api.listing import wanted
from twinge.web.api.people import known
from twinge.web.api.records import Standing
from twinge.web.api.veil import veil_of
from twinge.web.parts import CLOCK, RULEBOOK, STORE


async def activities(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/activities`: newest first, removed ones left out."""
    one, cut = await known(request), wanted(request)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].history.find_activities(one.id, *cut, without=veil.sources)
    return answer(veil.listed([veil.activity(views.activity(each)) for each in page.items], page.next))


async def wellness(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness`: mornings, newest first."""
    one, cut = await known(request), wanted(request)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].mornings.find(one.id, *cut, without=veil.sources)
    return answer(veil.listed([views.morning(each) for each in page.items], page.next))


async def findings(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings`: newest first."""
    one, cut = await known(request), wanted(request)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].history.find_findings(one.id, *veil.opened(cut))
    return answer(veil.listed([veil.finding(views.finding(each), each) for each in page.items], veil.closed(page)))


async def nudges(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges`: newest first."""
    one, cut = await known(request), wanted(request)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].outbox.find_nudges(one.id, *cut)
    return answer(veil.listed([veil.nudge(views.nudge(each), each.nudge) for each in page.items], page.next))


async def held(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held`: newest first."""
    one, cut = await known(request), wanted(request)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].outbox.find_held(one.id, *cut)
    return answer(veil.listed([veil.held(views.held(each), each) for each in page.items], page.next))


async def state(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/state`: what Twinge sees now, in plain numbers."""
    one = await known(request)
    veil, kept = await veil_of(request, one.id), await request.app[STORE].history.state(one.id)
    pack = own_pack(one, await request.app[RULEBOOK].current())
    seen = describe(begin() if kept is None else kept.state, one, request.app[CLOCK](), pack)
    return answer(veil.state(Standing(**seen), kept))
