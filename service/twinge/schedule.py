"""The clock of the house: APScheduler ticks, rows decide.

The scheduler keeps its jobs in memory and knows nothing worth saving. What must happen once has an occurrence row,
and what must happen at a time is a row with that time, so a missed or doubled tick changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from twinge.fetch import RECONCILE, Tokens, pointers_body
from twinge.plugin import Access, Delivery, PlatformAdapter, Pointer, TwingeError
from twinge.sender import Sender
from twinge.store import Connection, Store

log = logging.getLogger("twinge.schedule")

GRACE_S = 3600
"""A tick that the loop was too busy for still comes; by default APScheduler drops it after one second."""
KEEP = timedelta(days=30)
"""How long the raw text of a finished delivery is kept."""
LOOK_BACK = timedelta(days=2)
"""What a lost webhook may have been about: a day, and a day for a reconcile that was missed."""
AT_A_TIME = 5
"""Pointers in one delivery of ours."""


class Schedule:
    """Starts and stops the ticks; each tick is also a method, for tests and for `twinge demo`."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        platforms: Mapping[str, PlatformAdapter],
        tokens: Tokens,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._sender, self._platforms = store, sender, platforms
        self._tokens, self._clock = tokens, clock
        self._scheduler: AsyncIOScheduler | None = None
        self._runs: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to tick."""
        made = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1}
        )
        made.add_job(self._ring, "interval", seconds=5)
        made.add_job(self._guarded, "interval", seconds=600, args=[self.reconcile])
        made.add_job(self._guarded, "interval", seconds=3600, args=[self.purge])
        made.start()
        self._scheduler = made

    async def stop(self) -> None:
        """No more ticks; a tick under way ends first."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._runs, return_exceptions=True)

    async def _ring(self) -> None:
        self._sender.ring()
        self._store.bell.set()

    async def _guarded(self, tick: Callable[[], Awaitable[object]]) -> None:
        """Run a tick as a task of our own, so that `stop` can wait for it."""
        run = asyncio.ensure_future(self._run(tick))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        await asyncio.shield(run)

    async def _run(self, tick: Callable[[], Awaitable[object]]) -> None:
        try:
            await tick()
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("hop=schedule outcome=failed error=%s", type(error).__name__)

    async def reconcile(self) -> int:
        """Once a day and connection: ask platforms that can list what a lost webhook would have said."""
        put = 0
        for name, adapter in self._platforms.items():
            if adapter.capabilities.polls:
                for connection in await self._store.athletes.connected(name):
                    put += await self._reconcile_one(adapter, connection)
        return put

    async def _reconcile_one(self, adapter: PlatformAdapter, connection: Connection) -> int:
        now = self._clock()
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if not await self._store.occurrence(f"reconcile:{connection.platform}:{connection.external_id}", day):
            return 0

        async def call(access: Access) -> Sequence[Pointer]:
            return await adapter.recent(access, now - LOOK_BACK)

        try:
            pointers = await self._tokens.using(adapter, connection.platform, connection.external_id, call)
        except TwingeError as error:
            log.warning("hop=schedule platform=%s outcome=%s", connection.platform, type(error).__name__)
            return 0
        return await self._put(connection, await self._missed(connection, pointers), now)

    async def _missed(self, connection: Connection, pointers: Sequence[Pointer]) -> list[Pointer]:
        """The pointers to workouts we do not hold: each of the others would cost calls and say nothing new."""
        places = {(connection.athlete_id, f"{connection.platform}:{pointer.object_id}") for pointer in pointers}
        async with self._store.read() as tx:
            held = {key for (_, key), one in (await self._store.history.known(tx, places)).items() if not one.removed}
        return [pointer for pointer in pointers if f"{connection.platform}:{pointer.object_id}" not in held]

    async def _put(self, connection: Connection, pointers: Sequence[Pointer], now: datetime) -> int:
        """Into the inbox, where they take the way of every delivery."""
        for start in range(0, len(pointers), AT_A_TIME):
            delivery = Delivery(
                platform=connection.platform,
                method="",
                path=RECONCILE,
                query={},
                headers={},
                body=pointers_body(pointers[start : start + AT_A_TIME]),
                received_at=now,
            )
            key = f"{RECONCILE}:{connection.external_id}:{now:%Y-%m-%d}:{start}"
            await self._store.inbox.put(delivery, key, f"{connection.platform}:{connection.external_id}")
        return len(pointers)

    async def purge(self) -> int:
        """Once a day: forget finished deliveries and runs that are older than we need them."""
        now = self._clock()
        if not await self._store.occurrence("purge", now.replace(hour=0, minute=0, second=0, microsecond=0)):
            return 0
        await self._store.forget_occurrences(now - KEEP)
        return await self._store.inbox.purge(now - KEEP)
