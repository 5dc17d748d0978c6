"""Whom a request is about, and the line it leaves in the audit."""

from __future__ import annotations

from aiohttp import web

from twinge.core.model import Athlete
from twinge.web.answer import Problem, not_found
from twinge.web.caller import CALLER, seen
from twinge.web.guard import ACTOR
from twinge.web.once import mark
from twinge.web.parts import CLOCK, STORE, Tx


async def known(request: web.Request) -> Athlete:
    """The athlete of the path, or 404: where there is none, and where they are not the caller's."""
    athlete_id = request.match_info["athlete"]
    seen(request, athlete_id)
    found = await request.app[STORE].athletes.get(athlete_id) if athlete_id.isalnum() else None
    if found is None:
        raise not_found("athlete")
    return found


def check_accounts(request: web.Request) -> None:
    """Problem 403 for a coach who looks for somebody by their id at a platform: that is nothing for coaches."""
    if "external_id" in request.query and request[CALLER].scope == "coach":
        raise Problem(
            403, "scope", "This key is a coach's, and ids at platforms are not for coaches.", field="external_id"
        )


async def held(request: web.Request, tx: Tx, athlete_id: str) -> Athlete:
    """The athlete as this transaction finds it, kept from others until its end; or 404."""
    found = await request.app[STORE].athletes.hold(tx, athlete_id)
    if found is None:
        raise not_found("athlete")
    return found


async def note(request: web.Request, tx: Tx, action: str, athlete_id: str, detail: str = "") -> None:
    """One line of the audit about an athlete, in the transaction of what was done."""
    await enter(request, tx, action, f"athlete:{athlete_id}", detail)


async def enter(request: web.Request, tx: Tx, action: str, what: str, detail: str = "") -> None:
    """One line of the audit; a claim by an Idempotency-Key has had its effect."""
    await mark(request, tx)
    await request.app[STORE].audit(tx, request.app[CLOCK](), request[ACTOR], action, what, detail)
