"""A configured WHOOP adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_whoop import Whoop

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "whoop"
SECRET, NEXT_SECRET = "standin-client-secret", "the-next-client-secret"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": f"{SECRET} {NEXT_SECRET}"}
NOW = datetime(2026, 5, 1, 10, 7, tzinfo=UTC)
ALICE = "90112"


def whoop(**more: str) -> Whoop:
    """A configured adapter."""
    return Whoop.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes, *, secret: str = SECRET, at: datetime = NOW, off: timedelta = timedelta(0)
) -> Delivery:
    """One POST of WHOOP, signed `off` after it arrives."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((at + off).timestamp() * 1000))
    mac = base64.b64encode(hmac.digest(secret.encode(), stamp.encode() + raw, hashlib.sha256)).decode()
    headers = {"x-whoop-signature": mac, "x-whoop-signature-timestamp": stamp}
    return Delivery("whoop", "POST", "", {}, headers, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
