"""A configured intervals.icu adapter, its deliveries and its samples, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinge.plugin import Delivery
from twinge_intervals import Intervals

SAMPLES = Path(__file__).parent / "plugins" / "samples" / "intervals"
OLD, NEW = "the-old-app-secret", "the-new-app-secret"
HEADER = "Bearer a-header-of-ours"
ENV = {
    "CLIENT_ID": "71",
    "CLIENT_SECRET": "standin-secret",
    "WEBHOOK_SECRET": f"{OLD} {NEW}",
    "AUTHORIZATION": HEADER,
}
NOW = datetime(2026, 5, 2, 10, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp() * 1000)
ALICE, BOB = "i100001", "i100002"


def intervals(**more: str) -> Intervals:
    """A configured adapter."""
    return Intervals.from_env({name: value for name, value in (ENV | more).items() if value})


def posted(body: Mapping[str, Any] | bytes, *, header: str | None = HEADER, at: datetime = NOW) -> Delivery:
    """One POST of intervals.icu."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("intervals", "POST", "", {}, {} if header is None else {"authorization": header}, raw, at)


def sample(name: str) -> Any:
    """A sample by its name."""
    return json.loads((SAMPLES / f"{name}.json").read_bytes())
