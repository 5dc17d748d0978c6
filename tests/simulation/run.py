"""Play many seeds: `python tests/simulation/run.py --seeds 1000`; one of them again: `--seed 4711 --trace`."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulation.invariants import broken
from simulation.play import Scale, migrated, play

LAST = 40
"""Lines of the trace that a failure shows."""
BAR = 30


class Outcome(NamedTuple):
    """What one seed came to."""

    seed: int
    digest: str
    offenders: list[str]
    trace: list[str]
    calls: int
    crashes: int


def run_one(seed: int, empty: Path, folder: Path, scale: Scale, *, whole: bool = False) -> Outcome:
    """Play a seed and look at it. `whole`: the trace from its beginning."""
    logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL + 1)
    record = play(seed, empty, folder, scale=scale)
    world, offenders = record.world, broken(record)
    trace = world.trace if whole else world.trace[-LAST:] if offenders else []
    return Outcome(seed, record.digest, offenders, trace, len(world.calls), world.crashes)


def run_all(seeds: Sequence[int], jobs: int, scale: Scale, *, whole: bool) -> Iterator[Outcome]:
    """Each seed, in the order they are done."""
    with tempfile.TemporaryDirectory(prefix="twinge-simulation-", dir=_fast()) as name:
        folder = Path(name)
        work = partial(run_one, empty=migrated(folder), folder=folder, scale=scale, whole=whole)
        gc.collect()
        gc.freeze()
        if jobs == 1 or len(seeds) == 1:
            yield from map(work, seeds)
            return
        with ProcessPoolExecutor(jobs) as pool:
            yield from pool.map(work, seeds)


def _fast() -> str | None:
    """A folder in memory, where there is one: the disk is not what is tried here."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() else None


def main() -> int:
    """Exit code 1 if anything did not hold, or SIGTERM ended it: then it says how far it came."""
    given = _arguments()
    scale = Scale(given.athletes, given.days)
    seeds = [given.seed] if given.seed is not None else list(range(given.first, given.first + given.seeds))
    began, done, failed, calls, crashes = time.monotonic(), 0, 0, 0, 0
    asked = Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    for done, one in enumerate(run_all(seeds, given.jobs, scale, whole=given.trace), start=1):
        calls, crashes = calls + one.calls, crashes + one.crashes
        failed += bool(one.offenders)
        _show(one, given)
        _progress(done, len(seeds), time.monotonic() - began, failed)
        if asked.is_set():
            break
    minutes = (time.monotonic() - began) / 60
    print(f"{done} seeds, {failed} failed; {calls} sends, {crashes} crashes; {done / minutes:.0f} seeds/min")
    return 1 if failed or done < len(seeds) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--athletes", type=int, default=Scale().athletes)
    parser.add_argument("--days", type=int, default=Scale().days)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--trace", action="store_true", help="print everything that happened")
    return parser.parse_args()


def _show(one: Outcome, given: argparse.Namespace) -> None:
    if given.trace:
        print("\n".join(one.trace))
    if given.seed is not None:
        print(f"digest {one.digest}")
    if one.offenders:
        print(f"\nseed {one.seed} failed:", flush=True)
        print("\n".join(f"  {offender}" for offender in one.offenders))
        if not given.trace:
            print("\n".join(f"    {line}" for line in one.trace))
            again = f"--seed {one.seed} --athletes {given.athletes} --days {given.days} --trace"
            print(f"  again: python tests/simulation/run.py {again}")


def _progress(done: int, total: int, seconds: float, failed: int) -> None:
    if sys.stderr.isatty() or done == total:
        full = BAR * done // total
        bar = "#" * full + "." * (BAR - full)
        rate = 60 * done / seconds if seconds else 0
        print(
            f"\r[{bar}] {done}/{total}  {rate:.0f} seeds/min  {failed} failed",
            end="\n" if done == total else "",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
