"""`/me/why/…`: one message with its numbers, a chart of them, the evidence, what clears it, and what to answer."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from twinge.core.bounds import own_pack
from twinge.core.model import Athlete, Nudge
from twinge.core.pain import Episode
from twinge.core.purpose import NOTICE
from twinge.core.relay import of_story
from twinge.core.state import State, begin
from twinge.episode import draw_course
from twinge.web.answer import not_found
from twinge.web.pages.door import Guest, admitted, renew
from twinge.web.pages.frame import show, words_in
from twinge.web.pages.reasons import asks, manner_of, plot_of, reason_of, story_of, told, version
from twinge.web.pages.sheet import HIDDEN
from twinge.web.parts import CLOCK, DRAWS, RULEBOOK, STORE
from twinge.web.pen import drawn
from twinge.why import Manner, Plot

FOR_A_YEAR: Final = "private, max-age=31536000, immutable"
"""An address carries a hash of what is drawn."""


async def page(request: web.Request) -> web.Response:
    """`GET /me/why/{nudge}`."""
    one = await admitted(request)
    nudge, state = await _wanted(request, one)
    words, pack, now = (
        words_in(request),
        own_pack(one.athlete, (await request.app[RULEBOOK].current())),
        request.app[CLOCK](),
    )
    episode, zone = _episode(nudge, state), ZoneInfo(one.athlete.timezone)
    response = show(
        request,
        "why.html",
        proof=one.proof,
        nonce=secrets.token_urlsafe(16),
        nudge=nudge,
        head=words.say(f"severity.{nudge.severity.word}"),
        when=words.when(nudge.not_before, zone),
        reasons=[reason_of(rule, nudge, state, one.athlete, words, pack) for rule in told(nudge)],
        story=None if episode is None else story_of(episode, one.athlete, words),
        picture_of="" if episode is None else version(repr((episode, _today(now, zone)))),
        draws=request.app[DRAWS],
        asks=asks(nudge),
    )
    renew(request, response, one)
    return response


async def chart(request: web.Request) -> web.Response:
    """`GET /me/why/{nudge}/{rule}.svg`: its chart, dark with `?dark`; `story` is the picture of the pain story."""
    one = await admitted(request)
    nudge, state = await _wanted(request, one)
    if not request.app[DRAWS]:
        raise not_found("chart: the extra twinge[charts] is not installed")
    rule, dark = request.match_info["rule"], "dark" in request.query
    if rule == "story":
        return await _pictured(request, _episode(nudge, state), one.athlete, dark=dark)
    found = (
        plot_of(rule, nudge, state, one.athlete, own_pack(one.athlete, (await request.app[RULEBOOK].current())))
        if rule in nudge.rules
        else None
    )
    if found is None or not found.drawable:
        raise not_found("chart")
    # Altair takes a second to import: the drawing thread pays for it, once.
    manner = manner_of(one.athlete, words_in(request))
    return _file(request, await drawn(_draw, found, manner, dark=dark), version(repr((found, manner))))


def _draw(found: Plot, manner: Manner, *, dark: bool) -> str:
    from twinge.why.chart import svg  # noqa: PLC0415

    return svg(found, manner, dark=dark)


async def _pictured(request: web.Request, episode: Episode | None, athlete: Athlete, *, dark: bool) -> web.Response:
    if episode is None:
        raise not_found("picture")
    today = _today(request.app[CLOCK](), ZoneInfo(athlete.timezone))
    edge = int(datetime.combine(today + timedelta(days=1), datetime.min.time(), ZoneInfo(athlete.timezone)).timestamp())
    text = await drawn(draw_course, episode, athlete.timezone, athlete.language, edge - 1, dark=dark)
    return _file(request, text, version(repr((episode, today))))


def _file(request: web.Request, svg: str, version: str) -> web.Response:
    lasting = FOR_A_YEAR if request.query.get("v") == version else "private, no-cache"
    return web.Response(text=svg, content_type="image/svg+xml", headers={hdrs.CACHE_CONTROL: lasting})


async def _wanted(request: web.Request, one: Guest) -> tuple[Nudge, State]:
    """The athlete's own message of the path and what is known of them, or 404. A code is shown nowhere."""
    store = request.app[STORE]
    found = await store.outbox.find_nudge(one.athlete.id, request.match_info["nudge"])
    if found is None or found.state in HIDDEN or found.nudge.facts.get(NOTICE) == "code":
        raise not_found("message")
    kept = await store.history.state(one.athlete.id)
    return found.nudge, begin() if kept is None else kept.state


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def _episode(nudge: Nudge, state: State) -> Episode | None:
    """The pain story that the message belongs to, as long as it is remembered."""
    name = of_story(nudge.facts)
    return next((one for one in state.pain.episodes if one.id == name), None) if name else None
