"""ntfy: what a send becomes under every fault, what its buttons say, and which presses of them are genuine."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from conftest import Serve
from faulty import PATIENCE_S
from ntfy_standin import NtfyStandin
from twinge.core.model import Severity
from twinge.core.reply import Ok, Pain, Why, parse
from twinge.plugin import Channel, Delivery, GiveUp, Message, NotConfigured, Rejected, Reply, Sent, TryLater, Unknown
from twinge.testing import Fault, Sample, check_callbacks, check_channel, send_once
from twinge_ntfy import Ntfy

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TOPIC = "alice-7Qm2xVd0Lr9TzKpa"
SECRET = "a-secret-for-the-buttons"
TOKEN = "tk_invented0123456789"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”."
URL = "https://twinge.example/channels/ntfy"
MESSAGE = Message("n_0123", TOPIC, TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4), f"{URL}/status/n_0123")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def standin() -> NtfyStandin:
    return NtfyStandin(clock=NOW)


@pytest.fixture
async def server(standin: NtfyStandin) -> AsyncIterator[TestServer]:
    started = TestServer(standin.app())
    async with started:
        yield started


@pytest.fixture
def ntfy(server: TestServer) -> Ntfy:
    return Ntfy([SECRET], api_base=str(server.make_url("")).rstrip("/"), login=f"Bearer {TOKEN}", deadline_s=PATIENCE_S)


# Sending


async def test_it_keeps_the_contract(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(standin, "mode", mode)

    checked: Channel = ntfy
    faults = [
        Fault("taken", Sent, play(200)),
        Fault("too many requests", TryLater, play(429)),
        Fault("too many requests, by code", TryLater, play(42901)),
        Fault("day's quota", TryLater, play(42908)),
        Fault("login refused", TryLater, play(40101)),
        Fault("not allowed to write there", GiveUp, play(40301)),
        Fault("topic not allowed", GiveUp, play(40010)),
        Fault("no ntfy there", GiveUp, play(404)),
        Fault("too large", GiveUp, play(41303)),
        Fault("moved", GiveUp, play(301)),
        Fault("its proxy says that it restarts", TryLater, play(502)),
        Fault("unavailable", TryLater, play(503)),
        Fault("no room", TryLater, play(50701)),
        Fault("server error", Unknown, play(50001)),
        Fault("its proxy waited for it in vain", Unknown, play(504)),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("an answer letter by letter", Unknown, play("drip")),
        Fault("connection reset", Unknown, play("reset")),
        Fault("header cut off", Unknown, play("half")),
        Fault("body cut off", Unknown, play("cut")),
        Fault("not HTTP at all", Unknown, play("nonsense")),
        Fault("answer is not JSON", Unknown, play("garbage")),
        Fault("answer is a list", Unknown, play("list")),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_TOPICS)
    assert len(standin.asked) == len(faults), "each send asks ntfy exactly once, whatever it answers"


async def test_what_ntfy_is_asked(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    assert await ntfy.send(replace(MESSAGE, callback_url=None), http, NOW) == Sent("m00000000000", "sent")
    assert standin.asked == [
        {
            "topic": TOPIC,
            "title": "Twinge",
            "message": TEXT,
            "priority": 3,
            "tags": ["turtle"],
            "sequence_id": "n_0123",
            "actions": [],
        }
    ]
    assert standin.logins == [f"Bearer {TOKEN}"]


async def test_the_more_it_matters_the_louder_it_is(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    for severity in Severity:
        await ntfy.send(replace(MESSAGE, severity=severity), http, NOW)
    loudness = [asked["priority"] for asked in standin.asked]
    assert loudness == sorted(loudness)
    assert (loudness[0], loudness[-1]) == (2, 5)


async def test_a_repeated_message_takes_the_place_of_the_first(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    await ntfy.send(MESSAGE, http, NOW)
    await ntfy.send(MESSAGE, http, NOW)
    await ntfy.send(replace(MESSAGE, id="n_0124", text="Rest today."), http, NOW)
    assert standin.shown(TOPIC) == [TEXT, "Rest today."]


async def test_a_text_that_ntfy_would_make_an_attachment_of_is_cut(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    await ntfy.send(replace(MESSAGE, text="é" * 5_000), http, NOW)
    await ntfy.send(replace(MESSAGE, text="x" * 4_096), http, NOW)
    first, second = (asked["message"] for asked in standin.asked)
    assert first == "é" * 2_046 + "…"
    assert second == "x" * 4_096


async def test_line_ends_and_quotes_stay_text(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    hostile = 'Rest.\r\nX-Actions: view, x, https://evil.example\n", "topic": "other'
    await ntfy.send(replace(MESSAGE, text=hostile), http, NOW)
    assert (standin.asked[0]["message"], standin.asked[0]["topic"]) == (hostile, TOPIC)


async def test_what_has_expired_is_not_sent(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await ntfy.send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert standin.asked == []


@pytest.mark.parametrize(
    ("mode", "header", "after"),
    [
        (429, "7", timedelta(seconds=7)),
        (503, "7", timedelta(seconds=7)),
        (42908, "7", timedelta(seconds=7)),
        (429, "Fri, 01 May 2026 09:02:00 GMT", timedelta(minutes=2)),
        (429, "999999", timedelta(hours=1)),
        (429, "soon", None),
        (42908, "soon", timedelta(hours=1)),
    ],
)
async def test_ntfy_says_how_long_to_wait(
    mode: int, header: str, after: timedelta | None, standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    standin.mode, standin.headers = mode, {"Retry-After": header}
    outcome = await send_once(ntfy, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_nobody_listens_there(http: aiohttp.ClientSession) -> None:
    nowhere = Ntfy([SECRET], api_base=f"http://127.0.0.1:{unused_port()}")
    assert isinstance(await send_once(nowhere, MESSAGE, http, NOW), TryLater)


async def test_the_operator_hears_of_a_refused_login(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession, everything_logged: pytest.LogCaptureFixture
) -> None:
    standin.mode = 40101
    outcome = await send_once(ntfy, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta(minutes=15)
    assert "ntfy=stuck status=401" in everything_logged.text


async def test_no_topic_text_or_token_reaches_a_log_or_a_reason(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for standin.mode in (200, 40101, 40301, 50001, "reset", "nonsense"):
            reasons.append(str(await send_once(ntfy, MESSAGE, http, NOW)))
        standin.mode = 200
        await ntfy.lookup(MESSAGE, NOW, http)
    logged = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]  # the stand-in's
    for secret in (TOPIC, "11.2 km", TOKEN, SECRET):
        assert secret not in " ".join([*logged, *reasons])


# Looking up what became of a lost answer


@pytest.mark.parametrize("old", [False, True])
async def test_a_message_whose_answer_was_lost_is_found(
    old: bool, standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    standin.old, standin.mode = old, "cut"
    assert isinstance(await send_once(ntfy, MESSAGE, http, NOW), Unknown)
    standin.mode = 200
    assert await ntfy.lookup(MESSAGE, NOW, http) == Sent("m00000000000", "sent")
    assert standin.queries == [{"poll": "1", "since": str(int(NOW.timestamp()) - 300)}]
    assert standin.logins == [f"Bearer {TOKEN}"] * 2


async def test_what_never_arrived_is_not_found(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    standin.keep({"topic": TOPIC, "message": TEXT, "sequence_id": "n_0124"})
    standin.keep({"topic": "another-topic-0123", "message": TEXT, "sequence_id": "n_0123"})
    standin.kept.append({"id": "m2", "time": int(NOW.timestamp()), "event": "open", "topic": TOPIC, "message": TEXT})
    standin.clock = NOW - timedelta(hours=2)
    standin.keep({"topic": TOPIC, "message": TEXT, "sequence_id": "n_0123"})
    assert await ntfy.lookup(MESSAGE, NOW, http) is None


async def test_where_we_may_write_and_not_read_nothing_is_found(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    standin.mode = 40301
    assert await ntfy.lookup(MESSAGE, NOW, http) is None


@pytest.mark.parametrize("mode", [42901, 500, 404, "garbage", "reset", "hang", "cut"])
async def test_a_question_without_an_answer_is_asked_again(
    mode: str | int, standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    standin.mode = mode
    with pytest.raises(TryLater):
        await ntfy.lookup(MESSAGE, NOW, http)


# Buttons


async def buttons(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> list[dict[str, Any]]:
    await ntfy.send(MESSAGE, http, NOW)
    return list(standin.asked[-1]["actions"])


def press(button: dict[str, Any], **change: Any) -> Delivery:
    """What the app posts when the button is pressed; aiohttp's server gives header names in lower case."""
    assert (button["action"], button["method"], button["url"]) == ("http", "POST", f"{URL}/inbound")
    call = Delivery("ntfy", "POST", "inbound", {}, button["headers"], button["body"].encode(), NOW, button["url"])
    return replace(call, **change)


async def test_three_buttons_say_what_the_athlete_would_write(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    made = await buttons(standin, ntfy, http)
    assert [button["label"] for button in made] == ["OK", "WHY", "PAIN"]
    assert [ntfy.read(press(button)) for button in made] == [[Reply(TOPIC, word)] for word in ("OK", "WHY", "PAIN")]
    for language in ("en", "de", "es", "fr"):
        assert [type(parse(button["label"], language)) for button in made] == [Ok, Why, Pain]
    check_callbacks(ntfy, [Sample(button["label"], press(button)) for button in made], NOW)
    assert ntfy.answer(press(made[0])) == ("text/plain", b"")


async def test_a_question_and_a_machine_without_a_public_address_have_none(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    await ntfy.send(replace(MESSAGE, severity=Severity.QUESTION), http, NOW)
    await ntfy.send(replace(MESSAGE, callback_url=None), http, NOW)
    assert [asked["actions"] for asked in standin.asked] == [[], []]


async def test_the_whole_fits_into_what_ntfy_reads(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    """Twice the length of a message: https://github.com/binwiederhier/ntfy/blob/main/server/server.go"""
    await ntfy.send(replace(MESSAGE, text="é" * 5_000, address="t" * 64), http, NOW)
    assert len(json.dumps(standin.asked[0], ensure_ascii=False).encode()) < 2 * 4_096


async def test_a_press_comes_in_by_the_front_door(
    serve: Serve, standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    """The clock of the fixture stands three days after the message: a button is often pressed late."""
    web = await serve(channels={"ntfy": ntfy})
    [ok, why, _] = await buttons(standin, ntfy, http)
    told = []
    for body, signed_as in ((ok, ok), (ok, ok), (why, ok)):
        answer = await web.client.post("/channels/ntfy/inbound", data=body["body"], headers=signed_as["headers"])
        told.append(answer.status)
    assert told == [200, 200, 401]
    [delivery] = [one.delivery for one in await web.store.inbox.claim(web.clock())]
    assert ntfy.read(delivery) == [Reply(TOPIC, "OK")]
    assert "x-twinge-signature" not in delivery.headers


async def test_a_stranger_cannot_press_a_button(standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession) -> None:
    ok, _, pain = await buttons(standin, ntfy, http)
    elsewhere = ok["body"].replace(TOPIC, "bobs-topic-0123456789").encode()
    forged = [
        press(ok, headers={}),
        press(ok, headers={"x-twinge-signature": ""}),
        press(ok, headers={"x-twinge-signature": "\udcff"}),
        press(ok, headers=pain["headers"]),
        press(ok, body=elsewhere),
        press(ok, body=b""),
    ]
    for call in forged:
        with pytest.raises(Rejected) as caught:
            ntfy.verify(call, NOW)
        assert caught.value.status == 401


async def test_a_button_of_last_week_counts_no_more(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    [ok, *_] = await buttons(standin, ntfy, http)
    end = MESSAGE.expires_at + timedelta(days=7)
    ntfy.verify(press(ok), end)
    with pytest.raises(Rejected) as caught:
        ntfy.verify(press(ok), end + timedelta(seconds=1))
    assert caught.value.status == 401


async def test_a_button_pressed_twice_is_one_answer(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    first, again = await buttons(standin, ntfy, http), await buttons(standin, ntfy, http)
    assert [ntfy.key(press(one)) for one in first] == [ntfy.key(press(one)) for one in again]
    assert len({ntfy.key(press(one)) for one in first}) == 3


async def test_while_the_secret_rotates_both_are_good(
    standin: NtfyStandin, ntfy: Ntfy, http: aiohttp.ClientSession
) -> None:
    [old, *_] = await buttons(standin, ntfy, http)
    for both in (["the-new-secret-of-ours", SECRET], [SECRET, "the-new-secret-of-ours"]):
        Ntfy(both).verify(press(old), NOW)
    with pytest.raises(Rejected):
        Ntfy(["the-new-secret-of-ours"]).verify(press(old), NOW)


@pytest.mark.parametrize("path", ["", "inbound/x", "status/n_0123", "elsewhere"])
def test_a_button_is_given_one_path(path: str) -> None:
    with pytest.raises(Rejected) as caught:
        Ntfy([SECRET]).verify(Delivery("ntfy", "POST", path, {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404


# Addresses and settings

BAD_TOPICS = [
    "", " ", "alice/x", "älice-7Qm2xVd0Lr9TzKpa", "alice topic", "alice-7Qm2xVd0\nX-Evil: 1",
    f"{TOPIC}\x00", f"../{TOPIC}",
    f"https://evil.example/{TOPIC}", f"https://ntfy.sh@evil.example/{TOPIC}", "t" * 65, "t" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("given", [TOPIC, f" {TOPIC}\n", f"https://ntfy.sh/{TOPIC}", f"HTTPS://NTFY.SH/{TOPIC}"])
def test_a_topic_is_kept_alone(given: str) -> None:
    assert Ntfy([SECRET]).normalise(given) == TOPIC


@pytest.mark.parametrize("given", BAD_TOPICS)
def test_what_is_no_topic_of_our_server_is_refused(given: str) -> None:
    with pytest.raises(Rejected) as caught:
        Ntfy([SECRET], login="Bearer x").normalise(given)
    assert caught.value.field == "address"


def test_a_topic_that_can_be_guessed_needs_a_login() -> None:
    with pytest.raises(Rejected, match="guesses"):
        Ntfy([SECRET]).normalise("alice")
    assert Ntfy([SECRET], login="Bearer x").normalise("alice") == "alice"


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"SECRET": ""}, "SECRET"),
        ({"SECRET": "short"}, "SECRET"),
        ({"SECRET": f"{SECRET} short"}, "SECRET"),
        ({"API_BASE": "localhost:2586"}, "API_BASE"),
        ({"API_BASE": "ftp://ntfy.example"}, "API_BASE"),
        ({"API_BASE": "https://user:password@ntfy.example"}, "API_BASE"),
        ({"API_BASE": "https://ntfy.example/?auth=x"}, "API_BASE"),
        ({"USER": "twinge"}, "PASSWORD"),
        ({"PASSWORD": "x"}, "PASSWORD"),
        ({"TOKEN": TOKEN, "USER": "twinge", "PASSWORD": "x"}, "TOKEN"),
        ({"TOKEN": "tk_1\r\nX-Evil: 1"}, "TOKEN"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_NTFY_{setting}"):
        Ntfy.from_env({"SECRET": SECRET, **change})


@pytest.mark.parametrize(
    ("more", "login"),
    [
        ({}, None),
        ({"TOKEN": TOKEN}, f"Bearer {TOKEN}"),
        ({"USER": "twinge", "PASSWORD": "pässword"}, aiohttp.encode_basic_auth("twinge", "pässword")),
    ],
)
async def test_every_setting_reaches_ntfy(
    more: dict[str, str],
    login: str | None,
    standin: NtfyStandin,
    server: TestServer,
    http: aiohttp.ClientSession,
) -> None:
    ready = Ntfy.from_env({"SECRET": SECRET, "API_BASE": str(server.make_url("/")), **more})
    await ready.send(MESSAGE, http, NOW)
    assert standin.logins == [login]
