"""What athletes tell about pain, and the stories that come of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Final

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.model import Activity, Athlete, Report
from twinge.core.pack import Pack
from twinge.core.pain import Episode
from twinge.core.state import State, begin
from twinge.core.twin import together
from twinge.episode import WANTED_S, write_episode
from twinge.event import to_report
from twinge.plugin import OWN, Delivery
from twinge.store.codec import new_id, pack
from twinge.web.answer import answer, not_found
from twinge.web.api import views
from twinge.web.api.filters import SPAN, asked
from twinge.web.api.listing import listed, whole
from twinge.web.api.people import known, note
from twinge.web.api.shapes import read_report, wrong
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, PACK, STORE

SEALED: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of a page about somebody's health: it runs nothing, loads nothing, and nobody keeps it."""
PEN: Final = ThreadPoolExecutor(1, "page")
"""One page at a time: vl-convert draws with the interpreter's lock held, some 30 ms a picture, and eight threads that
draw at once kept the event loop waiting for a second."""


async def reports(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/reports?from=&to=`: newest first, without the athlete's own words."""
    one, (cut, only) = await known(request), asked(request, SPAN)
    return listed(await request.app[STORE].reports.find(one.id, *cut, only=only), views.report)


async def report(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/reports/{report}`."""
    found = await request.app[STORE].reports.get((await known(request)).id, request.match_info["report"])
    if found is None:
        raise not_found("report")
    return answer(views.report(found))


async def tell(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/reports`: into the inbox like any delivery, and answered when it is on disk."""
    one, body, now = await known(request), await read_as(request, read_report), request.app[CLOCK]()
    told = replace(to_report(f"{OWN}:{new_id(now)}", body, body.at or now), about=body.about)
    if told == Report(told.key, told.at):
        raise wrong("pain", "The report says nothing: give pain, a sign, an effort or a clearance.")
    delivery = Delivery(OWN, "POST", one.id, {}, {}, pack(told), now)
    await request.app[STORE].inbox.put(delivery, told.key, f"{OWN}:{one.id}")
    async with request.app[STORE].write() as tx:
        await note(request, tx, "report.told", one.id, f"report={told.key}")
    return answer({"id": told.key, "status": "stored"}, 202)


async def episodes(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes`: the pain stories that are open or not long over, newest first."""
    state = await _state(request, await known(request))
    return whole([*reversed(state.pain.episodes)], views.episode)


async def episode(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes/{episode}`: one with its timeline."""
    return answer(views.episode(_wanted(request, await _state(request, await known(request)))))


async def page(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes/{episode}/page`: the same as a page for a physio, with what was run before it."""
    one = await known(request)
    state = await _state(request, one)
    found, store = _wanted(request, state), request.app[STORE]
    async with store.read() as tx:
        done = await store.history.activities(tx, one.id, 1000 * (found.onset - WANTED_S))
    work = (found, done, one, state, request.app[PACK], request.app[CLOCK]())
    text = await asyncio.get_running_loop().run_in_executor(PEN, _written, *work)
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers=SEALED)


def _written(found: Episode, done: Sequence[Activity], one: Athlete, state: State, pack: Pack, now: datetime) -> str:
    """The page; workouts that two records tell of are counted once, as in the fold."""
    records, _ = together(done, one.timezone, own_pack(one, pack))
    return write_episode(found, [record.session for record in records], one, now, since=state.since)


def _wanted(request: web.Request, state: State) -> Episode:
    """The episode of the path, or 404."""
    name = request.match_info["episode"]
    found = next((each for each in state.pain.episodes if str(each.id) == name), None)
    if found is None:
        raise not_found("episode")
    return found


async def _state(request: web.Request, one: Athlete) -> State:
    kept = await request.app[STORE].history.state(one.id)
    return begin() if kept is None else kept.state
