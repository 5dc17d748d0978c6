"""The stage of `fcm`: push by a stand-in of Firebase Cloud Messaging."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from fcm_standin import FcmStandin, account
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_fcm import Fcm

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "dK8xYz9AbC3DeF4GhI5JkL:APA91bInvented6MnO7PqR8StU9VwX0Yz1AbC2"
MESSAGE = Message("n_1", TOKEN, "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Its own codes, and the faults of any HTTP server."""
    standin = FcmStandin(headers={"Retry-After": "90"})
    play = partial(partial, setattr, standin, "mode")
    async with TestServer(standin.app()) as server:
        base = str(server.make_url("")).rstrip("/")
        yield Stage(
            Fcm(account(base), api_base=base, deadline_s=PATIENCE_S),
            MESSAGE,
            {
                "accepted": play(200),
                "not reached": lambda: Fcm(account(base), api_base=f"http://127.0.0.1:{unused_port()}"),
                "busy": play("QUOTA_EXCEEDED"),
                "ill": play("UNAVAILABLE"),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("garbage"),
                "login": play("old login"),
                "no": play("bad field"),
                "dead": play("UNREGISTERED"),
            },
            lambda: len(standin.asked),
            ["", "alice", f"{TOKEN} x", f'{TOKEN}","topic":"all', "a" * 1_025],
        )
