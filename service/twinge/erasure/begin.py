"""The first transaction: nothing more is sent, nobody gets in, connections end, and the athlete is no longer here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.connections.leave import tells
from twinge.core.model import Athlete
from twinge.erasure.raw import forgetful
from twinge.plugin import OWN, Channel, PlatformAdapter
from twinge.store import Address, Connection, Store
from twinge.store.erasures import Erasure, Trail

LAST_SEND: Final = timedelta(minutes=1)
"""A call that is under way has ended by then, one way or the other."""


class Begun(NamedTuple):
    """An erasure, and whether it was this call that began it."""

    erasure: Erasure
    fresh: bool


async def begin(
    store: Store,
    platforms: Mapping[str, PlatformAdapter],
    channels: Mapping[str, Channel],
    athlete_id: str,
    by: str,
    now: datetime,
) -> Begun | None:
    """Erase an athlete, or go on with it; None where there is and was none such."""
    async with store.write() as tx:
        athlete = (await store.athletes.load(tx, [athlete_id])).get(athlete_id)
        if athlete is not None:
            leaving = await _Departure.of(store, tx, athlete, now)
            actor = "athlete" if by == f"athlete:{athlete_id}" else by
            await leaving.note(actor)
            await leaving.close()
            await leaving.tell(platforms, channels)
            await leaving.remove(actor)
    found = await store.erasures.of(athlete_id)
    return None if found is None else Begun(found, athlete is not None)


@dataclass(frozen=True, slots=True)
class _Departure:
    """Who leaves, with what was theirs when they left, and the transaction that they leave in."""

    store: Store
    tx: AsyncConnection
    athlete: Athlete
    links: Sequence[Connection]
    places: Sequence[Address]
    under_way: Mapping[str, int]
    """Channel → messages that may be with its vendor without a name there."""
    now: datetime

    @classmethod
    async def of(cls, store: Store, tx: AsyncConnection, athlete: Athlete, now: datetime) -> _Departure:
        links = await store.athletes.connections_in(tx, athlete.id)
        places = await store.addresses.all_of(tx, athlete.id)
        under_way = await store.erasures.on_the_way(tx, athlete.id)
        return cls(store, tx, athlete, links, places, under_way, now)

    async def note(self, actor: str) -> None:
        """The erasure itself, with what finds the rest of them."""
        one = self.athlete.id
        # A namesake's folder is not theirs.
        alone = not await self.store.athletes.has_namesake(self.tx, self.athlete)
        trail = Trail(
            tuple((link.platform, link.external_id) for link in self.links),
            tuple((place.channel, place.address) for place in self.places),
            (one, self.athlete.name) if alone else (one,),
        )
        not_before = self.now + LAST_SEND if self.under_way else self.now
        await self.store.erasures.begin(self.tx, one, trail, actor, self.now, not_before)

    async def close(self) -> None:
        """STOP outlives them; what still comes from their sources is nobody's."""
        one, marks = self.athlete.id, self.store.marks
        await self.store.outbox.silence_all(self.tx, one, "the athlete was erased")
        stopped = [(each.channel, each.address) for each in self.places if each.stopped_at and each.address != one]
        await marks.bury(self.tx, stopped)
        sources = [(link.platform, link.external_id) for link in self.links]
        sources += [(f"channel:{each.channel}", each.address) for each in self.places]
        await marks.part(self.tx, [*sources, (OWN, one), ("channel:me", one)], self.now)

    async def tell(self, platforms: Mapping[str, PlatformAdapter], channels: Mapping[str, Channel]) -> None:
        """Leave word for the vendors: connections to revoke, messages to delete."""
        one, erasures = self.athlete.id, self.store.erasures
        for link in self.links:
            await self.store.endings.end(self.tx, link, self.now, tell=tells(platforms.get(link.platform)))
        able = [name for name in channels if forgetful(channels, name)]
        for channel, ids in (await erasures.sent(self.tx, one, able)).items():
            await erasures.ask(self.tx, one, channel, ids, self.now)
        for channel in able:
            for _ in range(self.under_way.get(channel, 0)):
                await erasures.answered(self.tx, one, f"channel:{channel}", "answer_awaited")

    async def remove(self, actor: str) -> None:
        """The athlete and what is short; what has their name elsewhere has their mark."""
        store, one, mark = self.store, self.athlete.id, self.store.marks.name(self.athlete.id)
        rounds = [f"reconcile:{link.platform}:{link.external_id}" for link in self.links]
        await store.theirs.forget_rounds(self.tx, rounds)
        await store.erasures.add(self.tx, mark, await store.theirs.empty(self.tx, one))
        await store.erasures.add(self.tx, mark, {"athlete": await store.theirs.remove_athlete(self.tx, one)})
        named = [f"athlete:{one}", *(f"address:{place.id}" for place in self.places)]
        await store.theirs.unname(self.tx, named, f"erased:{mark}")
        by = f"erased:{mark}" if actor == "athlete" else actor
        await store.audit(self.tx, self.now, by, "athlete.erase", f"erased:{mark}")
