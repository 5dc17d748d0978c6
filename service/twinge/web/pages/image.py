"""`GET /i/{token}.png`: the chart of a message for a push or an MMS, for whoever was given its address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Final

from aiohttp import hdrs, web

from twinge.core.bounds import own_pack
from twinge.core.model import Athlete, Nudge
from twinge.core.state import begin
from twinge.web.answer import Problem
from twinge.web.pages.reasons import manner_of, plot_of
from twinge.web.pages.words import words_of
from twinge.web.parts import CLOCK, DRAWS, LINKS, RULEBOOK, STORE
from twinge.web.pen import PEN, drawn
from twinge.why import Manner, Plot
from twinge.why.links import Links, pictured

HEADERS: Final = {
    hdrs.CACHE_CONTROL: "private, max-age=3600",
    hdrs.CONTENT_DISPOSITION: 'inline; filename="chart.png"',
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, noimageindex",
}
NOTHING: Final = {hdrs.CACHE_CONTROL: "no-store", "X-Robots-Tag": "noindex"}


def warmed(links: Links) -> Callable[[Nudge, Athlete, datetime], str | None]:
    """`links.url`, which has the drawing libraries loaded by the time somebody fetches the first picture: that takes
    seconds, and whoever carries an MMS does not wait for long."""

    def find(nudge: Nudge, athlete: Athlete, now: datetime) -> str | None:
        url = links.url(nudge, athlete, now)
        if url is not None:
            PEN.submit(import_module, "twinge.why.chart")
        return url

    return find


async def show(request: web.Request) -> web.Response:
    """The PNG; 404 alike for a token that is not ours, that has ended, or whose athlete wants no pictures any more."""
    found = await _find(request)
    if found is None:
        raise Problem(404, "not_found", "There is no such picture, or its time is over.", headers=NOTHING)
    return web.Response(body=await drawn(_paint, *found), content_type="image/png", headers=HEADERS)


def _paint(found: Plot, manner: Manner) -> bytes:
    from twinge.why.chart import png  # noqa: PLC0415 - Altair takes a second to import, in the drawing thread

    return png(found, manner)


async def _find(request: web.Request) -> tuple[Plot, Manner] | None:
    links, store = request.app.get(LINKS), request.app[STORE]
    named = None if links is None else links.open(request.match_info["token"], request.app[CLOCK]())
    if named is None or not request.app[DRAWS]:
        return None
    athlete = await store.athletes.get(named.athlete)
    spoken = await store.outbox.find_nudge(named.athlete, named.nudge)
    rule = None if spoken is None else pictured(spoken.nudge)
    if athlete is None or spoken is None or rule is None or not athlete.preferences.pictures:
        return None
    kept = await store.history.state(athlete.id)
    state = begin() if kept is None else kept.state
    found = plot_of(rule, spoken.nudge, state, athlete, own_pack(athlete, (await request.app[RULEBOOK].current())))
    return None if found is None else (found, manner_of(athlete, words_of(athlete.language)))
