"""Links into an athlete's page."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from twinge.core.model import Athlete
from twinge.store.visits import ENTRANCE, LINK_LASTS
from twinge.web.answer import answer
from twinge.web.api.answers import Link
from twinge.web.api.listing import instant
from twinge.web.api.people import known, note
from twinge.web.parts import CLOCK, SETTINGS, STORE


async def create(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/links`: a link that works once, for half an hour, and lets whoever has it in."""
    url, expires_at = await make_link(request, await known(request))
    return answer(Link(url, instant(expires_at)), 201)


async def make_link(request: web.Request, one: Athlete) -> tuple[str, datetime]:
    """A new link and its end."""
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        token = await store.visits.invite(tx, one.id, now, lasts=LINK_LASTS)
        await note(request, tx, "link.create", one.id)
    return f"{request.app[SETTINGS].public_url}{ENTRANCE}{token}", now + LINK_LASTS
