"""Whatever belongs to one athlete, table by table: read in pages for them, or removed in batches.

Every table with a column `athlete_id` is here by itself; one that is added later is exported or left out by
`twinge.export`, and removed by an erasure, without a word more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import Table, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.keys import Audited
from twinge.store.seal import Seal
from twinge.store.spots import opened
from twinge.store.tables import athlete, audit, erasure, errand, farewell, metadata, occurrence

BATCH: Final = 500
WORK: Final = (erasure, errand, farewell)
"""What an erasure itself still needs."""
LONG: Final = ("nudge", "held", "finding", "report", "wellness", "activity")
"""Tables that may have many thousand rows of one athlete: removed batch by batch. All others are emptied at once."""


def tables() -> list[Table]:
    """Every table of rows that belong to an athlete, by name."""
    return sorted((one for one in metadata.tables.values() if "athlete_id" in one.c), key=lambda one: one.name)


class Theirs:
    """The rows of one athlete."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def pages(self, table: Table, athlete_id: str, size: int = BATCH) -> AsyncIterator[Sequence[Any]]:
        """Their rows by primary key, `size` at a time, each page in a snapshot of its own; what is sealed is open."""
        keys = list(table.primary_key)
        wanted = select(table).where(table.c.athlete_id == athlete_id).order_by(*keys).limit(size)
        after: tuple[Any, ...] | None = None
        while True:
            page = wanted if after is None else wanted.where(tuple_(*keys) > after)
            async with self._engines.read() as tx:
                rows = (await tx.execute(page)).all()
            if rows:
                yield [opened(self._seal, table, row) for row in rows]
            if len(rows) < size:
                return
            after = tuple(rows[-1]._mapping[key.name] for key in keys)

    async def audited(self, subjects: Sequence[str]) -> list[Audited]:
        """Lines of the audit that name one of `subjects`, as actor or object."""
        mine = audit.c.actor.in_(subjects) | audit.c.object.in_(subjects)
        async with self._engines.read() as tx:
            rows = (await tx.execute(select(audit).where(mine).order_by(audit.c.id))).all()
        return [
            Audited(row.id, codec.from_ms(row.at_ms), row.actor, row.action, row.object, row.detail) for row in rows
        ]

    async def empty(self, tx: AsyncConnection, athlete_id: str) -> dict[str, int]:
        """Remove their rows of every short table: table → how many."""
        short = [one for one in tables() if one not in WORK and one.name not in LONG]
        found = {one.name: await _count(tx, delete(one).where(one.c.athlete_id == athlete_id)) for one in short}
        return {name: count for name, count in found.items() if count}

    async def sweep(self, tx: AsyncConnection) -> int:
        """Remove rows of nobody: what a request under way wrote after its athlete had been erased; how many."""
        leaving = select(erasure.c.athlete_id).where(erasure.c.athlete_id.is_not(None))
        gone = 0
        for one in tables():
            if one not in WORK:
                nobody = one.c.athlete_id.not_in(select(athlete.c.id)) & one.c.athlete_id.not_in(leaving)
                # On an empty table SQLite calls NULL "not in" it; what is about nobody stays.
                gone += await _count(tx, delete(one).where(one.c.athlete_id.is_not(None), nobody))
        return gone

    async def remove_athlete(self, tx: AsyncConnection, athlete_id: str) -> int:
        """Remove the athlete themselves."""
        return await _count(tx, delete(athlete).where(athlete.c.id == athlete_id))

    async def remove(self, tx: AsyncConnection, name: str, athlete_id: str, most: int = BATCH) -> int:
        """Remove at most `most` of their rows of one table; how many those were."""
        table = metadata.tables[name]
        keys = list(table.primary_key)
        rows = (await tx.execute(select(*keys).where(table.c.athlete_id == athlete_id).limit(most))).all()
        if rows:
            await tx.execute(delete(table).where(tuple_(*keys).in_([tuple(row) for row in rows])))
        return len(rows)

    async def forget_rounds(self, tx: AsyncConnection, names: Sequence[str]) -> None:
        """Remove runs of the clock that are named after a connection."""
        await tx.execute(delete(occurrence).where(occurrence.c.name.in_(names)))

    async def unname(self, tx: AsyncConnection, subjects: Sequence[str], mark: str) -> int:
        """Put a mark in the place of `subjects` in the audit; how many lines that changed."""
        done = 0
        for column in (audit.c.actor, audit.c.object):
            done += await _count(tx, update(audit).where(column.in_(subjects)).values({column: mark, "detail": ""}))
        return done


async def _count(tx: AsyncConnection, statement: Any) -> int:
    return int((await tx.execute(statement)).rowcount)
