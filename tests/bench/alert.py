"""`alert`: from the webhook to the provider at an even pace, the whole service in one process: how late is a message.

Half of the events are workouts far longer than the athlete is used to, half are reports of pain; each of another
athlete, who may be reached at any hour and has heard nothing yet, so that each makes one message that is due at once.
The time counts from the moment an event was to be sent to the arrival of its message at the provider.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from bench.athletes import PER_WEEK, Workout, encode, train
from bench.post import CHANNEL, GROUP, opened
from bench.provider import LOG
from bench.quiet import wait_until_calm, watched
from bench.replicas import DURABLE, Spent, database
from bench.servers import settings
from bench.started import started
from bench.table import Goal, Results, Row
from bench.timetable import Ride, ride
from bench.wire import quantile, request
from postgres import Server, serving
from twinge.core.fold import fold
from twinge.core.judge import begin
from twinge.core.model import Athlete, Preferences
from twinge.core.pack import STANDARD
from twinge.database import prepare
from twinge.person import stamp_of
from twinge.store import Consent, Kept, Store
from twinge.store.codec import pack_activity
from twinge.store.history import activity_row

PAST = 6 * PER_WEEK
PER_S, WARM_UP = 200, 200
WAIT_S, AT_ONCE = 0.02, 100
ENDED_AGO = timedelta(minutes=40)
"""A message about load goes 20 minutes after the workout's end at the earliest."""
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def alert(results: Results, folder: Path, *, quick: bool) -> None:
    """On SQLite, and on PostgreSQL."""
    seconds, calm_s = (10, 0.5) if quick else (30, 10.0)
    results.add(_row("SQLite", _run(results, folder / "alert", None, seconds, calm_s)))
    with serving(**DURABLE) as server, database(server):
        results.add(_row("PostgreSQL", _run(results, folder / "alert-pg", server, seconds, calm_s)))


@dataclass(frozen=True, slots=True)
class Run:
    """One ride: milliseconds from the planned moment, to the answer and to the provider, ranked."""

    acks: list[float]
    late: dict[str, list[float]]
    """By kind of event."""
    lost: int
    """Events without a message."""
    spent: str
    counts: str
    loud: bool


def _run(results: Results, folder: Path, server: Server | None, seconds: int, calm_s: float) -> Run:
    count = WARM_UP + PER_S * seconds
    results.say(f"alert: {count:,} athletes move in with {PAST} workouts each")
    folder.mkdir(parents=True)
    uvloop.run(_move_in(folder, count, datetime.now(UTC)))
    with ExitStack() as stack:
        there = stack.enter_context(started("provider", folder, str(WAIT_S), "0", "0", "0", module="bench.provider"))
        here = stack.enter_context(started("served", folder, there.url, str(AT_ONCE), module="bench.sending"))
        ride(here.url, _requests(range(WARM_UP)), PER_S / 4)
        wait_until_calm(calm_s)
        requests = _requests(range(WARM_UP, count))
        results.say(f"alert: {PER_S} events a second for {seconds} s")
        spent = Spent(server, [here])
        with watched([here.pid, there.pid], server.cpu_s if server else lambda: 0.0) as noise:
            done = ride(here.url, requests, PER_S)
        here.end()
        counts = here.hear()[1:]
        words = spent.per(len(requests))
        here.end()
        there.end()
        there.hear()
    return _judge(done, folder, words, " ".join(counts), loud=noise.loud)


def _judge(done: Ride, folder: Path, spent: str, counts: str, *, loud: bool) -> Run:
    if done.refused or 0.0 in done.answered:
        raise SystemExit(f"alert: {done.refused} events were refused, {done.answered.count(0.0)} never answered")
    lines = [line.split() for line in (folder / LOG).read_text().splitlines()]
    arrived = {int(to.removeprefix("+1555")): float(at) for _, at, _, to in reversed(lines)}
    late: dict[str, list[float]] = {"workout": [], "report": []}
    for place, planned in enumerate(done.planned):
        if (at := arrived.get(WARM_UP + place)) is not None:
            late[_kind(place)].append(1000 * (at - planned))
    acks = sorted(1000 * (at - then) for at, then in zip(done.answered, done.planned, strict=True))
    lost = len(done.planned) - sum(map(len, late.values()))
    return Run(acks, {kind: sorted(found) for kind, found in late.items()}, lost, spent, counts, loud)


def _row(name: str, run: Run) -> Row:
    everything = sorted(ms for found in run.late.values() for ms in found)
    late = ", ".join(f"{word} {quantile(everything, share):,.0f}" for word, share in SHARES.items())
    kinds = ", ".join(f"{kind}s p99 {quantile(found, 0.99):,.0f}" for kind, found in run.late.items())
    acks = f"acks p50 {quantile(run.acks, 0.5):,.0f}, p99 {quantile(run.acks, 0.99):,.0f}"
    figures = f"{late} ms ({kinds}; {acks}); {len(everything):,} of {len(everything) + run.lost:,} events; {run.spent}"
    goals = (
        Goal("p99 in ms", quantile(everything, 0.99), 250, least=False),
        Goal("events without a message", run.lost, 0, least=False),
    )
    return Row("alert", f"{name}, webhook → handed over, {PER_S}/s ({run.counts})", figures, goals, run.loud)


def _kind(number: int) -> str:
    return "workout" if number % 2 else "report"


def _requests(numbers: range) -> list[bytes]:
    """One of each athlete, signed now."""
    now = datetime.now(UTC)
    return [request(encode(_event(number, now)), f"alert-{number}", int(time.time())) for number in numbers]


def _event(number: int, now: datetime) -> dict[str, Any]:
    if _kind(number) == "report":
        pain = {"pain": 5, "site": "calf", "side": "left"}
        return {"type": "report", "athlete": f"a-{number}", "id": f"r-{number}", "report": pain}
    usual = _past(number, now)[-1]
    seconds = 4 * usual.seconds
    start = now - ENDED_AGO - timedelta(seconds=seconds)
    return replace(usual, number=PAST, start=start, sport="run", metres=3 * usual.metres, seconds=seconds).fields()


def _past(number: int, now: datetime) -> list[Workout]:
    """Six weeks until three days ago: what is long is judged by thirty days."""
    first = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=44)
    return list(train(number, first, PAST))


async def _move_in(folder: Path, count: int, now: datetime) -> None:
    await asyncio.to_thread(prepare, settings(str(folder)))
    async with opened(folder) as store:
        for first in range(0, count, GROUP):
            async with store.write() as tx:
                for number in range(first, min(first + GROUP, count)):
                    await _settle_in(store, tx, number, now)


async def _settle_in(store: Store, tx: Any, number: int, now: datetime) -> None:
    since = now - timedelta(days=60)
    wishes = Preferences(quiet_from=None, quiet_to=None, daily_cap=5)
    athlete = await store.athletes.create(tx, Athlete("", timezone="Europe/Berlin", preferences=wishes), since)
    await store.athletes.connect(tx, athlete.id, "generic", f"a-{number}", since)
    value, given = f"+1555{number:07}", Consent(since, "bench")
    await store.addresses.add(tx, athlete.id, CHANNEL, value, given, verified_at=since)
    history = [workout.activity() for workout in _past(number, now)]
    state = fold(athlete, history, start=begin()).state
    await store.history.save_activities(tx, [activity_row(athlete.id, one, pack_activity(one)) for one in history])
    await store.history.save_states(tx, [(athlete.id, Kept(stamp_of(athlete, STANDARD), state))], since)
