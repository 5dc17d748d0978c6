"""`sender`: from the outbox to a provider, a process of its own over HTTP: how fast, how late, and whether once.

Real store, real sender, one SQLite file with synchronous=FULL, then PostgreSQL, durable, where two may send beside each
other; the provider answers after 20 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from bench.post import fill, settle_in
from bench.provider import LOG
from bench.quiet import cpu_of, wait_until_calm, watched
from bench.replicas import DURABLE, database
from bench.sending import PUTS, WARM_UP
from bench.started import Server, started
from bench.table import Goal, Results, Row
from bench.verdict import Verdict, judge, rows
from bench.wire import quantile
from postgres import Server as Database
from postgres import serving

WAIT_S = 0.02
UNANSWERED, DROPPED, HIDDEN = 0.01, 0.005, 0.2
"""Shares of calls whose answer is lost after and before the message was taken, and of look-ups that find nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a sending process."""

    began: float
    ended: float
    cpu_s: float
    server_s: float
    """Processor seconds of the database's own processes; SQLite has none."""
    rss_mb: tuple[float, float]
    """Before and after."""
    counts: dict[str, int]
    loud: bool

    @property
    def rate(self) -> float:
        """Messages a second."""
        return sum(self.counts.values()) / (self.ended - self.began)

    def __str__(self) -> str:
        each, theirs = (1e6 * seconds / sum(self.counts.values()) for seconds in (self.cpu_s, self.server_s))
        beside = f" and {theirs:,.0f} of the database's" if theirs else ""
        return f"{each:,.0f} µs CPU each{beside}, RSS {self.rss_mb[0]:.0f} → {self.rss_mb[1]:.0f} MB"


def sender(results: Results, folder: Path, *, quick: bool) -> None:
    """The four questions, each on databases of its own: on SQLite, then on PostgreSQL."""
    _questions(Bench(results, folder / "sender", None, 0.5 if quick else 10.0), quick=quick)
    with serving(**DURABLE) as server:
        _questions(Bench(results, folder / "sender-pg", server, 0.5 if quick else 10.0), quick=quick)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where it happens."""

    results: Results
    folder: Path
    server: Database | None
    """None: SQLite."""
    calm_s: float

    def fresh(self) -> AbstractContextManager[object]:
        """An empty database while the block runs."""
        return ExitStack() if self.server is None else database(self.server)

    def say(self, text: str) -> None:
        """What is being done now."""
        self.results.say(f"sender: {text}")

    def add(self, cell: str, figures: str, goals: tuple[Goal, ...], *, loud: bool) -> None:
        """A row."""
        name = cell if self.server is None else f"PostgreSQL, {cell}"
        self.results.add(Row("sender", name, figures, goals, loud))


def _questions(bench: Bench, *, quick: bool) -> None:
    _rates(bench, 1_000 if quick else 10_000, 1 if quick else 3)
    _lateness(bench, 5 if quick else 60)
    _doubles(bench, 10_000 if quick else 100_000)


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to empty a list of messages."""

    name: str
    kind: str
    """As `bench.sending` has them."""
    at_once: int
    spread: bool = True
    """Whether messages are due one after the other over an hour, or all at one moment: nine in the morning."""
    senders: int = 1
    """Processes beside each other: on PostgreSQL alone."""


CELLS = (
    Cell("aiohttp's client alone", "bare", 20),
    Cell("due over an hour", "queue", 20),
    Cell("due at one moment", "queue", 20, spread=False),
    Cell("aiohttp's client alone", "bare", 100),
    Cell("due over an hour", "queue", 100),
    Cell("due over an hour, two senders", "queue", 20, senders=2),
    Cell("due over an hour, two senders", "queue", 100, senders=2),
)


def _rates(bench: Bench, count: int, runs: int) -> None:
    """A full outbox, and beside it aiohttp's client alone; cell after cell, so that all meet the same hours."""
    cells = [cell for cell in CELLS if bench.server is not None or cell.senders == 1]
    done: dict[Cell, list[Run]] = {cell: [] for cell in cells}
    for number in range(runs):
        bench.say(f"{number + 1} of {runs}: {count:,} messages, {len(cells)} cells")
        for cell in cells:
            place = bench.folder / f"rate-{number}-{CELLS.index(cell)}"
            with bench.fresh():
                if cell.kind == "queue":
                    _fill(place, count // 2, count, timedelta(hours=1) / count if cell.spread else timedelta())
                # Of two, none knows how many it will get: it looks itself once it has sent a part.
                share = count if cell.senders == 1 else count // 4
                words = [share, cell.at_once]
                done[cell].append(_sent(bench, place, cell.kind, [WAIT_S, 0, 0, 0], words, cell.senders))
    for cell, found in done.items():
        middle, rates = sorted(found, key=lambda run: run.rate)[len(found) // 2], [run.rate for run in found]
        figures = f"{middle.rate:,.0f}/s [{min(rates):,.0f}-{max(rates):,.0f}], {middle}"
        name = f"{count:,} to {count // 2:,} athletes, {cell.at_once} at once, {cell.name}"
        bench.add(name, figures, (), loud=middle.loud)


def _lateness(bench: Bench, seconds: int) -> None:
    """From the commit that queued a nudge to its arrival at the provider: with the sender busy, and with it at rest."""
    for per_s in (100, 5):
        count, place = per_s * seconds, bench.folder / f"late-{per_s}"
        bench.say(f"{per_s} messages a second for {seconds} s")
        with bench.fresh():
            _fill(place, max(WARM_UP, count // 2), 0, timedelta())
            run = _sent(bench, place, "paced", [WAIT_S, 0, 0, 0], [count, per_s])
        waits, commits = _waits(place)
        if len(waits) != count:
            raise SystemExit(f"sender: {count - len(waits)} of {count} never arrived; the outbox ended as {run.counts}")
        late = ", ".join(f"{name} {quantile(waits, q):,.0f} ms" for name, q in _QUANTILES.items())
        figures = f"{late}; committing it p50 {quantile(commits, 0.5):.1f} ms, p99 {quantile(commits, 0.99):.0f} ms"
        goal = Goal("p99 in ms", quantile(waits, 0.99), 200, least=False)
        name = f"judged → handed over, {count / (run.ended - run.began):,.1f}/s arriving"
        bench.add(name, f"{figures}; {run}", (goal,), loud=run.loud)


_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def _waits(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds from commit to arrival, and from asking for the transaction to its commit."""
    arrived = {name: float(at) for name, at, *_ in _lines(folder / LOG)}
    puts = [(name, float(asked), float(committed)) for name, asked, committed in _lines(folder / PUTS)]
    waits = [1000 * (arrived[name] - committed) for name, _, committed in puts if name in arrived]
    return sorted(waits), sorted(1000 * (committed - asked) for _, asked, committed in puts)


def _lines(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()]


def _doubles(bench: Bench, count: int) -> None:
    """Answers are lost, and look-ups find nothing though the message was taken, as where a vendor's list lags."""
    bench.say(f"{count:,} messages, of which {UNANSWERED:.1%} lose their answer and {DROPPED:.1%} themselves")
    place = bench.folder / "doubles"
    with bench.fresh():
        _fill(place, max(500, count // 20), count, timedelta(hours=1) / count)
        run = _sent(bench, place, "queue", [0, UNANSWERED, DROPPED, HIDDEN], [count, 20])
        found = judge(uvloop.run(rows(place)), place / LOG)
    bench.add(f"{count:,} messages, answers lost", f"{_words(found)}; {run}", _goals(found), loud=run.loud)


def _words(found: Verdict) -> str:
    return (
        f"{found.queued:,} queued, {found.calls:,} calls, {found.unanswered:,} unanswered though taken, "
        f"{found.dropped:,} dropped; {found.repeated:,} grave ones sent again, {found.twice:,} of them taken twice; "
        f"failed: {found.missed:,} missed, {found.silent:,} taken in truth; "
        + ", ".join(f"{state} {number:,}" for state, number in sorted(found.states.items()))
    )


def _goals(found: Verdict) -> tuple[Goal, ...]:
    counts = {
        "taken twice without need": found.doubled,
        "sent and never taken": found.lost,
        "nobody's": found.strange,
        "left open": found.open,
    }
    return tuple(Goal(what, value, 0, least=False) for what, value in counts.items())


def _fill(folder: Path, athletes: int, count: int, step: timedelta) -> None:
    now = datetime.now(UTC)
    uvloop.run(settle_in(folder, athletes, now))
    uvloop.run(fill(folder, count, now - timedelta(hours=1, minutes=1), step))


def _sent(
    bench: Bench, folder: Path, kind: str, provider: Sequence[float], words: Sequence[object], senders: int = 1
) -> Run:
    """Sending processes beside a provider of their own, which has closed its log afterwards."""
    given = [str(word) for word in words]
    with _providing(folder, provider) as there, ExitStack() as stack:
        here = [stack.enter_context(_sending(kind, folder, there.url, given)) for _ in range(senders)]
        pids = [one.pid for one in here]
        server_s: Callable[[], float] = bench.server.cpu_s if bench.server else lambda: 0.0
        wait_until_calm(bench.calm_s)
        with watched([*pids, there.pid], server_s) as noise:
            cpu_s, theirs, before = sum(map(cpu_of, pids)), server_s(), rss_mb(pids[0])
            for one in here:
                one.end()
            heard = [one.hear()[1:] for one in here]
            cpu_s, theirs = sum(map(cpu_of, pids)) - cpu_s, server_s() - theirs
            after = rss_mb(pids[0])
    began, ended = min(float(line[0]) for line in heard), max(float(line[1]) for line in heard)
    states = {name: int(count) for name, _, count in (word.partition("=") for word in heard[-1][2:])}
    return Run(began, ended, cpu_s, theirs, (before, after), states, noise.loud)


def _sending(kind: str, folder: Path, url: str, words: Sequence[str]) -> AbstractContextManager[Server]:
    return started(kind, folder, url, *words, module="bench.sending")


@contextmanager
def _providing(folder: Path, words: Sequence[float]) -> Iterator[Server]:
    """A provider; it is told to end when the block does."""
    with started("provider", folder, *map(str, words), module="bench.provider") as server:
        yield server
        server.end()
        server.hear()


def rss_mb(pid: int) -> float:
    """Memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
