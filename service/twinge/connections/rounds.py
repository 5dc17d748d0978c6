"""What is done about connections by the clock. Rows decide what is due: a missed or doubled round changes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import aiohttp

from twinge.connections.leave import ask_to_reconnect, say_goodbye
from twinge.connections.past import bring
from twinge.connections.reconcile import reconcile_one
from twinge.keep import Choice, days_of, rules
from twinge.limits import Limits, Tokens
from twinge.plugin import Channel, ChecksSubscription, PlatformAdapter
from twinge.store import Store
from twinge.store.feed import KEPT_FOR
from twinge.store.wakes import Wake

log = logging.getLogger("twinge.connections")

AT_ONCE: Final = 4
"""Pasts that are brought at a time."""


class Rounds:
    """Each method is one round; all of them may run beside each other and in every process."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, PlatformAdapter],
        channels: Mapping[str, Channel],
        tokens: Tokens,
        clock: Callable[[], datetime],
        http: aiohttp.ClientSession,
        *,
        public_url: str = "",
        enforce: bool = True,
        keep: Choice | None = None,
    ) -> None:
        """`enforce`: delete what the vendors' terms ask to be deleted; `keep`: the operator's own days."""
        self._store, self._platforms, self._channels = store, platforms, channels
        self._clock, self._http, self._public_url, self._enforce = clock, http, public_url, enforce
        self._keep: Choice = keep or {}
        self._limits = Limits(store, tokens, clock)

    async def reconcile(self) -> int:
        """Once a day and connection, or as `poll_min` says: ask what a lost webhook would have said."""
        found = 0
        for name, adapter in self._platforms.items():
            if adapter.capabilities.polls:
                for connection in await self._store.athletes.connected(name):
                    found += await reconcile_one(self._store, self._limits, adapter, connection, self._clock())
        return found

    async def bring_pasts(self) -> int:
        """The next page of every backfill that is due; how many items came."""
        now = self._clock()
        due = await self._store.backfills.take(now, AT_ONCE)
        brought = await asyncio.gather(
            *(bring(self._store, self._limits, self._platforms, one, now) for one in due), return_exceptions=True
        )
        for one in brought:
            if isinstance(one, BaseException):
                log.error("hop=backfill outcome=interrupted error=%s", type(one).__name__)
        return sum(one for one in brought if isinstance(one, int))

    async def say_goodbyes(self) -> int:
        """Tell the vendors whom athletes have left; how many need not be told any more."""
        told = 0
        for one in await self._store.endings.take(self._clock()):
            adapter = self._platforms.get(one.platform)
            told += await say_goodbye(self._store, adapter, one, self._http, self._clock())
        return told

    async def ask(self) -> int:
        """Tell athletes whose connections have ended, each once."""
        return await ask_to_reconnect(self._store, self._platforms, self._channels, self._clock())

    async def inspect(self) -> int:
        """Once a day: do the vendors still send us events, and who fell silent; how many troubles there are."""
        now, troubles = self._clock(), 0
        for name, adapter in self._platforms.items():
            if isinstance(adapter, ChecksSubscription) and await self._first_today(f"subscription:{name}"):
                troubles += await self._inspect(name, adapter, now)
        if await self._first_today("quiet"):
            silent = await self._store.keeping.quiet(now)
            await self._store.glances.note_quiet((one.athlete_id, one.platform, one.last) for one in silent)
            counts = Counter(one.platform for one in silent)
            for name in self._platforms:
                await self._store.vendors.count_quiet(name, counts[name])
        return troubles

    async def _inspect(self, name: str, adapter: ChecksSubscription, now: datetime) -> bool:
        try:
            trouble = await adapter.subscription(self._http, self._public_url, now)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            log.warning("hop=subscription platform=%s outcome=%s", name, type(error).__name__)
            return False
        if trouble is not None:
            log.error("hop=subscription platform=%s outcome=wrong", name)
        await self._store.vendors.note(name, trouble, now)
        return trouble is not None

    async def forget(self) -> int:
        """Delete what came from connections that ended, where the vendor's terms or the operator say so; how many."""
        count = 0
        for name, adapter in self._platforms.items():
            at_once = self._enforce and adapter.capabilities.forget_h is not None
            days = 0 if at_once else days_of(self._keep, "ended", name)
            if days is None:
                continue
            for one in await self._store.keeping.gone(name, self._clock(), days):
                now = self._clock()
                async with self._store.write() as tx:
                    gone = await self._store.keeping.forget(tx, one, now)
                    if gone is None:
                        continue
                    await self._store.marks.part(tx, [(one.platform, one.external_id)], now)
                    await self._store.wakes.set(tx, [Wake(one.athlete_id, "pain", now)], move=True)
                    detail = f"platform={name} records={gone}"
                    await self._store.audit(tx, now, "twinge", "connection.forget", f"athlete:{one.athlete_id}", detail)
                count += gone
        return count

    async def purge(self) -> int:
        """Once a day: delete what is older than we need it, or may keep it; how many rows."""
        if not await self._first_today("purge"):
            return 0
        now, dropped = self._clock(), 0
        for rule in rules(self._keep, vendor_days(self._platforms) if self._enforce else {}):
            dropped += await self._store.retention.apply(rule, now)
        await self._store.retention.sweep(now)
        await self._store.repeats.purge(now)
        await self._store.feed.purge(now - KEPT_FOR)
        async with self._store.write() as tx:
            return dropped + await self._store.theirs.sweep(tx)

    async def _first_today(self, name: str) -> bool:
        """Whether nobody has done this since midnight (UTC)."""
        today = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._store.occurrence(name, today)


def vendor_days(platforms: Mapping[str, PlatformAdapter]) -> dict[str, int]:
    """How many days each vendor's terms allow for what it sent, where they say anything."""
    days = {name: adapter.capabilities.retention_days for name, adapter in platforms.items()}
    return {name: count for name, count in days.items() if count is not None}
