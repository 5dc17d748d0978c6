"""What is kept how long: by kind, by source, in batches; and what a platform's departure leaves behind in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fakes import NOON, FakePlatform, FakeTokens, run, said, several
from house import House, house
from outbox import queue
from twinge.connections import Rounds
from twinge.core.model import Finding, Held, Report, Severity, Wellness
from twinge.keep import KINDS, NEEDED, Choice, Rule, read_choice, rules
from twinge.store.retention import PARTS
from twinge.store.tables import report


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


def rounds_of(home: House, keep: str = "", platform: FakePlatform | None = None) -> Rounds:
    nothing: Any = None
    platforms = {"fake": platform or home.platform}
    return Rounds(home.store, platforms, home.channels, FakeTokens(), home.clock, nothing, keep=read_choice(keep))


# ---- the choice ------------------------------------------------------------------------------------------------------


def test_a_choice_names_kinds_and_sources() -> None:
    assert read_choice("") == {}
    wanted = {("findings", ""): 400, ("deliveries", "channel:twilio"): 7, ("audit", ""): None}
    assert read_choice(" findings=400, deliveries.channel:twilio = 7 ,audit=forever") == wanted


WRONG = "everything=3 findings findings= findings=-1 findings=1.5 activities=399 findings.fake=400 nudges=99 nudges=٤٠٠"


@pytest.mark.parametrize("text", [*WRONG.split(), "audit=90, audit=91"])
def test_a_choice_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_choice(text)


def test_a_vendors_terms_hold_where_they_ask_for_less() -> None:
    choice: Choice = {("deliveries", ""): 20, ("deliveries", "fake"): 3}
    made = rules(choice, {"fake": 7, "strava": 7})
    assert Rule("deliveries", "fake", (), 3) in made
    assert Rule("deliveries", "strava", (), 7) in made
    assert Rule("deliveries", "", ("fake", "strava"), 20) in made
    assert Rule("activities", "strava", (), NEEDED) in made


def test_every_kind_has_its_tables() -> None:
    assert set(PARTS) == {kind.name for kind in KINDS}


# ---- by night --------------------------------------------------------------------------------------------------------


async def fill(home: House) -> str:
    """Alice with one of everything, told at noon."""
    alice = await home.move_in("Alice")
    await home.deliver(said("alice", run("1", NOON)), lane="fake:alice")
    await home.deliver(said("nobody", run("2", NOON)), lane="fake:nobody")
    await home.deliver(b'{"owner": "alice", "do": "reject"}', lane="fake:alice")
    await home.worker.drain()
    async with home.store.write() as tx:
        store = home.store
        await store.history.put_activity(tx, alice, replace(run("x", NOON), key="other:x"))
        await store.mornings.put(tx, [(alice, Wellness("fake:m", date(2026, 5, 4), resting_hr=50))])
        await store.reports.put(tx, [(alice, Report("fake:r", NOON, pain=3))])
        await store.history.add_findings(tx, [(alice, Finding("L01", Severity.REST, 1, NOON, "fake:1", {}))])
        await store.outbox.hold(tx, [Held(alice, ("L01",), Severity.REST, "quiet", NOON, "fake:1", {})])
        await store.visits.invite(tx, alice, NOON, lasts=timedelta(hours=1))
        await store.audit(tx, NOON, "key:1", "x", "y")
    await queue(home)
    await home.sender.drain()
    return alice


async def night(home: House, after: int, keep: str = "") -> int:
    """So many days after noon it is night."""
    home.clock.now = NOON + timedelta(days=after)
    return await rounds_of(home, keep).purge()


async def test_each_kind_goes_when_its_days_are_over(home: House) -> None:
    alice = await fill(home)
    await night(home, 29)
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 1, "dead": 1, "done": 1}
    await night(home, 31)
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 1, "done": 0}
    await night(home, 91)
    assert (await home.store.inbox.counts())["dead"] == 0
    await night(home, 401)
    assert (await home.store.outbox.find_held(alice)).items == []
    assert (await home.store.outbox.find_nudges(alice)).items == []
    assert len((await home.store.history.find_findings(alice)).items) == 1
    await night(home, 731)
    assert (await home.store.keys.find_audit()).items == []
    await night(home, 801)
    assert (await home.store.history.find_findings(alice)).items == []
    assert len((await home.store.history.find_activities(alice)).items) == 2
    assert len((await home.store.mornings.find(alice)).items) == 1
    assert len((await home.store.reports.find(alice)).items) == 1


async def test_one_source_may_have_days_of_its_own(home: House) -> None:
    alice = await fill(home)
    keep = "activities.fake=400, deliveries.fake=5, strays=forever, mornings.fake=400, reports=400"
    await night(home, 6, keep)
    assert await home.store.inbox.counts() == {"waiting": 0, "stray": 1, "dead": 1, "done": 0}
    await night(home, 402, keep)
    assert [one.activity.key for one in (await home.store.history.find_activities(alice)).items] == ["other:x"]
    assert (await home.store.history.find_findings(alice)).items == []
    assert (await home.store.mornings.find(alice)).items == []
    assert (await home.store.reports.find(alice)).items == []


async def test_what_waits_is_never_too_old(home: House) -> None:
    await queue(home)
    await home.deliver(said("alice", run("1", NOON)))
    await night(home, 2000)
    assert (await home.store.inbox.counts())["waiting"] == 1
    assert (await home.store.outbox.counts())["waiting"] == 1


async def test_a_dry_run_counts_what_a_night_then_deletes(home: House) -> None:
    await fill(home)
    home.clock.now = NOON + timedelta(days=500)
    made = rules({})
    told = sum([await home.store.retention.count(rule, home.clock()) for rule in made])
    # The night's own mark among the runs is not among them yet.
    assert told == await rounds_of(home).purge() > 0
    assert sum([await home.store.retention.count(rule, home.clock()) for rule in made]) == 0


async def test_a_long_table_goes_in_batches(home: House) -> None:
    alice = await home.move_in("Alice")
    found = [Finding("L01", Severity.REST, 1, NOON, f"fake:{n}", {}) for n in range(1_201)]
    async with home.store.write() as tx:
        await home.store.history.add_findings(tx, [(alice, one) for one in found])
    assert await night(home, 801) >= 1_201
    assert (await home.store.history.find_findings(alice)).items == []


async def test_what_was_written_of_somebody_who_is_not_here_goes(home: House) -> None:
    """A request that was under way while its athlete was erased."""
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        await home.store.addresses.add(tx, "nobody-here", "sms", "+15550199999", None, verified_at=NOON)
    await night(home, 1)
    async with home.store.read() as tx:
        assert await home.store.addresses.all_of(tx, "nobody-here") == []
        assert len(await home.store.addresses.all_of(tx, alice)) == 1


# ---- a departure at the platform -------------------------------------------------------------------------------------


class Strict(FakePlatform):
    """Its terms want everything gone within 48 hours of a departure."""

    capabilities = replace(FakePlatform.capabilities, forget_h=48)


@pytest.mark.only("sqlite")  # it reads the files
async def test_a_deauthorisation_leaves_nothing_after_48_hours(home: House, tmp_path: Path) -> None:
    """A year of training, then the athlete takes the permission back; the clock goes on hour by hour."""
    words = "a sore left knee since the marathon"
    await home.move_in("Alice")
    platform = home.platforms["fake"] = Strict()
    worker = home.new_worker()
    for n in range(40):
        await home.deliver(said("alice", run(f"w{n}", NOON - timedelta(days=2 * n))), lane="fake:alice")
    await home.deliver(said("alice", Report("fake:r", NOON, pain=4, text=words)), lane="fake:alice")
    await worker.drain()
    async with home.store.read() as tx:  # sealed: what lies in the file of it
        told = bytes((await tx.execute(select(report.c.blob))).scalar_one())
    assert told in raw(tmp_path)

    await home.deliver(b'{"owner": "alice", "revoked": true}', lane="fake:alice")
    departed = home.clock()
    await worker.drain()
    rounds = rounds_of(home, platform=platform)
    hours = 0
    while told in raw(tmp_path) or b"fake:w1" in raw(tmp_path):
        home.clock.forward(hours=1)
        hours += 1
        assert home.clock() - departed <= timedelta(hours=48), "the terms are broken"
        await rounds.forget()  # what the clock does once an hour
        await worker.drain()  # folds the history anew without what is gone
        await home.store.fold_log()
    assert hours == 1

    late = several(said("alice", run("late", NOON)), said("alice", Report("fake:r2", NOON, text=words)))
    await home.deliver(late, lane="fake:alice")
    await worker.drain()
    await home.store.fold_log()
    assert (await home.store.reports.find(home.people["Alice"])).items == []
    assert (await home.store.inbox.counts())["stray"] == 0


async def test_an_operator_may_have_the_same_of_every_platform(home: House) -> None:
    alice = await home.move_in("Alice")
    await home.deliver(said("alice", run("1", NOON)), lane="fake:alice")
    await home.deliver(b'{"owner": "alice", "revoked": true}', lane="fake:alice")
    await home.worker.drain()
    rounds = rounds_of(home, "ended=30")
    await rounds.forget()
    home.clock.forward(days=29)
    assert await rounds.forget() == 0
    assert len((await home.store.history.find_activities(alice)).items) == 1
    home.clock.forward(days=2)
    assert await rounds.forget() > 0
    assert (await home.store.history.find_activities(alice)).items == []


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("twinge.db*"))
