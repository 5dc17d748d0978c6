"""A channel: one message to one address, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

import aiohttp

from twinge.core.model import Severity
from twinge.plugin.delivery import Delivery, Item


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to carry. `id` is our outbox id: put it where receipts will bring it back."""

    id: str
    address: str
    text: str
    severity: Severity
    expires_at: datetime
    callback_url: str | None = None
    picture_url: str | None = None
    """An https address of a chart (PNG), until `expires_at`: only for a channel with `pictures`."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A channel's receipt for an accepted message."""

    provider_id: str | None
    state: str = "sent"
    """sent (handed over) or delivered (the channel knows it arrived)."""
    segments: int | None = None
    """Into how many parts it was cut, where each is paid for."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be used, as data. The sender keeps to it; the channel itself never waits."""

    at_once: int = 20
    """Calls under way at a time."""
    per_s: float | None = None
    """Messages a second that the vendor takes; None: as many as come."""
    per_address_day: int | None = None
    """Most messages to one address in 24 hours; graver ones have twice that."""
    per_day: int | None = None
    """Most messages of the channel in a day (UTC): what a mistake or a stranger may cost."""
    per_hour: int | None = None
    """Most messages of the channel in an hour, in each process; what is over it waits for the next."""
    shared: bool = True
    """Whether one vendor stands behind all addresses: where it fails for one, it is left alone for all."""


@runtime_checkable
class Paced(Protocol):
    """A channel whose vendor sets a pace, or whose messages cost money."""

    pace: Pace


@runtime_checkable
class Confirms(Protocol):
    """A channel that tells when a message has arrived: where it stays silent, another channel is tried."""

    confirms: bool


@runtime_checkable
class Pictured(Protocol):
    """A channel that can carry a picture beside the text. The address is a key: who carries it sees the chart."""

    pictures: bool


@runtime_checkable
class Forgets(Protocol):
    """A channel whose vendor keeps what was sent and written back, and deletes it when it is asked."""

    async def forget(self, provider_id: str, http: aiohttp.ClientSession, now: datetime) -> None:
        """Delete one message there; one that is gone already is fine. Raises `TryLater`, or `GiveUp` for never."""

    def kept(self, delivery: Delivery) -> Sequence[str]:
        """The vendor's ids of the messages that a call of its tells of."""


@runtime_checkable
class Closes(Protocol):
    """A channel that keeps something open between messages, such as a connection."""

    async def close(self) -> None:
        """Let go of it: the service stops. A message after that opens it anew."""


class Channel(Protocol):
    """One way to reach a person."""

    name: ClassVar[str]
    voice: ClassVar[str]
    """sms, push or print: which budget of M01 counts, and whether an answer can come back."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Channel:
        """Build from the plugin's own settings, or raise `NotConfigured`."""

    def normalise(self, address: str) -> str:
        """The address in its one canonical form, or `Rejected` with what is wrong."""

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand one message over. Raises `TryLater`, `GiveUp` or `Unknown`; never retries by itself."""

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Find a message whose answer was lost: what became of it, or None if it never arrived there."""

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """As for a platform; a channel without callbacks raises `Rejected(status=404)`."""

    def key(self, delivery: Delivery) -> str:
        """As for a platform."""

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """Receipts and replies."""

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Content type and body of the 2xx the vendor expects."""


class OneWay:
    """What a channel answers that nobody calls back: its `verify` lets nothing in, so none of it is ever asked."""

    def key(self, delivery: Delivery) -> str:
        """The path alone."""
        return delivery.path

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """Nothing."""
        return ()

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Empty."""
        return "text/plain", b""
