"""The stage of `twilio`: SMS by a stand-in of Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from aiohttp.test_utils import TestServer, unused_port

from twilio_standin import AUTH_TOKEN, SID, TwilioStandin
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_twilio import Twilio
from twinge_twilio.account import Account

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n_1", "+4915112345678", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Twilio's codes stand for what other providers say by status."""
    standin = TwilioStandin(clock=NOW, headers={"Retry-After": "90"})
    play = partial(partial, setattr, standin, "mode")
    async with TestServer(standin.app()) as server:
        yield Stage(
            _channel(str(server.make_url(""))),
            MESSAGE,
            {
                "accepted": play(201),
                "not reached": lambda: _channel(f"http://127.0.0.1:{unused_port()}"),
                "busy": play(20429),
                "ill": play(503),
                "hangs": play("hang"),
                "reset": play("reset"),
                "cut": play("cut"),
                "garbage": play("garbage"),
                "login": play(20003),
                "no": play(21606),
                "dead": play(21211),
            },
            lambda: len(standin.forms),
            ["", "0151 12345678", "+1", "+12025550123 ext. 5", "alice"],
        )


def _channel(base: str) -> Twilio:
    account = Account(SID, (AUTH_TOKEN,), sender="+15005550006", api_base=base.rstrip("/"), deadline_s=0.3)
    return Twilio(account)
