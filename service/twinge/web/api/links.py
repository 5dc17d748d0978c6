"""Links into an athlete's page."""

from __future__ import annotations

from aiohttp import web

from twinge.store.visits import ENTRANCE, LINK_LASTS
from twinge.web.answer import answer
from twinge.web.api.answers import Link
from twinge.web.api.listing import instant
from twinge.web.api.people import known, note
from twinge.web.parts import CLOCK, SETTINGS, STORE


async def create(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/links`: a link that works once, for half an hour, and lets whoever has it in."""
    one, store, now = await known(request), request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        token = await store.visits.invite(tx, one.id, now, lasts=LINK_LASTS)
        await note(request, tx, "link.create", one.id)
    url = f"{request.app[SETTINGS].public_url}{ENTRANCE}{token}"
    return answer(Link(url, instant(now + LINK_LASTS)), 201)
