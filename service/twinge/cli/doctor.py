"""`twinge doctor`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from twinge.cli.screen import form_option, settings, show
from twinge.config import SettingError, unknown_keys

if TYPE_CHECKING:
    from twinge.config import Settings
    from twinge.doctor import Scene, Verdict

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Call neither our own service nor any vendor.")
@form_option
def doctor(offline: bool, form: str) -> None:
    """Say what is not as it should be around this installation, and what to do about it.

    Settings, secrets, data folder, versions, schema, queues, channels, clocks; whether the service answers, the public
    URL leads to it, and vendors still send events. It changes nothing. Exit code 1 when something does not work (fail).
    """
    import asyncio

    from twinge.doctor import State, Verdict, worst

    try:
        found = asyncio.run(_examined(settings(), offline))
    except SettingError as error:
        found = [Verdict("settings", State.FAIL, str(error), "Correct it, and ask again: docs/settings.md.")]
    state = worst(one.state for one in found)
    lines = {"state": state, "checks": [asdict(one) for one in found]}
    show(lines, form, lambda: "\n".join(map(_line, found)))
    if state is State.FAIL:
        sys.exit(1)


def _line(one: Verdict) -> str:
    state = click.style(f"{one.state:<4}", fg=COLOURS[one.state])
    advice = f"\n{'':20}→ {one.advice}" if one.advice else ""
    return f"{state}  {one.name:<14}{one.what}{advice}"


async def _examined(chosen: Settings, offline: bool) -> list[Verdict]:
    from twinge.doctor import examine

    async with _scene(chosen, offline) as scene:
        return [one async for one in examine(scene)]


@asynccontextmanager
async def _scene(chosen: Settings, offline: bool) -> AsyncIterator[Scene]:
    """Everything opened that can be, and nothing made that is not there."""
    import asyncio

    import aiohttp

    from twinge.app import now
    from twinge.doctor import Scene
    from twinge.registry import load_plugins, prefixes
    from twinge.store import Store, schema

    secret = _secret(chosen)
    wrong = await asyncio.to_thread(schema.check, chosen.database_url)
    async with AsyncExitStack() as stack:
        store = None
        if wrong is None:
            store = await Store.open(chosen.database_url, secret=secret or b"none yet")
            stack.push_async_callback(store.close)
        http = None if offline else await stack.enter_async_context(aiohttp.ClientSession())
        unknown = tuple(unknown_keys(os.environ, prefixes()))
        yield Scene(os.environ, chosen, load_plugins(os.environ), unknown, now(), secret, store, wrong, http)


def _secret(chosen: Settings) -> bytes | None:
    """The secret, where there is one: to look must not make it."""
    if chosen.secret_key:
        return chosen.secret_key.encode()
    try:
        return (chosen.data_dir / "secret.key").read_bytes().strip() or None
    except OSError:
        return None
