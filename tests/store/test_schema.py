"""The migrations build what the tables say, and the program knows when they have not run."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from asyncio.subprocess import DEVNULL
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text

from house import SECRET, url_of
from postgres import Server
from twinge.store import Store, Unusable, schema
from twinge.store.opening import plain
from twinge.store.tables import metadata

HEAD = ScriptDirectory.from_config(schema.config("sqlite+aiosqlite:///x")).get_current_head()
OLD = f"the database is at revision none, this version needs {HEAD}: run `twinge db upgrade`"


@pytest.mark.only("sqlite")
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


@pytest.mark.only("sqlite")
def test_a_version_before_says_that_it_is_one(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    schema.upgrade(url)
    on(url, lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    newer = f"the database is at revision 9999, this version knows {HEAD}: run the newer one, or restore a backup"
    assert schema.check(url) == newer
    with pytest.raises(Unusable, match="run the newer one"):
        schema.upgrade(url)


# The comparison of alembic does not look at the condition of a partial index.
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


def on(url: str, look: Any) -> Any:
    """What `look` says of the database at `url`."""

    async def ask() -> Any:
        engine = plain(url)
        async with engine.begin() as tx:
            found = await tx.run_sync(look)
        await engine.dispose()
        return found

    return asyncio.run(ask())


def differences(connection: Connection) -> list[Any]:
    def is_ours(_thing: Any, name: str | None, kind: str, *_: Any) -> bool:
        """The parts of a split table, and their indexes, are its own affair."""
        return kind != "table" or name not in parts

    parts = set(connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars())
    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return list(compare_metadata(context, metadata))


def test_up_from_empty_equals_the_tables_on_postgresql(postgres: Server) -> None:
    url = postgres.blank()
    schema.upgrade(url)
    assert on(url, differences) == []
    made, wanted = on(url, conditions), postgres.blank()
    on(wanted, metadata.create_all)
    assert made == on(wanted, conditions)


def conditions(connection: Connection) -> set[tuple[str, str]]:
    """The partial indexes, with their conditions."""
    rows = connection.execute(
        text(
            "SELECT c.relname, pg_get_expr(i.indpred, i.indrelid) FROM pg_index i JOIN pg_class c "
            "ON c.oid = i.indexrelid WHERE i.indpred IS NOT NULL AND NOT c.relispartition"
        )
    )
    return {(row[0], row[1]) for row in rows}


def test_texts_have_the_order_of_their_bytes_and_big_tables_are_split(postgres: Server) -> None:
    """A cursor, a tie of two workouts and a copied database must not depend on the server's locale."""
    url = postgres.blank()
    schema.upgrade(url)
    strange = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation k ON "
    strange += "k.oid = a.attcollation WHERE c.relname = ANY(:names) AND k.collname <> 'C' AND a.attnum > 0"
    names = list(metadata.tables)
    assert on(url, lambda tx: tx.execute(text(strange), {"names": names}).scalar_one()) == 0
    split = "SELECT inhparent::regclass::text, count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent "
    split += "WHERE c.relkind = 'p' GROUP BY 1"
    found = on(url, lambda tx: {row[0]: row[1] for row in tx.execute(text(split))})
    assert {name: found.get(name) for name in ("activity", "finding", "inbox", "nudge")} == dict.fromkeys(
        ("activity", "finding", "inbox", "nudge"), 16
    )


def test_there_is_one_head_and_the_names_of_the_files_tell_it() -> None:
    scripts = ScriptDirectory.from_config(schema.config("sqlite+aiosqlite:///x"))
    assert scripts.get_heads() == [schema.newest()]


def test_check_says_what_to_run(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    url = url_of(tmp_path) if database == "sqlite" else request.getfixturevalue("postgres").blank()
    assert schema.check(url) == OLD
    schema.upgrade(url)
    assert schema.check(url) is None
    schema.upgrade(url)


async def test_two_who_upgrade_at_once_wait_for_each_other(postgres: Server) -> None:
    url = await asyncio.to_thread(postgres.blank)
    env = {**os.environ, "TWINGE_DATABASE_URL": url}
    command = [sys.executable, "-m", "twinge", "db", "upgrade"]
    both = [await asyncio.create_subprocess_exec(*command, env=env, stdout=DEVNULL) for _ in range(2)]
    assert [await one.wait() for one in both] == [0, 0]
    assert await asyncio.to_thread(schema.check, url) is None


@pytest.mark.only("sqlite")
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


@pytest.mark.only("sqlite")
async def test_a_store_that_was_never_migrated_is_not_ready(tmp_path: Path) -> None:
    store = await Store.open(url_of(tmp_path), secret=SECRET)
    with pytest.raises(Unusable, match="no such table"):
        await store.ready()
    await store.close()


async def test_only_a_file_of_sqlite_or_a_server_is_taken() -> None:
    with pytest.raises(Unusable, match="must be sqlite"):
        await Store.open("sqlite+aiosqlite://", secret=SECRET)


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    url = "postgresql+asyncpg://u:hidden@127.0.0.1:1/twinge"
    with pytest.raises(Unusable, match="does not open") as refused:
        await Store.open(url, secret=SECRET)
    assert "hidden" not in str(refused.value)
    told = await asyncio.to_thread(schema.check, url)
    assert told is not None
    assert "does not open" in told
    assert "hidden" not in told


@pytest.mark.only("sqlite")
async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="unable to open"):
        await Store.open(url_of(tmp_path / "nowhere"), secret=SECRET)


@pytest.mark.only("sqlite")
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


@pytest.mark.only("postgresql")
async def test_a_reader_of_a_server_sees_one_moment_and_changes_nothing(home: Any) -> None:
    async with home.store.read() as tx:
        before = (await tx.execute(text("SELECT count(*) FROM athlete"))).scalar_one()
        await home.move_in("Alice")
        assert (await tx.execute(text("SELECT count(*) FROM athlete"))).scalar_one() == before
        with pytest.raises(Exception, match="read-only transaction"):
            await tx.exec_driver_sql("DELETE FROM inbox")


# ---- an upgrade that breaks off --------------------------------------------------------------------------------------


class Died(Exception):
    """Stands for whatever ends a process in the middle: a signal, the power, a disk without room."""


def upgraded_until(path: Path, statements: int) -> bool:
    """Upgrade, and break off at so many statements; False: it came to its end before."""
    left = iter(range(statements))

    def struck(*_: Any) -> None:
        if next(left, None) is None:
            raise Died

    event.listen(Engine, "before_cursor_execute", struck)
    event.listen(Engine, "commit", struck)
    try:
        schema.upgrade(f"sqlite+aiosqlite:///{path}")
    except Died:
        return True
    finally:
        event.remove(Engine, "before_cursor_execute", struck)
        event.remove(Engine, "commit", struck)
    return False


@pytest.mark.only("sqlite")
def test_an_upgrade_that_breaks_off_anywhere_has_changed_nothing(tmp_path: Path) -> None:
    older, path = tmp_path / "older", tmp_path / "twinge.db"
    command.upgrade(schema.config(f"sqlite+aiosqlite:///{older}"), "0010")
    breaks = 0
    while shutil.copy(older, path) and upgraded_until(path, breaks):
        assert _schema_of(path) == _schema_of(older)
        schema.upgrade(f"sqlite+aiosqlite:///{path}")
        path.unlink()
        breaks += 1
    assert breaks > 20


def _schema_of(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as file:
        revision = file.execute("SELECT version_num FROM alembic_version").fetchall()
        return revision + file.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@pytest.mark.only("sqlite")
def test_a_database_that_is_up_to_date_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "twinge.db"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        schema.upgrade(f"sqlite+aiosqlite:///{path}")
