"""`/admin/keys`: the keys of the API; a new one is shown once, a revoked one ends at once."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.web.answer import Problem
from twinge.web.api.keys import end_key
from twinge.web.guard import ACTOR
from twinge.web.office.door import form, only
from twinge.web.office.frame import back, show
from twinge.web.parts import CLOCK, STORE

LONGEST: Final = 100
SCOPES: Final = ("read", "admin")
"""A coach's key is for some athletes: it is made over the API or by `twinge keys create`."""


async def page(request: web.Request) -> web.Response:
    """`GET /admin/keys`."""
    found = await request.app[STORE].keys.list()
    return show(request, "keys.html", rows=found[::-1], scopes=SCOPES, mine=request[ACTOR].partition(":")[2])


async def create(request: web.Request) -> web.Response:
    """`POST /admin/keys`: the answer is the one place where the key stands."""
    given = await form(request)
    scope, name = only(given, "scope"), only(given, "name")
    if scope not in SCOPES:
        raise Problem(400, "invalid", f"scope must be one of {', '.join(SCOPES)}.", field="scope")
    if not name.isprintable() or len(name) > LONGEST:
        raise Problem(400, "invalid", f"The name is one line of up to {LONGEST} letters.", field="name")
    store, now = request.app[STORE], request.app[CLOCK]()
    made = await store.keys.create(scope, name, now)
    number = made.split("_")[1]
    async with store.write() as tx:
        await store.audit(tx, now, request[ACTOR], "key.create", f"key:{number}", f"scope={scope}")
    return show(request, "made.html", title="The new key", secret=made, note="Keep it safe: it is not shown again.")


async def revoke(request: web.Request) -> web.Response:
    """`POST /admin/keys/{key}/revoke`."""
    await form(request)
    await end_key(request, request.match_info["key"])
    return back(request, "/keys", "revoked")
