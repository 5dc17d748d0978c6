"""What went out and was not heard of: by another channel, or once more.

Preferred channel first; where it failed, is down, or tells of arrivals and told of none, the next one. Doctor and
urgent went to every address at once; what nobody acknowledged is said once more, unless a newer word took its place.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.insist import REPEAT, is_grave
from twinge.core.model import Nudge, Voice
from twinge.core.relay import of_story
from twinge.plugin import Channel
from twinge.store import Store
from twinge.store.again import Sibling, Unheard
from twinge.store.turns import lock
from twinge.ways import Ways, held_for

OTHER_WAY = "it went by another channel"
OUT = frozenset({"sent", "delivered", "unknown"})
"""States of what may have reached them."""


async def look_again(store: Store, channels: Mapping[str, Channel], down: Container[str], now: datetime) -> int:
    """Work off what is due to be looked at again; how many those were. Channels that are `down` are no way out."""
    async with store.read() as tx:
        if not await store.again.unheard(tx, now, 1):
            return 0
    voices = {name: Voice(channel.voice) for name, channel in channels.items() if name not in down}
    async with store.write() as tx:
        waiting = {one.nudge.athlete for one in await store.again.unheard(tx, now)}
        ours = await lock(tx, waiting, free=True)
        # Asked again under the lock: another sender may just have seen to them.
        found = [one for one in await store.again.unheard(tx, now) if one.nudge.athlete in ours]
        places = await store.addresses.load(tx, {one.nudge.athlete for one in found})
        for one in found:
            await _look(store, tx, Ways(places.get(one.nudge.athlete, []), voices), one, now)
    return len(found)


async def _look(store: Store, tx: AsyncConnection, ways: Ways, one: Unheard, now: datetime) -> None:
    nudge, again = one.nudge, store.again
    if now >= nudge.expires_at or await again.acknowledged(tx, nudge):
        return await again.let_be(tx, [nudge])
    family, due_now = await again.family(tx, nudge), replace(nudge, not_before=now)
    due = _repeated_at(one)
    if due is not None and _is_out(family) and (one.state in OUT or now >= due):
        if not await _overtaken(store, tx, nudge):
            await store.outbox.put(tx, [ways.copy(due_now, place, "-2") for place in ways.fit(nudge)])
        return await again.let_be(tx, [nudge])
    tried = {sibling.address_id for sibling in family}
    untried = [place for place in ways.fit(nudge) if place.id not in tried]
    if untried:
        await store.outbox.put(tx, [ways.copy(due_now, untried[0])])
        await again.give_way(tx, nudge, OTHER_WAY, now)
    elif one.state == "void" and not _is_out(family):
        await store.outbox.hold(tx, [held_for(nudge, one.reason or "no_channel", now)])
    if due is not None and now < due and len(family) + len(untried) > 1:
        return await again.look(tx, nudge, due)  # it failed here, its copies did not: they are said once more then
    return await again.let_be(tx, [nudge])


def _repeated_at(one: Unheard) -> datetime | None:
    """When grave words are said once more; None for copies, which the first of them sees to, and for all else."""
    nudge = one.nudge
    if not is_grave(nudge.severity) or nudge.copy_of is not None:
        return None
    # What waits was put off, and its time with it.
    return (nudge.made_at if one.state == "waiting" else nudge.not_before) + REPEAT[nudge.severity]


def _is_out(family: Sequence[Sibling]) -> bool:
    return any(sibling.state in OUT for sibling in family)


async def _overtaken(store: Store, tx: AsyncConnection, nudge: Nudge) -> bool:
    """Whether something newer was said in the same story."""
    story = of_story(nudge.facts)
    return story is not None and any(of_story(newer.facts) == story for newer in await store.again.later(tx, nudge))
