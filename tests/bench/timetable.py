"""The load by a timetable: each request has its moment, whatever became of the one before.

A client that waits for an answer before it sends the next request asks least of a server while that is slow, and so
measures the slow times least. Here a wait is counted from the planned moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.wire import is_whole

LINES = 64
"""Connections that are open from the start; more follow when all of them wait for an answer."""
LATEST_S = 60.0
"""How long an answer may take."""


@dataclass(slots=True)
class Ride:
    """When each request was to be sent, and when its answer was there: monotonic seconds; 0: never."""

    planned: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    refused: int = 0


class _Line(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self, ride: Ride, free: list[_Line]) -> None:
        self._ride, self._free = ride, free
        self._buffer = b""
        self._place = 0
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own is none by its class

    def send(self, place: int, raw: bytes) -> None:
        """Send the request of this number."""
        self._place = place
        self._transport.write(raw)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not is_whole(self._buffer):
            return
        self._ride.answered[self._place] = time.perf_counter()
        self._ride.refused += self._buffer[9:12] != b"200"
        self._buffer = b""
        self._free.append(self)

    def close(self) -> None:
        """No more."""
        self._transport.close()


def ride(url: str, requests: Sequence[bytes], per_s: float) -> Ride:
    """Send `requests` evenly, so many a second, and wait for the answers."""
    return uvloop.run(_ride(url, requests, per_s))


async def _ride(url: str, requests: Sequence[bytes], per_s: float) -> Ride:
    found, free, lines = Ride(answered=[0.0] * len(requests)), list[_Line](), list[_Line]()

    async def connect() -> _Line:
        place = urlsplit(url)
        _, line = await asyncio.get_running_loop().create_connection(
            lambda: _Line(found, free), place.hostname or "", place.port or 80
        )
        lines.append(line)
        return line

    free += [await connect() for _ in range(LINES)]
    began = time.perf_counter() + 0.05
    found.planned = [began + place / per_s for place in range(len(requests))]
    for place, raw in enumerate(requests):
        await asyncio.sleep(max(0.0, found.planned[place] - time.perf_counter()))
        line = free.pop() if free else await connect()
        line.send(place, raw)
    end = time.perf_counter() + LATEST_S
    while len(free) < len(lines) and time.perf_counter() < end:
        await asyncio.sleep(0.01)
    for line in lines:
        line.close()
    return found
