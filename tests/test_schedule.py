"""The clock only ticks; rows decide what a tick does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fakes import NOON, FakeTokens, TryLater, run, said
from house import House, house
from twinge.connections import Rounds
from twinge.erasure import Eraser
from twinge.plugin import Pointer
from twinge.schedule import Schedule
from twinge.store import tables


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


def rounds_of(home: House) -> Rounds:
    nothing: Any = None
    return Rounds(home.store, {"fake": home.platform}, home.channels, FakeTokens(), home.clock, nothing)


async def test_a_reconcile_brings_what_a_lost_webhook_would_have_said(home: House) -> None:
    alice = await home.move_in("Alice")
    home.platform.there = {"1": run("1", NOON - timedelta(days=2)), "2": run("2", NOON - timedelta(days=1))}
    home.platform.lately = [Pointer("alice", name, 1) for name in home.platform.there]
    rounds = rounds_of(home)
    assert await rounds.reconcile() == 2
    assert await rounds.reconcile() == 0
    assert await home.worker.drain() == 1
    assert len((await home.store.history.find_activities(alice)).items) == 2


async def test_a_workout_that_is_here_is_not_fetched_again(home: House) -> None:
    """Each fetch costs two calls of a small budget, every day, for nothing new."""
    await home.move_in("Alice")
    home.platform.there = {name: run(name, NOON - timedelta(days=1)) for name in ("1", "2")}
    home.platform.lately = [Pointer("alice", "1", 1)]
    rounds = rounds_of(home)
    assert await rounds.reconcile() == 1
    await home.worker.drain()
    home.platform.lately = [Pointer("alice", name, 1) for name in ("1", "2")]
    home.clock.forward(days=1)
    assert await rounds.reconcile() == 1


async def test_one_athlete_whose_vendor_fails_does_not_stop_the_others(home: House) -> None:
    await home.move_in("Alice")
    await home.move_in("Bob")
    asked: list[str] = []

    async def recent(access: object, since: object) -> list[Pointer]:
        asked.append("once")
        if len(asked) == 1:
            raise TryLater("down")
        return [Pointer("bob", "1", 1)]

    home.platform.recent = recent  # type: ignore[method-assign]
    assert await rounds_of(home).reconcile() == 1


async def test_finished_deliveries_are_forgotten_after_a_month(home: House) -> None:
    await home.move_in("Alice")
    await home.deliver(said("alice", run("1", NOON)))
    await home.deliver(b'{"do": "reject"}')
    await home.worker.drain()
    rounds = rounds_of(home)
    assert await rounds.purge() == 0
    home.clock.forward(days=31)
    assert await rounds.purge() == 2  # the delivery, and that the last night has been
    assert (await home.store.inbox.counts())["dead"] == 1


async def test_answers_to_calls_with_a_key_are_forgotten_after_a_day(home: House) -> None:
    repeats, late = home.store.repeats, timedelta(minutes=1)
    claim = await repeats.claim("key:a", "k", b"call", home.clock(), dead_after=late)
    await repeats.settle(claim, "{}", None)
    for days, left in ((0, 1), (1, 0)):
        home.clock.forward(days=days)
        await rounds_of(home).purge()
        async with home.store.read() as tx:
            assert len((await tx.execute(select(tables.repeat))).all()) == left


async def test_it_starts_and_stops(home: House) -> None:
    nothing: Any = None
    eraser = Eraser(home.store, home.platforms, home.channels, home.clock, nothing)
    schedule = Schedule(home.store, home.sender, rounds_of(home), eraser)
    schedule.start()
    await asyncio.sleep(0)
    await schedule.stop()
