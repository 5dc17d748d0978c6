"""What is in hand: in one hand at a time, counted when it was left there, and in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from fakes import NOON, run, said
from house import SECRET, House, url_of
from postgres import Server
from twinge.plugin import Delivery
from twinge.store import Store, Waiting
from twinge.store.restored import settle

LATER = NOON + timedelta(minutes=5)


def call(body: bytes = b"{}") -> Delivery:
    return Delivery("fake", "POST", "", {}, {}, body, NOON)


@asynccontextmanager
async def life(folder: Path) -> AsyncIterator[Store]:
    """A process, which ends without giving back what it has in hand."""
    store = await Store.open(url_of(folder), secret=SECRET)
    try:
        yield store
    finally:
        await store.close()


async def put(store: Store, *lanes: str) -> None:
    for n, lane in enumerate(lanes):
        await store.inbox.put(call(), f"k{n}", lane)


async def finish(store: Store, rows: list[Waiting]) -> None:
    async with store.write() as tx:
        ours = await store.inbox.put_down(tx, rows)
        await store.inbox.settle(tx, [(number, "done", "") for number in sorted(ours)], NOON)


async def in_hand(store: Store) -> int:
    async with store.read() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM hand"))).scalar_one())


async def test_what_a_process_left_in_hand_is_counted_once(home: House, tmp_path: Path) -> None:
    await put(home.store, "fake:alice")
    async with life(tmp_path) as first:
        assert [row.attempts for row in await first.inbox.claim(NOON)] == [1]
    async with life(tmp_path) as second:
        rows = await second.inbox.claim(NOON)
        assert [row.attempts for row in rows] == [2]
        assert await second.inbox.claim(NOON, 9, rows) == []
        async with second.write() as tx:
            assert await second.inbox.put_down(tx, rows) == {1}
            assert await second.inbox.put_down(tx, rows) == set()
    async with life(tmp_path) as third:
        assert [row.attempts for row in await third.inbox.claim(NOON)] == [2]


async def test_a_poison_is_alone_from_the_second_time_on_and_dead_after_three(home: House, tmp_path: Path) -> None:
    await put(home.store, "fake:alice", "fake:bob")
    met = []
    for _ in range(3):
        async with life(tmp_path) as one:
            met.append([(row.id, row.attempts) for row in await one.inbox.claim(NOON)])
    assert met == [[(1, 1), (2, 1)], [(1, 2)], [(1, 3)]]
    async with life(tmp_path) as last:
        assert [(row.id, row.attempts) for row in await last.inbox.claim(NOON)] == [(2, 2)]
        kept = await last.inbox.get(1)
    assert kept is not None
    assert (kept.state, kept.note, kept.attempts) == ("dead", "crashed three times", 3)


async def test_a_claim_whose_answer_was_lost_comes_back(home: House) -> None:
    await put(home.store, "fake:alice", "fake:bob")
    rows = await home.store.inbox.claim(NOON)
    known, forgotten = rows
    [again] = await home.store.inbox.claim(NOON, 1, [])
    assert (again.id, again.attempts) == (known.id, 2)
    assert forgotten.id not in {row.id for row in await home.store.inbox.claim(NOON, 9, [again])}


async def test_what_was_put_off_holds_only_those_behind_it(home: House) -> None:
    await put(home.store, "fake:alice", "fake:alice", "fake:alice", "fake:bob")
    rows = await home.store.inbox.claim(NOON)
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, rows)
        await home.store.inbox.postpone(tx, 2, LATER, "busy", delays=1)
    rows = await home.store.inbox.claim(NOON)
    assert [row.id for row in rows] == [1, 4]
    await finish(home.store, rows)
    assert await home.store.inbox.claim(NOON) == []
    assert [(row.id, row.attempts) for row in await home.store.inbox.claim(LATER)] == [(2, 1), (3, 1)]


async def test_who_only_looks_frees_nothing(home: House, tmp_path: Path) -> None:
    """As every command does that opens the database beside the service."""
    await put(home.store, "fake:alice", "fake:bob")
    rows = await home.store.inbox.claim(NOON)
    async with life(tmp_path) as beside:
        await beside.inbox.counts()
        assert [one.attempts for one in (await beside.inbox.find("waiting")).items] == [0, 0]
        assert await beside.inbox.replay_all("dead", None, NOON, 10) == (0, 0)
    assert await in_hand(home.store) == 2
    assert await home.store.inbox.claim(NOON, 9, rows) == []


async def test_what_is_deleted_meanwhile_is_in_no_hand(home: House) -> None:
    await put(home.store, "fake:alice")
    rows = await home.store.inbox.claim(NOON)
    async with home.store.write() as tx:
        assert await home.store.inbox.drop(tx, [1]) == 1
    async with home.store.write() as tx:
        assert await home.store.inbox.put_down(tx, rows) == set()
    assert await in_hand(home.store) == 0


async def test_what_was_in_hand_when_the_backup_was_made_has_crashed_nobody(home: House, tmp_path: Path) -> None:
    await put(home.store, "fake:alice")
    await home.store.inbox.claim(NOON)
    await settle(home.store, NOON, None)
    async with life(tmp_path) as fresh:
        assert [row.attempts for row in await fresh.inbox.claim(NOON)] == [1]


@pytest.mark.only("postgresql")
async def test_the_marks_of_the_version_before_are_left_to_it_while_it_lives(home: House, tmp_path: Path) -> None:
    await put(home.store, "fake:alice", "fake:alice", "fake:bob")
    mark = text("UPDATE inbox SET taken_by = :seat, attempts = 1 WHERE id = 1")
    async with life(tmp_path) as older:
        async with older.write() as tx:
            seat = older._engines._seat.number  # type: ignore[attr-defined]
            await tx.execute(mark, {"seat": seat})
        rows = await home.store.inbox.claim(NOON)
        assert [row.id for row in rows] == [3]
        await finish(home.store, rows)
    async with life(tmp_path) as newer:
        [row] = await newer.inbox.claim(NOON)
        assert (row.id, row.attempts) == (1, 2)


@pytest.mark.only("postgresql")
async def test_the_marks_of_the_version_before_are_free_at_the_next_look_once_it_is_gone(home: House) -> None:
    assert await home.store.inbox.claim(NOON) == []  # the first look always looks for marks
    await put(home.store, "fake:alice", "fake:alice")
    nobody = 7
    async with home.store.write() as tx:
        await tx.execute(text("UPDATE inbox SET taken_by = :seat, attempts = 1 WHERE id = 1"), {"seat": nobody})
    rows = await home.store.inbox.claim(NOON)
    assert [(row.id, row.attempts) for row in rows] == [(1, 2)]


@pytest.mark.only("postgresql")
async def test_what_the_version_before_has_settled_is_not_judged_again(home: House) -> None:
    """It sees no hand: it claims what is in ours by its mark, holds it under lock, and writes the end."""
    await put(home.store, "fake:alice", "fake:alice")
    rows = await home.store.inbox.claim(NOON)
    async with home.store.write() as older:
        await older.execute(text("SELECT id FROM inbox WHERE id = 1 FOR UPDATE"))
        ours = asyncio.create_task(_put_down(home.store, rows))
        async with asyncio.timeout(20):
            while not await _waits_for_a_lock(home.store):
                await asyncio.sleep(0.01)
        await older.execute(text("UPDATE inbox SET state = 'done', settled_ms = 1, taken_by = NULL WHERE id = 1"))
    assert await ours == {2}
    assert await in_hand(home.store) == 0
    assert [row.id for row in await home.store.inbox.claim(NOON)] == [2]


async def _put_down(store: Store, rows: list[Waiting]) -> set[int]:
    async with store.write() as tx:
        return await store.inbox.put_down(tx, rows)


async def _waits_for_a_lock(store: Store) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with store.read() as tx:
        return bool((await tx.execute(text(asked))).scalar_one())


@pytest.mark.only("postgresql")
async def test_after_a_crash_of_the_server_nobody_has_anything_in_hand(home: House, postgres: Server) -> None:
    alice = await home.move_in("Alice")
    for n in range(3):
        await home.deliver(said("alice", run(str(n), NOON - timedelta(days=3 - n))), lane="fake:alice")
    await home.worker._claim()
    await asyncio.to_thread(postgres.halt, "immediate")
    await asyncio.to_thread(postgres.start)
    async with asyncio.timeout(20):
        while home.store._engines._seat.number is None or await in_hand(home.store):  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)
    before = home.worker._in_work()
    assert len(before) == 3
    async with home.store.write() as tx:
        assert await home.store.inbox.put_down(tx, before) == set()
    await home.worker.drain()
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 0, "done": 3}
    assert len((await home.store.history.find_activities(alice)).items) == 3
    assert {one.attempts for one in (await home.store.inbox.find()).items} == {1}


@pytest.mark.only("postgresql")
async def test_two_processes_keep_the_order_of_deep_lanes(home: House, tmp_path: Path) -> None:
    people, depth = ("Alice", "Bob", "Charlie"), 50
    for name in people:
        await home.move_in(name)
    for day in range(depth):
        for name in people:
            workout = run(f"{name}-{day:02d}", NOON - timedelta(days=60 - day))
            await home.deliver(said(name.lower(), workout), lane=f"fake:{name.lower()}")
    async with life(tmp_path) as store:
        other = House(store)
        other.clock, other.people = home.clock, home.people
        other.platforms, other.channels = home.platforms, home.channels
        other.worker = other.new_worker()
        async with asyncio.timeout(60):
            while (await home.store.inbox.counts())["waiting"]:
                await asyncio.gather(home.worker.drain(), other.worker.drain())
    async with home.store.read() as tx:
        told = await tx.execute(text("SELECT athlete_id, facts FROM feed WHERE type = 'activity' ORDER BY id"))
        order: dict[str, list[str]] = {}
        for row in told:
            order.setdefault(row.athlete_id, []).append(row.facts)
    assert {len(facts) for facts in order.values()} == {depth}
    assert all(facts == sorted(facts) for facts in order.values())
