"""`crowd`: what one event costs with 1,000 athletes and with 1,000,000, on both databases.

A hundred athletes are moved in as always, with four weeks behind them; the others are their copies, made by SQL. Every
event is another copy's, spread over all that are new; the models have none, so that copies of them stay alike.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import uvloop
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.athletes import MONDAY, PER_WEEK, Workout, encode, train
from bench.flow import move_in
from bench.quiet import wait_until_calm, watched
from bench.replicas import DURABLE, database
from bench.servers import plugins, settings
from bench.table import Goal, Results, Row
from postgres import serving
from twinge.config import Settings
from twinge.oauth import TokenKeeper
from twinge.plugin import Delivery
from twinge.store import Store
from twinge.store.tables import address
from twinge.worker import Worker

PAST = 4 * PER_WEEK
MODELS = 100
ROUNDS, EACH = 3, 300
AT_ONCE = 200
"""Copies of everybody made in one transaction."""

_SAME = {
    "address": "channel, address, consent_ms, consent_how, verified_ms, purposes, rank",
    "state": "stamp, blob, updated_ms",
    "glance": "name, folded, last_ms",
    "activity": "key, platform, start_ms, end_ms, sport, running, version, removed, blob",
}
"""What a copy has of its model beside its own id."""
_MODEL = "athlete_id NOT LIKE '%-%' AND i >= :first AND i < :last"
_ATHLETES = """
INSERT INTO athlete (id, name, revision, created_ms, profile, sought)
SELECT id || '-' || i, name, revision, created_ms, replace(profile, id, id || '-' || i), sought
FROM athlete, number WHERE id NOT LIKE '%-%' AND i >= :first AND i < :last
"""
_CONNECTIONS = f"""
INSERT INTO connection (athlete_id, platform, external_id, state, scope, created_ms)
SELECT athlete_id || '-' || i, platform, external_id || '-' || i, state, scope, created_ms
FROM connection, number WHERE {_MODEL}
"""


def _copies() -> Iterator[str]:
    yield _ATHLETES
    yield _CONNECTIONS
    for table, columns in _SAME.items():
        last = f"{_MODEL} AND key LIKE '%-{PAST - 1}'" if table == "activity" else _MODEL
        yield (
            f"INSERT INTO {table} (athlete_id, {columns}) SELECT athlete_id || '-' || i, {columns}"
            f" FROM {table}, number WHERE {last}"
        )


def crowd(results: Results, folder: Path, *, quick: bool) -> None:
    """SQLite, then PostgreSQL."""
    sizes = (10, 100, 1_000) if quick else (10, 100, 1_000, 10_000)
    for name in ("SQLite", "PostgreSQL"):
        place = folder / f"crowd-{name}"
        place.mkdir()
        if name == "SQLite":
            uvloop.run(_grow(results, name, settings(str(place)), sizes, lambda: 0.0))
        else:
            with serving(**DURABLE) as server, database(server):
                uvloop.run(_grow(results, name, settings(str(place)), sizes, server.cpu_s))


async def _grow(
    results: Results, name: str, given: Settings, sizes: Sequence[int], database_s: Callable[[], float]
) -> None:
    models = [list(train(owner, MONDAY, PAST + 1)) for owner in range(MODELS)]
    await move_in(given, [workouts[:PAST] for workouts in models])
    store = await Store.open(given.database_url, secret=b"the bench keeps no secrets at all")
    bench = _Bench(store, [workouts[PAST] for workouts in models], database_s)
    found: dict[int, Cost] = {}
    try:
        for before, size in zip((1, *sizes), sizes, strict=False):
            results.say(f"crowd: {size * MODELS:,} athletes on {name}")
            await _copy(store, before, size)
            await asyncio.to_thread(wait_until_calm, 2.0)
            with watched((), database_s) as noise:
                found[size] = await bench.measure(before, size)
            results.add(_result(name, size, found, loud=noise.loud))
    finally:
        await store.close()


async def _copy(store: Store, before: int, size: int) -> None:
    """Copies number `before` to `size` of everybody; the models themselves are the first."""
    async with store.write() as tx:
        await tx.execute(text("CREATE TABLE IF NOT EXISTS number (i BIGINT PRIMARY KEY)"))
        if size > before:
            await tx.execute(text("INSERT INTO number (i) VALUES (:i)"), [{"i": i} for i in range(before, size)])
    for first in range(before, size, AT_ONCE):
        part = {"first": first, "last": min(first + AT_ONCE, size)}
        async with store.write() as tx:
            for statement in _copies():
                await tx.execute(text(statement), part)
            await _seal(store, tx)
    if store.shared:
        async with store.write() as tx:
            await tx.execute(text("ANALYZE"))


async def _seal(store: Store, tx: AsyncConnection) -> None:
    """A copied address is bound to its model's row: each gets one of its own."""
    rows = (await tx.execute(select(address.c.id, address.c.athlete_id).where(address.c.blind.is_(None)))).all()
    blind = store.seal.blinds("address", "console", "bench")[0]
    own = [
        {"b_id": row.id, "to": store.seal.write("bench", "address.address", row.athlete_id, row.id), "blind": blind}
        for row in rows
    ]
    if own:
        named = update(address).where(address.c.id == bindparam("b_id"))
        await tx.execute(named.values(address=bindparam("to"), blind=bindparam("blind")), own)


class Cost(NamedTuple):
    """Microseconds an event."""

    wall: float
    service: float
    database: float


class _Bench:
    """A worker in this process, and events that come to it."""

    def __init__(self, store: Store, news: Sequence[Workout], database_s: Callable[[], float]) -> None:
        self._store, self._news, self._database_s = store, news, database_s
        self._chance = Random(1)
        nothing: Any = None
        ready = plugins()
        self.now = max(workout.end for workout in news) + timedelta(minutes=10)
        tokens = TokenKeeper(store, nothing, lambda: self.now)
        self._worker = Worker(store, ready.platforms, ready.channels, tokens, lambda: self.now)

    async def measure(self, before: int, size: int) -> Cost:
        """The middle of some rounds, each with events of athletes who had none yet."""
        everybody = [(model, copy) for model in range(MODELS) for copy in range(before, size)]
        some = self._chance.sample(everybody, min(ROUNDS * EACH, len(everybody)))
        each = len(some) // ROUNDS
        await self._work(some[:0])
        found = [await self._work(some[n * each : (n + 1) * each]) for n in range(ROUNDS)]
        return Cost(*(statistics.median(column) for column in zip(*found, strict=True)))

    async def _work(self, whose: Sequence[tuple[int, int]]) -> Cost:
        for model, copy in whose:
            name = f"a-{model}-{copy}"
            fields = {**self._news[model].fields(), "athlete": name, "id": f"w-{model}-{copy}-{PAST}"}
            delivery = Delivery("generic", "POST", "", {}, {}, encode(fields), self.now)
            self._store.inbox._groups.put(self._store.inbox._row(delivery, f"{model}-{copy}", f"generic:{name}"))
        await self._store.inbox.close()
        wall, service, database = time.perf_counter(), time.process_time(), self._database_s()
        done = await self._worker.drain()
        assert done == len(whose)
        spent = time.perf_counter() - wall, time.process_time() - service, self._database_s() - database
        return Cost(*(1e6 * one / max(1, done) for one in spent))


def _result(name: str, size: int, found: dict[int, Cost], *, loud: bool) -> Row:
    cost, first = found[size], found[min(found)]
    figures = f"{cost.wall:,.0f} µs, CPU {cost.service:,.0f} µs"
    if cost.database:
        figures += f" and {cost.database:,.0f} µs of the database"
    total, least = cost.service + cost.database, first.service + first.database
    goals = (Goal("CPU, this / 1,000", total / least, 1.3, least=False),) if len(found) > 1 else ()
    return Row("crowd", f"{size * MODELS:,} athletes, {name}", figures, goals, loud)
