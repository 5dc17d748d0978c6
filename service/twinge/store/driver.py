"""An aiosqlite connection that goes to its thread once a statement.

SQLAlchemy opens a cursor, executes, fetches and closes: with plain aiosqlite four trips to the connection's thread and
back, each some 0.1 ms on a busy loop. Here a statement and its rows are one trip, and a rollback of nothing is none.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")


class Connection(aiosqlite.Connection):
    """Made by `connect` below, awaited by SQLAlchemy's pool."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=256)
        # A forgotten connection must not keep the interpreter from ending.
        self._thread.daemon = True
        self._stopping: asyncio.Future[Any] | None = None

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._open().__await__()

    async def _open(self) -> Connection:
        """Connect. After a failure wait for the thread too: it reports to a loop that may be closed by then."""
        self._thread.start()
        try:
            await self._connect()
        except BaseException:
            if self._stopping is not None:
                await self._stopping
            raise
        return self

    def stop(self) -> asyncio.Future[Any] | None:
        """End the thread; the future is done when it has ended."""
        self._stopping = super().stop()
        return self._stopping

    async def on_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` with the raw handle, on its thread, in one trip."""
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result

    def cursor(self) -> Any:
        """A cursor as SQLAlchemy's adapter uses it."""
        return Cursor(self)

    async def rollback(self) -> None:
        """Roll back, if there is anything to roll back."""
        if self.in_transaction:
            await super().rollback()


class Cursor:
    """One statement: its rows are here when `execute` returns."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Execute and fetch all."""

        def work(raw: sqlite3.Connection) -> None:
            self._keep(raw.execute(statement, parameters))

        await self._connection.on_thread(work)
        return self

    async def executemany(self, statement: str, many: Sequence[Any]) -> Cursor:
        """Execute once for each set of parameters; there are no rows."""

        def work(raw: sqlite3.Connection) -> None:
            self._keep(raw.executemany(statement, many))

        await self._connection.on_thread(work)
        return self

    def _keep(self, done: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = done.description, done.lastrowid
        self._rows = done.fetchall() if done.description else []
        self.rowcount = done.rowcount
        done.close()

    async def fetchall(self) -> list[Any]:
        """All rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""
