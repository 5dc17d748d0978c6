"""Whom a request is about, and the line it leaves in the audit."""

from __future__ import annotations

from aiohttp import web

from twinge.core.model import Athlete
from twinge.web.answer import not_found
from twinge.web.caller import seen
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, STORE, Tx


async def known(request: web.Request) -> Athlete:
    """The athlete of the path, or 404: where there is none, and where they are not the caller's."""
    athlete_id = request.match_info["athlete"]
    seen(request, athlete_id)
    found = await request.app[STORE].athletes.get(athlete_id) if athlete_id.isalnum() else None
    if found is None:
        raise not_found("athlete")
    return found


async def note(request: web.Request, tx: Tx, action: str, athlete_id: str, detail: str = "") -> None:
    """One line of the audit about an athlete."""
    store = request.app[STORE]
    await store.audit(tx, request.app[CLOCK](), request[ACTOR], action, f"athlete:{athlete_id}", detail)
