"""`postgres`: the same on PostgreSQL, durable: what a process takes in, and what one and two workers work off."""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench.athletes import MONDAY, PER_WEEK, Workout, bulk, encode, train
from bench.flow import CONNECTIONS, Ammunition, _measure, move_in
from bench.ingest import Belt
from bench.quiet import wait_until_calm, watched
from bench.servers import settings
from bench.started import started
from bench.table import Goal, Results, Row
from bench.wire import fire
from postgres import Server, serving
from twinge.plugin import Delivery
from twinge.store import Store
from twinge.store.inbox import Inbox

PAST = 13 * PER_WEEK
DURABLE: dict[str, Any] = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"}


def postgres(results: Results, folder: Path, *, quick: bool) -> None:
    """Ingest, flow, and draining a full inbox."""
    with serving(**DURABLE) as server:
        _ingest(results, server, folder, quick=quick)
        _flow(results, server, folder, quick=quick)
        _drain(results, server, folder, quick=quick)


@contextmanager
def database(server: Server) -> Iterator[None]:
    """An empty one, which every process that is started meanwhile uses."""
    os.environ["TWINGE_DATABASE_URL"] = server.fresh()
    try:
        yield
    finally:
        del os.environ["TWINGE_DATABASE_URL"]


def _ingest(results: Results, server: Server, folder: Path, *, quick: bool) -> None:
    seconds, rounds = (0.6, 3) if quick else (2.0, 5)
    belt, rates = Belt("small"), dict[str, list[float]]()
    loud = False
    with database(server), ExitStack() as stack:
        servers = {kind: stack.enter_context(started(kind, folder / "pg-in" / kind)) for kind in ("noop", "web")}
        for one in servers.values():
            fire(one.url, belt.take(2000), 32, 0.5)
        for turn in range(rounds):
            results.say(f"postgres: ingest, round {turn + 1} of {rounds}")
            for kind, one in servers.items():
                ammunition = belt.take(int(30_000 * seconds))
                wait_until_calm(0.3 if quick else 3)
                with watched([one.pid]) as noise:
                    shots = fire(one.url, ammunition, 128, seconds)
                loud |= noise.loud
                rates.setdefault(kind, []).append(shots.rate)
    middle = {kind: sorted(found)[len(found) // 2] for kind, found in rates.items()}
    share = middle["web"] / middle["noop"]
    figures = f"{middle['web']:,.0f}/s, {share:.2f} × no-op ({middle['noop']:,.0f}/s)"
    results.add(Row("postgres", "taken in, 128 connections", figures, (Goal("× no-op", share, 0.6),), loud))


def _crowd(athletes: int, events: int) -> tuple[list[list[Workout]], list[Workout]]:
    everybody = [list(train(owner, MONDAY, PAST + events)) for owner in range(athletes)]
    news = sorted((w for workouts in everybody for w in workouts[PAST:]), key=lambda w: w.end)
    return [workouts[:PAST] for workouts in everybody], news


def _flow(results: Results, server: Server, folder: Path, *, quick: bool) -> None:
    athletes, events = (300, 15) if quick else (1000, 20)
    past, news = _crowd(athletes, events)
    place = folder / "pg-flow"
    place.mkdir()
    with database(server):
        results.say(f"postgres: {athletes:,} athletes move in")
        uvloop.run(move_in(settings(str(place)), past))
        (place / "clock").write_bytes(struct.pack("d", news[0].start.timestamp()))
        with (place / "clock").open("r+b") as file:
            clock = memoryview(mmap.mmap(file.fileno(), 8)).cast("d")
        results.say(f"postgres: {len(news):,} deliveries on {CONNECTIONS} connections")
        run = _measure(Ammunition(news, "small", clock), place, 2.0)
    figures = f"{run.rate:,.0f}/s, {1e6 * run.cpu_s / len(news):,.0f} µs CPU each; acks {run.shots.rate:,.0f}/s"
    name = f"{athletes:,} athletes, web and worker in one process"
    results.add(Row("postgres", name, figures, (Goal("events/s", run.rate, 2_000),), run.loud))


def _drain(results: Results, server: Server, folder: Path, *, quick: bool) -> None:
    """A full inbox, and one worker or two beside each other."""
    athletes, events = (300, 20) if quick else (1000, 20)
    past, news = _crowd(athletes, events)
    rates = {}
    for workers in (1, 2):
        place = folder / f"pg-drain-{workers}"
        place.mkdir()
        (place / "clock").write_bytes(struct.pack("d", news[-1].end.timestamp() + 600))
        with database(server):
            results.say(f"postgres: {len(news):,} deliveries wait for {workers} workers")
            uvloop.run(move_in(settings(str(place)), past))
            uvloop.run(_fill(news, place))
            rates[workers], loud = _worked_off(place, workers, len(news))
    more = rates[2] / rates[1]
    figures = f"{rates[1]:,.0f}/s by one, {rates[2]:,.0f}/s by two: {more:.2f} ×"
    results.add(Row("postgres", f"{len(news):,} deliveries worked off", figures, (Goal("× one", more, 1.5),), loud))


async def _fill(news: list[Workout], place: Path) -> None:
    store = await Store.open(settings(str(place)).database_url, secret=b"the bench keeps no secrets at all")
    for workout in news:
        delivery = Delivery("generic", "POST", "", {}, {}, encode(bulk(workout, "small")), workout.end)
        store.inbox._groups.put(_row(store.inbox, delivery, workout))
    await store.close()


def _row(inbox: Inbox, delivery: Delivery, workout: Workout) -> tuple[object, ...]:
    return inbox._row(delivery, f"{workout.owner}-{workout.number}", f"generic:a-{workout.owner}")


def _worked_off(place: Path, workers: int, count: int) -> tuple[float, bool]:
    with ExitStack() as stack:
        running = [stack.enter_context(started("worker", place / str(n), str(place / "clock"))) for n in range(workers)]
        wait_until_calm(2.0)
        with watched([one.pid for one in running]) as noise:
            began = time.perf_counter()
            for one in running:
                one.end()
            ended = max(float(one.hear()[1]) for one in running)
    return count / (ended - began), noise.loud
