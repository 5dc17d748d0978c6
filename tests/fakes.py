"""Stand-ins for our own ports: a platform whose deliveries say in JSON what they mean, a channel that writes down."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import aiohttp
import msgspec

from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Fetched,
    GiveUp,
    Inline,
    Item,
    Message,
    OAuth,
    PlatformAdapter,
    Pointer,
    Receipt,
    Rejected,
    Reply,
    Revoked,
    Sent,
    TryLater,
    Unknown,
)

T = TypeVar("T")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Move on by a timedelta's words."""
        self.now += timedelta(**by)


def run(key: str, start: datetime, km: float = 5.0, *, version: int = 1, minutes: float | None = None) -> Activity:
    """A run of `km` at six minutes a kilometre, or in `minutes`."""
    seconds = round((minutes if minutes is not None else 6 * km) * 60)
    return Activity(
        f"fake:{key}",
        "run",
        start,
        elapsed_s=seconds,
        moving_s=seconds,
        distance_m=round(km * 1000),
        version=version,
    )


def said(owner: str, event: Activity | Removed | Wellness | Report) -> bytes:
    """The body of a delivery that carries its data."""
    word = type(event).__name__.lower()
    return msgspec.json.encode({"owner": owner, word: event})


def pointed(owner: str, object_id: str, version: int = 1) -> bytes:
    """The body of a delivery that only points."""
    return msgspec.json.encode({"owner": owner, "pointer": object_id, "version": version})


def several(*bodies: bytes) -> bytes:
    """The body of a delivery that says what `bodies` say, in their order."""
    return b'{"several":[' + b",".join(bodies) + b"]}"


class FakePlatform:
    """Reads `said` and `pointed`; the body `{"owner": …, "do": …}` makes it fail in a chosen way."""

    name: ClassVar[str] = "fake"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=True, points=True, deletes=True, polls=True)
    oauth: OAuth | None = None

    def __init__(self) -> None:
        self.there: dict[str, Fetched | Sequence[Fetched] | None] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.fetched: list[str] = []
        self.lately: list[Pointer] = []
        self.hangs = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> FakePlatform:
        return cls()

    def verify(self, delivery: Delivery, now: datetime) -> None:
        return None

    def key(self, delivery: Delivery) -> str:
        return delivery.headers["id"]

    def read(self, delivery: Delivery) -> Sequence[Item]:
        body: dict[str, Any] = msgspec.json.decode(delivery.body)
        owner = body.get("owner", "")
        match body:
            case {"several": bodies}:
                parts = [replace(delivery, body=msgspec.json.encode(one)) for one in bodies]
                return [item for part in parts for item in self.read(part)]
            case {"do": "raise"}:
                raise KeyError("secret body text")
            case {"do": "reject"}:
                raise Rejected("activity.start is missing", field="activity.start")
            case {"do": "exit"}:
                os._exit(9)
            case {"pointer": object_id, "version": version}:
                return [Pointer(owner, object_id, version)]
            case {"revoked": True}:
                return [Revoked(owner)]
        kinds: dict[str, Any] = {"activity": Activity, "removed": Removed, "wellness": Wellness, "report": Report}
        return [Inline(owner, msgspec.convert(body[word], kinds[word])) for word in kinds if word in body]

    def handshake(self, delivery: Delivery) -> None:
        return None

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | Sequence[Fetched] | None:
        self.fetched.append(pointer.object_id)
        if self.hangs:
            await asyncio.sleep(60)
        if self.errors.get(pointer.object_id):
            raise self.errors[pointer.object_id].pop(0)
        return self.there.get(pointer.object_id)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        return self.lately


class FakeTokens:
    """Hands out no token and calls at once."""

    async def using(
        self, adapter: PlatformAdapter, platform: str, owner: str, call: Callable[[Access], Awaitable[T]]
    ) -> T:
        nothing: Any = None
        return await call(Access(nothing, None, owner))


class FakeChannel:
    """Writes down what it carries; `plays` are the errors and receipts of the next calls."""

    name: ClassVar[str] = "sms"
    voice: ClassVar[str] = "sms"

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.plays: list[Exception | Sent] = []
        self.found: Sent | Exception | None = None
        self.at_once = 0
        self.most_at_once = 0
        self.hangs = False
        self.called = asyncio.Event()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> FakeChannel:
        return cls()

    def normalise(self, address: str) -> str:
        return address

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        self.sent.append(message)
        self.called.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(60 if self.hangs else 0)
        self.at_once -= 1
        played = self.plays.pop(0) if self.plays else Sent(f"SM{len(self.sent)}")
        if isinstance(played, Exception):
            raise played
        return played

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def verify(self, delivery: Delivery, now: datetime) -> None:
        return None

    def key(self, delivery: Delivery) -> str:
        return delivery.headers["id"]

    def read(self, delivery: Delivery) -> Sequence[Item]:
        body: dict[str, Any] = msgspec.json.decode(delivery.body)
        if "text" in body:
            return [Reply(body["from"], body["text"], body.get("opt_out"))]
        again = timedelta(minutes=body["again"]) if "again" in body else None
        dead = bool(body.get("dead"))
        return [Receipt(body["nudge"], body["state"], body.get("sid"), body.get("reason"), dead, again=again)]

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        return "text/plain", b""


__all__ = [
    "NOON",
    "Clock",
    "FakeChannel",
    "FakePlatform",
    "FakeTokens",
    "GiveUp",
    "Sent",
    "TryLater",
    "Unknown",
    "pointed",
    "run",
    "said",
    "several",
]
