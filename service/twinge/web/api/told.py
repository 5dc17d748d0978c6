"""What is told by hand: workouts, mornings, and that a workout is to go. By the inbox, like all from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from msgspec import UNSET

from twinge.core.model import Activity, Removed, Wellness
from twinge.event import to_activity, to_wellness
from twinge.plugin import OWN, Delivery
from twinge.store.codec import new_id, pack_own, to_ms
from twinge.web.answer import answer, not_found
from twinge.web.api.answers import Stored
from twinge.web.api.people import known, note
from twinge.web.api.shapes import read_morning, read_workout, wrong
from twinge.web.body import read_as
from twinge.web.parts import CLOCK, STORE

AHEAD: Final = timedelta(days=1)
"""How far before us a clock may be; the worker drops what is later."""


async def workout(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/activities`: 202 when it is on disk; the same `id` again is an edit."""
    one, body, now = await known(request), await read_as(request, read_workout), request.app[CLOCK]()
    if body.start > now + AHEAD:
        raise wrong("start", "The workout must not lie in the future.")
    name = new_id(now) if body.id is UNSET else body.id
    told = to_activity(f"{OWN}:{name}", to_ms(now), body)
    return await _take(request, one.id, told, "activity.told", now)


async def morning(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/wellness`: 202 when it is on disk; the same day again is an edit."""
    one, body, now = await known(request), await read_as(request, read_morning), request.app[CLOCK]()
    if body.date > (now + AHEAD).date():
        raise wrong("date", "The morning must not lie in the future.")
    told = to_wellness(f"{OWN}:{body.date}", to_ms(now), body)
    if told == Wellness(told.key, told.day, version=told.version):
        raise wrong("resting_hr", "The morning says nothing: give a value.")
    return await _take(request, one.id, told, "wellness.told", now)


async def remove(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/activities/{activity}`: 202; it goes as if its platform had said so.

    It stays gone unless the platform tells a text that is newer than this.
    """
    one, now, key = await known(request), request.app[CLOCK](), request.match_info["activity"]
    found = await request.app[STORE].history.get_activity(one.id, key)
    if found is None:
        raise not_found("activity")
    told = Removed(key, max(found.activity.version, to_ms(now)))
    return await _take(request, one.id, told, "activity.removed", now)


async def _take(
    request: web.Request, athlete_id: str, told: Activity | Removed | Wellness, action: str, now: datetime
) -> web.Response:
    """Into the athlete's own lane, and a line in the audit."""
    kind, body = pack_own(told)
    delivery = Delivery(OWN, "POST", athlete_id, {"kind": kind}, {}, body, now)
    await request.app[STORE].inbox.put(delivery, f"{kind}:{new_id(now)}", f"{OWN}:{athlete_id}")
    async with request.app[STORE].write() as tx:
        await note(request, tx, action, athlete_id, f"{kind}={told.key}")
    return answer(Stored("stored", told.key), 202)
