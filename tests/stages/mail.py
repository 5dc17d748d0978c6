"""The stage of `mail`: SMTP to a mail server on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from typing import Any

from aiohttp.test_utils import unused_port

from faulty import PATIENCE_S
from mail_standin import Post, odd_post, open_post
from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import Stage
from twinge_mail import Mail, Server

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n_1", "alice@example.com", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))
SENDER = Address("Twinge", addr_spec="twinge@example.org")
UNTIL_THE_END = (b"220 post.example\r\n", b"250 post.example\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """SMTP has a code for each step of the talk, and no word for how long to wait."""
    post = Post()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(open_post(post))
        cut = await stack.enter_async_context(odd_post(*UNTIL_THE_END, b"25"))
        yield Stage(
            _channel(port),
            MESSAGE,
            {
                "accepted": _play(post),
                "not reached": lambda: _channel(unused_port()),
                "busy": _play(post, recipient="450 4.7.1 too many mails"),
                "ill": _play(post, text="451 4.3.0 local error"),
                "hangs": _play(post, fault="hang"),
                "reset": _play(post, fault="drop"),
                "cut": lambda: _channel(cut),
                "garbage": _play(post, text="299 hm"),
                "login": lambda: _channel(port, user="twinge", password="wrong"),
                "no": _play(post, text="554 5.6.0 spam"),
                "dead": _play(post, recipient="550 5.1.1 who?"),
            },
            lambda: len(post.raw),
            ["", "alice", "alice@localhost", "alice@example.com\r\nRCPT TO:<eve@evil.example>"],
        )


def _play(post: Post, **mode: str) -> Callable[[], object]:
    calm = {"sender": "", "recipient": "", "text": "", "fault": ""}
    return lambda: vars(post).update({**calm, **mode})


def _channel(port: int, **more: Any) -> Mail:
    secret = "a-secret-for-the-link"
    return Mail(Server("127.0.0.1", SENDER, (secret,), "off", port, deadline_s=PATIENCE_S, **more))
