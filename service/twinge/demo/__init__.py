"""The demo: made-up athletes through the real service, in a minute's reading and a few seconds' time.

Nothing is stood in for but the clock: deliveries go over HTTP to the real webhook, into a fresh SQLite file, through
the worker and the sender, out of the console channel.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from twinge.demo.tour import Tour


def run(*, keep: bool = False, port: int = 0, console: Console | None = None) -> None:
    """Play the story; with `keep`, stay up until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="twinge-demo-") as folder, suppress(KeyboardInterrupt):
        asyncio.run(Tour(Path(folder), console or Console(highlight=False)).play(keep=keep, port=port))


__all__ = ["run"]
