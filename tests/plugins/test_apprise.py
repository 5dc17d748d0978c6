"""Apprise: what its yes, its no and its silence become, which URLs it may be given, and that no URL is ever told."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from gotify_standin import Gotify
from twinge.core.model import Severity
from twinge.plugin import Channel, Delivery, GiveUp, Message, NotConfigured, Rejected, Sent, TryLater, Unknown
from twinge.testing import Fault, check_channel, send_once
from twinge_apprise import REFUSED, Apprise

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "Ainvented5token"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”.\n:smile: \\n <b>*rest*</b>"
MESSAGE = Message("n_0123", f"gotify://127.0.0.1/{TOKEN}", TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def gotify() -> Gotify:
    return Gotify()


@pytest.fixture
async def server(gotify: Gotify) -> AsyncIterator[TestServer]:
    started = TestServer(gotify.app())
    async with started:
        yield started


@pytest.fixture
def message(server: TestServer) -> Message:
    return replace(MESSAGE, address=f"gotify://127.0.0.1:{server.port}/{TOKEN}")


@pytest.fixture
def ours() -> Apprise:
    return Apprise(["gotify", "tgram", "mailtos"], deadline_s=PATIENCE_S)


# Sending


async def test_it_keeps_the_contract(
    gotify: Gotify, message: Message, ours: Apprise, http: aiohttp.ClientSession
) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(gotify, "mode", mode)

    checked: Channel = ours
    faults = [
        Fault("taken", Sent, play(200)),
        Fault("too many requests", TryLater, play(429)),
        Fault("token refused", TryLater, play(401)),
        Fault("server error", TryLater, play(500)),
        Fault("connection reset", TryLater, play("reset")),
        Fault("header cut off after its 200, which requests takes for a header", Sent, play("half")),
        Fault("not HTTP at all", TryLater, play("nonsense")),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("an answer letter by letter", Unknown, play("drip")),
    ]
    await check_channel(checked, message, faults, http, NOW, bad_addresses=BAD_URLS)
    assert len(gotify.messages) == len(faults), "each send asks the service exactly once, whatever it answers"


async def test_what_the_service_is_told(
    gotify: Gotify, message: Message, ours: Apprise, http: aiohttp.ClientSession
) -> None:
    assert await ours.send(message, http, NOW) == Sent(None)
    assert gotify.tokens == [TOKEN]
    assert (gotify.messages[0]["title"], gotify.messages[0]["message"]) == ("Twinge", TEXT)


async def test_the_loop_goes_on_while_a_service_hangs_and_there_is_an_end_to_it(
    gotify: Gotify, message: Message, http: aiohttp.ClientSession
) -> None:
    ours = Apprise(["gotify"], deadline_s=PATIENCE_S, at_once=2)
    gotify.mode = "hang"
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    ends = await asyncio.gather(*(send_once(ours, message, http, NOW) for _ in range(3)))
    ticking.cancel()
    assert sorted(type(end).__name__ for end in ends) == ["TryLater", "Unknown", "Unknown"]
    assert ticks > 20, "the loop was not held up"
    gotify.mode = 200
    assert isinstance(await send_once(ours, message, http, NOW), TryLater), "both threads are still in the library"


async def test_no_redirect_is_followed_even_if_the_url_asks_for_it(
    gotify: Gotify, message: Message, ours: Apprise, http: aiohttp.ClientSession
) -> None:
    gotify.mode, gotify.headers = 307, {"Location": "/elsewhere"}
    loose = replace(message, address=message.address + "?redirect=yes&retry=3&wait=0")
    assert isinstance(await send_once(ours, loose, http, NOW), TryLater)
    assert len(gotify.messages) == 1


async def test_nobody_listens_there(ours: Apprise, http: aiohttp.ClientSession) -> None:
    nowhere = replace(MESSAGE, address=f"gotify://127.0.0.1:{unused_port()}/{TOKEN}")
    assert isinstance(await send_once(ours, nowhere, http, NOW), TryLater)


async def test_what_has_expired_is_not_sent(
    gotify: Gotify, message: Message, ours: Apprise, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await ours.send(replace(message, expires_at=NOW), http, NOW)
    assert gotify.messages == []


async def test_a_scheme_that_is_taken_off_the_list_counts_for_addresses_that_are_there(
    gotify: Gotify, message: Message, http: aiohttp.ClientSession
) -> None:
    outcome = await send_once(Apprise(["tgram"]), message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert outcome.alert
    assert gotify.messages == []


async def test_no_url_text_or_token_reaches_a_log_or_a_reason(
    gotify: Gotify, message: Message, ours: Apprise, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for gotify.mode in (200, 401, 500, "reset", "nonsense", "hang"):
            reasons.append(str(await send_once(ours, message, http, NOW)))
        for url in (f"gotify://{TOKEN}", f"tgram://{TOKEN}", f"mailtos://{TOKEN}@"):
            with pytest.raises(Rejected) as caught:
                ours.normalise(url)
            reasons.append(str(caught.value))
    logged = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]  # the stand-in's
    for secret in (TOKEN, "11.2 km", f"{message.address[9:25]}"):
        assert secret not in " ".join([*logged, *reasons])


async def test_it_cannot_be_asked_and_nobody_calls_back(ours: Apprise, http: aiohttp.ClientSession) -> None:
    assert await ours.lookup(MESSAGE, NOW, http) is None
    with pytest.raises(Rejected) as caught:
        ours.verify(Delivery("apprise", "POST", "inbound", {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404


# Addresses and settings

BAD_URLS = [
    "", " ", "gotify", "gotify:", "gotify://", "://host/token", "pover://user@token", "json://127.0.0.1/", "jsons://evil.example",
    "file:///etc/passwd", "syslog://", "dbus://", "macosx://", "windows://", "exec://rm", "https://discord.com/api/webhooks/1/2",
    "gotify://host/token\nsyslog://", "gotify://host/to\x00ken", "tgram://not-a-token", "gotify://host/" + "x" * 10_000,
    "mailtos://user:password@example.com?pgppub=/etc/passwd", "mailtos://user:password@example.com?PgpPrv=/etc/passwd",
    "mailtos://user:password@example.com?pgpkey=",
]  # fmt: skip


@pytest.mark.parametrize("given", BAD_URLS)
def test_what_is_no_url_of_an_allowed_service_is_refused(given: str, ours: Apprise) -> None:
    with pytest.raises(Rejected) as caught:
        ours.normalise(given)
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f" GOTIFY://host/{TOKEN}\n", f"gotify://host/{TOKEN}"),
        (f"gotify://host:8080/{TOKEN}/?priority=high", f"gotify://host:8080/{TOKEN}/?priority=high"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "tgram://123456789:abcdefg_hijklmnop/12315544/"),
    ],
)
def test_urls_are_kept_as_they_are_given(given: str, kept: str, ours: Apprise) -> None:
    assert ours.normalise(given) == kept


@pytest.mark.parametrize("scheme", [*REFUSED, "no-such-service"])
def test_some_schemes_no_installation_may_allow(scheme: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_APPRISE_SCHEMES must not list {scheme}:"):
        Apprise.from_env({"SCHEMES": f"gotify {scheme}"})


def test_schemes_are_listed_with_commas_or_spaces() -> None:
    assert Apprise.from_env({"SCHEMES": "GOTIFY, tgram pover"}).normalise(f"gotify://host/{TOKEN}")
    with pytest.raises(NotConfigured, match="TWINGE_APPRISE_SCHEMES must list"):
        Apprise.from_env({})


def test_the_library_is_imported_when_it_is_wanted_and_missed_by_name() -> None:
    asked = """
import sys
from twinge.plugin import NotConfigured
from twinge_apprise import Apprise
for env in ({}, {"SCHEMES": "gotify"}):
    assert "apprise" not in sys.modules
    sys.modules["apprise"] = None if env else sys.modules.pop("nothing", None)
    try:
        Apprise.from_env(env)
    except NotConfigured as error:
        print(error)
    sys.modules.pop("apprise")
"""
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True, cwd=root)
    first, second = told.stdout.splitlines()
    assert "TWINGE_APPRISE_SCHEMES must list" in first
    assert second == "Apprise is not installed: pip install 'twinge[apprise]'."
