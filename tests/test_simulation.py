"""The whole service in a simulated world: some seeds hold, any seed comes again, and each invariant can fail."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulation import invariants
from simulation.invariants import INVARIANTS, broken
from simulation.loop import Stuck, VirtualLoop
from simulation.play import migrated, play
from simulation.record import Record, Row
from simulation.world import Wrote
from twinge.core.model import Activity, Severity

SEEDS = range(8)
EVENTFUL = 5
"""Its athletes are told a good deal, hurt, and answer."""
RUN = Path(__file__).parent / "simulation" / "run.py"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated(tmp_path_factory.mktemp("simulation"))


@pytest.fixture(scope="module")
def eventful(empty: Path) -> Record:
    return play(EVENTFUL, empty, empty.parent)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_the_promises_hold(seed: int, empty: Path) -> None:
    assert broken(play(seed, empty, empty.parent)) == []


def test_a_seed_is_the_same_run_everywhere() -> None:
    said = {_run(hash_seed) for hash_seed in ("0", "1")}
    assert len(said) == 1
    assert "digest " in said.pop()


def _run(hash_seed: str) -> str:
    command = [sys.executable, str(RUN), "--seed", str(EVENTFUL), "--trace"]
    done = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, check=True)
    text, _, _ = done.stdout.decode().rpartition("\n1 seeds, ")  # What follows is how fast it went.
    return text


# ---- each invariant can fail -----------------------------------------------------------------------------------------


def test_every_invariant_is_tried() -> None:
    assert {holds.__name__ for holds in INVARIANTS} == set(SPOILED)


def other(record: Record, table: str, change: Callable[[list[Row]], list[Row]]) -> Record:
    """The record with other rows in one table."""
    rows = [dict(row) for row in record.rows[table]]
    return replace(record, rows={**record.rows, table: change(rows)})


def turned(record: Record, table: str, pick: Callable[[Row], bool], **values: Any) -> Record:
    """The record with the first fitting row changed."""

    def change(rows: list[Row]) -> list[Row]:
        next(row for row in rows if pick(row)).update(values)
        return rows

    return other(record, table, change)


def outside(record: Record, **changes: Any) -> Record:
    """The record of another world."""
    world = copy(record.world)
    for name, value in changes.items():
        setattr(world, name, value)
    return replace(record, world=world)


def recalled(record: Record, **changes: Any) -> Record:
    """The record with its first send that arrived changed."""
    calls = list(record.world.calls)
    place = next(n for n, call in enumerate(calls) if call.taken and call.clear and call.severity < Severity.SEE_DOCTOR)
    calls[place] = calls[place]._replace(**changes)
    return outside(record, calls=calls)


def lost(record: Record) -> Iterator[Record]:
    yield other(record, "inbox", lambda rows: [row for row in rows if not row["key"].endswith("-1-0")])
    yield turned(record, "inbox", lambda row: True, state="dead", note="no")


def untrue(record: Record) -> Iterator[Record]:
    yield other(record, "activity", lambda rows: rows[1:])
    yield turned(record, "activity", lambda row: True, version=99)
    yield turned(record, "activity", lambda row: not row["removed"], removed=True)


def unfolded(record: Record) -> Iterator[Record]:
    first, *others = record.states
    yield replace(record, states={**record.states, first: record.states[others[0]]})
    person = record.people[0]
    key, run = next((key, text) for key, text in reversed(person.texts.items()) if isinstance(text, Activity))
    longer = replace(run, distance_m=60_000, moving_s=20_000, elapsed_s=20_000)
    edited = replace(person, texts={**person.texts, key: longer})
    yield replace(record, people=[edited, *record.people[1:]])


def overtaking(record: Record) -> Iterator[Record]:
    lane = record.rows["inbox"][0]["lane"]
    last = max(row["id"] for row in record.rows["inbox"] if row["lane"] == lane)
    yield turned(record, "inbox", lambda row: row["id"] == last, settled_ms=0)


def endless(record: Record) -> Iterator[Record]:
    yield turned(record, "nudge", lambda row: True, state="taken")
    yield turned(record, "nudge", lambda row: True, state="unknown")
    yield turned(record, "nudge", lambda row: True, state="waiting", not_before_ms=0)
    yield turned(record, "nudge", lambda row: True, state="failed", reason=None)


def unsent(record: Record) -> Iterator[Record]:
    yield outside(record, calls=[])
    sent = next(call.nudge for call in record.world.calls if call.taken and call.clear)
    yield turned(record, "nudge", lambda row: row["id"] == sent, state="void")
    yield other(record, "nudge", lambda rows: [row for row in rows if row["id"] != sent])


def twice(record: Record) -> Iterator[Record]:
    calls = record.world.calls
    first = next(call for call in calls if call.taken and call.clear)
    yield outside(record, calls=[*calls, first])
    doubtful = next(call for call in calls if call.severity < Severity.SEE_DOCTOR)._replace(clear=False, nudge="n")
    yield outside(record, calls=[*calls, doubtful, doubtful])


def deaf(record: Record) -> Iterator[Record]:
    call = next(call for call in record.world.calls if call.severity < Severity.URGENT)
    owner = next(one.id for one in record.people if any(place.address == call.address for place in one.places))
    at = call.at - timedelta(minutes=5)
    known = {**record.world.acknowledged, "channel:sms:stopped": at}
    yield outside(record, wrote=[*record.world.wrote, Wrote(at, owner, "STOP", "stopped")], acknowledged=known)


def unasked(record: Record) -> Iterator[Record]:
    for agreed, verified in ((False, True), (True, False)):
        people = [
            replace(one, places=tuple(place._replace(agreed=agreed, verified=verified) for place in one.places))
            for one in record.people
        ]
        yield replace(record, people=people)


def at_night(record: Record) -> Iterator[Record]:
    calls = [
        call._replace(clock=call.clock + timedelta(hours=12), at=call.at + timedelta(hours=12))
        for call in record.world.calls
    ]
    yield outside(record, calls=calls)


def too_many(record: Record) -> Iterator[Record]:
    call = next(call for call in record.world.calls if call.taken and call.clear)
    yield outside(record, calls=[call] * 13)


def noisy(record: Record) -> Iterator[Record]:
    row = next(row for row in record.rows["nudge"] if row["state"] in {"sent", "delivered"})
    again = [{**row, "activity": "a", "copy_of": None, "severity": 1, "attempts": 1}] * 4
    yield other(record, "nudge", lambda rows: [*rows, *again])


def backwards(record: Record) -> Iterator[Record]:
    told = [
        row
        for row in record.rows["nudge"]
        if row["severity"] < Severity.SEE_DOCTOR and row["copy_of"] is None and row["activity"] is None
    ]
    facts = msgspec.json.encode({"P": {"episode": 1}}).decode()
    call = next(call for call in record.world.calls if call.taken and call.severity < Severity.SEE_DOCTOR)
    rows = [{**told[0], "id": name, "facts": facts, "made_ms": made} for name, made in (("one", 2_000), ("two", 1_000))]
    calls = [call._replace(nudge=name) for name in ("one", "two")]
    yield outside(other(record, "nudge", lambda _: rows), calls=calls, steps=[])


def presumed(record: Record) -> Iterator[Record]:
    yield turned(record, "nudge", lambda row: row["activity"] is not None, severity=Severity.SEE_DOCTOR)
    grave = turned(record, "nudge", lambda row: True, severity=Severity.URGENT, activity=None)
    yield replace(grave, reports={name: [] for name in grave.reports})


def unsaid(record: Record) -> Iterator[Record]:
    yield turned(record, "held", lambda row: True, reason="because")
    fresh = other(record, "nudge", lambda _: [])
    yield other(fresh, "held", lambda _: [])


def chatty(record: Record) -> Iterator[Record]:
    place = record.people[0].places[0]
    yield replace(record, log=[*record.log, f"hop=sender to={place.address}"])
    yield replace(record, log=[record.rows["nudge"][0]["text"]])


SPOILED: dict[str, Callable[[Record], Iterator[Record]]] = {
    "no_delivery_is_lost": lost,
    "histories_are_true": untrue,
    "states_are_one_fold": unfolded,
    "lanes_keep_their_order": overtaking,
    "every_message_ends": endless,
    "what_is_sent_was_sent": unsent,
    "doubles_come_from_doubt": twice,
    "nothing_after_stop": deaf,
    "nothing_without_consent": unasked,
    "quiet_hours_are_quiet": at_night,
    "caps_hold": too_many,
    "nobody_is_interrupted_too_often": noisy,
    "stories_are_told_in_order": backwards,
    "grave_words_come_from_reports": presumed,
    "silence_has_a_reason": unsaid,
    "the_log_is_discreet": chatty,
}
"""Invariant → records of worlds in which it does not hold."""


@pytest.mark.parametrize("name", SPOILED)
def test_an_invariant_can_fail(name: str, eventful: Record) -> None:
    holds = getattr(invariants, name)
    assert list(holds(eventful)) == []
    for spoiled in SPOILED[name](eventful):
        assert list(holds(spoiled)) != []


# ---- the loop --------------------------------------------------------------------------------------------------------


def test_time_leaps_where_nobody_has_anything_to_do() -> None:
    async def a_day() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(a_day()) == pytest.approx(86_400)


def test_a_wait_that_nobody_ends_is_an_error() -> None:
    loop = VirtualLoop()
    with pytest.raises(Stuck):
        loop.run_until_complete(loop.create_future())
    loop.close()
