"""Keeps athletes' access tokens fresh, whoever asks and however many ask at once.

A refresh token may change with every refresh, and the old one is dead from then on: an answer of the token endpoint
that is not saved is a lost connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

import aiohttp

from twinge.oauth.grant import GrantRefused, refresh
from twinge.plugin import Access, GiveUp, OAuth, PlatformAdapter, Renews, TokenRefused, Tokens

log = logging.getLogger("twinge.oauth")
T = TypeVar("T")
Call = Callable[[Access], Awaitable[T]]
"""Something to do with a fresh token in hand."""

EARLY = timedelta(minutes=10)
"""An access token with less than this left is renewed before use."""
GRACE_S = 2.0
"""How long a refused refresh waits for another process to save the token that it was given instead."""


class Connection(Protocol):
    """One athlete's connection, as the store gives it."""

    @property
    def state(self) -> str:
        """connected, revoked or expired."""

    @property
    def access_token(self) -> str | None:
        """None before the athlete connected and after tokens were wiped."""

    @property
    def refresh_token(self) -> str | None:
        """None where the platform's tokens do not end."""

    @property
    def expires_ms(self) -> int | None:
        """End of the access token, epoch milliseconds."""


class Connections(Protocol):
    """The three things we ask of the store; all of them durable when they return."""

    async def connection(self, platform: str, owner: str) -> Connection | None:
        """The connection of `owner`, the athlete's id at the platform."""

    async def save_tokens(self, platform: str, owner: str, tokens: Tokens, *, expected_refresh: str | None) -> bool:
        """Keep `tokens` only if the stored refresh token is still `expected_refresh`; False: somebody was first."""

    async def mark_connection(self, platform: str, owner: str, state: str, now: datetime) -> object:
        """Note that the connection is `expired`, so that nobody tries again before the athlete reconnects."""


class HoldsConnections(Protocol):
    """The store, as far as tokens go."""

    @property
    def athletes(self) -> Connections:
        """The room of the store that keeps connections."""


class TokenKeeper:
    """Hands out fresh access tokens.

    Two who ask at once make one call (a lock per connection); two processes make two calls at worst, and then only the
    first to save wins (compare-and-save on the refresh token that was used), while the other reads what was saved.
    """

    def __init__(
        self,
        store: HoldsConnections,
        http: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._store, self._http, self._clock, self._grace_s = store, http, clock, grace_s
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[str | None]] = set()

    async def token(
        self, adapter: PlatformAdapter, platform: str, owner: str, *, refused: str | None = None
    ) -> str | None:
        """A fresh access token for `owner`, or None where there is none to have (no OAuth, never connected).

        `refused` is a token the vendor has just turned down: it is renewed whatever its date says. Raises `GiveUp`
        when the athlete must reconnect, `TryLater` when the vendor does not answer.
        """
        if adapter.oauth is None:
            return None
        return await self._to_the_end(self._fresh(adapter, adapter.oauth, platform, owner, refused))

    async def using(self, adapter: PlatformAdapter, platform: str, owner: str, call: Call[T]) -> T:
        """Run `call` with a fresh token; if the vendor refuses that token, renew it and run `call` once more."""
        token = await self.token(adapter, platform, owner)
        try:
            return await call(Access(self._http, token, owner))
        except TokenRefused:
            if token is None:
                raise GiveUp(f"{platform} wants a token and there is none: the athlete must connect") from None
        token = await self.token(adapter, platform, owner, refused=token)
        try:
            return await call(Access(self._http, token, owner))
        except TokenRefused as again:
            raise GiveUp(f"{platform} refuses a token it has just given: the athlete must reconnect") from again

    async def close(self) -> None:
        """Wait for refreshes under way: a token that was given and not saved is a lost connection."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _to_the_end(self, work: Coroutine[Any, Any, str | None]) -> str | None:
        """Finish `work` even if the caller is cancelled in the middle: see `close`."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[str | None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that a cancelled caller leaves no "never retrieved" behind

    async def _fresh(
        self, adapter: PlatformAdapter, oauth: OAuth, platform: str, owner: str, refused: str | None
    ) -> str | None:
        lock = self._locks.setdefault((platform, owner), asyncio.Lock())
        async with lock:
            kept = await self._store.athletes.connection(platform, owner)
            if kept is not None and kept.state != "connected":
                raise GiveUp(f"The {platform} connection is {kept.state}: the athlete must reconnect")
            if kept is None or (kept.access_token is None and kept.refresh_token is None):
                return None
            if kept.access_token != refused and not self._ends_soon(kept):
                return kept.access_token
            return await self._renew(adapter, oauth, platform, owner, kept)

    def _ends_soon(self, kept: Connection) -> bool:
        if kept.access_token is None:
            return True
        if kept.expires_ms is None:
            return False
        return kept.expires_ms <= int((self._clock() + EARLY).timestamp() * 1000)

    async def _renew(
        self, adapter: PlatformAdapter, oauth: OAuth, platform: str, owner: str, kept: Connection
    ) -> str | None:
        """Ask for new tokens with the refresh token we read, and save them if it is still the stored one."""
        used = kept.refresh_token
        if used is None:
            return await self._expire(platform, owner, None)
        try:
            tokens = await self._ask(adapter, oauth, Access(self._http, kept.access_token, owner), used)
        except GrantRefused:
            return await self._saved_by_another(platform, owner, used)
        if await self._store.athletes.save_tokens(platform, owner, tokens, expected_refresh=used):
            log.info("hop=oauth platform=%s outcome=renewed", platform)
            return tokens.access_token
        return await self._stored(platform, owner)

    async def _ask(self, adapter: PlatformAdapter, oauth: OAuth, access: Access, used: str) -> Tokens:
        """New tokens, in the vendor's own way where it has one. Raises `GrantRefused`, `TryLater`."""
        if not isinstance(adapter, Renews):
            return await refresh(oauth, used, self._http, self._clock())
        try:
            return await adapter.renew(access, used, self._clock())
        except GrantRefused:
            raise
        except GiveUp as error:
            raise GrantRefused(error.reason, alert=error.alert) from error

    async def _saved_by_another(self, platform: str, owner: str, used: str) -> str | None:
        """A refused refresh token may only mean that another process used it a moment before us."""
        for wait in (0.0, self._grace_s):
            await asyncio.sleep(wait)
            kept = await self._store.athletes.connection(platform, owner)
            if kept is None or kept.refresh_token != used:
                return await self._stored(platform, owner)
        return await self._expire(platform, owner, used)

    async def _stored(self, platform: str, owner: str) -> str:
        kept = await self._store.athletes.connection(platform, owner)
        if kept is None or kept.access_token is None or kept.state != "connected":
            raise GiveUp(f"The {platform} connection ended meanwhile: the athlete must reconnect")
        return kept.access_token

    async def _expire(self, platform: str, owner: str, used: str | None) -> str:
        await self._store.athletes.mark_connection(platform, owner, "expired", self._clock())
        kept = await self._store.athletes.connection(platform, owner)
        if kept is not None and kept.refresh_token != used:
            # Saved by another between our last look and our mark: the connection lives.
            await self._store.athletes.mark_connection(platform, owner, "connected", self._clock())
            return await self._stored(platform, owner)
        log.warning("hop=oauth platform=%s outcome=expired", platform)
        raise GiveUp(f"{platform} no longer takes our refresh token: the athlete must reconnect", alert=True)
