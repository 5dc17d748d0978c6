"""Outgoing webhooks: what a call says, what each answer means, and where a call never leads."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.test_utils import TestServer, unused_port
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook as Oracle

from faulty import PATIENCE_S, Mode, misbehave
from names import PRIVATE, Names
from twinge.core.model import Severity
from twinge.plugin import Channel, Delivery, GiveUp, Message, NotConfigured, Rejected, Sent, TryLater, Unknown
from twinge.reach import Reach
from twinge.testing import Fault, check_channel, send_once
from twinge_generic import Generic
from twinge_webhook import Webhook

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes!").decode()
OLDER = "whsec_" + base64.b64encode(b"the secret of the year before, 36 b.").decode()
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”."
MESSAGE = Message(
    "n_0123", "https://hooks.example/twinge", TEXT, Severity.SLOW_DOWN, datetime(2026, 5, 1, 13, tzinfo=UTC)
)


@dataclass
class Receiver:
    """Somebody's server; `mode` is the status it answers with, or a fault of `faulty`."""

    mode: Mode = 204
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/twinge", self._hear)
        app.router.add_get("/secret", self._hear)
        return app

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return await misbehave(request, self.mode, self.headers, "" if self.mode == 204 else "a text of theirs")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def server(receiver: Receiver) -> AsyncIterator[TestServer]:
    started = TestServer(receiver.app())
    async with started:
        yield started


@pytest.fixture
def message(server: TestServer) -> Message:
    return replace(MESSAGE, address=str(server.make_url("/twinge")))


def at_home(**more: Any) -> Webhook:
    """As it is set up in a network of one's own, where stand-ins live."""
    http_allowed = more.pop("http_allowed", True)
    reach = Reach(**{"private": True, "deadline_s": PATIENCE_S, **more})
    return Webhook([SECRET], http_allowed=http_allowed, reach=reach)


# Calling


async def test_it_keeps_the_contract(receiver: Receiver, message: Message, http: aiohttp.ClientSession) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(receiver, "mode", mode)

    checked: Channel = at_home()
    faults = [
        *(Fault(f"answers {status}", Sent, play(status)) for status in (200, 202, 204)),
        *(Fault(f"leads elsewhere by {status}", GiveUp, play(status)) for status in (301, 302, 303, 307, 308)),
        *(Fault(f"refuses with {status}", GiveUp, play(status)) for status in (400, 401, 403, 404, 410, 413)),
        *(Fault(f"is busy: {status}", TryLater, play(status)) for status in (408, 425, 429)),
        *(Fault(f"is ill: {status}", TryLater, play(status)) for status in (500, 502, 503, 504)),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("connection reset", Unknown, play("reset")),
        Fault("header cut off", Unknown, play("half")),
        Fault("not HTTP at all", Unknown, play("nonsense")),
        Fault("body cut off, but the status stands", Sent, play("cut")),
    ]
    await check_channel(checked, message, faults, http, NOW, bad_addresses=BAD_URLS)
    assert len(receiver.calls) == len(faults), "each send calls exactly once, whatever is answered"


async def test_what_the_receiver_is_told(receiver: Receiver, message: Message, http: aiohttp.ClientSession) -> None:
    assert await at_home().send(message, http, NOW) == Sent("n_0123")
    [(headers, body)] = receiver.calls
    assert json.loads(body) == {
        "type": "nudge",
        "id": "n_0123",
        "severity": "slow_down",
        "text": TEXT,
        "expires_at": "2026-05-01T13:00:00Z",
    }
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("n_0123", "1777626000")
    assert headers["content-type"] == "application/json"


async def test_every_secret_signs_as_the_standards_own_library_does(
    receiver: Receiver, message: Message, http: aiohttp.ClientSession
) -> None:
    await Webhook([SECRET, OLDER], http_allowed=True, reach=Reach(private=True)).send(message, http, NOW)
    [(headers, body)] = receiver.calls
    expected = [Oracle(secret).sign("n_0123", NOW, body.decode()) for secret in (SECRET, OLDER)]
    assert headers["webhook-signature"].split(" ") == expected
    for secret in (SECRET, OLDER):
        Generic([secret]).verify(Delivery("generic", "POST", "", {}, headers, body, NOW), NOW)


async def test_a_repeated_call_has_the_same_id_and_body_and_a_new_time(
    receiver: Receiver, message: Message, http: aiohttp.ClientSession
) -> None:
    await at_home().send(message, http, NOW)
    await at_home().send(message, http, NOW + timedelta(minutes=8))
    (first, body), (second, again) = receiver.calls
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 480


async def test_gone_switches_the_address_off(receiver: Receiver, message: Message, http: aiohttp.ClientSession) -> None:
    receiver.mode = 410
    outcome = await send_once(at_home(), message, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert outcome.disable


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
async def test_the_receiver_says_how_long_to_wait(
    mode: int, header: str, after: timedelta | None, receiver: Receiver, message: Message, http: aiohttp.ClientSession
) -> None:
    receiver.mode, receiver.headers = mode, {"Retry-After": header}
    outcome = await send_once(at_home(), message, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_a_redirect_is_not_followed(receiver: Receiver, server: TestServer, http: aiohttp.ClientSession) -> None:
    receiver.mode, receiver.headers = 302, {"Location": str(server.make_url("/secret"))}
    outcome = await send_once(at_home(), replace(MESSAGE, address=str(server.make_url("/twinge"))), http, NOW)
    assert isinstance(outcome, GiveUp)
    assert len(receiver.calls) == 1


async def test_nobody_listens_there(http: aiohttp.ClientSession) -> None:
    nowhere = replace(MESSAGE, address=f"http://127.0.0.1:{unused_port()}/")
    assert isinstance(await send_once(at_home(), nowhere, http, NOW), TryLater)


async def test_a_name_that_is_nobodys_is_tried_later(http: aiohttp.ClientSession) -> None:
    class Nobody(Names):
        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
            raise OSError(None, "no such name")

    assert isinstance(await send_once(at_home(resolver=Nobody([])), MESSAGE, http, NOW), TryLater)


async def test_what_has_expired_is_not_sent(receiver: Receiver, message: Message, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await at_home().send(replace(message, expires_at=NOW), http, NOW)
    assert receiver.calls == []


async def test_no_url_text_or_secret_reaches_a_log_or_a_reason(
    receiver: Receiver, message: Message, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    hidden = replace(message, address=message.address + "?key=a-capability")
    with caplog.at_level(logging.DEBUG):
        for receiver.mode in (204, 302, 401, 500, "reset", "nonsense", "hang"):
            reasons.append(str(await send_once(at_home(), hidden, http, NOW)))
    logged = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]  # the stand-in's
    for secret in ("a-capability", "127.0.0.1", "11.2 km", SECRET, "a text of theirs"):
        assert secret not in " ".join([*logged, *reasons])


def test_one_server_that_is_down_closes_nobody_elses() -> None:
    assert not at_home().pace.shared


async def test_it_cannot_be_asked_and_nobody_calls_back(http: aiohttp.ClientSession) -> None:
    assert await at_home().lookup(MESSAGE, NOW, http) is None
    with pytest.raises(Rejected) as caught:
        at_home().verify(Delivery("webhook", "POST", "inbound", {}, {}, b"", NOW), NOW)
    assert caught.value.status == 404


# Where a call never leads


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_into_our_network_is_not_called(
    address: str, receiver: Receiver, server: TestServer, http: aiohttp.ClientSession
) -> None:
    names = Names([address])
    guarded = at_home(private=False, resolver=names, deadline_s=2)
    url = guarded.normalise(f"http://hooks.example:{server.port}/twinge")
    outcome = await send_once(guarded, replace(MESSAGE, address=url), http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (False, True)
    assert (names.asked, receiver.calls) == (["hooks.example"], [])


async def test_a_name_that_turns_is_looked_up_once_and_called_where_it_was_checked(
    receiver: Receiver, server: TestServer, http: aiohttp.ClientSession
) -> None:
    """DNS rebinding: harmless at the first look, ours at the second; there is no second."""
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    message = replace(MESSAGE, address=f"http://hooks.example:{server.port}/twinge")
    assert await at_home(resolver=names).send(message, http, NOW) == Sent("n_0123")
    assert names.asked == ["hooks.example"]
    assert receiver.calls[0][0]["host"] == f"hooks.example:{server.port}"


async def test_the_session_that_everybody_shares_is_left_alone(
    receiver: Receiver, message: Message, http: aiohttp.ClientSession
) -> None:
    async with aiohttp.ClientSession(cookies={"session": "everybodys"}, headers={"X-Ours": "1"}) as shared:
        await at_home().send(message, shared, NOW)
    assert {"cookie", "x-ours"}.isdisjoint(receiver.calls[0][0])


async def test_a_switch_that_is_turned_off_counts_for_addresses_that_are_there(
    receiver: Receiver, message: Message, http: aiohttp.ClientSession
) -> None:
    for stricter in (at_home(http_allowed=False), at_home(private=False)):
        outcome = await send_once(stricter, message, http, NOW)
        assert isinstance(outcome, GiveUp)
        assert outcome.alert
    assert receiver.calls == []


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(receiver: Receiver, authority: trustme.CA) -> AsyncIterator[TestServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example", "localhost").configure_cert(context)
    started = TestServer(receiver.app(), scheme="https")
    await started.start_server(ssl=context)
    yield started
    await started.close()


@pytest.mark.parametrize(
    ("host", "trusted", "end"),
    [("hooks.example", True, Sent), ("hooks.example", False, TryLater), ("other.example", True, TryLater)],
)
async def test_the_certificate_must_be_the_names_though_an_address_is_called(
    host: str, trusted: bool, end: type, authority: trustme.CA, secure: TestServer, http: aiohttp.ClientSession
) -> None:
    tls = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode() if trusted else None)
    ready = at_home(http_allowed=False, resolver=Names(["127.0.0.1"]), tls=tls, deadline_s=2)
    message = replace(MESSAGE, address=f"https://{host}:{secure.port}/twinge")
    assert type(await send_once(ready, message, http, NOW)) is end


async def test_an_authority_of_ones_own_can_be_trusted(
    authority: trustme.CA, secure: TestServer, http: aiohttp.ClientSession
) -> None:
    env = {"SECRET": SECRET, "ALLOW_PRIVATE": "1"}
    message = replace(MESSAGE, address=f"https://localhost:{secure.port}/twinge")
    assert isinstance(await send_once(Webhook.from_env(env), message, http, NOW), TryLater)
    trusting = Webhook.from_env({**env, "CA": authority.cert_pem.bytes().decode()})
    assert isinstance(await send_once(trusting, message, http, NOW), Sent)


# Addresses and settings

BAD_URLS = [
    "", "hooks.example/twinge", "ftp://hooks.example/", "file:///etc/passwd", "https://", "https:///twinge", "https://hooks.example:0/",
    "https://hooks.example:99999/", "https://user:password@hooks.example/", "https://user@hooks.example/",
    "https://hooks.example/#top", "https://hooks.example/a b", "https://hooks.example/\r\nX-Evil: 1", "https://[::1/",
    "https://hooks.example\\@evil.example/", "https://hooks.example/\x00", "https://hooks.example/" + "x" * 10_000,
]  # fmt: skip
INSIDE = [
    *(f"https://[{one}]/" if ":" in one else f"https://{one}/" for one in PRIVATE if "%" not in one),
    "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://127.1/", "https://2130706433/",
    "https://0x7f.0.0.1/", "https://0x7f000001/", "https://017700000001/", "https://127。0。0。1/", "https://①②⑦.0.0.1/",
    "https://[fe80::1%25eth0]/", "https://127.0.0.1./",
]  # fmt: skip


@pytest.mark.parametrize("url", [*BAD_URLS, *INSIDE, "http://hooks.example/"])
def test_what_is_no_url_for_us_is_refused(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        Webhook([SECRET]).normalise(url)
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" https://Hooks.Example:443/Twinge?key=A%2Fb ", "https://hooks.example/Twinge?key=A/b"),
        ("HTTPS://hooks.example", "https://hooks.example"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://8.8.8.8:8443/x", "https://8.8.8.8:8443/x"),
    ],
)
def test_urls_are_kept_as_they_are_called(given: str, kept: str) -> None:
    assert Webhook([SECRET]).normalise(given) == kept


@given(st.from_regex(r"https://[\w.-]{1,20}(:\d{1,5})?/[^\s]{0,20}", fullmatch=True) | st.text(max_size=40))
@settings(max_examples=200)
def test_whatever_is_written_is_refused_or_kept_in_one_form(text: str) -> None:
    webhook = Webhook([SECRET])
    try:
        kept = webhook.normalise(text)
    except Rejected:
        return
    assert webhook.normalise(kept) == kept
    assert kept.isascii()


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"SECRET": ""}, "SECRET"),
        ({"SECRET": "whsec_"}, "SECRET"),
        ({"SECRET": SECRET.removeprefix("whsec_")}, "SECRET"),
        ({"SECRET": "whsec_" + base64.b64encode(b"x" * 23).decode()}, "SECRET"),
        ({"SECRET": "whsec_" + base64.b64encode(b"x" * 65).decode()}, "SECRET"),
        ({"SECRET": f"{SECRET} whsec_not-base64!"}, "SECRET"),
        ({"ALLOW_HTTP": "yes"}, "ALLOW_HTTP"),
        ({"ALLOW_PRIVATE": "10.0.0.0/8"}, "ALLOW_PRIVATE"),
        ({"CA": "no certificate"}, "CA"),
        ({"CA": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "CA"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_WEBHOOK_{setting}"):
        Webhook.from_env({"SECRET": SECRET, **change})


def test_the_switches_open_what_they_name() -> None:
    for name, url in (("ALLOW_HTTP", "http://hooks.example/"), ("ALLOW_PRIVATE", "https://192.168.1.1/")):
        assert Webhook.from_env({"SECRET": SECRET, name: "1"}).normalise(url) == url
