"""Which deliveries a message comes from, worked out anew from what is kept anyway: for traces, off the hot path."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import FILES, OWN
from twinge.store.addresses import read_address
from twinge.store.among import among
from twinge.store.engine import Engines
from twinge.store.lanes import page_lane, reply_lanes
from twinge.store.seal import Seal
from twinge.store.tables import address, connection, inbox, nudge

WAITED_MS = timedelta(days=4) // timedelta(milliseconds=1)
"""No delivery is judged so long after it came; one that is replayed may be, and then is not found."""
MOST = 20


class Source(NamedTuple):
    """A delivery by what makes it unique."""

    platform: str
    key: str


class Sources:
    """Looks them up."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def of(self, name: str) -> tuple[str, list[Source]]:
        """The id that the message of this id had first, and the deliveries that led to it, newest first, at most 20.

        Those of its athlete's lanes that were settled in the transaction that made it. None where the clock made it,
        where its delivery was told first of somebody else, or is deleted.
        """
        async with self._engines.read() as tx:
            made = (await tx.execute(_MADE, {"name": name})).first()
            if made is None:
                return name, []
            asked = {
                "lanes": await _lanes(tx, self._seal, made.athlete_id),
                "made": made.made_ms,
                "since": made.made_ms - WAITED_MS,
            }
            return made.id, [Source(row.platform, row.key) for row in await tx.execute(_FROM, asked)]


async def _lanes(tx: AsyncConnection, seal: Seal, athlete_id: str) -> list[str]:
    """Where an athlete's deliveries queue: of their connections, files, own words and replies."""
    owners = (await tx.execute(_OWNERS, {"athlete": athlete_id})).all()
    places = (await tx.execute(_PLACES, {"athlete": athlete_id})).all()
    own = [f"{OWN}:{athlete_id}", f"{FILES}:{athlete_id}", page_lane(athlete_id)]
    return [
        *(f"{row.platform}:{row.external_id}" for row in owners),
        *(
            lane
            for row in places
            for lane in reply_lanes(seal, f"channel:{row.channel}", read_address(seal, row).address)
        ),
        *own,
    ]


_first = nudge.alias("first")
_MADE: Any = select(_first.c.id, _first.c.athlete_id, _first.c.made_ms).where(
    nudge.c.id == bindparam("name"),
    _first.c.athlete_id == nudge.c.athlete_id,
    _first.c.id == func.coalesce(nudge.c.copy_of, nudge.c.id),
)
"""The same words to another address were made later: what counts is when they were made first."""
_OWNERS = select(connection.c.platform, connection.c.external_id).where(connection.c.athlete_id == bindparam("athlete"))
_PLACES = select(address).where(address.c.athlete_id == bindparam("athlete"))
_FROM: Any = (
    select(inbox.c.platform, inbox.c.key)
    .where(
        among(inbox.c.lane, "lanes"),
        inbox.c.received_ms >= bindparam("since"),
        inbox.c.settled_ms == bindparam("made"),
    )
    .order_by(inbox.c.id.desc())
    .limit(MOST)
)
