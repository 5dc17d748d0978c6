"""A stranger's adapter: found by nothing but a metadata folder on the path, and held to the same contract as ours."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twinge.plugin import Delivery, Inline
from twinge.registry import load_plugins
from twinge.testing import Sample, check_adapter

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)

ADAPTER = '''
"""Takes `<athlete> <id> <kilometres>` in plain text from whoever knows the password."""
from datetime import UTC, datetime

from twinge.core.model import Activity
from twinge.plugin import Capabilities, Inline, NotConfigured, Rejected


class Stranger:
    name = "stranger"
    capabilities = Capabilities(signed=False)
    oauth = None

    def __init__(self, password):
        self.password = password

    @classmethod
    def from_env(cls, env):
        if "PASSWORD" not in env:
            raise NotConfigured("Set TWINGE_STRANGER_PASSWORD.")
        return cls(env["PASSWORD"])

    def verify(self, delivery, now):
        if delivery.token != self.password:
            raise Rejected("Wrong password.", status=401)

    def key(self, delivery):
        return delivery.body.decode(errors="replace")[:100] or "empty"

    def read(self, delivery):
        try:
            athlete, number, kilometres = delivery.body.decode().split()
            metres = int(float(kilometres) * 1000)
        except (ValueError, OverflowError):
            raise Rejected("Send: athlete id kilometres.", field="body") from None
        start = datetime(2026, 5, 1, 7, tzinfo=UTC)
        return [Inline(athlete, Activity(f"stranger:{number}", "run", start, distance_m=metres))]

    def handshake(self, delivery):
        return None

    async def fetch(self, pointer, access):
        return None

    async def recent(self, access, since):
        return ()
'''


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[None]:
    """What `pip install twinge-stranger` would leave behind."""
    (tmp_path / "twinge_stranger.py").write_text(ADAPTER)
    (tmp_path / "twinge_broken.py").write_text("import no_such_library\n")
    metadata = tmp_path / "twinge_stranger-0.3.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: twinge-stranger\nVersion: 0.3\n")
    points = "[twinge.platforms]\nstranger = twinge_stranger:Stranger\nbroken = twinge_broken:Broken\n"
    (metadata / "entry_points.txt").write_text(points)
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.path.remove(str(tmp_path))
    sys.modules.pop("twinge_stranger", None)


def call(body: bytes) -> Delivery:
    return Delivery("stranger", "POST", "", {}, {}, body, NOW, token="open-sesame")


@pytest.mark.usefixtures("installed")
def test_a_strangers_adapter_works_like_ours() -> None:
    adapter = load_plugins({"TWINGE_STRANGER_PASSWORD": "open-sesame"}).platforms["stranger"]
    check_adapter(adapter, [Sample("ten", call(b"alice 1 10")), Sample("five", call(b"bob 2 5.5"))], NOW)
    [item] = adapter.read(call(b"alice 1 10"))
    assert isinstance(item, Inline)
    assert item.owner == "alice"


@pytest.mark.usefixtures("installed")
def test_it_says_what_it_needs_and_a_broken_neighbour_stops_nobody() -> None:
    status = {line.name: line for line in load_plugins({}).status}
    assert (status["stranger"].state, status["stranger"].version) == ("not configured", "0.3")
    assert status["stranger"].reason == "Set TWINGE_STRANGER_PASSWORD."
    assert status["broken"].state == "not installed"


def test_ours_are_found_in_the_same_way() -> None:
    env = {
        "TWINGE_DEMO_ENABLED": "1",
        "TWINGE_DEMO_SECRET": "a-demo-secret",
        "TWINGE_GENERIC_TOKEN": "a-token-of-twenty-two-c",
        "TWINGE_TWILIO_ACCOUNT_SID": "AC1",
        "TWINGE_TWILIO_AUTH_TOKEN": "invented",
        "TWINGE_TWILIO_FROM": "+15005550006",
    }
    plugins = load_plugins(env)
    assert {"demo", "generic"} <= set(plugins.platforms)
    assert {"console", "twilio"} <= set(plugins.channels)
