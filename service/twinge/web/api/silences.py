"""Planned life: a race, a camp, a journey, an illness, in which some rules are not to speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from twinge.core.model import Athlete, Silence
from twinge.core.silence import LONGEST, MOST, living, remembered
from twinge.store.codec import new_id
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.listing import whole
from twinge.web.api.people import held, known, note
from twinge.web.api.shapes import NewSilence, known_rules, read_silence, wrong
from twinge.web.body import read_as
from twinge.web.guard import ACTOR
from twinge.web.parts import CLOCK, STORE
from twinge.web.tags import check_match, tagged


async def find(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/silences`: those that have not ended, by their beginning."""
    one = await known(request)
    return whole(sorted(living(one.silences, request.app[CLOCK]()), key=lambda each: each.since), views.silence)


async def show(request: web.Request) -> web.Response:
    """`GET /athletes/{id}/silences/{silence}`."""
    return tagged(request, views.silence(_wanted(request, await known(request))))


async def create(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/silences`: `{"kind", "from", "until", "rules"?}`."""
    await known(request)
    body, now = await read_as(request, read_silence), request.app[CLOCK]()
    made = Silence(new_id(now), body.kind, body.since, body.until, _rules(body), request[ACTOR])
    _check(made, now)

    def add(old: Athlete) -> tuple[Silence, ...]:
        if len(living(old.silences, now)) >= MOST:
            raise Problem(409, "too_many", f"There are {MOST} silences already; end one first.")
        return (*remembered(old.silences, now), made)

    await _change(request, add, "silence.create", made)
    return answer(views.silence(made), 201)


async def end(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/silences/{silence}`: over from now on."""
    found, now = _wanted(request, await known(request)), request.app[CLOCK]()

    def end_it(old: Athlete) -> tuple[Silence, ...]:
        last = _wanted(request, old)
        check_match(request, views.silence(last))
        ended = replace(last, since=min(last.since, now), until=now)
        return tuple(ended if each.id == last.id else each for each in old.silences)

    await _change(request, end_it, "silence.end", found)
    return web.Response(status=204)


async def _change(
    request: web.Request, change: Callable[[Athlete], tuple[Silence, ...]], action: str, which: Silence
) -> None:
    store = request.app[STORE]
    async with store.write() as tx:
        old = await held(request, tx)
        await store.athletes.update(tx, replace(old, silences=change(old)))
        await note(request, tx, action, old.id, f"silence={which.id} kind={which.kind}")


def _wanted(request: web.Request, one: Athlete) -> Silence:
    """The living silence of the path, or 404."""
    there = living(one.silences, request.app[CLOCK]())
    found = next((each for each in there if each.id == request.match_info["silence"]), None)
    if found is None:
        raise not_found("silence")
    return found


def _rules(body: NewSilence) -> tuple[str, ...]:
    if (body.kind == "rules") != bool(body.rules):
        raise wrong("rules", "Name the rules for the kind `rules`; every other kind knows its own.")
    return known_rules(body.rules, "rules")


def _check(made: Silence, now: datetime) -> None:
    if made.until <= made.since or made.until <= now:
        raise wrong("until", "The end must lie after the beginning, and ahead.")
    if made.until - made.since > LONGEST:
        raise wrong("until", f"A silence lasts {LONGEST.days} days at most; to hear no more of a rule, mute it.")
