"""Deliveries: what came in and what became of it; dead ones can be replayed. The body is never shown."""

from __future__ import annotations

from aiohttp import web

from twinge.store.inbox import Kept
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.listing import listed, wanted
from twinge.web.api.people import enter
from twinge.web.parts import CLOCK, STORE
from twinge.web.tags import tagged

STATES = ("waiting", "done", "stray", "dead")


async def find(request: web.Request) -> web.Response:
    """`GET /deliveries?state=&platform=`: newest first."""
    cut = wanted(request, "state", "platform")
    state = request.query.get("state")
    if state is not None and state not in STATES:
        raise Problem(400, "invalid", f"state must be one of {', '.join(STATES)}.", field="state")
    page = await request.app[STORE].inbox.find(state, request.query.get("platform"), *cut)
    return listed(page, views.delivery)


async def show(request: web.Request) -> web.Response:
    """`GET /deliveries/{id}`."""
    return tagged(request, views.delivery(await _one(request)))


async def replay(request: web.Request) -> web.Response:
    """`POST /deliveries/{id}/replay`: back to waiting, with the same key, so that nothing happens twice."""
    await set_back(request, await _one(request))
    return answer(views.delivery(await _one(request)), 202)


async def set_back(request: web.Request, one: Kept) -> None:
    """Let a delivery wait again, or 409 where it can not."""
    store, now = request.app[STORE], request.app[CLOCK]()
    if one.emptied:
        message = "This file was read, and is not kept: if something is missing, export it anew and upload that."
        raise Problem(409, "body_deleted", message)
    if not await store.inbox.replay(one.id, now):
        raise Problem(409, "waiting", "This delivery is waiting already.")
    async with store.write() as tx:
        await enter(request, tx, "delivery.replay", f"delivery:{one.id}", f"was {one.state}")


async def _one(request: web.Request) -> Kept:
    text = request.match_info["delivery"]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await request.app[STORE].inbox.get(int(text))
    if found is None:
        raise not_found("delivery")
    return found
