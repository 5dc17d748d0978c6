"""After a restore: no message goes out that may have been sent, or withdrawn, since the copy was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, literal_column, or_, select, update

from twinge.store import codec
from twinge.store.door import Store
from twinge.store.tables import hand, inbox, nudge

REASON = "restored from a backup"
"""Of messages that were on their way when the copy was made."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found in the copy, and what was done with it."""

    void: int
    """Messages that waited or were under way: they may have gone out since, so none of them goes out now."""
    not_repeated: int
    """Messages that would have been repeated, or gone by another channel."""
    deliveries: int
    """Deliveries that wait: they are judged, and speak only of what is less than 48 hours old."""


async def settle(store: Store, now: datetime, made_at: datetime | None) -> Settled:
    """Take back everything that the copy would say of itself, in one transaction."""
    on_the_way = or_(*(nudge.c.state == literal_column(f"'{state}'") for state in ("waiting", "taken", "unknown")))
    waits = inbox.c.state == literal_column("'waiting'")
    async with store.write() as tx:
        # Who had something in hand then has not got it now, and has not crashed over it.
        await tx.execute(delete(hand))
        gone = await tx.execute(update(nudge).where(on_the_way).values(state="void", reason=REASON, again_ms=None))
        again = await tx.execute(update(nudge).where(nudge.c.again_ms.is_not(None)).values(again_ms=None))
        deliveries = (await tx.execute(select(func.count()).select_from(inbox).where(waits))).scalar_one()
        done = Settled(gone.rowcount, again.rowcount, int(deliveries))
        detail = f"made={codec.to_ms(made_at) if made_at else '?'} void={done.void} not_repeated={done.not_repeated}"
        await store.audit(tx, now, "cli", "db.restore", "database", detail)
    return done
