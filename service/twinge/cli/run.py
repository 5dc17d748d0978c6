"""`twinge serve` and `twinge demo`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import os

import click

from twinge.cli.screen import plugins
from twinge.config import Settings
from twinge.config.shapes import ROLES


@click.command()
@click.option("--host", help="Address to listen on. [default: TWINGE_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one. [default: 8700]")
@click.option("--roles", metavar="LIST", help=f"What this process does. [default: {','.join(ROLES)}]")
def serve(host: str | None, port: int | None, roles: str | None) -> None:
    """Run the service until SIGTERM or Ctrl-C.

    An SQLite file is made and upgraded by itself; PostgreSQL is upgraded by `twinge db upgrade`.

    \b
    twinge serve
    twinge serve --host 0.0.0.0 --port 8700
    TWINGE_DATABASE_URL=postgresql://… twinge serve --roles web
    """
    given = {"TWINGE_HOST": host, "TWINGE_PORT": port, "TWINGE_ROLES": roles}
    env = {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}
    chosen = Settings.from_env(env)  # before the slow imports: a wrong setting is said at once
    import gc

    # Nothing that is imported is garbage, and looking for some takes a seventh of the start; `serve` has it look again.
    gc.disable()
    from twinge.app import serve as run

    run(chosen, plugins())


@click.command()
@click.option("--keep", is_flag=True, help="Stay up afterwards, to look around.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
def demo(keep: bool, port: int) -> None:
    """Watch made-up athletes go through it.

    Some weeks of training through the real service; no account, no network.

    \b
    twinge demo
    twinge demo --keep --port 8700
    """
    from twinge.demo import run

    run(keep=keep, port=port)
