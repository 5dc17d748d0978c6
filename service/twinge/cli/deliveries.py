"""`twinge deliveries`: what came in, what could not be used, and another try."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import form_option, show, stop, with_store

if TYPE_CHECKING:
    from twinge.store import Store

STATES = ("waiting", "done", "stray", "dead")


@click.group()
def deliveries() -> None:
    """See what came in and what became of it; try again what is dead or stray.

    \b
    twinge deliveries list --state dead
    twinge deliveries replay 17 18
    """


@deliveries.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@click.option("--platform", help="Only of this one, such as strava or channel:twilio.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many, newest first.")
@form_option
def list_deliveries(state: str | None, platform: str | None, limit: int, form: str) -> None:
    """List deliveries, newest first: number, time, platform, state, why. Never what was in them."""
    from twinge.web.api import views

    page = with_store(lambda store: store.inbox.find(state, platform, None, limit))
    show([views.delivery(one) for one in page.items], form, lambda: "\n".join(map(_line, page.items)))


def _line(one: Any) -> str:
    at = one.delivery.received_at
    return f"{one.id:>6}  {at:%Y-%m-%d %H:%M}Z  {one.delivery.platform:<16} {one.state:<8} {one.note}".rstrip()


@deliveries.command("replay")
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1), metavar="NUMBER…")
@form_option
def replay_deliveries(numbers: tuple[int, ...], form: str) -> None:
    """Set these deliveries back to waiting; a running service takes them up. What they did already happens only once.

    Exit code 1 when one of them could not be: it waits already, is not there, or its body was deleted.
    """
    done = with_store(lambda store: _replay(store, numbers))
    lines = [{"id": number, "replayed": again} for number, again in zip(numbers, done, strict=True)]
    show(lines, form, lambda: "\n".join(f"{one['id']:>6}  waits again" for one in lines if one["replayed"]))
    left = [str(one["id"]) for one in lines if not one["replayed"]]
    if left and form == "json":
        sys.exit(1)
    if left:
        stop(f"not replayed: {', '.join(left)}; `twinge deliveries list` says whether they wait already or are gone.")


async def _replay(store: Store, numbers: tuple[int, ...]) -> list[bool]:
    from twinge.app import now

    done = []
    for number in numbers:
        done.append(await store.inbox.replay(number, now()))
        if done[-1]:
            async with store.write() as tx:
                await store.audit(tx, now(), "cli", "delivery.replay", f"delivery:{number}")
    return done
