"""Erasures: an athlete leaves for good, and the proof of it."""

from __future__ import annotations

from aiohttp import web

from twinge.erasure import begin
from twinge.web.answer import answer, not_found
from twinge.web.api import views
from twinge.web.api.listing import listed, wanted
from twinge.web.guard import ACTOR
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, STORE


async def erase(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}`: 202 while it is under way, 200 with the proof when it is done; as often as you like."""
    app, athlete_id = request.app, request.match_info["athlete"]
    begun = None
    if athlete_id.isalnum():
        begun = await begin(app[STORE], app[PLATFORMS], app[CHANNELS], athlete_id, request[ACTOR], app[CLOCK]())
    if begun is None:
        raise not_found("athlete")
    return answer(views.erasure(begun.erasure), 202 if begun.erasure.done_at is None else 200)


async def find(request: web.Request) -> web.Response:
    """`GET /erasures`: newest first."""
    return listed(await request.app[STORE].erasures.find(*wanted(request)), views.erasure)


async def show(request: web.Request) -> web.Response:
    """`GET /erasures/{erasure}`: how far it is, or the proof."""
    found = await request.app[STORE].erasures.get(request.match_info["erasure"])
    if found is None:
        raise not_found("erasure")
    return answer(views.erasure(found))
