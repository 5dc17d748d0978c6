"""A configured Oura adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_oura import Oura

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "oura"
SECRET, NEXT_SECRET, TOKEN = "standin-client-secret", "the-next-client-secret", "verify-me-please"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": f"{SECRET} {NEXT_SECRET}", "VERIFY_TOKEN": TOKEN}
NOW = datetime(2026, 5, 1, 10, 7, tzinfo=UTC)
ALICE = "0URA-ALICE"


def oura(**more: str) -> Oura:
    """A configured adapter."""
    return Oura.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes, *, secret: str = SECRET, at: datetime = NOW, off: timedelta = timedelta(0)
) -> Delivery:
    """One POST of Oura, signed `off` after it arrives."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((at + off).timestamp()))
    mac = hmac.new(secret.encode(), stamp.encode() + raw, hashlib.sha256).hexdigest().upper()
    return Delivery("oura", "POST", "", {}, {"x-oura-signature": mac, "x-oura-timestamp": stamp}, raw, at)


def asked(**query: str) -> Delivery:
    """One GET of Oura."""
    return Delivery("oura", "GET", "", query, {}, b"", NOW)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
