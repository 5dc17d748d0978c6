"""A configured Polar adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_polar import Polar

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "polar"
SECRET, NEXT_SECRET = "abe1f3ae-fd33-11e8-8eb2-f2801f1b9fd1", "the-secret-of-the-next-webhook"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": "standin-secret", "WEBHOOK_SECRET": f"{SECRET} {NEXT_SECRET}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
ALICE = "70475"


def polar(**more: str) -> Polar:
    """A configured adapter."""
    return Polar.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, secret: str = SECRET, signature: str | None = None) -> Delivery:
    """One POST of Polar, signed as it signs: the HMAC over the body in hexadecimal, worked out apart from our code."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    shown = hmac.new(secret.encode(), raw, "sha256").hexdigest() if signature is None else signature
    headers = {"polar-webhook-signature": shown, "polar-webhook-event": "EXERCISE"}
    return Delivery("polar", "POST", "", {}, headers, raw, NOW)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
