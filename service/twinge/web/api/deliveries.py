"""Deliveries: what came in and what became of it; dead ones can be replayed. The body is never shown."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.plugin import OWN
from twinge.store.inbox import Kept
from twinge.store.lanes import page_lane, reply_lanes
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import answers, views
from twinge.web.api.filters import SPAN, Readers, line, narrowed, one_of
from twinge.web.api.listing import listed, wanted
from twinge.web.api.people import enter
from twinge.web.api.shapes import read_batch
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, STORE
from twinge.web.tags import tagged

STATES = ("waiting", "done", "stray", "dead")
FILTERS: Final[Readers] = {**SPAN, "state": one_of(*STATES), "platform": line}


async def find(request: web.Request) -> web.Response:
    """`GET /deliveries?state=&platform=&athlete=&from=&to=`: newest first."""
    cut = wanted(request, *FILTERS, "athlete")
    only, lanes = narrowed(request, FILTERS), await _lanes(request)
    page = await request.app[STORE].inbox.find(only.state, only.platform, *cut, only=only, lanes=lanes)
    return listed(page, views.delivery)


async def _lanes(request: web.Request) -> list[str] | None:
    """Where the deliveries of one athlete queue: of their connections, files, own words and replies."""
    athlete_id, store = request.query.get("athlete"), request.app[STORE]
    if athlete_id is None:
        return None
    if not athlete_id.isalnum() or await store.athletes.get(athlete_id) is None:
        raise Problem(400, "invalid", "athlete must be the id of an athlete.", field="athlete")
    owners = [f"{each.platform}:{each.external_id}" for each in await store.athletes.connections(athlete_id)]
    mine = await store.addresses.of(athlete_id)
    places = [lane for one in mine for lane in reply_lanes(store.seal, f"channel:{one.channel}", one.address)]
    own = [f"{OWN}:{athlete_id}", page_lane(athlete_id)]
    return [*owners, *(f"{owner}:past" for owner in owners), *places, *own]


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


async def replay_all(request: web.Request) -> web.Response:
    """`POST /deliveries/replay`: the oldest of a state back to waiting, at most `limit`: 202 with how many are left."""
    body = await read_as(request, read_batch)
    store, now = request.app[STORE], request.app[CLOCK]()
    done, left = await store.inbox.replay_all(body.state, body.platform, now, body.limit)
    async with store.write() as tx:
        detail = f"state={body.state} platform={body.platform or '*'} count={done}"
        await enter(request, tx, "delivery.replay_all", "deliveries", detail)
    return answer(answers.Replayed(done, left), 202)


async def _one(request: web.Request) -> Kept:
    text = request.match_info["delivery"]
    found = None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = await request.app[STORE].inbox.get(int(text))
    if found is None:
        raise not_found("delivery")
    return found
