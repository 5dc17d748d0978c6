"""Device files by upload: as the raw body, or as the one file of a form."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from twinge.intake import PLATFORM, filed, take_in
from twinge.web.answer import Problem, answer
from twinge.web.api.answers import StoredFile
from twinge.web.api.people import known, note
from twinge.web.api.shapes import wrong
from twinge.web.body import read_body, too_large
from twinge.web.parts import CLOCK, PLATFORMS, SETTINGS, STORE

LONGEST_SPORT = 80
CHUNK = 65_536
MALFORMED = (
    ValueError,
    AssertionError,
    RuntimeError,
    LookupError,
    HttpProcessingError,
    web.RequestPayloadError,
    ConnectionError,
)
"""What aiohttp raises for a form that is none."""


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
    return answer(StoredFile(word, standing.id), 202)


async def _file(request: web.Request) -> bytes:
    cap = request.app[SETTINGS].file_cap_kb * 1024
    if not request.headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/"):
        return await read_body(request.clone(client_max_size=cap))
    if (request.content_length or 0) > cap:
        raise too_large(cap)
    try:
        files = [body async for body in _parts(request, cap)]
    except MALFORMED:
        raise Problem(400, "broken_body", "The body broke off or was not what its headers said.") from None
    if len(files) != 1:
        raise wrong("file", "The form must hold one file; send several one by one, or as a zip.")
    return files[0]


async def _parts(request: web.Request, cap: int) -> AsyncIterator[bytes]:
    """The files of a form, up to two of them: more than one is refused anyway."""
    reader, found = await request.multipart(), 0
    while found < 2 and (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise ValueError("a form within a form")
        if part.filename is None:
            await part.release()
            continue
        found += 1
        yield await _whole(part, cap)


async def _whole(part: BodyPartReader, cap: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        body += chunk
        if len(body) > cap:
            raise too_large(cap)
    return bytes(body)
