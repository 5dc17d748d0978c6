"""The pack in force: the one shipped or of a file, with the limits that an operator has set for everybody.

It is looked up wherever something is judged or shown, so every replica judges by a change with its next batch. An
athlete's state carries the pack's version: whoever was folded under another one is folded anew, in silence, with
their next event.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.bounds import Unsafe, house_pack
from twinge.core.pack import Pack
from twinge.store import Store
from twinge.store.house import HouseLimits

log = logging.getLogger("twinge.rulebook")


class Rulebook:
    """Reads the limits of the installation and puts them over `ground`, the pack that was started with."""

    def __init__(self, store: Store, ground: Pack) -> None:
        self._store, self.ground = store, ground
        self._known: tuple[HouseLimits | None, Pack] = (None, ground)

    async def read(self, tx: AsyncConnection) -> Pack:
        """The pack in force, as this transaction sees it."""
        kept = await self._store.house.limits(tx)
        if kept != self._known[0]:
            self._known = (kept, self._made(kept))
        return self._known[1]

    async def current(self) -> Pack:
        """The pack in force now."""
        async with self._store.read() as tx:
            return await self.read(tx)

    def with_limits(self, limits: Mapping[str, int]) -> Pack:
        """The pack that would be in force with these limits. Raises `Unsafe`, naming the limit."""
        return house_pack(limits, self.ground)

    def holds(self, kept: HouseLimits) -> bool:
        """Whether these limits go with the pack that was started with: a new file may have shut them out."""
        try:
            self.with_limits(kept.limits)
        except Unsafe:
            return False
        return True

    def _made(self, kept: HouseLimits | None) -> Pack:
        """Limits that no longer go with the pack of the file are left out, all of them: judging goes on."""
        try:
            return self.ground if kept is None else self.with_limits(kept.limits)
        except Unsafe as error:
            log.error(
                "hop=rulebook outcome=left_out limits=%d: set them anew; %s", len(kept.limits) if kept else 0, error
            )
            return self.ground
