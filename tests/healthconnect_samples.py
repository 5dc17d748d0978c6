"""A configured Health Connect adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_healthconnect import HealthConnect

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "healthconnect"
TOKEN, NEXT_TOKEN = "alices-long-secret", "alices-next-secret"
ENV = {"TOKENS": f"alice:{TOKEN} alice:{NEXT_TOKEN} bob:bobs-quite-long-secret", "ZONE": "Europe/Berlin"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)


def healthconnect(**more: str) -> HealthConnect:
    """A configured adapter."""
    return HealthConnect.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes,
    *,
    token: str | None = TOKEN,
    athlete: str = "alice",
    at: datetime = NOW,
    zone: str | None = None,
) -> Delivery:
    """One POST of the app."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    query = {"athlete": athlete} | ({"zone": zone} if zone else {})
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Delivery("healthconnect", "POST", "", query, headers, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
