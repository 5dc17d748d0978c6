"""How much of everything there is: a few grouped counts for the metrics, each answered from an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Table, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.outages import Spent
from twinge.store.tables import backfill, connection, held, inbox, nudge, outage
from twinge.store.vendors import Vendor

if TYPE_CHECKING:
    from twinge.store.door import Store


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts at one moment."""

    deliveries: Mapping[tuple[str, str], int]
    """By (platform, state)."""
    nudges: Mapping[str, int]
    """By state."""
    held: Mapping[str, int]
    """By reason."""
    oldest: datetime | None
    """When the oldest waiting delivery came."""
    down: frozenset[str]
    """Channels that are left alone at the moment."""
    spent: Mapping[str, Spent]
    """By channel, today (UTC)."""
    connections: Mapping[tuple[str, str], int]
    """By (platform, state)."""
    backfills: Mapping[tuple[str, str], int]
    """By (platform, state)."""
    vendors: Mapping[str, Vendor]
    """By platform, where anything is noted of it."""


async def tally(store: Store, now: datetime) -> Tally:
    """Count everything in one snapshot."""
    vendors = await store.vendors.all()
    waiting = inbox.c.state == literal_column("'waiting'")
    async with store.read() as tx:
        rows = await tx.execute(
            select(inbox.c.platform, inbox.c.state, func.count()).group_by(inbox.c.platform, inbox.c.state)
        )
        deliveries = {(row[0], row[1]): int(row[2]) for row in rows}
        nudges = await tx.execute(select(nudge.c.state, func.count()).group_by(nudge.c.state))
        reasons = await tx.execute(select(held.c.reason, func.count()).group_by(held.c.reason))
        first = (await tx.execute(select(inbox.c.received_ms).where(waiting).order_by(inbox.c.id).limit(1))).scalar()
        return Tally(
            deliveries,
            {row[0]: int(row[1]) for row in nudges},
            {row[0]: int(row[1]) for row in reasons},
            codec.maybe_at(first),
            frozenset((await tx.execute(select(outage.c.channel))).scalars()),
            await store.outages.spent(tx, now),
            await _by_platform(tx, connection),
            await _by_platform(tx, backfill),
            vendors,
        )


async def _by_platform(tx: AsyncConnection, table: Table) -> dict[tuple[str, str], int]:
    """Counts of a table by platform and state."""
    rows = await tx.execute(
        select(table.c.platform, table.c.state, func.count()).group_by(table.c.platform, table.c.state)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}
