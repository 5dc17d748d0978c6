"""`/admin/keys`: the keys of the API, shown once and revoked at once, and the athletes of coaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from aiohttp import web

from twinge.store.glances import Wanted
from twinge.store.keys import SCOPES, id_of
from twinge.web.answer import Problem, not_found
from twinge.web.api import keys
from twinge.web.api.shapes import read_key
from twinge.web.guard import ACTOR
from twinge.web.office.door import form, only, shaped
from twinge.web.office.frame import back, show
from twinge.web.parts import CLOCK, STORE

LONGEST: Final = 100
FOUND: Final = 20
"""Athletes that a search shows at once."""


async def page(request: web.Request) -> web.Response:
    """`GET /admin/keys`."""
    found, now = await request.app[STORE].keys.list(), request.app[CLOCK]()
    mine = request[ACTOR].partition(":")[2]
    tomorrow = (now + timedelta(days=1)).date()
    return show(request, "keys.html", rows=found[::-1], scopes=SCOPES, mine=mine, now=now, tomorrow=tomorrow)


async def create(request: web.Request) -> web.Response:
    """`POST /admin/keys`: the answer is the one place where the key stands."""
    given = await form(request)
    scope, name = only(given, "scope"), only(given, "name")
    if scope not in SCOPES:
        raise Problem(400, "invalid", f"scope must be one of {', '.join(SCOPES)}.", field="scope")
    if not name.isprintable() or len(name) > LONGEST:
        raise Problem(400, "invalid", f"The name is one line of up to {LONGEST} letters.", field="name")
    body = {"scope": scope, "name": name, "expires_at": _end(only(given, "last_day"))}
    made = await keys.make(request, shaped(read_key, body))
    onward = f"/keys/{id_of(made)}" if scope == "coach" else ""
    note = "Keep it safe: it is not shown again."
    if onward:
        note += " It sees nobody until you choose its athletes."
    return show(request, "made.html", title="The new key", secret=made, note=note, onward=onward)


async def one(request: web.Request) -> web.Response:
    """`GET /admin/keys/{key}?name=`: a coach's key, its athletes, and a search for others."""
    store, name = request.app[STORE], request.query.get("name", "").strip()[:LONGEST].replace("\0", "")
    async with store.read() as tx:
        key = await store.keys.get(tx, request.match_info["key"])
        if key is None or key.scope != "coach":
            raise not_found("coach's key")
        theirs = await store.athletes.load(tx, key.athletes)
    found = await store.glances.find(Wanted(name=name), request.app[CLOCK](), limit=FOUND) if name else None
    return show(
        request,
        "coach.html",
        key=key,
        name=name,
        ended=key.revoked_at is not None
        or (key.expires_at or datetime.max.replace(tzinfo=UTC)) <= request.app[CLOCK](),
        theirs=sorted(theirs.values(), key=lambda each: each.name.casefold()),
        found=[] if found is None else [each for each in found.items if each.athlete_id not in theirs],
        more=found is not None and found.next is not None,
    )


async def grant(request: web.Request) -> web.Response:
    """`POST /admin/keys/{key}/athletes/{athlete}/grant`."""
    await form(request)
    await keys.grant(request)
    return _back(request, "granted")


async def withdraw(request: web.Request) -> web.Response:
    """`POST /admin/keys/{key}/athletes/{athlete}/withdraw`."""
    await form(request)
    await keys.withdraw(request)
    return _back(request, "withdrawn")


async def revoke(request: web.Request) -> web.Response:
    """`POST /admin/keys/{key}/revoke`."""
    await form(request)
    await keys.end_key(request, request.match_info["key"])
    return back(request, "/keys", "revoked")


def _back(request: web.Request, done: str) -> web.Response:
    return back(request, f"/keys/{request.match_info['key']}", done)


def _end(text: str) -> datetime | None:
    """The end of a key whose last day (UTC) that is; None for none."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError):
        raise Problem(400, "invalid", "The last day must be a date such as 2027-01-31.", field="last_day") from None
