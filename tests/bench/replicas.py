"""`postgres`: taking in, the whole flow and working off on PostgreSQL, durable, by one process and by two.

Each figure comes with the processor time of service, database and client for one event: the rate is what a busy
machine leaves over, the processor time is what an event needs.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench.athletes import MONDAY, PER_WEEK, Workout, bulk, encode, train
from bench.flow import CONNECTIONS, Ammunition, move_in
from bench.ingest import Belt
from bench.quiet import cpu_of, wait_until_calm, watched
from bench.servers import settings
from bench.started import Server as Process
from bench.started import started
from bench.table import Goal, Results, Row
from bench.wire import fire
from postgres import Server, serving
from twinge.plugin import Delivery
from twinge.store import Store
from twinge.store.inbox import Inbox

PAST = 13 * PER_WEEK
DURABLE: dict[str, Any] = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"}


class Spent:
    """Processor microseconds an event: of the service's processes, of the database, of this client."""

    def __init__(self, server: Server | None, processes: Sequence[Process]) -> None:
        self._server, self._pids = server, [one.pid for one in processes]
        self._before = self._read()

    def _read(self) -> tuple[float, float, float]:
        database = 0.0 if self._server is None else self._server.cpu_s()
        return sum(map(cpu_of, self._pids)), database, time.process_time()

    def per(self, count: int) -> str:
        """Since it was made, as words."""
        service, database, client = (
            1e6 * (now - then) / count for now, then in zip(self._read(), self._before, strict=True)
        )
        named = "" if self._server is None else f", database {database:,.0f}"
        return f"µs CPU each: service {service:,.0f}{named}, client {client:,.0f}"


def postgres(results: Results, folder: Path, *, quick: bool) -> None:
    """Ingest, flow, and draining a full inbox."""
    with serving(**DURABLE) as server:
        _ingest(results, server, folder, quick=quick)
        _flows(results, server, folder, quick=quick)
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
    count, rounds = (4_000, 3) if quick else (20_000, 5)
    belt, found = Belt("small"), dict[str, list[tuple[float, str, bool]]]()
    with database(server), ExitStack() as stack:
        servers = {kind: stack.enter_context(started(kind, folder / "pg-in" / kind)) for kind in ("noop", "web")}
        for one in servers.values():
            fire(one.url, belt.take(2000), 32, 5)
        for turn in range(rounds):
            results.say(f"postgres: ingest, round {turn + 1} of {rounds}")
            for kind, one in servers.items():
                ammunition = belt.take(count)
                wait_until_calm(0.3 if quick else 3)
                spent = Spent(server if kind == "web" else None, [one])
                with watched([one.pid], server.cpu_s) as noise:
                    shots = fire(one.url, ammunition, 128, 60)
                found.setdefault(kind, []).append((shots.rate, spent.per(count), noise.loud))
    middle = {kind: sorted(cells)[len(cells) // 2] for kind, cells in found.items()}
    share = middle["web"][0] / middle["noop"][0]
    results.add(Row("postgres", "aiohttp's no-op, 128 connections", f"{middle['noop'][0]:,.0f}/s; {middle['noop'][1]}"))
    figures = f"{middle['web'][0]:,.0f}/s, {share:.2f} × no-op; {middle['web'][1]}"
    results.add(Row("postgres", "taken in, 128 connections", figures, (Goal("× no-op", share, 0.6),), middle["web"][2]))


def _crowd(athletes: int, events: int) -> tuple[list[list[Workout]], list[Workout]]:
    everybody = [list(train(owner, MONDAY, PAST + events)) for owner in range(athletes)]
    news = sorted((w for workouts in everybody for w in workouts[PAST:]), key=lambda w: w.end)
    return [workouts[:PAST] for workouts in everybody], news


def _flows(results: Results, server: Server, folder: Path, *, quick: bool) -> None:
    """The whole flow on SQLite, and on PostgreSQL in one process and in two."""
    athletes, events, runs = (300, 15, 1) if quick else (1000, 20, 3)
    past, news = _crowd(athletes, events)
    rates: dict[int, float] = {}
    for processes in (0, 1, 2):
        done = []
        for run in range(runs):
            results.say(f"flow: {len(news):,} events, {processes or 1} process(es), {run + 1} of {runs}")
            place = folder / f"flow-{processes}-{run}"
            place.mkdir()
            with database(server) if processes else ExitStack():
                uvloop.run(move_in(settings(str(place)), past))
                done.append(_flow(server if processes else None, place, news, processes or 1))
        rate, words, loud = sorted(done)[runs // 2]
        rates[processes] = rate
        name = f"{athletes:,} athletes, " + ("SQLite" if not processes else f"PostgreSQL, {processes} process(es)")
        more = rates[processes] / rates.get(1, rate)
        goal = {1: (Goal("events/s", rate, 2_000),), 2: (Goal("× one", more, 1.5),)}.get(processes, ())
        results.add(Row("flow", name, f"{rate:,.0f}/s; {words}", goal, loud))


def _flow(server: Server | None, place: Path, news: list[Workout], processes: int) -> tuple[float, str, bool]:
    """Web and worker in each process, until nothing waits."""
    (place / "clock").write_bytes(struct.pack("d", news[0].start.timestamp()))
    with (place / "clock").open("r+b") as file, ExitStack() as stack:
        clock = memoryview(mmap.mmap(file.fileno(), 8)).cast("d")
        ammunition = Ammunition(news, "small", clock)
        running = [stack.enter_context(started("whole", place, str(place / "clock"))) for _ in range(processes)]
        wait_until_calm(2.0)
        spent = Spent(server, running)
        with watched([one.pid for one in running], server.cpu_s if server else lambda: 0.0) as noise:
            first, *others = (one.url for one in running)
            shots = fire(first, ammunition, CONNECTIONS, 1e9, *others)
            for one in running:
                one.end()
            ended = max(float(one.hear()[1]) for one in running)
        words = f"{spent.per(len(news))}; ack p99 {shots.quantile(0.99):.0f} ms"
        return len(news) / (ended - shots.began), words, noise.loud


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
            rates[workers], words, loud = _worked_off(server, place, workers, len(news))
        goal = (Goal("× one", rates[2] / rates[1], 1.5),) if workers == 2 else ()
        name = f"{len(news):,} deliveries worked off by {workers}"
        results.add(Row("postgres", name, f"{rates[workers]:,.0f}/s; {words}", goal, loud))


async def _fill(news: list[Workout], place: Path) -> None:
    store = await Store.open(settings(str(place)).database_url, secret=b"the bench keeps no secrets at all")
    for workout in news:
        delivery = Delivery("generic", "POST", "", {}, {}, encode(bulk(workout, "small")), workout.end)
        store.inbox._groups.put(_row(store.inbox, delivery, workout))
    await store.close()


def _row(inbox: Inbox, delivery: Delivery, workout: Workout) -> tuple[object, ...]:
    return inbox._row(delivery, f"{workout.owner}-{workout.number}", f"generic:a-{workout.owner}")


def _worked_off(server: Server, place: Path, workers: int, count: int) -> tuple[float, str, bool]:
    with ExitStack() as stack:
        running = [stack.enter_context(started("worker", place / str(n), str(place / "clock"))) for n in range(workers)]
        wait_until_calm(2.0)
        spent = Spent(server, running)
        with watched([one.pid for one in running], server.cpu_s) as noise:
            began = time.perf_counter()
            for one in running:
                one.end()
            ended = max(float(one.hear()[1]) for one in running)
        return count / (ended - began), spent.per(count), noise.loud
