"""The engines beneath the store, one face for both databases; and SQLite's: one writer connection, a few readers.

SQLite before 3.51.3 can corrupt its log when two connections write or checkpoint at once
(https://www.sqlite.org/wal.html#walresetbug), and two writers wait for each other by polling. So one connection
writes, owns the checkpoints, and is shared by a lock; readers are `query_only`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from twinge.plugin import TwingeError
from twinge.store import driver

T = TypeVar("T")

READERS = 3

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA secure_delete = ON",
)
_WRITER = ("PRAGMA wal_autocheckpoint = 4000",)
_READER = ("PRAGMA query_only = ON", "PRAGMA wal_autocheckpoint = 0")


TROUBLE = (OperationalError, InternalError, PoolTimeout)
"""What the database itself may raise: full, locked, read-only, gone. Everything else is a mistake in a statement or a
value in it."""


class Unusable(TwingeError):
    """The database cannot be used as it is; the message says what to change."""


@cache
def upsert(dialect: str, table: Table) -> Any:
    """The dialect's own `insert`, the one that knows `on_conflict_do_…`."""
    makers: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return makers[dialect](table)


def _connector(
    url: URL, pragmas: tuple[str, ...], keep: Callable[[driver.Connection], None]
) -> Callable[[], driver.Connection]:
    """A maker of connections with driver transactions off and the pragmas set."""

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(url.database or "", timeout=5, isolation_level=None, cached_statements=256)
        for pragma in pragmas:
            raw.execute(pragma)
        return raw

    def make() -> driver.Connection:
        made = driver.Connection(connect)
        keep(made)
        return made

    return make


def _begin_with(engine: AsyncEngine, statement: str) -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine.sync_engine, "begin", begin)


class Engines(ABC):
    """What every room of the store knows of its database."""

    writer: AsyncEngine
    reader: AsyncEngine
    shared = False
    """Whether others may write beside us, and we beside ourselves."""

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A writing transaction: committed at the end, rolled back on an exception."""

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A reader's snapshot."""

    @abstractmethod
    async def beneath(self, work: Callable[[Any], Any]) -> Any:
        """Run `work` on a connection of the driver's own: for the one insert that must be fast."""

    @abstractmethod
    async def check(self) -> None:
        """Raise `Unusable` when the database can not keep what it is given."""

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""

    @abstractmethod
    async def version(self) -> str:
        """Which database it is."""

    async def fold_log(self) -> bool:
        """Let nothing that was deleted stay in a log of the database's own; False: not now.

        PostgreSQL's is not ours to fold: dead rows go with its autovacuum, log files with its checkpoints.
        """
        return True

    # ---- what only replicas need: on SQLite nobody else is there -----------------------------------------------------

    async def take_turn(self, tx: AsyncConnection, what: str) -> int | None:
        """Until `tx` ends nobody else claims `what` (inbox · outbox). Our seat's number; None where nobody shares."""
        return None

    async def vacant(self, tx: AsyncConnection, seats: Collection[int]) -> set[int]:
        """Which of these seats belong to a process that has gone; where nobody shares, each that is not our own."""
        return set(seats)

    def tell(self, word: str) -> None:
        """Ring the bell `word` (inbox · outbox) of the other processes. A hint: it may be lost."""
        return

    def listen(self, word: str, hear: Callable[[], None]) -> None:
        """`hear` is called when another process rings `word`."""
        return


class SqliteEngines(Engines):
    """The writer and the readers of one SQLite file."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername != "sqlite+aiosqlite" or parsed.database in {None, "", ":memory:"}:
            message = f"the database URL must be sqlite+aiosqlite:///<file>, not {parsed.render_as_string()}"
            raise Unusable(message)
        self._lock = asyncio.Lock()
        self._own: driver.Connection | None = None
        self.writer = self._make(parsed, 1, _PRAGMAS + _WRITER, self._keep)
        self.reader = self._make(parsed, READERS, _PRAGMAS + _READER, lambda made: None)
        _begin_with(self.writer, "BEGIN IMMEDIATE")
        _begin_with(self.reader, "BEGIN")

    @staticmethod
    def _make(url: URL, size: int, pragmas: tuple[str, ...], keep: Callable[[driver.Connection], None]) -> AsyncEngine:
        return create_async_engine(
            url,
            async_creator=_connector(url, pragmas, keep),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=size,
            max_overflow=0,
            query_cache_size=1000,
        )

    def _keep(self, made: driver.Connection) -> None:
        self._own = made

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """The one writing transaction: BEGIN IMMEDIATE, committed at the end, rolled back on an exception."""
        async with self._lock, self.writer.begin() as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A reader's snapshot."""
        async with self.reader.begin() as tx:
            yield tx

    async def beneath(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the writer's own handle, in one thread hop."""
        async with self._lock:
            if self._own is None:
                async with self.writer.connect():
                    pass  # The pool connects, and `_keep` keeps the connection.
            if self._own is None:  # pragma: no cover - connecting either keeps it or raises
                raise Unusable("the writer has no connection")
            return await self._own.on_thread(work)

    async def fold_log(self) -> bool:
        """Fold the write-ahead log into the file and empty it, so that what was deleted is in neither; False: not now.

        A reader that is under way keeps it from that (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
        """
        row = await self.beneath(lambda raw: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        return bool(row[0] == 0)

    async def check(self) -> None:
        """Raise `Unusable` when the file is not in WAL mode (a network share, a read-only folder)."""
        async with self.writer.connect() as connection:
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar()
            sync = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar()
        if mode != "wal" or sync != 2:
            raise Unusable("SQLite refused WAL with synchronous=FULL: put the file on a local, writable disk")

    async def version(self) -> str:
        """The library's version."""
        return f"SQLite {sqlite3.sqlite_version}"

    async def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        await self.reader.dispose()
        await self.writer.dispose()
        self._own = None
