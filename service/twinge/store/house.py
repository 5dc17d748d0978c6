"""The limits of the installation: every change appended, the newest holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.tables import house_limits


@dataclass(frozen=True, slots=True)
class HouseLimits:
    """What an operator has set for everybody here."""

    id: int
    at: datetime
    actor: str
    limits: Mapping[str, int]
    """`{"l01.small": 115}`: those that differ from the pack of the file, or the shipped one. A switch is true or
    false."""


class House:
    """One row for each change; no row: nothing was ever set."""

    async def limits(self, tx: AsyncConnection) -> HouseLimits | None:
        """What holds now."""
        row = (await tx.execute(_NEWEST)).one_or_none()
        if row is None:
            return None
        return HouseLimits(row.id, codec.from_ms(row.at_ms), row.actor, codec.from_json(row.limits))

    async def put(self, tx: AsyncConnection, limits: Mapping[str, int], actor: str, now: datetime) -> None:
        """From now on these hold, all of them and no others."""
        text = codec.to_json(dict(sorted(limits.items())))
        await tx.execute(house_limits.insert(), {"at_ms": codec.to_ms(now), "actor": actor, "limits": text})


_NEWEST = select(house_limits).order_by(house_limits.c.id.desc()).limit(1)
