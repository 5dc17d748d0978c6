"""Web Push: what a device is told, what becomes of a send under every fault, and where a call never leads."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp.test_utils import TestServer, unused_port

from faulty import PATIENCE_S
from names import PRIVATE, Names
from push_standin import OVERHEAD, Device, PushStandin
from twinge.core.model import Severity
from twinge.plugin import Channel, Confirms, GiveUp, Message, Pace, Paced, Sent, TryLater
from twinge.reach import Reach
from twinge.testing import Fault, check_channel, send_once
from twinge_webpush import Setup, WebPush

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
FIRST = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
OLDER = "4Mgs6fN4KaWuYPSIfBsnDrsHZ0_IS4NXGyLAlsEpZxQ"
SUBJECT = "mailto:ops@twinge.example"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”."
URL = "https://twinge.example/channels/webpush"
MESSAGE = Message("n_0123", "", TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4), f"{URL}/status/n_0123")


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


def at_home(*keys: str, hosts: tuple[str, ...] = ("127.0.0.1",), api_base: str = "", **more: Any) -> WebPush:
    """As it is set up where the push service is a stand-in."""
    reach = Reach(**{"private": True, "deadline_s": PATIENCE_S, **more})
    return WebPush(keys or [FIRST], Setup(SUBJECT, hosts, http_allowed=True, api_base=api_base, reach=reach))


@pytest.fixture
def webpush() -> WebPush:
    return at_home()


@pytest.fixture
def device(standin: PushStandin, server: TestServer, webpush: WebPush) -> Device:
    return standin.device(f"http://127.0.0.1:{server.port}", webpush.public_key)


@pytest.fixture
def message(device: Device) -> Message:
    return replace(MESSAGE, address=device.address)


# What a device is told


async def test_what_a_device_is_told(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    assert await webpush.send(message, http, NOW) == Sent("1")
    [push] = standin.pushes
    told = push.said
    data = told["notification"].pop("data")
    page = "https://twinge.example/me"
    assert told == {
        "web_push": 8030,
        "mutable": True,
        "notification": {
            "title": "Twinge",
            "body": TEXT,
            "tag": "n_0123",
            "navigate": page,
            "mutable": True,
            "actions": [{"action": word, "title": word, "navigate": page} for word in ("OK", "PAIN", "WHY")],
        },
    }
    assert data.pop("token")
    assert data == {"id": "n_0123", "answer": f"{URL}/inbound", "status": f"{URL}/status/n_0123"}


async def test_what_a_push_service_is_told(
    standin: PushStandin, server: TestServer, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    """Signature, subject, encryption and the shapes of the headers are the stand-in's to check."""
    await webpush.send(message, http, NOW)
    [push] = standin.pushes
    assert push.claims["aud"] == f"http://127.0.0.1:{server.port}"
    assert push.claims["exp"] == int((NOW + timedelta(hours=12)).timestamp())
    assert push.claims["sub"] == SUBJECT
    assert push.headers["ttl"] == str(4 * 3600)
    assert (push.headers["urgency"], len(push.headers["topic"])) == ("normal", 32)
    assert {"cookie", "crypto-key", "encryption"}.isdisjoint(push.headers)


async def test_what_matters_most_does_not_wait_for_a_charger(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    for severity in Severity:
        await webpush.send(replace(message, severity=severity), http, NOW)
    assert [push.headers["urgency"] for push in standin.pushes] == ["normal"] * 3 + ["high"] * 3


@pytest.mark.parametrize(
    ("left", "ttl"),
    [(timedelta(seconds=0.5), 1), (timedelta(minutes=1), 60), (timedelta(days=90), 28 * 86_400)],
)
async def test_it_is_kept_as_long_as_it_is_of_use(
    left: timedelta, ttl: int, standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    await webpush.send(replace(message, expires_at=NOW + left), http, NOW)
    assert standin.pushes[0].headers["ttl"] == str(ttl)


async def test_a_repeated_message_takes_the_place_of_the_first(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    for sent in (message, message, replace(message, id="n_0124", text="Rest today."), replace(message, id="ü" * 90)):
        await webpush.send(sent, http, NOW)
    assert standin.shown() == [TEXT, "Rest today.", TEXT]
    assert [push.said["notification"]["tag"] for push in standin.pushes[:2]] == ["n_0123"] * 2


async def test_a_question_has_no_buttons(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    await webpush.send(replace(message, severity=Severity.QUESTION), http, NOW)
    assert standin.pushes[0].said["notification"]["actions"] == []


async def test_without_a_public_address_the_text_still_arrives(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    await webpush.send(replace(message, callback_url=None), http, NOW)
    said = standin.pushes[0].said
    assert said["notification"].pop("data").keys() == {"id", "token"}
    assert said == {"notification": {"title": "Twinge", "body": TEXT, "tag": "n_0123"}}


@pytest.mark.parametrize("public", ["https://example.org/twinge", "http://localhost:8700"])
async def test_links_lead_to_where_twinge_is(
    public: str, standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    url = f"{public}/channels/webpush/status/n_0123"
    await webpush.send(replace(message, callback_url=url), http, NOW)
    told = standin.pushes[0].said["notification"]
    assert told["navigate"] == f"{public}/me"
    assert (told["data"]["answer"], told["data"]["status"]) == (f"{public}/channels/webpush/inbound", url)


@pytest.mark.parametrize("text", ["é" * 5_000, "\n" * 5_000, '"' * 5_000, "🏃" * 2_000, "x" * 5_000])
async def test_a_text_that_is_too_long_is_cut(
    text: str, standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    await webpush.send(replace(message, text=text), http, NOW)
    [push] = standin.pushes
    body = push.said["notification"]["body"]
    assert 2_490 <= len(push.raw) <= 2_500
    assert body == text[: len(body) - 1] + "…"


@pytest.mark.parametrize("length", [188, 700, 1_950])
async def test_an_endpoint_of_any_length_leaves_room_for_a_text(
    length: int, standin: PushStandin, server: TestServer, webpush: WebPush, http: aiohttp.ClientSession
) -> None:
    """FCM's have some 190 letters, Mozilla's 250, Windows' 700."""
    base = f"http://127.0.0.1:{server.port}"
    device = standin.device(base, webpush.public_key, "x" * (length - len(f"{base}/push/")))
    text = "You ran 11.2 km. " * 20
    assert isinstance(await webpush.send(replace(MESSAGE, address=device.address, text=text), http, NOW), Sent)
    [push] = standin.pushes
    assert len(push.said["notification"]["body"].encode()) >= min(len(text), 150)
    assert len(push.raw) + OVERHEAD <= 4_096
    assert length > 700 or len(push.raw) < 2_500


# What becomes of it


async def test_it_keeps_the_contract(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(standin, "mode", mode)

    checked: Channel = webpush
    faults = [
        *(Fault(f"answers {status}", Sent, play(status)) for status in (200, 201, 202, 204)),
        *(Fault(f"leads elsewhere by {status}", GiveUp, play(status)) for status in (301, 302, 303, 307, 308)),
        *(Fault(f"refuses with {status}", GiveUp, play(status)) for status in (400, 401, 403, 404, 410, 413, 422)),
        *(Fault(f"is busy: {status}", TryLater, play(status)) for status in (406, 408, 425, 429)),
        *(Fault(f"is ill: {status}", TryLater, play(status)) for status in (500, 502, 503, 504)),
        Fault("no answer in time", TryLater, play("hang")),
        Fault("an answer letter by letter", TryLater, play("drip")),
        Fault("connection reset", TryLater, play("reset")),
        Fault("header cut off", TryLater, play("half")),
        Fault("not HTTP at all", TryLater, play("nonsense")),
        Fault("body cut off, but the status stands", Sent, play("cut")),
    ]
    await check_channel(checked, message, faults, http, NOW)
    assert standin.calls == len(faults), "each send calls exactly once, whatever is answered"


def test_it_says_that_it_confirms_and_how_fast_it_may_be_used(webpush: WebPush) -> None:
    assert isinstance(webpush, Confirms)
    assert isinstance(webpush, Paced)
    assert (webpush.confirms, webpush.pace) == (True, Pace(at_once=20, shared=False))


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("https://push.example/m/0:16%2041/", "0:16%2041"),
        ("", None),
        ("/", None),
        ("/m/é", None),
        ("/m/" + "x" * 201, None),
    ],
)
async def test_the_services_own_name_for_a_message_is_kept_where_it_gives_one(
    location: str,
    name: str | None,
    standin: PushStandin,
    webpush: WebPush,
    message: Message,
    http: aiohttp.ClientSession,
) -> None:
    standin.mode, standin.headers = 202, {"Location": location} if location else {}
    assert await webpush.send(message, http, NOW) == Sent(name)


@pytest.mark.parametrize("mode", [404, 410])
async def test_a_subscription_that_is_gone_is_switched_off(
    mode: int, standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    standin.mode = mode
    outcome = await send_once(webpush, message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (True, False)


@pytest.mark.parametrize(
    ("mode", "body", "word"),
    [
        (403, '{"reason":"BadJwtToken"}', "403, BadJwtToken:"),
        (400, '{"reason":"VapidPkHashMismatch"}', "400, VapidPkHashMismatch:"),
        (401, '{"code":401,"errno":109,"message":"see https://…"}', "401, errno 109:"),
        (403, '{"reason":"https://push.example/secret"}', "403:"),
        (400, '{"reason":5}', "400:"),
        (400, "[" * 600, "400:"),
        (401, "", "401:"),
    ],
)
async def test_when_it_is_our_own_fault_the_operator_hears_of_it_and_nobody_is_switched_off(
    mode: int,
    body: str,
    word: str,
    standin: PushStandin,
    webpush: WebPush,
    message: Message,
    http: aiohttp.ClientSession,
) -> None:
    standin.mode, standin.body = mode, body
    outcome = await send_once(webpush, message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (False, True)
    assert word in outcome.reason


@pytest.mark.parametrize("mode", [429, 503])
@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("7", timedelta(seconds=7)),
        ("Fri, 01 May 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("999999", timedelta(hours=1)),
        ("soon", None),
    ],
)
async def test_the_service_says_how_long_to_wait(
    mode: int,
    header: str,
    after: timedelta | None,
    standin: PushStandin,
    webpush: WebPush,
    message: Message,
    http: aiohttp.ClientSession,
) -> None:
    standin.mode, standin.headers = mode, {"Retry-After": header}
    outcome = await send_once(webpush, message, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_what_is_too_large_is_sent_once_more_with_less_text(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    standin.most = 1_500
    long = replace(message, text="You ran 11.2 km. " * 100)
    assert isinstance(await webpush.send(long, http, NOW), Sent)
    [push] = standin.pushes
    assert standin.calls == 2
    assert len(push.said["notification"]["body"].encode()) in range(150, 161)


@pytest.mark.parametrize(("text", "calls"), [("You ran 11.2 km. " * 100, 2), (TEXT, 1)])
async def test_what_stays_too_large_is_given_up(
    text: str, calls: int, standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    standin.most = 500
    outcome = await send_once(webpush, replace(message, text=text), http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, standin.calls) == (False, calls)


async def test_both_calls_share_one_deadline(
    standin: PushStandin, message: Message, http: aiohttp.ClientSession
) -> None:
    """The second gets what the first has left."""
    posts: list[float | None] = []

    class Watched(Reach):
        async def post(self, *given: Any, **more: Any) -> Any:
            posts.append(more["within_s"])
            return await Reach.post(self, *given, **more)

    standin.most = 500
    setup = Setup(SUBJECT, ("127.0.0.1",), http_allowed=True, reach=Watched(private=True, deadline_s=3))
    await send_once(WebPush([FIRST], setup), replace(message, text="x" * 2_000), http, NOW)
    first, second = posts
    assert first is not None
    assert second is not None
    assert second < first <= 3


async def test_nobody_listens_there(webpush: WebPush, http: aiohttp.ClientSession) -> None:
    nowhere = Device(f"http://127.0.0.1:{unused_port()}/push/x", webpush.public_key)
    assert isinstance(await send_once(webpush, replace(MESSAGE, address=nowhere.address), http, NOW), TryLater)


async def test_what_has_expired_is_not_sent(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await webpush.send(replace(message, expires_at=NOW), http, NOW)
    assert standin.calls == 0


async def test_it_cannot_be_asked(webpush: WebPush, message: Message, http: aiohttp.ClientSession) -> None:
    assert await webpush.lookup(message, NOW, http) is None


async def test_no_endpoint_key_token_or_text_reaches_a_log_or_a_reason(
    standin: PushStandin,
    device: Device,
    webpush: WebPush,
    message: Message,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for standin.mode in (201, 302, 401, 410, 500, "reset", "nonsense", "hang"):
            reasons.append(str(await send_once(webpush, message, http, NOW)))
        with pytest.raises(GiveUp) as caught:
            await at_home(hosts=()).send(message, http, NOW)
        reasons.append(str(caught.value))
    logged = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]  # the stand-in's
    token = standin.pushes[0].said["notification"]["data"]["token"]
    for secret in (device.endpoint, "127.0.0.1", device.given["keys"]["auth"], "11.2 km", FIRST, token):
        assert secret not in " ".join([*logged, *reasons])


# Keys


async def test_an_old_key_keeps_serving_its_own(
    standin: PushStandin, server: TestServer, http: aiohttp.ClientSession
) -> None:
    """The stand-in takes a call only from the key that its subscription was made with."""
    base = f"http://127.0.0.1:{server.port}"
    rotated = at_home(FIRST, OLDER)
    for name, key in (("old", at_home(OLDER).public_key), ("new", rotated.public_key)):
        device = standin.device(base, key, name)
        assert isinstance(await rotated.send(replace(MESSAGE, address=device.address), http, NOW), Sent)
        assert standin.pushes[-1].headers["authorization"].endswith(f"k={key}")
    assert standin.devices["/push/old"].key != standin.devices["/push/new"].key


async def test_without_its_key_a_subscription_is_not_called_and_the_operator_hears_of_it(
    standin: PushStandin, message: Message, http: aiohttp.ClientSession
) -> None:
    outcome = await send_once(at_home(OLDER), message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert, standin.calls) == (False, True, 0)


async def test_a_push_service_refuses_whoever_has_not_the_key(
    standin: PushStandin, server: TestServer, webpush: WebPush, http: aiohttp.ClientSession
) -> None:
    """That the stand-in checks, or these tests would prove nothing: it is bound to another key here."""
    device = standin.device(f"http://127.0.0.1:{server.port}", at_home(OLDER).public_key)
    lying = replace(device, key=webpush.public_key)
    outcome = await send_once(webpush, replace(MESSAGE, address=lying.address), http, NOW)
    assert isinstance(outcome, GiveUp)
    assert "errno 109" in outcome.reason
    standin.devices["/push/one"].key = webpush.public_key
    standin.clock = NOW + timedelta(hours=13)
    assert "errno 109" in str(await send_once(webpush, replace(MESSAGE, address=lying.address), http, NOW))


# Where a call never leads


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    status: int,
    standin: PushStandin,
    server: TestServer,
    webpush: WebPush,
    message: Message,
    http: aiohttp.ClientSession,
) -> None:
    standin.mode, standin.headers = status, {"Location": str(server.make_url("/secret"))}
    outcome = await send_once(webpush, message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert, standin.calls) == (False, True, 1)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_service_whose_name_leads_into_our_network_is_not_called(
    address: str, standin: PushStandin, server: TestServer, http: aiohttp.ClientSession
) -> None:
    names = Names([address])
    guarded = at_home(private=False, resolver=names, deadline_s=2)
    device = standin.device(f"http://fcm.googleapis.com:{server.port}", guarded.public_key)
    outcome = await send_once(guarded, replace(MESSAGE, address=device.address), http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (False, True)
    assert (names.asked, standin.calls) == (["fcm.googleapis.com"], 0)


async def test_a_name_that_turns_is_looked_up_once(
    standin: PushStandin, server: TestServer, http: aiohttp.ClientSession
) -> None:
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    turning = at_home(resolver=names, hosts=("*.push.example",))
    device = standin.device(f"http://a.push.example:{server.port}", turning.public_key)
    assert isinstance(await turning.send(replace(MESSAGE, address=device.address), http, NOW), Sent)
    assert names.asked == ["a.push.example"]


@pytest.mark.parametrize("stricter", [{"hosts": ()}, {"hosts": ("push.example",)}])
async def test_a_host_that_is_taken_off_the_list_counts_for_subscriptions_that_are_there(
    stricter: dict[str, Any], standin: PushStandin, message: Message, http: aiohttp.ClientSession
) -> None:
    outcome = await send_once(at_home(**stricter), message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert, standin.calls) == (False, True, 0)


async def test_the_session_that_everybody_shares_is_left_alone(
    standin: PushStandin, webpush: WebPush, message: Message
) -> None:
    async with aiohttp.ClientSession(cookies={"session": "everybodys"}, headers={"X-Ours": "1"}) as shared:
        await webpush.send(message, shared, NOW)
    assert {"cookie", "x-ours"}.isdisjoint(standin.pushes[0].headers)


async def test_a_base_stands_in_for_every_push_service(
    standin: PushStandin, server: TestServer, http: aiohttp.ClientSession
) -> None:
    """The token names whom it is really shown to, and what follows the host goes out letter by letter."""
    base = f"http://127.0.0.1:{server.port}"
    env = {"PRIVATE_KEY": FIRST, "SUBJECT": SUBJECT, "API_BASE": f"{base}/"}
    mocked = WebPush.from_env(env)
    for host in ("https://fcm.googleapis.com", "https://web.push.apple.com", "https://wns2-par02p.notify.windows.com"):
        device = Device(f"{host}/push/one?token=BQ%2bA%3d", mocked.public_key)
        standin.devices["/push/one"] = device
        assert isinstance(await mocked.send(replace(MESSAGE, address=device.address), http, NOW), Sent)
    assert {push.claims["aud"] for push in standin.pushes} == {base}


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(standin: PushStandin, authority: trustme.CA) -> AsyncIterator[TestServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("updates.push.services.mozilla.com", "localhost").configure_cert(context)
    started = TestServer(standin.app(), scheme="https")
    await started.start_server(ssl=context)
    yield started
    await started.close()


@pytest.mark.parametrize(
    ("host", "trusted", "end"),
    [
        ("updates.push.services.mozilla.com", True, Sent),
        ("updates.push.services.mozilla.com", False, TryLater),
        ("fcm.googleapis.com", True, TryLater),
    ],
)
async def test_the_certificate_must_be_the_services(
    host: str,
    trusted: bool,
    end: type,
    standin: PushStandin,
    authority: trustme.CA,
    secure: TestServer,
    http: aiohttp.ClientSession,
) -> None:
    tls = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode() if trusted else None)
    ready = at_home(resolver=Names(["127.0.0.1"]), tls=tls, deadline_s=2)
    device = standin.device(f"https://{host}:{secure.port}", ready.public_key)
    assert type(await send_once(ready, replace(MESSAGE, address=device.address), http, NOW)) is end


async def test_every_setting_reaches_the_call(
    standin: PushStandin, authority: trustme.CA, secure: TestServer, http: aiohttp.ClientSession
) -> None:
    pem = authority.cert_pem.bytes().decode()
    env = {"PRIVATE_KEY": f"{FIRST} {OLDER}", "SUBJECT": "https://twinge.example/contact", "ALLOW_PRIVATE": "1"}
    ready = WebPush.from_env({**env, "HOSTS": "localhost *.push.example", "CA": pem})
    device = standin.device(f"https://localhost:{secure.port}", ready.public_key)
    message = replace(MESSAGE, address=ready.normalise(json.dumps(device.given)))
    assert isinstance(await ready.send(message, http, NOW), Sent)
    assert standin.pushes[0].claims["sub"] == "https://twinge.example/contact"


async def test_a_chart_is_named_where_there_is_one(
    standin: PushStandin, webpush: WebPush, message: Message, http: aiohttp.ClientSession
) -> None:
    picture = "https://twinge.example/i/token.png"
    await webpush.send(message, http, NOW)
    await webpush.send(replace(message, picture_url=picture), http, NOW)
    assert [push.said["notification"].get("image") for push in standin.pushes] == [None, picture]
