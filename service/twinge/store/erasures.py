"""Erasures: how far each has come, what is still to be told to vendors, and the proof that stays.

The proof names nobody: a keyed hash of the athlete's id, rows by table, times, and what vendors answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.marks import Marks
from twinge.store.page import Page, cut, page
from twinge.store.seal import Seal
from twinge.store.tables import erasure, errand, farewell, nudge

HELD_FOR: Final = timedelta(minutes=5)
STEPS: Final = ("raw", "files", "records", "vendors", "done")
"""What is done, in this order."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What the rest of somebody's data is found by, kept sealed until the erasure is done."""

    owners: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """(platform, their id there)."""
    places: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """(channel, address)."""
    folders: tuple[str, ...] = field(default=(), repr=False)
    """Names that a folder of their files may have."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, under way or done."""

    mark: str
    athlete_id: str | None
    """None when it is done."""
    trail: Trail = field(repr=False)
    step: str
    asked_by: str
    asked_at: datetime
    ready_at: datetime
    done_at: datetime | None
    counts: Mapping[str, int]
    """Table → rows that were removed, `files` among them."""
    vendors: Mapping[str, Mapping[str, int]]
    """Vendor → outcome → how often."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A message that is still to be deleted at a vendor."""

    id: int
    athlete_id: str
    channel: str
    provider_id: str
    tries: int


class Erasures:
    """The table of erasures, and the errands they wait for."""

    def __init__(self, engines: Engines, seal: Seal, marks: Marks) -> None:
        self._engines, self._seal, self._marks = engines, seal, marks

    async def begin(
        self, tx: AsyncConnection, athlete_id: str, trail: Trail, by: str, now: datetime, ready_at: datetime
    ) -> None:
        """Note that an athlete is being erased; one that was begun before goes on as it is."""
        mark = self._marks.name(athlete_id)
        row = {
            "mark": mark,
            "athlete_id": athlete_id,
            "trail": self._seal.close(msgspec.json.encode(trail).decode(), "erasure.trail", mark),
            "step": STEPS[0],
            "asked_by": by,
            "asked_ms": codec.to_ms(now),
            "ready_ms": codec.to_ms(ready_at),
            "counts": "{}",
            "vendors": "{}",
        }
        await tx.execute(upsert(tx.dialect.name, erasure).on_conflict_do_nothing(), row)

    async def get(self, mark: str) -> Erasure | None:
        """One by its mark, or None."""
        return await self._one(erasure.c.mark == mark)

    async def of(self, athlete_id: str) -> Erasure | None:
        """That of an athlete who is no longer here, or None."""
        return await self._one(erasure.c.mark.in_(self._marks.names(athlete_id)))

    async def under_way(self) -> list[Erasure]:
        """Those that are not done, the oldest first."""
        wanted = select(erasure).where(erasure.c.athlete_id.is_not(None)).order_by(erasure.c.asked_ms, erasure.c.mark)
        async with self._engines.read() as tx:
            return [self._read(row) for row in await tx.execute(wanted)]

    async def find(self, cursor: str | None = None, limit: int = 50) -> Page[Erasure]:
        """Newest first."""
        wanted = cut(select(erasure), [erasure.c.asked_ms, erasure.c.mark], cursor, limit)
        async with self._engines.read() as tx:
            rows = (await tx.execute(wanted)).all()
        return page(rows, ["asked_ms", "mark"], limit, [self._read(row) for row in rows])

    async def add(self, tx: AsyncConnection, mark: str, counts: Mapping[str, int]) -> None:
        """So many more rows were removed."""
        known = await self._json(tx, erasure.c.counts, erasure.c.mark == mark)
        for name, count in counts.items():
            known[name] = known.get(name, 0) + count
        await tx.execute(update(erasure).where(erasure.c.mark == mark).values(counts=codec.to_json(known)))

    async def turn(self, tx: AsyncConnection, mark: str, step: str) -> None:
        """On to the next step."""
        await tx.execute(update(erasure).where(erasure.c.mark == mark).values(step=step))

    async def answered(self, tx: AsyncConnection, athlete_id: str, vendor: str, outcome: str) -> None:
        """A vendor was told, or will not be; nothing where the athlete is not being erased."""
        mine = erasure.c.athlete_id == athlete_id
        known = await self._json(tx, erasure.c.vendors, mine)
        told = known.setdefault(vendor, {})
        told[outcome] = told.get(outcome, 0) + 1
        await tx.execute(update(erasure).where(mine).values(vendors=codec.to_json(known)))

    async def finish(self, tx: AsyncConnection, mark: str, now: datetime) -> None:
        """Only the proof stays."""
        gone = {"athlete_id": None, "trail": None, "step": "done", "done_ms": codec.to_ms(now)}
        await tx.execute(update(erasure).where(erasure.c.mark == mark, erasure.c.done_ms.is_(None)).values(**gone))

    # ---- errands -----------------------------------------------------------------------------------------------------

    async def ask(self, tx: AsyncConnection, athlete_id: str, channel: str, ids: Sequence[str], now: datetime) -> None:
        """Have messages deleted at a vendor, by the ids it gave them."""
        at = codec.to_ms(now)
        rows = [
            {"athlete_id": athlete_id, "channel": channel, "provider_id": one, "tries": 0, "next_ms": at} for one in ids
        ]
        if rows:
            await tx.execute(upsert(tx.dialect.name, errand).on_conflict_do_nothing(), rows)

    async def ask_late(self, tx: AsyncConnection, sent: Sequence[tuple[str, str, str]], now: datetime) -> None:
        """The same for sends, as (athlete, channel, id), that ended after an erasure had begun; others are left."""
        if not sent:
            return
        wanted = select(erasure.c.athlete_id).where(erasure.c.athlete_id.in_({one[0] for one in sent}))
        leaving = set((await tx.execute(wanted)).scalars())
        for athlete_id, channel, provider_id in sent:
            if athlete_id in leaving:
                await self.ask(tx, athlete_id, channel, [provider_id], now)

    async def sent(self, tx: AsyncConnection, athlete_id: str, channels: Sequence[str]) -> dict[str, list[str]]:
        """What vendors call the athlete's messages: channel → ids."""
        mine = (nudge.c.athlete_id == athlete_id) & nudge.c.channel.in_(channels) & nudge.c.provider_id.is_not(None)
        found: dict[str, list[str]] = {}
        for row in await tx.execute(select(nudge.c.channel, nudge.c.provider_id).where(mine)):
            found.setdefault(row.channel, []).append(row.provider_id)
        return found

    async def on_the_way(self, tx: AsyncConnection, athlete_id: str) -> dict[str, int]:
        """Messages that may be with a vendor without a name there: channel → how many."""
        mine = (nudge.c.athlete_id == athlete_id) & nudge.c.state.in_(["taken", "unknown"])
        rows = await tx.execute(select(nudge.c.channel, func.count()).where(mine).group_by(nudge.c.channel))
        return {row[0]: row[1] for row in rows}

    async def take(self, now: datetime, limit: int = 50) -> list[Errand]:
        """Errands that are due; nobody else gets them for a few minutes."""
        due = select(errand).where(errand.c.next_ms <= codec.to_ms(now)).order_by(errand.c.id).limit(limit)
        async with self._engines.write() as tx:
            rows = (await tx.execute(due)).all()
            held = update(errand).where(errand.c.id.in_([row.id for row in rows]))
            await tx.execute(held.values(next_ms=codec.to_ms(now + HELD_FOR)))
        return [Errand(row.id, row.athlete_id, row.channel, row.provider_id, row.tries) for row in rows]

    async def later(self, one: Errand, next_at: datetime) -> None:
        """Not now."""
        async with self._engines.write() as tx:
            values = {"tries": one.tries + 1, "next_ms": codec.to_ms(next_at)}
            await tx.execute(update(errand).where(errand.c.id == one.id).values(**values))

    async def ran(self, one: Errand, outcome: str) -> None:
        """An errand is over, one way or the other."""
        async with self._engines.write() as tx:
            if (await tx.execute(delete(errand).where(errand.c.id == one.id))).rowcount:
                await self.answered(tx, one.athlete_id, f"channel:{one.channel}", outcome)

    async def open(self, tx: AsyncConnection, athlete_id: str) -> int:
        """How many vendors are still to be told of something."""
        left = 0
        for table in (errand, farewell):
            mine = select(func.count()).select_from(table).where(table.c.athlete_id == athlete_id)
            left += (await tx.execute(mine)).scalar_one()
        return left

    async def _one(self, mine: Any) -> Erasure | None:
        async with self._engines.read() as tx:
            row = (await tx.execute(select(erasure).where(mine))).one_or_none()
        return None if row is None else self._read(row)

    async def _json(self, tx: AsyncConnection, column: Any, mine: Any) -> dict[str, Any]:
        text = (await tx.execute(select(column).where(mine).with_for_update())).scalar_one_or_none()
        return {} if text is None else dict(codec.from_json(text))

    def _read(self, row: Any) -> Erasure:
        text = self._seal.open(row.trail, "erasure.trail", row.mark)
        return Erasure(
            row.mark,
            row.athlete_id,
            Trail() if text is None else msgspec.json.decode(text, type=Trail),
            row.step,
            row.asked_by,
            codec.from_ms(row.asked_ms),
            codec.from_ms(row.ready_ms),
            codec.maybe_at(row.done_ms),
            codec.from_json(row.counts),
            codec.from_json(row.vendors),
        )
