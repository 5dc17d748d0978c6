"""A configured Health Auto Export adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_healthautoexport import HealthAutoExport

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "healthautoexport"
TOKEN, NEXT_TOKEN = "alices-long-secret", "alices-next-secret"
ENV = {
    "TOKENS": f"alice:{TOKEN} alice:{NEXT_TOKEN} bob:bobs-quite-long-secret",
    "SPORTS": "Outdoor-Lauf=run; Nebel = hike",
}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)


def healthautoexport(**more: str) -> HealthAutoExport:
    """A configured adapter."""
    return HealthAutoExport.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes, *, token: str | None = TOKEN, athlete: str = "alice", at: datetime = NOW
) -> Delivery:
    """One POST of the app."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-athlete": athlete, "automation-name": "Twinge"}
    return Delivery("healthautoexport", "POST", "", {}, headers | ({"api-key": token} if token else {}), raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
