"""What a lost webhook would have said: each connection is asked once a day, or as its platform wants."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from twinge.fetch import RECONCILE, pointers_body
from twinge.limits import Limits
from twinge.plugin import Access, Delivery, PlatformAdapter, Pointer
from twinge.store import Connection, Store

log = logging.getLogger("twinge.connections")

LOOK_BACK: Final = timedelta(days=2)
"""How far before the last answer: a watch may be synchronised a day or two after the workout."""
FURTHEST: Final = timedelta(days=30)
"""After a longer silence than this the past is brought by connecting again."""
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
AT_A_TIME: Final = 5
"""Pointers in one delivery of ours."""


def slot(connection: Connection, now: datetime, every: timedelta = DAY) -> datetime:
    """The last minute that was this connection's to be asked at: together they fill the time between."""
    name = f"{connection.platform}:{connection.external_id}"
    minute = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % (every // MINUTE)
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
    return first + (now - first) // every * every


def since(connection: Connection, now: datetime) -> datetime:
    """From when on it is asked about: some time before the last answer."""
    seen = connection.seen_at or now
    return max(seen - LOOK_BACK, now - FURTHEST)


async def reconcile_one(
    store: Store, limits: Limits, adapter: PlatformAdapter, connection: Connection, now: datetime
) -> int:
    """Ask about one connection, if that is due; how many workouts were unknown."""
    name = f"reconcile:{connection.platform}:{connection.external_id}"
    due = slot(connection, now, timedelta(minutes=adapter.capabilities.poll_min))
    if (connection.seen_at is not None and connection.seen_at >= due) or not await store.occurrence(name, due):
        return 0
    first = since(connection, now)

    async def call(access: Access) -> Sequence[Pointer]:
        return await adapter.recent(access, first)

    try:
        pointers = await limits.using(adapter, connection.platform, connection.external_id, call)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others are asked all the same
        log.warning("hop=schedule platform=%s outcome=%s", connection.platform, type(error).__name__)
        return 0
    missed = await _missed(store, connection, pointers)
    await _put(store, connection, missed, due, now)
    await store.vendors.seen(connection.id, now)
    return len(missed)


async def _missed(store: Store, connection: Connection, pointers: Sequence[Pointer]) -> list[Pointer]:
    """The pointers to workouts we do not hold: each of the others would cost calls and say nothing new."""
    places = {(connection.athlete_id, f"{connection.platform}:{pointer.object_id}") for pointer in pointers}
    async with store.read() as tx:
        held = {key for (_, key), one in (await store.history.known(tx, places)).items() if not one.removed}
    return [pointer for pointer in pointers if f"{connection.platform}:{pointer.object_id}" not in held]


async def _put(store: Store, connection: Connection, pointers: Sequence[Pointer], due: datetime, now: datetime) -> None:
    """Into the inbox, where they take the way of every delivery."""
    for start in range(0, len(pointers), AT_A_TIME):
        body = pointers_body(pointers[start : start + AT_A_TIME])
        delivery = Delivery(connection.platform, "", RECONCILE, {}, {}, body, now)
        key = f"{RECONCILE}:{connection.external_id}:{due:%Y-%m-%dT%H:%M}:{start}"
        await store.inbox.put(delivery, key, f"{connection.platform}:{connection.external_id}")
