"""`twinge plugins` and `twinge db`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import json

import click

from twinge.cli.screen import plugins, settings, stop


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
