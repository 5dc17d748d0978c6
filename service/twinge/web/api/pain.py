"""What athletes tell about pain, and the stories that come of it."""

from __future__ import annotations

from collections.abc import Sequence
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
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.answers import Stored
from twinge.web.api.filters import SPAN, asked
from twinge.web.api.listing import whole
from twinge.web.api.people import known, note
from twinge.web.api.shapes import NewReport, read_report, wrong
from twinge.web.api.veil import WORDS, veil_of
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, RULEBOOK, STORE
from twinge.web.pen import drawn
from twinge.web.tags import tagged

SEALED: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of a page about somebody's health: it runs nothing, loads nothing, and nobody keeps it."""


async def reports(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/reports?from=&to=`: newest first, without the athlete's own words."""
    one, (cut, only) = await known(request), asked(request, SPAN)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].reports.find(one.id, *cut, only=only, without=veil.sources)
    return answer(veil.listed([veil.report(views.report(each), each) for each in page.items], page.next))


async def report(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/reports/{report}`."""
    one, key = await known(request), request.match_info["report"]
    veil, found = await veil_of(request, one.id), await request.app[STORE].reports.get(one.id, key)
    if found is None or veil.hides(key):
        raise not_found("report")
    return tagged(request, veil.report(views.report(found), found))


async def tell(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/reports`: into the inbox like any delivery, and answered when it is on disk."""
    told = await take_in(request, await known(request), await read_as(request, read_report))
    return answer(Stored("stored", told.key), 202)


async def take_in(request: web.Request, one: Athlete, body: NewReport) -> Report:
    """A report on an athlete's behalf, on disk when this returns; the worker does the rest."""
    now = request.app[CLOCK]()
    told = replace(to_report(f"{OWN}:{new_id(now)}", body, body.at or now), about=body.about)
    if told == Report(told.key, told.at):
        raise wrong("pain", "The report says nothing: give pain, a sign, an effort or a clearance.")
    delivery = Delivery(OWN, "POST", one.id, {}, {}, pack(told), now)
    await request.app[STORE].inbox.put(delivery, told.key, f"{OWN}:{one.id}")
    async with request.app[STORE].write() as tx:
        await note(request, tx, "report.told", one.id, f"report={told.key}")
    return told


async def episodes(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes`: the pain stories that are open or not long over, newest first."""
    one = await known(request)
    state, veil = await _state(request, one), await veil_of(request, one.id)
    return whole([*reversed(state.pain.episodes)], lambda each: veil.episode(views.episode(each), each))


async def episode(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes/{episode}`: one with its timeline."""
    one = await known(request)
    found, veil = _wanted(request, await _state(request, one)), await veil_of(request, one.id)
    return tagged(request, veil.episode(views.episode(found), found))


async def page(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes/{episode}/page`: the same as a page for a physio, with what was run before it."""
    one = await known(request)
    state = await _state(request, one)
    found, store = _wanted(request, state), request.app[STORE]
    if hidden := (await veil_of(request, one.id)).sources:
        raise Problem(403, "terms", f"This page shows workouts. {WORDS.format(' and '.join(hidden))}")
    async with store.read() as tx:
        done = await store.history.activities(tx, one.id, 1000 * (found.onset - WANTED_S))
    pack = await request.app[RULEBOOK].current()
    text = await drawn(_written, found, done, one, state, pack, request.app[CLOCK]())
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
