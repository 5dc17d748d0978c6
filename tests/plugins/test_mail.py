"""E-mail: what a mail says, what each answer of the mail server means, and what the link to be left alone does."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp.test_utils import unused_port
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Serve
from faulty import PATIENCE_S
from mail_standin import Post, odd_post, open_post
from twinge.core.model import Severity
from twinge.core.reply import Stop, parse
from twinge.plugin import Channel, Delivery, GiveUp, Message, NotConfigured, Rejected, Reply, Sent, TryLater, Unknown
from twinge.testing import Fault, Sample, check_callbacks, check_channel, send_once
from twinge_mail import Mail, Server

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALICE = "alice@example.com"
SECRET = "a-secret-for-the-link"
TEXT = "You ran 11.2 km – your longest in 30 days was “8.0”.\n.\nRest tomorrow."
URL = "https://twinge.example/channels/mail"
MESSAGE = Message("n_0123", ALICE, TEXT, Severity.SLOW_DOWN, NOW + timedelta(hours=4), f"{URL}/status/n_0123")
SENDER = Address("Twinge", addr_spec="twinge@example.org")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def port(post: Post) -> AsyncIterator[int]:
    async with open_post(post) as number:
        yield number


def mail(port: int = 25, **more: Any) -> Mail:
    server = Server("127.0.0.1", SENDER, (SECRET,), "off", port, deadline_s=PATIENCE_S)
    return Mail(replace(server, **more))


def said_in(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n").removesuffix("\n")


# Sending


async def test_it_keeps_the_contract(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    def play(**mode: str) -> Callable[[], object]:
        calm = {"sender": "", "recipient": "", "text": "", "fault": ""}
        return lambda: vars(post).update({**calm, **mode})

    checked: Channel = mail(port)
    faults = [
        Fault("taken", Sent, play()),
        Fault("sender not now", TryLater, play(sender="451 4.7.1 busy")),
        Fault("sender never", GiveUp, play(sender="553 5.7.1 not yours")),
        Fault("grey-listed", TryLater, play(recipient="450 4.2.0 come back")),
        Fault("mailbox full", TryLater, play(recipient="452 4.2.2 full")),
        Fault("nobody of that name", GiveUp, play(recipient="550 5.1.1 who?")),
        Fault("relaying denied", GiveUp, play(recipient="554 5.7.1 no")),
        Fault("text not now", TryLater, play(text="451 4.3.0 busy")),
        Fault("text never", GiveUp, play(text="554 5.6.0 spam")),
        Fault("an answer that is neither", Unknown, play(text="299 hm")),
        Fault("no answer to the text", Unknown, play(fault="hang")),
        Fault("cut off after the text", Unknown, play(fault="drop")),
        Fault("taken again", Sent, play()),
    ]
    await check_channel(checked, MESSAGE, faults, http, NOW, bad_addresses=BAD_ADDRESSES)


@pytest.mark.parametrize(
    "lines",
    [
        (b"554 5.3.2 not today\r\n",),
        (b"421 4.3.2 shutting down\r\n",),
        (b"HTTP/1.1 400 Bad Request\r\n",),
        (b"220 po",),
        (b"",),
        (b"220 post.example\r\n", b"250 post.example\r\n", b"25"),
        (b"220 post.example\r\n", b"250 post.example\r\n", b"250 ok\r\n", b"\xff\xfe\r\n"),
        (b"220 post.example\r\n", b"250 post.example\r\n", b"250 ok\r\n", b"421 bye\r\n"),
    ],
)
@pytest.mark.parametrize("holds", [False, True])
async def test_what_goes_wrong_before_the_text_did_not_happen(
    lines: tuple[bytes, ...], holds: bool, http: aiohttp.ClientSession
) -> None:
    async with odd_post(*lines, holds=holds) as port:
        assert isinstance(await send_once(mail(port, deadline_s=0.3), MESSAGE, http, NOW), TryLater)


@pytest.mark.parametrize(
    ("last", "end"),
    [
        ((b"354 go\r\n", b""), Unknown),
        ((b"354 go\r\n", b"250"), Unknown),
        ((b"354 go\r\n", b"two hundred and fifty\r\n"), Unknown),
        ((b"451 not now\r\n",), TryLater),
        ((b"354 go\r\n", b"250 ok\r\n"), Sent),
    ],
)
async def test_what_goes_wrong_after_the_text_may_have_happened(
    last: tuple[bytes, ...], end: type, http: aiohttp.ClientSession
) -> None:
    """The stand-in answers each line it hears, so the mail's own lines are heard as the end of it."""
    begin = (b"220 post.example\r\n", b"250 post.example\r\n", b"250 ok\r\n", b"250 ok\r\n")
    async with odd_post(*begin, *last) as port:
        assert type(await send_once(mail(port), MESSAGE, http, NOW)) is end


async def test_nobody_listens_there(http: aiohttp.ClientSession) -> None:
    assert isinstance(await send_once(mail(unused_port()), MESSAGE, http, NOW), TryLater)


@pytest.mark.parametrize(
    ("answer", "disable"),
    [
        ("550 5.1.1 <alice@example.com>: Recipient address rejected", True),
        ("550 5.1.10 null MX", True),
        ("551 5.1.6 moved", True),
        ("550 5.1.12 odd", False),
        ("550 no such user", False),
        ("550 5.7.1 relaying denied", False),
        ("552 5.2.2 full", False),
    ],
)
async def test_only_an_address_that_is_nobodys_is_switched_off(
    answer: str, disable: bool, post: Post, port: int, http: aiohttp.ClientSession
) -> None:
    post.recipient = answer
    outcome = await send_once(mail(port), MESSAGE, http, NOW)
    assert isinstance(outcome, GiveUp)
    assert (outcome.disable, outcome.alert) == (disable, not disable)
    assert ALICE not in outcome.reason


async def test_what_the_mail_says(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    assert await mail(port).send(MESSAGE, http, NOW) == Sent("<n_0123@example.org>")
    [letter] = post.mails
    assert letter["From"] == "Twinge <twinge@example.org>"
    assert letter["To"] == ALICE
    assert letter["Subject"] == "You ran 11.2 km – your longest in 30 days was “8.0”. . Rest…"
    assert letter["Date"].datetime == NOW
    assert letter["Message-ID"] == "<n_0123@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert said_in(letter) == TEXT
    assert letter.defects == []
    assert post.raw[0].isascii()


async def test_long_lines_are_wrapped_on_the_way(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    await mail(port).send(replace(MESSAGE, text="é" * 10_000 + "\nx" * 10 + "y" * 10_000), http, NOW)
    assert max(map(len, post.raw[0].split(b"\r\n"))) < 998
    assert said_in(post.mails[0]) == "é" * 10_000 + "\nx" * 10 + "y" * 10_000


async def test_nothing_in_a_text_becomes_a_header(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    hostile = "Rest.\r\nBcc: eve@evil.example\r\n\r\n.\r\nMAIL FROM:<x@y.example>\x00\x1b[2J"
    await mail(port).send(replace(MESSAGE, text=hostile), http, NOW)
    [letter] = post.mails
    assert letter["Bcc"] is None
    assert "Bcc: eve@evil.example" in letter["Subject"]
    assert said_in(letter) == "Rest. \nBcc: eve@evil.example \n \n. \nMAIL FROM:<x@y.example>  [2J"


async def test_a_repeated_mail_has_the_same_message_id(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    await mail(port).send(MESSAGE, http, NOW)
    await mail(port).send(MESSAGE, http, NOW + timedelta(minutes=8))
    assert len({letter["Message-ID"] for letter in post.mails}) == 1
    assert await mail(port).lookup(MESSAGE, NOW, http) is None


async def test_what_has_expired_is_not_sent(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    with pytest.raises(GiveUp, match="expired"):
        await mail(port).send(replace(MESSAGE, expires_at=NOW), http, NOW)
    assert post.mails == []


async def test_no_address_text_or_password_reaches_a_log_or_a_reason(
    post: Post, port: int, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for post.recipient in ("", f"550 5.1.1 <{ALICE}>", f"450 4.2.0 <{ALICE}>"):
            reasons.append(str(await send_once(mail(port), MESSAGE, http, NOW)))
        refused = mail(port, user="twinge", password="wrong-password")
        reasons.append(str(await send_once(refused, MESSAGE, http, NOW)))
    logged = [one.getMessage() for one in caplog.records if one.name != "mail.log"]  # the stand-in's
    for secret in (ALICE, "alice", "11.2 km", "wrong-password", SECRET):
        assert secret not in " ".join([*logged, *reasons])
    assert "wrong-password" not in repr(Server("h", SENDER, (SECRET,), password="wrong-password"))
    assert SECRET not in repr(Server("h", SENDER, (SECRET,)))


# TLS and login


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


@pytest.fixture
def identity(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def settings_for(port: int, **more: str) -> dict[str, str]:
    return {"HOST": "localhost", "PORT": str(port), "FROM": str(SENDER), "SECRET": SECRET, **more}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_the_login_travels_over_tls(
    tls: str, post: Post, identity: ssl.SSLContext, trust: str, http: aiohttp.ClientSession
) -> None:
    over: dict[str, Any] = {"tls_context": identity, "require_starttls": True}
    if tls == "tls":  # aiosmtpd does not notice that there is TLS from the first byte
        over = {"wrapped": identity, "auth_require_tls": False}
    async with open_post(post, authenticator=post.login, auth_required=True, **over) as port:
        ready = Mail.from_env(settings_for(port, TLS=tls, USER="twinge", PASSWORD="right", CA=trust))
        await ready.send(MESSAGE, http, NOW)
    assert post.logins == [("twinge", "right")]


async def test_a_refused_login_is_tried_later_and_the_operator_hears_of_it(
    post: Post,
    identity: ssl.SSLContext,
    trust: str,
    http: aiohttp.ClientSession,
    everything_logged: pytest.LogCaptureFixture,
) -> None:
    async with open_post(post, tls_context=identity, authenticator=post.login, auth_required=True) as port:
        ready = Mail.from_env(settings_for(port, USER="twinge", PASSWORD="wrong", CA=trust))
        outcome = await send_once(ready, MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta(minutes=15)
    assert "mail=stuck answer=535" in everything_logged.text


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    tls: str, post: Post, identity: ssl.SSLContext, http: aiohttp.ClientSession
) -> None:
    over = {"wrapped": identity} if tls == "tls" else {"tls_context": identity}
    async with open_post(post, **over) as port:
        outcome = await send_once(Mail.from_env(settings_for(port, TLS=tls)), MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert post.mails == []


async def test_without_starttls_there_is_no_mail_in_the_clear(
    post: Post, port: int, http: aiohttp.ClientSession, everything_logged: pytest.LogCaptureFixture
) -> None:
    outcome = await send_once(Mail.from_env(settings_for(port)), MESSAGE, http, NOW)
    assert isinstance(outcome, TryLater)
    assert post.mails == []
    assert "mail=stuck" in everything_logged.text


# The link to be left alone


async def way_out(post: Post, port: int, http: aiohttp.ClientSession, to: str = ALICE) -> Delivery:
    """What a mail program posts when its *unsubscribe* is pressed (RFC 8058)."""
    await mail(port).send(replace(MESSAGE, address=to), http, NOW)
    letter = post.mails[-1]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"\r\nList-Unsubscribe: <https://" in post.raw[-1], "mail programs do not decode it"
    found = re.match(rf"<({re.escape(URL)}/inbound\?to=([\w-]+))>, <mailto:twinge@example.org\?subject=STOP>$",
                     letter["List-Unsubscribe"])  # fmt: skip
    assert found is not None
    body = letter["List-Unsubscribe-Post"].encode()
    return Delivery("mail", "POST", "inbound", {"to": found.group(2)}, {}, body, NOW, found.group(1))


async def test_unsubscribing_is_a_stop(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    call = await way_out(post, port, http)
    assert mail().read(call) == [Reply(ALICE, "", "UNSUBSCRIBE")]
    assert parse("STOP") == Stop()
    assert ALICE.partition("@")[0] not in call.url
    check_callbacks(mail(), [Sample("unsubscribe", call)], NOW)
    assert mail().answer(call) == ("text/plain", b"")


async def test_a_form_of_the_other_kind_does_too(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    call = await way_out(post, port, http)
    form = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    mail().verify(replace(call, body=form), NOW)


async def test_it_comes_in_by_the_front_door(serve: Serve, post: Post, port: int, http: aiohttp.ClientSession) -> None:
    web = await serve(channels={"mail": mail()})
    call = await way_out(post, port, http)
    path = call.url.removeprefix("https://twinge.example")
    told = [
        await web.client.post(place, data=call.body) for place in (path, path[:-5] + "AAAAA", "/channels/mail/inbound")
    ]
    assert [answer.status for answer in told] == [200, 401, 401]
    [delivery] = [one.delivery for one in await web.store.inbox.claim(web.clock())]
    assert mail().read(delivery) == [Reply(ALICE, "", "UNSUBSCRIBE")]


async def test_a_stranger_cannot_unsubscribe_anybody(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    call = await way_out(post, port, http)
    token = call.query["to"]
    for forged in ("", token[:-1], token[:-4] + "AAAA", ALICE, "\udcff", "é", token * 2):
        with pytest.raises(Rejected) as caught:
            mail().verify(replace(call, query={"to": forged}), NOW)
        assert caught.value.status == 401
    with pytest.raises(Rejected) as caught:
        mail().verify(replace(call, path="status/n_0123"), NOW)
    assert caught.value.status == 404


async def test_while_the_secret_rotates_both_are_good(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    call = await way_out(post, port, http)
    mail(secrets=("the-new-secret-of-ours", SECRET)).verify(call, NOW)
    with pytest.raises(Rejected):
        mail(secrets=("the-new-secret-of-ours",)).verify(call, NOW)


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8700/channels/mail/status/n_0123"])
async def test_without_a_public_https_address_there_is_a_mail_address_to_write_to(
    url: str | None, post: Post, port: int, http: aiohttp.ClientSession
) -> None:
    await mail(port).send(replace(MESSAGE, callback_url=url), http, NOW)
    assert post.mails[0]["List-Unsubscribe"] == "<mailto:twinge@example.org?subject=STOP>"
    assert post.mails[0]["List-Unsubscribe-Post"] is None


async def test_the_longest_address_fits_into_the_link(post: Post, port: int, http: aiohttp.ClientSession) -> None:
    longest = mail().normalise("a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".de")
    call = await way_out(post, port, http, to=longest)
    assert mail().read(call) == [Reply(longest, "", "UNSUBSCRIBE")]


# Addresses and settings

OURS = mail()
BAD_ADDRESSES = [
    "", " ", "alice", "alice@", "@example.com", "alice@example", "alice@localhost", "a b@example.com",
    "alice@exa mple.com", "alice@example.com\nBcc: eve@evil.example", "alice@example.com\r\nRCPT TO:<eve@evil.example>",
    "al\rice@example.com",
    "alice@example.com\x00", "alice@@example.com", "alice@example.com,eve@evil.example", "Alice <alice@example.com>",
    '"a\r\nb"@example.com', '"alice"@example.com', "alice@[127.0.0.1]", "älice@example.com", ".alice@example.com",
    "alice@-example.com", "alice@example..com", "alice>@example.com", "a" * 65 + "@example.com",
    "a" * 10_000 + "@example.com", "alice@" + "a." * 5_000 + "com",
]  # fmt: skip


@pytest.mark.parametrize("given", BAD_ADDRESSES)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Rejected) as caught:
        OURS.normalise(given)
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" alice@Example.COM\n", ALICE),
        ("Alice.Runner+twinge@example.com", "Alice.Runner+twinge@example.com"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_kept_in_one_form(given: str, kept: str) -> None:
    assert OURS.normalise(given) == kept


@given(st.emails() | st.text(max_size=30) | st.from_regex(r"[^@\s]{1,10}@[\w.-]{1,20}\.com", fullmatch=True))
@settings(max_examples=200)
def test_whatever_is_written_is_refused_or_fits_on_one_line_of_smtp(text: str) -> None:
    try:
        kept = OURS.normalise(text)
    except Rejected:
        return
    assert OURS.normalise(kept) == kept
    assert re.fullmatch(r"[!-;=?-~]{1,64}@[a-z0-9.-]+", kept)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"HOST": ""}, "HOST"),
        ({"HOST": "smtp://mail.example"}, "HOST"),
        ({"HOST": "mail.example\r\n"}, "HOST"),
        ({"FROM": ""}, "FROM"),
        ({"FROM": "Twinge"}, "FROM"),
        ({"FROM": "Twinge\r\nBcc: x@example.org <twinge@example.org>"}, "FROM"),
        ({"SECRET": ""}, "SECRET"),
        ({"SECRET": "short"}, "SECRET"),
        ({"TLS": "ssl"}, "TLS"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "smtp"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "9" * 5_000}, "PORT"),
        ({"USER": "twinge"}, "PASSWORD"),
        ({"PASSWORD": "x"}, "PASSWORD"),
        ({"USER": "twinge", "PASSWORD": "x", "TLS": "off"}, "TLS"),
        ({"CA": "no certificate"}, "CA"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_MAIL_{setting}"):
        Mail.from_env({**settings_for(587), **change})
