"""A circuit breaker: a channel that fails again and again is left alone for a while, then tried with one message.

Nygard, Release It!, chapter 5. Our own because it must stand still on a given clock and be told to every replica;
what there is on PyPI asks the machine's clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TRIPS_AFTER = 5
"""Failures in a row."""
LAST = 20
"""Ends that are remembered. Of calls that run side by side those that fail end first, so a row alone proves little:
half of the last ends must have failed too, or nothing have worked for `LASTING`."""
LASTING = timedelta(seconds=10)
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)


@dataclass(slots=True)
class Breaker:
    """Closed, open until an instant, or half open after it."""

    failures: int = 0
    trips: int = 0
    ends: deque[bool] = field(default_factory=lambda: deque(maxlen=LAST))
    """Whether each of the last calls worked."""
    first: datetime | None = None
    """When the first of the failures in a row was."""
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
        if closed:
            self.ends.clear()
        self.ends.append(True)
        self.failures, self.trips, self.first, self.since, self.until = 0, 0, None, None, None
        return closed

    def failed(self, now: datetime) -> bool:
        """A call failed. Whether that opened it, for twice as long each time."""
        self.failures += 1
        self.first = self.first or now
        self.ends.append(False)
        if self.is_open(now) or not (self.on_trial or self._is_ill(now)):
            return False
        self.since = self.since or now
        self.until = now + min(FIRST * 2**self.trips, LONGEST)
        self.trips = min(self.trips + 1, 10)
        return True

    def _is_ill(self, now: datetime) -> bool:
        half = 2 * self.ends.count(False) >= len(self.ends)
        lasting = self.first is not None and now - self.first >= LASTING
        return self.failures >= TRIPS_AFTER and (half or lasting)
