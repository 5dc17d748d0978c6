"""Device files by upload: as the raw body, or as the one file of a form."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from twinge.intake import PLATFORM, Standing, filed, take_in
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
    standing, word = await take(request, one.id, await _file(request), sport)
    return answer(StoredFile(word, standing.id), 202)


async def take(request: web.Request, athlete_id: str, body: bytes, sport: str = "") -> tuple[Standing, str]:
    """Keep a file as `intake.take_in` does; `Rejected` for what its first bytes tell at once."""
    adapter = request.app[PLATFORMS].get(PLATFORM)
    if adapter is None:
        raise Problem(404, "not_configured", "Files cannot be read here; `twinge plugins` says what is lacking.")
    delivery = filed(athlete_id, body, request.app[CLOCK](), sport)
    adapter.read(delivery)
    store = request.app[STORE]
    standing, word = await take_in(store, delivery)
    async with store.write() as tx:
        await note(request, tx, "file.upload", athlete_id, f"delivery={standing.id} {word}")
    return standing, word


async def _file(request: web.Request) -> bytes:
    cap = request.app[SETTINGS].file_cap_kb * 1024
    if not request.headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/"):
        return await read_body(request.clone(client_max_size=cap))
    files = [body async for _, name, body in parts(request, cap) if name is not None]
    if len(files) != 1:
        raise wrong("file", "The form must hold one file; send several one by one, or as a zip.")
    return files[0]


async def parts(request: web.Request, cap: int) -> AsyncIterator[tuple[str, str | None, bytes]]:
    """The parts of a form as (field, name of its file, body), each as it arrives, up to a second file.

    413 where a file is over `cap` bytes, or another field over the house's own cap; 400 where the form breaks off.
    """
    if (request.content_length or 0) > cap + request.client_max_size:
        raise too_large(cap)
    try:
        reader, files = await request.multipart(), 0
        while files < 2 and (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise ValueError("a form within a form")
            files += part.filename is not None
            most = request.client_max_size if part.filename is None else cap
            yield part.name or "", part.filename, await _whole(part, most)
    except MALFORMED:
        raise Problem(400, "broken_body", "The body broke off or was not what its headers said.") from None


async def _whole(part: BodyPartReader, cap: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        body += chunk
        if len(body) > cap:
            raise too_large(cap)
    return bytes(body)
