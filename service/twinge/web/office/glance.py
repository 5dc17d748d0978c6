"""`GET /admin`: every athlete at a glance, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from twinge.store.glances import LIGHTS, Glance, Light, Link, Wanted
from twinge.store.spoken import Spoken
from twinge.web.answer import Problem
from twinge.web.api.veil import hides
from twinge.web.caller import CALLER
from twinge.web.office.frame import address, show
from twinge.web.office.words import LIGHT_WORDS, SEVERITIES, STAGES, STATES
from twinge.web.parts import CLOCK, PLATFORMS, STORE

ROWS: Final = 50
LONGEST: Final = 200
"""Letters of a name that is looked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One athlete as the list shows them."""

    seen: Glance
    light: str
    words: str
    stage: str
    hidden: bool
    """Whether the terms of the last workout's source hide it from a coach."""
    links: Sequence[tuple[str, str, bool]]
    """Platform, state in words, whether that is well."""
    last: Spoken | None
    said: str
    """How grave the last message was, and what became of it."""


async def page(request: web.Request) -> web.Response:
    """A page of athletes by light, name and platform."""
    store, now, among = request.app[STORE], request.app[CLOCK](), request[CALLER].athletes
    asked = _asked(request)
    found = await store.glances.find(asked, now, request.query.get("cursor") or None, ROWS)
    ids = [one.athlete_id for one in found.items]
    links, last = await store.glances.links(ids), await store.glances.last_words(ids)
    counts = await store.glances.counts(now, among)
    rows = [_row(request, one, links.get(one.athlete_id, ()), last.get(one.athlete_id)) for one in found.items]
    kept = {name: request.query.get(name, "") for name in ("light", "name", "platform")}
    return show(
        request,
        "glance.html",
        rows=rows,
        lights=[(one.word, LIGHT_WORDS[one], counts[one]) for one in counts],
        total=sum(counts.values()),
        platforms=sorted({*request.app[PLATFORMS]}),
        asked=kept,
        paged="cursor" in request.query,
        next=address("/admin", **kept, cursor=found.next) if found.next else None,
    )


def _asked(request: web.Request) -> Wanted:
    query = request.query
    light = query.get("light", "")
    if light and light not in LIGHTS:
        raise Problem(400, "invalid", f"light must be one of {', '.join(LIGHTS)}.", field="light")
    name = query.get("name", "").strip()[:LONGEST].replace("\0", "")
    platform = query.get("platform", "")[:LONGEST].replace("\0", "")
    return Wanted((LIGHTS[light],) if light else (), name, platform, request[CALLER].athletes)


def is_hidden(request: web.Request, platform: str) -> bool:
    """Whether the terms of this source let nobody but the athlete see what came from it; never for operators."""
    return request[CALLER].scope == "coach" and bool(platform) and hides(request.app, platform)


def _row(request: web.Request, one: Glance, links: Sequence[Link], last: Spoken | None) -> Row:
    said = ""
    if last is not None:
        said = f"{SEVERITIES[last.nudge.severity.word]}, {STATES.get(last.state, last.state)}"
    return Row(
        seen=one,
        light=one.light.word,
        words=LIGHT_WORDS[one.light],
        stage=STAGES.get(one.stage, one.stage) if one.light is Light.PAIN else "",
        hidden=is_hidden(request, one.last_platform),
        links=[(link.platform, *_standing(link, is_hidden(request, link.platform))) for link in links],
        last=last,
        said=said,
    )


def _standing(link: Link, hidden: bool) -> tuple[str, bool]:
    """That workouts stopped coming is told by workouts, so it is hidden with them."""
    if link.state == "connected":
        return ("fell silent", False) if link.quiet and not hidden else ("connected", True)
    return {"expired": "must connect again", "revoked": "disconnected"}.get(link.state, link.state), False
