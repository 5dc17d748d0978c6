"""`twinge plugins` and `twinge db`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from twinge.cli.screen import plugins, settings, stop, with_store

if TYPE_CHECKING:
    from twinge.store import Store


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


@db.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say how many rows would go.")
def keep_retention(dry_run: bool) -> None:
    """Delete what is older than it is kept, as every night; or say what would go.

    A line each: rows, kind, source, days. TWINGE_KEEP and TWINGE_RETENTION decide; docs/privacy.md has the kinds.

    \b
    twinge db retention --dry-run
    """
    from twinge.app import now
    from twinge.connections import vendor_days
    from twinge.keep import rules

    chosen = settings()
    vendors = vendor_days(plugins().platforms) if chosen.retention == "vendor" else {}

    async def work(store: Store) -> None:
        for rule in rules(chosen.keep, vendors):
            count = await (store.retention.count if dry_run else store.retention.apply)(rule, now())
            click.echo(f"{count:>9}  {rule.kind:<10}  {rule.source or 'everywhere':<16}  {rule.days} days")

    with_store(work)
