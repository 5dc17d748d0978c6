"""Strava's rate limits as its own answers tell them: how long to wait before the next call.

Two windows (a quarter of an hour, a UTC day) and two budgets (all calls, and reads), per application. The windows end
at :00, :15, :30, :45 and at midnight UTC (https://developers.strava.com/docs/rate-limits/). The answer's own Date
tells where in the window we are; the caller's monotonic seconds tell how much of it has passed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
POLITE_PERCENT = 95
"""We stop here, so that the operator's other uses of the same keys still find a few calls."""
BUDGETS = ("x-readratelimit", "x-ratelimit")


class Window(NamedTuple):
    """One budget in one window."""

    used: int
    limit: int
    ends: float
    """Monotonic seconds."""


class Limits:
    """What the last answer said about our budgets."""

    def __init__(self) -> None:
        self._windows: tuple[Window, ...] = ()
        self._under_way = 0

    def pause(self, monotonic: float) -> timedelta | None:
        """How long to wait before a call, or None to go ahead."""
        ends = [
            one.ends
            for one in self._windows
            if one.ends > monotonic and (one.used + self._under_way) * 100 >= one.limit * POLITE_PERCENT
        ]
        return timedelta(seconds=max(ends) - monotonic) if ends else None

    def start(self) -> None:
        """A call goes out: it counts before its answer says so."""
        self._under_way += 1

    def finish(self) -> None:
        """A call came back, or was lost."""
        self._under_way -= 1

    def note(self, headers: Mapping[str, str], monotonic: float) -> None:
        """Keep what an answer's headers say; an answer without them changes nothing."""
        at = date_of(headers)
        windows = [window for budget in BUDGETS for window in _windows(headers, budget, at, monotonic)]
        if windows:
            self._windows = tuple(windows)


def after_429(headers: Mapping[str, str]) -> timedelta:
    """How long a 429 asks us to wait: to midnight when a day's budget is spent, else to the next quarter."""
    at = date_of(headers)
    spent = [window.used >= window.limit for budget in BUDGETS for window in _windows(headers, budget, at, 0.0)[1:]]
    return to_end(at, DAY if any(spent) else QUARTER)


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The answer's Date header in UTC, or None."""
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def to_end(at: datetime | None, length: timedelta) -> timedelta:
    """From `at` to the end of its window; a whole quarter where the time is not known."""
    if at is None:
        return QUARTER
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return length - (at - midnight) % length


def _windows(headers: Mapping[str, str], budget: str, at: datetime | None, monotonic: float) -> list[Window]:
    """The quarter's and the day's window of one budget ("limit: 100,1000", "usage: 42,512"); empty when not told."""
    used, limit = _pair(headers.get(f"{budget}-usage")), _pair(headers.get(f"{budget}-limit"))
    if not used or not limit:
        return []
    return [
        Window(one, most, monotonic + to_end(at, length).total_seconds())
        for one, most, length in zip(used, limit, (QUARTER, DAY), strict=True)
    ]


def _pair(value: str | None) -> tuple[int, int] | None:
    parts = (value or "").split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1])
