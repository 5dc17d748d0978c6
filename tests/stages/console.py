"""The stage of `console`, which has no provider: it prints, and cannot fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from rich.text import Text

from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import CASES, Stage
from twinge_console import Console

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n_1", "alice", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """One case of all."""
    lines: list[Text] = []
    yield Stage(
        Console(lines.append),
        MESSAGE,
        {"accepted": lambda: None},
        lambda: len(lines),
        ["", " ", "\x1b[2J", "a" * 201],
        never={case.name: "nobody is asked" for case in CASES[1:]},
        bends={"expired": "it prints whatever it is given"},
    )
