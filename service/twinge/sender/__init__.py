"""The sender: outbox → channel, with the last checks before the call and no doubt swept aside after it.

A nudge is marked "taken" and committed before the call, and settled after. Between the two lies the network: when the
answer is lost the nudge is *unknown*, is looked up at the channel later, and is repeated only where a double is better
than a miss. Ends that come together share one commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta

import aiohttp

from twinge.core.insist import FALL_BACK
from twinge.plugin import Channel
from twinge.sender.again import look_again
from twinge.sender.call import DEADLINE_S, Caller, Picture, backoff, no_picture
from twinge.sender.lane import Lane
from twinge.sender.ledger import Ledger
from twinge.store import Store
from twinge.tracing import NULL, Tracer
from twinge.trail import Trail

log = logging.getLogger("twinge.sender")

POLL_S = 1.0
BREATH_S = 0.05
"""How long a full queue is left alone before somebody looks whether a place is free."""
LOOK_EVERY = timedelta(seconds=1)
"""How often what is in doubt or unheard of is looked for while there is enough to send."""
DEAD_AFTER = timedelta(seconds=60)
"""A send that began so long ago and was not settled: its process is gone."""
SPENT_EVERY = timedelta(minutes=1)
"""How often the other replicas' messages are counted in."""


class Sender:
    """`run` until told to stop, or `drain` what is due."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        http: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        public_url: str = "",
        *,
        deadline_s: float = DEADLINE_S,
        fall_back: timedelta = FALL_BACK,
        backoff: Callable[[int], timedelta] = backoff,
        picture: Picture = no_picture,
        tracer: Tracer = NULL,
    ) -> None:
        """`fall_back`: how long a channel that tells of arrivals may stay silent before another is tried.

        `backoff`: how long to wait after so many tries. `picture`: where the chart of a message is.

        `tracer` is told of every call.
        """
        self._store, self._channels, self._clock = store, channels, clock
        self._lanes = {name: Lane(name, one, called_back=bool(public_url)) for name, one in channels.items()}
        self._ledger = Ledger(store, clock, fall_back)
        trail = Trail(store, tracer)
        self._caller = Caller(self._ledger, self._lanes, http, clock, public_url, deadline_s, backoff, picture, trail)
        self._under_way: set[asyncio.Task[None]] = set()
        self._roomy = asyncio.Event()
        self._looked: datetime | None = None
        self._counted: datetime | None = None

    def ring(self) -> None:
        """Something may be due: look now."""
        self._store.outbox.bell.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; calls under way are waited for, each has its own deadline."""
        while not stop.is_set():
            try:
                worked = await self.round()
            except Exception as error:  # noqa: BLE001 - the loop must go on; "taken" rows are reconciled
                log.error("hop=sender outcome=interrupted error=%s", type(error).__name__)
                worked = 0
            await (self._breathe() if worked else self._rest(stop))
        await self._idle()

    async def drain(self) -> int:
        """Send until nothing is due; how many nudges were worked on."""
        total, self._looked = 0, None
        while done := await self.round():
            total += done
            await self._idle()
        return total

    async def round(self) -> int:
        """One look: take up what is due, and see to doubtful and unheard ones; how many those were."""
        self._store.outbox.bell.clear()
        now = self._clock()
        if self._counted is None or now - self._counted >= SPENT_EVERY:
            await self._count_spent(now)
        quotas = {name: quota for name, lane in self._lanes.items() if (quota := lane.quota(now))}
        capped = [name for name, lane in self._lanes.items() if lane.capped]
        due = await self._store.post.claim(now, quotas, capped) if quotas else []
        for one in due:
            self._begin(self._caller.deliver(one), self._lanes[one.channel])
        looks = self._ledger.urgent or self._looked is None or abs(now - self._looked) >= LOOK_EVERY
        return len(due) + (await self._look(now) if looks else 0)

    async def _look(self, now: datetime) -> int:
        """Those whose process died, whose answer was lost, whose channel is gone, and that nobody has heard of."""
        self._looked, self._ledger.urgent = now, False
        for lost in await self._store.post.stale_taken(now - DEAD_AFTER):
            await self._ledger.doubt(lost, "the process ended during the call")
        doubtful = await self._store.post.doubtful(now)
        await asyncio.gather(*(self._caller.reconcile(one) for one in doubtful))
        orphans = await self._store.post.orphans(now, list(self._lanes))
        await asyncio.gather(*(self._caller.deliver(one) for one in orphans))
        down = {name for name, lane in self._lanes.items() if lane.breaker.is_open(now)}
        unheard = await look_again(self._store, self._channels, down, now)
        return len(doubtful) + len(orphans) + unheard

    async def _count_spent(self, now: datetime) -> None:
        self._counted = now
        async with self._store.read() as tx:
            spent = await self._store.outages.spent(tx, now)
        for name, one in spent.items():
            if name in self._lanes:
                self._lanes[name].count(one.messages, now)

    def _begin(self, work: Coroutine[None, None, None], lane: Lane) -> None:
        task = asyncio.create_task(work)
        lane.busy += 1
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._ended(done, lane))

    def _ended(self, task: asyncio.Task[None], lane: Lane) -> None:
        self._under_way.discard(task)
        lane.busy -= 1
        if not task.cancelled() and (error := task.exception()) is not None:  # settled nowhere: it will be in doubt
            log.error("hop=sender channel=%s outcome=interrupted error=%s", lane.name, type(error).__name__)
        if lane.roomy:
            self._roomy.set()
        if not self._under_way:
            self.ring()

    async def _idle(self) -> None:
        """Until nothing is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _breathe(self) -> None:
        """Until it is worth looking at the queue again: a look costs a transaction, whether it finds one or twenty."""
        self._roomy.clear()
        if all(lane.roomy for lane in self._lanes.values()):
            return
        waits = asyncio.ensure_future(self._roomy.wait())
        await asyncio.wait([waits], timeout=BREATH_S)
        waits.cancel()

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._store.outbox.bell.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
