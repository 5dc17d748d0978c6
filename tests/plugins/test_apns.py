"""APNs: what a send becomes under every fault and reason, what Apple is asked, and how the connection is kept."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp.test_utils import unused_port
from cryptography.hazmat.primitives.asymmetric import ec

from apns_standin import KEY_ID, STATUSES, TEAM_ID, TOPIC, ApnsStandin, key_pem
from faulty import PATIENCE_S
from twinge.core.model import Severity
from twinge.plugin import (
    Channel,
    Closes,
    Delivery,
    GiveUp,
    Message,
    NotConfigured,
    Rejected,
    Sent,
    TryLater,
    Unknown,
)
from twinge.testing import Fault, check_channel, send_once
from twinge_apns import Apns, Team
from twinge_apns.fates import FATES

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”."
MESSAGE = Message("n_0123", TOKEN, TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def standin() -> ApnsStandin:
    return ApnsStandin()


@pytest.fixture
async def base(standin: ApnsStandin, authority: trustme.CA) -> AsyncIterator[str]:
    async with standin.serve(authority) as url:
        yield url


@pytest.fixture
async def apns(base: str, authority: trustme.CA) -> AsyncIterator[Apns]:
    made = channel(base, authority)
    yield made
    await made.close()


def channel(base: str, authority: trustme.CA, deadline_s: float = PATIENCE_S) -> Apns:
    tls = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    return Apns(Team(key_pem(), KEY_ID, TEAM_ID, TOPIC), api_base=base, tls=tls, deadline_s=deadline_s)


async def test_it_keeps_the_contract(standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(standin, "mode", mode)

    checked: Channel = apns
    faults = [
        Fault("taken", Sent, play(200)),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("taken again, by another connection", Sent, play(200)),
        Fault("connection reset", Unknown, play("reset")),
        Fault("stream reset", Unknown, play("rst")),
        Fault("answer cut off", Unknown, play("half")),
        Fault("not HTTP/2", Unknown, play("nonsense")),
        Fault("answer is not JSON", GiveUp, play("garbage")),
        Fault("moved", GiveUp, play(301)),
        Fault("server error without a reason", TryLater, play(502)),
        Fault("gone, without a reason", GiveUp, play(410)),
        Fault("too many requests", TryLater, play("TooManyRequests")),
        Fault("shutting down", TryLater, play("Shutdown")),
        Fault("the app is gone", GiveUp, play("Unregistered")),
        Fault("the key is refused", TryLater, play("InvalidProviderToken")),
        Fault("taken at last", Sent, play(200)),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_TOKENS)
    assert len(standin.asked) == len(faults), "each send asks Apple exactly once, whatever it answers"


async def test_what_apple_is_asked(standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession) -> None:
    sent = await apns.send(MESSAGE, http, NOW)
    [asked] = standin.asked
    assert sent == Sent(asked["apns-id"])
    assert (asked[":method"], asked[":scheme"], asked[":path"]) == ("POST", "https", f"/3/device/{TOKEN}")
    told = {name: value for name, value in asked.items() if name.startswith("apns-") and name != "apns-id"}
    assert told == {
        "apns-topic": TOPIC,
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": str(int(MESSAGE.expires_at.timestamp())),
        "apns-collapse-id": "n_0123",
    }
    assert asked["payload"] == {
        "aps": {
            "alert": {"title": "Twinge", "body": TEXT},
            "sound": "default",
            "thread-id": "twinge",
            "interruption-level": "active",
        },
        "id": "n_0123",
        "severity": "slow_down",
    }
    assert standin.tokens == [{"iss": TEAM_ID, "iat": int(NOW.timestamp())}]


async def test_the_more_it_matters_the_louder_it_is(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    for severity in Severity:
        await apns.send(replace(MESSAGE, severity=severity), http, NOW)
    levels = [asked["payload"]["aps"]["interruption-level"] for asked in standin.asked]
    assert levels == ["passive", "active", "active", "active", "time-sensitive", "time-sensitive"]
    assert [asked["apns-priority"] for asked in standin.asked] == ["5", *["10"] * 5]


async def test_a_repeated_message_can_be_recognised(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    long = replace(MESSAGE, id="n_" + "1" * 100)
    for message in (MESSAGE, MESSAGE, long):
        await apns.send(message, http, NOW)
    first, second, third = standin.asked
    assert (first["apns-id"], first["apns-collapse-id"]) == (second["apns-id"], second["apns-collapse-id"])
    assert third["apns-id"] != first["apns-id"]
    assert len(third["apns-collapse-id"]) == 64


@pytest.mark.parametrize("text", ["é" * 5_000, '"\\\n' * 3_000, "x" * 4_096, "\x00" * 4_096])
async def test_the_whole_fits_into_what_apple_takes(
    text: str, standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    await apns.send(replace(MESSAGE, text=text), http, NOW)
    told = standin.asked[0]["payload"]["aps"]["alert"]["body"]
    assert text.startswith(told.removesuffix("…"))
    assert 4_096 - 12 < standin.sizes[0] <= 4_096


@pytest.mark.parametrize("reason", sorted({*FATES, *STATUSES} & STATUSES.keys()))
async def test_each_reason_of_the_table(
    reason: str, standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    standin.mode = reason
    outcome = await send_once(apns, MESSAGE, http, NOW)
    act = FATES[reason].act if reason in FATES else "alert"
    if act in {"later", "renew", "stuck"}:
        assert isinstance(outcome, TryLater)
        assert outcome.after == (None if act == "later" else timedelta(minutes=15))
    else:
        assert isinstance(outcome, GiveUp)
        assert (outcome.disable, outcome.alert) == (act in {"disable", "elsewhere"}, act in {"alert", "elsewhere"})
    assert reason in str(outcome)
    assert TOKEN not in str(outcome)


@pytest.mark.parametrize(
    ("header", "after"), [("7", timedelta(seconds=7)), ("999999", timedelta(hours=1)), ("soon", None)]
)
async def test_apple_says_how_long_to_wait(
    header: str, after: timedelta | None, standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    standin.mode, standin.headers = "TooManyRequests", {"retry-after": header}
    outcome = await send_once(apns, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_the_provider_token_is_renewed_between_twenty_and_sixty_minutes(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    for minutes in (0, 39, 40, 79, 80):
        await apns.send(MESSAGE, http, NOW + timedelta(minutes=minutes))
    begun = int(NOW.timestamp())
    assert [(token["iat"] - begun) // 60 for token in standin.tokens] == [0, 0, 40, 40, 80]


async def test_a_token_that_apple_calls_too_old_is_renewed_unless_it_is_fresh(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    standin.mode = "ExpiredProviderToken"
    fresh = await send_once(apns, MESSAGE, http, NOW)
    old = await send_once(apns, MESSAGE, http, NOW + timedelta(minutes=25))
    assert isinstance(fresh, TryLater)
    assert isinstance(old, TryLater)
    assert (fresh.after, old.after) == (timedelta(minutes=15), None)
    standin.mode = 200
    await apns.send(MESSAGE, http, NOW + timedelta(minutes=26))
    begun = int(NOW.timestamp())
    assert [(token["iat"] - begun) // 60 for token in standin.tokens] == [0, 0, 26]


# The connection


async def test_one_connection_serves_many_messages_at_once_and_after_another(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    await apns.send(MESSAGE, http, NOW)
    sends = [apns.send(replace(MESSAGE, id=f"n_{number}"), http, NOW) for number in range(30)]
    assert len({sent.provider_id for sent in await asyncio.gather(*sends)}) == 30
    assert standin.connections == 1


async def test_a_connection_that_apple_ends_with_a_word_costs_nothing(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    standin.mode = "goaway"
    for _ in range(3):
        assert isinstance(await send_once(apns, MESSAGE, http, NOW), Sent)
    assert (len(standin.asked), standin.connections) == (3, 3)


async def test_a_lost_answer_ends_its_connection_and_no_other_message(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    standin.mode = "hang"
    lost = asyncio.create_task(send_once(apns, MESSAGE, http, NOW))
    async with asyncio.timeout(5):
        while not standin.asked:
            await asyncio.sleep(0.01)
    standin.mode = 200
    assert isinstance(await send_once(apns, MESSAGE, http, NOW), Sent)
    assert standin.connections == 1
    assert isinstance(await lost, Unknown)
    assert isinstance(await send_once(apns, MESSAGE, http, NOW), Sent)
    assert standin.connections == 2


async def test_after_it_is_closed_the_next_message_opens_another(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession
) -> None:
    assert isinstance(apns, Closes)
    for _ in range(2):
        await apns.send(MESSAGE, http, NOW)
        await apns.close()
        await apns.close()
    assert standin.connections == 2


async def test_nobody_listens_there(authority: trustme.CA, http: aiohttp.ClientSession) -> None:
    nowhere = channel(f"https://127.0.0.1:{unused_port()}", authority)
    assert isinstance(await send_once(nowhere, MESSAGE, http, NOW), TryLater)
    await nowhere.close()


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    standin: ApnsStandin, base: str, http: aiohttp.ClientSession
) -> None:
    suspicious = Apns.from_env({**ENV, "API_BASE": base})
    assert isinstance(await send_once(suspicious, MESSAGE, http, NOW), TryLater)
    assert standin.asked == []
    await suspicious.close()


async def test_every_setting_reaches_apple(
    standin: ApnsStandin, base: str, authority: trustme.CA, http: aiohttp.ClientSession
) -> None:
    ready = Apns.from_env({**ENV, "API_BASE": f"{base}/", "CA": authority.cert_pem.bytes().decode()})
    await ready.send(MESSAGE, http, NOW)
    await ready.close()
    assert standin.asked[0]["apns-topic"] == TOPIC


async def test_what_has_expired_is_not_sent(standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await apns.send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert standin.asked == []


async def test_no_token_text_or_key_reaches_a_log_or_a_reason(
    standin: ApnsStandin, apns: Apns, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for standin.mode in (200, "Unregistered", "InvalidProviderToken", "garbage", 502, "reset", "nonsense", "hang"):
            reasons.append(str(await send_once(apns, MESSAGE, http, NOW)))
    logged = [one.getMessage() for one in caplog.records]
    assert any("apns=stuck" in one for one in logged)
    for secret in (TOKEN, TOKEN[:20], "11.2 km", "eyJ", "PRIVATE KEY"):
        assert secret not in " ".join([*logged, *reasons])
    assert "PRIVATE KEY" not in repr(Team(key_pem(), KEY_ID, TEAM_ID, TOPIC))


async def test_it_cannot_be_asked_and_nobody_calls_back(apns: Apns, http: aiohttp.ClientSession) -> None:
    assert await apns.lookup(MESSAGE, NOW, http) is None
    with pytest.raises(Rejected) as caught:
        apns.verify(Delivery("apns", "POST", "inbound", {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404


# Addresses and settings

ENV = {"KEY": key_pem(), "KEY_ID": KEY_ID, "TEAM_ID": TEAM_ID, "TOPIC": TOPIC}
BAD_TOKENS = [
    "",
    " ",
    "alice",
    TOKEN[:-1],
    TOKEN[:-2],
    f"{TOKEN}/",
    f"../{TOKEN}",
    f"{TOKEN}\n{TOKEN}",
    "g" * 64,
    "0" * 10_000,
]


@pytest.mark.parametrize("given", BAD_TOKENS)
def test_what_is_no_device_token_is_refused(given: str) -> None:
    with pytest.raises(Rejected) as caught:
        Apns.from_env(ENV).normalise(given)
    assert caught.value.field == "address"


@pytest.mark.parametrize(("given", "kept"), [(f" {TOKEN}\n", TOKEN), (TOKEN.upper(), TOKEN), ("aB" * 100, "ab" * 100)])
def test_tokens_are_kept_in_one_form(given: str, kept: str) -> None:
    assert Apns.from_env(ENV).normalise(given) == kept


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"KEY": ""}, "KEY"),
        ({"KEY": "no key"}, "KEY"),
        ({"KEY": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "KEY"),
        ({"KEY": key_pem(ec.generate_private_key(ec.SECP384R1()))}, "KEY"),
        ({"KEY_ID": ""}, "KEY_ID"),
        ({"KEY_ID": "abc"}, "KEY_ID"),
        ({"TEAM_ID": "DEF123GHI"}, "TEAM_ID"),
        ({"TOPIC": ""}, "TOPIC"),
        ({"TOPIC": "org.example.app\r\nx: y"}, "TOPIC"),
        ({"API_BASE": "http://127.0.0.1"}, "API_BASE"),
        ({"API_BASE": "https://user:password@api.push.apple.com"}, "API_BASE"),
        ({"CA": "no certificate"}, "CA"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_APNS_{setting} "):
        Apns.from_env({**ENV, **change})


def test_the_library_is_imported_when_it_is_wanted_and_missed_by_name() -> None:
    asked = """
import sys
from twinge.plugin import NotConfigured
from twinge_apns import Apns
for env in ({}, {"KEY": "x", "KEY_ID": "ABC123DEFG", "TEAM_ID": "DEF123GHIJ", "TOPIC": "org.example"}):
    assert "httpx2" not in sys.modules
    if env:
        sys.modules["httpx2"] = None
    try:
        Apns.from_env(env)
    except NotConfigured as error:
        print(error)
"""
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True, cwd=root)
    first, second = told.stdout.splitlines()
    assert "TWINGE_APNS_KEY must be" in first
    assert second == "httpx2 is not installed: pip install 'twinge[apns]'."
