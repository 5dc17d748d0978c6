"""Device files by upload: as the raw body, or as the one file of a form."""

from __future__ import annotations

from aiohttp import hdrs, web

from twinge.intake import PLATFORM, filed, take_in
from twinge.web.answer import Problem, answer
from twinge.web.api.people import known, note
from twinge.web.api.shapes import wrong
from twinge.web.body import read_body, too_large
from twinge.web.parts import CLOCK, PLATFORMS, SETTINGS, STORE

LONGEST_SPORT = 80


async def upload(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/files?sport=`: 202 with the delivery's id; what becomes of it is in `GET /deliveries`."""
    one = await known(request)
    sport = request.query.get("sport", "")
    if len(sport) > LONGEST_SPORT or not sport.isprintable():
        raise wrong("sport", f"The sport must be printable text of at most {LONGEST_SPORT} characters.")
    adapter = request.app[PLATFORMS].get(PLATFORM)
    if adapter is None:
        raise Problem(404, "not_configured", "Files cannot be read here; `twinge plugins` says what is lacking.")
    delivery = filed(one.id, await _file(request), request.app[CLOCK](), sport)
    adapter.read(delivery)  # what its first bytes already tell is told at once
    store = request.app[STORE]
    standing, word = await take_in(store, delivery)
    async with store.write() as tx:
        await note(request, tx, "file.upload", one.id, f"delivery={standing.id} {word}")
    return answer({"id": standing.id, "status": word}, 202)


async def _file(request: web.Request) -> bytes:
    cap = request.app[SETTINGS].file_cap_kb * 1024
    if not request.headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/"):
        return await read_body(request.clone(client_max_size=cap))
    if (request.content_length or 0) > cap:
        raise too_large(cap)
    try:
        form = await request.clone(client_max_size=cap).post()
    except web.HTTPRequestEntityTooLarge:
        raise too_large(cap) from None
    except (ValueError, AssertionError, web.RequestPayloadError, ConnectionError):
        raise Problem(400, "broken_body", "The body broke off or was not what its headers said.") from None
    files = [field for field in form.values() if isinstance(field, web.FileField)]
    if len(files) != 1:
        raise wrong("file", "The form must hold one file; send several one by one, or as a zip.")
    with files[0].file as file:
        return file.read()
