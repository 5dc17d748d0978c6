"""PostgreSQL beneath the store: a pool, a seat, and one connection for the insert that must be fast.

Several processes share the database, so what SQLite gives by having one writer is taken here by locks: claims take
turns (an advisory lock that ends with the transaction), and whoever writes an athlete's rows locks the athlete's row
first (`Athletes.lock`).
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import TextClause, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from twinge.store.engine import Engines, Unusable
from twinge.store.seat import CLASS, LIVING, Seat

T = TypeVar("T")

POOL: Final = 10
TIMEOUT_S: Final = 30
OLDEST: Final = 150000
"""The oldest server that is known to work, as `server_version_num`."""
LOCK_S: Final = 10
"""How long a statement waits for a row that somebody else is writing."""
TURNS: Final = {"inbox": 1, "outbox": 2}
# The plan of a claim is made once and then kept: over sixteen parts it takes longer to make than to run. It goes along
# the indexes in the order of the ids, whatever the statistics say: they may be of a time when the inbox was empty.
_BY_INDEX: Final = {"plan_cache_mode": "force_generic_plan", "enable_sort": "off", "enable_seqscan": "off"}
_SET: Final[Mapping[str, Mapping[str, str]]] = {"outbox": {}, "inbox": {"synchronous_commit": "off", **_BY_INDEX}}
"""A delivery whose claim a crash of the server has lost is claimed and worked off again. A message that was taken must
be on the disk before its provider is called: lost, it would be said again."""


def _turn(what: str) -> TextClause:
    settings = "".join(f", set_config('{name}', '{value}', true)" for name, value in _SET[what].items())
    return text(f"SELECT pg_advisory_xact_lock({CLASS + 1}, {TURNS[what]}){settings}")


_TAKE_TURN: Final = {what: _turn(what) for what in TURNS}

# https://www.postgresql.org/docs/current/errcodes-appendix.html: a connection, a standby, a lost race, no room, a
# lock that took too long, an operator, the system, and the server itself. Whatever else is a mistake of ours.
TROUBLED: Final = ("08", "25006", "40", "53", "55P03", "57", "58", "XX")


class PostgresEngines(Engines):
    """A pool of connections to one PostgreSQL."""

    shared = True

    def __init__(self, url: str, *, pool: int = POOL, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._url = url
        base = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=LOCK_S,
            query_cache_size=1000,
            hide_parameters=True,
        )
        event.listen(base.sync_engine, "handle_error", _translate)
        event.listen(base.sync_engine.pool, "checkout", _refuse_closed)
        self.writer = base.execution_options(writing=True)
        self.reader = base.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._base = base
        self._raw: asyncpg.Connection | None = None
        self._raw_lock = asyncio.Lock()
        self._seat = Seat(self._connect)

    async def _connect(self, *_: Any, **__: Any) -> asyncpg.Connection:
        """A connection with our limits; SQLAlchemy's own arguments are read from the URL here."""
        settings = {
            "application_name": f"twinge {socket.gethostname()} {os.getpid()}"[:63],
            "statement_timeout": f"{self._timeout_s:.0f}s",
            "lock_timeout": f"{LOCK_S}s",
            "idle_in_transaction_session_timeout": f"{2 * self._timeout_s:.0f}s",
            # A process whose machine is gone must not hold its rows for the two hours that TCP would wait.
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
            "jit": "off",
        }
        return await connect(self._url, settings, command_timeout=self._timeout_s + 5)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction; others may write beside it."""
        async with _begun(self.writer) as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A reader's snapshot: REPEATABLE READ, READ ONLY."""
        async with _begun(self.reader) as tx:
            yield tx

    async def beneath(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Run `work` on a connection of its own, one at a time: for the one insert that must be fast."""
        async with self._raw_lock:
            try:
                if self._raw is None or self._raw.is_closed():
                    self._raw = await self._connect()
                return await work(self._raw)
            except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
                raise _trouble(error) if _is_trouble(error) else error from error

    async def check(self) -> None:
        """Open a connection, see that the server is new enough, and take a seat."""
        async with self.read() as tx:
            found = int((await tx.exec_driver_sql("SHOW server_version_num")).scalar_one())
        if found < OLDEST:
            raise Unusable(f"PostgreSQL {found // 10000} is too old: use 15 or newer")
        await self._seat.open()

    async def close(self) -> None:
        """Leave the seat and close the pool."""
        await self._seat.close()
        if self._raw is not None:
            await self._raw.close()
        await self._base.dispose()

    async def version(self) -> str:
        """The server's version."""
        async with self.read() as tx:
            return f"PostgreSQL {(await tx.exec_driver_sql('SHOW server_version')).scalar_one().split()[0]}"

    # ---- replicas ----------------------------------------------------------------------------------------------------

    async def take_turn(self, tx: AsyncConnection, what: str) -> int | None:
        """See `Engines`. Who has claimed what need not survive a crash of the server: our seat would not either."""
        seat = self._seat.number
        if seat is None:
            raise OperationalError(None, None, ConnectionError("the connection that shows that we live is down"))
        await tx.execute(_TAKE_TURN[what])
        return seat

    async def vacant(self, tx: AsyncConnection, seats: Collection[int]) -> set[int]:
        """See `Engines`."""
        living = {row[0] for row in await tx.execute(text(LIVING))} if seats else set()
        return set(seats) - living

    def tell(self, word: str) -> None:
        """See `Engines`."""
        self._seat.tell(word)

    def listen(self, word: str, hear: Callable[[], None]) -> None:
        """See `Engines`."""
        self._seat.listen(word, hear)


async def connect(url: str, settings: Mapping[str, str] | None = None, **limits: float) -> asyncpg.Connection:
    """A connection of the driver's. Whatever hinders it is an `OperationalError`.

    The URL is read as libpq reads it, with sslmode and the PG… variables: SQLAlchemy's own reading knows other words.
    """
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        return await asyncpg.connect(
            dsn, server_settings=dict(settings or {}), timeout=LOCK_S, statement_cache_size=500, **limits
        )
    except (OSError, TimeoutError, ValueError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        raise _trouble(error) from error


def plain(url: str) -> AsyncEngine:
    """An engine without our habits, for migrations."""
    return create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda *_, **__: connect(url), poolclass=NullPool, hide_parameters=True
    )


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction whose troubles are all `OperationalError`, from the connecting to the commit."""
    try:
        async with engine.begin() as tx:
            yield tx
    except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        raise _trouble(error) if _is_trouble(error) else error from error


def _is_trouble(error: BaseException) -> bool:
    code = getattr(error, "sqlstate", None)
    if code is None:
        return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError)
    return str(code).startswith(TROUBLED)


def _trouble(error: BaseException) -> OperationalError:
    return OperationalError(None, None, error)


def _translate(context: ExceptionContext) -> OperationalError | None:
    """SQLAlchemy knows most of asyncpg's errors only as "some error of the database"."""
    error = context.original_exception
    if context.is_disconnect or _is_trouble(error):
        return OperationalError(None, None, error, connection_invalidated=context.is_disconnect)
    return None


def _refuse_closed(connection: Any, *_: Any) -> None:
    """A server that was restarted has closed what waits in the pool: it is replaced, and nobody notices."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
