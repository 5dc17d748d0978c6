"""A configured Google Health adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_google import Google

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "google"
OLD, NEW = "the-old-subscriber-secret", "the-new-subscriber-secret"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": "standin-secret", "WEBHOOK_SECRET": f"{OLD} {NEW}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE, BOB = "h-alice", "h-bob"


def google(**more: str) -> Google:
    """A configured adapter."""
    return Google.from_env(ENV | more)


def posted(body: Any, *, header: str | None = f"Bearer {NEW}", at: datetime = NOW) -> Delivery:
    """One POST of Google."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("google", "POST", "", {}, {} if header is None else {"authorization": header}, raw, at)


def sample(name: str) -> Any:
    """A sample by its name."""
    return json.loads((SAMPLES / f"{name}.json").read_bytes())
