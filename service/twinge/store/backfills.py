"""Pasts being brought: one row a connection, with the page that comes next, so that a restart goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.rows import save
from twinge.store.tables import backfill, inbox

HELD_FOR = timedelta(minutes=5)
"""How long a page in hand is left to whoever took it: after that its process is gone."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the past of one connection has come."""

    athlete_id: str
    platform: str
    external_id: str
    state: str
    """waiting · done · failed."""
    since: datetime
    begun: datetime
    page: str | None
    """The vendor's name of the next page; None for the first."""
    pages: int
    fetched: int
    """Items brought so far; those among them that only point are fetched by the worker."""
    tries: int
    next_at: datetime
    note: str

    @property
    def lane(self) -> str:
        """Where its deliveries wait for each other, and keep nobody else of that athlete waiting."""
        return f"{self.platform}:{self.external_id}:past"


class Backfills:
    """The table of backfills."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def begin(
        self, tx: AsyncConnection, athlete_id: str, platform: str, external_id: str, since: datetime, now: datetime
    ) -> None:
        """Bring what happened `since`, from the first page on, also where it was brought before."""
        at = codec.to_ms(now)
        place = {"athlete_id": athlete_id, "platform": platform, "external_id": external_id}
        begun = {"state": "waiting", "since_ms": codec.to_ms(since), "begun_ms": at, "next_ms": at, "note": ""}
        await save(tx, backfill, [{**place, **begun, "page": None, "pages": 0, "fetched": 0, "tries": 0}])

    async def take(self, now: datetime, limit: int = 4) -> list[Backfill]:
        """Those whose next page is due; nobody else gets them for a few minutes."""
        due = select(backfill).where(backfill.c.state == "waiting", backfill.c.next_ms <= codec.to_ms(now))
        async with self._engines.write() as tx:
            rows: Any = (
                await tx.execute(due.order_by(backfill.c.next_ms).limit(limit).with_for_update(skip_locked=True))
            ).all()
            for row in rows:
                await tx.execute(_this(row).values(next_ms=codec.to_ms(now + HELD_FOR)))
        return [_backfill(row) for row in rows]

    async def turn(self, tx: AsyncConnection, one: Backfill, page: str | None, brought: int, next_at: datetime) -> None:
        """A page was brought; None: it was the last."""
        same = backfill.c.begun_ms == codec.to_ms(one.begun)  # The athlete may have connected anew meanwhile.
        values = {
            "state": "done" if page is None else "waiting",
            "page": page,
            "pages": one.pages + 1,
            "fetched": one.fetched + brought,
            "tries": 0,
            "next_ms": codec.to_ms(next_at),
            "note": "",
        }
        await tx.execute(_this(one).where(same).values(**values))

    async def postpone(self, one: Backfill, next_at: datetime, note: str, *, failed: bool = False) -> None:
        """The page did not come now, or (`failed`) never will."""
        values = {"next_ms": codec.to_ms(next_at), "note": note, "tries": one.tries + 1}
        async with self._engines.write() as tx:
            await tx.execute(_this(one).values(state="failed" if failed else "waiting", **values))

    async def wait(self, one: Backfill, next_at: datetime) -> None:
        """Nothing was asked for: what came before is still being worked on."""
        async with self._engines.write() as tx:
            await tx.execute(_this(one).values(next_ms=codec.to_ms(next_at)))

    async def stop(self, tx: AsyncConnection, platform: str, external_id: str) -> None:
        """The connection is over: bring no more."""
        mine = (backfill.c.platform == platform) & (backfill.c.external_id == external_id)
        await tx.execute(backfill.delete().where(mine))

    async def of(self, athlete_id: str) -> dict[tuple[str, str], Backfill]:
        """One athlete's, by (platform, external id)."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(backfill).where(backfill.c.athlete_id == athlete_id))
            return {(row.platform, row.external_id): _backfill(row) for row in rows}

    async def busy(self, one: Backfill) -> int:
        """Its deliveries that still wait for the worker."""
        mine = select(func.count()).select_from(inbox).where(inbox.c.lane == one.lane, inbox.c.state == "waiting")
        async with self._engines.read() as tx:
            return int((await tx.execute(mine)).scalar_one())


def _this(row: Any) -> Any:
    mine = (backfill.c.platform == row.platform) & (backfill.c.external_id == row.external_id)
    return update(backfill).where(mine)


def _backfill(row: Any) -> Backfill:
    return Backfill(
        row.athlete_id,
        row.platform,
        row.external_id,
        row.state,
        codec.from_ms(row.since_ms),
        codec.from_ms(row.begun_ms),
        row.page,
        row.pages,
        row.fetched,
        row.tries,
        codec.from_ms(row.next_ms),
        row.note,
    )
