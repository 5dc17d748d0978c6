"""A database moves: every row, once, unchanged, or nothing at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from fakes import NOON, run, said
from house import SECRET, house, url_of
from postgres import Server
from twinge.plugin import Tokens
from twinge.store import Store, Unusable, copying, schema


async def lived_in(folder: Path) -> str:
    """A house with some history; its database."""
    async with house(folder) as home:
        alice = await home.move_in("Alice")
        for n in range(12):
            body = said("alice", run(str(n), NOON - timedelta(days=30 - 2 * n), 5 + n / 2))
            await home.deliver(body, lane="fake:alice")
        await home.worker.drain()
        async with home.store.write() as tx:
            await home.store.athletes.connect(tx, alice, "strava", "77", NOON, tokens=Tokens("access", "refresh"))
    return url_of(folder)


@pytest.mark.only("sqlite")
async def test_there_and_back_everything_is_as_it_was(tmp_path: Path, postgres: Server) -> None:
    source, server = await lived_in(tmp_path), await asyncio.to_thread(postgres.fresh)
    back = f"sqlite+aiosqlite:///{tmp_path / 'back.db'}"
    await asyncio.to_thread(schema.upgrade, back)
    await asyncio.to_thread(copying.check, source, server)
    there = await copying.copy(source, server)
    assert there == await copying.copy(server, back)
    assert {one.table: one.rows for one in there}["activity"] == 12
    store = await Store.open(server, secret=SECRET)
    connection = await store.athletes.connection("strava", "77")
    assert connection is not None
    assert connection.refresh_token == "refresh"
    row = (await store.inbox.find(limit=1)).items[0]
    async with store.write() as tx:
        await store.inbox.put_back(tx, row.delivery, "fake:alice", NOON, delays=0, note="")
    assert (await store.inbox.find(limit=1)).items[0].id == row.id + 1  # the counters go on where they were
    await store.close()


@pytest.mark.only("sqlite")
async def test_a_target_that_is_not_empty_is_left_alone(tmp_path: Path, postgres: Server) -> None:
    source, server = await lived_in(tmp_path), await asyncio.to_thread(postgres.fresh)
    await copying.copy(source, server)
    with pytest.raises(Unusable, match="not empty"):
        await copying.copy(source, server)


@pytest.mark.only("sqlite")
async def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, postgres: Server) -> None:
    source, server = await lived_in(tmp_path), await asyncio.to_thread(postgres.fresh)

    def tell(table: str, rows: int) -> None:
        if table == "inbox":
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        await copying.copy(source, server, tell)
    store = await Store.open(server, secret=SECRET)
    async with store.read() as tx:
        for table in ("inbox", "activity", "athlete", "nudge"):
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0
    await store.close()


@pytest.mark.only("sqlite")
def test_another_schema_is_refused(tmp_path: Path, postgres: Server) -> None:
    schema.upgrade(url_of(tmp_path))
    with pytest.raises(Unusable, match=r"target: .* run `twinge db upgrade`"):
        copying.check(url_of(tmp_path), postgres.blank())
    with pytest.raises(Unusable, match="the same database"):
        copying.check(url_of(tmp_path), url_of(tmp_path))
