"""Keys of the API by the API: whoever may do all may let others in, and shut them out."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.filters import Readers, narrowed, one_of
from twinge.web.api.listing import wanted, whole
from twinge.web.api.shapes import read_key, wrong
from twinge.web.body import read_as
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, STORE

FILTERS: Final[Readers] = {"scope": one_of("read", "admin"), "state": one_of("alive", "ended")}


async def find(request: web.Request) -> web.Response:
    """`GET /keys?scope=&state=`: every key, oldest first, without its secret."""
    wanted(request, *FILTERS)
    only = narrowed(request, FILTERS)
    return whole(await request.app[STORE].keys.list(request.app[CLOCK](), only=only), views.key)


async def show(request: web.Request) -> web.Response:
    """`GET /keys/{id}`."""
    found = await request.app[STORE].keys.get(request.match_info["key"])
    if found is None:
        raise not_found("key")
    return answer(views.key(found))


async def create(request: web.Request) -> web.Response:
    """`POST /keys`: 201 with the key whole, this once."""
    body, store, now = await read_as(request, read_key), request.app[STORE], request.app[CLOCK]()
    if not (body.name.isprintable() or body.name == ""):
        raise wrong("name", "The name must be printable text on one line.")
    if body.expires_at is not None and body.expires_at <= now:
        raise wrong("expires_at", "The key must end later than now.")
    async with store.write() as tx:
        token = await store.keys.add(tx, body.scope, body.name, now, body.expires_at)
        key_id = token.split("_")[1]
        await store.audit(tx, now, request[ACTOR], "key.create", f"key:{key_id}", f"scope={body.scope}")
    found = await store.keys.get(key_id)
    if found is None:  # pragma: no cover - it was committed a moment ago
        raise not_found("key")
    return answer({**views.key(found), "key": token}, 201)


async def end(request: web.Request) -> web.Response:
    """`DELETE /keys/{id}`: 204, at once and for ever. 409 for the last one that may do all."""
    key_id, store, now = request.match_info["key"], request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        scope = await store.keys.end(tx, key_id, now)
        if scope is None:
            raise not_found("key")
        if scope == "admin" and await store.keys.is_last_admin(tx, key_id, now):
            message = "This is the last key that may do all and does not end by itself: make another one first."
            raise Problem(409, "last_key", message)
        await store.audit(tx, now, request[ACTOR], "key.revoke", f"key:{key_id}")
    return web.Response(status=204)
