"""Athletes: whom we watch, where their data comes from and how they are reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from twinge.core.digest import next_digest
from twinge.core.model import Athlete
from twinge.plugin import Rejected
from twinge.store.wakes import Wake
from twinge.web.answer import Problem, answer, not_found
from twinge.web.api import views
from twinge.web.api.answers import AthleteInFull
from twinge.web.api.channels import checked, put, shown
from twinge.web.api.filters import Readers, asked, line, one_of
from twinge.web.api.listing import listed
from twinge.web.api.people import check_accounts, held, known, note
from twinge.web.api.shapes import (
    NewAthlete,
    NewChannel,
    NewConnection,
    Profile,
    merged,
    read_athlete,
    read_channel,
    read_connection,
    read_profile,
    wrong,
)
from twinge.web.body import read_as
from twinge.web.caller import CALLER
from twinge.web.parts import CLOCK, PLATFORMS, RULEBOOK, SETTINGS, STORE, Tx
from twinge.web.tags import check_match, tagged, wants_match

Check = Callable[[Athlete, Tx], Awaitable[None]]


async def unbound(old: Athlete, tx: Tx) -> None:
    """No condition: whoever changes a profile on a page has it before them."""


FILTERS: Final[Readers] = {
    "name": line,
    "platform": line,
    "external_id": line,
    "status": one_of("connected", "disconnected"),
}


async def find(request: web.Request) -> web.Response:
    """`GET /athletes?name=&platform=&external_id=&status=`: newest first."""
    cut, only = asked(request, FILTERS)
    check_accounts(request)
    if only.external_id is not None and only.platform is None:
        raise wrong("platform", "An external_id is one of a platform: give both.")
    theirs = request[CALLER].athletes
    return listed(await request.app[STORE].athletes.find(*cut, only=only, among=theirs), views.athlete)


async def create(request: web.Request) -> web.Response:
    """`POST /athletes`: profile, channels and connections in one transaction."""
    body = await read_as(request, read_athlete)
    profile = merged(Athlete(id=""), body, await request.app[RULEBOOK].current(), request.app[CLOCK]())
    places = [checked(request, one, f"channels[{n}].") for n, one in enumerate(body.channels)]
    for n, link in enumerate(body.connections):
        _check_platform(request, link, f"connections[{n}].")
    async with request.app[STORE].write() as tx:
        made = await request.app[STORE].athletes.create(tx, profile, request.app[CLOCK]())
        if made.preferences.weekly_since is not None:
            await request.app[STORE].wakes.set(tx, [Wake(made.id, "pain", made.preferences.weekly_since)])
        await note(request, tx, "athlete.create", made.id)
        await _add_all(request, tx, made, places, body)
    where = f"{request.app[SETTINGS].public_url}/api/v1/athletes/{made.id}"
    return tagged(request, await _whole(request, made), 201, headers={hdrs.LOCATION: where})


async def show(request: web.Request) -> web.Response:
    """`GET /athletes/{id}` with channels and connections."""
    return tagged(request, await _whole(request, await known(request)))


async def edit(request: web.Request) -> web.Response:
    """`PATCH /athletes/{id}`: what the body leaves out stays."""
    one, body = await known(request), await read_as(request, read_profile)

    async def check(old: Athlete, tx: Tx) -> None:
        if wants_match(request):
            check_match(request, await _whole(request, old, tx))

    return tagged(request, await _whole(request, await keep(request, one.id, body, check)))


async def keep(request: web.Request, athlete_id: str, body: Profile, check: Check = unbound) -> Athlete:
    """The profile with what `body` says, kept, with whatever follows from it; 400 as in `merged`.

    `check` sees the profile as it is before, in the transaction of the change, and may raise.
    """
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.write() as tx:
        old = await held(request, tx, athlete_id)
        await check(old, tx)
        pack = await request.app[RULEBOOK].read(tx)
        new = await store.athletes.update(tx, merged(old, body, pack, now))
        if new is None:
            raise not_found("athlete")
        await store.wakes.set(tx, [Wake(athlete_id, "pain", now)] if new.preferences.weekly_since else [], move=True)
        if (due := next_digest(new, now)) is not None:
            await store.wakes.move(tx, Wake(athlete_id, "digest", due))
        await note(request, tx, "athlete.edit", athlete_id)
    return new


async def add_channel(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/channels`: with `verify` a code goes there, and nothing else until it came back."""
    one = await known(request)
    place = checked(request, await read_as(request, read_channel), "")
    async with request.app[STORE].write() as tx:
        await put(request, tx, one, place)
    return answer(await _whole(request, one), 201)


async def connect(request: web.Request) -> web.Response:
    """`POST /athletes/{id}/connections`: the platform's deliveries for this external id are this athlete's."""
    one, link = await known(request), await read_as(request, read_connection)
    _check_platform(request, link, "")
    async with request.app[STORE].write() as tx:
        await _link(request, tx, one.id, link, "external_id")
    return answer(await _whole(request, one), 201)


async def _whole(request: web.Request, one: Athlete, tx: Tx = None) -> AthleteInFull:
    """The athlete in full as this key may see it; as `tx` sees it, where one is given."""
    store, coach = request.app[STORE], request[CALLER].scope == "coach"
    places = await store.addresses.of(one.id, tx)
    links = await store.athletes.connections(one.id, tx)
    return views.in_full(
        one, [shown(request, place) for place in places], [views.connection(link, whole=not coach) for link in links]
    )


async def _add_all(request: web.Request, tx: Tx, athlete: Athlete, places: list[NewChannel], body: NewAthlete) -> None:
    for place in places:
        await put(request, tx, athlete, place)
    for n, link in enumerate(body.connections):
        await _link(request, tx, athlete.id, link, f"connections[{n}].external_id")


async def _link(request: web.Request, tx: Tx, athlete_id: str, link: NewConnection, field: str) -> None:
    try:
        await request.app[STORE].athletes.connect(tx, athlete_id, link.platform, link.external_id, request.app[CLOCK]())
    except Rejected as error:
        raise Problem(error.status, "taken", f"{error.reason}.", field=field) from None
    await note(request, tx, "connection.create", athlete_id, f"platform={link.platform}")
    if await request.app[STORE].inbox.welcome(tx, f"{link.platform}:{link.external_id}"):
        request.app[STORE].bell.set()


def _check_platform(request: web.Request, link: NewConnection, prefix: str) -> None:
    if link.platform not in request.app[PLATFORMS]:
        raise wrong(f"{prefix}platform", "No such platform is ready here; GET /api/v1/plugins says what is.")
    if not link.external_id.isprintable():
        raise wrong(f"{prefix}external_id", "The id must be printable text.")
