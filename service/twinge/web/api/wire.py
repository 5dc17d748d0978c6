"""The wire: one watcher of the feed a process, for however many streams.

It polls as long as somebody listens, at once when the store rings, and keeps the last rows at hand: a stream that is up
to date costs the database nothing. A stream that is behind reads its pages itself. No stream has a queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from aiohttp import web

from twinge.store.feed import Feed, Happened, whole

log = logging.getLogger("twinge.web")

AT_HAND: Final = 1000
"""Rows kept in memory."""
PAGE: Final = 200
"""Rows that a stream writes at once."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the streams run, in seconds."""

    poll_s: float = 1.0
    """At least so often the feed is looked at: what another replica wrote rings no bell here."""
    rest_s: float = 0.05
    """Between two looks: under load many commits are read at once."""
    beat_s: float = 15.0
    """So often a stream shows that it lives, and its key is looked at again."""
    write_s: float = 20.0
    """A reader that takes nothing for so long is cut off; it resumes where it was."""
    most: int = 100
    """Streams at a time."""


PACE: Final = Pace()


class Wanted(NamedTuple):
    """What a stream is narrowed to."""

    types: frozenset[str]
    """Empty: all."""
    athletes: frozenset[str] | None
    """None: everybody, and what is about nobody."""

    def wants(self, row: Happened) -> bool:
        """Whether a row is for this stream."""
        return (not self.types or row.type in self.types) and (self.athletes is None or row.athlete_id in self.athletes)


class Wire:
    """Made once an application."""

    def __init__(self, feed: Feed, clock: Callable[[], datetime], pace: Pace) -> None:
        self._feed, self._clock, self.pace = feed, clock, pace
        self._rows: deque[Happened] = deque()
        self._since = 0
        """Everything that came after this id, up to `position`, is in `_rows`."""
        self._watcher: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self.turn = asyncio.Event()
        """Set when there is more than there was; each turn has one of its own."""
        self.position = 0
        """The last id that may be told: before it nothing is missing."""
        self.listening = 0
        self.closing = False

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        """Somebody listens inside: `position` holds from the beginning. After the last one the watcher ends."""
        self.listening += 1
        try:
            await self._begin()
            yield
        finally:
            self.listening -= 1
            if not self.listening:
                self._feed.bell.set()

    def close(self) -> None:
        """No more: every stream ends."""
        self.closing = True
        self.turn.set()

    async def ended(self) -> None:
        """Wait for the watcher: cut off in the middle of a read it would leave a connection half closed."""
        if self._watcher is not None:
            await self._watcher

    async def after(self, place: int, wanted: Wanted) -> tuple[Sequence[Happened], int]:
        """What a stream at `place` gets next, and where it is then."""
        upto = self.position
        if place >= upto:
            return [], place
        if place >= self._since:
            rows = list(islice((row for row in self._rows if row.id > place and wanted.wants(row)), PAGE))
        else:
            types, athletes = wanted
            rows = await self._feed.read(place, PAGE, upto=upto, types=types, athletes=athletes)
        return rows, rows[-1].id if len(rows) == PAGE else upto

    async def _begin(self) -> None:
        async with self._looking:
            if self._watcher is None:
                self._rows.clear()
                self.position = self._since = await self._feed.settled(self._clock())
                self._watcher = asyncio.create_task(self._watch(), name="wire")
        await self._look()

    async def _watch(self) -> None:
        while self.listening:
            self._feed.bell.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - a database that is gone comes back, and the streams go on
                log.error("hop=events outcome=interrupted error=%s", type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.pace.poll_s):
                    await self._feed.bell.wait()
            await asyncio.sleep(self.pace.rest_s)
        self._watcher = None

    async def _look(self) -> None:
        """Take in what is new."""
        async with self._looking:
            while True:
                found = await self._feed.read(self.position, PAGE)
                self._take(whole(found, self.position, self._clock()))
                if len(found) < PAGE or found[-1].id != self.position:
                    return

    def _take(self, rows: Sequence[Happened]) -> None:
        if not rows:
            return
        self._rows.extend(rows)
        while len(self._rows) > AT_HAND:
            self._since = self._rows.popleft().id
        self.position = rows[-1].id
        turn, self.turn = self.turn, asyncio.Event()
        turn.set()


WIRE = web.AppKey("wire", Wire)
