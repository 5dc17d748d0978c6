"""The migrations build what the tables say, and the program knows when they have not run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from house import SECRET, url_of
from twinge.store import Store, Unusable, schema
from twinge.store.tables import metadata


def test_up_from_empty_equals_the_tables(tmp_path: Path) -> None:
    schema.upgrade(url_of(tmp_path))
    engine = create_engine(f"sqlite:///{tmp_path / 'twinge.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        made = {tuple(row) for row in connection.exec_driver_sql(_INDEXES)}
    engine.dispose()
    blank = create_engine(f"sqlite:///{tmp_path / 'blank.db'}")
    with blank.begin() as connection:
        metadata.create_all(connection)
        wanted = {tuple(row) for row in connection.exec_driver_sql(_INDEXES)}
    blank.dispose()
    assert made == wanted


# The comparison of alembic does not look at the condition of a partial index.
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(schema.config("sqlite+aiosqlite:///x")).get_heads()) == 1


def test_check_says_what_to_run(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    assert schema.check(url) == "the database is at revision none, this version needs 0011: run `twinge db upgrade`"
    schema.upgrade(url)
    assert schema.check(url) is None
    schema.upgrade(url)


def test_who_was_there_before_is_found_by_name_afterwards(tmp_path: Path) -> None:
    made = schema.config(url_of(tmp_path))
    command.upgrade(made, "0005")
    engine = create_engine(f"sqlite:///{tmp_path / 'twinge.db'}")
    with engine.begin() as connection:
        row = "INSERT INTO athlete (id, name, revision, created_ms, profile) VALUES ('a', 'ÄNNE', 0, 0, '{}')"
        connection.exec_driver_sql(row)
    schema.upgrade(url_of(tmp_path))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sought FROM athlete").scalar() == "änne"
    engine.dispose()
    command.downgrade(made, "0005")
    command.upgrade(made, "head")


async def test_a_store_that_was_never_migrated_is_not_ready(tmp_path: Path) -> None:
    store = await Store.open(url_of(tmp_path), secret=SECRET)
    with pytest.raises(Unusable, match="no such table"):
        await store.ready()
    await store.close()


async def test_only_a_file_of_sqlite_is_taken() -> None:
    for url in ("sqlite+aiosqlite://", "postgresql+asyncpg://u:secret@db/twinge"):
        with pytest.raises(Unusable) as refused:
            await Store.open(url, secret=SECRET)
        assert "secret" not in str(refused.value)


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="unable to open"):
        await Store.open(url_of(tmp_path / "nowhere"), secret=SECRET)


async def test_the_writer_is_durable_and_the_readers_only_read(tmp_path: Path) -> None:
    await asyncio.to_thread(schema.upgrade, url_of(tmp_path))
    store = await Store.open(url_of(tmp_path), secret=SECRET)
    async with store.write() as tx:
        assert (await tx.exec_driver_sql("PRAGMA synchronous")).scalar() == 2
        assert (await tx.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
    async with store.read() as tx:
        with pytest.raises(Exception, match="readonly"):
            await tx.exec_driver_sql("DELETE FROM inbox")
    await store.close()
