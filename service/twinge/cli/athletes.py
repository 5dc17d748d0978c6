"""`twinge athletes`: who is here, and how one of them stands."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import everybody, find_athlete, form_option, no_athlete, settings, show, with_store

if TYPE_CHECKING:
    from twinge.store import Store

LATELY = 5
"""Messages shown of one athlete."""


@click.group()
def athletes() -> None:
    """See who is here, and how one of them stands.

    \b
    twinge athletes list
    twinge athletes show Alice
    """


@athletes.command("list")
@form_option
def list_athletes(form: str) -> None:
    """List everybody, newest first: id, name, time zone, language."""
    from twinge.web.api import views

    found = with_store(everybody)
    lines = (f"{one.id}  {one.name}  {one.timezone}  {one.language}" for one in found)
    nobody = "nobody is here yet: POST /api/v1/athletes adds the first (docs/api.md)"
    show([views.athlete(one) for one in found], form, lambda: "\n".join(lines) or nobody)


@athletes.command("show")
@click.argument("athlete", metavar="ATHLETE")
@form_option
def show_athlete(athlete: str, form: str) -> None:
    """Say how ATHLETE (a name or an id) stands: state, channels, connections, the last messages.

    Addresses are masked; a person who asks for themselves uses their own page (`twinge link`).
    """
    seen = with_store(lambda store: _look(store, athlete))
    if seen is None:
        no_athlete(athlete)
    show(seen, form, lambda: "\n".join(_lines(seen)))


async def _look(store: Store, wanted: str) -> dict[str, Any] | None:
    from twinge import speech
    from twinge.app import now
    from twinge.core.bounds import own_pack
    from twinge.core.pain import standing
    from twinge.core.state import begin
    from twinge.core.view import describe
    from twinge.packs import SHIPPED, open_pack
    from twinge.web.api import views

    athlete_id = await find_athlete(store, wanted)
    one = None if athlete_id is None else await store.athletes.get(athlete_id)
    if one is None:
        return None
    kept = await store.history.state(one.id)
    state = begin() if kept is None else kept.state
    seen = describe(state, one, now(), own_pack(one, open_pack(settings().pack or SHIPPED)))
    said = await store.outbox.find_nudges(one.id, None, LATELY)
    return {
        "athlete": views.athlete(one),
        "status": speech.status(seen, standing(state.pain), one),
        "state": seen,
        "channels": [views.address(place, whole=False) for place in await store.addresses.of(one.id)],
        "connections": [views.connection(link) for link in await store.athletes.connections(one.id)],
        "nudges": [views.nudge(spoken) for spoken in said.items],
    }


def _lines(seen: dict[str, Any]) -> list[str]:
    """The same for people, in the order in which they would ask."""
    who, state = seen["athlete"], seen["state"]
    unknown = ", ".join(state["unknown"])
    return [
        f"{who.name}  {who.id}  {who.timezone}",
        f"  {seen['status']}",
        *([f"  unknown: {unknown}"] if unknown else []),
        *(f"  channel     {one.channel} {one.address}  {one.shut or 'usable'}" for one in seen["channels"]),
        *(f"  connection  {one.platform} {one.external_id}  {one.state}" for one in seen["connections"]),
        *(f"  {one.not_before:%F %H:%M}Z  {one.severity}  {one.state}  {one.text}" for one in seen["nudges"]),
    ]
