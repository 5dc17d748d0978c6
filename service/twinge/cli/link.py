"""`twinge link`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from twinge.cli.people import find_athlete, not_one
from twinge.cli.screen import settings, stop, with_store

if TYPE_CHECKING:
    from twinge.store import Store


@click.command("link")
@click.argument("athlete", metavar="ATHLETE")
def make_link(athlete: str) -> None:
    """Print a link that opens an athlete's page, once, within half an hour.

    ATHLETE is the id, or the name where only one has it. Whoever opens the link is let in as this athlete.

    \b
    twinge link Alice
    """
    from twinge.app import now
    from twinge.store.visits import ENTRANCE, LINK_LASTS

    if not (outside := settings().public_url):
        stop("set TWINGE_PUBLIC_URL to the address that athletes reach Twinge by: the link begins with it.")

    async def invite(store: Store) -> str | None:
        athlete_id = await find_athlete(store, athlete)
        if athlete_id is None:
            return None
        async with store.write() as tx:
            await store.audit(tx, now(), "cli", "link.create", f"athlete:{athlete_id}")
            return await store.visits.invite(tx, athlete_id, now(), lasts=LINK_LASTS)

    token = with_store(invite)
    if token is None:
        not_one(athlete)
    click.echo("It works once, for half an hour. Give it to nobody but the athlete.", err=True)
    click.echo(f"{outside}{ENTRANCE}{token}")
