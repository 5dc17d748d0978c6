"""Several processes on one PostgreSQL: each delivery and each message in one hand, and free once that hand is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from fakes import NOON, FakePlatform, run, said
from house import SECRET, House, url_of
from postgres import Server, serving
from twinge.core.model import Nudge, Purpose, Severity, Voice
from twinge.plugin import Delivery, TryLater
from twinge.store import Consent, Store
from twinge.store.seat import CLASS, LIVING
from twinge.store.turns import lock

pytestmark = pytest.mark.only("postgresql")


@pytest.fixture
async def other(home: House, tmp_path: Path) -> AsyncIterator[House]:
    """A second process, as far as the database can tell: a store of its own, with its own seat."""
    made = House(await Store.open(url_of(tmp_path), secret=SECRET))
    made.clock, made.platform, made.people = home.clock, home.platform, home.people
    made.platforms, made.channels, made.channel = home.platforms, home.channels, home.channel
    made.worker, made.sender = made.new_worker(), made.new_sender()
    yield made
    await made.store.close()


def call(body: bytes = b"{}") -> Delivery:
    return Delivery("fake", "POST", "", {}, {}, body, NOON)


async def lose_the_seat(home: House, of: Store) -> None:
    """Cut the connection that shows that a process lives; it works on and knows nothing of it."""
    number = of._engines._seat.number  # type: ignore[attr-defined]
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = {CLASS} "
    async with home.store.write() as tx:
        await tx.execute(text(f"{cut} AND objid = :number"), {"number": number})
        async with asyncio.timeout(10):
            while number in set((await tx.execute(text(LIVING))).scalars()):
                await asyncio.sleep(0.01)


async def sits_again(of: Store, before: int | None) -> None:
    """Wait until a process has noticed that its seat is gone, and has another: between the two nothing is claimed."""
    async with asyncio.timeout(10):
        while of._engines._seat.number in {before, None}:  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)


async def test_two_who_claim_at_once_share_and_leave_each_others_lanes(home: House, other: House) -> None:
    for n in range(40):
        await home.store.inbox.put(call(), f"k{n}", f"fake:{n % 10}")
    mine, theirs = await asyncio.gather(home.store.inbox.claim(NOON, 15), other.store.inbox.claim(NOON, 40))
    assert not {row.id for row in mine} & {row.id for row in theirs}
    assert not {row.lane for row in mine} & {row.lane for row in theirs}
    assert mine or theirs


async def test_a_lane_in_another_hand_waits_until_it_is_settled(home: House, other: House) -> None:
    for n in range(3):
        await home.store.inbox.put(call(), f"k{n}", "fake:alice")
    [first] = await home.store.inbox.claim(NOON, 1)
    assert await other.store.inbox.claim(NOON) == []
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, [first])
        await home.store.inbox.settle(tx, [(first.id, "done", "")], NOON)
    assert [row.id for row in await other.store.inbox.claim(NOON)] == [2, 3]


async def test_what_a_process_had_in_hand_is_free_when_it_is_gone(home: House, other: House) -> None:
    await home.store.inbox.put(call(), "k", "fake:alice")
    assert len(await other.store.inbox.claim(NOON)) == 1
    assert await home.store.inbox.claim(NOON) == []
    await other.store.close()
    [row] = await home.store.inbox.claim(NOON)
    assert row.attempts == 2


async def test_who_was_taken_for_dead_finds_out_before_it_writes(home: House, other: House) -> None:
    alice = await home.move_in("Alice")
    for n in range(2):
        await home.deliver(said("alice", run(str(n), NOON - timedelta(days=3 - n))), lane="fake:alice")
    await other.worker._claim()
    before = other.store._engines._seat.number  # type: ignore[attr-defined]
    await lose_the_seat(home, other.store)
    assert await home.worker.drain() == 2
    await sits_again(other.store, before)
    assert await other.worker.drain() == 2  # what it still had in hand: none of it is its own any more
    assert (await home.store.inbox.counts())["done"] == 2
    assert len((await home.store.history.find_activities(alice)).items) == 2
    deliveries = (await home.store.inbox.find()).items
    assert [one.attempts for one in deliveries] == [2, 2]


async def test_a_lost_seat_is_taken_anew_and_nothing_is_claimed_without_one(home: House, other: House) -> None:
    await home.store.inbox.put(call(), "k")
    seat = other.store._engines._seat  # type: ignore[attr-defined]
    before = seat.number
    await lose_the_seat(home, other.store)
    async with asyncio.timeout(10):
        while seat.number == before:  # it has not noticed yet
            await asyncio.sleep(0.01)
        while True:
            try:
                [row] = await other.store.inbox.claim(NOON)
                break
            except OperationalError:
                await asyncio.sleep(0.05)
    async with home.store.read() as tx:
        assert row.seat in set((await tx.execute(text(LIVING))).scalars())


async def test_two_workers_leave_every_history_as_one_would(home: House, other: House) -> None:
    people = [f"P{n}" for n in range(8)]
    for name in people:
        await home.move_in(name)
    for day in range(12):
        for name in people:
            body = said(name.lower(), run(f"{name}-{day}", NOON - timedelta(days=40 - day)))
            await home.deliver(body, lane=f"fake:{name.lower()}")
    while (await home.store.inbox.counts())["waiting"]:
        await asyncio.gather(home.worker.drain(), other.worker.drain())
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 0, "done": 96}
    states = [await home.store.history.state(home.people[name]) for name in people]
    assert {len(one.state.sessions) for one in states if one is not None} == {12}


async def test_the_bell_is_heard_in_the_other_process(home: House, other: House) -> None:
    other.store.bell.clear()
    await home.store.inbox.put(call(), "k")
    await asyncio.wait_for(other.store.bell.wait(), 5)


async def nudge(home: House, athlete: str, number: int) -> None:
    at = NOON - timedelta(minutes=10 - number)
    made = Nudge(f"n{number}", athlete, Severity.SLOW_DOWN, ("L01",), f"{number}", {}, at, at, NOON + timedelta(days=1))
    async with home.store.write() as tx:
        [place] = (await home.store.addresses.load(tx, [athlete]))[athlete]
        await home.store.outbox.put(tx, [(made, place, Voice.SMS)])


async def test_of_one_address_one_message_is_under_way_whoever_sends_it(home: House, other: House) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    for n in range(2):
        await nudge(home, alice, n)
    await nudge(home, bob, 3)
    claims = await asyncio.gather(*(one.store.post.claim(NOON, {"sms": 9}) for one in (home, other)))
    assert sorted(taken.nudge.id for claim in claims for taken in claim) == ["n0", "n3"]


async def test_a_send_whose_process_is_gone_is_in_doubt_at_once_and_one_that_lives_is_not(
    home: House, other: House
) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    await nudge(home, alice, 1)
    assert len(await other.store.post.claim(NOON, {"sms": 9})) == 1
    await nudge(home, bob, 2)
    assert len(await home.store.post.claim(NOON, {"sms": 9})) == 1
    before = NOON - timedelta(minutes=1)
    assert await home.store.post.stale_taken(before) == []
    await other.store.close()
    assert [one.nudge.id for one in await home.store.post.stale_taken(before)] == ["n1"]


async def test_a_message_that_is_being_taken_back_is_not_sent(home: House, other: House) -> None:
    alice = await home.move_in("Alice")
    await nudge(home, alice, 1)
    async with home.store.write() as tx:
        await home.store.outbox.withdraw(tx, alice, ["n1"], "not so", NOON)
        assert await other.store.post.claim(NOON, {"sms": 9}) == []
    assert await other.store.post.claim(NOON, {"sms": 9}) == []


async def test_two_who_write_of_the_same_athletes_wait_in_one_order(home: House, other: House) -> None:
    ids = [await home.move_in(f"P{n}") for n in range(6)]

    async def write(one: House, order: list[str]) -> None:
        for _ in range(20):
            async with one.store.write() as tx:
                await lock(tx, order)
                for athlete in order:
                    await tx.execute(text("UPDATE athlete SET revision = revision + 1 WHERE id = :id"), {"id": athlete})

    await asyncio.gather(write(home, ids), write(other, ids[::-1]))
    async with home.store.read() as tx:
        assert set((await tx.execute(text("SELECT revision FROM athlete"))).scalars()) == {40}


async def test_a_wake_is_worked_off_by_whoever_has_the_athlete(home: House, other: House) -> None:
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        assert await lock(tx, [alice]) == {alice}
        async with other.store.write() as second:
            assert await lock(second, [alice], free=True) == set()


async def test_a_restarted_server_is_waited_for(home: House, postgres: Server) -> None:
    await home.move_in("Alice")
    await home.store.inbox.put(call(), "before")
    await asyncio.to_thread(postgres.halt)
    with pytest.raises(TryLater):
        await home.store.inbox.put(call(), "while")
    stop = asyncio.Event()
    loops = [asyncio.create_task(loop(stop)) for loop in (home.worker.run, home.sender.run)]
    await asyncio.to_thread(postgres.start)
    async with asyncio.timeout(20):
        while home.store._engines._seat.number is None:  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)
    assert await home.store.inbox.put(call(said("alice", run("1", NOON - timedelta(days=1)))), "after") is True
    await home.store.ready()
    async with asyncio.timeout(20):
        while (await home.store.inbox.counts())["waiting"]:
            await asyncio.sleep(0.05)
    stop.set()
    home.store.bell.set()
    await asyncio.gather(*loops)


async def test_a_message_that_was_taken_is_still_so_after_the_servers_crash() -> None:
    """Its provider has been called meanwhile: waiting, it would go out again."""
    with serving(wal_writer_delay="10s") as server:  # what is not written at the commit is written long after
        url = await asyncio.to_thread(server.fresh)
        home = House(await Store.open(url, secret=SECRET))
        await nudge(home, await home.move_in("Alice"), 1)
        await home.store.post.claim(NOON, {"sms": 9})
        await asyncio.to_thread(server.halt, "immediate")
        await home.store.close()
        await asyncio.to_thread(server.start)
        store = await Store.open(url, secret=SECRET)
        [taken] = await store.post.stale_taken(NOON + timedelta(minutes=2))
        assert taken.nudge.id == "n1"
        await store.close()


async def test_texts_that_a_server_cannot_keep_hurt_nobody_elses_delivery(home: House) -> None:
    kept = await asyncio.gather(*(home.store.inbox.put(call(), key) for key in ("good", "nul\0", "half\ud800")))
    assert kept == [True, True, True]
    assert (await home.store.inbox.counts())["waiting"] == 3
    assert isinstance(home.platform, FakePlatform)


async def test_a_stop_to_all_meets_an_address_that_is_just_being_added(home: House, other: House) -> None:
    alice = await home.move_in("Alice")
    [phone] = await home.store.addresses.of(alice)

    async def stop() -> None:
        async with other.store.write() as tx:
            await other.store.addresses.stop(tx, phone, NOON)

    async with home.store.write() as tx:
        given = Consent(NOON, "test", by="athlete")
        await home.store.addresses.add(tx, alice, "mail", "alice@example.org", given, verified_at=NOON)
        stopping = asyncio.create_task(stop())
        await asyncio.wait([stopping], timeout=0.2)
        assert not stopping.done()
    await stopping
    assert [one.stopped_at for one in await home.store.addresses.of(alice)] == [NOON, NOON]


async def test_what_two_agree_to_at_once_is_agreed_to_both(home: House, other: House) -> None:
    alice = await home.move_in("Alice")
    [phone] = await home.store.addresses.of(alice)
    async with home.store.write() as tx:
        await home.store.addresses.withdraw(tx, phone, Consent(NOON, "test", purposes=tuple(Purpose), by="athlete"))

    async def agree(store: Store, purpose: Purpose) -> None:
        async with store.write() as tx:
            await store.addresses.agree(tx, phone, Consent(NOON, "test", purposes=(purpose,), by="athlete"))

    await asyncio.gather(agree(home.store, Purpose.LOAD), agree(other.store, Purpose.PAIN))
    [after] = await home.store.addresses.of(alice)
    assert set(after.purposes) == {Purpose.LOAD, Purpose.PAIN}
