"""`twinge plugins` and `twinge db`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import json

import click

from twinge.cli.screen import plugins, settings, stop
from twinge.config import database_url


@click.command("plugins")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_plugins(form: str) -> None:
    """Say which plugins are ready, and what the others lack."""
    from dataclasses import asdict

    lines = plugins().status
    if form == "json":
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    width = max((len(line.name) for line in lines), default=0)
    for line in lines:
        colour = {"ready": "green", "not configured": "yellow"}.get(line.state, "red")
        state = click.style(f"{line.state:<14}", fg=colour)
        click.echo(f"{line.kind:<8}  {line.name:<{width}}  {state}  {line.reason}".rstrip())


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_db() -> None:
    """Bring the schema up to this version. Safe to run again."""
    from twinge.store import schema

    schema.upgrade(settings().database_url)
    click.echo("the schema is up to date")


@db.command("check")
def check_db() -> None:
    """Say whether the schema is the one this version needs."""
    from twinge.store import schema

    if wrong := schema.check(settings().database_url):
        stop(wrong)
    click.echo("the schema is up to date")


@db.command("copy")
@click.argument("source")
@click.argument("target")
def copy_db(source: str, target: str) -> None:
    """Copy a whole database into an empty one, SQLite or PostgreSQL.

    \b
    twinge db copy sqlite:////var/lib/twinge/twinge.sqlite3 postgresql://twinge@db/twinge

    Stop the service first, and make the target with `twinge db upgrade`. Keep TWINGE_SECRET_KEY (or secret.key): tokens
    stay sealed with it.
    """
    import asyncio

    from twinge.store import copying

    try:
        here, there = database_url(source), database_url(target)
    except ValueError:
        stop("both must be sqlite:///<path> or postgresql://<user>:<password>@<host>/<database>")
    copying.check(here, there)
    for one in asyncio.run(copying.copy(here, there, _progress)):
        click.echo(f"{one.table:<14} {one.rows:>10,} rows, the same on both sides")


def _progress(table: str, rows: int) -> None:
    if rows % 10_000 == 0:
        click.echo(f"{table}: {rows:,} …", err=True)
