"""The inbox: every delivery, durable before it is answered, claimed by the worker, kept when it could not be used.

States: waiting → done · stray (nobody we know) · dead (given up, with the reason; `replay` sets it back to waiting).
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import FILES, Delivery
from twinge.store import arrivals, codec
from twinge.store.among import among
from twinge.store.claims import (
    BODY_BYTES,
    CLAIM_BYTES,
    CLAIMABLE,
    CLAIMABLE_SHARED,
    IS_WAITING,
    fitting,
    idle,
    together,
)
from twinge.store.commit import GroupCommit, Row
from twinge.store.engine import Engines
from twinge.store.feed import tell_dead
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, equal, page
from twinge.store.seal import Seal, WrongSecret
from twinge.store.tables import inbox

ENVELOPE, BODY = "inbox.envelope", "inbox.body"
"""Where they are sealed."""
UNREADABLE = "sealed under a key that is not in TWINGE_SECRET_KEY: put it there, behind the others, and replay"
TRIES = 3
"""A delivery that was claimed so often and never settled has crashed the process each time."""
OPEN = ("waiting", "stray", "dead")
"""States that somebody may still have to look at; each has its partial index."""
LEAF_BYTES = 4 * 1024 * 1024
"""Bodies that are leafed through at a time."""
UNSWEPT = 8
"""Claims in a row that found enough: then it is looked all the same whether somebody with work in hand has gone."""
SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are checked at the door and not kept."""
LENGTH, DIGEST = "content-length", "content-digest"
"""Headers that a delivery gets when its body is deleted: what the body was (RFC 9110, RFC 9530)."""

# Written by hand: through SQLAlchemy this one insert would cost more than the rest of the request. And one statement
# for the whole group: sqlite3 lets go of the interpreter's lock around every statement, and getting it back from a
# busy event loop takes up to 5 ms, a row.
_INSERT = (
    "INSERT INTO inbox (platform, key, lane, envelope, body, received_ms, state, attempts, delays, not_before_ms, note)"
    " VALUES "
)
_VALUES = "(?, ?, ?, ?, ?, ?, 'waiting', 0, 0, 0, '')"
_NEWEST = "SELECT platform, key FROM inbox WHERE id > ?"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed delivery. `attempts` counts this claim; `delays` how often it was put off."""

    id: int
    lane: str
    delivery: Delivery
    attempts: int
    delays: int
    seat: int | None = None
    """Ours when we claimed it; None where no other process claims."""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery as an operator may see it."""

    id: int
    key: str
    delivery: Delivery
    state: str
    attempts: int
    delays: int
    not_before: datetime
    note: str
    settled_at: datetime | None

    @property
    def size(self) -> int:
        """Bytes of the body, also of one that was deleted."""
        return int(self.delivery.headers[LENGTH]) if self.emptied else len(self.delivery.body)

    @property
    def emptied(self) -> bool:
        """Whether the body was deleted once it had been used."""
        return not self.delivery.body and DIGEST in self.delivery.headers


class Seen(NamedTuple):
    """What became of a delivery."""

    id: int
    state: str
    note: str
    received_at: datetime


class Inbox:
    """The deliveries."""

    def __init__(self, engines: Engines, bell: asyncio.Event, seal: Seal) -> None:
        self._engines, self._bell, self._seal = engines, bell, seal
        self._groups = GroupCommit(self._commit)
        self._unswept = 0

    @property
    def trouble(self) -> str | None:
        """Why the last put was refused, or None."""
        return self._groups.trouble

    @trouble.setter
    def trouble(self, value: str | None) -> None:
        self._groups.trouble = value

    async def put(self, delivery: Delivery, key: str, lane: str = "") -> bool:
        """Keep a delivery; durable when this returns. False: (platform, key) was seen before.

        Deliveries of one lane are worked on in the order they came; an empty lane waits for nobody. Raises `TryLater`
        when the database is full or locked: then nothing was kept.
        """
        return await self._groups.put(self._row(delivery, key, lane))

    async def close(self) -> None:
        """Wait for the groups under way."""
        await self._groups.close()

    async def _commit(self, rows: Sequence[Row]) -> list[bool]:
        if self._engines.writer.dialect.name == "postgresql":
            fresh = await arrivals.insert(self._engines, rows)
        else:
            fresh = await self._engines.beneath(lambda raw: _insert(raw, rows))
        if any(fresh):
            self._bell.set()
        return fresh

    async def put_back(
        self, tx: AsyncConnection, delivery: Delivery, lane: str, not_before: datetime, *, delays: int, note: str
    ) -> None:
        """Keep what is left of a delivery as one of its own, which nobody has seen before."""
        names = ("platform", "key", "lane", "envelope", "body", "received_ms")
        row = dict(zip(names, self._row(delivery, f"again:{codec.new_id(not_before)}", lane), strict=True))
        later = {"not_before_ms": codec.to_ms(not_before), "delays": delays, "note": note}
        await tx.execute(inbox.insert().values(**row, **later, state="waiting", attempts=0))

    async def claim(
        self, now: datetime, limit: int = 100, busy: Collection[Waiting] = (), most: int = CLAIM_BYTES
    ) -> list[Waiting]:
        """The next deliveries to work on, oldest first, with the attempt counted and committed.

        At most `limit`, with bodies of `most` bytes together, but always one where there is one.

        `busy` ones are in work already: they and their lanes are left, as is a lane behind a postponed row. A row that
        was claimed before and never settled may have crashed the process, so it comes alone, when nothing is busy.
        """
        async with self._engines.write() as tx:
            seat = await self._engines.take_turn(tx, "inbox")
            rows = await self._claimable(tx, now, limit, busy, seat)
            self._unswept += 1
            if seat is not None and (len(rows) < limit or self._unswept >= UNSWEPT):
                self._unswept = 0
                if await self._free(tx, seat, {row.id for row in busy}):
                    rows = await self._claimable(tx, now, limit, busy, seat)
            crashed = [row for row in rows if row.attempts >= TRIES]
            if crashed:
                await self.settle(tx, [(row.id, "dead", "crashed three times") for row in crashed], now)
            taken = fitting(together([row for row in rows if row.attempts < TRIES], bool(busy)), most)
            long = [row.id for row in taken if row.body is None]
            rest = await tx.execute(_BODIES, {"ids": long}) if long else ()
            bodies = {row.id: row.body for row in rest}
            if taken:
                await tx.execute(_COUNT, {"ids": [row.id for row in taken], "seat": seat})
        return await self._legible([(row, bodies.get(row.id, row.body)) for row in taken], seat, now)

    async def _legible(self, rows: Sequence[tuple[Any, bytes]], seat: int | None, now: datetime) -> list[Waiting]:
        """What was claimed; a delivery that does not open is dead, and keeps nobody else's."""
        found, shut = [], []
        for row, body in rows:
            try:
                one = self._delivery(row, body)
                found.append(Waiting(row.id, row.lane, one, row.attempts + 1, row.delays, seat, row.key))
            except WrongSecret:
                shut.append((row.id, "dead", UNREADABLE))
        if shut:
            async with self._engines.write() as tx:
                await self.settle(tx, shut, now)
        return found

    async def _claimable(
        self, tx: AsyncConnection, now: datetime, limit: int, busy: Collection[Waiting], seat: int | None
    ) -> Sequence[Any]:
        asked = {"now": codec.to_ms(now), "n": limit}
        ids, lanes = {row.id for row in busy}, {row.lane for row in busy if row.lane}
        if seat is None:
            return (await tx.execute(CLAIMABLE, {**asked, "ids": list(ids), "lanes": list(lanes)})).all()
        return idle((await tx.execute(CLAIMABLE_SHARED, asked)).all(), ids, lanes)

    async def _free(self, tx: AsyncConnection, seat: int, busy: Collection[int]) -> bool:
        """Give back what processes had in hand that have gone, and what we took in a commit whose answer was lost."""
        seats = set((await tx.execute(_SEATS)).scalars())
        vacant = await self._engines.vacant(tx, seats - {seat})
        if not vacant and seat not in seats:
            return False
        theirs = (await tx.execute(_IN_HAND, {"seats": [*vacant, seat]})).scalars()
        lost = [number for number in theirs if number not in busy]
        if lost:
            await tx.execute(_FREE, {"ids": lost})
        return bool(lost)

    async def hold(self, tx: AsyncConnection, rows: Sequence[Waiting]) -> set[int]:
        """Which of these are still ours, until `tx` ends: one that somebody else has or has settled is not.

        A process that lost its connection for a moment was taken for dead. On SQLite nobody else is there.
        """
        if all(row.seat is None for row in rows):
            return {row.id for row in rows}
        asked = {"ids": [row.id for row in rows], "seats": list({row.seat for row in rows})}
        return set((await tx.execute(_HELD, asked)).scalars())

    async def settle(self, tx: AsyncConnection, done: Sequence[tuple[int, str, str]], now: datetime) -> None:
        """Finish deliveries as (id, done | stray | dead, note). The note never quotes a body."""
        alike: dict[tuple[str, str], list[int]] = {}
        for number, state, note in done:
            alike.setdefault((state, note), []).append(number)
        for (state, note), numbers in alike.items():
            await tx.execute(_SETTLE, {"ids": numbers, "s": state, "o": note, "at": codec.to_ms(now)})
            if state == "dead":
                await tell_dead(tx, numbers, now)

    async def empty(self, tx: AsyncConnection, rows: Sequence[Waiting]) -> None:
        """Delete the bodies of deliveries that were used: their size and SHA-256 stay, and they can not be replayed."""
        for row in rows:
            one, digest = row.delivery, b64encode(hashlib.sha256(row.delivery.body).digest()).decode()
            told = {**one.headers, LENGTH: str(len(one.body)), DIGEST: f"sha-256=:{digest}:"}
            envelope = codec.pack_envelope(one.method, one.path, dict(one.query), told, one.url)
            mine = inbox.c.id == row.id
            key = (await tx.execute(select(inbox.c.key).where(mine))).scalar_one()
            sealed = self._seal.wrap(envelope, ENVELOPE, one.platform, key)
            await tx.execute(update(inbox).where(mine).values(body=b"", envelope=sealed))

    async def drop(self, tx: AsyncConnection, numbers: Collection[int]) -> int:
        """Delete deliveries, whatever became of them; how many were there."""
        if not numbers:
            return 0
        return int((await tx.execute(inbox.delete().where(inbox.c.id.in_(numbers)))).rowcount)

    async def leaf(self, platforms: Collection[str], after: int, limit: int = 100) -> list[tuple[Kept, str]]:
        """Deliveries of these platforms from the oldest on, as (delivery, lane); those with long bodies come alone."""
        mine = (inbox.c.platform.in_(platforms)) & (inbox.c.id > after)
        sized = select(inbox.c.id, BODY_BYTES.label("bytes")).where(mine).order_by(inbox.c.id)
        async with self._engines.read() as tx:
            ids = [row.id for row in fitting((await tx.execute(sized.limit(limit))).all(), LEAF_BYTES)]
            rows = (await tx.execute(select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id))).all()
        return [(self._kept(row), row.lane) for row in rows]

    async def postpone(
        self, tx: AsyncConnection, number: int, not_before: datetime, note: str, *, delays: int, attempts: int = 0
    ) -> None:
        """Put a delivery off; its lane waits. `attempts` stays when it was our own failure that put it off."""
        values = {"b_id": number, "at": codec.to_ms(not_before), "o": note, "d": delays, "a": attempts}
        await tx.execute(_POSTPONE, [values])

    async def release(self, tx: AsyncConnection, rows: Sequence[Waiting]) -> None:
        """Give claimed deliveries back as if they had not been claimed."""
        if rows:
            await tx.execute(_RELEASE, [{"b_id": row.id, "a": row.attempts - 1} for row in rows])

    async def replay(self, number: int, now: datetime) -> bool:
        """Set a settled delivery back to waiting; False when there is none such, or its body was deleted."""
        statement = update(inbox).where(inbox.c.id == number, inbox.c.state != "waiting", ~_EMPTIED)
        async with self._engines.write() as tx:
            changed = await tx.execute(statement.values(**_anew(now)))
        self._bell.set()
        return bool(changed.rowcount == 1)

    async def welcome(self, tx: AsyncConnection, lane: str) -> int:
        """Somebody we did not know is an athlete now: what came for them meanwhile waits again. Ring the bell after."""
        fresh = {
            "state": "waiting",
            "attempts": 0,
            "delays": 0,
            "not_before_ms": 0,
            "note": "their athlete is known now",
        }
        theirs = update(inbox).where(inbox.c.state == literal_column("'stray'"), inbox.c.lane == lane)
        return int((await tx.execute(theirs.values(settled_ms=None, **fresh))).rowcount)

    async def get(self, number: int) -> Kept | None:
        """One delivery, or None."""
        async with self._engines.read() as tx:
            row = (await tx.execute(select(inbox).where(inbox.c.id == number))).one_or_none()
        return None if row is None else self._kept(row)

    async def find(
        self,
        state: str | None = None,
        platform: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        lanes: Collection[str] | None = None,
    ) -> Page[Kept]:
        """Deliveries, newest first; by the span in which they came, and by their lanes."""
        named = equal((inbox.c.state, state), (inbox.c.platform, platform))
        wanted = select(inbox.c.id).where(*named, *between(inbox.c.received_ms, only))
        if lanes is not None:
            wanted = wanted.where(inbox.c.lane.in_(lanes))
        # The ids first: sorting whole rows would read bodies that nobody asked for.
        order = [inbox.c.received_ms, inbox.c.id]
        whole = select(inbox).where(inbox.c.id.in_(cut(wanted, order, cursor, limit)))
        async with self._engines.read() as tx:
            rows = (await tx.execute(whole.order_by(*(column.desc() for column in order)))).all()
        return page(rows, ["received_ms", "id"], limit, [self._kept(row) for row in rows])

    async def replay_all(self, state: str, platform: str | None, now: datetime, limit: int) -> tuple[int, int]:
        """Set the oldest `limit` deliveries of a settled state back to waiting: how many, and how many are left."""
        theirs = [*equal((inbox.c.state, state), (inbox.c.platform, platform)), inbox.c.state != "waiting", ~_EMPTIED]
        oldest = select(inbox.c.id).where(*theirs).order_by(inbox.c.received_ms, inbox.c.id).limit(limit)
        async with self._engines.write() as tx:
            ids = list((await tx.execute(oldest)).scalars())
            await tx.execute(update(inbox).where(inbox.c.id.in_(ids)).values(**_anew(now)))
            left = int((await tx.execute(select(func.count()).select_from(inbox).where(*theirs))).scalar_one())
        self._bell.set()
        return len(ids), left

    async def recent(self, platform: str, prefix: str, since: datetime, limit: int = 10) -> list[Seen]:
        """The last deliveries whose keys begin with `prefix` and a colon, newest first."""
        mine = (inbox.c.platform == platform) & inbox.c.key.startswith(f"{prefix}:", autoescape=True)
        wanted = select(inbox.c.id, inbox.c.state, inbox.c.note, inbox.c.received_ms)
        wanted = wanted.where(mine, inbox.c.received_ms >= codec.to_ms(since)).order_by(inbox.c.id.desc())
        async with self._engines.read() as tx:
            rows = (await tx.execute(wanted.limit(limit))).all()
        return [Seen(row.id, row.state, row.note, codec.from_ms(row.received_ms)) for row in rows]

    async def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        async with self._engines.read() as tx:
            found = {state: (await tx.execute(_COUNTED, {"s": state})).scalar_one() for state in OPEN}
            total: int = (await tx.execute(select(func.count()).select_from(inbox))).scalar_one()
        return {**found, "done": total - sum(found.values())}

    # ---- sealed ------------------------------------------------------------------------------------------------------

    def _row(self, delivery: Delivery, key: str, lane: str) -> Row:
        headers = dict(delivery.headers)
        if not SECRET.isdisjoint(headers):
            headers = {name: value for name, value in headers.items() if name not in SECRET}
        envelope = codec.pack_envelope(delivery.method, delivery.path, dict(delivery.query), headers, delivery.url)
        sealed = self._seal.wrap(envelope, ENVELOPE, delivery.platform, key)
        body = self._seal.wrap(delivery.body, BODY, delivery.platform, key) if delivery.body else b""
        return delivery.platform, key, lane, sealed, body, codec.to_ms(delivery.received_at)

    def _delivery(self, row: Any, body: bytes) -> Delivery:
        place = (row.platform, row.key)
        envelope = self._seal.unwrap(row.envelope, ENVELOPE, *place)
        method, path, query, headers, url = codec.unpack_envelope(envelope)
        body = self._seal.unwrap(body, BODY, *place) if body else b""
        return Delivery(row.platform, method, path, query, headers, body, codec.from_ms(row.received_ms), url=url)

    def _kept(self, row: Any) -> Kept:
        return Kept(
            row.id,
            row.key,
            self._delivery(row, row.body),
            row.state,
            row.attempts,
            row.delays,
            codec.from_ms(row.not_before_ms),
            row.note,
            codec.maybe_at(row.settled_ms),
        )


_EMPTIED = (inbox.c.platform == FILES) & (func.length(inbox.c.body) == 0)
_COUNTED = select(func.count()).select_from(inbox).where(inbox.c.state == bindparam("s"))
_THESE = among(inbox.c.id, "ids")
_BODIES = select(inbox.c.id, inbox.c.body).where(_THESE)
_COUNT = update(inbox).where(_THESE).values(attempts=inbox.c.attempts + 1, taken_by=bindparam("seat"))
_SETTLE = (
    update(inbox)
    .where(_THESE)
    .values(state=bindparam("s"), note=bindparam("o"), settled_ms=bindparam("at"), taken_by=None)
)
_TAKEN = inbox.c.taken_by.is_not(None)
_SEATS = select(inbox.c.taken_by).where(_TAKEN).distinct()
_IN_HAND = select(inbox.c.id).where(_TAKEN, among(inbox.c.taken_by, "seats"))
_FREE = update(inbox).where(_THESE).values(taken_by=None)
_HELD = (
    select(inbox.c.id)
    .where(
        _THESE,
        IS_WAITING,
        inbox.c.taken_by.is_(None) | among(inbox.c.taken_by, "seats"),
    )
    .order_by(inbox.c.id)
    .with_for_update()
)
_POSTPONE = (
    update(inbox)
    .where(inbox.c.id == bindparam("b_id"))
    .values(
        not_before_ms=bindparam("at"),
        note=bindparam("o"),
        delays=bindparam("d"),
        attempts=bindparam("a"),
        taken_by=None,
    )
)
_RELEASE = update(inbox).where(inbox.c.id == bindparam("b_id")).values(attempts=bindparam("a"), taken_by=None)


def _anew(now: datetime) -> dict[str, Any]:
    """The columns of a delivery that waits again because somebody asked for it."""
    waits = {"state": "waiting", "attempts": 0, "delays": 0, "not_before_ms": codec.to_ms(now), "note": "replayed"}
    return {**waits, "settled_ms": None}


def _insert(raw: sqlite3.Connection, rows: Sequence[Row]) -> list[bool]:
    """One transaction for all rows; True for each that is new. Runs on a thread, with the writer's handle."""
    raw.execute("BEGIN IMMEDIATE")
    try:
        values = ",".join([_VALUES] * len(rows))
        made = raw.execute(f"{_INSERT}{values} ON CONFLICT DO NOTHING", list(chain.from_iterable(rows)))
        fresh = [True] * len(rows) if made.rowcount == len(rows) else _fresh(raw, rows, made)
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:  # A full disk has already rolled back by itself.
            raw.execute("ROLLBACK")
        raise
    return fresh


def _fresh(raw: sqlite3.Connection, rows: Sequence[Row], made: sqlite3.Cursor) -> list[bool]:
    """Which of `rows` are new, when not all are: the ids of one insert follow each other."""
    before = (made.lastrowid or 0) - made.rowcount
    new = set(raw.execute(_NEWEST, (before,))) if made.rowcount else set()
    fresh = []
    for platform, key, *_ in rows:
        fresh.append((platform, key) in new)
        new.discard((platform, key))
    return fresh
