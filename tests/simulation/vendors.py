"""A platform and two channels of the simulated world: what they are asked for takes time, fails, and lies."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp

from fakes import FakeChannel, FakePlatform
from simulation.disk import Power
from simulation.world import Call, Text, World
from twinge.plugin import (
    Access,
    Fetched,
    GiveUp,
    Message,
    Pace,
    Pointer,
    RateLimited,
    Sent,
    TryLater,
    Unknown,
)

NEVER_S = 3600.0
"""Longer than any deadline of ours."""
MISTAKES = 2
"""Of the adapter's, about one object: after a third a delivery is rightly set aside, and its workout is not there."""


class SimVendor(FakePlatform):
    """Keeps the newest text of every object, for whoever fetches it."""

    def __init__(self, world: World, power: Callable[[], Power]) -> None:
        super().__init__()
        self._world, self._power = world, power
        self._mistakes = Counter[str]()
        self.newest: dict[str, Text] = {}

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | Sequence[Fetched] | None:
        world = self._world
        await self._power().trip(longest=3)
        if world.is_down("vendor"):
            raise TryLater("their bad hour")
        if world.luck(world.faults.fetch):
            match world.dice.randrange(5):
                case 0:
                    raise TryLater("502")
                case 1:
                    raise RateLimited("too many", after=timedelta(minutes=world.dice.choice((1, 15))))
                case 2 if self._mistakes[pointer.object_id] < MISTAKES:
                    self._mistakes[pointer.object_id] += 1
                    raise KeyError("a mistake of the adapter's")
                case 3:
                    await asyncio.sleep(NEVER_S)
                case 4:
                    await asyncio.sleep(world.dice.random() * 25)
        return self.newest.get(pointer.object_id)  # type: ignore[return-value]  # also that it is gone


class SimChannel(FakeChannel):
    """A provider. What it has taken arrives; whether we hear of it is another matter."""

    pace: Pace = Pace(per_address_day=6)
    confirms: bool = True

    def __init__(
        self, name: str, world: World, power: Callable[[], Power], arrived: Callable[[str, Message], None]
    ) -> None:
        super().__init__()
        self._name, self._world, self._power, self._arrived = name, world, power, arrived
        self._taken: dict[str, int] = {}

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        world, power = self._world, self._power()
        await power.trip(longest=1)
        fate = self._fate()
        taken = fate in {"ok", "taken", "hang taken", "reset taken"}
        call = Call(
            world.now,
            world.clock(),
            self._name,
            message.address,
            message.id,
            message.severity,
            message.text,
            taken,
            clear=False,
        )
        place = len(world.calls)
        world.calls.append(call)
        world.note("send", f"{self._name} {message.id} {fate}")
        if taken:
            self._taken[message.id] = self._taken.get(message.id, 0) + 1
            self._arrived(self._name, message)
        await power.trip(longest=2)
        clear = fate in {"ok", "later", "refused"}
        world.calls[place] = call._replace(clear=clear)
        match fate:
            case "ok":
                return Sent(f"{self._name}-{message.id}")
            case "later":
                raise TryLater("busy")
            case "refused":
                raise GiveUp("not like this")
            case "taken" | "lost":
                raise Unknown("the answer was cut off")
            case "reset taken" | "reset lost":
                raise ConnectionResetError
        await asyncio.sleep(NEVER_S)
        raise AssertionError("the sender waits for ever")

    def _fate(self) -> str:
        world = self._world
        if world.is_down(self._name):
            return world.dice.choice(("later", "later", "hang lost", "reset lost", "lost"))
        if not world.luck(world.faults.send):
            return "ok"
        return world.dice.choice(
            ("later", "later", "later", "taken", "lost", "hang taken", "hang lost", "reset taken", "reset lost")
            + (("refused",) if world.dice.random() < 0.3 else ())
        )

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        world = self._world
        await self._power().trip(longest=1)
        if world.is_down(self._name) or world.luck(world.faults.lookup):
            if world.dice.random() < 0.3:
                await asyncio.sleep(NEVER_S)
            raise TryLater("busy")
        return Sent(f"{self._name}-{message.id}") if message.id in self._taken else None


class Sms(SimChannel):
    """Text messages, which can be answered."""

    name: ClassVar[str] = "sms"
    voice: ClassVar[str] = "sms"


class Push(SimChannel):
    """Push messages."""

    name: ClassVar[str] = "push"
    voice: ClassVar[str] = "push"
    confirms = False


def newer(text: Any, version: int, **changes: Any) -> Any:
    """The next version of a text."""
    return replace(text, version=version, **changes)
