"""The load: requests built and signed beforehand, sent by raw connections that each keep one in flight."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import cast
from urllib.parse import urlsplit

import uvloop

KEY = b"thirty-two bytes for the bench!!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
LONGEST_S = 300.0
_LENGTH = b"content-length:"


def request(body: bytes, call: str, stamp: int) -> bytes:
    """One POST to the generic hook, signed by Standard Webhooks at `stamp` (Unix seconds)."""
    mac = base64.b64encode(hmac.digest(KEY, f"{call}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    head = (
        "POST /hooks/generic HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"webhook-id: {call}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{mac}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def is_whole(answer: bytes) -> bool:
    """Whether an answer has come to its end."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    place = head.find(_LENGTH) + len(_LENGTH)
    return len(answer) >= end + 4 + int(head[place:].split(b"\r", 1)[0])


@dataclass(slots=True)
class Shots:
    """What a burst came to. Times in seconds, on the monotonic clock that all processes share."""

    began: float = 0.0
    ended: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / (self.ended - self.began)

    def quantile(self, share: float) -> float:
        """The wait in milliseconds that `share` of the answers did not pass."""
        return 1000 * quantile(sorted(self.waits), share)


def quantile(ranked: Sequence[float], share: float) -> float:
    """The value that `share` of `ranked` do not pass."""
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


class _Line(asyncio.Protocol):
    """One connection: writes the next request when the answer to the last one is whole."""

    def __init__(self, ammunition: Iterator[bytes], until: float, shots: Shots, over: asyncio.Future[None]) -> None:
        self._ammunition, self._until, self._shots, self._over = ammunition, until, shots, over
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own is none by its class
        self._next()

    def _next(self) -> None:
        now = time.perf_counter()
        raw = next(self._ammunition, None) if now < self._until else None
        if raw is None:
            self._shots.ended = max(self._shots.ended, now)
            self._transport.close()
            return
        self._sent = now
        self._transport.write(raw)

    def data_received(self, data: bytes) -> None:
        self._buffer = data if not self._buffer else self._buffer + data
        if not is_whole(self._buffer):
            return
        self._shots.waits.append(time.perf_counter() - self._sent)
        self._shots.refused += self._buffer[9:12] != b"200"
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._over.done():
            self._over.set_result(None)


def fire(url: str, ammunition: Sequence[bytes], connections: int, seconds: float = 1e9, *others: str) -> Shots:
    """Send until the time or the ammunition is over; every request once, to `url` and the `others` in equal parts."""
    return uvloop.run(_fire([url, *others], ammunition, connections, seconds))


async def _fire(urls: Sequence[str], ammunition: Sequence[bytes], connections: int, seconds: float) -> Shots:
    loop = asyncio.get_running_loop()
    shots, belt = Shots(began=time.perf_counter()), iter(ammunition)
    ends = [loop.create_future() for _ in range(connections)]
    until = shots.began + seconds
    for place, over in zip(cycle(map(urlsplit, urls)), ends, strict=False):
        line = partial(_Line, belt, until, shots, over)
        await loop.create_connection(line, place.hostname or "", place.port or 80)
    async with asyncio.timeout(min(seconds, LONGEST_S) + 10):  # a server that answers no more must not hang the bench
        await asyncio.gather(*ends)
    return shots
