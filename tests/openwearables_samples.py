"""A configured Open Wearables adapter, its deliveries and its samples, for the tests of it."""

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
from twinge_openwearables import OpenWearables

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "openwearables"
KEY, NEXT_KEY = b"a-signing-key-of-32-bytes-long-!", b"the-next-key-of-32-bytes-long-!!"
SECRET, NEXT_SECRET = (f"whsec_{base64.b64encode(key).decode()}" for key in (KEY, NEXT_KEY))
ENV = {"SECRET": f"{SECRET} {NEXT_SECRET}"}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
ALICE = "3f0c2a52-0a0e-4c6e-8a53-0d6d3a0f1c02"


def openwearables(**more: str) -> OpenWearables:
    """A configured adapter."""
    return OpenWearables.from_env(ENV | more)


def posted(
    body: Mapping[str, Any] | bytes,
    *,
    key: bytes = KEY,
    at: datetime = NOW,
    off: timedelta = timedelta(0),
    call: str | None = None,
) -> Delivery:
    """One POST of Svix, signed `off` after it arrives; without `call` its id is made of the body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    name, stamp = call or f"msg_{hashlib.sha256(raw).hexdigest()[:20]}", str(int((at + off).timestamp()))
    mac = base64.b64encode(hmac.digest(key, f"{name}.{stamp}.".encode() + raw, hashlib.sha256)).decode()
    headers = {"svix-id": name, "svix-timestamp": stamp, "svix-signature": f"v1,{mac}"}
    return Delivery("openwearables", "POST", "", {}, headers, raw, at)


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
