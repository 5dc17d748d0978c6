"""`/admin/deliveries`: what came in and what became of it; what is dead or nobody's waits again by a button."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from twinge.web.answer import Problem, not_found
from twinge.web.api.deliveries import STATES, set_back
from twinge.web.office.door import form, only
from twinge.web.office.frame import address, back, show
from twinge.web.parts import CLOCK, PLATFORMS, STORE

ROWS: Final = 50
FAILED: Final = timedelta(days=7)
"""How far back messages that failed are shown."""


async def page(request: web.Request) -> web.Response:
    """`GET /admin/deliveries?state=&platform=`: dead ones unless another state is asked for."""
    store, query, now = request.app[STORE], request.query, request.app[CLOCK]()
    state, platform = query.get("state", "dead"), query.get("platform", "").replace("\0", "")
    if state not in {*STATES, "all", "failed"}:
        raise Problem(400, "invalid", f"state must be one of {', '.join(STATES)}.", field="state")
    cursor, failed, found = query.get("cursor") or None, None, None
    if state == "failed":
        failed = await store.survey.failed(now - FAILED, cursor, ROWS)
        after = failed.next
    else:
        found = await store.survey.deliveries(state, platform or None, cursor, ROWS)
        after = found.next
    kept = {"state": state, "platform": platform}
    return show(
        request,
        "deliveries.html",
        rows=() if found is None else found.items,
        failed=() if failed is None else failed.items,
        counts=await store.survey.aside(),
        asked=kept,
        platforms=sorted({*request.app[PLATFORMS]}),
        ids=",".join(str(one.id) for one in (found.items if found else ()) if one.state in {"dead", "stray"}),
        next=address("/admin/deliveries", **kept, cursor=after) if after else None,
    )


async def replay(request: web.Request) -> web.Response:
    """`POST /admin/deliveries/replay` with `ids`, one or those of a page: each is set back as the API does it.

    One alone says why it can not wait again; of several, those that can not are left as they are.
    """
    numbers = only(await form(request), "ids").split(",")[:ROWS]
    if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in numbers):
        raise not_found("delivery")
    for text in numbers:
        one = await request.app[STORE].inbox.get(int(text))
        if one is None:
            raise not_found("delivery")
        try:
            await set_back(request, one)
        except Problem:
            if len(numbers) == 1:
                raise
    return back(request, "/deliveries", "replayed")
