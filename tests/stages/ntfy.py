"""The stage of `ntfy`: push by a stand-in of an ntfy server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from ntfy_standin import NtfyStandin
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_ntfy import Ntfy

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n_1", "alice-7Qm2xVd0Lr9TzKpa", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """ntfy knows no dead address: a topic is whatever somebody writes to."""
    standin = NtfyStandin(clock=NOW, headers={"Retry-After": "90"})
    play = partial(partial, setattr, standin, "mode")
    async with TestServer(standin.app()) as server:
        yield Stage(
            _channel(str(server.make_url(""))),
            MESSAGE,
            {
                "accepted": play(200),
                "not reached": lambda: _channel(f"http://127.0.0.1:{unused_port()}"),
                "busy": play(42901),
                "ill": play(503),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("garbage"),
                "login": play(40101),
                "no": play(40301),
            },
            lambda: len(standin.asked),
            ["", "alice/x", "alice-7Qm2xVd0\nX-Evil: 1", "t" * 65, "short"],
            never={"dead": "a topic is there as soon as somebody writes to it"},
        )


def _channel(base: str) -> Ntfy:
    return Ntfy(["a-secret-for-the-buttons"], api_base=base.rstrip("/"), deadline_s=PATIENCE_S)
