"""`Store`: opens the database and holds its rooms."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec, tables
from twinge.store.addresses import Addresses
from twinge.store.again import Again
from twinge.store.athletes import Athletes
from twinge.store.backfills import Backfills
from twinge.store.bell import Bell
from twinge.store.connecting import Connecting
from twinge.store.endings import Endings
from twinge.store.engine import Engines, Unusable, upsert
from twinge.store.erasures import Erasures
from twinge.store.feed import Feed
from twinge.store.glances import Glances
from twinge.store.history import History
from twinge.store.house import House
from twinge.store.inbox import Inbox
from twinge.store.keeping import Keeping
from twinge.store.keys import Keys
from twinge.store.losses import Losses
from twinge.store.marks import Marks
from twinge.store.opening import open_engines
from twinge.store.outages import Outages
from twinge.store.outbox import Outbox
from twinge.store.post import Post
from twinge.store.provenance import Provenance
from twinge.store.receipts import Receipts
from twinge.store.repeats import Repeats
from twinge.store.retention import Retention
from twinge.store.rotation import Rotation
from twinge.store.seal import Seal
from twinge.store.sittings import Sittings
from twinge.store.sources import Sources
from twinge.store.survey import Survey
from twinge.store.texts import mornings, reports
from twinge.store.theirs import Theirs
from twinge.store.timeline import Timeline
from twinge.store.vendors import Vendors
from twinge.store.verifications import Verifications
from twinge.store.visits import Visits
from twinge.store.wakes import Wakes

log = logging.getLogger("twinge.store")


class Store:
    """All rooms of one database. Open it with `Store.open`."""

    def __init__(self, engines: Engines, secret: bytes) -> None:
        self._engines = engines
        self.bell = Bell(engines, "inbox")
        """Rung when work may be waiting. A hint only: whoever waits for it also polls."""
        self.seal = seal = Seal(secret)
        self.inbox = Inbox(engines, self.bell, seal)
        self.marks = Marks(secret)
        self.erasures = Erasures(engines, seal, self.marks)
        self.theirs = Theirs(engines, seal)
        self.athletes = Athletes(engines, seal, self.marks)
        self.connecting = Connecting(engines, seal)
        self.backfills = Backfills(engines)
        self.endings = Endings(engines, seal, self.erasures)
        self.vendors = Vendors(engines)
        self.keeping = Keeping(engines)
        self.retention = Retention(engines)
        self.addresses = Addresses(engines, self.marks, seal)
        self.verifications = Verifications(self.addresses, secret)
        self.mornings, self.reports = mornings(engines, seal), reports(engines, seal)
        self.sources = Sources(engines, seal)
        self.history = History(engines, self.mornings, self.reports)
        self.provenance = Provenance(engines)
        self.wakes = Wakes(engines)
        self.outbox = Outbox(engines, seal)
        self.post, self.receipts, self.again = Post(engines, seal), Receipts(seal), Again(seal)
        self.outages = Outages(engines)
        self.keys = Keys(engines)
        self.visits = Visits(engines)
        self.feed = Feed(engines)
        self.glances, self.timeline = Glances(engines, seal), Timeline(engines, seal)
        self.survey = Survey(engines, seal)
        self.sittings = Sittings(engines)
        self.house = House()
        self.repeats = Repeats(engines, secret)
        self.rotation, self.losses = Rotation(engines, seal, self.marks), Losses(engines, seal)

    @classmethod
    async def open(cls, url: str, *, secret: bytes, pool: int = 10, timeout_s: float = 30) -> Store:
        """Open the database at `url` (`sqlite+aiosqlite:///file`, `postgresql+asyncpg://…`); raises `Unusable` with
        what to change.

        `pool` and `timeout_s` are PostgreSQL's: connections at most, and seconds for one statement. It does not
        migrate: see `schema.upgrade`.
        """
        engines = open_engines(url, pool, timeout_s)
        try:
            await engines.check()
        except SQLAlchemyError as error:
            await engines.close()
            raise Unusable(f"the database does not open: {_cause(error)}") from error
        except Unusable:
            await engines.close()
            raise
        return cls(engines, secret)

    @property
    def shared(self) -> bool:
        """Whether several may write at once: other processes, and we ourselves."""
        return self._engines.shared

    async def close(self) -> None:
        """Commit the deliveries that wait for their group, then close every connection."""
        await self.inbox.close()
        await self._engines.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction (on SQLite the one): committed at the end of the block, rolled back on an exception."""
        async with self._engines.write() as tx:
            yield tx
            queued = self.outbox.has_queued(tx)
        if queued:
            self.outbox.bell.set()
        self.feed.bell.set()

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A reader's snapshot."""
        return self._engines.read()

    async def version(self) -> str:
        """Which database it is, with its version."""
        return await self._engines.version()

    async def ready(self) -> None:
        """Raise `Unusable` with the reason when the database cannot be read or written."""
        try:
            async with self.read() as tx:
                await tx.execute(select(tables.inbox.c.id).limit(1))
            async with self.write() as tx:
                if self.inbox.trouble:
                    await self._probe(tx)
        except SQLAlchemyError as error:
            raise Unusable(f"the database does not work: {_cause(error)}") from error
        self.inbox.trouble = None

    async def _probe(self, tx: AsyncConnection) -> None:
        """A write that must reach the disk: after a full disk only a commit proves that it has room again."""
        row = {"name": "probe", "due_ms": 0}
        await tx.execute(upsert(tx.dialect.name, tables.occurrence).on_conflict_do_nothing(), [row])
        await tx.execute(text("UPDATE occurrence SET due_ms = due_ms WHERE name = 'probe'"))

    async def occurrence(self, name: str, due: datetime) -> bool:
        """Claim one run of a tick: True for the first who asks for (name, due), whoever else ticks."""
        statement = upsert(self._engines.writer.dialect.name, tables.occurrence).on_conflict_do_nothing()
        async with self.write() as tx:
            made = await tx.execute(statement, {"name": name, "due_ms": codec.to_ms(due)})
            return bool(made.rowcount == 1)

    async def fold_log(self) -> bool:
        """Let nothing that was deleted stay in the database's own log; False: a reader is in the way, try again."""
        return await self._engines.fold_log()

    async def audit(
        self, tx: AsyncConnection, at: datetime, actor: str, action: str, subject: str, detail: str = ""
    ) -> None:
        """Append one line to the audit: there is no way to change or remove one."""
        row = {"at_ms": codec.to_ms(at), "actor": actor, "action": action, "object": subject, "detail": detail}
        await tx.execute(tables.audit.insert(), row)


def _cause(error: SQLAlchemyError) -> str:
    """The driver's own sentence, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or type(error).__name__)
