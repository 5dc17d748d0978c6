"""Keys of the API: made and ended, and for which athletes a coach's key is. All of it in the audit."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec.structs import asdict

from twinge.store.keys import SCOPES, Key, id_of
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import installed, views
from twinge.web.api.filters import Readers, narrowed, one_of
from twinge.web.api.listing import wanted, whole
from twinge.web.api.people import enter, known
from twinge.web.api.shapes import NewKey, read_key, wrong
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, STORE, Tx
from twinge.web.tags import tagged

FILTERS: Final[Readers] = {"scope": one_of(*SCOPES), "state": one_of("alive", "ended")}


async def find(request: web.Request) -> web.Response:
    """`GET /keys?scope=&state=`: every key, oldest first, without its secret."""
    wanted(request, *FILTERS)
    only = narrowed(request, FILTERS)
    return whole(await request.app[STORE].keys.list(request.app[CLOCK](), only=only), views.key)


async def show(request: web.Request) -> web.Response:
    """`GET /keys/{key}`."""
    store = request.app[STORE]
    async with store.read() as tx:
        found = await store.keys.get(tx, request.match_info["key"])
    if found is None:
        raise not_found("key")
    return tagged(request, views.key(found))


async def create(request: web.Request) -> web.Response:
    """`POST /keys`: 201 with the key, this once."""
    made = await make(request, await read_as(request, read_key))
    async with request.app[STORE].read() as tx:
        found = await request.app[STORE].keys.get(tx, id_of(made))
    if found is None:
        raise not_found("key")
    return answer(installed.MadeKey(**asdict(views.key(found)), key=made), 201)


async def make(request: web.Request, body: NewKey) -> str:
    """A new key, whole, this once; with its line in the audit."""
    store, now = request.app[STORE], request.app[CLOCK]()
    if body.scope != "coach" and body.athletes:
        raise wrong("athletes", "Only a coach's key is for some athletes; the others are for everybody.")
    if body.expires_at is not None and body.expires_at <= now:
        raise wrong("expires_at", "The end must lie ahead.")
    if not body.name.isprintable():
        raise wrong("name", "The name must be printable text on one line.")
    async with store.write() as tx:
        await _check_athletes(request, tx, body)
        made = await store.keys.make(tx, body.scope, body.name, now, athletes=body.athletes, expires_at=body.expires_at)
        detail = f"scope={body.scope} athletes={','.join(sorted(body.athletes)) or '-'}"
        await enter(request, tx, "key.create", f"key:{id_of(made)}", detail)
    return made


async def revoke(request: web.Request) -> web.Response:
    """`DELETE /keys/{key}`: 204; it is dead at once and for ever. 409 for the last one that may do all."""
    await end_key(request, request.match_info["key"])
    return web.Response(status=204)


async def end_key(request: web.Request, key: str) -> None:
    """End a key, or 404; 409 where nobody could make another one then."""
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        scope = await store.keys.end(tx, key, now)
        if scope is None:
            raise not_found("key")
        if scope == "admin" and await store.keys.is_last_admin(tx, key, now):
            message = "This is the last key that may do all and does not end by itself: make another one first."
            raise Problem(409, "last_key", message)
        await enter(request, tx, "key.revoke", f"key:{key}")


async def grant(request: web.Request) -> web.Response:
    """`PUT /keys/{key}/athletes/{athlete}`: from now on this coach may see this athlete."""
    one, store = await known(request), request.app[STORE]
    async with store.write() as tx:
        key = await _coach(request, tx)
        await store.keys.grant(tx, key.id, one.id)
        await enter(request, tx, "key.grant", f"key:{key.id}", f"athlete={one.id}")
    return web.Response(status=204)


async def withdraw(request: web.Request) -> web.Response:
    """`DELETE /keys/{key}/athletes/{athlete}`: from the next request on not any more."""
    store, athlete_id = request.app[STORE], request.match_info["athlete"]
    async with store.write() as tx:
        key = await _coach(request, tx)
        if not await store.keys.withdraw(tx, key.id, athlete_id):
            raise not_found("athlete of this key")
        await enter(request, tx, "key.withdraw", f"key:{key.id}", f"athlete={athlete_id}")
    return web.Response(status=204)


async def _coach(request: web.Request, tx: Tx) -> Key:
    """The coach's key of the path, or 404; 409 where it is none."""
    found = await request.app[STORE].keys.get(tx, request.match_info["key"])
    if found is None or found.revoked_at is not None:
        raise not_found("key")
    if found.scope != "coach":
        raise Problem(409, "not_a_coach", "This key is for everybody; make one with the scope `coach`.")
    return found


async def _check_athletes(request: web.Request, tx: Tx, body: NewKey) -> None:
    there = await request.app[STORE].athletes.load(tx, body.athletes)
    for place, athlete_id in enumerate(body.athletes):
        if athlete_id not in there:
            raise wrong(f"athletes[{place}]", "There is no such athlete; GET /api/v1/athletes lists them.")
