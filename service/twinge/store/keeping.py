"""How long what came from a platform is kept, what is deleted when its connection ended, and which fell silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.feed import NAMED, of_nudges, tell
from twinge.store.tables import activity, connection, feed, finding, hand, held, inbox, nudge, report, state, wellness

USED_TO: Final = timedelta(days=28)
LEAST: Final = 3
"""So many workouts in those days make a connection one that delivers."""
SILENT: Final = timedelta(days=10)
"""No connection is called quiet before."""
LONG_AGO: Final = timedelta(days=180)
"""Who brought nothing for so long has stopped: no alarm any more."""
OVER: Final = ("sent", "delivered", "failed", "expired", "void")


@dataclass(frozen=True, slots=True)
class Gone:
    """A connection that ended, and of which data are still here."""

    id: int
    athlete_id: str
    platform: str
    external_id: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """A connection that used to deliver."""

    athlete_id: str
    platform: str
    last: datetime
    """Start of its last workout."""
    gap: timedelta
    """The longest between two workouts in the four weeks that end with it."""


class Keeping:
    """What is kept, by platform."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def gone(self, platform: str, now: datetime, days: int = 0) -> list[Gone]:
        """The revoked connections whose data are still here, ended `days` ago; those first seen ended now."""
        mine = (connection.c.platform == platform) & (connection.c.state == "revoked")
        mine &= connection.c.forgotten_ms.is_(None)
        async with self._engines.write() as tx:
            fresh = update(connection).where(mine, connection.c.ended_ms.is_(None))
            await tx.execute(fresh.values(ended_ms=codec.to_ms(now)))
            mine &= connection.c.ended_ms <= codec.to_ms(now - timedelta(days=days))
            rows = (await tx.execute(select(connection).where(mine).order_by(connection.c.id))).all()
        return [
            Gone(row.id, row.athlete_id, row.platform, row.external_id, codec.from_ms(row.ended_ms)) for row in rows
        ]

    async def forget(self, tx: AsyncConnection, one: Gone, now: datetime) -> int | None:
        """Delete what came from there, and have the state folded anew; how many records. None: they are back.

        What another living connection of this athlete to the platform brought cannot be told apart, and stays.
        """
        mine = (connection.c.id == one.id) & (connection.c.state == "revoked") & connection.c.forgotten_ms.is_(None)
        claimed = update(connection).where(mine).values(forgotten_ms=codec.to_ms(now))
        if (await tx.execute(claimed)).rowcount != 1:
            return None
        lanes = [f"{one.platform}:{one.external_id}", f"{one.platform}:{one.external_id}:past"]
        await tx.execute(delete(hand).where(hand.c.lane.in_(lanes)))
        theirs = delete(inbox).where(inbox.c.platform == one.platform, inbox.c.lane.in_(lanes))
        raw = (await tx.execute(theirs)).rowcount
        if await self._has_another(tx, one):
            return int(raw)
        return int(raw) + await self._forget_history(tx, one.athlete_id, f"{one.platform}:", now)

    async def _has_another(self, tx: AsyncConnection, one: Gone) -> bool:
        mine = (connection.c.athlete_id == one.athlete_id) & (connection.c.platform == one.platform)
        living = select(func.count()).select_from(connection).where(mine, connection.c.state != "revoked")
        return bool((await tx.execute(living)).scalar_one())

    async def _forget_history(self, tx: AsyncConnection, athlete_id: str, prefix: str, now: datetime) -> int:
        """Records and what was derived from them. Of messages stay when, by what rule and what became of them."""
        count = 0
        for table in (activity, wellness, report):
            theirs = (table.c.athlete_id == athlete_id) & table.c.key.startswith(prefix, autoescape=True)
            count += (await tx.execute(delete(table).where(theirs))).rowcount
        for derived in (finding, held):
            about = (derived.c.athlete_id == athlete_id) & derived.c.activity.startswith(prefix, autoescape=True)
            await tx.execute(delete(derived).where(about))
        told = (nudge.c.athlete_id == athlete_id) & nudge.c.activity.startswith(prefix, autoescape=True)
        unsent = update(nudge).where(told, nudge.c.state == "waiting")
        void = unsent.values(state="void", reason="its source was disconnected", again_ms=None)
        await tell(tx, of_nudges((await tx.execute(void.returning(*NAMED))).all(), now))
        await tx.execute(update(nudge).where(told, nudge.c.state.in_(OVER)).values(text="", facts="{}", again_ms=None))
        # Blanked, not deleted: a number of the feed is never given twice.
        named = (feed.c.athlete_id == athlete_id) & feed.c.facts.contains(f'"{prefix}', autoescape=True)
        await tx.execute(update(feed).where(named).values(facts="{}"))
        await tx.execute(update(state).where(state.c.athlete_id == athlete_id).values(stamp=""))
        return int(count)

    async def quiet(self, now: datetime, athlete_id: str | None = None) -> list[Quiet]:
        """Connections (of one athlete) that used to deliver and have been silent for twice their longest gap, ten days
        at least."""
        # Of each connection the newest workout alone, from the end of an index: however long its history is.
        mine = (activity.c.athlete_id == connection.c.athlete_id) & (activity.c.platform == connection.c.platform)
        mine &= activity.c.removed.is_(False) & (activity.c.start_ms > codec.to_ms(now - LONG_AGO))
        newest = select(activity.c.start_ms).where(mine).order_by(activity.c.start_ms.desc()).limit(1).scalar_subquery()
        live = connection.c.state == "connected"
        if athlete_id is not None:
            live &= connection.c.athlete_id == athlete_id
        each = select(connection.c.athlete_id, connection.c.platform, newest.label("last")).where(live).subquery()
        silent = select(each).distinct().where(each.c.last < codec.to_ms(now - SILENT))
        async with self._engines.read() as tx:
            found = [await self._quiet(tx, row, now) for row in (await tx.execute(silent)).all()]
        return [one for one in found if one is not None]

    async def _quiet(self, tx: AsyncConnection, row: Any, now: datetime) -> Quiet | None:
        mine = (activity.c.athlete_id == row.athlete_id) & (activity.c.platform == row.platform)
        before = activity.c.start_ms >= row.last - USED_TO // timedelta(milliseconds=1)
        wanted = select(activity.c.start_ms).where(mine, activity.c.removed.is_(False), before)
        starts = list((await tx.execute(wanted.order_by(activity.c.start_ms))).scalars())
        if len(starts) < LEAST:
            return None
        gap = max(timedelta(milliseconds=later - one) for one, later in pairwise(starts))
        last = codec.from_ms(row.last)
        return Quiet(row.athlete_id, row.platform, last, gap) if now - last > max(SILENT, 2 * gap) else None
