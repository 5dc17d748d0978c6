"""The bodies in docs/recipes.md are events that Twinge takes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pages import FENCE, page
from twinge.event import decode, to_item

BODIES = [body for word, body in FENCE.findall(page("recipes")) if word == "json"]


@pytest.mark.parametrize("body", BODIES)
def test_every_body_is_an_event(body: str) -> None:
    [event] = decode(body.encode())
    assert to_item(event, "generic", datetime(2026, 5, 1, 12, tzinfo=UTC)).owner == "alice"


def test_there_is_one_for_each_sender() -> None:
    ids = [decode(body.encode())[0].id.partition("-")[0] for body in BODIES]
    assert set(ids) == {"ha", "shortcut", "tasker"}
