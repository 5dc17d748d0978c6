"""The property that holds the design: deliveries in any order, doubled, stale, edited or taken back, lead to the same
state and the same findings as one fold over the history that is true in the end.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import NOON, pointed, run, said
from house import House, house
from twinge.core.fold import fold
from twinge.core.model import Activity, Finding, Removed
from twinge.store import codec

SPORTS = st.sampled_from(["run", "run", "run", "trail_run", "ride", "walk"])


@dataclass(frozen=True)
class Story:
    """All texts of all workouts, in the order they arrive."""

    texts: tuple[Activity | Removed, ...]
    batches: tuple[int, ...]
    """After how many deliveries the worker gets to work."""

    def final(self) -> list[Activity]:
        """What is true in the end: of each workout the highest version."""
        newest: dict[str, Activity | Removed] = {}
        for text in self.texts:
            if text.key not in newest or text.version > newest[text.key].version:
                newest[text.key] = text
        return [text for text in newest.values() if isinstance(text, Activity)]


LAST_DAY = 119
"""The stories begin 120 days before NOON, and what starts after it is not believed."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    texts: list[Activity | Removed] = []
    day = 0
    for number in range(draw(st.integers(6, 24))):
        day = min(day + draw(st.sampled_from([0, 1, 1, 2, 2, 3, 9, 20])), LAST_DAY)
        last = draw(st.sampled_from([1, 1, 2, 2, 3]))
        texts += [_text(draw, number, day, version) for version in range(1, last + 1)]
    doubled = draw(st.lists(st.sampled_from(texts), max_size=5))
    order = draw(st.permutations([*texts, *doubled])) if draw(st.booleans()) else [*texts, *doubled]
    cuts = draw(st.lists(st.integers(1, 12), min_size=3, max_size=6))
    return Story(tuple(order), tuple(cuts))


def _text(draw: st.DrawFn, number: int, day: int, version: int) -> Activity | Removed:
    """One version of one workout: as it was first told, edited, or gone."""
    if version > 1 and draw(st.integers(0, 3)) == 0:
        return Removed(f"fake:{number}", version)
    start = NOON - timedelta(days=120 - day, minutes=draw(st.sampled_from([0, 0, 1, 40, 600, 10_000])))
    distance = draw(st.sampled_from([4.0, 5.0, 6.0, 9.0, 12.0, 16.0, 21.1, 30.0]))
    made = run(str(number), start, distance, version=version)
    return replace(made, sport=draw(SPORTS), rpe=draw(st.sampled_from([None, None, 3, 6, 9])))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories(), points=st.booleans())
def test_any_order_leads_to_the_same_place(story: Story, points: bool) -> None:
    asyncio.run(_check(story, points))


async def _check(story: Story, points: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as home:
            alice = await home.move_in("Alice", declared_longest_m=6_000)
            await _play(home, story, points)
            kept = await home.store.history.state(alice)
            found = (await home.store.history.find_findings(alice, limit=1000)).items
            athlete = await home.store.athletes.get(alice)
            counts = await home.store.inbox.counts()
    assert athlete is not None
    assert (counts["waiting"], counts["dead"], counts["stray"]) == (0, 0, 0)
    wanted = fold(athlete, story.final())
    assert kept is not None
    assert codec.pack_state(kept.state) == codec.pack_state(wanted.state)
    assert _told(found) == _told(wanted.findings)


async def _play(home: House, story: Story, points: bool) -> None:
    """Deliver everything, with the worker at work in between; every third text only points when `points`."""
    cuts = iter(story.batches)
    until = next(cuts)
    for number, text in enumerate(story.texts):
        if points and number % 3 == 0:
            home.platform.there[str(number)] = text
            await home.deliver(pointed("alice", str(number)), lane="fake:alice")
        else:
            await home.deliver(said("alice", text), lane="fake:alice")
        until -= 1
        if until == 0:
            await home.worker.drain()
            until = next(cuts, -1)
    await home.worker.drain()


def _told(findings: Sequence[Finding]) -> list[tuple[str, str, int, bytes]]:
    """Findings as comparable values, whatever their order."""
    return sorted(
        (one.rule, one.activity, one.band, msgspec.json.encode(one.facts, order="sorted")) for one in findings
    )
