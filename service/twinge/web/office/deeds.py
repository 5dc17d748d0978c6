"""What is done for one athlete at the desk: by the same functions that the API calls, noted in the same audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from twinge.web.answer import Problem
from twinge.web.api import athletes, connections, links, pain, silences
from twinge.web.api.people import known
from twinge.web.api.shapes import Profile, Wishes, read_report, read_silence
from twinge.web.office.athlete import SIGNS
from twinge.web.office.door import form, only, shaped
from twinge.web.office.frame import back, show, when
from twinge.web.parts import CLOCK

PAUSES: Final = {"0": 0, "1": 1, "7": 7, "30": 30}
LONGEST: Final = 366
"""Days."""


async def link(request: web.Request) -> web.Response:
    """`POST …/link`: a link into their page, shown once; the answer is the one place where it stands."""
    await form(request)
    one = await known(request)
    url, expires_at = await links.make_link(request, one)
    note = f"It opens {one.name}'s page once, until {when(expires_at)}, for whoever has it: give it to them alone."
    return show(request, "made.html", title=f"A link for {one.name}", secret=url, note=note)


async def report(request: web.Request) -> web.Response:
    """`POST …/report`: pain on their behalf."""
    given = await form(request, coach=True)
    one = await known(request)
    body: dict[str, Any] = {"pain": _number(only(given, "pain"), "pain"), **dict.fromkeys(given.get("sign", ()), True)}
    body |= {name: only(given, name) for name in ("site", "side") if only(given, name)}
    if not set(given.get("sign", ())) <= set(SIGNS):
        raise Problem(400, "invalid", "There is no such sign.", field="sign")
    await pain.take_in(request, one, shaped(read_report, body))
    return _home(request, "report")


async def silence(request: web.Request) -> web.Response:
    """`POST …/silence`: planned life, from now on, for so many days."""
    given, now = await form(request, coach=True), request.app[CLOCK]()
    await known(request)
    days = _number(only(given, "days"), "days")
    if not 1 <= days <= LONGEST:
        raise Problem(400, "invalid", f"A silence lasts 1 to {LONGEST} days.", field="days")
    body = {"kind": only(given, "kind"), "from": now, "until": now + timedelta(days=days)}
    await silences.plan(request, request.match_info["athlete"], shaped(read_silence, body))
    return _home(request, "silence")


async def end_silence(request: web.Request) -> web.Response:
    """`POST …/silences/{silence}/end`."""
    await form(request, coach=True)
    await silences.finish(request, await known(request), request.match_info["silence"])
    return _home(request, "silence_ended")


async def pause(request: web.Request) -> web.Response:
    """`POST …/pause`: no messages for `days`; 0 ends a pause."""
    given = await form(request)
    await known(request)
    days = PAUSES.get(only(given, "days"))
    if days is None:
        raise Problem(400, "invalid", f"days must be one of {', '.join(PAUSES)}.", field="days")
    until = request.app[CLOCK]() + timedelta(days=days) if days else None
    await athletes.keep(request, request.match_info["athlete"], Profile(preferences=Wishes(paused_until=until)))
    return _home(request, "paused" if days else "resumed")


async def disconnect(request: web.Request) -> web.Response:
    """`POST …/disconnect` with `connection`, its number."""
    given = await form(request)
    await connections.end_all(request, await known(request), only(given, "connection"))
    return _home(request, "disconnected")


def _home(request: web.Request, done: str) -> web.Response:
    return back(request, f"/athletes/{request.match_info['athlete']}", done)


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Problem(400, "invalid", "This must be a number.", field=field)
    return int(text)
