"""The property that holds the design: deliveries in any order, doubled, stale, edited or taken back, lead to the same
state and the same findings as one fold over the history that is true in the end.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import NOON, pointed, run, said
from house import PLACES, House, house
from postgres import Server
from twinge.core.fold import fold
from twinge.core.model import Activity, Finding, Removed, Report, Wellness
from twinge.store import codec

Text = Activity | Removed | Wellness | Report
SPORTS = st.sampled_from(["run", "run", "run", "trail_run", "ride", "walk"])


@dataclass(frozen=True)
class Story:
    """All texts of all workouts, in the order they arrive."""

    texts: tuple[Text, ...]
    batches: tuple[int, ...]
    """After how many deliveries the worker gets to work."""

    def final(self) -> list[Activity | Wellness | Report]:
        """What is true in the end: of each workout and each morning the highest version."""
        newest: dict[str, Text] = {}
        for text in self.texts:
            if text.key not in newest or text.version > newest[text.key].version:
                newest[text.key] = text
        return [text for text in newest.values() if not isinstance(text, Removed)]


LAST_DAY = 119
"""The stories begin 120 days before NOON, and what starts after it is not believed."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    texts: list[Text] = _mornings(draw) if draw(st.booleans()) else []
    texts += _words(draw) if draw(st.booleans()) else []
    day = 0
    for number in range(draw(st.integers(6, 24))):
        day = min(day + draw(st.sampled_from([0, 1, 1, 2, 2, 3, 9, 20])), LAST_DAY)
        last = draw(st.sampled_from([1, 1, 2, 2, 3]))
        told = [_text(draw, number, day, version) for version in range(1, last + 1)]
        texts += [*told, *_again(draw, told[-1])]
    doubled = draw(st.lists(st.sampled_from(texts), max_size=5))
    scattered = draw(st.booleans())
    order = draw(st.permutations([*texts, *doubled])) if scattered else sorted([*texts, *doubled], key=_when)
    cuts = draw(st.lists(st.integers(1, 12), min_size=3, max_size=6))
    return Story(tuple(order), tuple(cuts))


def _when(text: Text) -> datetime:
    """When a text would come in by itself."""
    if isinstance(text, Wellness):
        return datetime.combine(text.day, time(6), UTC)
    if isinstance(text, Report):
        return text.at
    return text.start if isinstance(text, Activity) else NOON


def _mornings(draw: st.DrawFn) -> list[Text]:
    """Weeks of mornings with a gap, some edited, the hard ones at the end."""
    first = draw(st.integers(40, 80))
    pulse, spread = draw(st.sampled_from([48, 55])), draw(st.sampled_from([0, 3, 14]))
    told: list[Text] = []
    for day in range(first, LAST_DAY):
        if draw(st.integers(0, 5)) == 0:
            continue
        rise = spread if day > LAST_DAY - 8 else day % 3
        morning = Wellness(
            f"watch:{day}",
            (NOON - timedelta(days=120 - day)).date(),
            resting_hr=draw(st.sampled_from([pulse + rise, pulse + rise, None, 140])),
            hrv_rmssd_ms=60.0 - rise,
            sleep_h=draw(st.sampled_from([7.5, 6.0, 5.0, None])),
            version=1,
        )
        told.append(morning)
        if draw(st.integers(0, 9)) == 0:
            told.append(replace(morning, resting_hr=pulse + 12, version=2))
    return told


def _words(draw: st.DrawFn) -> list[Text]:
    """What Alice tells of her pain: numbers, signs, answers to whatever was asked, an effort; some of it edited."""
    told: list[Text] = []
    for number in range(draw(st.integers(1, 8))):
        at = NOON - timedelta(days=draw(st.integers(1, 60)), hours=draw(st.integers(0, 23)))
        report = Report(f"fake:r{number}", at, **draw(st.sampled_from(SAIDS)), version=1)
        told.append(report)
        if draw(st.integers(0, 5)) == 0:
            told.append(replace(report, pain=draw(st.integers(0, 8)), version=2))
    return told


SAIDS: list[dict[str, Any]] = [
    {"pain": 4, "site": "buttock", "side": "left"},
    {"pain": 7, "site": "knee", "side": "right", "limp": True},
    {"pain": 2, "site": "buttock", "side": "left", "tingling": True},
    {"pain": 0, "site": "buttock", "side": "left"},
    {"answers": ((0, "0"),)},
    {"answers": ((0, "1"),)},
    {"answers": ((0, "3"),)},
    {"saddle_numb": True},
    {"seeing_someone": True},
    {"cleared_by": "physio"},
    {"walked_30min_ok": True},
    {"effort": 8, "about": "fake:3"},
    {"text": "sore left calf since the hills, pain 2"},
]


def _again(draw: st.DrawFn, text: Text) -> list[Text]:
    """Now and then another recorder tells of the same workout, richer or poorer, a little early or late."""
    if not isinstance(text, Activity) or draw(st.integers(0, 3)):
        return []
    shift = timedelta(seconds=draw(st.sampled_from([-90, 0, 45, 240])))
    richer = {"avg_hr": 150, "climb_m": 80} if draw(st.booleans()) else {"rpe": None}
    length = draw(st.sampled_from([100, 103, 60]))
    elapsed = None if text.elapsed_s is None else text.elapsed_s * length // 100
    key = text.key.replace("fake", "phone")
    return [replace(text, key=key, start=text.start + shift, elapsed_s=elapsed, version=1, **richer)]


def _text(draw: st.DrawFn, number: int, day: int, version: int) -> Activity | Removed:
    """One version of one workout: as it was first told, edited, or gone."""
    if version > 1 and draw(st.integers(0, 3)) == 0:
        return Removed(f"fake:{number}", version)
    start = NOON - timedelta(days=120 - day, minutes=draw(st.sampled_from([0, 0, 1, 40, 600, 10_000])))
    distance = draw(st.sampled_from([4.0, 5.0, 6.0, 9.0, 12.0, 16.0, 21.1, 30.0]))
    made = run(str(number), start, distance, version=version)
    return replace(made, sport=draw(SPORTS), rpe=draw(st.sampled_from([None, None, 3, 6, 9])))


@settings(max_examples=40)
@given(story=stories(), points=st.booleans())
def test_any_order_leads_to_the_same_place(story: Story, points: bool) -> None:
    asyncio.run(_check(story, points))


@settings(max_examples=10)
@given(story=stories(), points=st.booleans())
def test_any_order_leads_to_the_same_place_on_a_server(postgres: Server, story: Story, points: bool) -> None:
    asyncio.run(_check(story, points, postgres.fresh()))


async def _check(story: Story, points: bool, url: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if url is not None:
            PLACES[Path(folder)] = url
        async with house(Path(folder)) as home:
            alice = await home.move_in("Alice", declared_longest_m=6_000)
            await _play(home, story, points)
            home.clock.forward(seconds=10)  # Whoever is due by the clock is looked up now and then.
            await home.worker.drain()
            kept = await home.store.history.state(alice)
            found = (await home.store.history.find_findings(alice, limit=1000)).items
            athlete = await home.store.athletes.get(alice)
            counts = await home.store.inbox.counts()
    assert athlete is not None
    assert (counts["waiting"], counts["dead"], counts["stray"]) == (0, 0, 0)
    wanted = fold(athlete, story.final(), until=NOON + timedelta(seconds=10))
    assert kept is not None
    assert codec.pack_state(kept.state) == codec.pack_state(wanted.state)
    assert _told(found) == _told(wanted.findings)


async def _play(home: House, story: Story, points: bool) -> None:
    """Deliver everything, with the worker at work in between; every third text only points when `points`."""
    cuts = iter(story.batches)
    until = next(cuts)
    for number, text in enumerate(story.texts):
        if points and number % 3 == 0 and not isinstance(text, Wellness | Report):
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
