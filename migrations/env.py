"""How alembic reaches the database: asynchronously, by the URL it was given or by TWINGE_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from twinge.store.opening import plain
from twinge.store.tables import metadata

# One order of texts everywhere, that of their bytes, as SQLite has it: a cursor, a tie between two workouts and a
# copied database would come out differently under a locale's.
_LOCALE = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_collation k ON k.oid = a.attcollation
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND k.collname <> 'C'
AND c.relname <> 'alembic_version' ORDER BY 1, 2
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_lock(29815, 0)"


def url() -> str:
    """The database to migrate."""
    found = context.config.get_main_option("sqlalchemy.url") or os.environ.get("TWINGE_DATABASE_URL")
    if not found:
        raise SystemExit("set TWINGE_DATABASE_URL, or use `twinge db upgrade`")
    return found


def migrate(connection: Connection) -> None:
    """Run the revisions on an open connection, all or none. SQLite changes a column by copying the table (batch)."""
    on_postgres = connection.dialect.name == "postgresql"
    if on_postgres:
        connection.execute(text(_ONE_AT_A_TIME))
        connection.commit()
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
        if on_postgres:
            order_by_bytes(connection)


def order_by_bytes(connection: Connection) -> None:
    """Give every text column the collation C; those that have it are left alone."""
    for table, column in connection.execute(text(_LOCALE)).all():
        connection.execute(text(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C"'))


def begin_at_once(engine: AsyncEngine) -> None:
    """Let SQLite change the schema within a transaction.

    The driver begins none for a CREATE or DROP, so whoever died between two of them left a schema that no version
    knows. https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-or-aiosqlite-driver
    """

    def leave_to_us(raw: Any, _record: Any) -> None:
        raw.isolation_level = None

    event.listen(engine.sync_engine, "connect", leave_to_us)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))


async def online() -> None:
    """Connect and migrate."""
    engine = plain(url())
    if engine.dialect.name == "sqlite":
        begin_at_once(engine)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


def offline() -> None:
    """Print the SQL instead of running it."""
    context.configure(url=url(), target_metadata=metadata, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    asyncio.run(online())
