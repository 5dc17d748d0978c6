"""What an athlete did, what the rules saw in it, what was said and what was not."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.store import Filter
from twinge.store.post import FORWARD
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.filters import DAYS, SPAN, Readers, asked, day, one_of, rule, severity, sport, word
from twinge.web.api.listing import MOST, listed, whole
from twinge.web.api.people import known, note
from twinge.web.parts import CLOCK, PACK, STORE

STATES: Final = (*FORWARD, "expired", "void")
"""What may become of a nudge."""
WITHDRAWN: Final = "withdrawn by the operator"
ACTIVITIES: Final[Readers] = {**SPAN, "sport": sport}
FINDINGS: Final[Readers] = {**SPAN, "rule": rule}
NUDGES: Final[Readers] = {**SPAN, "rule": rule, "severity": severity, "state": one_of(*STATES)}
HELD: Final[Readers] = {**SPAN, "rule": rule, "severity": severity, "reason": word}


async def activities(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/activities?from=&to=&sport=`: newest first, removed ones left out."""
    one, (cut, only) = await known(request), asked(request, ACTIVITIES)
    return listed(await request.app[STORE].history.find_activities(one.id, *cut, only=only), views.activity)


async def activity(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/activities/{activity}`."""
    one = await known(request)
    found = await request.app[STORE].history.get_activity(one.id, request.match_info["activity"])
    if found is None:
        raise not_found("activity")
    return answer(views.activity(found))


async def wellness(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness?from=&to=`: mornings, newest first."""
    one, (cut, only) = await known(request), asked(request, DAYS)
    return listed(await request.app[STORE].mornings.find(one.id, *cut, only=only), views.morning)


async def morning(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness/{date}`: what each source told of that morning."""
    one = await known(request)
    try:
        begins = day(request.match_info["date"])
    except ValueError:
        raise not_found("morning") from None
    only = Filter(since=begins, until=begins + timedelta(days=1))
    found = (await request.app[STORE].mornings.find(one.id, None, MOST, only=only)).items
    if not found:
        raise not_found("morning")
    return whole(found, views.morning)


async def findings(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings?from=&to=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, FINDINGS)
    return listed(await request.app[STORE].history.find_findings(one.id, *cut, only=only), views.finding)


async def finding(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings/{finding}`: by `<rule>.<band>.<id of the event>`."""
    one = await known(request)
    name, _, rest = request.match_info["finding"].partition(".")
    band, _, about = rest.partition(".")
    found = None
    if band.isascii() and band.isdigit() and len(band) < 10:
        found = await request.app[STORE].history.get_finding(one.id, about, name, int(band))
    if found is None:
        raise not_found("finding")
    return answer(views.finding(found))


async def nudges(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges?from=&to=&severity=&state=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, NUDGES)
    return listed(await request.app[STORE].outbox.find_nudges(one.id, *cut, only=only), views.nudge)


async def nudge(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges/{nudge}`."""
    one = await known(request)
    found = await request.app[STORE].outbox.get(one.id, request.match_info["nudge"])
    if found is None:
        raise not_found("nudge")
    return answer(views.nudge(found))


async def void(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/nudges/{nudge}/void`: an operator takes back what waits, and its copies. 409: it went."""
    one, store, now = await known(request), request.app[STORE], request.app[CLOCK]()
    name = request.match_info["nudge"]
    async with store.write() as tx:
        gone = await store.outbox.withdraw(tx, one.id, [name], WITHDRAWN, now)
        if gone:
            await note(request, tx, "nudge.void", one.id, f"nudge={name}")
    found = await store.outbox.get(one.id, name)
    if found is None:
        raise not_found("nudge")
    if not gone:
        raise Problem(409, "too_late", f"This message does not wait any more: it is {found.state}.")
    return answer(views.nudge(found))


async def held(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held?from=&to=&severity=&reason=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, HELD)
    return listed(await request.app[STORE].outbox.find_held(one.id, *cut, only=only), views.held)


async def silence(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held/{held}`."""
    one = await known(request)
    found = await request.app[STORE].outbox.get_held(one.id, request.match_info["held"])
    if found is None:
        raise not_found("silence")
    return answer(views.held(found))


async def state(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/state`: what Twinge sees now, in plain numbers."""
    one = await known(request)
    kept = await request.app[STORE].history.state(one.id)
    return answer(
        describe(begin() if kept is None else kept.state, one, request.app[CLOCK](), own_pack(one, request.app[PACK]))
    )
