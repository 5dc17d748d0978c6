"""What athletes tell about pain, and the stories that come of it."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from twinge.core.model import Report
from twinge.core.pain import Pain
from twinge.event import to_report
from twinge.plugin import OWN, Delivery
from twinge.store.codec import new_id, pack
from twinge.web.answer import answer, not_found
from twinge.web.api import views
from twinge.web.api.athletes import known, note
from twinge.web.api.listing import listed, wanted, whole
from twinge.web.api.shapes import read_report, wrong
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, STORE


async def reports(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/reports`: newest first, without the athlete's own words."""
    one, cut = await known(request), wanted(request)
    return listed(await request.app[STORE].reports.find(one.id, *cut), views.report)


async def tell(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/reports`: into the inbox like any delivery, and answered when it is on disk."""
    one, body, now = await known(request), await read_as(request, read_report), request.app[CLOCK]()
    report = replace(to_report(f"{OWN}:{new_id(now)}", body, body.at or now), about=body.about)
    if report == Report(report.key, report.at):
        raise wrong("pain", "The report says nothing: give pain, a sign, an effort or a clearance.")
    delivery = Delivery(OWN, "POST", one.id, {}, {}, pack(report), now)
    await request.app[STORE].inbox.put(delivery, report.key, f"{OWN}:{one.id}")
    async with request.app[STORE].write() as tx:
        await note(request, tx, "report.told", one.id, f"report={report.key}")
    return answer({"id": report.key, "status": "stored"}, 202)


async def episodes(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes`: the pain stories that are open or not long over, newest first."""
    return whole([*reversed((await _pain(request)).episodes)], views.episode)


async def episode(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/episodes/{episode}`: one with its timeline."""
    wanted_id = request.match_info["episode"]
    found = next((one for one in (await _pain(request)).episodes if str(one.id) == wanted_id), None)
    if found is None:
        raise not_found("episode")
    return answer(views.episode(found))


async def _pain(request: web.Request) -> Pain:
    kept = await request.app[STORE].history.state((await known(request)).id)
    return Pain() if kept is None else kept.state.pain
