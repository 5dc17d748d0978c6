"""The bodies of deliveries: which tell of somebody who left, and what is done with those that tell of others too.

What was used goes whole: the others' items have had their effect, and only a replay is lost. What waits is left to
the worker, which lets the others' items have it. Of what could not be used the others' items are put back as deliveries
of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, quote_plus

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.fetch import again, read_own
from twinge.plugin import FILES, OWN, Channel, Delivery, Forgets, Inline, Item, PlatformAdapter, Pointer, Recorded
from twinge.store import Store
from twinge.store.erasures import Erasure
from twinge.store.inbox import Kept


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery that names them says."""

    is_theirs: bool
    others: Sequence[Item] = ()
    """What it tells of other athletes."""
    legible: bool = True
    """False: nobody can tell what it says."""


class Scent:
    """Recognises one athlete's deliveries: first by their bytes, then by what the adapter reads in them."""

    def __init__(
        self,
        platforms: Mapping[str, PlatformAdapter],
        athlete_id: str,
        owners: Sequence[tuple[str, str]],
        places: Sequence[tuple[str, str]],
        nudges: frozenset[str] = frozenset(),
    ) -> None:
        self._platforms, self._id, self._nudges = platforms, athlete_id, nudges
        self._owners: dict[str, set[str]] = {OWN: {athlete_id}, FILES: {athlete_id}, "channel:me": {athlete_id}}
        for platform, owner in owners:
            self._owners.setdefault(platform, set()).add(owner)
        for channel, address in places:
            self._owners.setdefault(f"channel:{channel}", set()).add(address)
        self._words = {
            platform: [_Word(each) for each in sorted(_spellings({*names, athlete_id}))]
            for platform, names in self._owners.items()
        }

    @property
    def platforms(self) -> list[str]:
        """Where their deliveries may have come from."""
        return list(self._owners)

    def mentions(self, one: Kept, lane: str) -> bool:
        """Whether it may tell of them, by its bytes alone."""
        delivery = one.delivery
        place = lane.removeprefix(f"{delivery.platform}:")
        if place in self._nudges or lane == f"{delivery.platform}:{self._id}":
            return True
        around = "\x1f".join([one.key, lane, delivery.path, *delivery.query.values(), *delivery.headers.values()])
        texts = (around.encode(errors="replace"), delivery.body)
        return any(word.is_in(text) for word in self._words[delivery.platform] for text in texts)

    def read(self, delivery: Delivery) -> Reading:
        """Whose items it holds."""
        names = self._owners[delivery.platform]
        try:
            items = self._items(delivery)
        except Exception:  # noqa: BLE001 - a plugin may raise anything; what nobody can read is told by its bytes
            return Reading(is_theirs=True, legible=False)
        if delivery.platform.startswith("channel:"):  # a number that is named there is theirs, whatever it is about
            return Reading(is_theirs=True)
        others = [one for one in items if _owner(one) not in names]
        return Reading(not items or len(others) < len(items), others)

    def _items(self, delivery: Delivery) -> Sequence[Item]:
        own = read_own(delivery)
        if own is not None:
            return own
        if delivery.platform.startswith("channel:"):
            return ()
        return self._platforms[delivery.platform].read(delivery)


async def remove_raw(
    store: Store,
    platforms: Mapping[str, PlatformAdapter],
    channels: Mapping[str, Channel],
    one: Erasure,
    clock: Callable[[], datetime],
    after: Callable[[str], None],
) -> bool:
    """Go through every delivery from where theirs came; False where some still have to be worked on for others."""
    if one.athlete_id is None:
        return True
    nudges = await store.post.ids(one.athlete_id)
    scent = Scent(platforms, one.athlete_id, one.trail.owners, one.trail.places, nudges)
    last, clean = 0, True
    while page := await store.inbox.leaf(scent.platforms, last):
        last = page[-1][0].id
        found = [kept for kept, lane in page if scent.mentions(kept, lane)]
        readings = [(kept, scent.read(kept.delivery)) for kept in found]
        theirs = [(kept, reading) for kept, reading in readings if reading.is_theirs]
        waits = {kept.id for kept, reading in theirs if kept.state == "waiting" and reading.others}
        clean &= not waits
        await _remove(store, channels, one, [pair for pair in theirs if pair[0].id not in waits], clock())
        if theirs:
            after("raw")
    return clean


async def _remove(
    store: Store,
    channels: Mapping[str, Channel],
    one: Erasure,
    found: Sequence[tuple[Kept, Reading]],
    now: datetime,
) -> None:
    if not found or one.athlete_id is None:
        return
    async with store.write() as tx:
        for kept, reading in found:
            if kept.state in {"stray", "dead"}:
                await _put_back(store, tx, kept, reading.others, now)
            name = kept.delivery.platform.removeprefix("channel:")
            channel = forgetful(channels, name) if name != kept.delivery.platform else None
            if channel is not None:
                await store.erasures.ask(tx, one.athlete_id, name, _named(channel, kept.delivery), now)
        gone = await store.inbox.drop(tx, {kept.id for kept, _ in found})
        await store.erasures.add(tx, one.mark, {"inbox": gone})


def forgetful(channels: Mapping[str, Channel], name: str) -> Forgets | None:
    """The channel of that name, if its vendor deletes messages."""
    channel: object = channels.get(name)
    return channel if isinstance(channel, Forgets) else None


def _named(channel: Forgets, delivery: Delivery) -> Sequence[str]:
    try:
        return list(channel.kept(delivery))
    except Exception:  # noqa: BLE001 - a plugin may raise anything over a body that nobody can read
        return ()


async def _put_back(store: Store, tx: AsyncConnection, kept: Kept, others: Sequence[Item], now: datetime) -> None:
    for item in others:
        if isinstance(item, Inline | Pointer | Recorded):
            lane = f"{kept.delivery.platform}:{item.owner}"
            await store.inbox.put_back(tx, again(kept.delivery, item), lane, now, delays=0, note="taken apart")


def _owner(item: Item) -> str:
    return str(getattr(item, "owner", ""))


class _Word:
    """A name as bytes, found where it is not a part of a longer word."""

    def __init__(self, written: bytes) -> None:
        self._written = written
        self._alone = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(written) + rb"(?![0-9A-Za-z])")

    def is_in(self, text: bytes) -> bool:
        """Looked for as bytes first: that is a hundred times as fast as an expression."""
        return self._written in text and self._alone.search(text) is not None


def _spellings(names: set[str]) -> set[bytes]:
    """How a name may stand in a body: as it is, in JSON, in a form."""
    written = {way for name in names for way in (name, json.dumps(name)[1:-1], quote(name, safe=""), quote_plus(name))}
    return {each.encode(errors="replace") for each in written - {""}}
