"""The lane in which the words of one address queue, and whose words have not been read yet."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.among import among
from twinge.store.outbox import PAGE
from twinge.store.tables import address, inbox


def reply_lane(platform: str, address: str) -> str:
    """Where the words of one address queue; the address itself stands in no lane."""
    return f"{platform}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"


async def unread(tx: AsyncConnection, athletes: Collection[str]) -> set[str]:
    """Which of these athletes have written from an address of theirs what nobody has read yet: it may be STOP."""
    lanes = {reply_lane(f"channel:{PAGE}", athlete): {athlete} for athlete in athletes}
    for row in await tx.execute(_PLACES, {"ids": list(athletes)}):
        lanes.setdefault(reply_lane(f"channel:{row.channel}", row.address), set()).add(row.athlete_id)
    waiting = (await tx.execute(_WAITING, {"lanes": list(lanes)})).scalars()
    return {athlete for lane in waiting for athlete in lanes[lane]}


_PLACES = select(address.c.athlete_id, address.c.channel, address.c.address).where(among(address.c.athlete_id, "ids"))
_WAITING = select(inbox.c.lane).where(inbox.c.state == literal_column("'waiting'"), among(inbox.c.lane, "lanes"))
