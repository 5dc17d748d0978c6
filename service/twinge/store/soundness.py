"""What `twinge doctor` asks the database beyond the rooms: does our secret open it, and what time is it there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from twinge.store.door import Store
from twinge.store.seal import WrongSecret
from twinge.store.spots import opened
from twinge.store.tables import connection


async def unopened(store: Store) -> tuple[int, int]:
    """How many connections hold a token that our secret does not open, and how many hold one at all."""
    wanted = select(connection)
    wrong = held = 0
    async with store.read() as tx:
        for row in await tx.execute(wanted.where(connection.c.access_token.is_not(None))):
            held += 1
            wrong += not _opens(store, row)
    return wrong, held


def _opens(store: Store, row: Any) -> bool:
    try:
        opened(store.seal, connection, row)
    except WrongSecret:
        return False
    return True


async def server_time(store: Store) -> datetime | None:
    """What a database server's clock says; None on SQLite, which has none of its own."""
    async with store.read() as tx:
        if tx.dialect.name == "sqlite":
            return None
        told = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
        return told.astimezone(UTC) if isinstance(told, datetime) else None
