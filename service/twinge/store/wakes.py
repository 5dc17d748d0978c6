"""When somebody is to be looked at again though nothing comes in: rows that survive a restart, one a purpose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.tables import wake


class Wake(NamedTuple):
    """One athlete, what for, and when."""

    athlete_id: str
    what: str
    """digest · pain."""
    due: datetime


class Wakes:
    """The table of wakes."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def set(self, tx: AsyncConnection, wakes: Iterable[Wake], *, move: bool = False) -> None:
        """Ask to be woken. One that is set already stays as it is, or with `move` takes the new time."""
        rows = [{"athlete_id": one.athlete_id, "what": one.what, "due_ms": codec.to_ms(one.due)} for one in wakes]
        if not rows:
            return
        statement = upsert(tx.dialect.name, wake)
        keys = ["athlete_id", "what"]
        new = {"due_ms": statement.excluded.due_ms}
        kept = statement.on_conflict_do_update(index_elements=keys, set_=new) if move else None
        await tx.execute(statement.on_conflict_do_nothing() if kept is None else kept, rows)

    async def move(self, tx: AsyncConnection, one: Wake) -> None:
        """Give one that is set another time; where none is set, nothing is."""
        mine = (wake.c.athlete_id == one.athlete_id) & (wake.c.what == one.what)
        await tx.execute(update(wake).where(mine).values(due_ms=codec.to_ms(one.due)))

    async def due(self, now: datetime, limit: int = 100) -> list[Wake]:
        """Whose time has come, the earliest first."""
        wanted = select(wake).where(wake.c.due_ms <= codec.to_ms(now)).order_by(wake.c.due_ms).limit(limit)
        async with self._engines.read() as tx:
            rows = await tx.execute(wanted)
            return [Wake(row.athlete_id, row.what, codec.from_ms(row.due_ms)) for row in rows]

    async def take(self, tx: AsyncConnection, one: Wake) -> bool:
        """Strike one out. False: somebody else has, or its time was moved."""
        mine = (wake.c.athlete_id == one.athlete_id) & (wake.c.what == one.what)
        return bool((await tx.execute(delete(wake).where(mine, wake.c.due_ms == codec.to_ms(one.due)))).rowcount)
