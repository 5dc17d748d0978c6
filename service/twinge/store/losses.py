"""A key that is gone for good: what it sealed is given up, so that the rest can go on.

Addresses go out of use and their owners add them again, connections expire and their athletes are asked to connect
again, messages lose their words. Reports, mornings and deliveries are removed. What was hashed for good under the key,
or under older ones whose derived keys it had sealed, is not known again: a STOP of somebody who was erased, too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.addresses import REMOVED
from twinge.store.engine import Engines
from twinge.store.rotation import KEY, MARKS, tables
from twinge.store.seal import HEAD, MARK, Seal
from twinge.store.spots import spots_of
from twinge.store.tables import address, connection, erasure, nudge, sealing

LOST = "its key was lost"
"""The reason of a message whose words are gone."""


class Losses:
    """Gives up what lies under a key."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def give_up(self, key_id: str) -> dict[str, int]:
        """Give up what only this key opens, in one transaction: table → rows. `begin` does not ask for it any more."""
        found = {}
        async with self._engines.write() as tx:
            for table in tables():
                if number := await self._give_up(tx, table, _under(table, key_id)):
                    found[table.name] = number
            await tx.execute(delete(sealing).where(sealing.c.name.in_([f"{KEY}{key_id}", f"{MARKS}{key_id}"])))
        return found

    async def _give_up(self, tx: AsyncConnection, table: Table, lost: ColumnElement[bool]) -> int:
        blank: dict[Table, dict[str, Any]] = {
            address: {"address": "", "blind": None, "disabled_reason": REMOVED},
            connection: {"access_token": None, "refresh_token": None, "expires_ms": None},
            erasure: {"trail": None},
        }
        if table is nudge:
            return await self._silence(tx, lost)
        values = blank.get(table)
        if table is connection:
            expired = update(table).where(lost, table.c.state == "connected").values(state="expired", asked_ms=None)
            await tx.execute(expired)
        done: Any = delete(table).where(lost) if values is None else update(table).where(lost).values(**values)
        return int((await tx.execute(done)).rowcount)

    async def _silence(self, tx: AsyncConnection, lost: ColumnElement[bool]) -> int:
        waits = nudge.c.state == "waiting"
        await tx.execute(update(nudge).where(lost, waits).values(state="void", reason=LOST, again_ms=None))
        rows = (await tx.execute(select(nudge.c.athlete_id, nudge.c.id).where(lost))).all()
        for row in rows:
            mine = (nudge.c.athlete_id == row.athlete_id) & (nudge.c.id == row.id)
            empty = self._seal.write("", "nudge.text", row.athlete_id, row.id)
            await tx.execute(update(nudge).where(mine).values(text=empty))
        return len(rows)


def _under(table: Table, key_id: str) -> ColumnElement[bool]:
    head = MARK + key_id.encode() + b"."
    spots = spots_of(table)
    return or_(
        *(
            and_(
                spot.column.is_not(None),
                func.substr(spot.column, 1, HEAD) == literal(head if spot.is_raw else head.decode()),
            )
            for spot in spots
        )
    )
