"""An athlete's past, page by page: slowly, silently, and from where it was after a restart.

A page is asked for only when what the one before brought has been worked on, so an athlete never has more than one
page on the way, and a vendor's budget is left to what happens now. What is older than 48 hours does not speak.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from twinge.fetch import BACKFILL, brought_body
from twinge.limits import Limits
from twinge.plugin import Access, Backfills, Delivery, GiveUp, Item, PlatformAdapter, Pointer, TryLater
from twinge.store import Store
from twinge.store.backfills import Backfill

log = logging.getLogger("twinge.connections")

BETWEEN: Final = timedelta(seconds=10)
"""From one page to the next."""
BUSY: Final = timedelta(seconds=30)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
TRIES: Final = 12
"""In a row: with these waits that is about two days."""
DEADLINE_S: Final = 120
"""For one page, with a renewed token."""
AT_A_TIME: Final = 5
"""Pointers in one delivery: each costs calls."""


async def bring(
    store: Store, limits: Limits, adapters: Mapping[str, PlatformAdapter], one: Backfill, now: datetime
) -> int:
    """The next page of one backfill, if it may be asked for; how many items it brought."""
    adapter = adapters.get(one.platform)
    if adapter is None or not isinstance(adapter, Backfills):
        await store.backfills.wait(one, now + LONGEST_WAIT)
        return 0
    if await store.backfills.busy(one):
        await store.backfills.wait(one, now + BUSY)
        return 0

    async def call(access: Access) -> tuple[Sequence[Item], str | None]:
        return await adapter.history(access, one.since, one.page)

    try:
        async with asyncio.timeout(DEADLINE_S):
            items, page = await limits.using(adapter, one.platform, one.external_id, call)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        await _put_off(store, one, error, now)
        return 0
    fresh = await _unknown(store, one, items)
    await _put(store, one, fresh, now)
    async with store.write() as tx:
        await store.backfills.turn(tx, one, page, len(items), now + BETWEEN)
    return len(items)


async def _put_off(store: Store, one: Backfill, error: Exception, now: datetime) -> None:
    """Later, as the vendor says; never, where it must not be tried again: the athlete has to connect anew."""
    never = isinstance(error, GiveUp) or one.tries + 1 >= TRIES
    named = error.after if isinstance(error, TryLater) else None
    wait = named if named is not None else min(FIRST_WAIT * 2**one.tries, LONGEST_WAIT)
    log.warning("hop=backfill platform=%s outcome=%s", one.platform, "failed" if never else "later")
    # Of what is not one of ours only the class: its words may quote an answer.
    note = error.reason if isinstance(error, TryLater | GiveUp) else type(error).__name__
    await store.backfills.postpone(one, now + wait, note, failed=never)


async def _unknown(store: Store, one: Backfill, items: Sequence[Item]) -> list[Item]:
    """Without the pointers to workouts that are here: each would cost calls and say nothing new."""
    pointers = [item for item in items if isinstance(item, Pointer)]
    places = {(one.athlete_id, f"{one.platform}:{pointer.object_id}") for pointer in pointers}
    async with store.read() as tx:
        held = {key for (_, key), kept in (await store.history.known(tx, places)).items() if not kept.removed}
    return [item for item in items if not isinstance(item, Pointer) or f"{one.platform}:{item.object_id}" not in held]


async def _put(store: Store, one: Backfill, items: Sequence[Item], now: datetime) -> None:
    """Into the inbox under names that the same page gives again: a crash before the next step doubles nothing."""
    pointers = [item for item in items if isinstance(item, Pointer)]
    parts: list[Sequence[Item]] = [[item for item in items if not isinstance(item, Pointer)]]
    parts += [pointers[start : start + AT_A_TIME] for start in range(0, len(pointers), AT_A_TIME)]
    name = f"{BACKFILL}:{one.external_id}:{int(one.begun.timestamp() * 1000)}:{one.pages}"
    for number, part in enumerate(parts):
        if part:
            delivery = Delivery(one.platform, "", BACKFILL, {}, {}, brought_body(part), now)
            await store.inbox.put(delivery, f"{name}:{number}", one.lane)
