"""Whose rows one transaction has for itself, where there are several writers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.among import among
from twinge.store.tables import athlete

_IDS: Final = select(athlete.c.id).where(among(athlete.c.id, "ids")).order_by(athlete.c.id)
_LOCK, _FREE = _IDS.with_for_update(), _IDS.with_for_update(skip_locked=True)


async def lock(tx: AsyncConnection, ids: Collection[str], *, free: bool = False) -> set[str]:
    """Nobody else writes these athletes' rows until `tx` ends; which of them there are.

    Whoever writes an athlete's rows does this first and once, so that nobody waits in a circle. `free`: leave out
    whom somebody else has at the moment. On SQLite there is one writer anyway.
    """
    if not ids or tx.dialect.name == "sqlite":
        return set(ids)
    return set((await tx.execute(_FREE if free else _LOCK, {"ids": list(ids)})).scalars())
