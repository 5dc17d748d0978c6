"""What `twinge doctor` asks the database beyond the rooms.

Does our secret open it, what time is it there, and does it keep what it has said is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import column, func, select
from sqlalchemy import table as named

from twinge.store.door import Store
from twinge.store.seal import WrongSecret
from twinge.store.spots import opened
from twinge.store.tables import connection

PROMISES: Final = ("fsync", "synchronous_commit", "full_page_writes")
"""The settings of PostgreSQL that decide what outlives a crash of it, the gravest first.

https://www.postgresql.org/docs/current/runtime-config-wal.html"""
_settings = named("pg_settings", column("name"), column("setting"))


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


async def promises(store: Store) -> Mapping[str, str]:
    """The values of `PROMISES`, as a session of ours has them; none on SQLite.

    What a claim sets for its own transaction (`store/postgres.py`) has ended with it.
    """
    async with store.read() as tx:
        if tx.dialect.name == "sqlite":
            return {}
        wanted = select(_settings).where(_settings.c.name.in_(PROMISES))
        found = {row.name: row.setting for row in await tx.execute(wanted)}
    return {name: found[name] for name in PROMISES}
