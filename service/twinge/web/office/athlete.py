"""`GET /admin/athletes/{athlete}`: how one athlete stands, where they are reached, and their timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.model import EVERYTHING, Athlete
from twinge.core.silence import living
from twinge.core.state import State, begin
from twinge.core.view import describe
from twinge.store import Address, Connection
from twinge.store.timeline import KINDS
from twinge.web.answer import Problem, not_found
from twinge.web.api.listing import Cut
from twinge.web.api.people import known
from twinge.web.api.veil import STANDS, veil_of
from twinge.web.api.views import masked
from twinge.web.caller import CALLER
from twinge.web.office.frame import address, show, when
from twinge.web.office.glance import is_hidden
from twinge.web.office.lines import HIDDEN, days, story_lines, timeless
from twinge.web.office.words import KIND_WORDS, LIGHT_WORDS, SILENCES, STAGES, STANDING, UNKNOWN
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, RULEBOOK, STORE

ROWS: Final = 60
SITES: Final = (
    "back",
    "buttock",
    "hip",
    "groin",
    "thigh",
    "hamstring",
    "knee",
    "shin",
    "calf",
    "ankle",
    "heel",
    "foot",
)
SIGNS: Final = ("radiating", "tingling", "numb", "weak", "limp", "walking", "night", "spot")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach the athlete, masked."""

    channel: str
    address: str
    standing: str
    purposes: str
    how: str


@dataclass(frozen=True, slots=True)
class Source:
    """One connection, and how it fares."""

    platform: str
    number: int
    state: str
    quiet: bool
    notes: tuple[str, ...]


async def page(request: web.Request) -> web.Response:
    """The whole page; `kind` once for each kind of line, all without it."""
    one, store, now = await known(request), request.app[STORE], request.app[CLOCK]()
    seen, kept = await store.glances.get(one.id, now), await store.history.state(one.id)
    if seen is None:
        raise not_found("athlete")
    state, veil = begin() if kept is None else kept.state, await veil_of(request, one.id)
    kinds, stale = _kinds(request), kept is not None and not kept.stamp
    cut = veil.opened(Cut(request.query.get("cursor") or None, ROWS))
    found = await store.timeline.find(one.id, kinds, *cut, story_lines(state.pain))
    links = await store.athletes.connections(one.id)
    where, chosen = f"/admin/athletes/{one.id}", "" if kinds == KINDS else "&".join(f"kind={kind}" for kind in kinds)
    onward = veil.closed(found)
    after = address(where, cursor=onward) + (f"&{chosen}" if chosen else "") if onward else None
    operator = request[CALLER].athletes is None
    return show(
        request,
        "athlete.html",
        one=one,
        seen=seen,
        light=LIGHT_WORDS[seen.light],
        stage=STAGES.get(seen.stage, seen.stage),
        standing=await _standing(request, state, one, sorted(veil.spans) if stale else veil.sources),
        ways=[_way(request, each) for each in await store.addresses.of(one.id)] if operator else (),
        ledger=(await store.addresses.ledger(one.id))[::-1][:20] if operator else (),
        sources=await _sources(request, links),
        silences=sorted(living(one.silences, now), key=lambda each: each.since),
        paused=one.preferences.paused_until if (one.preferences.paused_until or now) > now else None,
        days=days(found.items, ZoneInfo(one.timezone), veil),
        timeless=timeless(found.items, veil),
        hidden=veil.sources,
        kinds=[(kind, KIND_WORDS[kind], kind in kinds) for kind in KINDS],
        sites=SITES,
        signs=SIGNS,
        silence_kinds=SILENCES,
        operator=operator,
        paged=cut.cursor is not None,
        next=after,
    )


def _kinds(request: web.Request) -> tuple[str, ...]:
    asked = request.query.getall("kind", [])
    if not set(asked) <= set(KINDS):
        raise Problem(400, "invalid", f"kind must be one of {', '.join(KINDS)}.", field="kind")
    return tuple(kind for kind in KINDS if kind in asked) or KINDS


async def _standing(request: web.Request, state: State, one: Athlete, hidden: list[str]) -> list[tuple[str, str]]:
    """What Twinge sees now, what it does not know included; no number where a source's terms hide what is in it."""
    seen = describe(state, one, request.app[CLOCK](), own_pack(one, await request.app[RULEBOOK].current()))
    shown = {name: value for name, value in seen.items() if not hidden or name in STANDS}
    rest = [("Everything else", f"{HIDDEN} ({', '.join(hidden)})")] if hidden else []
    return [*((STANDING.get(name, name), _plain(name, value)) for name, value in shown.items()), *rest]


def _plain(name: str, value: Any) -> str:
    text = str(value)
    match value:
        case None:
            text = "no" if name == "returning" else "not known"
        case str():
            text = STAGES.get(value, value) if name == "pain" else _instant(value)
        case int() | float() if name.endswith("_m"):
            text = f"{value / 1000:.1f} km"
        case float():
            text = str(round(value))
        case list():
            text = ", ".join(_word(str(each)) for each in value) or "none"
        case dict():
            text = ", ".join(f"{_word(each)}: {_inner(number)}" for each, number in value.items())
    return text


def _instant(text: str) -> str:
    """A day has no clock."""
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%b %Y}" if len(text) == len("2026-05-03") else when(at)


def _word(name: str) -> str:
    return UNKNOWN.get(name, name.replace("_", " "))


def _inner(value: Any) -> str:
    if not isinstance(value, dict):
        return "not known" if value is None else str(value)
    return f"{value['now']} ({'not known yet' if value['usual'] is None else value['usual']})"


def _way(request: web.Request, one: Address) -> Way:
    shut = {
        "stopped": "STOP was written",
        "no_channel": f"switched off: {one.disabled_reason}",
        "not_verified": "not shown to be theirs yet",
        "no_consent": "no consent",
    }
    standing = "usable" if one.usable else shut.get(one.shut or "no_consent", "no consent")
    if one.channel not in request.app[CHANNELS]:
        standing = "the channel is not set up here"
    purposes = ", ".join(purpose.value for purpose in EVERYTHING if purpose in one.purposes)
    where = "a browser" if one.address.startswith("{") else masked(one.address)
    return Way(one.channel, where, standing, purposes or "nothing", one.consent_how)


async def _sources(request: web.Request, links: list[Connection]) -> list[Source]:
    if not links:
        return []
    store, now, owner = request.app[STORE], request.app[CLOCK](), links[0].athlete_id
    pasts = await store.backfills.of(owner)
    silent = {each.platform for each in await store.keeping.quiet(now, owner)}
    found = []
    for link in links:
        adapter = request.app[PLATFORMS].get(link.platform)
        past = None if is_hidden(request, link.platform) else pasts.get((link.platform, link.external_id))
        notes = (
            "the platform is not set up here" if adapter is None else "",
            f"since {link.created_at:%d %b %Y}",
            f"last asked {link.seen_at:%d %b %Y, %H:%M} UTC" if link.seen_at else "",
            f"past {past.state}, {past.fetched} brought" if past else "",
        )
        counted = link.platform in silent and not is_hidden(request, link.platform)
        quiet = counted and link.state == "connected"
        found.append(Source(link.platform, link.id, link.state, quiet, tuple(filter(None, notes))))
    return found
