"""Keys of the API: made and ended, and for which athletes a coach's key is. All of it in the audit."""

from __future__ import annotations

from aiohttp import web

from twinge.store.keys import Key, id_of
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.listing import whole
from twinge.web.api.people import known
from twinge.web.api.shapes import NewKey, read_key, wrong
from twinge.web.body import read_as
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, STORE, Tx


async def find(request: web.Request) -> web.Response:
    """`GET /keys`: every key, without its secret."""
    return whole(await request.app[STORE].keys.list(), views.key)


async def create(request: web.Request) -> web.Response:
    """`POST /keys`: 201 with the key, this once."""
    made = await make(request, await read_as(request, read_key))
    async with request.app[STORE].read() as tx:
        found = await request.app[STORE].keys.get(tx, id_of(made))
    if found is None:
        raise not_found("key")
    return answer({**views.key(found), "key": made}, 201)


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
        await _note(request, tx, "key.create", id_of(made), detail)
    return made


async def revoke(request: web.Request) -> web.Response:
    """`DELETE /keys/{key}`: 204; it is dead at once and for ever."""
    store, key = request.app[STORE], request.match_info["key"]
    async with store.write() as tx:
        if not await store.keys.end(tx, key, request.app[CLOCK]()):
            raise not_found("key")
        await _note(request, tx, "key.revoke", key, "")
    return web.Response(status=204)


async def grant(request: web.Request) -> web.Response:
    """`PUT /keys/{key}/athletes/{athlete}`: from now on this coach may see this athlete."""
    one, store = await known(request), request.app[STORE]
    async with store.write() as tx:
        key = await _coach(request, tx)
        await store.keys.grant(tx, key.id, one.id)
        await _note(request, tx, "key.grant", key.id, f"athlete={one.id}")
    return web.Response(status=204)


async def withdraw(request: web.Request) -> web.Response:
    """`DELETE /keys/{key}/athletes/{athlete}`: from the next request on not any more."""
    store, athlete_id = request.app[STORE], request.match_info["athlete"]
    async with store.write() as tx:
        key = await _coach(request, tx)
        if not await store.keys.withdraw(tx, key.id, athlete_id):
            raise not_found("athlete of this key")
        await _note(request, tx, "key.withdraw", key.id, f"athlete={athlete_id}")
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


async def _note(request: web.Request, tx: Tx, action: str, key: str, detail: str) -> None:
    await request.app[STORE].audit(tx, request.app[CLOCK](), request[ACTOR], action, f"key:{key}", detail)
