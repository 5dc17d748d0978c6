"""SQLite inside the loop: the same statements on the same file, without aiosqlite's thread.

Each trip takes a drawn time, so tasks meet in every order; the power may fail at any of them. What was not committed
is gone then, and whoever tidies up afterwards reaches nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from random import Random
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from twinge.store import driver
from twinge.store.engine import SqliteEngines


class Power:
    """What a process lives on: while it is there, trips to the disk and into the network take place."""

    def __init__(self, dice: Random, fail: Callable[[], None]) -> None:
        """`fail` is called at the moment the power fails."""
        self._dice, self._fail = dice, fail
        self.on = True
        self.left: int | None = None
        """Trips until it fails; None: it lasts."""
        self._handles: list[_Inline] = []

    def keep(self, handle: _Inline) -> None:
        """One more that is closed when the power fails."""
        self._handles.append(handle)

    async def trip(self, longest: float = 0.004) -> None:
        """Some of the time passes, in which others run. Never comes back once the power has failed."""
        if not self.on:
            raise sqlite3.OperationalError("the power is off")
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.cut()
                await asyncio.get_running_loop().create_future()
        await asyncio.sleep(0 if self._dice.random() < 0.7 else self._dice.random() * longest)
        if not self.on:
            raise sqlite3.OperationalError("the power is off")

    def cut(self) -> None:
        """Now."""
        self.on = False
        for handle in self._handles:
            handle.drop()
        self._handles = []
        self._fail()


class _Inline(driver.Connection):
    """A connection whose work is done where it is asked for."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], power: Power) -> None:
        super().__init__(connector)
        self._power = power

    async def _open(self) -> driver.Connection:
        await self._power.trip()
        self._connection = self._connector()
        self._power.keep(self)
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._power.trip()
        return fn(*args, **kwargs)

    @property
    def in_transaction(self) -> bool:
        return self._connection is not None and self._connection.in_transaction

    async def close(self) -> None:
        self.drop()

    def stop(self) -> asyncio.Future[Any] | None:
        self.drop()
        return None

    def drop(self) -> None:
        """Close the handle; SQLite rolls back what is open."""
        raw, self._connection = self._connection, None
        if raw is not None:
            raw.close()


class InlineEngines(SqliteEngines):
    """The writer and the readers of one file, on `power`."""

    def __init__(self, url: str, power: Power) -> None:
        self._power = power
        super().__init__(url)

    def _make(  # type: ignore[override]  # it needs to know its power
        self, url: URL, size: int, pragmas: tuple[str, ...], keep: Callable[[driver.Connection], None]
    ) -> AsyncEngine:
        def connect() -> sqlite3.Connection:
            raw = sqlite3.connect(url.database or "", timeout=0, isolation_level=None, cached_statements=256)
            for pragma in (*pragmas, "PRAGMA synchronous = OFF"):  # a process dies here, never the machine
                raw.execute(pragma)
            return raw

        def make() -> driver.Connection:
            made = _Inline(connect, self._power)
            keep(made)
            return made

        return create_async_engine(
            url,
            async_creator=make,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=size,
            max_overflow=0,
            query_cache_size=1000,
        )
