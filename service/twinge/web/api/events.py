"""`/api/v1/events`: what happens, as it happens (server-sent events, https://html.spec.whatwg.org/#server-sent-events)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from aiohttp import hdrs, web
from msgspec import Raw

from twinge.store.feed import TYPES, Happened
from twinge.web.answer import Problem, encode
from twinge.web.api.shapes import wrong
from twinge.web.api.veil import veil_of
from twinge.web.api.wire import WIRE, Wanted, Wire
from twinge.web.caller import CALLER
from twinge.web.guard import admit_again
from twinge.web.parts import STORE

HEADERS: Final = {
    hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8",
    hdrs.CACHE_CONTROL: "no-store",
    "X-Accel-Buffering": "no",  # nginx: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
}
RETRY: Final = b"retry: 3000\n\n"
"""Milliseconds after which a browser comes back."""
LAST: Final = "Last-Event-ID"


async def stream(request: web.Request) -> web.StreamResponse:
    """`GET /events?types=&athlete=&after=`: until the reader leaves, stops reading, or we do."""
    wire, wanted, after = request.app[WIRE], await _wanted(request), _after(request)
    if wire.closing or wire.listening >= wire.pace.most:
        message = f"There are {wire.listening} streams already: close one, or ask another replica."
        raise Problem(503, "too_many_streams", message, headers={hdrs.RETRY_AFTER: "5"})
    response = web.StreamResponse(headers=HEADERS)
    async with wire.listen():
        place, lost = await _place(request, wire, after)
        response.force_close()  # Nothing else comes on this connection.
        await response.prepare(request)
        try:
            await _send(wire, response, RETRY + lost)
            await _run(request, wire, response, place, wanted)
        except Problem:
            pass  # The key ended.
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()  # Or the end would wait for a reader who takes nothing.
    return response


async def _run(request: web.Request, wire: Wire, response: web.StreamResponse, place: int, wanted: Wanted) -> None:
    """Write what comes; at every beat look at the key again, and tell the reader where it is.

    Of a coach the key is looked at with every block: an athlete that was withdrawn is gone at once.
    """
    loop, beat_s = asyncio.get_running_loop(), wire.pace.beat_s
    beat = loop.time() + beat_s
    while not wire.closing:
        turn = wire.turn
        rows, place = await wire.after(place, _narrowed(request, wanted))
        if rows and request[CALLER].athletes is not None:
            await admit_again(request)
            rows = await _veiled(request, [row for row in rows if _narrowed(request, wanted).wants(row)])
        if rows:
            await _send(wire, response, b"".join(map(written, rows)))
        if loop.time() >= beat:
            await admit_again(request)
            await _send(wire, response, b": still here\nid: %d\n\n" % place)
            beat = loop.time() + beat_s
        if place >= wire.position:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(beat):
                    await turn.wait()


def _narrowed(request: web.Request, wanted: Wanted) -> Wanted:
    """What is wanted of those whom this key may see now."""
    theirs = request[CALLER].athletes
    if theirs is None:
        return wanted
    return wanted._replace(athletes=theirs if wanted.athletes is None else theirs & wanted.athletes)


async def _veiled(request: web.Request, rows: Sequence[Happened]) -> list[Happened]:
    """The rows as a coach may see them."""
    veils = {name: await veil_of(request, name) for name in {row.athlete_id for row in rows} if name is not None}
    shown = [veils[row.athlete_id].event(row) for row in rows if row.athlete_id is not None]
    return [row for row in shown if row is not None]


async def _send(wire: Wire, response: web.StreamResponse, block: bytes) -> None:
    """Write a block; TimeoutError when the reader takes nothing."""
    async with asyncio.timeout(wire.pace.write_s):
        await response.write(block)


def written(row: Happened) -> bytes:
    """A row as one event of the stream."""
    told = {"id": row.id, "type": row.type, "what": row.what, "at": row.at, "athlete": row.athlete_id}
    data = encode({**told, "facts": Raw(row.facts.encode())})
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (row.id, row.type.encode(), data)


async def _wanted(request: web.Request) -> Wanted:
    for name in request.query:
        if name not in {"types", "athlete", "after"}:
            raise wrong(name[:50], "There is no such parameter here.")
    types = frozenset(request.query["types"].split(",")) if "types" in request.query else frozenset[str]()
    if not types <= set(TYPES):
        raise wrong("types", f"types must be some of {','.join(TYPES)}.")
    athlete_id = request.query.get("athlete")
    if athlete_id is None:
        return Wanted(types, None)
    there = athlete_id.isalnum() and request[CALLER].may_see(athlete_id)
    if not there or await request.app[STORE].athletes.get(athlete_id) is None:
        raise wrong("athlete", "athlete must be the id of an athlete.")
    return Wanted(types, frozenset({athlete_id}))


def _after(request: web.Request) -> int | None:
    """The id after which the reader goes on; the header is newer than the URL that it was asked with."""
    name = LAST if LAST in request.headers else "after"
    text = request.headers.get(LAST) or request.query.get("after")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise wrong(name, f"{name} must be the id of an event.")
    return int(text)


async def _place(request: web.Request, wire: Wire, after: int | None) -> tuple[int, bytes]:
    """Where the stream begins, and the event that says so where something between is gone for good."""
    if after is None:
        return wire.position, b""
    oldest = await request.app[STORE].feed.oldest()
    first = wire.position + 1 if oldest is None else oldest
    if first - 1 <= after <= wire.position:
        return after, b""
    place = first - 1 if after < first else wire.position
    return place, b"event: lost\ndata: %s\n\n" % encode({"after": after, "next": place + 1})
