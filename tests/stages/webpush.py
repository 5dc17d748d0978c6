"""The stage of `webpush`: a small push service, and a device that it serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from push_standin import PushStandin
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.reach import Reach
from twinge.testing import Stage
from twinge_webpush import Setup, WebPush

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
MESSAGE = Message("n_1", "", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))
TWICE = "a second copy takes the place of the first, by its topic and its tag, and nobody can be asked"


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A push service says by status alone; what its body says is not read."""
    standin = PushStandin(NOW, headers={"Retry-After": "90"})
    play = partial(partial, setattr, standin, "mode")
    reach = Reach(private=True, deadline_s=PATIENCE_S)
    channel = WebPush([KEY], Setup("mailto:ops@twinge.example", ("127.0.0.1",), http_allowed=True, reach=reach))
    async with TestServer(standin.app()) as server:
        device = standin.device(f"http://127.0.0.1:{server.port}", channel.public_key)
        gone = standin.device(f"http://127.0.0.1:{unused_port()}", channel.public_key, "gone")
        message = replace(MESSAGE, address=device.address)
        yield Stage(
            channel,
            message,
            {
                "accepted": play(201),
                "not reached": lambda: replace(message, address=gone.address),
                "busy": play(429),
                "ill": play(503),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("nonsense"),
                "login": play(403),
                "no": play(413),
                "dead": play(410),
            },
            lambda: standin.calls,
            ["", "{}", "https://push.example/1", '{"endpoint":"https://evil.example/1"}', "[" * 1_000],
            bends=dict.fromkeys(("hangs", "reset", "cut", "garbage"), TWICE),
        )
