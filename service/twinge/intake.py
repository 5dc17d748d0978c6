"""Files of athletes into the inbox: once each, by what is in them; from there on they go the way of every delivery."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from twinge.plugin import FILES, Delivery
from twinge.store import Store
from twinge.store.tables import inbox

PLATFORM = FILES
"""Whose deliveries they are; the owner there is the athlete's own id."""


class Standing(NamedTuple):
    """Where a delivery stands."""

    id: int
    state: str
    note: str


def filed(athlete_id: str, body: bytes, now: datetime, sport: str = "") -> Delivery:
    """A file as a delivery. `sport` is what it is where it does not say."""
    query = {"athlete": athlete_id, **({"sport": sport} if sport else {})}
    return Delivery(PLATFORM, "POST", "", query, {}, body, now)


async def take_in(store: Store, delivery: Delivery) -> tuple[Standing, str]:
    """Keep a file, durable when this returns: where it stands, and `stored`, `duplicate` or `again`.

    `again`: it was here and could not be used, so it is tried once more. Raises `TryLater` when the database takes
    nothing now.
    """
    athlete_id, now = delivery.query["athlete"], delivery.received_at
    if await store.athletes.connection(PLATFORM, athlete_id) is None:
        async with store.write() as tx:
            await store.athletes.connect(tx, athlete_id, PLATFORM, athlete_id, now)
    key = key_of(athlete_id, delivery.body)
    fresh = await store.inbox.put(delivery, key, f"{PLATFORM}:{athlete_id}")
    standing = await stand(store, key)
    if standing is None:
        raise LookupError(key)
    if fresh or standing.state not in {"dead", "stray"}:
        return standing, "stored" if fresh else "duplicate"
    await store.inbox.replay(standing.id, now)
    return Standing(standing.id, "waiting", "replayed"), "again"


def key_of(athlete_id: str, body: bytes) -> str:
    """A file's name in the inbox."""
    return f"{athlete_id}:{hashlib.sha256(body).hexdigest()}"


async def stand(store: Store, key: str) -> Standing | None:
    """Where the file of that name stands, without reading it."""
    wanted = select(inbox.c.id, inbox.c.state, inbox.c.note)
    async with store.read() as tx:
        row = (await tx.execute(wanted.where(inbox.c.platform == PLATFORM, inbox.c.key == key))).one_or_none()
    return None if row is None else Standing(row.id, row.state, row.note)
