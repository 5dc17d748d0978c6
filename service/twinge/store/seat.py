"""A process's seat at a PostgreSQL: who is alive, without a lease or a heartbeat; and the bells between processes.

A seat is a random number under an advisory lock that belongs to one connection. The server drops the lock the moment
that connection ends, so a process that was killed is seen to be gone at once, and one that still works never. A seat
that is lost with its connection is taken anew under another number; what was claimed under the old one may go to
somebody else, and `Inbox.hold` finds out in the transaction that would have used it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import OperationalError

log = logging.getLogger("twinge.store")

CLASS: Final = 0x7477
"""First half of the key of our advisory locks."""
LIVING: Final = f"""
SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = {CLASS} AND objsubid = 2 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608 - our own number
CHANNEL: Final = "twinge"
RETRY_S: Final = 1.0
LOOK_S: Final = 15.0
"""How often a silent connection is asked whether it is still there."""
PAUSE_S: Final = 0.02
"""Between two notifications: a bell that rings rings once, however many ring it."""

LOST: Final = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError, OperationalError)
Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Seat:
    """Held from `open` to `close`; `number` is None while the database is away."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self.number: int | None = None
        self._connection: asyncpg.Connection | None = None
        self._busy = asyncio.Lock()
        self._hears: dict[str, Callable[[], None]] = {}
        self._words: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._holding: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take a seat, and keep one from now on."""
        gone = await self._sit()
        self._holding = asyncio.create_task(self._hold(gone), name="seat")

    async def close(self) -> None:
        """Leave."""
        for task in (self._holding, self._telling):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self._stand_up()

    def listen(self, word: str, hear: Callable[[], None]) -> None:
        """`hear` is called when another process tells `word`."""
        self._hears[word] = hear

    def tell(self, word: str) -> None:
        """Tell the others soon."""
        self._words.add(word)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._words:
            words, self._words = sorted(self._words), set()
            with contextlib.suppress(*LOST):
                async with self._busy:
                    await self._ask("SELECT pg_notify($1, $2)", CHANNEL, f"{self.number} {' '.join(words)}")
            await asyncio.sleep(PAUSE_S)

    async def _ask(self, statement: str, *values: str) -> None:
        if self._connection is not None:
            await self._connection.fetchval(statement, *values, timeout=LOOK_S)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        teller, *words = payload.split()
        if teller != str(self.number):
            for word in words:
                self._hears.get(word, lambda: None)()

    async def _hold(self, gone: asyncio.Event) -> None:
        while True:
            await self._watch(gone)
            log.warning("hop=seat outcome=lost")
            await self._stand_up()
            gone = await self._sit_again()
            log.warning("hop=seat outcome=taken")
            for hear in self._hears.values():  # whatever was told meanwhile
                hear()

    async def _watch(self, gone: asyncio.Event) -> None:
        """Until the connection is gone."""
        while not gone.is_set():
            try:
                await asyncio.wait_for(gone.wait(), LOOK_S)
            except TimeoutError:
                try:
                    async with self._busy:
                        await self._ask("SELECT 1")
                except LOST:
                    return

    async def _sit_again(self) -> asyncio.Event:
        while True:
            try:
                return await self._sit()
            except LOST:
                await asyncio.sleep(RETRY_S)

    async def _sit(self) -> asyncio.Event:
        """Connect and lock a number that nobody has; the event is set when the connection ends."""
        connection = await self._connect()
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        number = secrets.randbelow(2**31 - 1) + 1
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", CLASS, number):
            number = secrets.randbelow(2**31 - 1) + 1
        await connection.add_listener(CHANNEL, self._heard)
        self._connection, self.number = connection, number
        return gone

    async def _stand_up(self) -> None:
        connection, self._connection, self.number = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(*LOST):
                await connection.close(timeout=2)
