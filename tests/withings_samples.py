"""A configured Withings adapter, its deliveries and its samples, for the tests of it. The samples are forms as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from twinge.plugin import Delivery
from twinge_withings import Withings

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "withings"
TOKEN, NEXT_TOKEN = "a-long-secret-segment", "the-next-secret-segment"
ENV = {"CLIENT_ID": "standin-client", "CLIENT_SECRET": "standin-secret", "HOOK_TOKEN": f"{TOKEN} {NEXT_TOKEN}"}
NOW = datetime(2026, 5, 1, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE = "7300412"
PUNCTUATION = str.maketrans({"{": None, "}": None, '"': None, "\n": None, " ": None, ":": "=", ",": "&"})


def withings(**more: str) -> Withings:
    """A configured adapter."""
    return Withings.from_env(ENV | more)


def posted(body: Mapping[str, Any] | bytes, *, token: str | None = TOKEN, at: datetime = NOW) -> Delivery:
    """One POST of Withings: what is an object in JSON becomes a form, and what is nearly one nearly a form."""
    raw = _form(body) if isinstance(body, bytes) else urlencode(body).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Delivery("withings", "POST", "", {}, headers, raw, at, token=token)


def _form(body: bytes) -> bytes:
    try:
        found = json.loads(body)
        return urlencode(found).encode() if isinstance(found, dict) else body
    except (ValueError, RecursionError):
        return body.decode("latin-1").translate(PUNCTUATION).encode("latin-1")


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return found
