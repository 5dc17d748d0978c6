"""The ends: what becomes of each delivery of a batch, inside the transaction that holds its effects.

A delivery ends as done, stray (nobody we know) or dead (with the reason). An exception of ours is tried three times; a
vendor's failure is waited out, and its lane waits with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.desk import Desk
from twinge.fetch import again, take_apart
from twinge.job import Fault, Job, Later, Never
from twinge.plugin import Inline, Item, Pointer, Receipt, Recorded, Reply
from twinge.store import Store

log = logging.getLogger("twinge.worker")

TRIES = 3
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
LEAST_DELAYS = 5
"""An old delivery that is replayed still gets so many chances."""
AFTER_FAULT = (timedelta(seconds=2), timedelta(seconds=15))


class Ends:
    """Of one transaction. `stuck` gathers the lanes that must wait."""

    def __init__(self, store: Store, tx: AsyncConnection, desk: Desk, now: datetime, stuck: set[str]) -> None:
        self._store, self._tx, self._desk, self._now, self._stuck = store, tx, desk, now, stuck

    async def decide(self, jobs: Iterable[Job]) -> list[tuple[int, str, str]]:
        """Take each job's items to the desk, in their order: (delivery, state, note) of those that do not wait."""
        ends = [(job.row.id, await self._end(job)) for job in jobs]
        return [(number, *end) for number, end in ends if end is not None]

    async def _end(self, job: Job) -> tuple[str, str] | None:
        """What becomes of one job: (state, note), or None when it waits."""
        if job.row.lane in self._stuck:
            return None
        if job.failed is None:
            strangers = await self._desk.take(job.platform, job.items, job.row.delivery.received_at, job.row.id)
            await self._put_back(job)
            if not strangers:
                return "done", job.note
            if await self._tells_of_the_departed(job, strangers):
                return None
            if all(isinstance(item, Receipt) for item in strangers):
                return "done", job.note
            unknown = f"{len(strangers)} of {len(job.items)} for nobody we know"
            return "stray", f"{unknown}; {job.note}" if job.note else unknown
        end = await self._set_aside(job, job.failed)
        if end is None and job.row.lane:
            self._stuck.add(job.row.lane)
        return end

    async def _tells_of_the_departed(self, job: Job, strangers: Sequence[Item]) -> bool:
        """Whether somebody who was erased is among the strangers: then nothing of it is kept but what is for others."""
        sources = {(job.platform, _source(item)): item for item in strangers}
        gone = await self._store.marks.departed(self._tx, sources)
        # A receipt for a message that is not here has somebody's number in it, and is of no use.
        if not gone and not all(isinstance(item, Receipt) for item in job.items):
            return False
        others = [item for item in strangers if (job.platform, _source(item)) not in gone]
        for item in others:
            if isinstance(item, Inline | Pointer | Recorded):
                place = f"{job.platform}:{item.owner}"
                apart = again(job.row.delivery, item)
                await self._store.inbox.put_back(self._tx, apart, place, self._now, delays=0, note="taken apart")
        await self._store.inbox.drop(self._tx, [job.row.id])
        log.info("hop=worker delivery=%d platform=%s outcome=dropped", job.row.id, job.platform)
        return True

    async def _put_back(self, job: Job) -> None:
        """What may work later comes again by itself, each in its athlete's lane, behind what is there already.

        One item, one delivery: so each has its own waits and its own end, and those behind it keep their order.
        """
        for item, failed in job.left:
            delays, wait, why = 0, timedelta(0), "behind an earlier item of this athlete's"
            match failed:
                case Later(reason=why, after=after, counts=counts):
                    delays, wait = int(counts), FIRST_DELAY if after is None else after
                case Fault(place=why):
                    wait = AFTER_FAULT[0]
            lane = f"{job.platform}:{item.owner}"
            await self._store.inbox.put_back(
                self._tx, again(job.row.delivery, item), lane, self._now + wait, delays=delays, note=why
            )

    async def _set_aside(self, job: Job, failed: Later | Never | Fault) -> tuple[str, str] | None:
        row = job.row
        log.warning(
            "hop=worker delivery=%d platform=%s outcome=%s", row.id, job.platform, type(failed).__name__.lower()
        )
        match failed:
            case Never(reason=reason):
                return "dead", reason
            case Fault(place=place) if row.attempts >= TRIES and take_apart(job):
                await self._put_back(job)
                return "done", f"taken apart after {TRIES} tries: {place}; {job.note}"
            case Fault(place=place) if row.attempts >= TRIES:
                return "dead", f"quarantined after {TRIES} tries: {place}"
            case Fault(place=place):
                wait = AFTER_FAULT[row.attempts - 1]
                await self._store.inbox.postpone(
                    self._tx, row.id, self._now + wait, place, delays=row.delays, attempts=row.attempts
                )
            case Later(reason=reason, after=after, counts=counts):
                if counts and self._now - row.delivery.received_at > GIVE_UP_AFTER and row.delays >= LEAST_DELAYS:
                    return "dead", f"gave up after {GIVE_UP_AFTER.days} days: {reason}"
                wait = after if after is not None else min(FIRST_DELAY * 4**row.delays, LONGEST_DELAY)
                await self._store.inbox.postpone(self._tx, row.id, self._now + wait, reason, delays=row.delays + counts)
        return None


def _source(item: Item) -> str:
    """Whom it is from: an id at the platform, or an address."""
    return item.address if isinstance(item, Reply) else str(getattr(item, "owner", ""))
