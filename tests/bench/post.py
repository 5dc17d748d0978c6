"""What the sender's bench fills an outbox with: athletes who may be reached at any hour, and messages for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from bench.servers import settings
from twinge.core.model import Athlete, Nudge, Preferences, Severity, Voice
from twinge.database import prepare
from twinge.store import Store
from twinge.store.addresses import Address, Consent

CHANNEL = "bench"
GROUP = 500
TEXT = (
    "Your run of 14.2 km was 1.6 times your longest of the last 30 days (8.9 km). Keep the next ones below 9.8 km "
    "and take a day off first. Reply WHY or PAIN."
)
FACTS = {"L01": {"distance_m": 14_200, "longest_m": 8_900, "ratio": 1.6, "days": 30, "next_m": 9_800}}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    """The store in `folder`."""
    store = await Store.open(settings(str(folder)).database_url, secret=b"the bench keeps no secrets at all")
    try:
        yield store
    finally:
        await store.close()


async def settle_in(folder: Path, athletes: int, now: datetime) -> None:
    """A fresh database with so many athletes, each with one address that may be used."""
    folder.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(prepare, settings(str(folder)))
    profile = Athlete("", timezone="Europe/Berlin", preferences=Preferences(quiet_from=None, quiet_to=None))
    async with opened(folder) as store:
        for first in range(0, athletes, GROUP):
            async with store.write() as tx:
                for number in range(first, min(first + GROUP, athletes)):
                    one = await store.athletes.create(tx, profile, now)
                    value, given = f"+1555{number:07}", Consent(now, "bench")
                    await store.addresses.add(tx, one.id, CHANNEL, value, given, verified_at=now)


async def places(store: Store) -> list[Address]:
    """Everybody's address."""
    found: list[Address] = []
    cursor: str | None = None
    while True:
        page = await store.athletes.find(cursor, GROUP)
        async with store.read() as tx:
            everybody = await store.addresses.load(tx, [one.id for one in page.items])
        found += chain.from_iterable(everybody.values())
        if (cursor := page.next) is None:
            return found


async def fill(folder: Path, count: int, first: datetime, step: timedelta) -> None:
    """Queue `count` nudges, everybody's first before anybody's second; each is due a `step` after the one before."""
    async with opened(folder) as store:
        everybody = await places(store)
        for start in range(0, count, GROUP):
            numbers = range(start, min(start + GROUP, count))
            rows = [letter(n, everybody, first + n * step) for n in numbers]
            async with store.write() as tx:
                await store.outbox.put(tx, rows)


def letter(number: int, everybody: Sequence[Address], due: datetime) -> tuple[Nudge, Address, Voice]:
    """The message of this number, made a few minutes before it is due."""
    place = everybody[number % len(everybody)]
    name = "n_" + blake2b(str(number).encode(), digest_size=12).hexdigest()
    made = due - timedelta(minutes=20)
    nudge = Nudge(
        name, place.athlete_id, gravity(number), ("L01",), TEXT, FACTS, made, due, due + timedelta(hours=12), bands=(1,)
    )
    return nudge, place, Voice.SMS


def gravity(number: int) -> Severity:
    """One in ten asks to see a doctor, one in fifty is urgent."""
    if number % 50 == 7:
        return Severity.URGENT
    if number % 10 == 3:
        return Severity.SEE_DOCTOR
    return Severity.REST if number % 2 else Severity.SLOW_DOWN


def words_of(counts: dict[str, int]) -> Iterator[str]:
    """Counts as words for a line."""
    return (f"{name}={count}" for name, count in sorted(counts.items()))
