"""How quiet the machine was: the processor time of everybody else while a cell ran."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
LOUD = 0.3
"""Cores of others from which a cell is called disturbed."""


@dataclass(slots=True)
class Noise:
    """Filled when the watched block ends."""

    others: float = 0.0
    """Cores that others kept busy."""
    seconds: float = 0.0

    @property
    def loud(self) -> bool:
        """Whether the figures of this cell are to be doubted."""
        return self.others > LOUD


def cpu_of(pid: int) -> float:
    """Processor seconds of a process, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _everybody() -> float:
    """Processor seconds of the whole machine; the host's theft counts as somebody's."""
    user, nice, system, _, _, irq, soft, steal = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + soft + steal) / TICK


@contextmanager
def watched(pids: Sequence[int] = (), more: Callable[[], float] = lambda: 0.0) -> Iterator[Noise]:
    """Watch the machine while the block runs; the caller, `pids` and the seconds that `more` counts are not noise."""
    ours, noise = (os.getpid(), *pids), Noise()
    before, mine, began = _everybody(), sum(map(cpu_of, ours)) + more(), time.perf_counter()
    yield noise
    noise.seconds = time.perf_counter() - began
    spent = _everybody() - before - (sum(map(cpu_of, ours)) + more() - mine)
    noise.others = max(0.0, spent / noise.seconds)


def wait_until_calm(longest_s: float) -> None:
    """Wait until others leave the machine alone, or until we have waited long enough."""
    end = time.perf_counter() + longest_s
    while time.perf_counter() < end:
        with watched() as noise:
            time.sleep(0.3)
        if not noise.loud:
            return
