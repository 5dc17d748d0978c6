"""What the sender writes down: the end of each send, and how its channels fare. Writes that meet share one commit."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.insist import REPEAT, is_grave, look_again
from twinge.core.model import Nudge, Severity
from twinge.plugin import Forgets, GiveUp, Sent
from twinge.sender.gates import ELSEWHERE
from twinge.sender.lane import Lane
from twinge.store import Store, Taken
from twinge.store.commit import GroupCommit
from twinge.store.outages import Outage, Spent
from twinge.store.post import End
from twinge.store.turns import lock
from twinge.ways import held_for

log = logging.getLogger("twinge.sender")

LOOK_AFTER = timedelta(seconds=90)
"""A receipt usually comes before; then there is nothing to look up."""

Write = Callable[[AsyncConnection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ended:
    """A send that needs nothing but its end written down; with its channel, where it was carried."""

    nudge: Nudge
    end: End
    carried_by: str | None = None
    kept_there: bool = False
    """Whether its vendor keeps it until it is asked to delete it."""


class Ledger:
    """Settles, postpones, doubts; opens and closes breakers."""

    def __init__(self, store: Store, clock: Callable[[], datetime], fall_back: timedelta) -> None:
        self._store, self._clock, self._fall_back = store, clock, fall_back
        self.urgent = False
        """Whether something was written that is to be looked at again at once."""
        self._group = GroupCommit(self._commit, "sender")
        self._heard_of: set[str] = set()
        """Channels that have answered since this process began: the first answer ends what one before it wrote."""

    async def _commit(self, rows: Sequence[tuple[object, ...]]) -> list[bool]:
        """The ends of a group in one statement, and its count in one more for each channel."""
        works = [row[0] for row in rows]
        ends = [one for one in works if isinstance(one, Ended)]
        now = self._clock()
        async with self._store.write() as tx:
            await lock(tx, {str(row[1]) for row in rows if row[1] is not None})
            await self._store.post.settle(tx, [(one.nudge, one.end) for one in ends], now)
            await self._store.outages.spend(tx, now, _spent(ends))
            await self._store.erasures.ask_late(tx, _kept_there(ends), now)
            for write in works:
                if callable(write):
                    await write(tx)
        return [True] * len(rows)

    async def _write(self, work: Write | Ended, athlete_id: str | None) -> None:
        """`athlete_id`: whose rows it writes."""
        await self._group.put((work, athlete_id))

    async def sent(self, one: Taken, lane: Lane, sent: Sent) -> None:
        """It was handed over."""
        now = self._clock()
        wait = None if sent.state == "delivered" and not is_grave(one.nudge.severity) else self._again(one, lane)
        end = End(sent.state, None, sent.provider_id, sent.segments, None if wait is None else now + wait)
        _tell(one, sent.state)
        await self._write(Ended(one.nudge, end, lane.name, isinstance(lane.channel, Forgets)), one.nudge.athlete)

    def _again(self, one: Taken, lane: Lane) -> timedelta | None:
        return look_again(one.nudge, confirms=lane.confirms, fall_back=self._fall_back)

    async def fail(self, one: Taken, reason: str) -> None:
        """It will not be sent there; another channel may carry it."""
        await self._settle(one, End("failed", reason, again_at=self._elsewhere(one)))

    async def expire(self, one: Taken, reason: str) -> None:
        """Its time is over."""
        await self._settle(one, End("expired", reason))

    async def _settle(self, one: Taken, end: End) -> None:
        _tell(one, end.state)
        await self._write(Ended(one.nudge, end), one.nudge.athlete)

    async def postpone(self, one: Taken, at: datetime, reason: str, *, tried: bool = True) -> None:
        """Back to waiting; a channel that stays down gives way to another, and grave words are repeated elsewhere."""
        again_at = None if reason == "quiet hours" else self._meanwhile(one.nudge)

        async def write(tx: AsyncConnection) -> None:
            await self._store.post.postpone(tx, one.nudge, at, reason, tried=tried, again_at=again_at)

        _tell(one, "later")
        await self._write(write, one.nudge.athlete)

    def _meanwhile(self, nudge: Nudge) -> datetime | None:
        """When something is done elsewhere about what waits for a channel."""
        if is_grave(nudge.severity):
            return None if nudge.copy_of else self._clock() + REPEAT[nudge.severity]
        return self._clock() + self._fall_back if nudge.severity > Severity.INFO else None

    async def withdraw(self, one: Taken, reason: str, now: datetime) -> None:
        """Not said after all: void, and held with the reason, unless another channel may still carry it."""
        nudge = one.nudge
        end = End("void", reason, again_at=self._elsewhere(one) if reason in ELSEWHERE else None)

        async def write(tx: AsyncConnection) -> None:
            await self._store.post.settle(tx, [(nudge, end)], now)
            if end.again_at is None:
                await self._store.outbox.hold(tx, [held_for(nudge, reason, now)])

        if reason == "over_cap":
            log.error("hop=sender channel=%s outcome=operator_needed reason=over_cap", one.channel)
        _tell(one, "void")
        await self._write(write, one.nudge.athlete)

    async def give_up(self, one: Taken, error: GiveUp) -> None:
        """It never will; the address may be dead, or closed to us by its owner.

        What waits for a dead one is no silence: when it is due it finds its gate shut, and goes another way.
        """
        now, place = self._clock(), one.address
        end = End("failed", error.reason, again_at=None if error.opt_out else self._elsewhere(one))

        async def write(tx: AsyncConnection) -> None:
            await self._store.post.settle(tx, [(one.nudge, end)], now)
            if error.disable and place is not None:
                await self._store.addresses.disable(tx, place.id, error.reason)
            if error.opt_out and place is not None:
                await self._store.addresses.stop(tx, place, now)
                await self._store.outbox.silence(tx, place, "opted out", now, alone=False)

        if error.alert:
            log.error("hop=sender channel=%s outcome=operator_needed", one.channel)
        _tell(one, "failed")
        await self._write(write, one.nudge.athlete)

    async def doubt(self, one: Taken, reason: str) -> None:
        """The answer was lost: it is looked up later."""
        now = self._clock()

        async def write(tx: AsyncConnection) -> None:
            await self._store.post.doubt(tx, one.nudge, now + LOOK_AFTER, reason, now)

        _tell(one, "unknown")
        await self._write(write, one.nudge.athlete)

    def _elsewhere(self, one: Taken) -> datetime | None:
        if one.nudge.severity is Severity.INFO:
            return None
        self.urgent = True
        return self._clock()

    # ---- channels ----------------------------------------------------------------------------------------------------

    async def worked(self, lane: Lane) -> None:
        """Somebody answered there."""
        closed = lane.breaker.worked()
        if closed:
            log.warning("hop=sender channel=%s outcome=up", lane.name)
        if closed or lane.name not in self._heard_of:
            self._heard_of.add(lane.name)
            await self._write(lambda tx: self._store.outages.end(tx, lane.name), None)

    async def stumbled(self, lane: Lane, reason: str) -> None:
        """A call failed that may work later; where one vendor stands behind all addresses it may be down."""
        now, breaker = self._clock(), lane.breaker
        if not lane.pace.shared or not breaker.failed(now) or breaker.since is None or breaker.until is None:
            return
        log.error("hop=sender channel=%s outcome=down", lane.name)
        outage = Outage(lane.name, breaker.since, breaker.until, reason)
        await self._write(lambda tx: self._store.outages.begin(tx, outage), None)


def _spent(ends: Iterable[Ended]) -> dict[str, Spent]:
    """What the ends of a group cost, by channel."""
    found: dict[str, Spent] = {}
    for one in ends:
        if one.carried_by is not None:
            so_far = found.get(one.carried_by, Spent())
            found[one.carried_by] = Spent(so_far.messages + 1, so_far.segments + (one.end.segments or 0))
    return found


def _kept_there(ends: Iterable[Ended]) -> list[tuple[str, str, str]]:
    """(athlete, channel, the vendor's id) of what was taken by vendors that keep it."""
    return [
        (one.nudge.athlete, one.carried_by, one.end.provider_id)
        for one in ends
        if one.kept_there and one.carried_by is not None and one.end.provider_id is not None
    ]


def _tell(one: Taken, outcome: str) -> None:
    log.info("hop=sender nudge=%s channel=%s outcome=%s", one.nudge.id, one.channel, outcome)
