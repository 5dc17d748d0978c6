"""A configured Suunto adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_suunto import Suunto

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "suunto"
OLD, NEW = "the-old-notification-secret", "the-new-notification-secret"
ENV = {
    "CLIENT_ID": "standin-client",
    "CLIENT_SECRET": "standin-secret",
    "SUBSCRIPTION_KEY": "standin-subscription",
    "NOTIFICATION_SECRET": f"{OLD} {NEW}",
}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE = "alice.runs"
KEY = "66f000000000000000000001"


def suunto(**more: str) -> Suunto:
    """A configured adapter."""
    return Suunto.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, secret: str = NEW, at: datetime = NOW) -> Delivery:
    """One signed POST of Suunto."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, "sha256").hexdigest()
    return Delivery("suunto", "POST", "", {}, {"x-hmac-sha256-signature": signature}, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
