"""The stage of `apprise`: the library in front of one of its services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from gotify_standin import Gotify
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_apprise import Apprise

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "Ainvented5token"
MESSAGE = Message(
    "n_1", f"gotify://127.0.0.1/{TOKEN}", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4)
)
YES_OR_NO = "the library says yes or no, and not why"


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """What the library calls a no may be any of them, so each is tried again."""
    gotify = Gotify(headers={"Retry-After": "90"})
    play = partial(partial, setattr, gotify, "mode")
    async with TestServer(gotify.app()) as server:
        message = replace(MESSAGE, address=f"gotify://127.0.0.1:{server.port}/{TOKEN}")
        yield Stage(
            Apprise(["gotify"], deadline_s=PATIENCE_S),
            message,
            {
                "accepted": play(200),
                "not reached": lambda: replace(message, address=f"gotify://127.0.0.1:{unused_port()}/{TOKEN}"),
                "busy": play(429),
                "ill": play(503),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("nonsense"),
                "login": play(401),
                "no": play(400),
            },
            lambda: len(gotify.messages),
            ["", "gotify://", "json://127.0.0.1/", "file:///etc/passwd", "gotify://host/token\nsyslog://"],
            never={"dead": YES_OR_NO},
            bends=dict.fromkeys(("reset", "garbage", "cut", "no"), YES_OR_NO),
        )
