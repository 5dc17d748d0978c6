"""The limits of the installation: what holds, what would come of others, and the change. All of it for operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from msgspec import convert

from twinge.core.bounds import Unsafe
from twinge.core.pack import Pack
from twinge.meanings import limits as meanings
from twinge.preview.run import Busy, Wish
from twinge.preview.tell import to_json
from twinge.store.codec import to_json as to_text
from twinge.web.answer import Problem, answer
from twinge.web.api import installed
from twinge.web.api.listing import instant
from twinge.web.api.people import enter
from twinge.web.api.shapes import NewPreview, read_limits, read_preview, unsafe, wrong
from twinge.web.body import read_as
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, PREVIEWER, RULEBOOK, STORE


async def show(request: web.Request) -> web.Response:
    """`GET /rules/limits`: those that differ from the pack that the process was started with."""
    return answer(await _shown(request))


async def put(request: web.Request) -> web.Response:
    """`PUT /rules/limits` with `{"limits"}`: from the next event of each athlete on, for everybody."""
    await set_limits(request, (await read_as(request, read_limits)).limits)
    return answer(await _shown(request))


async def set_limits(request: web.Request, given: Mapping[str, int]) -> None:
    """These hold from now on, all of them and no others; with its line in the audit, unless nothing changes."""
    store = request.app[STORE]
    _pack(request, given)
    async with store.write() as tx:
        old = await store.house.limits(tx)
        before = {} if old is None else dict(old.limits)
        if before != given:
            await store.house.put(tx, given, request[ACTOR], request.app[CLOCK]())
            detail = f"before={to_text(before)} after={to_text(dict(sorted(given.items())))}"
            await enter(request, tx, "rules.limits", "rules", detail)


async def preview(request: web.Request) -> web.Response:
    """`POST /rules/preview`: what these limits would have said; changes nothing, sends nothing."""
    found = await try_limits(request, await read_as(request, read_preview))
    return answer(convert(found, installed.Preview))


async def try_limits(request: web.Request, body: NewPreview) -> dict[str, Any]:
    """What they would have said, as `tell.to_json` has it; 400 where they cannot be, 409 while another is tried."""
    pack = _pack(request, body.limits)
    await _check_athletes(request, body.athletes)
    packs = (await request.app[RULEBOOK].current(), pack)
    try:
        found = await request.app[PREVIEWER].run(Wish(packs, body.athletes, body.days), request.app[CLOCK]())
    except Busy as error:
        raise Problem(409, "busy", str(error), headers={"Retry-After": "60"}) from None
    return {"limits": body.limits, **to_json(found)}


def _pack(request: web.Request, limits: Mapping[str, int]) -> Pack:
    """The pack with these limits, or 400 with the range of the one that cannot be."""
    try:
        return request.app[RULEBOOK].with_limits(limits)
    except Unsafe as error:
        raise unsafe(error) from None


async def _check_athletes(request: web.Request, ids: list[str] | None) -> None:
    store = request.app[STORE]
    async with store.read() as tx:
        there = await store.athletes.load(tx, ids or [])
    for place, athlete_id in enumerate(ids or []):
        if athlete_id not in there:
            raise wrong(f"athletes[{place}]", "There is no such athlete; GET /api/v1/athletes lists them.")


async def _shown(request: web.Request) -> installed.HouseStanding:
    store, book = request.app[STORE], request.app[RULEBOOK]
    async with store.read() as tx:
        kept, pack = await store.house.limits(tx), await book.read(tx)
    shown = {} if kept is None else dict(kept.limits)
    return installed.HouseStanding(
        limits=shown,
        about={path: words for path in shown if (words := meanings().get(path))},
        version=pack.version,
        ground=book.ground.version,
        in_force=kept is None or book.holds(kept),
        since=None if kept is None else instant(kept.at),
        by=None if kept is None else kept.actor,
    )
