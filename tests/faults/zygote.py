"""Starts lives of the program, quickly and often: one process that has imported everything, and forks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

TESTS = Path(__file__).parents[1]


class Life:
    """One process, from its start to its end."""

    def __init__(self, pid: int) -> None:
        self.pid, self._fd = pid, os.pidfd_open(pid)
        self.over = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._fd, self._ended)

    def _ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self.over.set()

    def send(self, number: signal.Signals) -> None:
        """A signal, unless it is too late for one."""
        if not self.over.is_set():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._fd, number)

    async def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        await self.over.wait()

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.send(signal.SIGTERM)
        async with asyncio.timeout(30):
            await self.over.wait()


class Zygote:
    """What forks."""

    def __init__(self, process: Popen[bytes]) -> None:
        self._process = process

    def start(self, order: Mapping[str, Any]) -> Life:
        """Begin a life."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return Life(int(self._process.stdout.readline()))


def clean() -> dict[str, str]:
    """The environment without anybody's settings, and with the tests' folder to import from."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWINGE_")}
    return {**kept, "PYTHONPATH": str(TESTS)}


@contextmanager
def opened() -> Iterator[Zygote]:
    """A zygote. It belongs to no loop, so it can serve many tests."""
    with Popen([sys.executable, str(TESTS / "faults" / "entry.py")], env=clean(), stdin=PIPE, stdout=PIPE) as process:
        yield Zygote(process)
