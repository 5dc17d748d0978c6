"""An event loop in which nobody waits: where asyncio would sleep until the next timer, its clock leaps there."""

from __future__ import annotations

import asyncio
import selectors


class Stuck(RuntimeError):
    """No timer, nothing ready: whoever is still waited for never comes."""


class _Leaping(selectors.SelectSelector):
    """Never asks the system whether something has come: in here nothing comes from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("every task waits for something that nobody will bring")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Ready callbacks keep asyncio's order; what is free, how long each trip takes, is drawn by those who make it."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._leaping.now

    def leap(self, seconds: float) -> None:
        """As a machine that was asleep: every timer that fell due meanwhile is late together."""
        self._leaping.now += seconds
