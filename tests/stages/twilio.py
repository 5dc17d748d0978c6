"""The stage of `twilio`: SMS by a stand-in of Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp.test_utils import unused_port

from fake_twilio import AUTH_TOKEN, SID, FakeTwilio, Fault, always
from faulty import PATIENCE_S
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
    async with FakeTwilio(now=lambda: NOW) as fake:
        fake.headers = {"Retry-After": "90"}

        def play(what: Fault | int) -> Callable[[], None]:
            def begin() -> None:
                fake.plan = always(what)

            return begin

        yield Stage(
            _channel(fake.base),
            MESSAGE,
            {
                "accepted": play(Fault.NONE),
                "not reached": lambda: _channel(f"http://127.0.0.1:{unused_port()}"),
                "busy": play(20429),
                "ill": play(503),
                "hangs": play(Fault.HANG),
                "reset": play(Fault.DROP),
                "cut": play(Fault.CUT),
                "garbage": play(Fault.GARBAGE),
                "login": play(20003),
                "no": play(21606),
                "dead": play(21211),
            },
            lambda: len(fake.forms),
            ["", "0151 12345678", "+1", "+12025550123 ext. 5", "alice"],
        )


def _channel(base: str) -> Twilio:
    account = Account(SID, (AUTH_TOKEN,), sender="+15005550006", api_base=base.rstrip("/"), deadline_s=PATIENCE_S)
    return Twilio(account)
