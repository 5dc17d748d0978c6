"""`/me/plan`: planned life, in which some rules are not to speak, and a pause of everything until a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from twinge.core.model import Athlete
from twinge.core.silence import KINDS, living
from twinge.event import plausible
from twinge.web.answer import Problem
from twinge.web.api.athletes import keep
from twinge.web.api.shapes import NewSilence, Profile, Wishes
from twinge.web.api.silences import finish, plan
from twinge.web.pages.deeds import only
from twinge.web.pages.door import Guest, admitted, form
from twinge.web.pages.fields import Wrong
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.parts import CLOCK
from twinge.web.site import Form

OFFERED: Final = tuple(kind for kind in KINDS if kind != "rules")
"""What can be planned here; single rules are muted by name, among the wishes."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A stretch of planned life as it stands on the page."""

    id: str
    kind: str
    first: str
    last: str


async def page(request: web.Request) -> web.Response:
    """`GET /me/plan`."""
    return _page(request, await admitted(request))


async def add(request: web.Request) -> web.Response:
    """`POST /me/plan`: one more, from one day to another, both included."""
    one, given = await form(request)
    kind, words = only(given, "kind"), words_in(request)
    first, last = _day(only(given, "from")), _day(only(given, "until"))
    wrong = {"kind": words.say("wrong.kind")} if kind not in OFFERED else {}
    wrong |= {name: words.say(f"wrong.{name}") for name, day in (("from", first), ("until", last)) if day is None}
    if first is None or last is None or wrong:
        return _page(request, one, wrong, given)
    body = NewSilence(kind=kind, since=_begin(first, one.athlete), until=_end(last, one.athlete))  # type: ignore[arg-type]
    try:
        await plan(request, one.athlete.id, body)
    except Problem as error:
        if error.status not in {400, 409}:
            raise
        if error.code == "too_many":
            return _page(request, one, {"kind": words.say("wrong.too_many")}, given)
        return _page(request, one, {"until": words.say("wrong.until")}, given)
    return back(request, "plan", "planned")


async def end(request: web.Request) -> web.Response:
    """`POST /me/plan/{silence}/end`: over from now on."""
    one, _ = await form(request)
    await finish(request, one.athlete, request.match_info["silence"])
    return back(request, "plan", "ended")


async def pause(request: web.Request) -> web.Response:
    """`POST /me/pause`: quiet until the end of a day; without one the pause ends."""
    one, given = await form(request)
    until = None
    if "end" not in given:
        day = _day(only(given, "paused_until"))
        until = None if day is None else _end(day, one.athlete)
        if until is None or until <= request.app[CLOCK]():
            return _page(request, one, {"paused_until": words_in(request).say("wrong.paused_until")}, given)
    await keep(request, one.athlete.id, Profile(preferences=Wishes(paused_until=until)))
    return back(request, "plan", "saved" if until is None else "paused")


def _page(request: web.Request, one: Guest, wrong: Wrong | None = None, given: Form | None = None) -> web.Response:
    words, now, athlete = words_in(request), request.app[CLOCK](), one.athlete
    zone, given = ZoneInfo(athlete.timezone), given or {}
    until = athlete.preferences.paused_until
    found = sorted(living(athlete.silences, now), key=lambda each: each.since)
    return show_own(
        request,
        one,
        "plan",
        wrong,
        planned=[
            Planned(each.id, each.kind, words.day(each.since, zone), words.day(each.until - timedelta(seconds=1), zone))
            for each in found
        ],
        kinds=OFFERED,
        kind=only(given, "kind"),
        since=only(given, "from") or now.astimezone(zone).date().isoformat(),
        until=only(given, "until"),
        today=now.astimezone(zone).date().isoformat(),
        paused=words.day(until - timedelta(seconds=1), zone) if until is not None and until > now else "",
        paused_until=only(given, "paused_until"),
    )


def _day(text: str) -> date | None:
    """A day as a browser writes it, of a year that calendars can reckon with."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if plausible(day) else None


def _begin(day: date, athlete: Athlete) -> datetime:
    """Its first moment on the athlete's clock."""
    return datetime.combine(day, time(), ZoneInfo(athlete.timezone)).astimezone(UTC)


def _end(day: date, athlete: Athlete) -> datetime:
    """The first moment after it."""
    return _begin(day + timedelta(days=1), athlete)
