"""Twilio: what a send becomes under every fault, what its calls to us mean, and which of them are genuine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port
from twilio.request_validator import RequestValidator

from twilio_standin import AUTH_TOKEN, SID, TwilioStandin
from twinge.core.model import Severity
from twinge.plugin import (
    Channel,
    Delivery,
    GiveUp,
    Message,
    NotConfigured,
    Receipt,
    Rejected,
    Reply,
    Sent,
    TryLater,
    Unknown,
)
from twinge.testing import Fault, Sample, check_callbacks, check_channel, send_once
from twinge_twilio import Twilio
from twinge_twilio.account import Account
from twinge_twilio.fates import FATES

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALICE = "+4915112345678"
HOST = "https://twinge.example"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”. Reply 0–10."
MESSAGE = Message(
    "n-1", ALICE, TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4), f"{HOST}/channels/twilio/status/n-1"
)
ENV = {"ACCOUNT_SID": SID, "AUTH_TOKEN": AUTH_TOKEN, "FROM": "+15005550006"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def standin() -> TwilioStandin:
    return TwilioStandin(clock=NOW)


@pytest.fixture
async def server(standin: TwilioStandin) -> AsyncIterator[TestServer]:
    started = TestServer(standin.app())
    async with started:
        yield started


@pytest.fixture
def twilio(server: TestServer) -> Twilio:
    return channel(str(server.make_url("")))


def channel(base: str, **more: Any) -> Twilio:
    settings: dict[str, Any] = {"sender": "+15005550006", "api_base": base.rstrip("/"), "deadline_s": 0.3} | more
    return Twilio(Account(SID, (AUTH_TOKEN,), **settings))


# Sending


async def test_it_keeps_the_contract(standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession) -> None:
    def play(mode: str | int) -> Any:
        return lambda: setattr(standin, "mode", mode)

    checked: Channel = twilio
    faults = [
        Fault("taken", Sent, play(201)),
        Fault("too many requests", TryLater, play(429)),
        Fault("too many requests, by code", TryLater, play(20429)),
        Fault("queue full", TryLater, play(21611)),
        Fault("credentials refused", TryLater, play(20003)),
        Fault("credentials refused, without a code", TryLater, play(401)),
        Fault("day's limit", TryLater, play(63038)),
        Fault("opted out", GiveUp, play(21610)),
        Fault("no such number", GiveUp, play(21211)),
        Fault("a code from the future", GiveUp, play(29999)),
        Fault("moved", GiveUp, play(302)),
        Fault("server error", Unknown, play(500)),
        Fault("bad gateway", Unknown, play(502)),
        Fault("unavailable", Unknown, play(503)),
        Fault("no answer in time", Unknown, play("hang")),
        Fault("connection reset", Unknown, play("reset")),
        Fault("answer cut off", Unknown, play("cut")),
        Fault("answer is not JSON", Unknown, play("garbage")),
        Fault("answer names no sid", Unknown, play("nameless")),
        Fault("answer is a list", Unknown, play("list")),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_NUMBERS, limit_s=5)
    assert len(standin.forms) == len(faults), "each send asks Twilio exactly once, whatever it answers"


async def test_what_twilio_is_asked(standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession) -> None:
    assert await twilio.send(MESSAGE, http, NOW) == Sent("SM" + "0" * 31 + "1", "sent")
    assert standin.forms == [
        {
            "To": ALICE,
            "From": "+15005550006",
            "Body": TEXT,
            "StatusCallback": f"{HOST}/channels/twilio/status/n-1#ct=3000&rt=4000&rc=3&rp=all",
            "ValidityPeriod": "14400",
            "SmartEncoded": "true",
        }
    ]
    assert standin.logins == [f"{SID}:{AUTH_TOKEN}"]


async def test_every_setting_reaches_twilio(
    standin: TwilioStandin, server: TestServer, http: aiohttp.ClientSession
) -> None:
    more = {"AUTH_TOKEN": "first second", "API_KEY": "SK1", "API_SECRET": "key-secret", "RISK_CHECK": "disable"}
    service = {"MESSAGING_SERVICE_SID": "MG" + "0" * 32, "VALIDITY_S": "900", "API_BASE": str(server.make_url(""))}
    await Twilio.from_env({**ENV, **more, **service}).send(replace(MESSAGE, callback_url=None), http, NOW)
    [form] = standin.forms
    assert (form["MessagingServiceSid"], form["RiskCheck"], form["ValidityPeriod"]) == (
        "MG" + "0" * 32,
        "disable",
        "900",
    )
    assert "StatusCallback" not in form
    assert standin.logins == ["SK1:key-secret"]


@pytest.mark.parametrize(("left_s", "validity"), [(10, "60"), (61, "61"), (90_000, "36000")])
async def test_the_message_is_worth_as_long_as_twilio_allows(
    left_s: int, validity: str, standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    await twilio.send(replace(MESSAGE, expires_at=NOW + timedelta(seconds=left_s)), http, NOW)
    assert standin.forms[0]["ValidityPeriod"] == validity


async def test_what_has_expired_is_not_sent(
    standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await twilio.send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert standin.forms == []


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("7", timedelta(seconds=7)),
        ("999999", timedelta(hours=1)),
        ("Fri, 01 May 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Fri, 01 May 2026 08:00:00 GMT", timedelta(minutes=1)),
        ("soon", timedelta(minutes=1)),
        ("9" * 5_000, timedelta(minutes=1)),
    ],
)
async def test_twilio_says_how_long_to_wait(
    header: str, after: timedelta, standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    standin.mode, standin.headers = 429, {"Retry-After": header}
    outcome = await send_once(twilio, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_nobody_listens_there(http: aiohttp.ClientSession) -> None:
    outcome = await send_once(channel(f"http://127.0.0.1:{unused_port()}"), MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)


@pytest.mark.parametrize("code", sorted(code for code in FATES if code > 1_000))
async def test_each_code_of_the_table(
    code: int, standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    standin.mode = code
    outcome = await send_once(twilio, MESSAGE, http, NOW)
    act = FATES[code].act
    if act in {"later", "rest", "hold"}:
        assert isinstance(outcome, TryLater)
        assert outcome.after is not None
    else:
        assert isinstance(outcome, GiveUp)
        assert (outcome.disable, outcome.alert) == (act == "disable", act == "alert")
    assert str(code) in str(outcome)
    assert ALICE not in str(outcome)


@pytest.fixture
def stray_region() -> Iterator[None]:
    os.environ |= {"TWILIO_EDGE": "dublin", "TWILIO_REGION": "ie1"}
    yield
    del os.environ["TWILIO_EDGE"], os.environ["TWILIO_REGION"]


@pytest.mark.usefixtures("stray_region")
async def test_a_stray_region_does_not_move_the_host(twilio: Twilio, http: aiohttp.ClientSession) -> None:
    assert (await twilio.send(MESSAGE, http, NOW)).state == "sent"


async def test_no_number_text_or_token_reaches_a_log(
    standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for standin.mode in (201, 20003, 21211, 500):
            await send_once(twilio, MESSAGE, http, NOW)
        standin.mode = 201
        await twilio.lookup(MESSAGE, NOW, http)
    ours = " ".join(
        record.getMessage() for record in caplog.records if record.name != "aiohttp.access"
    )  # the stand-in's
    assert "twilio=stuck code=20003" in ours
    for secret in (ALICE, ALICE[1:], "11.2 km", AUTH_TOKEN):
        assert secret not in ours


# Looking up what became of a lost answer


async def test_a_message_whose_answer_was_lost_is_found(
    standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    standin.mode = "cut"
    assert isinstance(await send_once(twilio, MESSAGE, http, NOW), Unknown)
    standin.mode = 201
    assert await twilio.lookup(MESSAGE, NOW, http) == Sent("SM" + "0" * 31 + "1", "sent")
    assert standin.queries == [{"To": ALICE, "DateSent>": "2026-05-01T00:00:00Z", "PageSize": "50"}]


async def test_what_never_arrived_is_not_found(
    standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    form = {"To": ALICE, "Body": TEXT}
    standin.keep({**form, "Body": "another text"})
    standin.keep({**form, "To": "+4915187654321"})
    standin.keep(form, direction="inbound")
    standin.clock = NOW - timedelta(hours=2)
    standin.keep(form)
    assert await twilio.lookup(MESSAGE, NOW, http) is None


async def test_twilio_respells_and_trial_accounts_add_a_sentence(
    standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    folded = TEXT.replace("–", "-").replace("“", '"').replace("”", '"')
    standin.keep({"To": ALICE, "Body": f"Sent from your Twilio trial account - {folded}"}, status="delivered")
    assert await twilio.lookup(MESSAGE, NOW, http) == Sent("SM" + "0" * 31 + "1", "delivered")


@pytest.mark.parametrize(("code", "disable"), [(21610, True), (30003, False), (None, False)])
async def test_what_twilio_could_not_deliver_is_given_up(
    code: int | None, disable: bool, standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    standin.keep({"To": ALICE, "Body": TEXT}, status="undelivered", error_code=code)
    with pytest.raises(GiveUp) as caught:
        await twilio.lookup(MESSAGE, NOW, http)
    assert caught.value.disable is disable


@pytest.mark.parametrize("mode", [429, 500, "garbage", 20003])
async def test_a_question_without_an_answer_is_asked_again(
    mode: str | int, standin: TwilioStandin, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    standin.mode = mode
    with pytest.raises(TryLater):
        await twilio.lookup(MESSAGE, NOW, http)


# What Twilio calls us with

STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": ALICE, "From": "+15005550006", "ErrorMessage": ""}
INBOUND = {"MessageSid": "SM2", "From": ALICE, "To": "+15005550006", "Body": "4", "NumMedia": "0", "FromCity": ""}


def sign(url: str, body: bytes, token: str = AUTH_TOKEN) -> str:
    """X-Twilio-Signature as its security page describes it, without the helper library."""
    fields = sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    data = url + "".join(name + value for name, value in fields)
    return base64.b64encode(hmac.digest(token.encode(), data.encode(), hashlib.sha1)).decode()


def called(path: str, fields: Any, token: str = AUTH_TOKEN, url: str = "") -> Delivery:
    url = url or f"{HOST}/channels/twilio/{path}"
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    headers = {"x-twilio-signature": sign(url, body, token), "content-type": "application/x-www-form-urlencoded"}
    return Delivery("twilio", "POST", path, {}, headers, body, NOW, url)


def receiver(*tokens: str) -> Twilio:
    return Twilio(Account(SID, tokens or (AUTH_TOKEN,), sender="+15005550006"))


def test_callbacks_keep_the_contract() -> None:
    samples = [
        Sample("delivered", called("status/n-1", STATUS)),
        Sample("a status from the future", called("status/n-1", {**STATUS, "MessageStatus": "teleported"}), 0),
        Sample("a reply", called("inbound", INBOUND)),
    ]
    check_callbacks(receiver(), samples, NOW)


def test_the_signature_is_the_one_of_twilios_own_library() -> None:
    url = f"{HOST}/channels/twilio/inbound"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, INBOUND)
    assert signature == sign(url, urlencode(INBOUND).encode())


def test_the_example_of_twilios_security_page() -> None:
    # https://www.twilio.com/docs/usage/security#validating-requests, its token and numbers invented by Twilio
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309"}
    call = called("inbound", {**fields, "To": "+18005551212"}, token="12345", url=url)
    assert call.headers["x-twilio-signature"] == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    receiver("12345").verify(call, NOW)


@pytest.mark.parametrize(
    ("configured", "called_as"),
    [
        ("https://twinge.example/x", "https://twinge.example:443/x"),
        ("https://twinge.example:443/x", "https://twinge.example/x"),
        ("http://twinge.example/x?a=1&b", "http://twinge.example:80/x?a=1&b"),
        ("https://twinge.example:8443/x", "https://twinge.example:8443/x"),
    ],
)
def test_the_usual_port_may_be_there_or_not(configured: str, called_as: str) -> None:
    receiver().verify(replace(called("inbound", INBOUND, url=called_as), url=configured), NOW)


def test_while_the_auth_token_rotates_both_are_good() -> None:
    ours = receiver("the-new-one", AUTH_TOKEN)
    ours.verify(called("inbound", INBOUND), NOW)
    ours.verify(called("inbound", INBOUND, token="the-new-one"), NOW)


def test_repeated_and_blank_parameters_are_signed_too() -> None:
    receiver().verify(called("inbound", b"From=%2B1&Body=&A=2&A=1&A=2"), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {}},
        {"headers": {"x-twilio-signature": "\udcff"}},
        {"body": b"From=%2B1"},
        {"url": f"{HOST}/channels/twilio/other"},
        {"url": ""},
        {"url": "https://[::1"},
        {"url": "https://twinge.example:port/"},
        {"url": "\ud800"},
        {"body": b'{"From": "+1"}'},
    ],
)
def test_what_is_not_signed_by_twilio_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as caught:
        receiver().verify(replace(called("inbound", INBOUND), **change), NOW)
    assert caught.value.status == 403


def test_an_unknown_algorithm_is_refused_and_a_known_one_is_used() -> None:
    call = called("inbound", INBOUND)
    settings = "x-twilio-webhooks-signature-settings"
    with pytest.raises(Rejected):
        receiver().verify(replace(call, headers={**call.headers, settings: "key=k,algorithm=ROT13"}), NOW)
    better = RequestValidator(AUTH_TOKEN).compute_signature(call.url, INBOUND, "HMAC_SHA256")
    headers = {"x-twilio-signature": better, settings: "key=k,algorithm=HMAC_SHA256"}
    receiver().verify(replace(call, headers=headers), NOW)


@pytest.mark.parametrize("path", ["", "status", "elsewhere", "inbound/x"])
def test_twilio_is_given_two_paths(path: str) -> None:
    with pytest.raises(Rejected) as caught:
        receiver().verify(called(path, INBOUND), NOW)
    assert caught.value.status == 404


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 500, b""])
def test_a_body_that_is_no_form_is_never_our_fault(body: bytes) -> None:
    call = replace(called("inbound", INBOUND), body=body)
    for ask in (lambda: receiver().verify(call, NOW), lambda: receiver().read(call)):
        with pytest.raises(Rejected):
            ask()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", "sent"), ("sending", "sent"), ("sent", "sent"), ("delivered", "delivered"), ("read", "delivered"),
        ("undelivered", "failed"), ("failed", "failed"), ("canceled", "failed"),
    ],
)  # fmt: skip
def test_a_status_is_a_receipt_for_our_nudge(status: str, state: str) -> None:
    [receipt] = receiver().read(called("status/n-1", {**STATUS, "MessageStatus": status}))
    assert isinstance(receipt, Receipt)
    assert (receipt.nudge, receipt.state, receipt.provider_id) == ("n-1", state, "SM1")


@pytest.mark.parametrize(
    ("code", "disable", "reason"),
    [
        ("21610", True, "opted out"),
        ("30006", True, "cannot take"),
        ("30003", False, "30003"),
        ("", False, "undelivered"),
    ],
)
def test_a_failure_says_why_and_whether_the_address_is_dead(code: str, disable: bool, reason: str) -> None:
    [receipt] = receiver().read(called("status/n-1", {**STATUS, "MessageStatus": "undelivered", "ErrorCode": code}))
    assert isinstance(receipt, Receipt)
    assert receipt.disable is disable
    assert receipt.reason is not None
    assert reason in receipt.reason


def test_a_reply_and_what_the_carrier_has_already_done_about_it() -> None:
    assert receiver().read(called("inbound", INBOUND)) == [Reply(ALICE, "4")]
    stop = {**INBOUND, "Body": "Stop", "OptOutType": "stop"}
    assert receiver().read(called("inbound", stop)) == [Reply(ALICE, "Stop", "STOP")]


def test_a_repeated_call_has_the_same_key_and_each_status_its_own() -> None:
    twilio = receiver()
    keys = [twilio.key(called("status/n-1", {**STATUS, "MessageStatus": status})) for status in ("sent", "delivered")]
    assert keys == ["SM1:sent", "SM1:delivered"]
    assert twilio.key(called("inbound", INBOUND)) == "SM2"


def test_the_answers_twilio_expects() -> None:
    kind, body = receiver().answer(called("inbound", INBOUND))
    assert kind == "text/xml"
    assert body.endswith(b"<Response/>")
    assert receiver().answer(called("status/n-1", STATUS)) == ("text/plain", b"")


# Addresses and settings

BAD_NUMBERS = [
    "",
    "0151 12345678",
    "+1",
    "+49",
    "+1202555",
    "+120255501234567",
    "+19005551234",
    "+12025550123 ext. 5",
    "+999123456",
]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("+49 151 1234-5678", ALICE), ("+1 (202) 555-0123", "+12025550123"), ("tel:+12025550123", "+12025550123")],
)
def test_numbers_are_kept_in_one_form(given: str, kept: str) -> None:
    assert receiver().normalise(given) == kept


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_number_that_cannot_be_called_is_refused(number: str) -> None:
    with pytest.raises(Rejected) as caught:
        receiver().normalise(number)
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"ACCOUNT_SID": ""}, "ACCOUNT_SID"),
        ({"ACCOUNT_SID": "SK1"}, "ACCOUNT_SID"),
        ({"AUTH_TOKEN": " "}, "AUTH_TOKEN"),
        ({"FROM": ""}, "MESSAGING_SERVICE_SID"),
        ({"MESSAGING_SERVICE_SID": "AC1"}, "MESSAGING_SERVICE_SID"),
        ({"API_KEY": "SK1"}, "API_SECRET"),
        ({"API_BASE": "localhost:4010"}, "API_BASE"),
        ({"VALIDITY_S": "5"}, "VALIDITY_S"),
        ({"VALIDITY_S": "an hour"}, "VALIDITY_S"),
        ({"RISK_CHECK": "maybe"}, "RISK_CHECK"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_TWILIO_{setting}"):
        Twilio.from_env({**ENV, **change})


def test_secrets_do_not_show() -> None:
    shown = repr(Account(SID, (AUTH_TOKEN,), api_key="SK1", api_secret="key-secret"))
    assert AUTH_TOKEN not in shown
    assert "key-secret" not in shown
