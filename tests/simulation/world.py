"""Everything outside the service: time, what is planned, and what is written down about a run.

There are two times. The true one is what the world goes by; the service asks its machine's clock, which may be wrong.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from simulation.loop import VirtualLoop
from twinge.core.model import Removed, Severity
from twinge.core.state import Event

Text = Event | Removed
"""What a vendor may tell: an event, or that one is gone."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How often things go wrong, each as a share of its occasions."""

    doubled: float = 0.15
    late: float = 0.1
    edited: float = 0.12
    deleted: float = 0.05
    pointed: float = 0.3
    """Not wrong: the vendor names the object, and it is fetched."""
    unheard: float = 0.04
    """Our answer to a delivery is lost, so it comes again."""
    fetch: float = 0.15
    send: float = 0.25
    lookup: float = 0.3
    outages: int = 2
    """Most of them, each some hours of one vendor or provider."""
    crashes: int = 4
    restarts: int = 2
    """Most of them: a process that is asked to stop, and started again."""
    steps: int = 2
    """Most steps of the machine's clock."""
    stop: float = 0.06
    """Of the messages that arrive, how many are answered with STOP."""
    nonsense: float = 0.06


class Call(NamedTuple):
    """One call of a channel."""

    at: datetime
    """True."""
    clock: datetime
    """What the service believed."""
    channel: str
    address: str
    nudge: str
    severity: Severity
    text: str
    taken: bool
    """Whether the provider has the message now."""
    clear: bool
    """Whether the service was told."""


class Wrote(NamedTuple):
    """A reply of an athlete that the service has acknowledged, or not yet."""

    at: datetime
    owner: str
    text: str
    key: str


@dataclass
class World:
    """One run's outside."""

    seed: int
    faults: Faults
    begin: datetime
    dice: Random = field(init=False)
    loop: VirtualLoop | None = None
    offset: timedelta = timedelta(0)
    """By how much the machine's clock is wrong."""
    calm: bool = False
    """Whether nothing goes wrong any more."""
    trace: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    wrote: list[Wrote] = field(default_factory=list)
    acknowledged: dict[str, datetime] = field(default_factory=dict)
    """Key of a delivery → when it was answered 2xx, true time."""
    steps: list[tuple[datetime, timedelta]] = field(default_factory=list)
    outages: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    crashes: int = 0
    ended: datetime | None = None
    """When the last process had nothing left to do."""

    def __post_init__(self) -> None:
        self.dice = Random(f"world {self.seed}")
        self._base = self.begin
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    # ---- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """True time."""
        return self._base if self.loop is None else self._base + timedelta(seconds=self.loop.time())

    def clock(self) -> datetime:
        """What the machine's clock shows."""
        return self.now + self.offset

    def enter(self, loop: VirtualLoop) -> None:
        """Time goes on in a new loop."""
        self._base, self.loop = self.now, None
        self.loop = loop

    def leave(self, pause: timedelta) -> None:
        """The loop is gone; time passes without it."""
        self._base, self.loop = self.now + pause, None

    def step(self, by: timedelta) -> None:
        """Somebody sets the machine's clock."""
        self.offset += by
        self.steps.append((self.now, by))
        self.note("clock", f"{by.total_seconds():+.0f} s")

    # ---- plans -------------------------------------------------------------------------------------------------------

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Do something at an instant of true time, or now if it has passed."""
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, act))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        self.plan(self.now + timedelta(seconds=seconds), act)

    @property
    def next(self) -> datetime | None:
        """When the next of it is due."""
        return self._agenda[0][0] if self._agenda else None

    def act(self) -> bool:
        """Do what is due; whether there was anything."""
        acted = False
        while self._agenda and self._agenda[0][0] <= self.now:
            acted = True
            heapq.heappop(self._agenda)[2]()
        return acted

    # ---- luck --------------------------------------------------------------------------------------------------------

    def luck(self, share: float) -> bool:
        """Whether something of that frequency happens now."""
        return not self.calm and self.dice.random() < share

    def is_down(self, who: str) -> bool:
        """Whether a vendor or provider has one of its bad hours."""
        since, until = self.outages.get(who, (self.now, self.now))
        return not self.calm and since <= self.now < until

    # ---- what happened -----------------------------------------------------------------------------------------------

    def note(self, what: str, detail: str) -> None:
        """One line of the trace."""
        self.trace.append(f"{self.now.astimezone(UTC):%m-%d %H:%M:%S.%f} {what} {detail}")

    def digest(self) -> str:
        """The trace as a number: two runs that differ anywhere differ here."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]
