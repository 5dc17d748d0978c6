"""`make bench`: what the service can bear, beside what stands next to it, in one table.

    python tests/bench/run.py [--quick] [ingest] [flow] [alert] [growth] [sender] [backtest] [streams] [pages]
        [postgres] [crowd] [rival] [process]

Nothing here passes or fails a build: the figures belong to one machine at one time. Compare ratios inside one run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.alert import alert
from bench.crowd import crowd
from bench.flow import flow
from bench.growth import growth
from bench.ingest import ingest
from bench.pages import pages
from bench.past import backtest
from bench.process import process
from bench.replicas import postgres
from bench.rival import rival
from bench.sender import sender
from bench.streams import streams
from bench.table import Results

BENCHES = {
    "ingest": ingest,
    "flow": flow,
    "alert": alert,
    "growth": growth,
    "sender": sender,
    "backtest": backtest,
    "streams": streams,
    "pages": pages,
    "postgres": postgres,
    "crowd": crowd,
    "rival": rival,
    "process": process,
}


def main() -> None:
    """Run what is asked for, all by default."""
    words = argparse.ArgumentParser(description="measure the service on this machine")
    words.add_argument("bench", nargs="*", choices=[[], *BENCHES], help="which; all by default")
    words.add_argument("--quick", action="store_true", help="under a minute, with rougher figures")
    words.add_argument("--folder", type=Path, help="where the databases go: the disk that is measured")
    asked = words.parse_args()
    results, began = Results(Console(width=150)), time.perf_counter()
    results.console.print(machine())
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="twinge-bench-") as folder:
        for name in asked.bench or BENCHES:
            BENCHES[name](results, Path(folder), quick=asked.quick)
    results.show()
    results.console.print(f"{time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f} at the end")


def machine() -> str:
    """What the figures belong to."""
    cpu = next((line for line in _cpuinfo() if line.startswith("model name")), ":?").partition(":")[2].strip()
    parts = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "SQLAlchemy", "uvloop", "msgspec"))
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{os.cpu_count()} × {cpu}, {platform.system()} {platform.release()}, {python}, {parts}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


if __name__ == "__main__":
    main()
