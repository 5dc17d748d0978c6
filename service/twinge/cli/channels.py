"""`twinge channels`: whether they work, and how they fare."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import form_option, plugins, settings, show, stop, with_store

if TYPE_CHECKING:
    from twinge.plugin import Channel, Sent
    from twinge.store import Store

TEST = timedelta(minutes=10)
"""How long a test message is worth something."""
DEADLINE_S = 30.0


@click.group()
def channels() -> None:
    """See how the channels fare, and try one."""


@channels.command("list")
@form_option
def list_channels(form: str) -> None:
    """Say of each channel that is ready whether it is up, and what it carried today."""
    from twinge.app import now

    ready = plugins().channels

    async def look(store: Store) -> list[dict[str, Any]]:
        down = {one.channel: one for one in await store.outages.all()}
        async with store.read() as tx:
            spent = await store.outages.spent(tx, now())
        return [_line(name, down.get(name), spent.get(name)) for name in ready]

    lines = with_store(look)
    show(lines, form, lambda: "\n".join(map(_words, lines)))


def _line(name: str, down: Any, spent: Any) -> dict[str, Any]:
    state = {"state": "up"} if down is None else {"state": "down", "reason": down.reason}
    times = {} if down is None else {"since": f"{down.since:%FT%TZ}", "next_try": f"{down.until:%FT%TZ}"}
    carried = {"messages_today": spent.messages if spent else 0, "segments_today": spent.segments if spent else 0}
    return {"channel": name, **state, **times, **carried}


def _words(one: dict[str, Any]) -> str:
    state = click.style(f"{one['state']:<4}", fg="green" if one["state"] == "up" else "red")
    until = f"  until {one['next_try']}: {one['reason']}" if one["state"] == "down" else ""
    return f"{one['channel']:<10} {state}  {one['messages_today']} today{until}"


@channels.command("test")
@click.argument("channel")
@click.argument("address")
@form_option
def test_channel(channel: str, address: str, form: str) -> None:
    """Send one test message to ADDRESS by CHANNEL now, and say what came of it.

    It goes past the service, its quiet hours and its outbox; not past a STOP. Exit code 1 unless it was taken.

    \b
    twinge channels test console Alice
    twinge channels test twilio +4915112345678
    """
    from twinge.plugin import Rejected

    ready = plugins().channels
    if channel not in ready:
        stop(f"the channel {channel} is not ready; `twinge plugins` says what it lacks.")
    try:
        place = ready[channel].normalise(address)
    except Rejected as error:
        stop(error.reason)

    async def stopped(store: Store) -> bool:
        async with store.read() as tx:
            return any(one.stopped_at is not None for one in await store.addresses.at(tx, channel, place))

    if with_store(stopped):
        stop("somebody wrote STOP there; only START from there opens it again.")
    sent = asyncio.run(_send(ready[channel], place))
    words = sent.state + (f" ({sent.provider_id})" if sent.provider_id else "")
    show({"state": sent.state, "provider_id": sent.provider_id}, form, lambda: words)


async def _send(channel: Channel, place: str) -> Sent:
    """One send, and what came of it; ends the command where it was not taken."""
    import secrets

    import aiohttp

    from twinge import speech
    from twinge.app import now
    from twinge.core.model import Athlete, Severity
    from twinge.plugin import GiveUp, Message, TryLater, Unknown

    text = speech.phrase("notice.test", {}, Athlete(""))
    name = f"test-{secrets.token_hex(8)}"
    url = f"{settings().public_url}/channels/{channel.name}/status/{name}" if settings().public_url else None
    message = Message(name, place, text, Severity.INFO, now() + TEST, url)
    try:
        async with asyncio.timeout(DEADLINE_S), aiohttp.ClientSession() as http:
            sent = await channel.send(message, http, now())
    except TryLater as error:
        stop(f"not sent, may work later: {error.reason}")
    except GiveUp as error:
        stop(f"refused: {error.reason}")
    except (Unknown, TimeoutError) as error:
        stop(f"the answer was lost, it may have arrived: {error or 'no answer in time'}")
    return sent
