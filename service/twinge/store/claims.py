"""What is in hand: who gets which deliveries next, by the law of lanes and suspects, and how they leave the hand again.

A claim writes one narrow row for each delivery into the table `hand` and leaves the delivery alone. Whoever writes a
delivery's end takes that row away in the same transaction, if it is still there: so of two who believe to have it, one
has. On PostgreSQL the table is unlogged: it outlives a process and not a crash of the server, after which nobody has
anything in hand and everything is claimed anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import Delivery
from twinge.store import codec
from twinge.store.among import among
from twinge.store.engine import Engines
from twinge.store.feed import tell_dead
from twinge.store.kept import BODY_BYTES, Shelf, fitting
from twinge.store.rows import insert, plainly
from twinge.store.seal import Seal, WrongSecret
from twinge.store.tables import hand, inbox

UNREADABLE = "sealed under a key that is not in TWINGE_SECRET_KEY: put it there, behind the others, and replay"
TRIES = 3
"""A delivery that was claimed so often and never settled has crashed the process each time."""
CLAIM_BYTES = 64 * 1024 * 1024
"""Bodies of one claim together; a row that is larger comes alone. One body may have 100 MB (Garmin)."""
SHORT = 64 * 1024
"""A body up to this comes with its row; a longer one only when it is known that it fits."""
UNSWEPT = 8
"""Claims in a row that found enough: then it is looked all the same whether somebody with work in hand has gone."""
SELDOM = 64
"""Looks for who has gone, of which one also looks for who had the version before, where no mark is in sight."""
IS_WAITING = inbox.c.state == literal_column("'waiting'")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed delivery. `attempts` counts this claim; `delays` how often it was put off."""

    id: int
    lane: str
    delivery: Delivery
    attempts: int
    delays: int
    seat: int
    """Ours when we claimed it."""
    key: str = ""


class Claims(Shelf):
    """Deliveries on their way into a hand and out of it."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        super().__init__(engines, seal)
        self._alone = secrets.randbelow(2**31 - 1) + 1
        """Our seat where nobody else claims: what is in another's hand there was left by a process that has gone."""
        self._unswept, self._looks = UNSWEPT, 0

    async def claim(
        self, now: datetime, limit: int = 100, busy: Collection[Waiting] = (), most: int = CLAIM_BYTES
    ) -> list[Waiting]:
        """The next deliveries to work on, oldest first, in hand and committed.

        At most `limit`, with bodies of `most` bytes together, but always one where there is one.

        `busy` ones are in work already: they and their lanes are left, as is a lane behind a postponed row. A row that
        was in the hand of somebody who has gone may have crashed the process, so it comes alone, when nothing is busy.
        """
        async with self._engines.write() as tx:
            seat = await self._engines.take_turn(tx, "inbox") or self._alone
            rows, marked = await _claimable(tx, now, limit, busy)
            self._unswept += 1
            if len(rows) < limit or self._unswept >= UNSWEPT:
                self._unswept = 0
                if await self._free(tx, seat, {row.id for row in busy}, marked=marked):
                    rows, _ = await _claimable(tx, now, limit, busy)
            crashed = [row.id for row in rows if row.attempts >= TRIES]
            if crashed:
                await _end(tx, crashed, "dead", "crashed three times", now, begun=0)
            taken = fitting(together([row for row in rows if row.attempts < TRIES], bool(busy)), most)
            long = [row.id for row in taken if row.body is None]
            rest = await tx.execute(_BODIES, {"ids": long}) if long else ()
            bodies = {row.id: row.body for row in rest}
            if taken:
                marks = [{"delivery_id": row.id, "lane": row.lane, "seat": seat} for row in taken]
                await insert(tx, hand, marks, plainly)
        return await self._legible([(row, bodies.get(row.id, row.body)) for row in taken], seat, now)

    async def _legible(self, rows: Sequence[tuple[Any, bytes]], seat: int, now: datetime) -> list[Waiting]:
        """What was claimed; a delivery that does not open is dead, and keeps nobody else's."""
        found, shut = [], []
        for row, body in rows:
            try:
                one = self._delivery(row, body)
                found.append(Waiting(row.id, row.lane, one, row.attempts + 1, row.delays, seat, row.key))
            except WrongSecret:
                shut.append(row.id)
        if shut:
            async with self._engines.write() as tx:
                await tx.execute(_PUT_DOWN, {"ids": shut, "seats": [seat]})
                await self.settle(tx, [(number, "dead", UNREADABLE) for number in shut], now)
        return found

    async def _free(self, tx: AsyncConnection, seat: int, busy: Collection[int], *, marked: bool) -> bool:
        """Take out of the hands of those who have gone what they had, and out of ours what we do not know of: the
        answer to its commit was lost. Each is counted as begun. `marked`: the version before has left marks.
        """
        seats = set((await tx.execute(_SEATS)).scalars())
        gone = await self._engines.vacant(tx, seats - {seat})
        lost: list[int] = []
        if gone or seat in seats:
            theirs = (await tx.execute(_IN_HANDS, {"seats": [*gone, seat]})).scalars()
            lost = [number for number in theirs if number not in busy]
        if lost:
            # The hand first, as whoever judges has it: who waits for the other finds it empty.
            freed = (await tx.execute(_TAKE_AWAY, {"ids": lost})).scalars().all()
            await tx.execute(_BEGUN, {"ids": freed})
        self._looks += 1
        unmarked = (marked or self._looks % SELDOM == 1) and await self._unmark(tx)
        return bool(lost) or unmarked

    async def _unmark(self, tx: AsyncConnection) -> bool:
        """Free what processes of the version before had marked that have gone; they counted it as they took it."""
        gone = await self._engines.vacant(tx, set((await tx.execute(_MARKS)).scalars()))
        if gone:
            await tx.execute(_UNMARK, {"seats": list(gone)})
        return bool(gone)

    async def put_down(self, tx: AsyncConnection, rows: Sequence[Waiting]) -> set[int]:
        """Take these out of hand, and say which still were in it: their ends belong into this transaction, and of the
        others nothing may be written. One without an end waits as if it had not been claimed.

        What a process had in hand may be another's by now: it lost its connection for a moment and was taken for dead.
        """
        if not rows:
            return set()
        asked = {"ids": [row.id for row in rows], "seats": list({row.seat for row in rows})}
        had = set((await tx.execute(_PUT_DOWN, asked)).scalars())
        if not had or not self._engines.shared:
            return had
        # The version before sees no hand and may have judged what is in ours. To judge a START again, after the STOP
        # that came behind it, would take that back. It goes with the marks.
        states = await tx.execute(_STATES, {"ids": list(had)})
        return {row.id for row in states if row.state == "waiting"}

    async def settle(self, tx: AsyncConnection, done: Sequence[tuple[int, str, str]], now: datetime) -> None:
        """Finish deliveries that were put down, as (id, done | stray | dead, note). The note never quotes a body."""
        alike: dict[tuple[str, str], list[int]] = {}
        for number, state, note in done:
            alike.setdefault((state, note), []).append(number)
        for (state, note), numbers in alike.items():
            await _end(tx, numbers, state, note, now, begun=1)

    async def postpone(
        self, tx: AsyncConnection, number: int, not_before: datetime, note: str, *, delays: int, attempts: int = 0
    ) -> None:
        """Put a delivery off; its lane waits. `attempts` stays when it was our own failure that put it off."""
        values = {"b_id": number, "at": codec.to_ms(not_before), "o": note, "d": delays, "a": attempts}
        await tx.execute(_POSTPONE, [values])


async def _end(
    tx: AsyncConnection, numbers: Sequence[int], state: str, note: str, now: datetime, *, begun: int
) -> None:
    await tx.execute(_SETTLE, {"ids": numbers, "s": state, "o": note, "at": codec.to_ms(now), "begun": begun})
    if state == "dead":
        await tell_dead(tx, numbers, now)


async def _claimable(
    tx: AsyncConnection, now: datetime, limit: int, busy: Collection[Waiting]
) -> tuple[list[Any], bool]:
    """The next that are in nobody's hand, and whether the version before has marked any: its lane is left to it.

    Our own are looked at twice: a row of `hand` is gone with the server.
    """
    ids, lanes = {row.id for row in busy}, {row.lane for row in busy}
    found, marked = [], False
    for row in (await tx.execute(CLAIMABLE, {"now": codec.to_ms(now), "n": limit})).all():
        if row.taken_by is not None:
            marked = True
            lanes.add(row.lane)
        elif row.id not in ids and (not row.lane or row.lane not in lanes):
            found.append(row)
    return found, marked


def together(rows: Sequence[Any], busy: bool) -> Sequence[Any]:
    """The rows that may be worked on at once: all up to the first suspect, or that one alone."""
    for place, row in enumerate(rows):
        if row.attempts:
            return rows[:place] if place or busy else rows[:1]
    return rows


def _claimable_rows() -> Any:
    """Each condition is a small set that is made once, or one look into an index: no row looks through its lane.

    The sorted subquery is a fence: PostgreSQL would make those sets anew for each of sixteen parts. SQLite sees none.
    """
    elder = inbox.alias("elder")
    put_off = (elder.c.state == literal_column("'waiting'")) & (elder.c.not_before_ms > literal_column("0"))
    put_off &= elder.c.not_before_ms > bindparam("now")
    body = case((BODY_BYTES <= SHORT, inbox.c.body)).label("body")
    columns = [column for column in inbox.c if column is not inbox.c.body]
    wanted = select(*columns, body, BODY_BYTES.label("bytes"))
    due = wanted.where(IS_WAITING, inbox.c.not_before_ms <= bindparam("now")).order_by(inbox.c.id).subquery("due")
    behind = select(literal_column("1")).where(put_off, elder.c.lane == due.c.lane, elder.c.id < due.c.id).exists()
    next_up = due.c.lane.not_in(select(elder.c.lane).where(put_off)) | ~behind
    idle = due.c.lane.not_in(select(hand.c.lane)) & next_up
    # Only of those without a lane: so PostgreSQL reads the table, and not its index, which keeps what has left longer.
    no_lane: Any = literal_column("''")
    free = (due.c.lane == no_lane) & due.c.id.not_in(select(hand.c.delivery_id).where(hand.c.lane == no_lane))
    found = select(due).where(free | ((due.c.lane != no_lane) & idle))
    return found.order_by(due.c.id).limit(bindparam("n"))


CLAIMABLE = _claimable_rows()
_THESE = among(inbox.c.id, "ids")
_BODIES = select(inbox.c.id, inbox.c.body).where(_THESE)
_SEATS = select(hand.c.seat).distinct()
_IN_HANDS = select(hand.c.delivery_id).where(among(hand.c.seat, "seats"))
_OUT = delete(hand).where(among(hand.c.delivery_id, "ids")).returning(hand.c.delivery_id)
_TAKE_AWAY, _PUT_DOWN = _OUT, _OUT.where(among(hand.c.seat, "seats"))
# By the id alone, as `_SETTLE`; locked, so that nobody else writes its end until we have written ours.
_STATES = select(inbox.c.id, inbox.c.state).where(_THESE).order_by(inbox.c.id).with_for_update()
_BEGUN = update(inbox).where(_THESE).values(attempts=inbox.c.attempts + 1)
_MARKED = inbox.c.taken_by.is_not(None)
_MARKS = select(inbox.c.taken_by).where(_MARKED).distinct()
_UNMARK = update(inbox).where(_MARKED, among(inbox.c.taken_by, "seats")).values(taken_by=None)
# By the id alone: with the state beside it PostgreSQL may go through an index of everything that waits.
_SETTLE = (
    update(inbox)
    .where(_THESE)
    .values(
        state=bindparam("s"),
        note=bindparam("o"),
        settled_ms=bindparam("at"),
        attempts=inbox.c.attempts + bindparam("begun"),
    )
)
_POSTPONE = (
    update(inbox)
    .where(inbox.c.id == bindparam("b_id"))
    .values(not_before_ms=bindparam("at"), note=bindparam("o"), delays=bindparam("d"), attempts=bindparam("a"))
)
