"""A configured Garmin adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_garmin import Garmin

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "garmin"
TOKEN = "a-long-secret-segment"
NEXT_TOKEN = "the-next-secret-segment"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": "standin-secret", "HOOK_TOKEN": f"{TOKEN} {NEXT_TOKEN}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE, BOB = "u-alice-1", "u-bob-2"


def garmin(**more: str) -> Garmin:
    """A configured adapter."""
    return Garmin.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes,
    *,
    token: str | None = TOKEN,
    at: datetime = NOW,
    client: str | None = "standin-client",
) -> Delivery:
    """One POST of Garmin."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if client is None else {"garmin-client-id": client}
    return Delivery("garmin", "POST", "", {}, headers, raw, at, token=token)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
