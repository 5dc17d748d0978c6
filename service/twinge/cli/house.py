"""`twinge plugins` and `twinge db`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from twinge.cli.screen import form_option, plugins, settings, show, stop, with_store
from twinge.config.shapes import database_url

if TYPE_CHECKING:
    from twinge.keep import Rule
    from twinge.registry import PluginStatus
    from twinge.store import Store


@click.command("plugins")
@form_option
def list_plugins(form: str) -> None:
    """Say which plugins are ready, and what the others lack."""
    from dataclasses import asdict

    lines = plugins().status
    width = max((len(line.name) for line in lines), default=0)
    show([asdict(line) for line in lines], form, lambda: "\n".join(_words(line, width) for line in lines))


def _words(line: PluginStatus, width: int) -> str:
    colour = {"ready": "green", "not configured": "yellow"}.get(line.state, "red")
    state = click.style(f"{line.state:<14}", fg=colour)
    return f"{line.kind:<8}  {line.name:<{width}}  {state}  {line.reason}".rstrip()


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@form_option
def upgrade_db(form: str) -> None:
    """Bring the schema up to this version, and seal what an older one left plain. Safe to run again."""
    import asyncio

    from twinge.database import opened
    from twinge.store import schema

    chosen = settings()
    schema.upgrade(chosen.database_url)

    async def seal() -> None:
        async with opened(chosen, upgrading=True):
            pass

    asyncio.run(seal())
    _up_to_date(form)


@db.command("check")
@form_option
def check_db(form: str) -> None:
    """Say whether the schema is the one this version needs."""
    from twinge.store import schema

    if wrong := schema.check(settings().database_url):
        stop(wrong)
    _up_to_date(form)


def _up_to_date(form: str) -> None:
    show({"schema": "up to date"}, form, lambda: "the schema is up to date")


@db.command("copy")
@click.argument("source")
@click.argument("target")
@form_option
def copy_db(source: str, target: str, form: str) -> None:
    """Copy a whole database into an empty one, SQLite or PostgreSQL.

    \b
    twinge db copy sqlite:////var/lib/twinge/twinge.sqlite3 postgresql://twinge@db/twinge

    Stop the service first, and make the target with `twinge db upgrade`. Keep TWINGE_SECRET_KEY (or secret.key): what
    is sealed stays sealed with it.
    """
    import asyncio

    from twinge.store import copying

    try:
        here, there = database_url(source), database_url(target)
    except ValueError:
        stop("both must be sqlite:///<path> or postgresql://<user>:<password>@<host>/<database>")
    copying.check(here, there)
    done = asyncio.run(copying.copy(here, there, _progress))
    lines = (f"{one.table:<14} {one.rows:>10,} rows, the same on both sides" for one in done)
    show([{"table": one.table, "rows": one.rows} for one in done], form, lambda: "\n".join(lines))


def _progress(table: str, rows: int) -> None:
    if rows % 10_000 == 0:
        click.echo(f"{table}: {rows:,} …", err=True)


@db.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say how many rows would go.")
@form_option
def keep_retention(dry_run: bool, form: str) -> None:
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

    async def work(store: Store) -> list[tuple[int, Rule]]:
        act = store.retention.count if dry_run else store.retention.apply
        return [(await act(rule, now()), rule) for rule in rules(chosen.keep, vendors)]

    done = with_store(work)
    rows = [{"rows": count, "kind": rule.kind, "source": rule.source, "days": rule.days} for count, rule in done]
    lines = (f"{count:>9}  {one.kind:<10}  {one.source or 'everywhere':<16}  {one.days} days" for count, one in done)
    show(rows, form, lambda: "\n".join(lines))
