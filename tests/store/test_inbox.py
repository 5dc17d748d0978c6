"""The inbox keeps what it acknowledged, once, and hands it out by the law of lanes and suspects."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from fakes import NOON
from house import House, url_of
from twinge.core.model import Preferences
from twinge.plugin import Delivery, TryLater
from twinge.store import Store, schema


def call(body: bytes = b"{}", **headers: str) -> Delivery:
    return Delivery("fake", "POST", "tail", {"q": "1"}, headers, body, NOON, url="https://t.example/hooks/fake")


async def test_many_puts_share_few_commits(home: House) -> None:
    commits = 0
    original = home.store.inbox._groups._commit

    async def counted(rows: object) -> object:
        nonlocal commits
        commits += 1
        return await original(rows)  # type: ignore[arg-type]

    home.store.inbox._groups._commit = counted  # type: ignore[assignment]
    fresh = await asyncio.gather(*(home.store.inbox.put(call(), f"k{n}") for n in range(200)))
    assert fresh == [True] * 200
    assert commits <= 3
    assert (await home.store.inbox.counts())["waiting"] == 200


async def test_a_delivery_seen_before_is_not_kept_twice(home: House) -> None:
    first = await asyncio.gather(*(home.store.inbox.put(call(), "same") for _ in range(5)))
    assert sorted(first) == [False, False, False, False, True]
    assert await home.store.inbox.put(call(b"other text"), "same") is False
    assert (await home.store.inbox.counts())["waiting"] == 1


async def test_a_delivery_comes_back_as_it_was_without_its_credentials(home: House) -> None:
    await home.store.inbox.put(call(b"\x00\xff", authorization="Bearer secret", **{"x-kind": "a"}), "k")
    [row] = await home.store.inbox.claim(NOON)
    assert row.delivery == call(b"\x00\xff", **{"x-kind": "a"})


async def test_a_caller_that_hangs_up_does_not_hurt_its_group(home: House) -> None:
    puts = [asyncio.ensure_future(home.store.inbox.put(call(), f"k{n}")) for n in range(10)]
    await asyncio.sleep(0)
    puts[3].cancel()
    done = await asyncio.gather(*puts, return_exceptions=True)
    assert [one for one in done if one is True] == [True] * 9
    assert (await home.store.inbox.counts())["waiting"] == 10


@pytest.mark.only("sqlite")
async def test_a_full_disk_refuses_and_recovers_by_itself(home: House) -> None:
    store = home.store
    await store.inbox.put(call(), "before")
    async with store.write() as tx:
        pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
    await store._engines.beneath(lambda raw: raw.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone())
    big = call(b"x" * 60_000)
    refused = await asyncio.gather(*(store.inbox.put(big, f"big{n}") for n in range(3)), return_exceptions=True)
    assert all(isinstance(one, TryLater) for one in refused)
    assert (await store.inbox.counts())["waiting"] == 1
    assert store.inbox.trouble == "database or disk is full"

    await store._engines.beneath(lambda raw: raw.execute("PRAGMA max_page_count = 1000000").fetchone())
    await store.ready()
    assert not store.inbox.trouble
    assert await store.inbox.put(big, "big0") is True


@pytest.mark.only("sqlite")
async def test_a_database_that_another_program_locks_is_waited_for_or_refused(home: House, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "twinge.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await home.store._engines.beneath(lambda raw: raw.execute("PRAGMA busy_timeout = 50").fetchone())
    with pytest.raises(TryLater, match="locked"):
        await home.store.inbox.put(call(), "k")
    other.execute("ROLLBACK")
    other.close()
    assert await home.store.inbox.put(call(), "k") is True


@pytest.mark.only("sqlite")
async def test_read_then_write_at_once_loses_no_update(home: House) -> None:
    alice = await home.move_in("Alice")

    async def grow() -> None:
        async with home.store.write() as tx:
            found = (await tx.execute(text("SELECT revision FROM athlete"))).scalar_one()
            await asyncio.sleep(0)
            await tx.execute(text("UPDATE athlete SET revision = :n"), {"n": found + 1})

    await asyncio.gather(*(grow() for _ in range(40)))
    async with home.store.read() as tx:
        rows = (await tx.execute(text("SELECT id, revision FROM athlete"))).all()
    assert [tuple(row) for row in rows] == [(alice, 40)]


async def test_an_athlete_who_was_loaded_to_be_changed_stays_as_they_are(home: House) -> None:
    alice = await home.move_in("Alice", Preferences(delay_min=0))

    async def grow() -> None:
        async with home.store.write() as tx:
            one = (await home.store.athletes.load(tx, [alice]))[alice]
            await asyncio.sleep(0)
            wishes = replace(one.preferences, delay_min=one.preferences.delay_min + 1)
            await home.store.athletes.update(tx, replace(one, preferences=wishes))

    await asyncio.gather(*(grow() for _ in range(40)))
    grown = await home.store.athletes.get(alice)
    assert grown is not None
    assert grown.preferences.delay_min == 40


async def test_claims_come_in_order_and_are_counted(home: House) -> None:
    for n in range(5):
        await home.store.inbox.put(call(), f"k{n}")
    rows = await home.store.inbox.claim(NOON, 3)
    assert [row.id for row in rows] == [1, 2, 3]
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert [row.id for row in await home.store.inbox.claim(NOON, 9, rows)] == [4, 5]


@pytest.mark.parametrize(
    ("most", "claims"),
    [(10, [[1], [2], [3, 4], [5]]), (230_000, [[1, 2], [3, 4, 5]]), (1_000_000, [[1, 2, 3, 4, 5]])],
)
async def test_a_claim_is_bounded_by_bytes_and_never_empty(home: House, most: int, claims: list[list[int]]) -> None:
    """Short bodies come with their rows, longer ones by themselves: each is the one that was put."""
    bodies = [b"a" * 70_000, b"b" * 160_000, b"c" * 4, b"d" * 6, b"e" * 100_000]
    for n, body in enumerate(bodies):
        await home.store.inbox.put(call(body), f"k{n}")
    for wanted in claims:
        rows = await home.store.inbox.claim(NOON, most=most)
        assert [row.id for row in rows] == wanted
        assert [row.delivery.body for row in rows] == [bodies[row.id - 1] for row in rows]
        async with home.store.write() as tx:
            await home.store.inbox.put_down(tx, rows)
            await home.store.inbox.settle(tx, [(row.id, "done", "") for row in rows], NOON)


async def test_what_did_not_fit_is_not_counted_as_tried(home: House) -> None:
    for n in range(3):
        await home.store.inbox.put(call(b"x" * 100), f"k{n}")
    first = await home.store.inbox.claim(NOON, most=150)
    rest = await home.store.inbox.claim(NOON, 9, first)
    assert [(row.id, row.attempts) for row in [*first, *rest]] == [(1, 1), (2, 1), (3, 1)]


async def test_a_used_body_can_be_deleted_and_is_still_told(home: House) -> None:
    body = b"a file with its places"
    files = replace(call(body), platform="files")
    await home.store.inbox.put(files, "k")
    rows = await home.store.inbox.claim(NOON)
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, rows)
        await home.store.inbox.settle(tx, [(1, "done", "")], NOON)
        await home.store.inbox.empty(tx, rows)
    kept = await home.store.inbox.get(1)
    assert kept is not None
    assert (kept.delivery.body, kept.size, kept.emptied) == (b"", len(body), True)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert kept.delivery.headers["content-digest"] == f"sha-256=:{digest}:"
    assert (kept.delivery.query, kept.delivery.url) == (files.query, files.url)
    assert await home.store.inbox.replay(1, NOON) is False
    assert await home.store.inbox.put(files, "k") is False


async def test_what_is_put_back_waits_its_turn_in_its_lane(home: House) -> None:
    later = NOON + timedelta(minutes=5)
    async with home.store.write() as tx:
        for n, at in enumerate((later, NOON)):
            await home.store.inbox.put_back(tx, call(b"%d" % n), "fake:bob", at, delays=1, note="busy")
    assert await home.store.inbox.claim(NOON) == []
    rows = await home.store.inbox.claim(later)
    assert [(row.delivery.body, row.delays, row.attempts) for row in rows] == [(b"0", 1, 1), (b"1", 1, 1)]


async def test_a_row_that_was_claimed_before_comes_alone_and_only_three_times(home: House) -> None:
    for n in range(3):
        await home.store.inbox.put(call(), f"k{n}")
    first, *others = await home.store.inbox.claim(NOON)
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, others)

    for attempt in (2, 3):
        [again] = await home.store.inbox.claim(NOON)
        assert (again.id, again.attempts) == (first.id, attempt)
    assert [row.id for row in await home.store.inbox.claim(NOON)] == [2, 3]
    kept = await home.store.inbox.get(first.id)
    assert kept is not None
    assert (kept.state, kept.note) == ("dead", "crashed three times")


async def test_a_suspect_waits_until_nothing_else_is_in_work(home: House) -> None:
    await home.store.inbox.put(call(), "innocent", "fake:bob")
    [innocent] = await home.store.inbox.claim(NOON)
    await home.store.inbox.put(call(), "suspect")
    await home.store.inbox.claim(NOON, 9, [innocent])
    assert await home.store.inbox.claim(NOON, 9, [innocent]) == []
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, [innocent])
        await home.store.inbox.settle(tx, [(innocent.id, "done", "")], NOON)
    assert [row.attempts for row in await home.store.inbox.claim(NOON)] == [2]


async def test_a_postponed_row_holds_its_lane_and_no_other(home: House) -> None:
    for n, lane in enumerate(["fake:alice", "fake:alice", "fake:bob", "", ""]):
        await home.store.inbox.put(call(), f"k{n}", lane)
    rows = await home.store.inbox.claim(NOON)
    later = NOON + timedelta(minutes=5)
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, rows)
        await home.store.inbox.postpone(tx, 1, later, "busy", delays=1)
        await home.store.inbox.postpone(tx, 4, later, "busy", delays=1)
    rows = await home.store.inbox.claim(NOON)
    assert [row.id for row in rows] == [3, 5]
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, rows)
        await home.store.inbox.settle(tx, [(3, "done", ""), (5, "done", "")], NOON)
    assert [row.id for row in await home.store.inbox.claim(later)] == [1, 2, 4]


async def test_a_dead_letter_can_be_found_and_replayed(home: House) -> None:
    await home.store.inbox.put(call(), "k")
    rows = await home.store.inbox.claim(NOON)
    async with home.store.write() as tx:
        await home.store.inbox.put_down(tx, rows)
        await home.store.inbox.settle(tx, [(1, "dead", "no such field")], NOON)
    [dead] = (await home.store.inbox.find("dead")).items
    assert dead.note == "no such field"
    assert await home.store.inbox.replay(dead.id, NOON) is True
    assert await home.store.inbox.replay(dead.id, NOON) is False
    [again] = await home.store.inbox.claim(NOON)
    assert again.attempts == 1


async def test_pages_go_through_all_rows_once(home: House) -> None:
    for n in range(7):
        await home.store.inbox.put(call(), f"k{n}")
    seen: list[int] = []
    cursor: str | None = None
    while True:
        part = await home.store.inbox.find("waiting", "fake", cursor, 3)
        seen += [one.id for one in part.items]
        cursor = part.next
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


CHILD = """
import asyncio, itertools, sys
from datetime import datetime, UTC
from twinge.plugin import Delivery
from twinge.store import Store

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

async def main(url, mark):
    store = await Store.open(url, secret=b"x" * 32)
    async def client(n):
        for k in itertools.count():
            key = f"{mark}-{n}-{k}"
            await store.inbox.put(Delivery("fake", "POST", "", {}, {}, b"x" * 500, NOON), key)
            print(key, flush=True)
    await asyncio.gather(*(client(n) for n in range(16)))

asyncio.run(main(*sys.argv[1:]))
"""


def _put_until_killed(url: str, mark: str) -> set[str]:
    """The keys that the child said were durable."""
    with subprocess.Popen([sys.executable, "-c", CHILD, url, mark], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(60)]
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.readlines()
    return {line.strip() for line in lines if line.endswith("\n")}


async def test_a_killed_process_loses_nothing_it_acknowledged(tmp_path: Path, database: str) -> None:
    url = url_of(tmp_path)
    await asyncio.to_thread(schema.upgrade, url)
    acknowledged: set[str] = set()
    for mark in ("a", "b", "c"):
        acknowledged |= await asyncio.to_thread(_put_until_killed, url, mark)
    assert len(acknowledged) >= 180
    store = await Store.open(url, secret=b"x" * 32)
    async with store.read() as tx:
        kept = {row.key for row in await tx.execute(text("SELECT key FROM inbox"))}
        whole = (await tx.execute(text("PRAGMA integrity_check"))).scalar_one() if database == "sqlite" else "ok"
    await store.close()
    assert acknowledged - kept == set()
    assert whole == "ok"
