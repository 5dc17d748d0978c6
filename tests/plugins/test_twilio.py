"""Twilio: what a send becomes under every fault, what its calls to us mean, and which of them are genuine."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from twilio.request_validator import RequestValidator

from fake_twilio import AUTH_TOKEN, SID, FakeTwilio, Fault, always, sign
from faulty import PATIENCE_S
from twinge.core.model import Severity
from twinge.plugin import (
    Channel,
    Confirms,
    Delivery,
    GiveUp,
    Message,
    NotConfigured,
    Pace,
    Paced,
    Receipt,
    Rejected,
    Reply,
    Sent,
    TryLater,
    Unknown,
)
from twinge.testing import Fault as Trial
from twinge.testing import Sample, check_callbacks, check_channel, send_once
from twinge_twilio import Twilio
from twinge_twilio.account import Account
from twinge_twilio.fates import ACTS, FATES, fate, refusal

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
async def fake() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio(now=lambda: NOW) as started:
        yield started


@pytest.fixture
def twilio(fake: FakeTwilio) -> Twilio:
    return channel(fake.base)


def channel(base: str, **more: Any) -> Twilio:
    settings: dict[str, Any] = {"sender": "+15005550006", "api_base": base.rstrip("/"), "deadline_s": PATIENCE_S} | more
    return Twilio(Account(SID, (AUTH_TOKEN,), **settings))


# Sending


@pytest.mark.parametrize("service", ["", "MG" + "0" * 32])
async def test_it_keeps_the_contract(service: str, fake: FakeTwilio, http: aiohttp.ClientSession) -> None:
    def play(what: Fault | int) -> Any:
        return lambda: setattr(fake, "plan", always(what))

    checked: Channel = channel(fake.base, service=service)
    faults = [
        Trial("taken", Sent, play(Fault.NONE)),
        Trial("taken, slowly", Sent, play(Fault.SLOW)),
        Trial("too many requests", TryLater, play(429)),
        Trial("too many requests, by code", TryLater, play(20429)),
        Trial("queue full", TryLater, play(21611)),
        Trial("credentials refused", TryLater, play(20003)),
        Trial("credentials refused, without a code", TryLater, play(401)),
        Trial("day's limit", TryLater, play(63038)),
        Trial("opted out", GiveUp, play(21610)),
        Trial("no such number", GiveUp, play(21211)),
        Trial("a code from the future", GiveUp, play(29999)),
        Trial("moved", GiveUp, play(302)),
        Trial("moved, and it would be taken there", GiveUp, play(Fault.REDIRECT)),
        Trial("server error, taken", Unknown, play(Fault.ERROR)),
        Trial("server error, not taken", Unknown, play(Fault.ERROR_BEFORE)),
        Trial("bad gateway", Unknown, play(502)),
        Trial("request timeout", Unknown, play(408)),
        Trial("no answer in time, taken", Unknown, play(Fault.HANG)),
        Trial("no answer in time, not taken", Unknown, play(Fault.HANG_BEFORE)),
        Trial("connection reset, taken", Unknown, play(Fault.DROP)),
        Trial("connection reset, not taken", Unknown, play(Fault.DROP_BEFORE)),
        Trial("answer cut off", Unknown, play(Fault.CUT)),
        Trial("answer drips", Unknown, play(Fault.DRIP)),
        Trial("answer is not JSON", Unknown, play(Fault.GARBAGE)),
        Trial("answer names no sid", Unknown, play(Fault.NAMELESS)),
        Trial("answer is a list", Unknown, play(Fault.LIST)),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_NUMBERS)
    assert len(fake.forms) == len(faults), "each send asks Twilio exactly once, whatever it answers"
    assert len(fake.took) == 10, "and what is not taken there is not taken by a redirect either"


async def test_what_twilio_is_asked(fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession) -> None:
    assert await twilio.send(MESSAGE, http, NOW) == Sent("SM" + "0" * 31 + "1", "sent", 1)
    assert fake.forms == [
        {
            "To": ALICE,
            "From": "+15005550006",
            "Body": TEXT,
            "StatusCallback": f"{HOST}/channels/twilio/status/n-1#ct=3000&rt=4000&rc=3&rp=all",
            "ValidityPeriod": "14400",
            "SmartEncoded": "true",
        }
    ]
    assert fake.logins == [f"{SID}:{AUTH_TOKEN}"]


async def test_every_setting_reaches_twilio(fake: FakeTwilio, http: aiohttp.ClientSession) -> None:
    more = {"AUTH_TOKEN": "first second", "API_KEY": "SK1", "API_SECRET": "key-secret", "RISK_CHECK": "disable"}
    service = {"MESSAGING_SERVICE_SID": "MG" + "0" * 32, "VALIDITY_S": "900", "API_BASE": fake.base}
    await Twilio.from_env({**ENV, **more, **service}).send(replace(MESSAGE, callback_url=None), http, NOW)
    [form] = fake.forms
    assert (form["MessagingServiceSid"], form["RiskCheck"], form["ValidityPeriod"]) == (
        "MG" + "0" * 32,
        "disable",
        "900",
    )
    assert "StatusCallback" not in form
    assert fake.logins == ["SK1:key-secret"]


@pytest.mark.parametrize(("left_s", "validity"), [(10, "60"), (61, "61"), (90_000, "36000")])
async def test_the_message_is_worth_as_long_as_twilio_allows(
    left_s: int, validity: str, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    await twilio.send(replace(MESSAGE, expires_at=NOW + timedelta(seconds=left_s)), http, NOW)
    assert fake.forms[0]["ValidityPeriod"] == validity


async def test_what_has_expired_is_not_sent(fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await twilio.send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert fake.forms == []


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
    header: str, after: timedelta, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.plan, fake.headers = always(429), {"Retry-After": header}
    outcome = await send_once(twilio, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == after


async def test_nobody_listens_there(http: aiohttp.ClientSession) -> None:
    outcome = await send_once(channel(f"http://127.0.0.1:{unused_port()}"), MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)


TABLE = [
    # what Twilio says, and what its pages and ours make of it                 refused at once   lost afterwards
    ("later", "too many requests at once", (20429, 429, 21730), "wait", "fail"),
    ("full", "the sender's queue is full", (21611, 30001), "wait", "again, alert"),
    ("carrier", "the phone or its carrier is away", (30003, 30005, 30008, 30017, 30022, 30410), "wait", "again"),
    ("rest", "a limit of the day or hour", (30023, 30027, 63038, 60728, 30610), "wait", "fail"),
    ("drop", "its validity passed", (30036,), "fail", "fail"),
    ("opt_out", "the recipient opted out", (21610,), "opt out", "opt out"),
    ("disable", "no number for texts", (21211, 21614, 21635, 30006, 30640), "disable", "disable"),
    ("alert", "content or compliance", (30007, 30004, 30032, 30033, 30034, 30035, 30024, 30018), "alert", "alert"),
    ("hold", "money or fraud", (30450, 21408, 30002, 10001, 20003, 20005, 401, 403), "wait", "alert"),
    ("hold", "no such account", (20404, 404), "wait", "alert"),
    ("alert", "our request is wrong", (21602, 21604, 21617, 21703, 21704, 21705, 90007), "alert", "alert"),
    ("alert", "our sender is wrong", (21612, 21608, 21212, 21606, 21607, 21659, 21660), "alert", "alert"),
    ("alert", "our URL is wrong", (21609, 301, 302, 303, 307, 308), "alert", "alert"),
    ("alert", "something answers by itself", (14107,), "alert", "alert"),
    ("alert", "whatever is not listed", (29999, 99999, 1), "alert", "alert"),
]
"""contracts of the vendor, line by line: (act, in words, codes, what send raises, what a failed receipt asks)"""


def asked_of(end: GiveUp | TryLater | Receipt) -> str:
    """What an end asks of the house, in the words of the table."""
    if isinstance(end, TryLater):
        return "wait"
    again = isinstance(end, Receipt) and end.again is not None
    flags = {"again": again, "disable": end.disable, "opt out": end.opt_out, "alert": end.alert}
    return ", ".join(word for word, holds in flags.items() if holds) or "fail"


def lines() -> Iterator[Any]:
    for act, words, codes, refused, lost in TABLE:
        yield from (pytest.param(act, code, refused, lost, id=f"{code} {words}") for code in codes)


@pytest.mark.parametrize(("act", "code", "refused", "lost"), list(lines()))
async def test_each_code_asks_what_the_table_says(
    act: str, code: int, refused: str, lost: str, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.plan = always(max(code, 400) if code < 400 else code)
    said = refusal(code)
    assert isinstance(said, TryLater | GiveUp)
    [receipt] = twilio.read(called("status/n-1", {**STATUS, "MessageStatus": "undelivered", "ErrorCode": str(code)}))
    assert isinstance(receipt, Receipt)
    assert (fate(code).act, asked_of(said), asked_of(receipt)) == (act, refused, lost)
    if code >= 400:
        outcome = await send_once(twilio, MESSAGE, http, NOW)
        assert repr(outcome) == repr(said)
        assert str(code) in str(outcome)
        assert ALICE not in str(outcome)


def test_the_table_is_whole() -> None:
    assert {code for _, _, codes, _, _ in TABLE for code in codes} >= set(FATES)
    assert {act for act, _, _, _, _ in TABLE} == set(ACTS)


@pytest.mark.parametrize("code", [21611, 20003, 30450, 21408])
async def test_what_only_a_person_can_mend_is_told_though_it_waits(
    code: int, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    fake.plan = always(code)
    assert isinstance(await send_once(twilio, MESSAGE, http, NOW), TryLater)
    assert f"twilio=stuck code={code}" in caplog.text


@pytest.fixture
def stray_region() -> Iterator[None]:
    os.environ |= {"TWILIO_EDGE": "dublin", "TWILIO_REGION": "ie1"}
    yield
    del os.environ["TWILIO_EDGE"], os.environ["TWILIO_REGION"]


@pytest.mark.usefixtures("stray_region")
async def test_a_stray_region_does_not_move_the_host(twilio: Twilio, http: aiohttp.ClientSession) -> None:
    assert (await twilio.send(MESSAGE, http, NOW)).state == "sent"


async def test_no_number_text_or_token_reaches_a_log(
    fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for play in (*Fault, 20003, 21211, 500):
            fake.plan = always(play)
            await send_once(twilio, MESSAGE, http, NOW)
        fake.plan = always(Fault.NONE)
        await twilio.lookup(MESSAGE, NOW, http)
    ours = " ".join(
        record.getMessage() for record in caplog.records if record.name != "aiohttp.access"
    )  # the stand-in's
    assert "twilio=stuck code=20003" in ours
    for secret in (ALICE, ALICE[1:], "11.2 km", AUTH_TOKEN):
        assert secret not in ours


# Looking up what became of a lost answer


async def test_a_message_whose_answer_was_lost_is_found(
    fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.plan = always(Fault.CUT)
    assert isinstance(await send_once(twilio, MESSAGE, http, NOW), Unknown)
    fake.plan = always(Fault.NONE)
    assert await twilio.lookup(MESSAGE, NOW, http) == Sent("SM" + "0" * 31 + "1", "sent", 1)
    assert fake.queries == [{"To": ALICE, "DateSent>": "2026-05-01T00:00:00Z", "PageSize": "50"}]


async def test_what_never_arrived_is_not_found(fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession) -> None:
    form = {"To": ALICE, "Body": TEXT}
    fake.keep({**form, "Body": "another text"})
    fake.keep({**form, "To": "+4915187654321"})
    fake.keep(form, direction="inbound")
    fake.now = lambda: NOW - timedelta(hours=2)
    fake.keep(form)
    assert await twilio.lookup(MESSAGE, NOW, http) is None


async def test_twilio_respells_and_trial_accounts_add_a_sentence(
    fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    folded = TEXT.replace("–", "-").replace("“", '"').replace("”", '"')
    fake.keep({"To": ALICE, "Body": f"Sent from your Twilio trial account - {folded}"}, status="delivered")
    assert await twilio.lookup(MESSAGE, NOW, http) == Sent("SM" + "0" * 31 + "1", "delivered", 1)


@pytest.mark.parametrize(("code", "asked"), [(21610, "opt out"), (30006, "disable"), (30003, "fail"), (None, "fail")])
async def test_what_twilio_could_not_deliver_is_given_up(
    code: int | None, asked: str, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.keep({"To": ALICE, "Body": TEXT}, status="undelivered", error_code=code)
    with pytest.raises(GiveUp) as caught:
        await twilio.lookup(MESSAGE, NOW, http)
    assert asked_of(caught.value) == asked


BAD_ANSWERS = [
    429, 500, 502, 408, 20003, 21211, 21610, 400, 302,
    Fault.GARBAGE, Fault.HANG, Fault.DROP, Fault.CUT, Fault.DRIP, Fault.REDIRECT,
]  # fmt: skip


@pytest.mark.parametrize("mode", BAD_ANSWERS)
async def test_a_question_without_an_answer_is_asked_again(
    mode: Fault | int, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.plan = always(mode)
    with pytest.raises(TryLater):
        await twilio.lookup(MESSAGE, NOW, http)


# What Twilio calls us with

STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": ALICE, "From": "+15005550006", "ErrorMessage": ""}
INBOUND = {"MessageSid": "SM2", "From": ALICE, "To": "+15005550006", "Body": "4", "NumMedia": "0", "FromCity": ""}


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
    assert signature == sign(url, urlencode(INBOUND).encode(), AUTH_TOKEN)


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


def test_a_failure_without_a_code_says_so() -> None:
    for code in ("", "none", "0", "1" * 99):
        [receipt] = receiver().read(called("status/n-1", {**STATUS, "MessageStatus": "failed", "ErrorCode": code}))
        assert receipt == Receipt("n-1", "failed", "SM1", "Twilio says failed without a code")


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


# Segments, pace, countries


@pytest.mark.parametrize(("told", "segments"), [("1", 1), ("3", 3), ("0", None), ("", None), ("x", None), (2, None)])
async def test_twilio_counts_the_segments_or_nobody(
    told: Any, segments: int | None, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    fake.segments = told
    assert (await twilio.send(MESSAGE, http, NOW)).segments == segments


@pytest.mark.parametrize(
    ("settings", "per_s"),
    [
        ({"FROM": "+15005550006"}, 1),
        ({"FROM": "+4915735980000"}, 1),
        ({"FROM": "+18005550199"}, 3),
        ({"FROM": "12345"}, 100),
        ({"FROM": "Twinge"}, 10),
        ({"FROM": "", "MESSAGING_SERVICE_SID": "MG1"}, 10),
        ({"MESSAGING_SERVICE_SID": "MG1"}, 1),
        ({"PER_SECOND": "0.5"}, 0.5),
        ({"FROM": "+1"}, 1),
    ],
)
def test_the_pace_is_that_of_the_sender(settings: dict[str, str], per_s: float) -> None:
    made = Twilio.from_env({**ENV, **settings})
    assert isinstance(made, Paced)
    assert isinstance(made, Confirms)
    assert made.confirms
    assert made.pace == Pace(at_once=20, per_s=per_s, per_address_day=20, per_day=1_000)


def test_every_figure_of_the_pace_can_be_set() -> None:
    more = {"PER_SECOND": "75", "AT_ONCE": "5", "DAILY_PER_NUMBER": "3", "DAILY": "200"}
    assert Twilio.from_env({**ENV, **more}).pace == Pace(5, 75.0, 3, 200)


FRANCE, SWISS, JERSEY = "+33612345678", "+41791234567", "+447797712345"


@pytest.mark.parametrize("setting", ["DE,AT,CH", "de at ch", " DE, at,CH ,"])
def test_only_the_countries_of_the_list_are_taken(setting: str) -> None:
    made = Twilio.from_env({**ENV, "COUNTRIES": setting})
    assert (made.normalise(ALICE), made.normalise(SWISS)) == (ALICE, SWISS)
    for number, why in (
        (FRANCE, "belongs to FR"),
        (JERSEY, "belongs to JE"),
        ("+88213123456", "belongs to no country"),
    ):
        with pytest.raises(Rejected, match=why) as caught:
            made.normalise(number)
        assert caught.value.field == "address"
        assert receiver().normalise(number) == number


def test_where_countries_share_a_code_an_unused_number_belongs_to_none() -> None:
    made = Twilio.from_env({**ENV, "COUNTRIES": "US,GB"})
    assert made.normalise("+12015550123") == "+12015550123"
    for number in ("+15550100000", "+14165550123", JERSEY):
        with pytest.raises(Rejected):
            made.normalise(number)


async def test_a_country_that_was_struck_from_the_list_is_not_written_to_any_more(
    fake: FakeTwilio, http: aiohttp.ClientSession
) -> None:
    outcome = await send_once(channel(fake.base, countries=frozenset({"FR"})), MESSAGE, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.alert, outcome.disable) == (True, False)
    assert "TWINGE_TWILIO_COUNTRIES" in outcome.reason
    assert ALICE not in outcome.reason
    assert fake.forms == []
    assert isinstance(await send_once(channel(fake.base, countries=frozenset({"DE"})), MESSAGE, http, NOW), Sent)


def test_a_country_that_does_not_exist_is_named() -> None:
    with pytest.raises(NotConfigured, match=r"TWINGE_TWILIO_COUNTRIES .*there is no EN, UK"):
        Twilio.from_env({**ENV, "COUNTRIES": "DE,UK,EN"})


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
        ({"COUNTRIES": "Germany"}, "COUNTRIES"),
        ({"PER_SECOND": "fast"}, "PER_SECOND"),
        ({"PER_SECOND": "0"}, "PER_SECOND"),
        ({"PER_SECOND": "nan"}, "PER_SECOND"),
        ({"AT_ONCE": "0"}, "AT_ONCE"),
        ({"DAILY": "-1"}, "DAILY"),
        ({"DAILY": "9" * 5_000}, "DAILY"),
        ({"DAILY_PER_NUMBER": "1.5"}, "DAILY_PER_NUMBER"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_TWILIO_{setting}"):
        Twilio.from_env({**ENV, **change})


def test_secrets_do_not_show() -> None:
    shown = repr(Account(SID, (AUTH_TOKEN,), api_key="SK1", api_secret="key-secret"))
    assert AUTH_TOKEN not in shown
    assert "key-secret" not in shown


PICTURE = "https://twinge.example/i/token.png"


@pytest.mark.parametrize(
    ("mms", "number", "media"),
    [("1", "+15102223333", PICTURE), ("1", "+14165550123", PICTURE), ("1", ALICE, None), ("", "+15102223333", None)],
)
async def test_a_chart_goes_along_where_it_is_set_up_and_the_country_takes_it(
    fake: FakeTwilio, http: aiohttp.ClientSession, mms: str, number: str, media: str | None
) -> None:
    twilio = Twilio.from_env({**ENV, "API_BASE": fake.base, "MMS": mms})
    assert twilio.pictures is (mms == "1")
    await twilio.send(replace(MESSAGE, address=number, picture_url=PICTURE), http, NOW)
    assert [form.get("MediaUrl") for form in fake.forms] == [media]


async def test_what_is_refused_with_a_picture_goes_once_more_without(
    fake: FakeTwilio, http: aiohttp.ClientSession
) -> None:
    twilio = Twilio.from_env({**ENV, "API_BASE": fake.base, "MMS": "1"})
    fake.plan = lambda _nudge, _asked: 21620 if "MediaUrl" in fake.forms[-1] else Fault.NONE
    sent = await twilio.send(replace(MESSAGE, address="+15102223333", picture_url=PICTURE), http, NOW)
    assert sent.state == "sent"
    assert ["MediaUrl" in form for form in fake.forms] == [True, False]


def test_mms_is_one_or_nothing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_TWILIO_MMS must be 1"):
        Twilio.from_env({**ENV, "MMS": "yes"})


# --- what Twilio keeps -----------------------------------------------------------------------------------------------


async def test_a_message_is_deleted_there_and_once_is_enough(
    fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    made = fake.keep({"To": MESSAGE.address, "Body": MESSAGE.text})
    kept = fake.keep({"To": MESSAGE.address, "Body": "another"})
    await twilio.forget(made["sid"], http, NOW)
    await twilio.forget(made["sid"], http, NOW)
    assert fake.messages == [kept]


@pytest.mark.parametrize("play", [Fault.DROP_BEFORE, Fault.HANG_BEFORE, 20009, 20003, 20429, 503])
async def test_a_deletion_that_did_not_work_is_tried_again(
    play: Fault | int, fake: FakeTwilio, twilio: Twilio, http: aiohttp.ClientSession
) -> None:
    """Twilio refuses to delete what it has not delivered yet, with 20009."""
    made = fake.keep({"To": MESSAGE.address, "Body": MESSAGE.text})
    fake.plan = always(play)
    with pytest.raises(TryLater):
        await twilio.forget(made["sid"], http, NOW)
    assert fake.messages == [made]


def test_a_reply_names_the_message_that_twilio_keeps(twilio: Twilio) -> None:
    body = b"MessageSid=SM0123&From=%2B4915112345678&Body=knee"
    inbound = Delivery("channel:twilio", "POST", "inbound", {}, {}, body, NOW)
    assert list(twilio.kept(inbound)) == ["SM0123"]
    assert list(twilio.kept(replace(inbound, path="status/n_1"))) == []
