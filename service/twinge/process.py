"""The process: the loop it runs on, how it is watched, and how its collector is kept calm."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

STUCK_S = 60.0
"""How long the loop may stand still: whatever holds it up so long, such as a plugin that never comes back, is given up.

A delivery that has been given up three times so is set aside, like one that crashes the process.
"""


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it is installed: a quarter more deliveries a second."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


@asynccontextmanager
async def watched(stuck_s: float) -> AsyncIterator[None]:
    """End the process (exit code 1) when its loop stands still for `stuck_s` seconds; who watches it starts it again.

    A thread of the interpreter's own does it, which needs no lock of Python's: also where a regular expression never
    ends. It writes down where each thread stood, by file and line alone, as it does when C code crashes the process.
    https://docs.python.org/3/library/faulthandler.html
    """
    trace = sys.__stderr__ or sys.stderr
    faulthandler.enable(file=trace)

    async def turn() -> None:
        while True:
            faulthandler.dump_traceback_later(stuck_s, exit=True, file=trace)
            await asyncio.sleep(stuck_s / 4)

    turning = asyncio.create_task(turn(), name="watch")
    try:
        yield
    finally:
        turning.cancel()
        faulthandler.cancel_dump_traceback_later()


def calm_collector() -> None:
    """Have the collector of cycles look rarely, and not at what is here already: that stays.

    Each of its full rounds would stop everything for 40 ms, and a hundred unpacked states are tens of thousands of new
    objects without a cycle among them: at Python's own thresholds looking through them was a tenth of an event. Nor is
    it worth looking through before: of 150,000 objects 2,500 are garbage.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)
