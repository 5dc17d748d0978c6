"""`growth`: what one event costs the worker and the store when the athlete has a short or a very long history."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from bench.athletes import PER_WEEK, Workout, encode, train
from bench.flow import move_in
from bench.quiet import wait_until_calm, watched
from bench.servers import plugins, settings
from bench.table import Goal, Results, Row
from twinge.oauth import TokenKeeper
from twinge.plugin import Delivery
from twinge.store import Store
from twinge.worker import Worker

MONDAY = datetime.fromisoformat("1980-01-07T00:00:00+00:00")
BATCH = 50


@dataclass(slots=True)
class Costs:
    """Milliseconds, one value a measurement."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Bench:
    """A store with one athlete for each length of history, and a worker."""

    def __init__(self, store: Store, people: dict[int, list[Workout]]) -> None:
        self.now = MONDAY
        self._store, self._people = store, people
        self._next = dict.fromkeys(people, 0)
        nothing: Any = None
        ready = plugins()
        tokens = TokenKeeper(store, nothing, lambda: self.now)
        self._worker = Worker(store, ready.platforms, ready.channels, tokens, lambda: self.now)

    async def new(self, length: int, count: int) -> tuple[float, float]:
        """The next `count` workouts arrive in order: (wall, CPU) seconds of the worker's part."""
        place = self._next[length]
        self._next[length] = place + count
        return await self._work(self._people[length][length + place : length + place + count])

    async def late(self, length: int, shift: int) -> tuple[float, float]:
        """A workout of some weeks ago that nobody has told us of."""
        last = self._people[length][length + self._next[length] - 1]
        start = last.start - timedelta(days=30, minutes=90 + shift)
        workout = Workout(last.owner, 900_000 + shift, start, "run", 5_000, 1_700, 140)
        return await self._work([workout], now=last.end + timedelta(minutes=15))

    async def _work(self, workouts: Sequence[Workout], now: datetime | None = None) -> tuple[float, float]:
        self.now = now or workouts[-1].end + timedelta(minutes=10)
        for workout in workouts:
            body = encode(workout.fields())
            delivery = Delivery("generic", "POST", "", {}, {}, body, self.now)
            await self._store.inbox.put(delivery, f"{workout.owner}-{workout.number}", f"generic:a-{workout.owner}")
        wall, cpu = time.perf_counter(), time.process_time()
        done = await self._worker.drain()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        assert done == len(workouts)
        return spent


def growth(results: Results, folder: Path, *, quick: bool) -> None:
    """Three athletes, in turn: what the machine does to one it does to all."""
    lengths = (100, 1_000, 10_000)
    singles, batches, lates = (25, 4, 5) if quick else (150, 12, 20)
    results.say(f"growth: three athletes move in with {', '.join(f'{n:,}' for n in lengths)} workouts")
    with watched() as noise:
        found = uvloop.run(_measure(folder / "growth", lengths, singles, batches, lates, 1.0 if quick else 10.0))
    for name, costs in found.items():
        results.add(_row(name, costs, noise.loud))


async def _measure(
    folder: Path, lengths: Sequence[int], singles: int, batches: int, lates: int, calm_s: float
) -> dict[str, dict[int, Costs]]:
    news = singles + batches * BATCH
    people = {n: _person(owner, n, max(lengths), news) for owner, n in enumerate(lengths)}
    folder.mkdir(parents=True)
    given = settings(str(folder))
    await move_in(given, [people[n][:n] for n in lengths])
    store = await Store.open(given.database_url, secret=b"the bench keeps no secrets at all")
    try:
        bench = Bench(store, people)
        await asyncio.to_thread(wait_until_calm, calm_s)
        return await _three_ways(bench, lengths, singles, batches, lates)
    finally:
        await store.close()


def _person(owner: int, length: int, longest: int, news: int) -> list[Workout]:
    """A history that ends at the same time as the longest one: all have their next workouts in the same weeks."""
    first = MONDAY + timedelta(weeks=(longest - length) // PER_WEEK)
    return list(train(owner, first, length + news))


async def _three_ways(
    bench: Bench, lengths: Sequence[int], singles: int, batches: int, lates: int
) -> dict[str, dict[int, Costs]]:
    alone, together, late = ({n: Costs() for n in lengths} for _ in range(3))
    for _ in range(singles):
        for n in lengths:
            _note(alone[n], await bench.new(n, 1), 1)
    for _ in range(batches):
        for n in lengths:
            _note(together[n], await bench.new(n, BATCH), BATCH)
    for shift in range(lates):
        for n in lengths:
            _note(late[n], await bench.late(n, shift), 1)
    return {"one event alone": alone, f"in a batch of {BATCH}": together, "late by 30 days (folded anew)": late}


def _note(costs: Costs, spent: tuple[float, float], count: int) -> None:
    costs.wall.append(1000 * spent[0] / count)
    costs.cpu.append(1000 * spent[1] / count)


def _row(name: str, costs: dict[int, Costs], loud: bool) -> Row:
    middle = {n: (statistics.median(c.wall), statistics.median(c.cpu)) for n, c in costs.items()}
    first, last = middle[min(middle)], middle[max(middle)]
    words = [f"{n:,} behind: {wall:.2f} ms, CPU {cpu:.2f} ms" for n, (wall, cpu) in middle.items()]
    goal = Goal("wall, last / first", last[0] / first[0], 1.2, least=False)
    cpu = Goal("CPU, last / first", last[1] / first[1], 1.2, least=False)
    figures = "; ".join(words)
    if name.startswith("late"):
        return Row("growth", name, f"{figures}; last / first {last[0] / first[0]:.2f}", (), loud)
    return Row("growth", name, figures, (goal, cpu), loud)
