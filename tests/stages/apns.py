"""The stage of `apns`: push by a stand-in of Apple's service, HTTP/2 over TLS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import trustme
from aiohttp.test_utils import unused_port

from apns_standin import KEY_ID, TEAM_ID, TOPIC, ApnsStandin, key_pem
from faulty import PATIENCE_S
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_apns import Apns, Team

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
MESSAGE = Message("n_1", TOKEN, "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Its own reasons, and the faults of any HTTP/2 server."""
    standin, authority = ApnsStandin(headers={"retry-after": "90"}), trustme.CA()
    play = partial(partial, setattr, standin, "mode")
    async with standin.serve(authority) as base:
        channel, elsewhere = (_channel(url, authority) for url in (base, f"https://127.0.0.1:{unused_port()}"))
        try:
            yield Stage(
                channel,
                MESSAGE,
                {
                    "accepted": play(200),
                    "not reached": lambda: elsewhere,
                    "busy": play("TooManyRequests"),
                    "ill": play("ServiceUnavailable"),
                    "hangs": play("hang"),
                    "reset": play("reset"),
                    "cut": play("half"),
                    "garbage": play("nonsense"),
                    "login": play("InvalidProviderToken"),
                    "no": play("BadTopic"),
                    "dead": play("Unregistered"),
                },
                lambda: len(standin.asked),
                ["", "alice", TOKEN[:-1], f"../{TOKEN}", "g" * 64],
            )
        finally:
            await channel.close()
            await elsewhere.close()


def _channel(base: str, authority: trustme.CA) -> Apns:
    tls = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    return Apns(Team(key_pem(), KEY_ID, TEAM_ID, TOPIC), api_base=base, tls=tls, deadline_s=PATIENCE_S)
