"""One life of the service, from its start to the moment it is stopped or dies."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from fakes import FakeTokens
from simulation.disk import InlineEngines, Power
from simulation.vendors import NEVER_S
from simulation.world import World
from twinge.plugin import Channel, Delivery, PlatformAdapter, TryLater
from twinge.sender import Sender
from twinge.store import Store
from twinge.worker import Worker

SECRET = b"a secret of the simulation, long enough"


class Process:
    """Worker, sender and hooks over one store."""

    def __init__(
        self,
        world: World,
        power: Power,
        url: str,
        platforms: Mapping[str, PlatformAdapter],
        channels: Mapping[str, Channel],
    ) -> None:
        self._world, self._power = world, power
        self._sources: dict[str, Any] = {**platforms, **{f"channel:{name}": one for name, one in channels.items()}}
        dice = Random(world.dice.random())

        def backoff(tries: int) -> timedelta:
            return timedelta(seconds=min(30 * 4 ** (tries - 1), 3600) + dice.random() * 15)

        nothing: Any = None
        self.store = Store(InlineEngines(url, power), SECRET)
        self.worker = Worker(self.store, platforms, channels, FakeTokens(), world.clock)
        self.sender = Sender(self.store, channels, nothing, world.clock, "https://t.example", backoff=backoff)
        self._stop = asyncio.Event()
        self.tasks = [
            asyncio.create_task(self.worker.run(self._stop)),
            asyncio.create_task(self.sender.run(self._stop)),
        ]
        self.hooks: set[asyncio.Task[bool]] = set()

    async def hear(self, platform: str, key: str, body: bytes, lane: str) -> bool:
        """What `web.hooks` does with a delivery; whether it may be answered 2xx."""
        delivery = Delivery(platform, "POST", "", {}, {"id": key}, body, self._world.clock())
        try:
            self._sources[platform].verify(delivery, delivery.received_at)
            await self.store.inbox.put(delivery, key, lane)
        except (TryLater, sqlite3.Error):
            return False
        return self._power.on

    async def stop(self) -> None:
        """As at SIGTERM: nothing new, what is under way ends."""
        self._stop.set()
        self.store.bell.set()
        await asyncio.wait(self.tasks, timeout=NEVER_S)
        await asyncio.gather(*self.hooks)
        await self.store.close()

    async def bury(self) -> None:
        """After the power has failed: end what hangs about. Nothing of it reaches the disk or the network."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self.store.close()
