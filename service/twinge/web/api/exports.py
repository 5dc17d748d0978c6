"""Everything that is kept of one athlete, as a zip that is sent while it is written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing

from aiohttp import hdrs, web

from twinge.core.model import Athlete
from twinge.export import pieces
from twinge.web.answer import Problem
from twinge.web.api.people import known, note
from twinge.web.caller import CALLER
from twinge.web.parts import CLOCK, PLATFORMS, RULEBOOK, STORE


async def export(request: web.Request) -> web.StreamResponse:
    """`GET /athletes/{id}/export`: for an admin's key, because addresses are whole in it."""
    if request[CALLER].scope != "admin":
        raise Problem(403, "scope", "This key may only read; this needs one with the scope `admin`.")
    one = await known(request)
    async with request.app[STORE].write() as tx:
        await note(request, tx, "athlete.export", one.id)
    return await send(request, one, {})


async def send(request: web.Request, one: Athlete, headers: Mapping[str, str]) -> web.StreamResponse:
    """The zip as an answer."""
    app, now, pack = request.app, request.app[CLOCK](), await request.app[RULEBOOK].current()
    response = web.StreamResponse(
        headers={
            **headers,
            hdrs.CONTENT_TYPE: "application/zip",
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="twinge-{now:%Y-%m-%d}.zip"',
            hdrs.CACHE_CONTROL: "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    await response.prepare(request)
    async with aclosing(pieces(app[STORE], app[PLATFORMS], one, pack, now)) as zipped:
        async for piece in zipped:
            await response.write(piece)
    await response.write_eof()
    return response
