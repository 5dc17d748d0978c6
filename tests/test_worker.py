"""The worker takes each delivery to its end: done, stray or dead, in order, once."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from fakes import NOON, FakePlatform, GiveUp, TryLater, pointed, run, said, several
from house import House, house, url_of
from twinge.core.model import Activity, Removed, Wellness
from twinge.core.pack import STANDARD
from twinge.core.state import SHAPE
from twinge.fetch import take_apart
from twinge.job import Job
from twinge.plugin import Delivery, Inline, Item, Opened, Recorded, Recording, Rejected, Revoked
from twinge.store import Kept, Page, Spoken, Waiting
from twinge.store.post import End
from twinge.worker import IN_WORK


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def note_of(home: House, number: int) -> tuple[str, str]:
    kept = await home.store.inbox.get(number)
    assert kept is not None
    return kept.state, kept.note


async def train(home: House, owner: str, days: int = 40, km: float = 5.0) -> None:
    """A run every other day up to the day before yesterday, delivered and worked off in order."""
    for back in range(days, 1, -2):
        start = NOON - timedelta(days=back, hours=2)
        await home.deliver(said(owner, run(f"{owner}{back}", start, km)), lane=f"fake:{owner}")
    await home.worker.drain()


async def nudges(home: House, athlete_id: str) -> Page[Spoken]:
    return await home.store.outbox.find_nudges(athlete_id)


async def test_a_spike_becomes_a_nudge_with_its_numbers(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 11)))
    assert await home.worker.drain() == 1
    [spoken] = (await nudges(home, alice)).items
    assert (spoken.state, spoken.channel) == ("waiting", "sms")
    assert "L01" in spoken.nudge.rules
    assert spoken.nudge.activity == "fake:big"
    assert spoken.nudge.not_before >= NOON
    assert {one.rule for one in (await home.store.history.find_findings(alice)).items} >= {"L01"}


async def test_the_same_event_twice_has_one_effect(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    for key in ("a", "b", "c"):
        await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 11)), key=key)
    await home.worker.drain()
    assert len((await nudges(home, alice)).items) == 1
    kept = await home.store.history.state(alice)
    assert isinstance(kept, Kept)
    assert kept.stamp == f"{SHAPE}/{STANDARD.version}/0"


async def test_two_events_of_one_batch_see_each_other(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    for n, back in enumerate((5, 2)):
        await home.deliver(said("alice", run(f"big{n}", NOON - timedelta(hours=back), 11 + 8 * n)))
    await home.worker.drain()
    held = (await home.store.outbox.find_held(alice)).items
    assert len((await nudges(home, alice)).items) == 1
    assert [one.activity for one in held if one.reason in {"over_budget", "said_already"}] == ["fake:big1"]


async def test_several_athletes_may_be_spoken_to_in_one_batch(home: House) -> None:
    for name in ("Alice", "Bob", "Charlie"):
        await home.move_in(name)
        await train(home, name.lower())
    for name in home.people:
        await home.deliver(said(name.lower(), run(f"big{name}", NOON - timedelta(hours=2), 11)))
    await home.worker.drain()
    assert [len((await nudges(home, who)).items) for who in home.people.values()] == [1, 1, 1]


async def test_a_value_that_no_column_holds_is_set_aside(home: House) -> None:
    await home.move_in("Alice")
    await home.deliver(said("alice", replace(run("1", NOON), climb_m=2**70)))
    for _ in range(3):
        await home.worker.drain()
        home.clock.forward(seconds=20)
    state, note = await note_of(home, 1)
    assert (state, note.partition(":")[0]) == ("dead", "quarantined after 3 tries")


async def test_a_stranger_is_kept_and_can_be_replayed_once_known(home: House) -> None:
    await home.deliver(said("alice", run("1", NOON)))
    await home.worker.drain()
    assert await note_of(home, 1) == ("stray", "1 of 1 for nobody we know")
    alice = await home.move_in("Alice")
    await home.store.inbox.replay(1, NOON)
    await home.worker.drain()
    assert await note_of(home, 1) == ("done", "")
    assert len((await home.store.history.find_activities(alice)).items) == 1


async def test_a_removal_takes_back_the_nudge_that_has_not_gone_out(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    before = await home.store.history.state(alice)
    await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 11)))
    await home.worker.drain()
    await home.deliver(said("alice", Removed("fake:big", 2)))
    await home.worker.drain()
    [spoken] = (await nudges(home, alice)).items
    assert (spoken.state, spoken.reason) == ("void", "the workout changed")
    assert (await home.store.history.find_findings(alice)).items == []
    assert await home.store.history.state(alice) == before


async def test_an_edit_makes_the_nudge_anew_with_the_new_numbers(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    for version, km in ((1, 11), (2, 10.7)):
        await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), km, version=version)))
        await home.worker.drain()
    [spoken] = (await nudges(home, alice)).items
    assert spoken.state == "waiting"
    assert spoken.nudge.facts["L01"]["today"] == 10_700


async def test_a_workout_that_moves_leaves_no_finding_where_it_was(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    await home.deliver(said("alice", run("big", NOON - timedelta(days=1, hours=3), 11)))
    await home.worker.drain()
    assert (await home.store.history.find_findings(alice)).items
    await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 5, version=2)))
    await home.worker.drain()
    assert (await home.store.history.find_findings(alice)).items == []


async def test_a_profile_edit_folds_the_history_anew_at_the_next_event(home: House) -> None:
    alice = await home.move_in("Alice")
    await train(home, "alice")
    async with home.store.write() as tx:
        found = (await home.store.athletes.load(tx, [alice]))[alice]
        await home.store.athletes.update(tx, replace(found, hr_max=190))
    await home.deliver(said("alice", run("next", NOON - timedelta(hours=2), 5)))
    await home.worker.drain()
    kept = await home.store.history.state(alice)
    assert kept is not None
    assert kept.stamp == f"{SHAPE}/{STANDARD.version}/1"
    assert len(kept.state.sessions) == 21


async def test_a_poison_row_is_set_aside_after_three_tries_and_its_lane_goes_on(
    home: House, caplog: pytest.LogCaptureFixture
) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    await home.deliver(b'{"owner": "alice", "do": "raise"}', lane="fake:alice")
    await home.deliver(said("alice", run("after", NOON)), lane="fake:alice")
    await home.deliver(said("bob", run("other", NOON)), lane="fake:bob")
    with caplog.at_level(logging.INFO):
        await home.worker.drain()
        assert len((await home.store.history.find_activities(bob)).items) == 1
        assert (await home.store.history.find_activities(alice)).items == []
        for _ in range(2):
            home.clock.forward(seconds=20)
            await home.worker.drain()
    assert await note_of(home, 1) == ("dead", "quarantined after 3 tries: KeyError in read")
    assert await note_of(home, 2) == ("done", "")
    assert "secret" not in caplog.text


async def test_behind_one_that_is_put_off_its_lane_waits_also_in_another_batch(home: House) -> None:
    await home.move_in("Alice")
    await home.deliver(b'{"owner": "alice", "do": "raise"}', lane="fake:alice")
    for n in range(12):
        await home.deliver(said("alice", run(f"r{n}", NOON - timedelta(days=12 - n))), lane="fake:alice")
    await home.worker.drain()
    assert (await home.store.inbox.counts())["waiting"] == 13
    home.clock.forward(seconds=5)
    await home.worker.drain()
    home.clock.forward(seconds=30)
    await home.worker.drain()
    assert (await home.store.inbox.counts()) == {"waiting": 0, "stray": 0, "dead": 1, "done": 12}


async def test_a_full_inbox_is_worked_off_and_each_once(home: House) -> None:
    for name in ("Alice", "Bob", "Charlie", "Dana"):
        await home.move_in(name)
        for n in range(IN_WORK // 3):
            owner = name.lower()
            await home.deliver(said(owner, run(f"{owner}{n}", NOON - timedelta(days=200 - n))), lane=f"fake:{owner}")
    stop = asyncio.Event()
    work = asyncio.create_task(home.worker.run(stop))
    async with asyncio.timeout(60):
        while (await home.store.inbox.counts())["waiting"]:
            await asyncio.sleep(0.05)
    stop.set()
    await work
    assert (await home.store.inbox.counts())["done"] == IN_WORK // 3 * 4
    async with home.store.read() as tx:
        states = await home.store.history.states(tx, home.people.values())
        kept = [await home.store.history.activities(tx, one, 0) for one in home.people.values()]
    assert [len(one) for one in kept] == [IN_WORK // 3] * 4
    assert {one.state.sessions[-1].key[-2:] for one in states.values()} == {"99"}


async def test_a_rule_that_raises_sets_aside_that_delivery_alone(home: House) -> None:
    """A body that reads well and cannot be judged: a start that no clock reaches in the athlete's zone."""
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    async with home.store.write() as tx:
        await tx.execute(
            text("UPDATE athlete SET profile = replace(profile, '\"UTC\"', '\"Nowhere/Here\"') WHERE id = :id"),
            {"id": alice},
        )
    for owner in ("alice", "bob"):
        await home.deliver(said(owner, run(owner, NOON)), lane=f"fake:{owner}")
    for _ in range(3):
        await home.worker.drain()
        home.clock.forward(seconds=20)
    state, note = await note_of(home, 1)
    assert state == "dead"
    assert note.startswith("quarantined after 3 tries: ZoneInfoNotFoundError")
    assert len((await home.store.history.find_activities(bob)).items) == 1
    assert (await home.store.history.find_activities(alice)).items == []


async def test_a_workout_of_next_year_is_set_aside(home: House) -> None:
    """Taken in, it would be the newest for ever, and every real workout late."""
    alice = await home.move_in("Alice")
    await home.deliver(said("alice", run("1", NOON + timedelta(days=365))))
    await home.deliver(said("alice", run("2", NOON + timedelta(hours=14))))
    await home.worker.drain()
    assert [one.activity.key for one in (await home.store.history.find_activities(alice)).items] == ["fake:2"]
    state, note = await note_of(home, 1)
    assert (state, note.partition(":")[0]) == ("dead", "a workout starts in the future")


async def test_what_came_before_its_athlete_is_taken_in_when_they_are_known(home: House) -> None:
    """The watch was connected a day before the operator wrote the athlete down."""
    await home.deliver(said("dana", run("1", NOON)), lane="fake:dana")
    await home.worker.drain()
    assert (await note_of(home, 1))[0] == "stray"
    dana = await home.move_in("Dana")
    async with home.store.write() as tx:
        assert await home.store.inbox.welcome(tx, "fake:dana") == 1
        assert await home.store.inbox.welcome(tx, "fake:dana") == 0
    await home.worker.drain()
    assert [one.activity.key for one in (await home.store.history.find_activities(dana)).items] == ["fake:1"]


async def test_what_an_adapter_rejects_is_dead_with_the_field(home: House) -> None:
    await home.deliver(b'{"do": "reject"}')
    await home.deliver(b"{}", platform="garmin")
    await home.worker.drain()
    assert await note_of(home, 1) == ("dead", "rejected: activity.start is missing")
    assert (await note_of(home, 2))[1].startswith("the platform garmin is not configured")


async def test_pointers_are_fetched_in_the_order_of_their_lane(home: House) -> None:
    alice = await home.move_in("Alice")
    for n in range(12):
        home.platform.there[str(n)] = run(str(n), NOON - timedelta(days=20 - n))
        await home.deliver(pointed("alice", str(n)), lane="fake:alice")
    assert await home.worker.drain() == 12
    kept = await home.store.history.state(alice)
    assert kept is not None
    assert [session.key for session in kept.state.sessions] == [f"fake:{n}" for n in range(12)]


async def test_a_pointer_to_nobody_is_not_fetched(home: House) -> None:
    await home.deliver(pointed("mallory", "1"))
    await home.worker.drain()
    assert home.platform.fetched == []
    assert (await note_of(home, 1))[0] == "stray"


async def test_a_pointer_may_bring_a_night_and_a_file_at_once(home: House) -> None:
    alice = await home.move_in("Alice")

    async def open_recording(one: Recording) -> Activity:
        return run(one.body.decode(), NOON - timedelta(hours=3))

    morning = Wellness("fake:w1", NOON.date(), resting_hr=48)
    home.platform.there["1"] = [morning, Recording("fake:7", b"7")]
    worker = home.new_worker(open_recording=open_recording)
    await home.deliver(pointed("alice", "1"))
    await worker.drain()
    assert [one.activity.key for one in (await home.store.history.find_activities(alice)).items] == ["fake:7"]
    assert [one.resting_hr for one in (await home.store.mornings.find(alice)).items] == [48]


async def test_a_file_that_cannot_be_read_says_why_and_stops_nothing_else(home: House) -> None:
    await home.move_in("Alice")

    async def open_recording(one: Recording) -> Activity:
        raise Rejected("this is no FIT file")

    home.platform.there["1"] = Recording("fake:7", b"7")
    worker = home.new_worker(open_recording=open_recording)
    await home.deliver(pointed("alice", "1"))
    await home.deliver(said("alice", run("8", NOON - timedelta(hours=3))))
    await worker.drain()
    assert (await note_of(home, 1)) == ("dead", "rejected: this is no FIT file")
    assert (await note_of(home, 2))[0] == "done"


async def test_a_file_that_cannot_be_read_does_not_take_away_what_the_vendor_told(home: House) -> None:
    alice = await home.move_in("Alice")

    async def open_recording(one: Recording) -> Activity:
        raise Rejected("this is no FIT file")

    told = run("7", NOON - timedelta(hours=3))
    home.platform.there["1"] = Recording("fake:7", b"7", known=told)
    worker = home.new_worker(open_recording=open_recording)
    await home.deliver(pointed("alice", "1"))
    await worker.drain()
    assert [one.activity for one in (await home.store.history.find_activities(alice)).items] == [told]
    state, note = await note_of(home, 1)
    assert (state, note) == ("done", "the file could not be read, what the vendor told stands: this is no FIT file")


async def test_when_the_vendor_says_later_the_lane_waits_and_others_go_on(home: House) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    home.platform.errors["1"] = [TryLater("rate limit", after=timedelta(minutes=15)), TryLater("busy")]
    for owner, name in (("alice", "1"), ("alice", "2"), ("bob", "3")):
        home.platform.there[name] = run(name, NOON - timedelta(days=4 - int(name)))
        await home.deliver(pointed(owner, name), lane=f"fake:{owner}")
    await home.worker.drain()
    assert len((await home.store.history.find_activities(bob)).items) == 1
    assert (await home.store.history.find_activities(alice)).items == []
    waiting = await home.store.inbox.get(1)
    assert waiting is not None
    assert (waiting.note, waiting.attempts, waiting.delays) == ("rate limit", 0, 1)
    assert waiting.not_before == NOON + timedelta(minutes=15)

    home.clock.forward(minutes=16)
    await home.worker.drain()
    waiting = await home.store.inbox.get(1)
    assert waiting is not None
    assert waiting.not_before == home.clock() + timedelta(minutes=2)
    home.clock.forward(minutes=3)
    await home.worker.drain()
    assert len((await home.store.history.find_activities(alice)).items) == 2


async def test_a_vendor_that_never_answers_is_given_up_after_days(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors["1"] = [TryLater("down") for _ in range(50)]
    await home.deliver(pointed("alice", "1"))
    for _ in range(30):
        await home.worker.drain()
        home.clock.forward(hours=6)
    assert await note_of(home, 1) == ("dead", "gave up after 3 days: down")
    assert 10 < len(home.platform.fetched) < 20


async def test_a_vendor_that_hangs_is_put_off_and_what_it_refuses_is_dead(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors["2"] = [GiveUp("the athlete must reconnect")]
    home.platform.hangs = True
    await home.deliver(pointed("alice", "1"))
    await home.new_worker(fetch_deadline_s=0.05).drain()
    assert await note_of(home, 1) == ("waiting", "fake did not answer within 0 s")
    home.platform.hangs = False
    await home.deliver(pointed("alice", "2"))
    await home.new_worker().drain()
    assert await note_of(home, 2) == ("dead", "the athlete must reconnect")


async def runs_of(home: House, athlete_id: str) -> set[str]:
    """The workouts that an athlete has."""
    return {one.activity.key for one in (await home.store.history.find_activities(athlete_id, limit=500)).items}


def days_ago(name: str, days: int) -> Activity:
    return run(name, NOON - timedelta(days=days))


async def test_of_many_items_the_bad_ones_fail_alone_and_are_told(home: House) -> None:
    """A pointer to what is gone, a workout of next year and a file that nobody can read: the rest counts."""
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")

    async def open_recording(one: Recording) -> Activity:
        raise Rejected("this is no FIT file")

    home.platform.errors["gone"] = [GiveUp("fake no longer has this")]
    home.platform.there |= {"file": Recording("fake:file", b"7"), "there": days_ago("there", 3)}
    bodies = [pointed("alice", "gone"), said("alice", run("ahead", NOON + timedelta(days=365))), pointed("bob", "file")]
    bodies += [pointed("bob", "there"), said("alice", days_ago("told", 2))]
    await home.deliver(several(*bodies), lane="fake:alice")
    await home.new_worker(open_recording=open_recording).drain()
    assert (await runs_of(home, alice), await runs_of(home, bob)) == ({"fake:told"}, {"fake:there"})
    state, note = await note_of(home, 1)
    assert (state, note.partition(":")[0]) == ("done", "3 of 5 items")
    assert {"fake no longer has this", "rejected: this is no FIT file"} < set(note.partition(": ")[2].split("; "))
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 0, "done": 1}


async def test_many_items_of_which_none_can_be_used_are_dead(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors |= {"1": [GiveUp("gone")], "2": [GiveUp("gone")]}
    await home.deliver(several(pointed("alice", "1"), pointed("alice", "2")))
    await home.worker.drain()
    assert await note_of(home, 1) == ("dead", "2 of 2 items: gone")


async def test_one_pointer_that_must_wait_holds_up_its_athlete_alone(home: House) -> None:
    """Nobody else waits, nothing is fetched twice, and what follows of that athlete stays behind it."""
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    home.platform.errors["2"] = [TryLater("busy", after=timedelta(minutes=15))]
    home.platform.there |= {name: days_ago(name, 9 - int(name)) for name in "1234"}
    bodies = [*(pointed("alice", name) for name in "123"), said("alice", days_ago("5", 1)), pointed("bob", "4")]
    await home.deliver(several(*bodies), lane="fake:alice")
    await home.worker.drain()
    assert (await runs_of(home, alice), await runs_of(home, bob)) == ({"fake:1"}, {"fake:4"})
    assert await note_of(home, 1) == ("done", "3 of 5 items come again")
    waiting = (await home.store.inbox.find("waiting")).items[::-1]
    assert [(one.note, one.delays) for one in waiting[:2]] == [
        ("busy", 1),
        ("behind an earlier item of this athlete's", 0),
    ]
    assert waiting[0].not_before == NOON + timedelta(minutes=15)
    assert {one.delivery.received_at for one in waiting} == {NOON}

    home.clock.forward(minutes=16)
    assert await home.worker.drain() == 3
    assert sorted(home.platform.fetched) == ["1", "2", "2", "3", "4"]
    kept = await home.store.history.state(alice)
    assert kept is not None
    assert [session.key for session in kept.state.sessions] == ["fake:1", "fake:2", "fake:3", "fake:5"]


async def test_what_comes_again_is_given_up_after_days_as_anything_else(home: House) -> None:
    await home.move_in("Alice")
    home.platform.there["1"] = days_ago("1", 3)
    home.platform.errors["2"] = [TryLater("down") for _ in range(50)]
    await home.deliver(several(pointed("alice", "1"), pointed("alice", "2")))
    for _ in range(30):
        await home.worker.drain()
        home.clock.forward(hours=6)
    assert await note_of(home, 1) == ("done", "1 of 2 items come again")
    assert await note_of(home, 2) == ("dead", "gave up after 3 days: down")
    assert home.platform.fetched.count("1") == 1
    assert 10 < home.platform.fetched.count("2") < 20


async def test_where_all_items_must_wait_the_delivery_itself_waits(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors["1"] = [TryLater("busy")]
    home.platform.there |= {name: days_ago(name, 3) for name in "12"}
    await home.deliver(several(pointed("alice", "1"), pointed("alice", "2")), lane="fake:alice")
    await home.worker.drain()
    assert await note_of(home, 1) == ("waiting", "busy")
    home.clock.forward(minutes=1)
    await home.worker.drain()
    assert await note_of(home, 1) == ("done", "")


async def test_a_departure_does_not_wait_for_what_fails_before_it(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors["1"] = [TryLater("busy")]
    await home.deliver(several(pointed("alice", "1"), b'{"owner": "alice", "revoked": true}'))
    await home.worker.drain()
    kept = await home.store.athletes.connection("fake", "alice")
    assert kept is not None
    assert kept.state == "revoked"


async def test_a_plugins_fault_over_one_item_is_tried_three_times_alone(home: House) -> None:
    alice = await home.move_in("Alice")
    home.platform.errors["1"] = [KeyError("secret") for _ in range(9)]
    await home.deliver(several(said("alice", days_ago("0", 2)), pointed("alice", "1")))
    for _ in range(4):
        await home.worker.drain()
        home.clock.forward(seconds=20)
    assert await runs_of(home, alice) == {"fake:0"}
    assert await note_of(home, 2) == ("dead", "quarantined after 3 tries: KeyError in fetch")
    assert len(home.platform.fetched) == 4


async def test_what_cannot_be_judged_is_taken_apart_and_only_that_is_dead(home: House) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    async with home.store.write() as tx:
        await tx.execute(
            text("UPDATE athlete SET profile = replace(profile, '\"UTC\"', '\"Nowhere/Here\"') WHERE id = :id"),
            {"id": alice},
        )
    vast = said("bob", replace(days_ago("vast", 3), climb_m=2**70))
    bodies = [said(owner, days_ago(owner, 2)) for owner in ("alice", "bob")]
    await home.deliver(several(*bodies, vast), lane="fake:alice")
    for _ in range(6):
        await home.worker.drain()
        home.clock.forward(seconds=20)
    assert await runs_of(home, bob) == {"fake:bob"}
    state, note = await note_of(home, 1)
    assert state == "done"
    assert note.startswith("taken apart after 3 tries: ")
    assert note.endswith("; 3 of 3 items come again")
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 2, "done": 2}


def test_an_item_that_cannot_be_kept_alone_is_named_and_not_met_for_ever() -> None:
    row = Waiting(1, "", Delivery("fake", "POST", "", {}, {}, b"", NOON), 3, 0, 1)
    bad, good = (Inline("alice", days_ago(key, 2)) for key in ("\ud800", "good"))
    job = Job(row, [bad, good])
    assert take_apart(job)
    assert [left.item for left in job.left] == [good]
    assert job.note == "1 of 2 items: it holds a value that cannot be kept; 1 of 2 items come again"
    assert not take_apart(Job(row, [bad, bad]))
    assert not take_apart(Job(row, [good]))
    assert not take_apart(Job(row, [good, Revoked("alice")]))


async def test_strangers_among_many_are_told_with_the_rest(home: House) -> None:
    await home.move_in("Alice")
    home.platform.errors["1"] = [GiveUp("gone")]
    await home.deliver(
        several(said("nobody", days_ago("0", 2)), said("alice", days_ago("2", 2)), pointed("alice", "1"))
    )
    await home.worker.drain()
    assert await note_of(home, 1) == ("stray", "1 of 2 for nobody we know; 1 of 3 items: gone")


class Filed(FakePlatform):
    """Every body is a device's file of Alice's."""

    def read(self, delivery: Delivery) -> Sequence[Item]:
        return [Recorded("alice", Recording("files:1", delivery.body, several=True))]


async def test_a_file_is_not_kept_once_it_was_used(home: House) -> None:
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "files", "alice", NOON)

    async def open_recording(one: Recording) -> Opened:
        if one.body == b"broken":
            raise Rejected("this is no FIT file")
        return Opened((days_ago("7", 2),))

    home.platforms = {"files": Filed()}
    worker = home.new_worker(open_recording=open_recording)
    for body in (b"a run with its places", b"broken"):
        await home.deliver(body, platform="files")
    await worker.drain()
    used, broken = [await home.store.inbox.get(number) for number in (1, 2)]
    assert used is not None
    assert broken is not None
    assert (used.state, used.delivery.body, used.size) == ("done", b"", 21)
    assert (broken.state, broken.delivery.body) == ("dead", b"broken")
    async with home.store.read() as tx:
        bodies = (await tx.execute(text("SELECT body FROM inbox"))).scalars().all()
    assert not any(b"places" in body for body in bodies)


async def test_no_more_is_in_hand_than_memory_has_room_for(home: House) -> None:
    """Forty device files, four of which fill the hand: never more than that are held, and all come to their end."""
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "files", "alice", NOON)
    in_hand: list[int] = []

    async def open_recording(one: Recording) -> Opened:
        in_hand.append(worker.bytes_in_hand)
        return Opened((days_ago(str(len(in_hand)), 2),))

    home.platforms = {"files": Filed()}
    worker = home.new_worker(open_recording=open_recording, bytes_in_work=400_000)
    for n in range(40):
        await home.deliver(b"%d" % n + b"x" * 100_000, platform="files")
    assert await worker.drain() == 40
    assert 0 < max(in_hand) <= 400_000 + 100_002


async def test_revoked_wipes_the_tokens(home: House) -> None:
    await home.move_in("Alice")
    await home.deliver(b'{"owner": "alice", "revoked": true}')
    await home.worker.drain()
    kept = await home.store.athletes.connection("fake", "alice")
    assert kept is not None
    assert kept.state == "revoked"
    await home.deliver(said("alice", run("1", NOON)))
    await home.worker.drain()
    assert (await note_of(home, 2))[0] == "stray"


async def a_nudge(home: House, name: str = "Alice") -> str:
    """Alice trained, ran far too far, and has a nudge waiting."""
    who = await home.move_in(name)
    await train(home, name.lower())
    await home.deliver(said(name.lower(), run("big", NOON - timedelta(hours=2), 11)))
    await home.worker.drain()
    return who


async def test_stop_silences_at_once_and_start_speaks_again(home: House) -> None:
    alice = await a_nudge(home)
    await home.deliver(b'{"from": "+15550100000", "text": "Stop."}', platform="channel:sms")
    await home.worker.drain()
    [spoken] = (await nudges(home, alice)).items
    assert (spoken.state, spoken.reason) == ("void", "the athlete wrote STOP")
    [place] = await home.store.addresses.of(alice)
    assert place.stopped_at == NOON
    await home.deliver(b'{"from": "+15550100000", "text": "x", "opt_out": "START"}', platform="channel:sms")
    await home.worker.drain()
    [place] = await home.store.addresses.of(alice)
    assert place.stopped_at is None
    lines = (await home.store.keys.find_audit()).items
    assert [line.action for line in lines] == ["address.start", "address.stop"]


async def test_mute_and_ok_answer_the_last_message(home: House) -> None:
    alice = await a_nudge(home)
    home.clock.forward(days=1)
    async with home.store.write() as tx:
        [spoken] = (await nudges(home, alice)).items
        await tx.execute(text("UPDATE nudge SET state = 'taken'"))
        await home.store.post.settle(tx, [(spoken.nudge, End("sent"))], home.clock())
    async with home.store.read() as tx:
        said_before = await home.store.outbox.said(tx, [alice], NOON - timedelta(days=1))
    assert said_before[alice][0].answered is False

    await home.deliver(b'{"from": "+15550100000", "text": "OK"}', platform="channel:sms")
    await home.deliver(b'{"from": "+15550100000", "text": "mute"}', platform="channel:sms")
    await home.deliver(b'{"from": "+15550100000", "text": "MUTE R02"}', platform="channel:sms")
    await home.worker.drain()
    async with home.store.read() as tx:
        said_since = await home.store.outbox.said(tx, [alice], NOON - timedelta(days=1))
    assert said_since[alice][0].answered is True
    athlete = await home.store.athletes.get(alice)
    assert athlete is not None
    assert athlete.preferences.mute == (*spoken.nudge.rules, "R02")


async def test_receipts_move_a_nudge_forward_only(home: House) -> None:
    alice = await a_nudge(home)
    home.clock.forward(days=1)
    async with home.store.write() as tx:
        [spoken] = (await nudges(home, alice)).items
        await tx.execute(text("UPDATE nudge SET state = 'taken'"))
    for state in ("sent", "delivered", "sent"):
        body = msgspec.json.encode({"nudge": spoken.nudge.id, "state": state, "sid": "SM1"})
        await home.deliver(body, platform="channel:sms")
    await home.worker.drain()
    [spoken] = (await nudges(home, alice)).items
    assert (spoken.state, spoken.provider_id, spoken.sent_at) == ("delivered", "SM1", home.clock())


async def test_a_receipt_can_say_that_the_address_is_dead(home: House) -> None:
    alice = await a_nudge(home)
    [spoken] = (await nudges(home, alice)).items
    body = {"nudge": spoken.nudge.id, "state": "failed", "reason": "30006 landline", "dead": True}
    await home.deliver(msgspec.json.encode(body), platform="channel:sms")
    await home.worker.drain()
    [place] = await home.store.addresses.of(alice)
    assert place.disabled_reason == "30006 landline"
    [spoken] = (await nudges(home, alice)).items
    assert spoken.state == "failed"


async def test_without_an_address_the_silence_has_a_reason(home: House) -> None:
    alice = await home.move_in("Alice")
    [place] = await home.store.addresses.of(alice)
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, place, NOON)
    await train(home, "alice")
    await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 11)))
    await home.worker.drain()
    assert (await nudges(home, alice)).items == []
    reasons = {one.reason for one in (await home.store.outbox.find_held(alice)).items if one.activity == "fake:big"}
    assert reasons == {"stopped"}


async def test_a_stop_in_the_middle_loses_nothing(home: House) -> None:
    alice = await home.move_in("Alice")
    home.platform.hangs = True
    home.platform.there["1"] = run("1", NOON - timedelta(days=3))
    await home.deliver(pointed("alice", "1"), lane="fake:alice")
    stop = asyncio.Event()
    running = asyncio.ensure_future(home.worker.run(stop))
    for n in range(150):
        await home.deliver(said("alice", run(f"n{n}", NOON - timedelta(days=200 - n))), lane="")
    await asyncio.sleep(0.05)
    stop.set()
    home.store.bell.set()
    await asyncio.wait_for(running, 5)
    pointer = await home.store.inbox.get(1)
    assert pointer is not None
    assert (pointer.state, pointer.attempts) == ("waiting", 0)

    home.platform.hangs = False
    await home.new_worker().drain()
    assert (await home.store.inbox.counts())["done"] == 151
    assert len((await home.store.history.find_activities(alice, limit=500)).items) == 151


CRASHES = """
import asyncio, sys
from house import SECRET, House
from twinge.store import Store

async def main(url):
    home = House(await Store.open(url, secret=SECRET))
    await home.worker.drain()
    await home.store.close()

asyncio.run(main(sys.argv[1]))
"""


async def test_what_crashes_the_process_is_set_aside_and_the_innocent_go_on(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.move_in("Alice")
        for n in range(5):
            body = b'{"do": "exit"}' if n == 2 else said("alice", run(str(n), NOON - timedelta(days=9 - n)))
            await home.deliver(body, lane="fake:alice")
    codes = []
    for _ in range(4):
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        command = [sys.executable, "-c", CRASHES, url_of(tmp_path)]
        codes.append((await asyncio.to_thread(subprocess.run, command, env=env, check=False)).returncode)
    assert codes == [9, 9, 9, 0]
    async with house(tmp_path) as home:
        assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 1, "done": 4}
        assert await note_of(home, 3) == ("dead", "crashed three times")


@pytest.mark.only("sqlite")
async def test_a_full_disk_stops_the_worker_and_nothing_is_lost(home: House) -> None:
    alice = await home.move_in("Alice")
    for n in range(30):
        await home.deliver(said("alice", run(str(n), NOON - timedelta(days=60 - n))))
    raw = home.store._engines.beneath
    pages = await raw(lambda file: file.execute("PRAGMA page_count").fetchone()[0])
    await raw(lambda file: file.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone())
    stop = asyncio.Event()
    running = asyncio.ensure_future(home.worker.run(stop))
    await asyncio.sleep(0.3)
    await raw(lambda file: file.execute("PRAGMA max_page_count = 1000000").fetchone())
    home.store.bell.set()
    for _ in range(100):
        await asyncio.sleep(0.03)
        if (await home.store.inbox.counts())["done"] == 30:
            break
    stop.set()
    await running
    assert (await home.store.inbox.counts())["done"] == 30
    assert len((await home.store.history.find_activities(alice)).items) == 30


async def test_a_night_that_is_told_after_the_run_is_spoken_about(home: House) -> None:
    """The watch syncs its sleep at nine, the hard run was at half past six."""
    alice = await home.move_in("Alice")
    nights = [Wellness(f"fake:w{n}", NOON.date() - timedelta(days=n), sleep_h=5.0, version=1) for n in range(7)]
    for night in nights[1:3]:
        await home.deliver(said("alice", night), lane="fake:alice")
    hard = replace(run("1", NOON - timedelta(hours=3), 8), rpe=8)
    await home.deliver(said("alice", hard), lane="fake:alice")
    await home.worker.drain()
    assert (await home.store.outbox.find_nudges(alice)).items == []
    for night in nights:
        await home.deliver(said("alice", night), lane="fake:alice")
    await home.worker.drain()
    [spoken] = (await home.store.outbox.find_nudges(alice)).items
    assert (spoken.nudge.rules, spoken.nudge.activity) == (("R05",), "fake:1")


async def test_when_one_of_two_recordings_is_deleted_the_other_speaks(home: House) -> None:
    alice = await home.move_in("Alice")
    for days in (40, 30, 20, 10):
        await home.deliver(said("alice", run(f"h{days}", NOON - timedelta(days=days), 8)), lane="fake:alice")
    watch = replace(run("x", NOON - timedelta(hours=2), 14), avg_hr=140)
    phone = replace(watch, key="phone:x", avg_hr=None)
    for record in (watch, phone):
        await home.deliver(said("alice", record), lane="fake:alice")
    await home.worker.drain()
    await home.deliver(said("alice", Removed("fake:x", 2)), lane="fake:alice")
    await home.worker.drain()
    spoken = {one.nudge.activity: one.state for one in (await home.store.outbox.find_nudges(alice)).items}
    assert spoken == {"fake:x": "void", "phone:x": "waiting"}


async def test_a_new_pack_says_nothing_about_what_is_past(home: House) -> None:
    """Under stricter limits yesterday's run would have been a spike: it is found, and nobody is told."""
    alice = await home.move_in("Alice")
    for days in (40, 30, 20, 10):
        await home.deliver(said("alice", run(f"h{days}", NOON - timedelta(days=days), 10)), lane="fake:alice")
    await home.deliver(said("alice", run("far", NOON - timedelta(hours=20), 11)), lane="fake:alice")
    await home.worker.drain()
    strict = replace(STANDARD, version="strict", l01=replace(STANDARD.l01, small=105, floor_m=500))
    stricter = home.new_worker(pack=strict)
    await home.deliver(said("alice", run("next", NOON - timedelta(hours=1), 5)), lane="fake:alice")
    await stricter.drain()
    found = {one.activity for one in (await home.store.history.find_findings(alice)).items if one.rule == "L01"}
    assert (found, (await home.store.outbox.find_nudges(alice)).items) == ({"fake:far"}, [])
