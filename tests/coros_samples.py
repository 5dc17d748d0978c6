"""A configured COROS adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_coros import Coros

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "coros"
OLD, NEW = "the-old-client-secret", "the-new-client-secret"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": f"{NEW} {OLD}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE, BOB = "open-alice", "open-bob"


def coros(**more: str) -> Coros:
    """A configured adapter."""
    return Coros.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes, *, client: str = "standin-client", secret: str = NEW, at: datetime = NOW
) -> Delivery:
    """One POST of COROS."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("coros", "POST", "", {}, {"client": client, "secret": secret}, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
