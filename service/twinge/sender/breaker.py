"""A circuit breaker: a channel that fails again and again is left alone for a while, then tried with one message.

Nygard, Release It!, chapter 5. Our own because it must stand still on a given clock and be told to every replica;
what there is on PyPI asks the machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TRIPS_AFTER = 5
"""Failures in a row."""
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)


@dataclass(slots=True)
class Breaker:
    """Closed, open until an instant, or half open after it."""

    failures: int = 0
    trips: int = 0
    since: datetime | None = None
    until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nothing may be tried at the moment."""
        return self.until is not None and now < self.until

    @property
    def on_trial(self) -> bool:
        """Whether it has tripped and not worked since: one try at a time, then."""
        return self.until is not None

    def worked(self) -> bool:
        """A call succeeded, or was refused in earnest: somebody is there. Whether that closed it."""
        closed = self.until is not None
        self.failures, self.trips, self.since, self.until = 0, 0, None, None
        return closed

    def failed(self, now: datetime) -> bool:
        """A call failed. Whether that opened it, for twice as long each time."""
        self.failures += 1
        if self.is_open(now) or (self.failures < TRIPS_AFTER and not self.on_trial):
            return False
        self.since = self.since or now
        self.until = now + min(FIRST * 2**self.trips, LONGEST)
        self.trips = min(self.trips + 1, 10)
        return True
