"""A small house for the tests of the write path: a real database, Alice, Bob and Charlie, a worker and a sender."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes import NOON, Clock, FakeChannel, FakePlatform, FakeTokens
from twinge.core.model import Athlete, Preferences
from twinge.plugin import Channel, Delivery, PlatformAdapter
from twinge.sender import Sender
from twinge.store import Consent, Store, schema
from twinge.worker import Worker

SECRET = b"a secret of the tests, long enough"


PLACES: dict[Path, str] = {}
"""Databases of tests that are no file in the test's folder; see `database` in conftest.py."""


def url_of(folder: Path) -> str:
    """The database of a test."""
    return PLACES.get(folder) or f"sqlite+aiosqlite:///{folder / 'twinge.db'}"


def quarter(tries: int) -> timedelta:
    """How long to wait after so many tries, without chance."""
    return timedelta(seconds=30 * 4 ** (tries - 1))


class House:
    """Everything between the inbox and the channel."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, Clock()
        self.platform, self.channel = FakePlatform(), FakeChannel()
        self.platforms: dict[str, PlatformAdapter] = {"fake": self.platform}
        self.channels: dict[str, Channel] = {"sms": self.channel}
        self.worker, self.sender = self.new_worker(), self.new_sender()
        self.people: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def new_worker(self, **settings: Any) -> Worker:
        """A worker as after a restart."""
        return Worker(self.store, self.platforms, self.channels, FakeTokens(), self.clock, **settings)

    def new_sender(self, **settings: Any) -> Sender:
        """A sender as after a restart, or one that knows more channels."""
        nothing: Any = None
        how = {"deadline_s": 0.3, "backoff": quarter, **settings}
        return Sender(self.store, self.channels, nothing, self.clock, "https://t.example", **how)

    async def move_in(
        self, name: str, preferences: Preferences | None = None, *, channel: str = "sms", **profile: Any
    ) -> str:
        """A new athlete: connected as their lower-case name, reachable by `channel`."""
        wishes = preferences or Preferences(quiet_from=None, quiet_to=None)
        async with self.store.write() as tx:
            made = await self.store.athletes.create(tx, Athlete("", name=name, preferences=wishes, **profile), NOON)
            await self.store.athletes.connect(tx, made.id, "fake", name.lower(), NOON)
            number = f"+15550100{len(self.people):03d}"
            await self.store.addresses.add(tx, made.id, channel, number, Consent(NOON, "test"), verified_at=NOON)
        self.people[name] = made.id
        return made.id

    async def deliver(self, body: bytes, *, lane: str = "", platform: str = "fake", key: str | None = None) -> bool:
        """Put one delivery into the inbox, as the hook would."""
        delivery = Delivery(platform, "POST", "", {}, {}, body, self.clock())
        return await self.store.inbox.put(delivery, key or f"d{next(self._numbers)}", lane)

    async def wish(self, name: str, **wishes: Any) -> None:
        """Change an athlete's preferences."""
        async with self.store.write() as tx:
            athlete = (await self.store.athletes.load(tx, [self.people[name]]))[self.people[name]]
            await self.store.athletes.update(tx, replace(athlete, preferences=replace(athlete.preferences, **wishes)))


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house on a fresh, migrated database."""
    await asyncio.to_thread(schema.upgrade, url_of(folder))
    store = await Store.open(url_of(folder), secret=SECRET)
    try:
        yield House(store)
    finally:
        await store.close()
