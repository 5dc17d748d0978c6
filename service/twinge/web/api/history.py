"""What an athlete did, what the rules saw in it, what was said and what was not."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.store import Filter
from twinge.store.receipts import FORWARD
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.filters import DAYS, SPAN, Readers, asked, day, one_of, rule, severity, sport, word
from twinge.web.api.listing import MOST
from twinge.web.api.people import known, note
from twinge.web.api.records import Standing
from twinge.web.api.veil import WORDS, veil_of
from twinge.web.parts import CLOCK, RULEBOOK, STORE
from twinge.web.tags import tagged

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
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].history.find_activities(one.id, *cut, only=only, without=veil.sources)
    return answer(veil.listed([veil.activity(views.activity(each)) for each in page.items], page.next))


async def activity(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/activities/{activity}`."""
    one, key = await known(request), request.match_info["activity"]
    veil, found = await veil_of(request, one.id), await request.app[STORE].history.get_activity(one.id, key)
    if found is None or veil.hides(key):
        raise not_found("activity")
    return tagged(request, veil.activity(views.activity(found)))


async def wellness(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness?from=&to=`: mornings, newest first."""
    one, (cut, only) = await known(request), asked(request, DAYS)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].mornings.find(one.id, *cut, only=only, without=veil.sources)
    return answer(veil.listed([views.morning(each) for each in page.items], page.next))


async def morning(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/wellness/{date}`: what each source told of that morning; those that are hidden are named."""
    one = await known(request)
    try:
        begins = day(request.match_info["date"])
    except ValueError:
        raise not_found("morning") from None
    veil, only = await veil_of(request, one.id), Filter(since=begins, until=begins + timedelta(days=1))
    found = (await request.app[STORE].mornings.find(one.id, None, MOST, only=only, without=veil.sources)).items
    if not found and not veil.sources:
        raise not_found("morning")
    return answer(veil.listed([views.morning(each) for each in found], None))


async def findings(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings?from=&to=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, FINDINGS)
    veil = await veil_of(request, one.id)
    if veil.spans and (only.since or only.until):
        message = f"A span would tell when hidden workouts were. {WORDS.format(' and '.join(sorted(veil.spans)))}"
        raise Problem(403, "terms", message, field="from" if only.since else "to")
    page = await request.app[STORE].history.find_findings(one.id, *veil.opened(cut), only=only)
    return answer(veil.listed([veil.finding(views.finding(each), each) for each in page.items], veil.closed(page)))


async def finding(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/findings/{finding}`: by `<rule>.<band>.<id of the event>`."""
    one = await known(request)
    name, _, rest = request.match_info["finding"].partition(".")
    band, _, about = rest.partition(".")
    found = None
    if band.isascii() and band.isdigit() and len(band) < 10:
        found = await request.app[STORE].history.get_finding(one.id, about, name, int(band))
    # Whose numbers are hidden has no id to ask by: else a guess could be tried.
    if found is None or (await veil_of(request, one.id)).over(found.at, found.activity):
        raise not_found("finding")
    return tagged(request, views.finding(found))


async def nudges(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges?from=&to=&severity=&state=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, NUDGES)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].outbox.find_nudges(one.id, *cut, only=only)
    return answer(veil.listed([veil.nudge(views.nudge(each), each.nudge) for each in page.items], page.next))


async def nudge(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/nudges/{nudge}`."""
    one = await known(request)
    found = await request.app[STORE].outbox.find_nudge(one.id, request.match_info["nudge"])
    if found is None:
        raise not_found("nudge")
    return tagged(request, (await veil_of(request, one.id)).nudge(views.nudge(found), found.nudge))


async def void(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/nudges/{nudge}/void`: an operator takes back what waits, and its copies. 409: it went."""
    one, store, now = await known(request), request.app[STORE], request.app[CLOCK]()
    name = request.match_info["nudge"]
    async with store.write() as tx:
        gone = await store.outbox.withdraw(tx, one.id, [name], WITHDRAWN, now)
        if gone:
            await note(request, tx, "nudge.void", one.id, f"nudge={name}")
    found = await store.outbox.find_nudge(one.id, name)
    if found is None:
        raise not_found("nudge")
    if not gone:
        raise Problem(409, "too_late", f"This message does not wait any more: it is {found.state}.")
    return answer(views.nudge(found))


async def held(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held?from=&to=&severity=&reason=&rule=`: newest first."""
    one, (cut, only) = await known(request), asked(request, HELD)
    veil = await veil_of(request, one.id)
    page = await request.app[STORE].outbox.find_held(one.id, *veil.opened(cut), only=only)
    return answer(veil.listed([veil.held(views.held(each), each) for each in page.items], veil.closed(page)))


async def silence(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/held/{held}`."""
    one = await known(request)
    found = await request.app[STORE].outbox.get_held(one.id, request.match_info["held"])
    if found is None or (await veil_of(request, one.id)).over(found.at, found.activity):
        raise not_found("silence")
    return tagged(request, views.held(found))


async def state(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/state`: what Twinge sees now, in plain numbers."""
    one = await known(request)
    veil, kept = await veil_of(request, one.id), await request.app[STORE].history.state(one.id)
    pack = own_pack(one, await request.app[RULEBOOK].current())
    seen = describe(begin() if kept is None else kept.state, one, request.app[CLOCK](), pack)
    return answer(veil.state(Standing(**seen), kept))
