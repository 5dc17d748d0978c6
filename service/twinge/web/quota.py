"""How often somebody may call: a count for each name in a window of time, told as the RateLimit fields tell it.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/. Counted in this process: N replicas let
N times as many through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

MOST: Final = 10_000
"""Names that are remembered; beyond them the oldest are forgotten, so that strangers cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands after a call."""

    name: str
    """Of the policy."""
    quota: int
    window_s: int
    left: int
    reset_s: int
    allowed: bool = True

    def headers(self) -> dict[str, str]:
        """The two fields, and Retry-After where the call was one too many."""
        told = {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window_s}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.reset_s}',
        }
        return told if self.allowed else {**told, "Retry-After": str(self.reset_s)}


class Quota:
    """So many calls a window for each name. The window begins with the first call and is then fixed."""

    def __init__(self, name: str, quota: int, window: timedelta = timedelta(minutes=1)) -> None:
        """`name` is the policy's, for the fields."""
        self._name, self._quota, self._window = name, quota, window
        self._used: dict[str, tuple[datetime, int]] = {}

    def take(self, name: str, now: datetime) -> Standing:
        """Count one call; `allowed` says whether it was within the quota."""
        began, used = self._window_of(name, now)
        if used < self._quota:
            self._used.pop(name, None)
            self._used[name] = (began, used + 1)
            self._forget(now)
            return self._standing(began, used + 1, now)
        return self._standing(began, used, now, allowed=False)

    def look(self, name: str, now: datetime) -> Standing:
        """How `name` stands, without counting."""
        began, used = self._window_of(name, now)
        return self._standing(began, used, now, allowed=used < self._quota)

    def _window_of(self, name: str, now: datetime) -> tuple[datetime, int]:
        began, used = self._used.get(name, (now, 0))
        return (began, used) if began <= now < began + self._window else (now, 0)

    def _standing(self, began: datetime, used: int, now: datetime, *, allowed: bool = True) -> Standing:
        reset_s = max(1, ceil((began + self._window - now).total_seconds()))
        window_s = int(self._window.total_seconds())
        return Standing(self._name, self._quota, window_s, self._quota - used, reset_s, allowed)

    def _forget(self, now: datetime) -> None:
        if len(self._used) <= MOST:
            return
        self._used = {name: one for name, one in self._used.items() if now < one[0] + self._window}
        while len(self._used) > MOST:
            del self._used[next(iter(self._used))]
