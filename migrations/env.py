"""How alembic reaches the database: asynchronously, by the URL it was given or by TWINGE_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from twinge.store.tables import metadata


def url() -> str:
    """The database to migrate."""
    found = context.config.get_main_option("sqlalchemy.url") or os.environ.get("TWINGE_DATABASE_URL")
    if not found:
        raise SystemExit("set TWINGE_DATABASE_URL, or use `twinge db upgrade`")
    return found


def migrate(connection: Connection) -> None:
    """Run the revisions on an open connection. SQLite changes a column by copying the table (batch)."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect and migrate."""
    engine = create_async_engine(url(), poolclass=pool.NullPool)
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
