"""`rival`: the same judging behind Procrastinate's queue, beside our inbox, on one PostgreSQL, in one run.

A job carries the delivery's body, and its task does with it what our worker does: read, judge, write all effects in one
transaction of their own. A lock for each athlete keeps their order, as our lanes do. Procrastinate
(https://procrastinate.readthedocs.io) takes jobs one by one and marks each done by itself; it is a general queue, and
we are none.

It is in the dependency group `bench`: `uv sync --group bench`.
"""

from __future__ import annotations

import asyncio
import base64
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import uvloop

from bench.athletes import Workout, bulk, encode
from bench.flow import move_in
from bench.quiet import wait_until_calm, watched
from bench.replicas import DURABLE, PAST, _crowd, database
from bench.servers import plugins, settings
from bench.table import Results, Row
from postgres import Server, serving
from twinge.core.pack import STANDARD
from twinge.desk import Desk
from twinge.oauth import TokenKeeper
from twinge.plugin import Delivery
from twinge.store import Store
from twinge.worker import Worker

WAITING = 128
"""Puts at once, as from so many connections."""
SECRET = b"the bench keeps no secrets at all"
Way = Callable[[], Awaitable[Any]]


def rival(results: Results, folder: Path, *, quick: bool) -> None:
    """Both, in turns."""
    if find_spec("procrastinate") is None:
        results.say("rival: procrastinate is not installed: uv sync --group bench")
        return
    athletes, events, rounds = (200, 5, 1) if quick else (500, 8, 3)
    past, news = _crowd(athletes, events)
    assert len(past[0]) == PAST
    kept: dict[str, list[tuple[float, float]]] = {}
    loud = False
    with serving(**DURABLE) as server:
        for turn in range(rounds):
            for name, play in (("Twinge", _ours), ("Procrastinate", _theirs)):
                results.say(f"rival: {len(news):,} events through {name}, round {turn + 1} of {rounds}")
                place = folder / f"rival-{name}-{turn}"
                place.mkdir()
                with database(server):
                    given = settings(str(place))
                    uvloop.run(move_in(given, past))
                    wait_until_calm(2.0)
                    with watched((), server.cpu_s) as noise:
                        took, worked = asyncio.run(play(given.database_url, news, server))
                loud |= noise.loud
                kept.setdefault(f"{name}: taken in, {WAITING} at once", []).append(took)
                kept.setdefault(f"{name}: judged", []).append(worked)
    for name, cells in kept.items():
        rate, cost = (statistics.median(column) for column in zip(*cells, strict=True))
        results.add(Row("rival", name, f"{rate:,.0f}/s, {cost:,.0f} µs CPU each, the database's included", (), loud))


async def _timed(work: Way, count: int, server: Server) -> tuple[float, float]:
    """(Events a second, microseconds of processor time an event) of `work`."""
    wall, cpu = time.perf_counter(), time.process_time() + server.cpu_s()
    await work()
    spent = time.process_time() + server.cpu_s() - cpu
    return count / (time.perf_counter() - wall), 1e6 * spent / count


async def _all(puts: Sequence[Way]) -> None:
    """All of them, so many at once."""
    left = iter(puts)

    async def line() -> None:
        for put in left:
            await put()

    await asyncio.gather(*(line() for _ in range(WAITING)))


def _delivery(workout: Workout) -> Delivery:
    return Delivery("generic", "POST", "", {}, {}, encode(bulk(workout, "small")), workout.end)


async def _ours(url: str, news: Sequence[Workout], server: Server) -> tuple[tuple[float, float], tuple[float, float]]:
    store = await Store.open(url, secret=SECRET)
    ready, now, nothing = plugins(), news[-1].end, None
    clock: Any = lambda: now  # noqa: E731 - it stands still
    keeper: Any = nothing
    worker = Worker(store, ready.platforms, ready.channels, TokenKeeper(store, keeper, clock), clock)

    def put(workout: Workout) -> Way:
        key, lane = f"{workout.owner}-{workout.number}", f"generic:a-{workout.owner}"
        return lambda: store.inbox.put(_delivery(workout), key, lane)

    took = await _timed(lambda: _all([put(workout) for workout in news]), len(news), server)
    worked = await _timed(worker.drain, len(news), server)
    await store.close()
    return took, worked


async def _theirs(url: str, news: Sequence[Workout], server: Server) -> tuple[tuple[float, float], tuple[float, float]]:
    library = import_module("procrastinate")
    store = await Store.open(url, secret=SECRET)
    ready, now = plugins(), news[-1].end
    app = library.App(connector=library.PsycopgConnector(conninfo=url.replace("+asyncpg", ""), max_size=20))
    generic = ready.platforms["generic"]

    @app.task(name="judge")  # type: ignore[untyped-decorator,unused-ignore]
    async def judge(body: str) -> None:
        delivery = Delivery("generic", "POST", "", {}, {}, base64.b64decode(body), now)
        items = generic.read(delivery)
        async with store.write() as tx:
            desk = Desk(store, tx, ready.channels, now, STANDARD)
            await desk.lay([("generic", items)])
            await desk.take("generic", items, now)
            await desk.clear()

    def put(workout: Workout) -> Way:
        key, lane = f"{workout.owner}-{workout.number}", f"generic:a-{workout.owner}"
        body = base64.b64encode(_delivery(workout).body).decode()
        return lambda: judge.configure(lock=lane, queueing_lock=key).defer_async(body=body)  # type: ignore[attr-defined,no-any-return,unused-ignore]

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        took = await _timed(lambda: _all([put(workout) for workout in news]), len(news), server)
        work = lambda: app.run_worker_async(wait=False, concurrency=10, install_signal_handlers=False)  # noqa: E731
        worked = await _timed(work, len(news), server)
    await store.close()
    return took, worked
