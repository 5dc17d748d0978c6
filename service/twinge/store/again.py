"""What went out and must be looked at again: was it heard of, has it copies, did a newer word take its place?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Nudge
from twinge.store import codec
from twinge.store.feed import tell_ends
from twinge.store.outbox import this_one
from twinge.store.seal import Seal
from twinge.store.spoken import read_nudge, with_people
from twinge.store.tables import nudge


@dataclass(frozen=True, slots=True)
class Unheard:
    """A nudge that is looked at again, and how it stands."""

    nudge: Nudge
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sibling:
    """The same words at some address, and what became of them there."""

    id: str
    address_id: int | None
    state: str


class Again:
    """Nudges that have a time to be looked at again."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    async def unheard(self, tx: AsyncConnection, now: datetime, limit: int = 50) -> list[Unheard]:
        """What must be looked at again by now; not what is under way, which would then come twice."""
        rows = (await tx.execute(_UNHEARD, {"now": codec.to_ms(now), "n": limit})).all()
        return [Unheard(read_nudge(self._seal, row), row.state, row.reason) for row in rows]

    async def let_be(self, tx: AsyncConnection, ones: Iterable[Nudge]) -> None:
        """Never look at them again."""
        for one in ones:
            await tx.execute(update(nudge).where(this_one(one)).values(again_ms=None))

    async def look(self, tx: AsyncConnection, one: Nudge, at: datetime) -> None:
        """Look at it again at `at`."""
        await tx.execute(update(nudge).where(this_one(one)).values(again_ms=codec.to_ms(at)))

    async def give_way(self, tx: AsyncConnection, one: Nudge, reason: str, now: datetime) -> None:
        """It waits for a channel that is down, and goes by another one now."""
        values = {"state": "void", "reason": reason, "again_ms": None}
        await tx.execute(update(nudge).where(this_one(one), nudge.c.state == "waiting").values(**values))
        await tell_ends(tx, [(one.id, "void")], now)

    async def family(self, tx: AsyncConnection, one: Nudge) -> list[Sibling]:
        """The same words wherever they are or were meant to go, itself included."""
        first = one.copy_of or one.id
        mine = (nudge.c.athlete_id == one.athlete) & ((nudge.c.id == first) | (nudge.c.copy_of == first))
        rows = await tx.execute(select(nudge.c.id, nudge.c.address_id, nudge.c.state).where(mine))
        return [Sibling(row.id, row.address_id, row.state) for row in rows]

    async def acknowledged(self, tx: AsyncConnection, one: Nudge) -> bool:
        """Whether the athlete has written anything since it was made."""
        since = nudge.c.answered_ms >= codec.to_ms(one.made_at)
        wanted = select(nudge.c.id).where(nudge.c.athlete_id == one.athlete, since).limit(1)
        return (await tx.execute(wanted)).first() is not None

    async def later(self, tx: AsyncConnection, one: Nudge) -> list[Nudge]:
        """What was made for the athlete after it, copies left out."""
        mine = (nudge.c.athlete_id == one.athlete) & (nudge.c.made_ms > codec.to_ms(one.made_at))
        wanted = select(nudge).where(mine, nudge.c.copy_of.is_(None), nudge.c.state != "void")
        return [read_nudge(self._seal, row) for row in await tx.execute(wanted)]


_UNHEARD = (
    with_people()
    .where(nudge.c.again_ms.is_not(None), nudge.c.again_ms <= bindparam("now"))
    .where(nudge.c.state.not_in([literal_column("'taken'"), literal_column("'unknown'")]))
    .order_by(nudge.c.again_ms)
    .limit(bindparam("n"))
)
