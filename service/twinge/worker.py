"""The worker: inbox → items → judge → outbox, one transaction a batch, each athlete's events in order.

Here batches are claimed, chosen and committed; what becomes of each delivery is decided in `ends`. Until it has ended
it is in the inbox. A crash leaves its attempt counted, so whatever crashes the process is met alone and then set aside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from twinge.core.pack import STANDARD, Pack
from twinge.desk import Desk
from twinge.ends import Ends
from twinge.fetch import OpenRecording, Reader
from twinge.job import Fault, Job, Later
from twinge.limits import Limits, Tokens
from twinge.plugin import FILES, Channel, PlatformAdapter
from twinge.portion import Portion
from twinge.rulebook import Rulebook
from twinge.store import TROUBLE, Store, Waiting
from twinge.tracing import NULL, Tracer
from twinge.trail import Trail

log = logging.getLogger("twinge.worker")

BATCH = 100
"""Deliveries a transaction: large enough to share a commit, small enough that the hooks wait little."""
IN_WORK = 300
"""No more are claimed at once, or while so many are being fetched: a full inbox is three transactions to a claim."""
BYTES_IN_WORK = 64 * 1024 * 1024
"""… or while the bodies in hand have so many bytes: a hundred device files may have 3 GB."""
POLL_S = 1.0
COMPANY_S = 0.01
"""How long is waited for company when everything is in hand: a transaction costs as much for one as for a dozen."""
LOOK_EVERY = timedelta(seconds=5)
"""How often it is looked up who is due by the clock alone."""


class Worker:
    """`run` until told to stop, or `drain` what is there."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, PlatformAdapter],
        channels: Mapping[str, Channel],
        tokens: Tokens,
        clock: Callable[[], datetime],
        pack: Pack = STANDARD,
        *,
        fetch_deadline_s: float = 30.0,
        open_recording: OpenRecording | None = None,
        bytes_in_work: int = BYTES_IN_WORK,
        tracer: Tracer = NULL,
    ) -> None:
        self._trail = trail = Trail(store, tracer)
        self._store, self._channels, self._clock = store, channels, clock
        self._rulebook, self._pack = Rulebook(store, pack), pack
        self._portion = Portion(BATCH)
        limits = Limits(store, tokens, clock)
        self._reader = Reader(
            store,
            platforms,
            channels,
            limits,
            deadline_s=fetch_deadline_s,
            open_recording=open_recording,
            trail=trail,
        )
        self._fetching: dict[asyncio.Task[None], list[Job]] = {}
        self._ready: list[Job] = []
        self._committing: list[Job] = []
        self._choosing = asyncio.Lock()
        self._settled = asyncio.Event()
        """Set when a batch has ended: lanes are free that the other hand may have been waiting for."""
        self._plenty = asyncio.Event()
        """Set while the last claim found as much as it asked for."""
        self._looked: datetime | None = None
        self._most_bytes = bytes_in_work

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then finish the batch in hand and give back what is being fetched."""
        try:
            async with asyncio.TaskGroup() as hands:
                hands.create_task(self._work(stop))
                if self._store.shared:
                    hands.create_task(self._help(stop))
        finally:
            await self._put_down()

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if not await self._calm_round():
                await self._rest(stop)
            elif not self._ready and not self._plenty.is_set():
                await asyncio.sleep(COMPANY_S)
        self._plenty.set()

    async def _help(self, stop: asyncio.Event) -> None:
        """A second hand for a full inbox: it works while the first one waits for the database.

        To the database the two are like two processes. SQLite has one writer, so there it would only wait.
        """
        while not stop.is_set():
            await self._plenty.wait()
            if not stop.is_set() and not await self._calm_round(wakes=False):
                self._plenty.clear()

    async def drain(self) -> int:
        """Work until nothing can be claimed and nothing is being fetched; how many deliveries were worked on."""
        total = 0
        while True:
            done = await self._round()
            total += done
            if not done and not self._ready:
                if not self._fetching:
                    return total
                await asyncio.wait(self._fetching, return_when=asyncio.FIRST_COMPLETED)

    async def _calm_round(self, *, wakes: bool = True) -> int:
        """A round that outlives a database that is full, locked or gone: what was claimed stays in hand."""
        try:
            return await self._round(wakes=wakes)
        except Exception as error:  # noqa: BLE001 - the loop must go on; nothing was settled, so nothing is lost
            log.error("hop=worker outcome=interrupted error=%s", Fault.of(error).place)
            return 0

    async def _round(self, *, wakes: bool = True) -> int:
        async with self._choosing:
            self._store.bell.clear()
            self._settled.clear()
            await self._claim()
            if self._ready:
                await self._open_book()
            jobs = self._choose()
        if jobs:
            await self._finish(jobs)
        return len(jobs) + (await self._wake() if wakes else 0)

    def _choose(self) -> list[Job]:
        """The next batch, taken out of what is ready; no lane is in two hands."""
        busy = {job.row.lane for job in self._committing if job.row.lane}
        free = sorted((job for job in self._ready if job.row.lane not in busy), key=lambda job: job.row.id)
        chosen = free[: self._portion.size]
        self._committing += chosen
        self._ready = _without(self._ready, chosen)
        return chosen

    async def _open_book(self) -> None:
        """By which pack it is judged from here on: an operator may have changed it, here or at another replica."""
        self._pack = await self._rulebook.current()
        self._portion.begin(self._pack.version)

    async def _wake(self) -> int:
        """Judge those who are due by the clock; a wake that was struck out elsewhere in the meantime is left alone."""
        now = self._clock()
        if self._looked is not None and now - self._looked < LOOK_EVERY:
            return 0
        await self._open_book()
        most = self._portion.size
        wakes = await self._store.wakes.due(now, most)
        if wakes:
            async with self._store.write() as tx:
                desk = Desk(self._store, tx, self._channels, now, self._pack)
                await desk.wake(wakes)
            self._portion.done(desk.folded)
        self._looked = None if len(wakes) == most else now
        return len(wakes)

    async def _claim(self) -> None:
        """Claim, read, and sort into what is ready and what must be fetched; a lane moves as one."""
        if len(self._ready) >= self._portion.size:
            return
        in_work = self._in_work()
        room = self._most_bytes - sum(len(row.delivery.body) for row in in_work)
        if len(in_work) >= IN_WORK or room <= 0:
            return
        lanes: dict[str, list[Job]] = {}
        asked = IN_WORK - len(in_work)
        rows = await self._store.inbox.claim(self._clock(), asked, in_work, room)
        if len(rows) == asked:
            self._plenty.set()
        else:
            self._plenty.clear()
        for row in rows:
            lanes.setdefault(row.lane or f"#{row.id}", []).append(self._reader.read(row))
        for jobs in lanes.values():
            if any(job.points for job in jobs):
                task = asyncio.create_task(self._reader.bring(jobs))
                self._fetching[task] = jobs
                task.add_done_callback(self._brought)
            else:
                self._ready += jobs

    def _in_work(self) -> list[Waiting]:
        fetched = [job for jobs in self._fetching.values() for job in jobs]
        return [job.row for job in (*fetched, *self._ready, *self._committing)]

    @property
    def bytes_in_hand(self) -> int:
        """Bodies of what is claimed and not yet settled, together."""
        return sum(len(row.delivery.body) for row in self._in_work())

    def _brought(self, task: asyncio.Task[None]) -> None:
        jobs = self._fetching.pop(task)
        error = None if task.cancelled() else task.exception()
        for job in jobs if task.cancelled() or error is not None else ():
            job.failed = Later("interrupted", timedelta(seconds=1))
        self._ready += jobs
        self._store.bell.set()

    async def _finish(self, jobs: Sequence[Job]) -> None:
        """Commit the batch; if one of it raises, each alone, so that only that one is set aside."""
        left = jobs
        try:
            try:
                await self._commit(jobs)
            except TROUBLE:
                raise
            except Exception as error:  # noqa: BLE001 - a rule may raise anything
                await self._one_by_one(jobs, error)
            left = []
        finally:  # what was not settled stays in hand
            self._ready += left
            self._committing = _without(self._committing, jobs)
            self._settled.set()

    async def _one_by_one(self, jobs: Sequence[Job], error: Exception) -> None:
        log.error("hop=worker outcome=apart jobs=%d error=%s", len(jobs), Fault.of(error).place)
        stuck: set[str] = set()
        for job in jobs:
            try:
                await self._commit([job], stuck)
            except TROUBLE:
                raise
            except Exception as fault:  # noqa: BLE001 - see above
                job.failed = Fault.of(fault)
                await self._commit([job], stuck)

    async def _commit(self, jobs: Sequence[Job], stuck: set[str] | None = None) -> None:
        """All effects of `jobs` and their ends, in one transaction. `stuck` gathers the lanes that must wait."""
        stuck = set() if stuck is None else stuck
        now, began = self._clock(), self._trail.now()
        async with self._store.write() as tx:
            desk = Desk(self._store, tx, self._channels, now, self._pack)
            await desk.lay([(job.platform, job.items) for job in jobs if job.failed is None])
            ours = await self._store.inbox.put_down(tx, [job.row for job in jobs])
            jobs = [job for job in jobs if job.row.id in ours]
            ends = await Ends(self._store, tx, desk, now, stuck).decide(jobs)
            await desk.clear()
            await self._store.inbox.settle(tx, ends, now)
            done = {number for number, state, _ in ends if state == "done"}
            spent = [job.row for job in jobs if job.platform == FILES and job.row.id in done]
            await self._store.inbox.empty(tx, spent)
            behind = [job for job in self._ready if job.row.lane in stuck]
            await self._store.inbox.put_down(tx, [job.row for job in behind])
        self._ready = _without(self._ready, behind)
        if log.isEnabledFor(logging.DEBUG):
            for number, state, _ in ends:
                log.debug("hop=worker delivery=%d outcome=%s", number, state)
        self._portion.done(desk.folded)
        if self._trail.on:
            await self._trail.judged(jobs, {number: state for number, state, _ in ends}, began)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait for the bell, the other hand, the end, or a second."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._store.bell, self._settled, stop)]
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _put_down(self) -> None:
        """Give everything back that is in hand, as if it had not been claimed."""
        for task in list(self._fetching):
            task.cancel()
        await asyncio.gather(*self._fetching, return_exceptions=True)
        await asyncio.sleep(0)  # Lets the callbacks move their jobs to `_ready`.
        jobs, self._ready = self._ready, []
        try:
            async with self._store.write() as tx:
                await self._store.inbox.put_down(tx, [job.row for job in jobs])
        except TROUBLE as error:  # They come back alone, as after a crash.
            log.error("hop=worker outcome=not_released jobs=%d error=%s", len(jobs), type(error).__name__)


def _without(jobs: Sequence[Job], gone: Sequence[Job]) -> list[Job]:
    """By identity: two deliveries may be equal."""
    names = {id(job) for job in gone}
    return [job for job in jobs if id(job) not in names]
