"""How many deliveries the worker takes at once: few while histories are being folded anew, for each takes its time."""

from __future__ import annotations

from typing import Final

FEW: Final = 8
"""Folding a year of daily training anew takes some 50 ms: so many of them hold the writing transaction for half a
second, and a hundred would keep the hooks waiting for longer than a vendor waits."""


class Portion:
    """Starts small, doubles up to `most`, and falls back when a batch was mostly folding or the pack has changed."""

    def __init__(self, most: int) -> None:
        self.size, self._most = FEW, most
        self._version: str | None = None

    def begin(self, version: str) -> None:
        """What comes now is judged by the pack of this version."""
        if self._version != version:
            self.size = FEW
        self._version = version

    def done(self, folded: int) -> None:
        """In the last batch so many histories were folded anew."""
        self.size = FEW if folded > FEW // 2 else min(2 * self.size, self._most)
