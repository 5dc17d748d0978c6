"""A mail server for tests: takes mails, refuses at each step, and plays faults; and whatever else may listen there."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as MODERN  # noqa: N812 - the policy's name says what it is for
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Post:
    """A mail server's mind: what it answers, and the mails it has taken. aiosmtpd speaks for it."""

    sender: str = ""
    recipient: str = ""
    text: str = ""
    fault: str = ""
    """After the text: hang · drop (taken, and never said so)."""
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.text:
            return self.text
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.mails.append(message_from_bytes(envelope.content, policy=MODERN))
        if self.fault == "hang":
            await asyncio.sleep(30)
        if self.fault == "drop":
            hang_up(server)
        return "250 2.0.0 queued as 4XyZ"

    def login(self, server: SMTP, session: Session, envelope: Envelope, how: str, what: Any) -> AuthResult:
        assert isinstance(what, LoginPassword)
        self.logins.append((what.login.decode(), what.password.decode()))
        return AuthResult(success=what.password == b"right", handled=False)


def hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


@asynccontextmanager
async def open_post(post: Post, *, wrapped: ssl.SSLContext | None = None, **more: Any) -> AsyncIterator[int]:
    """The mail server on a free port of this machine."""
    loop = asyncio.get_running_loop()
    talks: list[SMTP] = []

    def talk() -> SMTP:
        talks.append(SMTP(post, hostname="post.example", loop=loop, decode_data=False, **more))
        return talks[-1]

    listener = await loop.create_server(talk, "127.0.0.1", 0, ssl=wrapped)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for one in talks:
            hang_up(one)
        await asyncio.sleep(0)


@asynccontextmanager
async def odd_post(*lines: bytes, holds: bool = False) -> AsyncIterator[int]:
    """Whatever listens there: it says its first line, another after each line it hears, then hangs up or `holds`."""
    talks: list[asyncio.Task[Any] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        for line in lines:
            writer.write(line)
            await reader.readline()
        if holds:
            await reader.read()
        writer.transport.abort()

    listener = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]
    await asyncio.gather(*(one for one in talks if one is not None), return_exceptions=True)
