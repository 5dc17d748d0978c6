"""The one thread that draws: charts are slow, and hold the interpreter's lock while they are drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PEN: Final = ThreadPoolExecutor(1, "page")
"""One page at a time: vl-convert draws with the interpreter's lock held, some 30 ms a picture, and eight threads that
draw at once kept the event loop waiting for a second."""


async def drawn(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What `work` makes, in the drawing thread."""
    return await asyncio.get_running_loop().run_in_executor(PEN, lambda: work(*given, **named))
