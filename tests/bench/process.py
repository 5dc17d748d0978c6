"""`process`: what a process of the service takes before it has done anything: time to the first answer, and memory.

Its modules are compiled before the first start that counts, as they are in an installation, whatever
PYTHONDONTWRITEBYTECODE says here.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

from bench.quiet import cpu_of
from bench.replicas import DURABLE, database
from bench.servers import settings
from bench.table import Goal, Results, Row
from postgres import serving
from twinge.database import prepare

ROLES = {"all roles": "web,worker,sender,clock", "web alone": "web", "worker and sender": "worker,sender"}
SETTLES_S = 1.0


def process(results: Results, folder: Path, *, quick: bool) -> None:
    """On SQLite with all roles; on PostgreSQL with each set of them."""
    rounds = 3 if quick else 9
    place = folder / "process"
    place.mkdir()
    prepare(settings(str(place)))
    for name in ("all roles", "worker and sender"):
        results.add(_row(f"SQLite, {name}", _starts(place, ROLES[name], rounds)))
    with serving(**DURABLE) as server, database(server):
        for name, roles in ROLES.items():
            results.add(_row(f"PostgreSQL, {name}", _starts(place, roles, rounds)))


def _starts(place: Path, roles: str, rounds: int) -> list[tuple[float, float, float]]:
    return [_start(place, roles) for _ in range(rounds + 1)][1:]


def _row(name: str, found: list[tuple[float, float, float]]) -> Row:
    wall, cpu, memory = (statistics.median(column) for column in zip(*found, strict=True))
    figures = f"first answer after {wall:.2f} s, CPU {cpu:.2f} s; {memory:,.0f} MB resident, unshared"
    return Row("process", name, figures, (Goal("s of CPU to the first answer", cpu, 1.0, least=False),))


def _start(place: Path, roles: str) -> tuple[float, float, float]:
    """Seconds to the first answer, processor seconds until then, and megabytes a second later."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    with _serving(place, port, roles) as running:
        while not _answers(running, port, roles):
            time.sleep(0.005)
        wall, cpu = time.perf_counter() - began, cpu_of(running.pid)
        time.sleep(SETTLES_S)
        return wall, cpu, _unshared_mb(running.pid)


@contextmanager
def _serving(place: Path, port: int, roles: str) -> Iterator[subprocess.Popen[bytes]]:
    """`twinge serve`, as an operator starts it."""
    given = {"TWINGE_DATA_DIR": str(place), "TWINGE_SECRET_KEY": "the bench keeps no secrets at all"}
    given |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(place / "compiled")}
    command = [sys.executable, "-m", "twinge", "serve", "--port", str(port), "--roles", roles]
    running = subprocess.Popen(command, env={**os.environ, **given}, stderr=subprocess.PIPE)
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=30)


def _answers(running: subprocess.Popen[bytes], port: int, roles: str) -> bool:
    if running.poll() is not None:
        raise SystemExit(f"twinge serve ended: {running.communicate()[1].decode()}")
    if "web" not in roles.split(","):  # no door to ask at: it says in its log that it has started
        assert running.stderr is not None
        return b"hop=start" in running.stderr.readline()
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _unshared_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
    return (found["Private_Clean"] + found["Private_Dirty"]) / 1024
