"""The inbox: every delivery, durable before it is answered, claimed by the worker, kept when it could not be used.

States: waiting → done · stray (nobody we know) · dead (given up, with the reason; `replay` sets it back to waiting).
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from base64 import b64encode
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import FILES, Delivery
from twinge.store import arrivals, codec
from twinge.store.claims import Claims, Waiting
from twinge.store.commit import GroupCommit, Row
from twinge.store.engine import Engines
from twinge.store.kept import BODY, DIGEST, ENVELOPE, LENGTH, Kept
from twinge.store.page import equal
from twinge.store.seal import Seal
from twinge.store.tables import hand, inbox

__all__ = ["Inbox", "Kept", "Waiting"]

SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are checked at the door and not kept."""

# Written by hand: through SQLAlchemy this one insert would cost more than the rest of the request. And one statement
# for the whole group: sqlite3 lets go of the interpreter's lock around every statement, and getting it back from a
# busy event loop takes up to 5 ms, a row.
_INSERT = (
    "INSERT INTO inbox (platform, key, lane, envelope, body, received_ms, state, attempts, delays, not_before_ms, note)"
    " VALUES "
)
_VALUES = "(?, ?, ?, ?, ?, ?, 'waiting', 0, 0, 0, '')"
_NEWEST = "SELECT platform, key FROM inbox WHERE id > ?"


class Inbox(Claims):
    """The deliveries."""

    def __init__(self, engines: Engines, bell: asyncio.Event, seal: Seal) -> None:
        super().__init__(engines, seal)
        self._bell = bell
        self._groups = GroupCommit(self._commit)

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
        await tx.execute(hand.delete().where(hand.c.delivery_id.in_(numbers)))
        return int((await tx.execute(inbox.delete().where(inbox.c.id.in_(numbers)))).rowcount)

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

    # ---- sealed ------------------------------------------------------------------------------------------------------

    def _row(self, delivery: Delivery, key: str, lane: str) -> Row:
        headers = dict(delivery.headers)
        if not SECRET.isdisjoint(headers):
            headers = {name: value for name, value in headers.items() if name not in SECRET}
        envelope = codec.pack_envelope(delivery.method, delivery.path, dict(delivery.query), headers, delivery.url)
        sealed = self._seal.wrap(envelope, ENVELOPE, delivery.platform, key)
        body = self._seal.wrap(delivery.body, BODY, delivery.platform, key) if delivery.body else b""
        return delivery.platform, key, lane, sealed, body, codec.to_ms(delivery.received_at)


_EMPTIED = (inbox.c.platform == FILES) & (func.length(inbox.c.body) == 0)


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
