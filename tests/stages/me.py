"""The stage of `me`, which has no provider: the page shows the outbox, and cannot fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from twinge.core.model import Severity
from twinge.plugin import Message
from twinge.testing import CASES, Stage
from twinge_me import Me

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n_1", "1a21a6d161793156dcc20", "You ran 11.2 km.", Severity.SLOW_DOWN, NOW + timedelta(hours=4))


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """One case of all."""
    yield Stage(
        Me(),
        MESSAGE,
        {"accepted": lambda: None},
        lambda: 1,
        ["", "alice@example.org", "a" * 65],
        never={case.name: "nobody is asked" for case in CASES[1:]},
        bends={"expired": "it is shown with its state"},
    )
