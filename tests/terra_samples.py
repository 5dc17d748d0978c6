"""A configured Terra adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_terra import Terra

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "terra"
SECRET, NEXT_SECRET = "standin-signing-secret", "the-next-signing-secret"
ENV = {"SECRET": f"{SECRET} {NEXT_SECRET}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
ALICE = "5ad5f1a6-1a4e-4f2c-9c5b-6a2a5f0a0001"


def terra(**more: str) -> Terra:
    """A configured adapter."""
    return Terra.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes,
    *,
    secret: str = SECRET,
    at: datetime = NOW,
    off: timedelta = timedelta(0),
    **headers: str,
) -> Delivery:
    """One POST of Terra, signed `off` after it arrives; further headers by their names with underscores."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((at + off).timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery("terra", "POST", "", {}, {"terra-signature": f"t={stamp},v1={mac}"} | more, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
