"""One delivery on its way: what of it is used, what never can be, and what comes again by itself."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from twinge.core.model import Activity, Report, Wellness
from twinge.plugin import GiveUp, Inline, Item, Pointer, RateLimited, Recorded, Rejected, TryLater
from twinge.store import Waiting

AHEAD = timedelta(days=1)
"""How far before us a device's clock and zone may be."""
TOLD = 3
"""Reasons that a note names."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the vendor's or the network's fault."""

    reason: str
    after: timedelta | None
    counts: bool = True
    """False: its vendor was not even asked about it, because the limit for everybody was spent."""


@dataclass(frozen=True, slots=True)
class Never:
    """Given up, with the reason to show."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception of our own or of a plugin's: what and where, without its text, which may quote a body."""

    place: str

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """The class of `error` and the function that raised it."""
        frames = traceback.extract_tb(error.__traceback__)
        return cls(f"{type(error).__name__} in {frames[-1].name}" if frames else type(error).__name__)


def failure(error: Exception) -> Later | Never | Fault:
    """What an exception of a plugin means for what it was raised over."""
    match error:
        case TryLater():
            return Later(error.reason, error.after, counts=not isinstance(error, RateLimited))
        case GiveUp():
            return Never(error.reason)
        case Rejected():
            return Never(f"rejected: {error.reason}")
        case _:
            return Fault.of(error)


class Turned(NamedTuple):
    """An item, and why it cannot be used (yet)."""

    item: Item
    failed: Later | Never | Fault | None = None


class Left(NamedTuple):
    """An item that comes again. `failed` is None where it only waits for an earlier one of its athlete."""

    item: Inline | Pointer | Recorded
    failed: Later | Fault | None


@dataclass(slots=True)
class Job:
    """One claimed delivery. `failed` says why nothing of it can be used (yet)."""

    row: Waiting
    items: list[Item] = field(default_factory=list)
    failed: Later | Never | Fault | None = None
    notes: list[str] = field(default_factory=list)
    """What is to be told of items that were used."""
    dropped: list[str] = field(default_factory=list)
    """Why items never can be used, one reason each."""
    left: list[Left] = field(default_factory=list)

    @property
    def platform(self) -> str:
        """The platform's name, or `channel:<name>`."""
        return self.row.delivery.platform

    @property
    def points(self) -> bool:
        """Whether something must be fetched, or a file read."""
        return self.failed is None and any(isinstance(item, Pointer | Recorded) for item in self.items)

    @property
    def note(self) -> str:
        """What was left aside of a delivery that was used: "2 of 7 items: …"."""
        total = len(self.items) + len(self.dropped) + len(self.left)
        said = [f"{len(self.dropped)} of {total} items: {_reasons(self.dropped)}"] if self.dropped else []
        said += [f"{len(self.left)} of {total} items come again"] if self.left else []
        return "; ".join([*said, _reasons(self.notes)] if self.notes else said)

    def read(self, items: Iterable[Item]) -> None:
        """The items as the body tells them."""
        self.items = list(items)
        self._doubt()
        self._conclude()

    def part(self, turned: Iterable[Turned]) -> None:
        """What became of the items, in their order.

        One that may work later keeps all that follows of its athlete, so that their order stays; a departure is heeded
        at once. Where everything may work later, the delivery itself waits.
        """
        self.items, held = [], set[str]()
        for item, failed in turned:
            if isinstance(failed, Never):
                self.dropped.append(failed.reason)
            elif isinstance(item, Inline | Pointer | Recorded) and (failed is not None or item.owner in held):
                held.add(item.owner)
                self.left.append(Left(item, failed))
            else:
                self.items.append(item)
        self._doubt()
        self._conclude()

    def _doubt(self) -> None:
        """Drop what is of next year: it would be the newest for ever, and make everything real late."""
        latest = self.row.delivery.received_at + AHEAD
        for item in self.items:
            if isinstance(item, Inline) and (what := _ahead(item.event, latest)):
                self.dropped.append(f"{what} in the future: set the device's clock right and send it again")
        if self.dropped:
            self.items = [item for item in self.items if not (isinstance(item, Inline) and _ahead(item.event, latest))]

    def _conclude(self) -> None:
        if self.items:
            return
        if self.dropped and not self.left:
            count = len(self.dropped)
            self.failed = Never(
                self.dropped[0] if count == 1 else f"{count} of {count} items: {_reasons(self.dropped)}"
            )
        elif self.left and not self.dropped:
            self.failed, self.left = self.left[0].failed, []


def _ahead(event: object, latest: datetime) -> str:
    """What of an event lies too far ahead; nothing for most."""
    if isinstance(event, Activity) and event.start > latest:
        return "a workout starts"
    if isinstance(event, Wellness) and event.day > latest.date():
        return "a morning is"
    return "a report is" if isinstance(event, Report) and event.at > latest else ""


def _reasons(given: Sequence[str]) -> str:
    """Each reason once, the first few."""
    told = list(dict.fromkeys(given))
    return "; ".join(told[:TOLD]) + ("; …" if len(told) > TOLD else "")
