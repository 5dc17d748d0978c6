"""Channels that are down, and what was spent on each: for every replica to see, and for whoever looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.tables import outage, spent


@dataclass(frozen=True, slots=True)
class Outage:
    """A channel that is left alone for a while."""

    channel: str
    since: datetime
    until: datetime
    """When it is tried again."""
    reason: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What a channel carried on one day (UTC)."""

    messages: int = 0
    segments: int = 0


class Outages:
    """Outages and tallies by channel."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def begin(self, tx: AsyncConnection, one: Outage) -> None:
        """The channel is down; if it was so already, it is from longer ago."""
        row = {
            "channel": one.channel,
            "since_ms": codec.to_ms(one.since),
            "until_ms": codec.to_ms(one.until),
            "reason": one.reason,
        }
        statement = upsert(tx.dialect.name, outage)
        newer = {name: statement.excluded[name] for name in ("until_ms", "reason")}
        await tx.execute(statement.on_conflict_do_update(index_elements=["channel"], set_=newer), row)

    async def end(self, tx: AsyncConnection, channel: str) -> None:
        """It works again."""
        await tx.execute(outage.delete().where(outage.c.channel == channel))

    async def all(self) -> list[Outage]:
        """Every channel that is down."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(outage).order_by(outage.c.channel))
            return [
                Outage(row.channel, codec.from_ms(row.since_ms), codec.from_ms(row.until_ms), row.reason)
                for row in rows
            ]

    async def spend(self, tx: AsyncConnection, now: datetime, what: Mapping[str, Spent]) -> None:
        """Add to today's tallies."""
        statement = upsert(tx.dialect.name, spent)
        grown = {name: spent.c[name] + statement.excluded[name] for name in ("messages", "segments")}
        rows = [
            {"channel": channel, "day": _day(now), "messages": one.messages, "segments": one.segments}
            for channel, one in sorted(what.items())  # two replicas wait for each other in one order
        ]
        if rows:
            await tx.execute(statement.on_conflict_do_update(index_elements=["channel", "day"], set_=grown), rows)

    async def spent(self, tx: AsyncConnection, now: datetime) -> dict[str, Spent]:
        """Today's tallies by channel."""
        rows = await tx.execute(select(spent).where(spent.c.day == _day(now)))
        return {row.channel: Spent(row.messages, row.segments) for row in rows}


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
