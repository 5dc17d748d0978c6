"""The clock of the house: APScheduler ticks, rows decide.

The scheduler keeps its jobs in memory and knows nothing worth saving. What must happen once has an occurrence row,
and what must happen at a time is a row with that time, so a missed or doubled tick changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from twinge.connections import Rounds
from twinge.erasure import Eraser
from twinge.sender import Sender
from twinge.store import Store

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("twinge.schedule")

GRACE_S = 3600
"""A tick that the loop was too busy for still comes; by default APScheduler drops it after one second."""


class Schedule:
    """Starts and stops the ticks."""

    def __init__(self, store: Store, sender: Sender, rounds: Rounds, eraser: Eraser) -> None:
        self._store, self._sender, self._rounds, self._eraser = store, sender, rounds, eraser
        self._scheduler: AsyncIOScheduler | None = None
        self._runs: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to tick."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415 - only one process needs it

        made = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1}
        )
        made.add_job(self._ring, "interval", seconds=5)
        for seconds, ticks in self._ticks().items():
            for tick in ticks:
                made.add_job(self._guarded, "interval", seconds=seconds, args=[tick])
        made.start()
        self._scheduler = made

    def _ticks(self) -> dict[int, tuple[Callable[[], Awaitable[object]], ...]]:
        """Seconds between two rounds, and the rounds."""
        rounds = self._rounds
        return {
            10: (rounds.bring_pasts, self._eraser.round),
            60: (rounds.say_goodbyes, rounds.ask, self._eraser.run_errands),
            600: (rounds.reconcile, rounds.inspect),
            3600: (rounds.forget, rounds.purge),
        }

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
