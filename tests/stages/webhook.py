"""The stage of `webhook`: a receiver on this machine, as for somebody who allows that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S, Mode, misbehave
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.reach import Reach
from twinge.testing import Stage
from twinge_webhook import Webhook

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n"
MESSAGE = Message("n_1", "http://hooks.example/", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


class Receiver:
    """Somebody's server; `mode` is the status it answers with, or a fault of `faulty`."""

    mode: Mode = 204
    calls = 0

    async def hear(self, request: web.Request) -> web.StreamResponse:
        """Count, and answer as the mode says."""
        self.calls += 1
        return await misbehave(request, self.mode, {"Retry-After": "90"}, "" if self.mode == 204 else "of theirs")


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Nobody logs in: a receiver that refuses us says a clear no."""
    receiver = Receiver()
    play = partial(partial, setattr, receiver, "mode")
    app = web.Application()
    app.router.add_post("/", receiver.hear)
    async with TestServer(app) as server:
        message = replace(MESSAGE, address=str(server.make_url("/")))
        yield Stage(
            Webhook([SECRET], http_allowed=True, reach=Reach(private=True, deadline_s=PATIENCE_S)),
            message,
            {
                "accepted": play(204),
                "not reached": lambda: replace(message, address=f"http://127.0.0.1:{unused_port()}/"),
                "busy": play(429),
                "ill": play(503),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("nonsense"),
                "login": play(401),
                "no": play(403),
                "dead": play(410),
            },
            lambda: receiver.calls,
            [
                "",
                "hooks.example",
                "ftp://hooks.example/",
                "https://user:password@hooks.example/",
                "https://hooks.example/ x",
            ],
        )
