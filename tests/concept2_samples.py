"""A configured Concept2 adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_concept2 import Concept2

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "concept2"
TOKEN, NEXT_TOKEN = "a-long-secret-segment", "the-next-secret-segment"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": "standin-secret", "HOOK_TOKEN": f"{TOKEN} {NEXT_TOKEN}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE = "7001"


def concept2(**more: str) -> Concept2:
    """A configured adapter."""
    return Concept2.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, token: str | None = TOKEN, at: datetime = NOW) -> Delivery:
    """One POST of Concept2."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("concept2", "POST", "", {}, {}, raw, at, token=token)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
