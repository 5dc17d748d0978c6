"""Stand-ins: a channel that keeps what it is given, and a clock that stands still."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import aiohttp

from twinge.plugin import Delivery, Item, Message, Receipt, Rejected, Reply, Sent, TwingeError, Unknown


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Move on, and say what time it is then."""
        self.now += by
        return self.now


class MemoryChannel:
    """A channel that keeps what it is given. `plan` lists what the next sends do instead; None is a plain success.

    A planned `Unknown` is the hard case: the message arrived and its answer was lost, so `lookup` finds it. With
    `Swallowed` neither arrived.
    """

    name: ClassVar[str] = "memory"
    voice: ClassVar[str] = "sms"

    def __init__(self, voice: str = "sms", plan: Iterable[TwingeError | None] = ()) -> None:
        self.voice = voice  # type: ignore[misc]  # one class for the tests of every voice
        self.sent: list[Message] = []
        self.plan = list(plan)
        self.looked_up: list[str] = []

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> MemoryChannel:
        """Always ready."""
        return cls()

    def normalise(self, address: str) -> str:
        """Any word without spaces around it."""
        if not (address := address.strip()):
            raise Rejected("An address is at least one letter.", field="address")
        return address

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Do as planned, else keep it."""
        trouble = self.plan.pop(0) if self.plan else None
        if trouble is None or (isinstance(trouble, Unknown) and not isinstance(trouble, Swallowed)):
            self.sent.append(message)
        if trouble is not None:
            raise trouble
        return Sent(f"memory-{len(self.sent)}")

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Whether it was kept."""
        self.looked_up.append(message.id)
        kept = [one.id for one in self.sent]
        return Sent(f"memory-{kept.index(message.id) + 1}") if message.id in kept else None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Takes the header `x-memory: genuine`."""
        if delivery.headers.get("x-memory") != "genuine":
            raise Rejected("x-memory is missing.", status=401)

    def key(self, delivery: Delivery) -> str:
        """Path and body."""
        return f"{delivery.path}:{delivery.body!r}"

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """`inbound`: `{"from", "text"}`; `status/<id>`: `{"state", "reason"?, "disable"?}`."""
        try:
            given = json.loads(delivery.body)
            if delivery.path == "inbound":
                return [Reply(str(given["from"]), str(given["text"]))]
            nudge = delivery.path.removeprefix("status/")
            return [Receipt(nudge, str(given["state"]), None, given.get("reason"), bool(given.get("disable")))]
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Rejected("Not what the memory channel reads.") from None

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Nothing to say."""
        return "text/plain", b""


class Swallowed(Unknown):
    """For `MemoryChannel.plan`: the answer was lost, and so was the message."""
