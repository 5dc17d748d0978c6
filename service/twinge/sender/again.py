"""What went out and was not heard of: by another channel, or once more.

Preferred channel first; where it failed, is down, or tells of arrivals and told of none, the next one. Doctor and
urgent went to every address at once; what nobody acknowledged is said once more, unless a newer word took its place.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.insist import REPEAT, is_grave
from twinge.core.model import Held, Nudge, Voice
from twinge.core.purpose import purpose_of
from twinge.core.relay import of_story
from twinge.plugin import Channel
from twinge.store import Address, Store
from twinge.store.post import Sibling, Unheard

OTHER_WAY = "it went by another channel"
OUT = frozenset({"sent", "delivered", "unknown"})
"""States of what may have reached them."""


async def look_again(store: Store, channels: Mapping[str, Channel], down: Container[str], now: datetime) -> int:
    """Work off what is due to be looked at again; how many those were. Channels that are `down` are no way out."""
    async with store.read() as tx:
        if not await store.post.unheard(tx, now, 1):
            return 0
    async with store.write() as tx:
        found = await store.post.unheard(tx, now)
        for one in found:
            await _look(store, tx, _Ways(channels, down), one, now)
    return len(found)


class _Ways:
    """Where a message may go at the moment."""

    def __init__(self, channels: Mapping[str, Channel], down: Container[str]) -> None:
        self._channels, self._down = channels, down

    def open(self, places: Iterable[Address], nudge: Nudge) -> list[Address]:
        """The addresses that may have it, in order."""
        purpose = purpose_of(nudge)
        return [
            place
            for place in places
            if place.usable
            and (purpose is None or purpose in place.purposes)
            and place.channel in self._channels
            and place.channel not in self._down
        ]

    def voice(self, place: Address) -> Voice:
        return Voice(self._channels[place.channel].voice)


async def _look(store: Store, tx: AsyncConnection, ways: _Ways, one: Unheard, now: datetime) -> None:
    nudge, post = one.nudge, store.post
    if now >= nudge.expires_at or await post.acknowledged(tx, nudge):
        return await post.let_be(tx, [nudge])
    places = (await store.addresses.load(tx, [nudge.athlete])).get(nudge.athlete, [])
    family = await post.family(tx, nudge)
    due = _repeated_at(one)
    if due is not None and _is_out(family) and (one.state in OUT or now >= due):
        if not await _overtaken(store, tx, nudge):
            again = [(copy(nudge, place, now, "-2"), place, ways.voice(place)) for place in ways.open(places, nudge)]
            await store.outbox.put(tx, again)
        return await post.let_be(tx, [nudge])
    tried = {sibling.address_id for sibling in family}
    untried = [place for place in ways.open(places, nudge) if place.id not in tried]
    if untried:
        await store.outbox.put(tx, [(copy(nudge, untried[0], now), untried[0], ways.voice(untried[0]))])
        await post.give_way(tx, nudge, OTHER_WAY)
    elif one.state == "void" and not _is_out(family):
        await store.outbox.hold(tx, [held_for(nudge, one.reason or "no_channel", now)])
    if due is not None and now < due and len(family) + len(untried) > 1:
        return await post.look(tx, nudge, due)  # it failed here, its copies did not: they are said once more then
    return await post.let_be(tx, [nudge])


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
    return story is not None and any(of_story(newer.facts) == story for newer in await store.post.later(tx, nudge))


def held_for(nudge: Nudge, reason: str, now: datetime) -> Held:
    """The silence that a message became."""
    return Held(nudge.athlete, nudge.rules, nudge.severity, reason, now, nudge.activity, nudge.facts)


def copy(nudge: Nudge, place: Address, now: datetime, suffix: str = "") -> Nudge:
    """The same words for another address, or once more; their id says of what and where."""
    first = nudge.copy_of or nudge.id
    return replace(nudge, id=f"{first}-{place.id}{suffix}", copy_of=first, not_before=now)
