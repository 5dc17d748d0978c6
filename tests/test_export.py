"""An athlete takes everything along: what is in the zip, what is not and why, and that it is written as it is read."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes import NOON, run, said, several
from house import House, house
from outbox import queue
from twinge.core.model import Report
from twinge.core.pack import STANDARD
from twinge.export import pieces
from twinge.export.contents import LEFT_OUT, LISTINGS, OTHERS, WITHIN
from twinge.export.plain import to_csv
from twinge.plugin import Tokens
from twinge.store.codec import pack_activity
from twinge.store.history import activity_row
from twinge.store.theirs import tables

FORMULA = '=HYPERLINK("http://x.example","left knee, 4 of 10")'


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def packed(home: House, athlete_id: str, *, draws: bool = False) -> list[bytes]:
    athlete = await home.store.athletes.get(athlete_id)
    assert athlete is not None
    made = pieces(home.store, home.platforms, athlete, STANDARD, home.clock(), draws=draws)
    return [piece async for piece in made]


async def opened(home: House, athlete_id: str, **more: Any) -> zipfile.ZipFile:
    found = zipfile.ZipFile(io.BytesIO(b"".join(await packed(home, athlete_id, **more))))
    assert found.testzip() is None
    return found


async def filled(home: House) -> str:
    """Alice with some weeks of runs, a word about her knee, and messages; Bob, who is in one body with her."""
    alice, _ = await home.move_in("Alice"), await home.move_in("Bob")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "acme", "a-7", NOON, tokens=Tokens("token-1", "token-2"))
        await home.store.visits.invite(tx, alice, NOON, lasts=timedelta(hours=1))
    for n in range(10):
        await home.deliver(said("alice", run(f"r{n}", NOON - timedelta(days=30 - 3 * n))), lane="fake:alice")
    await home.deliver(said("alice", Report("fake:t", NOON, pain=4, site="knee", text=FORMULA)), lane="fake:alice")
    both = several(said("alice", run("a", NOON - timedelta(days=1))), said("bob", run("bobs-own", NOON)))
    await home.deliver(both, lane="fake:alice")
    await home.worker.drain()
    await queue(home)
    return alice


def test_every_table_of_an_athlete_is_in_it_or_left_out_for_a_reason() -> None:
    placed = {*LISTINGS, *WITHIN, *LEFT_OUT}
    assert {table.name for table in tables()} == placed
    assert len(placed) == len(LISTINGS) + len(WITHIN) + len(LEFT_OUT)
    assert all(LEFT_OUT.values())


async def test_all_that_is_kept_of_her_is_in_the_zip(home: House) -> None:
    alice = await filled(home)
    found = await opened(home, alice)
    names = set(found.namelist())
    assert names >= {f"{one.file}.{kind}" for one in LISTINGS.values() for kind in ("csv", "json")}
    assert names >= set(OTHERS) - {"past.html", "deliveries/"}
    told = json.loads(found.read("athlete.json"))
    assert told["profile"]["name"] == "Alice"
    assert [one["address"] for one in told["address"]] == ["+15550100000"]
    assert [one["external_id"] for one in told["connection"]] == ["alice", "a-7"]
    assert told["consent"][0]["what"] == "given"
    workouts = json.loads(found.read("activities.json"))
    assert len(workouts) == 11
    assert workouts[0]["distance_m"] == 5000
    assert json.loads(found.read("reports.json"))[0]["text"] == FORMULA
    assert json.loads(found.read("episodes.json"))[0]["site"] == "knee"
    assert json.loads(found.read("nudges.json"))
    everything = b"".join(found.read(name) for name in names)
    assert b"token-1" not in everything
    readme = found.read("README.txt").decode()
    assert all(reason in readme for reason in LEFT_OUT.values())


async def test_bodies_are_as_they_came_and_those_of_two_are_left_out(home: House) -> None:
    found = await opened(home, await filled(home))
    sent = list(csv.DictReader(io.StringIO(found.read("deliveries.csv").decode())))
    assert len(sent) == 12
    assert [row["note"][:8] for row in sent if not row["file"]] == ["may tell"]
    assert found.read(sent[0]["file"]) == said("alice", run("r0", NOON - timedelta(days=30)))
    assert not any(b"bobs-own" in found.read(name) for name in found.namelist())


async def test_no_cell_is_a_formula(home: House) -> None:
    found = await opened(home, await filled(home))
    [row] = csv.DictReader(io.StringIO(found.read("reports.csv").decode()))
    assert row["text"] == f"'{FORMULA}"
    for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        [[shown]] = csv.reader(io.StringIO(to_csv([{"a": cell}], ["a"]).decode(), newline=""))
        assert shown == f"'{cell}"
    assert to_csv([{"a": -3.5}], ["a"]) == b"-3.5\r\n"


async def test_the_page_of_her_past_is_in_it(home: House) -> None:
    found = await opened(home, await filled(home), draws=True)
    page = found.read("past.html").decode()
    assert "Alice" in page
    assert "<svg" in page
    assert "past.html" in found.read("README.txt").decode()


async def test_an_athlete_of_whom_nothing_is_known_gets_a_zip_too(home: House) -> None:
    found = await opened(home, await home.move_in("New"), draws=True)
    assert json.loads(found.read("activities.json")) == []
    assert "past.html" not in found.namelist()


async def test_many_years_come_in_small_pieces(home: House) -> None:
    alice = await home.move_in("Alice")
    for start in range(0, 6_000, 500):
        async with home.store.write() as tx:
            runs = [run(f"{n}", NOON - timedelta(hours=12 * n)) for n in range(start, start + 500)]
            rows = [activity_row(alice, one, pack_activity(one)) for one in runs]
            await home.store.history.save_activities(tx, rows)
    made = await packed(home, alice)
    assert len(made) > 20
    assert max(map(len, made)) < 200_000
    found = zipfile.ZipFile(io.BytesIO(b"".join(made)))
    assert len(json.loads(found.read("activities.json"))) == 6_000
    assert len(found.read("activities.csv").splitlines()) == 6_001


async def test_who_stops_in_the_middle_breaks_nothing(home: House) -> None:
    athlete = await home.store.athletes.get(await filled(home))
    assert athlete is not None
    made = pieces(home.store, home.platforms, athlete, STANDARD, NOON, draws=False)
    assert await anext(made)
    await made.aclose()
    async with home.store.write() as tx:
        await home.store.audit(tx, NOON, "key:1", "still", "here")
