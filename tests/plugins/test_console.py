"""The console channel: one line a message, and no way to fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from rich.text import Text

from twinge.core.model import Severity
from twinge.plugin import Channel, Delivery, Message, Rejected, Sent
from twinge.testing import Fault, check_channel
from twinge_console import Console

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message(
    "n-1", "alice", "Easy today: [bold]3 km[/bold] more than usual.", Severity.REST, NOW + timedelta(hours=4)
)


async def test_it_keeps_the_contract() -> None:
    lines: list[Text] = []
    channel: Channel = Console(lines.append)
    async with aiohttp.ClientSession() as http:
        await check_channel(
            channel, MESSAGE, [Fault("all is well", Sent, lines.clear)], http, NOW, bad_addresses=["", " "]
        )
    assert len(lines) == 1


async def test_the_line_names_whom_how_loud_and_what() -> None:
    lines: list[Text] = []
    async with aiohttp.ClientSession() as http:
        assert await Console(lines.append).send(MESSAGE, http, NOW) == Sent("n-1", "delivered")
    assert lines[0].plain == " REST  alice  Easy today: [bold]3 km[/bold] more than usual."
    assert {str(span.style) for span in lines[0].spans} == {"bold yellow", "dim"}


async def test_a_closed_pipe_is_no_failure_but_nobody_saw_it() -> None:
    def closed(line: Text) -> None:
        raise BrokenPipeError

    async with aiohttp.ClientSession() as http:
        assert (await Console(closed).send(MESSAGE, http, NOW)).state == "sent"


async def test_it_writes_to_the_terminal_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    async with aiohttp.ClientSession() as http:
        await Console.from_env({}).send(MESSAGE, http, NOW)
        assert await Console.from_env({}).lookup(MESSAGE, NOW, http) is None
    assert capsys.readouterr().out.splitlines() == [" REST  alice  Easy today: [bold]3 km[/bold] more than usual."]


def test_nobody_calls_back() -> None:
    with pytest.raises(Rejected) as caught:
        Console.from_env({}).verify(Delivery("console", "POST", "inbound", {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404
