"""A configured Strava adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.core.model import Activity
from twinge.plugin import Delivery
from twinge_strava import Strava

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "strava"
TOKEN = "a-long-secret-segment"
ENV = {
    "CLIENT_ID": "4711",
    "CLIENT_SECRET": "standin-client-secret",
    "VERIFY_TOKEN": "verify-me",
    "HOOK_TOKEN": TOKEN,
    "SUBSCRIPTION_ID": "120475",
}
NOW = datetime(2026, 5, 4, 10, 7, tzinfo=UTC)
ALICE = "7001"


def strava(**more: str) -> Strava:
    """A configured adapter."""
    return Strava.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, token: str | None = TOKEN, **headers: str) -> Delivery:
    """One POST of Strava."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery("strava", "POST", "", {}, names, raw, NOW, token=token)


def asked(query: Mapping[str, str], *, token: str | None = TOKEN) -> Delivery:
    """One GET of Strava."""
    return Delivery("strava", "GET", "", query, {}, b"", NOW, token=token)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found


def row(**more: Any) -> Activity:
    """The run sample with other fields, mapped."""
    return strava().read_row(sample("api/run") | more)
