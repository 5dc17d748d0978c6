"""`flow`: from the webhook to the outbox, web and worker in one process, until the last delivery is settled."""

from __future__ import annotations

import asyncio
import mmap
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.athletes import MONDAY, PER_WEEK, Workout, bulk, encode, train
from bench.quiet import cpu_of, wait_until_calm, watched
from bench.servers import settings
from bench.started import started
from bench.table import Goal, Results, Row
from bench.wire import Shots, fire, request
from twinge.config import Settings
from twinge.core.fold import fold
from twinge.core.judge import begin
from twinge.core.model import Athlete
from twinge.core.pack import STANDARD
from twinge.database import prepare
from twinge.person import stamp_of
from twinge.store import Consent, Kept, Store
from twinge.store.codec import pack_activity
from twinge.store.history import activity_row

PAST = 13 * PER_WEEK
"""Workouts that everybody has behind them: a state as full as it gets."""
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the flow."""

    shots: Shots
    ended: float
    cpu_s: float
    counts: dict[str, int]
    loud: bool

    @property
    def rate(self) -> float:
        """Deliveries a second, from the first request to the last settled."""
        return len(self.shots.waits) / (self.ended - self.shots.began)


class Ammunition(Sequence[bytes]):
    """Requests in the order of their workouts' ends; giving one out moves the clock that the service reads."""

    def __init__(self, workouts: Sequence[Workout], body: str, clock: memoryview[float]) -> None:
        stamp = int(time.time())
        self._raw = [request(encode(bulk(w, body)), f"{body}-{w.owner}-{w.number}", stamp) for w in workouts]
        self._ends = [w.end.timestamp() + 600 for w in workouts]
        self._clock = clock

    def __len__(self) -> int:
        return len(self._raw)

    def __getitem__(self, place: int) -> bytes:  # type: ignore[override]
        return self._raw[place]

    def __iter__(self) -> Iterator[bytes]:
        for raw, end in zip(self._raw, self._ends, strict=True):
            self._clock[0] = end
            yield raw


def flow(results: Results, folder: Path, *, quick: bool) -> None:
    """A few thousand events of a thousand athletes; the middle of the runs."""
    athletes, events, runs = (1000, 6, 1) if quick else (1000, 20, 3)
    done = []
    for number in range(runs):
        results.say(f"flow {number + 1} of {runs}: {athletes:,} athletes move in with {PAST} workouts each")
        done.append(_run(results, folder / f"flow-{number}", athletes, events, 2.0 if quick else 10.0))
    middle = sorted(done, key=lambda run: run.rate)[len(done) // 2]
    results.add(_row(middle, [run.rate for run in done], athletes))


def _run(results: Results, folder: Path, athletes: int, events: int, calm_s: float) -> Run:
    folder.mkdir(parents=True)
    everybody = [list(train(owner, MONDAY, PAST + events)) for owner in range(athletes)]
    uvloop.run(move_in(settings(str(folder)), [workouts[:PAST] for workouts in everybody]))
    news = sorted((w for workouts in everybody for w in workouts[PAST:]), key=lambda w: w.end)
    with (folder / "clock").open("w+b") as file:
        file.write(struct.pack("d", news[0].start.timestamp()))
        file.flush()
        clock = memoryview(mmap.mmap(file.fileno(), 8)).cast("d")
        ammunition = Ammunition(news, "small", clock)
        results.say(f"flow: {len(ammunition):,} deliveries on {CONNECTIONS} connections")
        return _measure(ammunition, folder, calm_s)


def _measure(ammunition: Ammunition, folder: Path, calm_s: float) -> Run:
    with started("whole", folder, str(folder / "clock")) as server:
        wait_until_calm(calm_s)
        with watched([server.pid]) as noise:
            before = cpu_of(server.pid)
            shots = fire(server.url, ammunition, CONNECTIONS)
            server.end()
            _, ended, *counts = server.hear()
            spent = cpu_of(server.pid) - before
    found = {name: int(count) for name, _, count in (word.partition("=") for word in counts)}
    if shots.refused or found["inbox_done"] != len(ammunition):
        raise SystemExit(f"flow: {shots.refused} refused, and the inbox ended as {found}")
    return Run(shots, float(ended), spent, found, noise.loud)


async def move_in(given: Settings, everybody: Sequence[Sequence[Workout]]) -> list[str]:
    """Athletes with their histories and states, as if the workouts had been judged; their ids."""
    await asyncio.to_thread(prepare, given)
    store = await Store.open(given.database_url, secret=b"the bench keeps no secrets at all")
    try:
        return [await _settle_in(store, workouts) for workouts in everybody]
    finally:
        await store.close()


async def _settle_in(store: Store, workouts: Sequence[Workout]) -> str:
    first = workouts[0].start
    async with store.write() as tx:
        profile = Athlete("", name=f"Athlete {workouts[0].owner}", timezone="Europe/Berlin", birth_year=1985)
        athlete = await store.athletes.create(tx, profile, first)
        await store.athletes.connect(tx, athlete.id, "generic", f"a-{workouts[0].owner}", first)
        await store.addresses.add(tx, athlete.id, "console", "bench", Consent(first, "bench"), verified_at=first)
        history = [workout.activity() for workout in workouts]
        state = fold(athlete, history, start=begin()).state
        rows = [activity_row(athlete.id, one, pack_activity(one)) for one in history]
        for place in range(0, len(rows), 500):
            await store.history.save_activities(tx, rows[place : place + 500])
        stamp = stamp_of(athlete, STANDARD)
        await store.history.save_states(tx, [(athlete.id, Kept(stamp, state))], first)
    return athlete.id


def _row(run: Run, rates: Sequence[float], athletes: int) -> Row:
    count = len(run.shots.waits)
    nudges = sum(n for name, n in run.counts.items() if name.startswith("nudge_"))
    figures = (
        f"{run.rate:,.0f}/s [{min(rates):,.0f}-{max(rates):,.0f}], {1e6 * run.cpu_s / count:,.0f} µs CPU each; "
        f"acks {run.shots.rate:,.0f}/s, p50 {run.shots.quantile(0.5):.1f} ms, p99 {run.shots.quantile(0.99):.1f} ms; "
        f"{count:,} events → {nudges} nudges"
    )
    name = f"{athletes:,} athletes, {CONNECTIONS} connections"
    return Row("flow", name, figures, (Goal("events/s", run.rate, 2_500),), run.loud)
