"""Rows written over rows with the same key, by the dialect's own statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.engine import upsert


async def save(tx: AsyncConnection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows over those with the same key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = upsert(tx.dialect.name, table)
    new = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)
