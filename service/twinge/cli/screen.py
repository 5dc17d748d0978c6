"""What the commands share: their settings, their store, and what they say to a person."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from twinge.config import Settings, unknown_keys

if TYPE_CHECKING:
    from twinge.core.model import Athlete
    from twinge.registry import Plugins
    from twinge.store import Store

T = TypeVar("T")


def stop(message: str) -> NoReturn:
    """Say what is wrong and end with 1."""
    click.echo(f"twinge: {message}", err=True)
    sys.exit(1)


form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for programs.",
)
"""For every command that answers with facts."""


def show(value: Any, form: str, text: Callable[[], str]) -> None:
    """Print `value` as JSON, or the words for it; nothing where there are none."""
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    elif words := text():
        click.echo(words)


async def everybody(store: Store) -> list[Athlete]:
    """All athletes, newest first."""
    found: list[Athlete] = []
    cursor = None
    while True:
        page = await store.athletes.find(cursor, 200)
        found += page.items
        if (cursor := page.next) is None:
            return found


async def find_athlete(store: Store, wanted: str) -> str | None:
    """The id that `wanted` is, or of the only athlete with this name."""
    if await store.athletes.get(wanted) is not None:
        return wanted
    named = [one.id for one in await everybody(store) if one.name == wanted]
    return named[0] if len(named) == 1 else None


def no_athlete(wanted: str) -> NoReturn:
    """Nobody, or more than one, goes by that name."""
    stop(f"there is no athlete {wanted}, or several have this name; `twinge athletes list` shows them with their ids.")


def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ)


def plugins() -> Plugins:
    """The plugins of this installation, built from this process's environment; strange settings are named."""
    from twinge.registry import load_plugins, prefixes

    for warning in unknown_keys(os.environ, prefixes()):
        click.echo(f"twinge: {warning}", err=True)
    return load_plugins(os.environ)


def with_store(work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    """Run `work` on the store of this process, opened and closed around it."""
    chosen = settings()
    from twinge.database import opened

    async def run() -> T:
        async with opened(chosen) as store:
            return await work(store)

    return asyncio.run(run())


def zone_of(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise click.BadParameter("give an IANA name such as Europe/Berlin", param_hint="--timezone") from None


@contextmanager
def progress(total: float, what: str = "judging") -> Iterator[Callable[[float], None]]:
    """A bar on stderr while long work runs; nothing where stderr is not a screen."""
    from rich.console import Console
    from rich.progress import Progress

    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def target(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    with open_for_writing(out) as file:
        yield file


def open_for_writing(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        stop(f"{path} cannot be written ({error.strerror}): choose another --out.")
