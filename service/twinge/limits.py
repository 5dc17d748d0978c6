"""One limit for everybody: when a vendor's budget for all of us is spent, no process calls it until it is back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from twinge.plugin import Access, PlatformAdapter, RateLimited
from twinge.store import Store

T = TypeVar("T")

UNSAID = timedelta(minutes=5)
"""How long a limit lasts that does not say."""


class Tokens(Protocol):
    """What we need of `oauth.TokenKeeper`."""

    async def using(
        self, adapter: PlatformAdapter, platform: str, owner: str, call: Callable[[Access], Awaitable[T]]
    ) -> T:
        """Run `call` with a fresh token."""


class Limits:
    """Calls of vendors with an athlete's token, unless the vendor is to be left alone."""

    def __init__(self, store: Store, tokens: Tokens, clock: Callable[[], datetime]) -> None:
        self._store, self._tokens, self._clock = store, tokens, clock

    async def using(
        self, adapter: PlatformAdapter, platform: str, owner: str, call: Callable[[Access], Awaitable[T]]
    ) -> T:
        """As `TokenKeeper.using`; `RateLimited` without a call while the platform is paused, by whatever process."""
        now = self._clock()
        found = (await self._store.vendors.paused(now)).get(platform)
        if found is not None and found.paused_until is not None:
            raise RateLimited(found.pause_reason, after=found.paused_until - now)
        try:
            return await self._tokens.using(adapter, platform, owner, call)
        except RateLimited as spent:
            await self._store.vendors.pause(platform, self._clock() + (spent.after or UNSAID), spent.reason)
            raise
