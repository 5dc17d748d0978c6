"""Backup beside a running service, restore into its place, and that nothing stale is said afterwards."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import NOW
from conftest import run as event
from fakes import NOON
from house import House, house, url_of
from outbox import queue
from twinge.cli import twinge
from twinge.core.model import Severity
from twinge.plugin import TwingeError
from twinge.store import copies
from twinge.store.restored import REASON, settle


def ignore(done: int, of: int) -> None:
    """Nobody looks."""


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Path:
    path = tmp_path / "live.sqlite3"
    path.write_bytes(empty_database.read_bytes())
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# --- the copy ---------------------------------------------------------------------------------------------------------


def test_a_copy_says_when_it_was_made_and_is_for_its_owner_alone(database: Path, tmp_path: Path) -> None:
    made = copies.back_up(database, tmp_path / "b", NOW, ignore)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert copies.inspect(tmp_path / "b") == made
    assert (made.made_at, made.size) == (NOW, (tmp_path / "b").stat().st_size)
    assert rows(tmp_path / "b", "PRAGMA journal_mode") == [("delete",)]
    assert rows(database, "SELECT count(*) FROM audit") == [(0,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "live.sqlite3"]


def test_a_copy_is_one_moment_while_another_connection_writes(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as live:
        live.execute("PRAGMA journal_mode = WAL")
        live.execute("CREATE TABLE ballast (page BLOB)")
        live.execute("BEGIN")
        live.executemany("INSERT INTO ballast VALUES (zeroblob(4000))", [()] * 9000)
        live.execute("COMMIT")
        seen: list[tuple[int, int]] = []

        def write_meanwhile(done: int, of: int) -> None:
            seen.append((done, of))
            writer = threading.Thread(target=live.execute, args=("INSERT INTO ballast VALUES (zeroblob(4000))",))
            writer.start()
            writer.join()

        copies.back_up(database, tmp_path / "b", NOW, write_meanwhile)
        assert live.execute("SELECT count(*) FROM ballast").fetchone() == (9000 + len(seen),)
    assert len(seen) > 4
    assert seen == sorted(seen), "it began anew"
    assert len({of for _, of in seen}) == 1
    assert rows(tmp_path / "b", "SELECT count(*) FROM ballast") == [(9000,)]


def test_nothing_is_overwritten_and_nothing_is_left_behind(database: Path, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("dear")
    with pytest.raises(TwingeError, match="another name"):
        copies.back_up(database, tmp_path / "b", NOW, ignore)
    with pytest.raises(TwingeError, match="see to"):
        copies.back_up(database, tmp_path / "no" / "b", NOW, ignore)
    with pytest.raises(TwingeError, match="no database"):
        copies.back_up(tmp_path / "x", tmp_path / "c", NOW, ignore)
    assert (tmp_path / "b").read_text() == "dear"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "live.sqlite3"]


def test_a_damaged_copy_and_a_stranger_are_told_from_a_sound_one(database: Path, tmp_path: Path) -> None:
    whole = database.read_bytes()
    (tmp_path / "torn").write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    (tmp_path / "text").write_text("not a database, whatever its name says" * 100)
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    for name in ("torn", "text", "other", "missing"):
        with pytest.raises(TwingeError, match=name):
            copies.inspect(tmp_path / name)


def test_what_was_there_is_kept_with_its_log(database: Path, tmp_path: Path) -> None:
    fresh, aside = tmp_path / "fresh", tmp_path / "aside"
    fresh.write_bytes(b"new")
    was = database.read_bytes()
    (tmp_path / "live.sqlite3-wal").write_bytes(b"log")
    assert copies.put_in_place(fresh, database, aside)
    assert (database.read_bytes(), aside.read_bytes()) == (b"new", was)
    assert (tmp_path / "aside-wal").read_bytes() == b"log"
    assert not (tmp_path / "live.sqlite3-wal").exists()


# --- what waited ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        await made.move_in("Alice")
        yield made


async def test_what_waited_is_void_and_nothing_is_repeated(home: House, tmp_path: Path) -> None:
    await queue(home)
    await home.deliver(b"{}")
    home.clock.forward(hours=1)
    done = await settle(home.store, home.clock(), NOON)
    assert (done.void, done.deliveries) == (1, 1)
    assert await home.sender.drain() == 0
    assert home.channel.sent == []
    [told] = (await home.store.outbox.find_nudges(home.people["Alice"])).items
    assert (told.state, told.reason) == ("void", REASON)
    assert rows(Path(url_of(tmp_path).partition(":///")[2]), "SELECT action FROM audit") == [("db.restore",)]


async def test_what_was_sent_is_not_looked_at_again(home: House) -> None:
    await queue(home, severity=Severity.SEE_DOCTOR)
    await home.sender.drain()
    done = await settle(home.store, home.clock(), None)
    assert (done.void, done.not_repeated) == (0, 1)
    home.clock.forward(hours=5)
    async with home.store.read() as tx:
        assert await home.store.again.unheard(tx, home.clock() + timedelta(days=2)) == []


# --- the commands, beside a served process ----------------------------------------------------------------------------


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`twinge serve` on a free port; its URL."""
    command = [sys.executable, "-m", "twinge", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=clean(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "hop=start" in line)
        try:
            yield line.split("url=")[1].split()[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            process.wait(10)


def clean() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TWINGE_")}
    return {**own, "TWINGE_GENERIC_TOKEN": "t" * 24}


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twinge", *words],
        cwd=folder,
        env=clean(),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def post(url: str, name: str) -> None:
    request = urllib.request.Request(f"{url}/hooks/generic/{'t' * 24}", json.dumps(event(name)).encode())
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 200


def kept(folder: Path) -> object:
    return rows(folder / "data/twinge.sqlite3", "SELECT count(*) FROM inbox")[0][0]


def test_a_backup_beside_the_service_and_a_restore_after_it(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        post(url, "before")
        made = command(tmp_path, "db", "backup", "b.sqlite3", "--format", "json")
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["secret_key"] == "not in it"
        post(url, "after")
        refused = command(tmp_path, "db", "restore", "b.sqlite3")
        assert (refused.returncode, "stop the service" in refused.stderr) == (1, True)
        post(url, "still there")
    assert kept(tmp_path) == 3
    done = command(tmp_path, "db", "restore", "b.sqlite3", "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["deliveries"], told["unopened_tokens"], kept(tmp_path)) == (0, 0, 1)
    assert rows(tmp_path / told["kept"], "SELECT count(*) FROM inbox") == [(3,)]
    with served(tmp_path) as url:
        post(url, "after")
    assert kept(tmp_path) == 2


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, on a database that nobody has open."""
    for name in [name for name in os.environ if name.startswith("TWINGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    env = {"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_DATABASE_URL": f"sqlite:///{database}"}
    return lambda *words, **more: CliRunner().invoke(twinge, words, env={**env, **more})


def test_a_damaged_backup_changes_nothing(run: Run, database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    (tmp_path / "b").write_bytes(before[:8192] + b"\xff" * 8192 + before[16384:])
    done = run("db", "restore", "b")
    assert isinstance(done.exception, TwingeError)
    assert database.read_bytes() == before


def test_a_backup_of_a_newer_version_changes_nothing(run: Run, database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    assert run("db", "backup", "b").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "b")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    done = run("db", "restore", "b")
    assert (done.exit_code, "9999" in done.stderr) == (1, True)
    assert database.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "live.sqlite3"]


def test_what_waited_is_void_after_a_restore_by_other_means(run: Run) -> None:
    done = run("db", "settle", "--format", "json")
    assert json.loads(done.stdout) == {"void": 0, "not_repeated": 0, "deliveries": 0, "unopened_tokens": 0}


def test_on_a_server_its_own_tools_are_named_without_the_password(run: Run) -> None:
    env = {"TWINGE_DATABASE_URL": "postgresql://twinge:shibboleth@127.0.0.1:1/twinge", "PATH": ""}
    for words, tool in ((("backup", "b"), "pg_dump --format=custom"), (("restore", "b"), "pg_restore --clean")):
        done = run("db", *words, **env)
        assert (done.exit_code, tool in done.stderr, "shibboleth" in done.stderr) == (1, True, False)
