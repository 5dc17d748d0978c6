"""A bell that rings here and, where several processes share the work, in the others."""

from __future__ import annotations

import asyncio

from twinge.store.engine import Engines


class Bell(asyncio.Event):
    """Rung when work may be waiting. A hint only: whoever waits for it also polls."""

    def __init__(self, engines: Engines, word: str) -> None:
        super().__init__()
        self._engines, self._word = engines, word
        engines.listen(word, super().set)

    def set(self) -> None:
        """Ring, here and elsewhere."""
        super().set()
        self._engines.tell(self._word)
