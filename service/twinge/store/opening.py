"""Which engines a database URL asks for. PostgreSQL's driver is loaded only where it is used."""
# ruff: noqa: PLC0415

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from twinge.store.engine import Engines, SqliteEngines


def open_engines(url: str, pool: int, timeout_s: float) -> Engines:
    """The engines of `url`; nothing is connected yet. `pool` and `timeout_s` are PostgreSQL's."""
    if not url.startswith("postgresql"):
        return SqliteEngines(url)
    from twinge.store.postgres import PostgresEngines

    return PostgresEngines(url, pool=pool, timeout_s=timeout_s)


def plain(url: str) -> AsyncEngine:
    """An engine without our habits, for migrations."""
    if not url.startswith("postgresql"):
        return create_async_engine(url, poolclass=NullPool)
    from twinge.store import postgres

    return postgres.plain(url)
