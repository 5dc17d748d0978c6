"""`twinge export` and `twinge erase`: an athlete's data."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import find_athlete, no_athlete, plugins, settings, stop, with_store

if TYPE_CHECKING:
    from twinge.config import Settings
    from twinge.registry import Plugins
    from twinge.store import Store


@click.command()
@click.argument("athlete", metavar="ATHLETE")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip to write.")
def export(athlete: str, out: Path) -> None:
    """Write all that is kept of an athlete into one zip.

    ATHLETE is the id, or the name where only one has it. README.txt in the zip says what each file is.

    \b
    twinge export Alice --out alice.zip
    """
    from twinge.app import now
    from twinge.export import pieces
    from twinge.packs import SHIPPED, open_pack

    chosen, ready = settings(), plugins()

    async def work(store: Store) -> bool:
        wanted = await find_athlete(store, athlete)
        found = None if wanted is None else await store.athletes.get(wanted)
        if found is None:
            return False
        async with store.write() as tx:
            await store.audit(tx, now(), "cli", "athlete.export", f"athlete:{found.id}")
        with out.open("wb") as file:
            async for piece in pieces(store, ready.platforms, found, open_pack(chosen.pack or SHIPPED), now()):
                file.write(piece)
        return True

    try:
        there = with_store(work)
    except OSError as error:
        stop(f"{out} cannot be written ({error.strerror}): choose another --out.")
    if not there:
        no_athlete(athlete)
    click.echo(f"wrote {out}", err=True)


@click.command()
@click.argument("athlete", metavar="ATHLETE")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(athlete: str, yes: bool) -> None:
    """Erase an athlete, for ever, and print the proof.

    ATHLETE is the id, or the name where only one has it. Everything about them is removed here at once, their platforms
    are told, and their messages are deleted at the vendors that keep them. What a vendor does not take now is tried
    again by the running service. STOP outlives it, as a keyed hash. Give the id once more to see how far it is.

    \b
    twinge erase Alice
    twinge erase 0198c0ffee0a1b2c3d4e5 --yes
    """
    if not yes:
        click.echo(f"Everything about {athlete} will be gone. Nothing can bring it back but a backup.", err=True)
        if click.prompt("Type ERASE to go on", err=True) != "ERASE":
            stop("nothing was erased.")
    found = asyncio.run(_erase(settings(), plugins(), athlete))
    if found is None:
        no_athlete(athlete)
    click.echo(json.dumps(found, indent=2))


async def _erase(chosen: Settings, ready: Plugins, athlete: str) -> dict[str, Any] | None:
    import aiohttp
    import msgspec

    from twinge.app import VENDOR_TIMEOUT, now
    from twinge.connections.leave import say_goodbye
    from twinge.database import opened
    from twinge.erasure import Eraser, begin
    from twinge.web.api import views

    async with opened(chosen) as store, aiohttp.ClientSession(timeout=VENDOR_TIMEOUT) as http:
        wanted = await find_athlete(store, athlete) or athlete
        begun = await begin(store, ready.platforms, ready.channels, wanted, "cli", now())
        if begun is None:
            return None
        eraser = Eraser(store, ready.platforms, ready.channels, now, http, files_dir=chosen.files_dir)
        await eraser.round()
        for one in await store.endings.take(now()):
            await say_goodbye(store, ready.platforms.get(one.platform), one, http, now())
        await eraser.run_errands()
        await eraser.round()
        found = await store.erasures.get(begun.erasure.mark)
        told: dict[str, Any] | None = None if found is None else msgspec.to_builtins(views.erasure(found))
        return told
