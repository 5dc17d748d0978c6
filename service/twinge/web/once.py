"""Idempotency-Key: a POST that comes twice has one effect and one answer.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/. A key belongs to the API key that sends it,
for a day. The note in the audit, which every POST leaves in the transaction of its effect, also marks the claim: after
a crash we know whether there was an effect. What was refused had none, and its key is free again.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import msgspec
from aiohttp import hdrs, web

from twinge.store import TROUBLE
from twinge.store.repeats import Claim
from twinge.web.answer import Problem
from twinge.web.body import read_body
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, SETTINGS, STORE
from twinge.web.tags import ETAG

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
SHAPE: Final = r'^("[-A-Za-z0-9._:~+/=]{1,200}"|[-A-Za-z0-9._:~+/=]{1,200})$'
KEPT: Final = (ETAG, hdrs.LOCATION)
"""Headers that belong to an answer."""
MARGIN: Final = timedelta(seconds=30)
"""Beyond the deadline of a request: then nobody is at it any more."""

CLAIM: web.RequestKey[Claim] = web.RequestKey("claim", Claim)
"""The claim of a request that is under way."""

_SHAPE = re.compile(SHAPE)


class First(msgspec.Struct, array_like=True):
    """The first answer, as it is kept."""

    status: int
    media: str
    headers: dict[str, str]
    body: bytes


_write, _read = msgspec.json.Encoder().encode, msgspec.json.Decoder(First).decode


def once(call: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Callable[..., Awaitable[web.StreamResponse]]:
    """`call`, which a request with an Idempotency-Key reaches once."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if HEADER not in request.headers:
            return await call(request)
        claim = await _claimed(request)
        if claim.answer is not None:
            return _again(claim.answer)
        request[CLAIM] = claim
        try:
            response = await call(request)
        except BaseException:
            await asyncio.shield(request.app[STORE].repeats.release(claim))
            raise
        await _settle(request, claim, response)
        return response

    return answer


async def mark(request: web.Request, tx: object) -> None:
    """In the transaction of a request's effect: it has one. Problem 409 where another has taken its place."""
    claim = request.get(CLAIM)
    if claim is not None and not await request.app[STORE].repeats.mark(tx, claim):  # type: ignore[arg-type]
        raise _under_way()


async def _claimed(request: web.Request) -> Claim:
    given = request.headers.getall(HEADER)
    if len(given) != 1 or not _SHAPE.match(given[0]):
        message = "One Idempotency-Key of 1 to 200 letters, digits or -._:~+/= is wanted; a UUID is a good one."
        raise Problem(400, "invalid", message, field=HEADER)
    body = await read_body(request)
    called = f"{request.method} {request.path_qs}\n".encode() + body
    dead_after = timedelta(seconds=request.app[SETTINGS].request_deadline_s) + MARGIN
    claim = await request.app[STORE].repeats.claim(
        request[ACTOR], given[0].strip('"'), called, request.app[CLOCK](), dead_after=dead_after
    )
    match claim.state:
        case "other":
            message = "This Idempotency-Key stands for another request; take a new one."
            raise Problem(422, "key_reused", message, field=HEADER)
        case "busy":
            raise _under_way()
        case "lost":
            message = "The first request had its effect, and its answer was lost: look at what is there."
            raise Problem(409, "answer_lost", message)
    return claim


def _under_way() -> Problem:
    message = "The first request with this Idempotency-Key is under way; ask again in a moment."
    return Problem(409, "under_way", message, headers={"Retry-After": "1"})


async def _settle(request: web.Request, claim: Claim, response: web.StreamResponse) -> None:
    body = getattr(response, "body", None)
    if response.status >= 300 or not isinstance(body, bytes | None):
        await request.app[STORE].repeats.release(claim)
        return
    headers: dict[str, str] = {name: response.headers[name] for name in KEPT if name in response.headers}
    first = First(response.status, response.content_type, headers, body or b"")
    athlete = request.match_info.get("athlete") or _made(response)
    # The effect is there: a disk that is full now takes away no more than the answer to a repetition.
    with contextlib.suppress(*TROUBLE):
        await request.app[STORE].repeats.settle(claim, _write(first).decode(), athlete)


def _made(response: web.StreamResponse) -> str | None:
    """The athlete that was made, by the answer's Location."""
    found = re.search(r"/api/v1/athletes/(\w+)$", response.headers.get(hdrs.LOCATION, ""))
    return None if found is None else found[1]


def _again(answer: str) -> web.Response:
    first = _read(answer)
    headers = {**first.headers, REPLAYED: "true"}
    if not first.body:
        return web.Response(status=first.status, headers=headers)
    return web.Response(body=first.body, status=first.status, content_type=first.media, headers=headers)
