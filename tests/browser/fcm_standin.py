"""Google's push back-end, as far as a real Chromium speaks to it, on loopback.

Chromium checks in and registers over HTTP, then keeps one TLS connection of the Mobile Connection Server (MCS) open,
on which pushes arrive. The push service's own end is RFC 8030: what is posted there goes to the browser unopened.
Messages and tags: https://chromium.googlesource.com/chromium/src/+/main/google_apis/gcm/protocol/mcs.proto and
`checkin.proto` beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

import trustme
from aiohttp import web

VERSION: Final = 41
HEARTBEAT, LOGIN, CLOSE, LOGIN_RESPONSE, DATA = 0, 2, 4, 3, 8
"""Tags of the MCS that we hear or say."""
DEVICE, TOKEN = 123_456_789, 987_654_321


@dataclass
class FcmStandin:
    """Subscriptions by their endpoints, and the browsers that listen."""

    http: str = ""
    """Where checkin, registration and the push service are."""
    mcs: str = ""
    heard: list[str] = field(default_factory=list)
    """What the browser and the sender did, in order."""
    pushes: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    """Headers (in lower case) and ciphertext of each push."""
    gone: set[str] = field(default_factory=set)
    """Tokens that answer 410."""
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    _subscribed: dict[str, dict[str, str]] = field(default_factory=dict)
    _browsers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def flags(self) -> list[str]:
        """What Chromium must be started with to take us for Google."""
        return [
            f"--gcm-checkin-url={self.http}/checkin",
            f"--gcm-registration-url={self.http}/register",
            f"--gcm-mcs-endpoint={self.mcs}",
            "--ignore-certificate-errors",
        ]

    async def check_in(self, request: web.Request) -> web.Response:
        """A device id and a security token, which come back in each login."""
        self.heard.append("checkin")
        ids = b"\x39" + struct.pack("<Q", DEVICE) + b"\x41" + struct.pack("<Q", TOKEN)
        return web.Response(body=number(1, 1) + ids + text(11, "version"), content_type="application/x-protobuffer")

    async def register(self, request: web.Request) -> web.Response:
        """A token that becomes the last part of a subscription's endpoint. What does not subscribe is unregistering."""
        asked = dict(parse_qsl((await request.read()).decode()))
        token = f"token-{secrets.token_urlsafe(9)}"
        if asked.get("delete") == "true":
            self.heard.append("unregister")
            return web.Response(text=f"deleted={asked.get('app', '')}")
        if asked.get("X-subtype", "").startswith("wp:"):
            self.heard.append("register")
            self._subscribed[token] = asked
        return web.Response(text=f"token={token}")

    async def push(self, request: web.Request) -> web.Response:
        """RFC 8030, section 5."""
        token, body = request.match_info["token"], await request.read()
        asked = self._subscribed.get(token)
        if asked is None or token in self.gone:
            return web.Response(status=410)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.pushes.append((headers, body))
        self.heard.append("push")
        message = self._data(asked, headers.get("content-encoding", ""), body)
        for browser in list(self._browsers):
            browser.write(frame(DATA, message))
            await browser.drain()
        return web.Response(status=201, headers={"Location": f"/messages/{len(self.pushes)}"})

    def _data(self, asked: Mapping[str, str], encoding: str, body: bytes) -> bytes:
        """`DataMessageStanza`: from, category, app data, persistent id, sent, raw data."""
        more = {"subtype": asked["X-subtype"], "content-encoding": encoding}
        pairs = b"".join(text(7, text(1, name) + text(2, value)) for name, value in more.items())
        names = text(3, asked["sender"]) + text(5, asked["app"])
        return names + pairs + text(9, f"0:{len(self.pushes)}") + number(18, 1_000) + text(21, body)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One browser's connection: a version, then frames of tag, length, message."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            await reader.readexactly(1)
            writer.write(bytes([VERSION]))
            while (tag := (await reader.readexactly(1))[0]) != CLOSE:
                await reader.readexactly(await _length(reader))
                await self._answer(tag, writer)
        self._browsers.discard(writer)
        writer.close()

    async def _answer(self, tag: int, writer: asyncio.StreamWriter) -> None:
        if tag == HEARTBEAT:
            writer.write(frame(1, b""))
        elif tag == LOGIN:
            self.heard.append("login")
            writer.write(frame(LOGIN_RESPONSE, text(1, "chrome") + text(2, "somebody") + number(8, 1_000)))
            await writer.drain()
            self._browsers.add(writer)
            self.listening.set()

    def hang_up(self) -> None:
        """Close every browser's connection."""
        for browser in self._browsers:
            browser.close()


@asynccontextmanager
async def fcm_standin() -> AsyncIterator[FcmStandin]:
    """Both servers, on free ports."""
    standin, app = FcmStandin(), web.Application()
    app.router.add_post("/checkin", standin.check_in)
    app.router.add_post("/register", standin.register)
    app.router.add_post("/fcm/send/{token}", standin.push)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    door = await asyncio.start_server(standin.talk, "127.0.0.1", 0, ssl=tls)
    standin.http = f"http://127.0.0.1:{runner.addresses[0][1]}"
    standin.mcs = f"https://127.0.0.1:{door.sockets[0].getsockname()[1]}"
    try:
        yield standin
    finally:
        standin.hang_up()
        door.close()
        await runner.cleanup()


# ---- protobuf, as much of it as this takes ---------------------------------------------------------------------------


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def number(place: int, value: int) -> bytes:
    """A field that is a number."""
    return varint(place << 3) + varint(value)


def text(place: int, value: str | bytes) -> bytes:
    """A field that is a text, bytes or a message."""
    raw = value.encode() if isinstance(value, str) else value
    return varint(place << 3 | 2) + varint(len(raw)) + raw


def frame(tag: int, message: bytes) -> bytes:
    """One message on the connection."""
    return bytes([tag]) + varint(len(message)) + message


async def _length(reader: asyncio.StreamReader) -> int:
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return length
