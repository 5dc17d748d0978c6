"""The athlete's own page as a channel: what is sent there is shown there, and what is written there comes back.

The page takes answers from somebody it knows by their visit and puts them into the inbox itself, so nobody outside
is ever let in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar

import aiohttp
import msgspec

from twinge.event import Complaint, to_report
from twinge.plugin import Delivery, Item, Message, OneWay, Rejected, Reply, Sent

MOST = 1_000
"""Letters of an answer."""


Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Written(msgspec.Struct):
    """The body of a delivery from the page: words, or a report that was chosen in a form."""

    athlete: Id
    text: Annotated[str, msgspec.Meta(max_length=MOST)] = ""
    id: Id | None = None
    """Names a report for ever."""
    told: Complaint | None = None

    def __post_init__(self) -> None:
        if not self.text and (self.told is None or self.id is None):
            raise ValueError("neither words nor a report")


_read = msgspec.json.Decoder(Written).decode


class Me(OneWay):
    """The channel `me`; an address is an athlete's id. It needs no settings and never fails."""

    name: ClassVar[str] = "me"
    voice: ClassVar[str] = "push"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Me:
        """Always ready."""
        return cls()

    def normalise(self, address: str) -> str:
        """An athlete's id, as the API gives it."""
        if not (address.isascii() and address.isalnum() and len(address) <= 64):
            raise Rejected("The address of a page is its athlete's id.", field="address")
        return address

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Nothing to do: the page shows the outbox."""
        return Sent(None, "delivered")

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """It is on the page, whatever became of the send."""
        return Sent(None, "delivered")

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back."""
        raise Rejected("The athlete's page takes answers from its own visitors only.", status=404)

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """The athlete's words, or what they chose in a form."""
        try:
            written = _read(delivery.body)
        except (ValueError, RecursionError):
            raise Rejected("This is not the body of an answer from the page.") from None
        if written.told is None:
            return [Reply(written.athlete, written.text)]
        told = to_report(f"{self.name}:{written.id}", written.told, delivery.received_at)
        return [Reply(written.athlete, "", told=told)]
