"""A small APNs for tests: HTTP/2 over TLS, checks the provider token, takes notifications, and plays faults.

Its answers: https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded

KEY_ID, TEAM_ID, TOPIC = "ABC123DEFG", "DEF123GHIJ", "org.example.club"

STATUSES = {
    **dict.fromkeys(("BadDeviceToken", "DeviceTokenNotForTopic", "TopicDisallowed", "BadTopic", "MissingTopic"), 400),
    **dict.fromkeys(("IdleTimeout", "PayloadEmpty", "BadExpirationDate"), 400),
    **dict.fromkeys(("ExpiredProviderToken", "InvalidProviderToken", "MissingProviderToken", "Forbidden"), 403),
    **dict.fromkeys(("UnrelatedKeyIdInToken", "BadEnvironmentKeyIdInToken"), 403),
    "BadPath": 404,
    "MethodNotAllowed": 405,
    **dict.fromkeys(("Unregistered", "ExpiredToken"), 410),
    "PayloadTooLarge": 413,
    **dict.fromkeys(("TooManyRequests", "TooManyProviderTokenUpdates"), 429),
    "InternalServerError": 500,
    **dict.fromkeys(("ServiceUnavailable", "Shutdown"), 503),
}


@cache
def private_key() -> ec.EllipticCurvePrivateKey:
    """The team's; one for all tests."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """What Apple gives as a .p8 file."""
    form = serialization.PrivateFormat.PKCS8
    return (key or private_key()).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@dataclass
class ApnsStandin:
    """`mode` is 200, a status, one of Apple's reasons, or a fault: hang · reset · rst (the stream alone) · half (ends
    within the answer) · nonsense (not HTTP/2) · garbage (400 and no JSON) · goaway (the answer, then the end
    of the connection)."""

    mode: str | int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Headers and, as `payload`, the body of each request."""
    sizes: list[int] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    talks: set[asyncio.Task[Any]] = field(default_factory=set)

    @asynccontextmanager
    async def serve(self, authority: trustme.CA) -> AsyncIterator[str]:
        """On a free port of this machine; its base URL."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        context.set_alpn_protocols(["h2"])
        listener = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        try:
            yield f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        finally:
            listener.close()
            for talk in self.talks:
                talk.cancel()
            await asyncio.gather(*self.talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.talks.add(task)
        self.connections += 1
        talk = H2Connection(H2Configuration(client_side=False))
        talk.initiate_connection()
        requests: dict[int, tuple[dict[str, str], bytearray]] = {}
        try:
            while not writer.is_closing():
                writer.write(talk.data_to_send())
                if not (data := await reader.read(65_536)):
                    break
                for event in talk.receive_data(data):
                    match event:
                        case RequestReceived(headers=headers, stream_id=int(stream)):
                            pairs = [(name.decode(), value.decode()) for name, value in headers or ()]
                            assert len(dict(pairs)) == len(pairs), "a header twice"
                            requests[stream] = dict(pairs), bytearray()
                        case DataReceived(data=bytes(part), stream_id=int(stream)):
                            requests[stream][1].extend(part)
                            talk.acknowledge_received_data(len(part), stream)
                        case StreamEnded(stream_id=int(stream)):
                            self._answer(talk, writer, stream, *requests.pop(stream))
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()
            self.talks.discard(task)

    def _answer(
        self, talk: H2Connection, writer: asyncio.StreamWriter, stream: int, headers: dict[str, str], body: bytearray
    ) -> None:
        self._check(headers)
        self.sizes.append(len(body))
        self.asked.append({**headers, "payload": json.loads(bytes(body))})
        match self.mode:
            case "hang":
                pass
            case "reset":
                writer.transport.abort()
            case "rst":
                talk.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
            case "half":
                talk.send_headers(stream, [(":status", "400"), ("content-length", "4000")])
                talk.send_data(stream, b'{"reas')
                self._end(talk, writer)
            case "nonsense":
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                writer.close()
            case "goaway":
                self._say(talk, stream, 200, headers, b"")
                talk.close_connection(last_stream_id=stream)
                self._end(talk, writer)
            case "garbage":
                self._say(talk, stream, 400, headers, b"<html>")
            case mode:
                reason = json.dumps({"reason": mode, "timestamp": 1_777_626_000_000}).encode()
                status, told = (mode, b"") if isinstance(mode, int) else (STATUSES[mode], reason)
                self._say(talk, stream, status, headers, told)

    def _check(self, headers: dict[str, str]) -> None:
        scheme, _, token = headers["authorization"].partition(" ")
        assert scheme == "bearer"
        claims = jwt.decode(
            token, private_key().public_key(), algorithms=["ES256"], options={"verify_iat": False, "verify_exp": False}
        )
        assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": KEY_ID}
        self.tokens.append(claims)

    def _say(self, talk: H2Connection, stream: int, status: int, asked: dict[str, str], body: bytes) -> None:
        headers = [(":status", str(status)), ("apns-id", asked.get("apns-id", "")), *self.headers.items()]
        talk.send_headers(stream, headers, end_stream=not body)
        if body:
            talk.send_data(stream, body, end_stream=True)

    def _end(self, talk: H2Connection, writer: asyncio.StreamWriter) -> None:
        writer.write(talk.data_to_send())
        writer.close()
