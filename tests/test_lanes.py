"""How the sender uses a channel: how many at once, how fast, how many a day, and leaving it alone while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import NOON, FakeChannel, GiveUp, TryLater, Unknown
from house import House, house
from outbox import outcome, queue
from twinge.core.model import Severity
from twinge.plugin import Pace
from twinge.sender.breaker import FIRST, LONGEST, TRIPS_AFTER, Breaker
from twinge.sender.call import backoff


class PacedChannel(FakeChannel):
    """A channel whose vendor sets a pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


def use(home: House, pace: Pace) -> PacedChannel:
    channel = PacedChannel(pace)
    home.channels["sms"] = channel
    home.sender, home.worker = home.new_sender(), home.new_worker()
    return channel


async def test_no_more_calls_at_once_than_the_vendor_takes(home: House) -> None:
    channel = use(home, Pace(at_once=3))
    for n in range(10):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(channel.sent) == 10
    assert channel.most_at_once <= 3


async def test_a_bucket_lets_through_what_it_holds_and_keeps_the_rest_waiting(home: House) -> None:
    channel = use(home, Pace(per_s=1 / 600))  # refilled by the real clock, so not within any test
    for n in range(5):
        await queue(home, f"Runner{n}")
    assert await home.sender.round() == 1
    assert await home.sender.drain() == 0
    assert len(channel.sent) == 1
    assert [(await outcome(home, f"Runner{n}")).state for n in range(5)].count("waiting") == 4


async def test_one_that_hangs_keeps_no_other_address_waiting(home: House) -> None:
    hanging, quick = FakeChannel(), FakeChannel()
    hanging.hangs = True
    home.channels |= {"sms": hanging, "push": quick}
    home.sender = home.new_sender(deadline_s=30)
    await queue(home, "Alice")
    await queue(home, "Bob", channel="push")
    stop = asyncio.Event()
    running = asyncio.ensure_future(home.sender.run(stop))
    await asyncio.wait_for(quick.called.wait(), 5)
    await queue(home, "Charlie", channel="push")
    while len(quick.sent) < 2:
        await asyncio.sleep(0.01)
    assert (await outcome(home, "Alice")).state == "taken"
    running.cancel()


# ---- down ------------------------------------------------------------------------------------------------------------


def test_a_breaker_opens_after_failures_in_a_row_and_for_longer_each_time() -> None:
    breaker, now = Breaker(), NOON
    assert [breaker.failed(now) for _ in range(TRIPS_AFTER)] == [False] * (TRIPS_AFTER - 1) + [True]
    waits = []
    for _ in range(8):
        assert breaker.until is not None
        assert breaker.is_open(breaker.until - timedelta(seconds=1))
        waits.append(breaker.until - now)
        now = breaker.until
        assert not breaker.is_open(now)
        assert breaker.failed(now)
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert max(waits) == LONGEST
    assert breaker.since == NOON


def test_a_success_closes_it_and_begins_anew() -> None:
    breaker = Breaker()
    for _ in range(TRIPS_AFTER - 1):
        breaker.failed(NOON)
    assert not breaker.worked()
    assert not breaker.failed(NOON)
    for _ in range(TRIPS_AFTER):
        breaker.failed(NOON)
    assert breaker.worked()
    assert not breaker.is_open(NOON)


def test_a_few_failures_that_end_first_among_many_that_work_open_nothing() -> None:
    breaker = Breaker()
    for _ in range(20):
        breaker.worked()
    assert not any(breaker.failed(NOON) for _ in range(TRIPS_AFTER + 3))
    breaker.worked()
    assert not any(breaker.failed(NOON) for _ in range(TRIPS_AFTER - 1))
    assert breaker.failed(NOON + timedelta(seconds=10))


async def test_a_channel_that_is_down_is_left_alone_then_tried_with_one_message(home: House) -> None:
    channel = use(home, Pace(at_once=TRIPS_AFTER))
    channel.plays = [TryLater("not reached") for _ in range(TRIPS_AFTER + 1)]
    for n in range(12):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(channel.sent) == TRIPS_AFTER
    [down] = await home.store.outages.all()
    assert (down.channel, down.since, down.until, down.reason) == ("sms", NOON, NOON + FIRST, "not reached")
    waits = [await outcome(home, f"Runner{n}") for n in range(12)]
    put_off = [one for one in waits if one.reason == "channel_down"]
    assert [(one.state, one.attempts) for one in put_off] == [("waiting", 0)] * 7

    home.clock.now = NOON + FIRST
    await home.sender.drain()
    assert len(channel.sent) == TRIPS_AFTER + 1
    [down] = await home.store.outages.all()
    assert (down.since, down.until) == (NOON, NOON + FIRST + 2 * FIRST)

    home.clock.now = down.until
    await home.sender.drain()
    assert await home.store.outages.all() == []
    home.clock.forward(minutes=2)
    await home.sender.drain()
    assert {(await outcome(home, f"Runner{n}")).state for n in range(12)} == {"sent"}


async def test_an_outage_that_a_dead_process_left_behind_ends_with_the_first_answer(home: House) -> None:
    channel = use(home, Pace(at_once=TRIPS_AFTER))
    channel.plays = [TryLater("not reached") for _ in range(TRIPS_AFTER)]
    for n in range(TRIPS_AFTER):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(await home.store.outages.all()) == 1
    home.sender = home.new_sender()
    home.clock.forward(minutes=5)
    await home.sender.drain()
    assert len(channel.sent) == 2 * TRIPS_AFTER
    assert await home.store.outages.all() == []


async def test_a_clear_no_means_that_somebody_is_there(home: House) -> None:
    channel = use(home, Pace(at_once=1))
    channel.plays = [
        *(TryLater("busy") for _ in range(TRIPS_AFTER - 1)),
        GiveUp("no such number"),
        *(Unknown("reset") for _ in range(TRIPS_AFTER - 1)),
    ]
    for n in range(2 * TRIPS_AFTER - 1):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert await home.store.outages.all() == []


async def test_where_each_address_is_another_machine_one_that_is_down_closes_nothing(home: House) -> None:
    channel = use(home, Pace(shared=False))
    channel.plays = [TryLater("refused") for _ in range(3 * TRIPS_AFTER)]
    for n in range(3 * TRIPS_AFTER):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(channel.sent) == 3 * TRIPS_AFTER
    assert await home.store.outages.all() == []


# ---- caps ------------------------------------------------------------------------------------------------------------


async def test_an_address_gets_so_many_a_day_and_graver_words_twice_as_many(home: House) -> None:
    channel = use(home, Pace(per_address_day=2))
    for n in range(3):
        await queue(home, n=n)
    await home.sender.drain()
    assert len(channel.sent) == 2
    [held] = (await home.store.outbox.find_held(home.people["Alice"])).items
    assert held.reason == "over_cap"
    for n in range(3, 6):
        await queue(home, n=n, severity=Severity.URGENT)
    await home.sender.drain()
    assert len(channel.sent) == 4
    home.clock.forward(hours=24, seconds=1)
    await queue(home, n=6)
    await home.sender.drain()
    assert len(channel.sent) == 5


async def test_a_channel_carries_so_many_a_day_whoever_sends(home: House) -> None:
    channel = use(home, Pace(per_day=3))
    for n in range(2):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    home.sender = home.new_sender()
    for n in range(2, 5):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(channel.sent) == 3
    async with home.store.read() as tx:
        spent = await home.store.outages.spent(tx, home.clock())
    assert spent["sms"].messages == 3
    home.clock.forward(days=1)
    await queue(home, "Runner9")
    await home.sender.drain()
    assert len(channel.sent) == 4


def test_the_waits_grow_are_bounded_and_differ_by_chance() -> None:
    for tries, least in ((1, 30), (2, 120), (3, 480), (9, 3600)):
        waits = {backoff(tries).total_seconds() for _ in range(50)}
        assert least <= min(waits) <= max(waits) <= min(least + 15, 3600)
        assert len(waits) > 1 or tries == 9
