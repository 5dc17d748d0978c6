"""Web Push: what a device sends back, which of it is genuine, and what it means."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from conftest import Serve
from push_standin import PushStandin
from twinge.core.model import Severity
from twinge.core.reply import Ok, Pain, Why, parse
from twinge.plugin import Delivery, Message, Receipt, Rejected, Reply
from twinge.reach import Reach
from twinge.testing import Sample, check_callbacks
from twinge_webpush import Setup, WebPush

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
FIRST = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
OLDER = "4Mgs6fN4KaWuYPSIfBsnDrsHZ0_IS4NXGyLAlsEpZxQ"
URL = "https://twinge.example/channels/webpush"
MESSAGE = Message("n_0123", "", "Rest today.", Severity.REST, NOW + timedelta(hours=4), f"{URL}/status/n_0123")
ANSWERS = ("OK", "PAIN", "WHY")


def made(*keys: str) -> WebPush:
    reach = Reach(private=True, deadline_s=2)
    return WebPush(keys or [FIRST], Setup("mailto:ops@twinge.example", ("127.0.0.1",), http_allowed=True, reach=reach))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def standin() -> PushStandin:
    return PushStandin(NOW)


@pytest.fixture
async def server(standin: PushStandin) -> AsyncIterator[TestServer]:
    started = TestServer(standin.app())
    async with started:
        yield started


@pytest.fixture
def webpush() -> WebPush:
    return made()


@pytest.fixture
def message(standin: PushStandin, server: TestServer, webpush: WebPush) -> Message:
    device = standin.device(f"http://127.0.0.1:{server.port}", webpush.public_key)
    return replace(MESSAGE, address=device.address)


@pytest.fixture
async def data(standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession) -> dict[str, str]:
    """What the worker gets with the message."""
    await webpush.send(message, http, NOW)
    found: dict[str, str] = standin.pushes[-1].said["notification"]["data"]
    return found


def posted(url: str, body: Any) -> Delivery:
    """What our worker posts; it sets no header of its own."""
    path = url.removeprefix(f"{URL}/")
    return Delivery("channel:webpush", "POST", path, {}, {}, json.dumps(body).encode(), NOW, url)


def press(data: dict[str, str], answer: str) -> Delivery:
    return posted(data["answer"], {"token": data["token"], "answer": answer})


def sight(data: dict[str, str]) -> Delivery:
    return posted(data["status"], {"token": data["token"], "state": "shown"})


async def test_three_buttons_say_what_the_athlete_would_write_and_a_sight_confirms(
    webpush: WebPush, message: Message, data: dict[str, str]
) -> None:
    assert [webpush.read(press(data, word)) for word in ANSWERS] == [[Reply(message.address, w)] for w in ANSWERS]
    assert webpush.read(sight(data)) == [Receipt("n_0123", "delivered")]
    assert webpush.answer(sight(data)) == ("text/plain", b"")
    for language in ("en", "de", "es", "fr"):
        assert [type(parse(word, language)) for word in ANSWERS] == [Ok, Pain, Why]


async def test_its_callbacks_keep_the_contract(webpush: WebPush, data: dict[str, str]) -> None:
    samples = [Sample(word, press(data, word), sealed=True) for word in ANSWERS]
    check_callbacks(webpush, [*samples, Sample("shown", sight(data), sealed=True)], NOW)


async def test_the_address_in_a_reply_is_the_one_that_is_kept(
    standin: PushStandin, webpush: WebPush, message: Message, data: dict[str, str]
) -> None:
    kept = webpush.normalise(json.dumps(standin.devices["/push/one"].given))
    assert webpush.read(press(data, "OK")) == [Reply(kept, "OK")]


async def test_a_token_does_not_say_whom_it_belongs_to(message: Message, data: dict[str, str]) -> None:
    shown = json.loads(message.address)
    for secret in ("n_0123", shown["endpoint"], shown["keys"]["auth"]):
        assert secret not in data["token"]


async def test_said_twice_it_counts_once_also_when_the_message_came_twice(
    standin: PushStandin, webpush: WebPush, message: Message, data: dict[str, str], http: aiohttp.ClientSession
) -> None:
    await webpush.send(message, http, NOW + timedelta(minutes=2))
    again = standin.pushes[-1].said["notification"]["data"]
    assert again["token"] != data["token"]
    for word in ANSWERS:
        assert webpush.key(press(again, word)) == webpush.key(press(data, word))
    assert webpush.key(sight(again)) == webpush.key(sight(data))
    assert len({webpush.key(call) for call in (sight(data), *(press(data, word) for word in ANSWERS))}) == 4


async def test_a_stranger_can_say_nothing(
    standin: PushStandin, webpush: WebPush, message: Message, data: dict[str, str], http: aiohttp.ClientSession
) -> None:
    await webpush.send(replace(message, id="n_0124", callback_url=f"{URL}/status/n_0124"), http, NOW)
    other = standin.pushes[-1].said["notification"]["data"]
    with pytest.raises(Rejected):
        made(OLDER).verify(press(data, "OK"), NOW)
    for token in ("", "x", "é", "\ud800", data["token"][:-8], data["token"] + "x", other["token"][::-1]):
        for call in (press({**data, "token": token}, "OK"), sight({**data, "token": token})):
            with pytest.raises(Rejected) as caught:
                webpush.verify(call, NOW)
            assert caught.value.status in {400, 401}


async def test_a_message_confirms_only_itself(webpush: WebPush, data: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        webpush.verify(sight({**data, "status": f"{URL}/status/n_0124"}), NOW)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "STOP"},
        {"answer": "ok"},
        {"answer": None},
        {"state": "clicked"},
        {"answer": 1},
        {},
    ],
)
async def test_only_what_our_worker_says_is_read(body: dict[str, Any], webpush: WebPush, data: dict[str, str]) -> None:
    for url in (data["answer"], data["status"]):
        with pytest.raises(Rejected) as caught:
            webpush.verify(posted(url, {"token": data["token"], **body}), NOW)
        assert caught.value.status == 400


@pytest.mark.parametrize("path", ["", "inbound/x", "status", "status/", "elsewhere", "statusn_0123", "inbound/"])
async def test_a_device_is_given_two_paths(path: str, webpush: WebPush, data: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        webpush.verify(replace(press(data, "OK"), path=path), NOW)
    assert caught.value.status == 404


async def test_a_message_of_last_week_counts_no_more(webpush: WebPush, data: dict[str, str]) -> None:
    end = MESSAGE.expires_at + timedelta(days=7)
    for call in (press(data, "OK"), sight(data)):
        webpush.verify(call, end)
        with pytest.raises(Rejected) as caught:
            webpush.verify(call, end + timedelta(seconds=1))
        assert caught.value.status == 401


async def test_while_keys_rotate_what_the_old_one_sealed_is_good(
    webpush: WebPush, message: Message, data: dict[str, str]
) -> None:
    for both in (made(FIRST, OLDER), made(OLDER, FIRST)):
        both.verify(press(data, "OK"), NOW)
        assert both.read(press(data, "OK")) == [Reply(message.address, "OK")]


async def test_it_all_comes_in_by_the_front_door(serve: Serve, webpush: WebPush, data: dict[str, str]) -> None:
    web = await serve(channels={"webpush": webpush})
    told = []
    for call in (
        sight(data),
        sight(data),
        press(data, "PAIN"),
        press(data, "PAIN"),
        press({**data, "token": "x"}, "OK"),
    ):
        answer = await web.client.post(f"/channels/webpush/{call.path}", data=call.body)
        told.append(answer.status)
    assert told == [200, 200, 200, 200, 401]
    first, second = [one.delivery for one in await web.store.inbox.claim(web.clock())]
    assert webpush.read(first) == [Receipt("n_0123", "delivered")]
    assert webpush.read(second)[0].text == "PAIN"  # type: ignore[union-attr]
