"""One database into another, whole or not at all: `twinge db copy`.

Everything goes in one transaction of the target, is read back there and compared by counts and checksums, and only then
committed. Tokens stay sealed: whoever opens the copy needs the same TWINGE_SECRET_KEY.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Table, func, select, text, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import schema
from twinge.store.engine import Unusable
from twinge.store.opening import open_engines
from twinge.store.tables import hand, metadata

BATCH: Final = 500
POOL, TIMEOUT_S = 2, 600.0
TABLES: Final = tuple(table for table in metadata.sorted_tables if table is not hand)
"""What is copied: what a process had in hand it has not got in the copy."""


class Copied(NamedTuple):
    """One table that is over there."""

    table: str
    rows: int


class Sum(NamedTuple):
    """How many rows, and a checksum that does not depend on their order."""

    rows: int
    checksum: int


def check(source: str, target: str) -> None:
    """`Unusable` unless both have this version's schema. Runs a loop of its own, as `schema.check` does."""
    if make_url(source) == make_url(target):
        raise Unusable("source and target are the same database: name two")
    for name, url in (("source", source), ("target", target)):
        if wrong := schema.check(url):
            raise Unusable(f"{name}: {wrong}")


async def copy(source: str, target: str, tell: Callable[[str, int], None] = lambda table, rows: None) -> list[Copied]:
    """Copy every table; `tell` hears of each batch (table, rows so far). `Unusable`: nothing was changed.

    Nothing may write to the source meanwhile: what comes after its snapshot is left behind.
    """
    here, there = open_engines(source, POOL, TIMEOUT_S), open_engines(target, POOL, TIMEOUT_S)
    try:
        async with here.read() as old, there.write() as new:
            await _refuse_full(new)
            done = []
            for table in TABLES:
                sent = await _copy_table(old, new, table, tell)
                if (arrived := await _sum(new, table)) != sent:
                    told = f"{sent.rows} rows left, {arrived.rows} arrived, or not as they were"
                    raise Unusable(f"{table.name}: {told}: nothing was copied; see that nothing else writes there")
                done.append(Copied(table.name, sent.rows))
            await _move_numbers(new)
            return done
    finally:
        await here.close()
        await there.close()


async def _refuse_full(tx: AsyncConnection) -> None:
    for table in TABLES:
        if (await tx.execute(select(func.count()).select_from(table))).scalar_one():
            raise Unusable(f"the target is not empty (table {table.name}): copy into a fresh one")


async def _copy_table(
    old: AsyncConnection, new: AsyncConnection, table: Table, tell: Callable[[str, int], None]
) -> Sum:
    total = Sum(0, 0)
    async for rows in _batches(old, table):
        await new.execute(table.insert(), [dict(row._mapping) for row in rows])
        total = _add(total, rows)
        tell(table.name, total.rows)
    return total


async def _sum(tx: AsyncConnection, table: Table) -> Sum:
    total = Sum(0, 0)
    async for rows in _batches(tx, table):
        total = _add(total, rows)
    return total


async def _batches(tx: AsyncConnection, table: Table) -> AsyncIterator[Sequence[Any]]:
    """All rows, in the order of the key: a page each, so that memory does not grow with the table."""
    keys = list(table.primary_key)
    page = select(table).order_by(*keys).limit(BATCH)
    rows = (await tx.execute(page)).all()
    while rows:
        yield rows
        after = tuple(rows[-1]._mapping[key] for key in keys)
        rows = (await tx.execute(page.where(tuple_(*keys) > tuple_(*after)))).all()


def _add(total: Sum, rows: Sequence[Any]) -> Sum:
    """Sums of digests: the two databases may give the rows in another order."""
    digests = (blake2b(msgspec.msgpack.encode(tuple(row)), digest_size=16).digest() for row in rows)
    checksum = total.checksum + sum(int.from_bytes(digest) for digest in digests)
    return Sum(total.rows + len(rows), checksum % 2**128)


async def _move_numbers(tx: AsyncConnection) -> None:
    """PostgreSQL numbers rows by counters of its own: the next must lie behind what came. SQLite looks for itself."""
    if tx.dialect.name != "postgresql":
        return
    for table in TABLES:
        if "id" not in table.c or table.c.id.type.python_type is not int:
            continue
        last = (await tx.execute(select(func.max(table.c.id)))).scalar_one()
        if last is not None:
            moved = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            await tx.execute(moved, {"name": table.name, "last": last})
