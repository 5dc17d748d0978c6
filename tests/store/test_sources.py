"""Which deliveries a message comes from, on both databases."""

from __future__ import annotations

from datetime import timedelta

from fakes import NOON, run, said
from house import House
from twinge.store.sources import Source


async def test_those_that_were_judged_when_it_was_made_the_newest_first(home: House) -> None:
    alice = await home.move_in("Alice")
    await home.move_in("Bob")
    for n, km in ((40, 8), (20, 10), (12, 9)):
        await home.deliver(said("alice", run(f"a{n}", NOON - timedelta(days=n), km)), lane="fake:alice", key=f"a{n}")
    await home.worker.drain()
    home.clock.forward(minutes=1)
    for owner in ("alice", "bob"):
        start = NOON - timedelta(hours=2)
        await home.deliver(said(owner, run(f"{owner}-long", start, 15)), lane=f"fake:{owner}", key=f"{owner}-long")
    await home.deliver(b'{"owner": "alice"}', lane="fake:alice", key="alice-nothing")
    await home.worker.drain()
    [nudge] = (await home.store.outbox.find_nudges(alice)).items
    found = await home.store.sources.of(nudge.nudge.id)
    assert found == (nudge.nudge.id, [Source("fake", "alice-nothing"), Source("fake", "alice-long")])


async def test_a_message_that_is_not_here_comes_from_nowhere(home: House) -> None:
    assert await home.store.sources.of("n_none") == ("n_none", [])
