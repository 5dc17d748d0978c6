"""FCM: what a send becomes under every fault and error, what Google is asked, and how the access token is kept."""

from __future__ import annotations

import asyncio
import json
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
from fcm_standin import PROJECT, STATUSES, FcmStandin, account
from twinge.core.model import Severity
from twinge.plugin import Channel, Delivery, GiveUp, Message, NotConfigured, Rejected, Sent, TryLater, Unknown
from twinge.testing import Fault, check_channel, send_once
from twinge_fcm import Fcm
from twinge_fcm.fates import FATES

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "dK8xYz9AbC3DeF4GhI5JkL:APA91bInvented6MnO7PqR8StU9VwX0Yz1AbC2-DeF3GhI4_JkL5MnO6PqR7StU8VwX9Yz0"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”."
MESSAGE = Message("n_0123", TOKEN, TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def standin() -> FcmStandin:
    return FcmStandin()


@pytest.fixture
async def server(standin: FcmStandin) -> AsyncIterator[TestServer]:
    started = TestServer(standin.app())
    async with started:
        yield started


@pytest.fixture
def fcm(server: TestServer) -> Fcm:
    return channel(str(server.make_url("")))


def channel(base: str, token_base: str = "", deadline_s: float = PATIENCE_S) -> Fcm:
    return Fcm(account(token_base or base), api_base=base.rstrip("/"), deadline_s=deadline_s)


async def test_it_keeps_the_contract(standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(standin, "mode", mode)

    checked: Channel = fcm
    faults = [
        Fault("taken", Sent, play(200)),
        Fault("the app is gone", GiveUp, play("UNREGISTERED")),
        Fault("no such token", GiveUp, play("bad token by field")),
        Fault("a wrong request", GiveUp, play("bad field")),
        Fault("too many requests", TryLater, play("QUOTA_EXCEEDED")),
        Fault("too many requests, by a proxy", TryLater, play(429)),
        Fault("login refused", TryLater, play("old login")),
        Fault("not allowed", TryLater, play(403)),
        Fault("no FCM there", GiveUp, play(404)),
        Fault("moved", GiveUp, play(302)),
        Fault("unavailable", TryLater, play("UNAVAILABLE")),
        Fault("an error of its own", TryLater, play("INTERNAL")),
        Fault("its proxy says so", TryLater, play(502)),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("an answer letter by letter", Unknown, play("drip")),
        Fault("connection reset", Unknown, play("reset")),
        Fault("header cut off", Unknown, play("half")),
        Fault("body cut off", Unknown, play("cut")),
        Fault("not HTTP at all", Unknown, play("nonsense")),
        Fault("answer is not JSON", Unknown, play("garbage")),
        Fault("answer is a list", Unknown, play("list")),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_TOKENS)
    assert len(standin.asked) == len(faults), "each send asks FCM exactly once, whatever it answers"


async def test_what_fcm_is_asked(standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession) -> None:
    assert await fcm.send(MESSAGE, http, NOW) == Sent(f"projects/{PROJECT}/messages/0:1%31bd1c96")
    assert standin.asked == [
        {
            "token": TOKEN,
            "notification": {"title": "Twinge", "body": TEXT},
            "data": {"id": "n_0123", "severity": "slow_down"},
            "android": {
                "priority": "HIGH",
                "ttl": "14400s",
                "collapse_key": "n_0123",
                "notification": {"tag": "n_0123"},
            },
            "apns": {
                "headers": {
                    "apns-priority": "10",
                    "apns-expiration": str(int(MESSAGE.expires_at.timestamp())),
                    "apns-collapse-id": "n_0123",
                },
                "payload": {"aps": {"sound": "default"}},
            },
        }
    ]


async def test_what_is_only_for_information_may_wait(
    standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    far = replace(MESSAGE, severity=Severity.INFO, expires_at=NOW + timedelta(days=100))
    await fcm.send(far, http, NOW)
    [asked] = standin.asked
    assert (asked["android"]["priority"], asked["apns"]["headers"]["apns-priority"]) == ("NORMAL", "5")
    assert asked["android"]["ttl"] == f"{28 * 86_400}s", "FCM keeps nothing longer than four weeks"


@pytest.mark.parametrize("text", ["é" * 5_000, '"\\\n' * 3_000, "x" * 4_096])
async def test_the_whole_fits_into_what_fcm_takes(
    text: str, standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    await fcm.send(replace(MESSAGE, text=text), http, NOW)
    told = standin.asked[0]["notification"]["body"]
    assert text.startswith(told.removesuffix("…"))
    assert 4_096 - 12 < standin.sizes[0] <= 4_096


@pytest.mark.parametrize("code", sorted(STATUSES))
async def test_each_code_of_the_table(code: str, standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession) -> None:
    standin.mode = code
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    act = FATES[code].act
    if act in {"later", "rest", "stuck"}:
        assert isinstance(outcome, TryLater)
        pauses = {"later": None, "rest": timedelta(minutes=1), "stuck": timedelta(minutes=15)}
        assert outcome.after == pauses[act]
    else:
        assert isinstance(outcome, GiveUp)
        assert (outcome.disable, outcome.alert) == (act == "disable", act == "alert")
    assert code in str(outcome)
    assert "dK8x" not in str(outcome)


@pytest.mark.parametrize(
    ("mode", "disable"),
    [("bad token by field", True), ("bad token in words", True), ("bad field", False), (404, False)],
)
async def test_only_what_blames_the_token_switches_it_off(
    mode: str | int, disable: bool, standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    standin.mode = mode
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (disable, not disable)


@pytest.mark.parametrize(
    ("mode", "header", "after"),
    [
        ("UNAVAILABLE", "7", timedelta(seconds=7)),
        ("UNAVAILABLE", "Fri, 01 May 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("UNAVAILABLE", "999999", timedelta(hours=1)),
        ("UNAVAILABLE", "soon", None),
        ("QUOTA_EXCEEDED", "7", timedelta(minutes=1)),
        ("QUOTA_EXCEEDED", "90", timedelta(seconds=90)),
    ],
)
async def test_fcm_says_how_long_to_wait_and_for_quota_at_least_a_minute(
    mode: str, header: str, after: timedelta | None, standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    standin.mode, standin.headers = mode, {"Retry-After": header}
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_nobody_listens_there(standin: FcmStandin, server: TestServer, http: aiohttp.ClientSession) -> None:
    nowhere = channel(f"http://127.0.0.1:{unused_port()}", token_base=str(server.make_url("")))
    assert isinstance(await send_once(nowhere, MESSAGE, http, NOW), TryLater)
    assert len(standin.assertions) == 1


async def test_what_has_expired_is_not_sent(standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await fcm.send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert (standin.asked, standin.assertions) == ([], [])


# The access token


async def test_one_access_token_serves_many_messages_for_fifty_minutes(
    standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    await asyncio.gather(*(fcm.send(MESSAGE, http, NOW) for _ in range(10)))
    assert len(standin.assertions) == 1, "ten at once ask for one token"
    for minutes in (49, 50, 99):
        await fcm.send(MESSAGE, http, NOW + timedelta(minutes=minutes))
    assert standin.logins == ["Bearer ya29.1"] * 11 + ["Bearer ya29.2"] * 2


async def test_a_refused_access_token_is_not_used_again(
    standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession, everything_logged: pytest.LogCaptureFixture
) -> None:
    standin.mode = "old login"
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta(minutes=15)
    assert "fcm=stuck" in everything_logged.text
    standin.mode = 200
    await fcm.send(MESSAGE, http, NOW)
    assert standin.logins == ["Bearer ya29.1", "Bearer ya29.2"]


@pytest.mark.parametrize("mode", [429, 500, 503, "hang", "reset", "cut", "half", "nonsense"])
async def test_without_an_access_token_nothing_was_sent(
    mode: str | int, standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession
) -> None:
    standin.token_mode = mode
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert len(standin.assertions) == 1, "the loop tries again, not the library"
    standin.token_mode = 200
    assert isinstance(await send_once(fcm, MESSAGE, http, NOW), Sent)
    assert len(standin.asked) == 1


async def test_a_refused_service_account_is_told_to_the_operator(
    standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession, everything_logged: pytest.LogCaptureFixture
) -> None:
    standin.token_mode = "refused"
    outcome = await send_once(fcm, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta(minutes=15)
    assert "fcm=stuck" in everything_logged.text


async def test_no_token_text_or_key_reaches_a_log_or_a_reason(
    standin: FcmStandin, fcm: Fcm, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for standin.mode in (200, "UNREGISTERED", "bad field", "old login", 500, "reset", "nonsense", "hang"):
            reasons.append(str(await send_once(fcm, MESSAGE, http, NOW)))
        standin.token_mode = "refused"
        reasons.append(str(await send_once(fcm, MESSAGE, http, NOW + timedelta(hours=2))))
    logged = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]  # the stand-in's
    for secret in (TOKEN, "dK8x", "11.2 km", "ya29", "PRIVATE KEY", "eyJ"):
        assert secret not in " ".join([*logged, *reasons])


async def test_it_cannot_be_asked_and_nobody_calls_back(fcm: Fcm, http: aiohttp.ClientSession) -> None:
    assert await fcm.lookup(MESSAGE, NOW, http) is None
    with pytest.raises(Rejected) as caught:
        fcm.verify(Delivery("fcm", "POST", "inbound", {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404


# Addresses and settings

BAD_TOKENS = [
    "",
    " ",
    "alice",
    TOKEN[:31],
    f"{TOKEN} x",
    f"{TOKEN}\n{TOKEN}",
    f'{TOKEN}","topic":"all',
    "é" * 40,
    "a" * 1_025,
]


@pytest.mark.parametrize("given", BAD_TOKENS)
def test_what_is_no_registration_token_is_refused(given: str) -> None:
    with pytest.raises(Rejected) as caught:
        channel("http://127.0.0.1:1").normalise(given)
    assert caught.value.field == "address"


def test_a_token_is_kept_as_it_is() -> None:
    assert channel("http://127.0.0.1:1").normalise(f" {TOKEN}\n") == TOKEN


def settings(base: str, **change: Any) -> dict[str, str]:
    return {"CREDENTIALS": json.dumps({**account(base), **change})}


async def test_every_setting_reaches_fcm(standin: FcmStandin, server: TestServer, http: aiohttp.ClientSession) -> None:
    base = str(server.make_url(""))
    await Fcm.from_env({**settings(base), "API_BASE": f"{base}/"}).send(MESSAGE, http, NOW)
    assert standin.logins == ["Bearer ya29.1"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "/etc/twinge/key.json",
        "[]",
        "{}",
        "[" * 100_000,
        settings("http://x", project_id="../../other")["CREDENTIALS"],
        settings("http://x", private_key="no key")["CREDENTIALS"],
        settings("http://x", client_email=None)["CREDENTIALS"],
        settings("http://x", private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")["CREDENTIALS"],
    ],
)
def test_credentials_that_are_none_are_named(given: str) -> None:
    with pytest.raises(NotConfigured, match="TWINGE_FCM_CREDENTIALS must be"):
        Fcm.from_env({"CREDENTIALS": given})


@pytest.mark.parametrize("base", ["fcm.googleapis.com", "ftp://x", "https://user:password@x", "https://x/?key=1"])
def test_an_api_base_that_is_none_is_named(base: str) -> None:
    with pytest.raises(NotConfigured, match="TWINGE_FCM_API_BASE must be"):
        Fcm.from_env({**settings("http://x"), "API_BASE": base})


def test_the_library_is_imported_when_it_is_wanted_and_missed_by_name() -> None:
    asked = """
import sys
from twinge.plugin import NotConfigured
from twinge_fcm import Fcm
for env in ({}, {"CREDENTIALS": '{"project_id": "x", "client_email": "x"}'}):
    assert "google.oauth2" not in sys.modules
    if env:
        sys.modules["google.oauth2"] = None
    try:
        Fcm.from_env(env)
    except NotConfigured as error:
        print(error)
"""
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True, cwd=root)
    first, second = told.stdout.splitlines()
    assert "TWINGE_FCM_CREDENTIALS must be" in first
    assert second == "google-auth is not installed: pip install 'twinge[fcm]'."
