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
    return tagged(
        request, views.silence(_wanted(await known(request), request.match_info["silence"], request.app[CLOCK]()))
    )


async def create(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/silences`: `{"kind", "from", "until", "rules"?}`."""
    one = await known(request)
    return answer(views.silence(await plan(request, one.id, await read_as(request, read_silence))), 201)


async def plan(request: web.Request, athlete_id: str, body: NewSilence) -> Silence:
    """Keep a silence; 400 for a span or rules that can not be, 409 where there are too many."""
    now = request.app[CLOCK]()
    made = Silence(new_id(now), body.kind, body.since, body.until, _rules(body), request[ACTOR])
    _check(made, now)

    def with_it(old: Athlete) -> tuple[Silence, ...]:
        if len(living(old.silences, now)) >= MOST:
            raise Problem(409, "too_many", f"There are {MOST} silences already; end one first.")
        return (*remembered(old.silences, now), made)

    await _change(request, athlete_id, with_it, "silence.create", made)
    return made


async def end(request: web.Request) -> web.Response:
    """`DELETE /athletes/{id}/silences/{silence}`: over from now on."""
    await finish(request, await known(request), request.match_info["silence"])
    return web.Response(status=204)


async def finish(request: web.Request, one: Athlete, silence_id: str) -> None:
    """End a silence now, or 404."""
    now = request.app[CLOCK]()
    found = _wanted(one, silence_id, now)

    def end_it(old: Athlete) -> tuple[Silence, ...]:
        last = _wanted(old, silence_id, now)
        check_match(request, views.silence(last))
        ended = replace(last, since=min(last.since, now), until=now)
        return tuple(ended if each.id == last.id else each for each in old.silences)

    await _change(request, one.id, end_it, "silence.end", found)


async def _change(
    request: web.Request,
    athlete_id: str,
    change: Callable[[Athlete], tuple[Silence, ...]],
    action: str,
    which: Silence,
) -> None:
    store = request.app[STORE]
    async with store.write() as tx:
        old = await held(request, tx, athlete_id)
        await store.athletes.update(tx, replace(old, silences=change(old)))
        await note(request, tx, action, old.id, f"silence={which.id} kind={which.kind}")


def _wanted(one: Athlete, silence_id: str, now: datetime) -> Silence:
    """A living silence, or 404."""
    found = next((each for each in living(one.silences, now) if each.id == silence_id), None)
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
