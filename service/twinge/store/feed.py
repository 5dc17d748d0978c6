"""The feed: what happened, one row each, written with what it tells of and kept for a week.

A reader goes by `id`. On a server two transactions may commit against the order of their ids, so a reader waits at a
hole until the row is there, or until whoever would have written it must have given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Activity, Finding, Severity
from twinge.core.pain import Episode
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.rows import insert, plainly
from twinge.store.tables import feed, inbox, nudge

TYPES: Final = ("nudge", "episode", "finding", "activity", "connection", "delivery.dead")
KEPT_FOR: Final = timedelta(days=7)
"""How long a reader may be away and still miss nothing."""
PATIENCE: Final = timedelta(seconds=15)
"""No transaction of ours takes so long: a hole that is older stays one."""

Row = dict[str, Any]
NAMED: Final = (
    nudge.c.athlete_id,
    nudge.c.id,
    nudge.c.state,
    nudge.c.severity,
    nudge.c.rules,
    nudge.c.channel,
    nudge.c.activity,
)
"""What the feed tells of a nudge."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the feed. `facts` is JSON text."""

    id: int
    at: datetime
    type: str
    what: str
    athlete_id: str | None
    facts: str


def happened(athlete_id: str | None, at: datetime, kind: str, what: str, facts: Mapping[str, Any]) -> Row:
    """A new row: neither free text nor an address may be in `facts`."""
    words = {"athlete_id": athlete_id, "at_ms": codec.to_ms(at), "type": kind, "what": what}
    return {**words, "facts": codec.to_json(facts)}


def of_nudges(rows: Iterable[Any], now: datetime) -> list[Row]:
    """New rows for nudges, as the columns NAMED."""
    return [_of_nudge(row, now) for row in rows]


def _of_nudge(row: Any, now: datetime) -> Row:
    facts = {
        "nudge": row.id,
        "severity": Severity(row.severity).word,
        "rules": codec.from_json(row.rules),
        "channel": row.channel,
        "activity_id": row.activity,
    }
    return happened(row.athlete_id, now, "nudge", "made" if row.state == "waiting" else row.state, facts)


def of_workout(athlete_id: str, one: Activity, what: str, now: datetime) -> Row:
    """A new row for a workout: added or changed."""
    return happened(athlete_id, now, "activity", what, {"activity": one.key, "sport": one.sport, "start": one.start})


def of_finding(athlete_id: str, one: Finding, now: datetime) -> Row:
    """A new row for a finding."""
    facts = {"rule": one.rule, "band": one.band, "severity": one.severity.word, "activity_id": one.activity}
    return happened(athlete_id, now, "finding", "found", facts)


def of_stories(athlete_id: str, before: Sequence[Episode], after: Sequence[Episode], now: datetime) -> list[Row]:
    """New rows for the pain stories that began or went on between two states."""
    old = {one.id: one.state for one in before}
    moved = [(one, _step(old.get(one.id), one.state)) for one in after]
    return [
        happened(athlete_id, now, "episode", what, {"episode": one.id, "state": one.state})
        for one, what in moved
        if what is not None
    ]


def _step(old: str | None, new: str) -> str | None:
    """What became of a story: opened, moved or closed; None where it stands as it stood."""
    if old == new:
        return None
    return "closed" if new == "closed" else "opened" if old is None else "moved"


async def tell(tx: AsyncConnection, rows: Sequence[Row]) -> None:
    """Append rows; they are seen when the transaction is committed."""
    if rows:
        await insert(tx, feed, rows, plainly)


async def tell_ends(tx: AsyncConnection, ends: Iterable[tuple[str, str]], now: datetime) -> None:
    """Tell of nudges as (id, state), where that is their state now: a faster receipt stays the last word."""
    wanted = set(ends)
    found = await tx.execute(select(*NAMED).where(nudge.c.id.in_({name for name, _ in wanted})))
    await tell(tx, of_nudges([row for row in found if (row.id, row.state) in wanted], now))


async def tell_dead(tx: AsyncConnection, numbers: Collection[int], now: datetime) -> None:
    """Tell of deliveries that were given up."""
    rows = await tx.execute(select(inbox.c.id, inbox.c.platform).where(inbox.c.id.in_(numbers)))
    facts = [{"delivery": row.id, "platform": row.platform} for row in rows]
    await tell(tx, [happened(None, now, "delivery.dead", "dead", one) for one in facts])


async def tell_connection(tx: AsyncConnection, athlete_id: str, platform: str, what: str, now: datetime) -> None:
    """Tell how a connection stands now: connected, expired or revoked."""
    await tell(tx, [happened(athlete_id, now, "connection", what, {"platform": platform})])


class Feed:
    """The feed as its readers see it."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self.bell = asyncio.Event()
        """Rung when something may have been told. A hint only: whoever waits for it also polls."""

    async def settled(self, now: datetime) -> int:
        """An id up to which nothing can come any more."""
        old = feed.c.at_ms < codec.to_ms(now - PATIENCE)
        async with self._engines.read() as tx:
            found = (await tx.execute(select(feed.c.id).where(old).order_by(feed.c.id.desc()).limit(1))).scalar()
            if found is None:
                found = (await tx.execute(select(func.min(feed.c.id) - literal(1)))).scalar()
        return int(found or 0)

    async def oldest(self) -> int | None:
        """The first id that is still kept."""
        async with self._engines.read() as tx:
            found: int | None = (await tx.execute(select(func.min(feed.c.id)))).scalar()
        return found

    async def read(
        self,
        after: int,
        limit: int,
        *,
        upto: int | None = None,
        types: Collection[str] = (),
        athletes: Collection[str] | None = None,
    ) -> list[Happened]:
        """What came after an id, in order; by types, and of some athletes."""
        wanted = select(feed).where(feed.c.id > after)
        if upto is not None:
            wanted = wanted.where(feed.c.id <= upto)
        if types:
            wanted = wanted.where(feed.c.type.in_(types))
        if athletes is not None:
            wanted = wanted.where(feed.c.athlete_id.in_(athletes))
        async with self._engines.read() as tx:
            rows = (await tx.execute(wanted.order_by(feed.c.id).limit(limit))).all()
        return [
            Happened(row.id, codec.from_ms(row.at_ms), row.type, row.what, row.athlete_id, row.facts) for row in rows
        ]

    async def purge(self, before: datetime) -> int:
        """Delete what was told before; how many. The newest stays, so that no id is ever given twice."""
        old = codec.to_ms(before)
        async with self._engines.write() as tx:
            last = (await tx.execute(select(func.max(feed.c.id)))).scalar()
            young = select(feed.c.id).where(feed.c.at_ms >= old).order_by(feed.c.id).limit(1)
            first = (await tx.execute(young)).scalar()
            if last is None:
                return 0
            return int((await tx.execute(delete(feed).where(feed.c.id < (last if first is None else first)))).rowcount)


def whole(rows: Sequence[Happened], after: int, now: datetime) -> Sequence[Happened]:
    """Those of `rows` (all that came after an id) before the first hole that may still be filled."""
    for place, row in enumerate(rows):
        if row.id != after + 1 and now - row.at < PATIENCE:
            return rows[:place]
        after = row.id
    return rows
