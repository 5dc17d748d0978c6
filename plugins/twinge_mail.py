"""E-mail by SMTP: plain text, one message a mail, and a link to be left alone.

SMTP has no idempotency key and cannot be asked. The Message-ID is made of the message's own id, so that mailboxes
and people recognise a repeated one. What is lost before the text is handed over did not happen; what is lost after
that may have. RFC 5321, and RFC 3463 for the codes behind the codes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
import re
import ssl
import textwrap
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as FORM
from email.utils import parseaddr
from typing import ClassVar

import aiohttp
import aiosmtplib
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from twinge.plugin import (
    Delivery,
    GiveUp,
    Item,
    Message,
    NotConfigured,
    Pace,
    Rejected,
    Reply,
    Sent,
    TryLater,
    TwingeError,
    Unknown,
)

PORTS = {"starttls": 587, "tls": 465, "off": 25}
SHORTEST_SECRET = 16
STUCK = timedelta(minutes=15)
"""Our login or TLS is refused: nothing gets through until somebody has looked."""
LONGEST_SUBJECT = 60
DEADLINE_S = 15.0
"""From the connection to the last answer."""
QUIT_S = 1.0

_NOBODY = ("5.1.1", "5.1.6", "5.1.10")
"""No such mailbox, moved without a trace, a domain that takes no mail: the address is dead."""
_ONE_CLICK = re.compile(rb'List-Unsubscribe(?:=|"\r?\n\r?\n)One-Click')
"""RFC 8058 section 3.2: a form, of either kind."""
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_log = logging.getLogger("twinge.mail")


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that sends for us, and as whom."""

    host: str
    sender: Address
    secrets: tuple[str, ...] = field(repr=False)
    """Seal the address in the link to be left alone: the first seals, any of them opens."""
    tls: str = "starttls"
    """starttls; tls from the first byte; off."""
    port: int = PORTS["starttls"]
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = field(default="", repr=False)
    """Certificates in PEM to trust besides the usual authorities."""
    deadline_s: float = DEADLINE_S


class Mail:
    """The channel `mail`; an address is an e-mail address."""

    name: ClassVar[str] = "mail"
    voice: ClassVar[str] = "push"
    pace: Pace = Pace(at_once=5)

    def __init__(self, server: Server) -> None:
        self._server = server
        self._trust = ssl.create_default_context()
        if server.ca:
            self._trust.load_verify_locations(cadata=server.ca)
        self._seal = MultiFernet([_fernet(secret) for secret in server.secrets])

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Mail:
        """Raises `NotConfigured` naming the first setting that is missing or wrong."""
        server = _read_server(env)
        try:
            return cls(server)
        except (ssl.SSLError, ValueError):
            raise NotConfigured("TWINGE_MAIL_CA must be certificates in PEM.") from None

    def normalise(self, address: str) -> str:
        """The address in ASCII, its domain in lower case; `Rejected` with what is wrong. No name is looked up."""
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to load, if mail is not set up

        try:
            # Not every server takes SMTPUTF8: letters before the @ stay ASCII, a domain has its own way (IDNA).
            found = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError as error:
            raise Rejected(str(error), field="address") from None
        return f"{found.ascii_local_part}@{found.ascii_domain}"

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the mail to our server, once; `Unknown` where it may have been taken."""
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        letter, client = self._letter(message, now), self._client()
        end = asyncio.get_running_loop().time() + self._server.deadline_s
        try:
            async with _step(end, _unreached):
                await client.connect()
            async with _step(end, _refused):
                await client.mail(self._server.sender.addr_spec)
                await client.rcpt(message.address)
            async with _step(end, _lost):
                await client.data(_bytes_of(letter))
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=QUIT_S)
        finally:
            client.close()
        return Sent(str(letter["Message-ID"]))

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """A mail server cannot be asked."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected`: 404 for another path, 401 unless the link is ours, 400 for another body than RFC 8058's."""
        if delivery.path != "inbound":
            raise Rejected("Mail programs post to inbound here.", status=404)
        self._open(delivery)
        if not _ONE_CLICK.search(delivery.body):
            raise Rejected("The body must say List-Unsubscribe=One-Click.")

    def key(self, delivery: Delivery) -> str:
        """The link's digest: each mail has its own."""
        return hashlib.sha256(delivery.query.get("to", "").encode(errors="replace")).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """The athlete wants no more mail."""
        return [Reply(self._open(delivery), "", "UNSUBSCRIBE")]

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Mail programs want nothing but the status."""
        return "text/plain", b""

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=server.sender.domain,
            timeout=server.deadline_s,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=self._trust,
        )

    def _letter(self, message: Message, now: datetime) -> EmailMessage:
        """The mail. `EmailMessage` refuses line ends in headers; there are none, because controls go first."""
        sender, text = self._server.sender, _CONTROLS.sub(" ", message.text)
        letter = EmailMessage(policy=FORM.clone(cte_type="7bit"))
        letter["From"], letter["To"] = sender, Address(addr_spec=message.address)
        letter["Subject"] = textwrap.shorten(text, LONGEST_SUBJECT, placeholder="…")
        letter["Date"] = now
        letter["Message-ID"] = f"<{message.id}@{sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        by_mail = f"<mailto:{sender.addr_spec}?subject=STOP>"
        if message.callback_url is not None and message.callback_url.startswith("https://"):
            letter["List-Unsubscribe"] = f"<{self._way_out(message, now)}>, {by_mail}"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        else:
            letter["List-Unsubscribe"] = by_mail
        letter.set_content(text)
        return letter

    def _way_out(self, message: Message, now: datetime) -> str:
        """A link that carries the address sealed: it stands in mailboxes and in the logs of proxies."""
        token = self._seal.encrypt_at_time(message.address.encode(), int(now.timestamp())).decode().rstrip("=")
        return f"{str(message.callback_url).rpartition('/status/')[0]}/inbound?to={token}"

    def _open(self, delivery: Delivery) -> str:
        token = delivery.query.get("to", "")
        try:
            return self._seal.decrypt((token + "=" * (-len(token) % 4)).encode(errors="replace")).decode()
        except (InvalidToken, ValueError):
            raise Rejected("This link is not ours.", status=401) from None


@contextlib.asynccontextmanager
async def _step(end: float, meaning: Callable[[Exception], TwingeError]) -> AsyncIterator[None]:
    """A part of the conversation, until `end` on the loop's clock; what goes wrong in it becomes its `meaning`."""
    try:
        async with asyncio.timeout_at(end):
            yield
    except (aiosmtplib.SMTPException, OSError) as error:
        raise meaning(error) from None


def _unreached(error: Exception) -> TwingeError:
    """Before anything was said about the mail. What the operator must put right is logged."""
    if type(error) is aiosmtplib.SMTPException or _code_of(error) in range(500, 600):
        _log.error(
            "mail=stuck answer=%s words='login or TLS is refused: check TWINGE_MAIL_USER and _TLS'", _said(error)
        )
        return TryLater(f"The mail server refuses our login or TLS: {_said(error)}.", after=STUCK)
    return TryLater(f"The mail server could not be reached: {_said(error)}.")


def _refused(error: Exception) -> TwingeError:
    """While sender and recipient were named: nothing was handed over."""
    who = "recipient" if isinstance(error, aiosmtplib.SMTPRecipientRefused) else "sender"
    if _code_of(error) not in range(500, 600):
        return TryLater(f"The mail server does not take the {who} now: {_said(error)}.")
    dead = who == "recipient" and _detail_of(error) in _NOBODY
    return GiveUp(f"The mail server refuses the {who}: {_said(error)}.", disable=dead, alert=not dead)


def _lost(error: Exception) -> TwingeError:
    """While the text was handed over: only a clear no is a no."""
    code = _code_of(error) if isinstance(error, aiosmtplib.SMTPDataError) else 0
    if code in range(400, 500):
        return TryLater(f"The mail server does not take the mail now: {_said(error)}.")
    if code in range(500, 600):
        return GiveUp(f"The mail server refuses the mail: {_said(error)}.", alert=True)
    return Unknown(f"The mail server's answer was lost: {_said(error)}.")


def _code_of(error: Exception) -> int:
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0


def _detail_of(error: Exception) -> str:
    """The code behind the code, as in `550 5.1.1 …`; empty where the server gives none."""
    found = _CODE.match(error.message) if isinstance(error, aiosmtplib.SMTPResponseException) else None
    return found.group() if found else ""


def _said(error: Exception) -> str:
    """What went wrong, without a word of the server's: those often repeat the address."""
    codes = f"{_code_of(error) or ''} {_detail_of(error)}".strip()
    cause = error.__cause__
    return codes or type(cause if isinstance(cause, Exception) else error).__name__


def _bytes_of(letter: EmailMessage) -> bytes:
    """Headers unfolded: the library would encode a link that is longer than a line."""
    return letter.as_bytes(policy=letter.policy.clone(max_line_length=998))


def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_MAIL_{name} must be {wanted}.")


def _read_server(env: Mapping[str, str]) -> Server:
    host, user, password = env.get("HOST", ""), env.get("USER", ""), env.get("PASSWORD", "")
    secrets, tls = tuple(env.get("SECRET", "").split()), env.get("TLS", "starttls")
    _want(bool(host) and host.isprintable() and not set(host) & set(" :/@"), "HOST", "the name of your mail server")
    sender = _read_sender(env.get("FROM", ""))
    enough = bool(secrets) and min(map(len, secrets)) >= SHORTEST_SECRET
    _want(enough, "SECRET", f"a secret of yours, at least {SHORTEST_SECRET} characters: it seals the unsubscribe link")
    _want(tls in PORTS, "TLS", "starttls, tls or off")
    port = env.get("PORT", str(PORTS.get(tls, 0)))
    _want(port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536, "PORT", "a number from 1 to 65535")
    _want(bool(user) == bool(password), "PASSWORD", "set together with TWINGE_MAIL_USER, or neither")
    _want(not user or tls != "off", "TLS", "starttls or tls: a password does not travel in the clear")
    return Server(host, sender, secrets, tls, int(port), user, password, env.get("CA", ""))


def _read_sender(text: str) -> Address:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to load, if mail is not set up

    name, address = parseaddr(text)
    try:
        found = validate_email(address if text.isprintable() else "", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotConfigured("TWINGE_MAIL_FROM must be an address, like Twinge <twinge@example.org>.") from None
    return Address(name, addr_spec=f"{found.ascii_local_part}@{found.ascii_domain}")
