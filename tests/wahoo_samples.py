"""A configured Wahoo adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_wahoo import Wahoo

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "wahoo"
TOKEN = "a-long-secret-segment"
PORTAL, NEXT_PORTAL = "the-token-of-the-portal", "the-next-token-of-the-portal"
ENV = {
    "CLIENT_ID": "standin-client",
    "CLIENT_SECRET": "standin-secret",
    "WEBHOOK_TOKEN": f"{PORTAL} {NEXT_PORTAL}",
    "HOOK_TOKEN": TOKEN,
}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
ALICE = "60462"


def wahoo(**more: str) -> Wahoo:
    """A configured adapter."""
    return Wahoo.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, token: str | None = TOKEN) -> Delivery:
    """One POST of Wahoo."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("wahoo", "POST", "", {}, {"content-type": "application/json"}, raw, NOW, token=token)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
