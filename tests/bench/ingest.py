"""`ingest`: signed deliveries a second until they are durable, beside aiohttp alone and beside an ORM session each."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.athletes import MONDAY, Workout, bulk, encode, train
from bench.quiet import Noise, wait_until_calm, watched
from bench.started import Server, started
from bench.table import Goal, Results, Row
from bench.wire import Shots, fire, request

KINDS = ("noop", "web", "orm")
NAMES = {"noop": "aiohttp no-op", "web": "Twinge", "orm": "ORM session each"}
AT_MOST = {"noop": 32_000, "web": 24_000, "orm": 2_500}
"""Requests a second that are built beforehand; a burst that uses them all up ends sooner."""


@dataclass(slots=True)
class Cell:
    """All rounds of one server, one body and one number of connections."""

    bursts: list[tuple[Shots, Noise]] = field(default_factory=list)

    @property
    def best(self) -> list[Shots]:
        """The quiet rounds, or all when there was none."""
        return [shots for shots, noise in self.bursts if not noise.loud] or [shots for shots, _ in self.bursts]

    @property
    def loud(self) -> bool:
        """Whether no round was quiet."""
        return all(noise.loud for _, noise in self.bursts)

    def median(self, name: str) -> float:
        """`rate`, `p50` or `p99` (milliseconds) in the middle round."""
        if name == "rate":
            return statistics.median(shots.rate for shots in self.best)
        return statistics.median(shots.quantile(int(name[1:]) / 100) for shots in self.best)


class Belt:
    """Signed requests that never repeat."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._calls = itertools.count()
        self._workouts = _endless()

    def take(self, count: int) -> list[bytes]:
        """The next `count` requests, signed now."""
        stamp = int(time.time())
        made = zip(itertools.islice(self._workouts, count), self._calls, strict=False)
        return [request(encode(bulk(w, self._kind)), f"{self._kind}-{n}", stamp) for w, n in made]


def _endless() -> Iterator[Workout]:
    for owner in itertools.count():
        yield from train(owner % 1000, MONDAY, 50)


def ingest(results: Results, folder: Path, *, quick: bool) -> None:
    """Every server side by side, so that a slow minute of the machine hits all of them."""
    bodies = ("splits",) if quick else ("splits", "small", "streams")  # the last: what reading a recording costs
    for body in bodies:
        with ExitStack() as stack:
            servers = {kind: stack.enter_context(started(kind, folder / body / kind)) for kind in KINDS}
            _one_body(results, servers, body, quick=quick)


def _one_body(results: Results, servers: dict[str, Server], body: str, *, quick: bool) -> None:
    belt = Belt(body)
    size = len(belt.take(1)[0].partition(b"\r\n\r\n")[2])
    seconds, rounds = (0.6, 2) if quick else (2.0, 3)
    lines = (32,) if body == "streams" else (1, 32, 128)
    for kind, server in servers.items():
        fire(server.url, belt.take(AT_MOST[kind] // 4), 32, 0.5)
    for connections in lines:
        cells = {kind: Cell() for kind in KINDS}
        for turn in range(rounds):
            results.say(f"ingest {size} B, {connections} connections, round {turn + 1} of {rounds}")
            for kind, cell in cells.items():
                cell.bursts.append(_burst(servers, kind, belt, connections, seconds, calm_s=0.3 if quick else 3))
        for kind in cells:
            results.add(_row(f"{NAMES[kind]}, {connections} connections, {size} B", kind, cells, connections, body))


def _burst(
    servers: dict[str, Server], kind: str, belt: Belt, connections: int, seconds: float, calm_s: float
) -> tuple[Shots, Noise]:
    share = 0.35 if connections == 1 else 1.0
    ammunition = belt.take(int(AT_MOST[kind] * seconds * share))
    wait_until_calm(calm_s)
    with watched([servers[kind].pid]) as noise:
        shots = fire(servers[kind].url, ammunition, connections, seconds)
    if shots.refused:
        raise SystemExit(f"{NAMES[kind]} refused {shots.refused} requests of the bench")
    return shots, noise


def _row(name: str, kind: str, cells: dict[str, Cell], connections: int, body: str) -> Row:
    cell = cells[kind]
    rate, rates = cell.median("rate"), [shots.rate for shots in cell.best]
    figures = f"{rate:,.0f}/s [{min(rates):,.0f}-{max(rates):,.0f}]"
    figures += f", p50 {cell.median('p50'):.2f} ms, p99 {cell.median('p99'):.2f} ms"
    figures += f" ({sum(not noise.loud for _, noise in cell.bursts)} of {len(cell.bursts)} rounds quiet)"
    goals: tuple[Goal, ...] = ()
    if kind == "web":
        of_noop, of_orm = (rate / cells[other].median("rate") for other in ("noop", "orm"))
        figures += f"; {of_noop:.2f} × no-op, {of_orm:.1f} × ORM"
        wanted = {32: (Goal("× no-op", of_noop, 0.5), Goal("× ORM", of_orm, 12)), 128: (Goal("× no-op", of_noop, 0.6),)}
        goals = wanted.get(connections, ()) if body != "streams" else ()
    return Row("ingest", name, figures, goals, any(c.loud for c in cells.values()))
