"""The first transaction: nothing more is sent, nobody gets in, connections end, and the athlete is no longer here."""

from __future__ import annotations

from collections.abc import Mapping
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
            await _depart(store, tx, platforms, channels, athlete, by, now)
    found = await store.erasures.of(athlete_id)
    return None if found is None else Begun(found, athlete is not None)


async def _depart(
    store: Store,
    tx: AsyncConnection,
    platforms: Mapping[str, PlatformAdapter],
    channels: Mapping[str, Channel],
    athlete: Athlete,
    by: str,
    now: datetime,
) -> None:
    one, mark = athlete.id, store.marks.name(athlete.id)
    links = await store.athletes.connections_in(tx, one)
    places = await store.addresses.all_of(tx, one)
    under_way = await store.erasures.on_the_way(tx, one)
    # A namesake's folder is not theirs.
    names = (one,) if await store.athletes.has_namesake(tx, athlete) else (one, athlete.name)
    trail = Trail(
        tuple((link.platform, link.external_id) for link in links),
        tuple((place.channel, place.address) for place in places),
        names,
    )
    actor = "athlete" if by == f"athlete:{one}" else by
    await store.erasures.begin(tx, one, trail, actor, now, now + LAST_SEND if under_way else now)
    await _close(store, tx, one, links, places, now)
    await _tell(store, tx, platforms, channels, one, links, now)
    for channel, count in under_way.items():
        for _ in range(count if forgetful(channels, channel) else 0):
            await store.erasures.answered(tx, one, f"channel:{channel}", "answer_awaited")
    await store.erasures.add(tx, mark, await store.theirs.empty(tx, one))
    await store.erasures.add(tx, mark, {"athlete": await store.theirs.remove_athlete(tx, one)})
    subjects = [f"athlete:{one}", *(f"address:{place.id}" for place in places)]
    await store.theirs.unname(tx, subjects, f"erased:{mark}")
    await store.audit(tx, now, actor if actor != "athlete" else f"erased:{mark}", "athlete.erase", f"erased:{mark}")


async def _close(
    store: Store, tx: AsyncConnection, one: str, links: list[Connection], places: list[Address], now: datetime
) -> None:
    """STOP outlives them; what still comes from their sources is nobody's."""
    await store.outbox.silence_all(tx, one, "the athlete was erased")
    await store.marks.bury(
        tx, [(each.channel, each.address) for each in places if each.stopped_at is not None and each.address != one]
    )
    sources = [(link.platform, link.external_id) for link in links]
    sources += [(f"channel:{each.channel}", each.address) for each in places]
    await store.marks.part(tx, [*sources, (OWN, one), ("channel:me", one)], now)


async def _tell(
    store: Store,
    tx: AsyncConnection,
    platforms: Mapping[str, PlatformAdapter],
    channels: Mapping[str, Channel],
    one: str,
    links: list[Connection],
    now: datetime,
) -> None:
    """Leave word for the vendors: connections to revoke, messages to delete."""
    for link in links:
        await store.endings.end(tx, link, now, tell=tells(platforms.get(link.platform)))
    able = [name for name in channels if forgetful(channels, name)]
    for channel, ids in (await store.erasures.sent(tx, one, able)).items():
        await store.erasures.ask(tx, one, channel, ids, now)
    rounds = [f"reconcile:{link.platform}:{link.external_id}" for link in links]
    await store.theirs.forget_rounds(tx, rounds)
