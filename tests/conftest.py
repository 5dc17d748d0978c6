"""What many tests need: a clock that stands still, a store on a fresh file, and the web over them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck
from hypothesis import settings as trials

from house import PLACES
from postgres import Server, serving
from twinge.config import Settings
from twinge.registry import Plugins, load_plugins
from twinge.store import Store, schema
from twinge.testing import FixedClock
from twinge.web import make_web

# No test is timed: a machine that stands still for a second is no fault of what is tried.
trials.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
trials.load_profile("untimed")

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
"""A Monday, noon in Berlin."""

KEY = base64.b64encode(b"a key for the tests, 32 bytes ok").decode()
TOKEN = "a-long-enough-token-for-the-url"


BOTH = (
    "tests/store/",
    "tests/test_convergence.py",
    "tests/test_end_to_end.py",
    "tests/test_erasure.py",
    "tests/test_lanes.py",
    "tests/test_one_workout.py",
    "tests/test_pointing.py",
    "tests/test_retention.py",
    "tests/test_sender.py",
    "tests/test_talk.py",
    "tests/test_ways.py",
    "tests/test_worker.py",
)
"""Where every test that keeps something runs twice: on SQLite and on PostgreSQL."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of `BOTH` twice, unless it is marked as being about one of them."""
    where = str(metafunc.definition.path.relative_to(metafunc.config.rootpath))
    if not where.startswith(BOTH) or "tmp_path" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("only")
    metafunc.parametrize("database", only.args if only else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> str:
    """The database that this test's folder stands for."""
    kind = str(getattr(request, "param", "sqlite"))
    if kind == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        PLACES[request.getfixturevalue("tmp_path")] = server.fresh()
    return kind


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test copies it."""
    path = tmp_path_factory.mktemp("empty") / "twinge.sqlite3"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    shutil.copy(empty_database, tmp_path / "twinge.sqlite3")
    fresh = Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_PORT": "0"})
    url = PLACES.get(tmp_path) or fresh.database_url
    return replace(fresh, database_url=url, public_url="https://twinge.example", secret_key="s" * 40)


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    opened = await Store.open(settings.database_url, secret=settings.secret_key.encode())
    yield opened
    await opened.close()


@pytest.fixture
def plugins() -> Plugins:
    return load_plugins({"TWINGE_GENERIC_SECRET": f"whsec_{KEY}", "TWINGE_GENERIC_TOKEN": TOKEN})


@dataclass(frozen=True, slots=True)
class Web:
    """The application on a loopback server, with a key of each scope."""

    client: TestClient[Any, Any]
    store: Store
    clock: FixedClock
    admin: str
    reader: str

    async def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> ClientResponse:
        """A call of the API with the admin's key unless another is given."""
        headers = {"Authorization": f"Bearer {self.admin if key is None else key}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """The JSON behind `path`, which must be there."""
        response = await self.call("GET", path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def alice(self, **more: Any) -> str:
        """Alice is there; her id."""
        body = {"name": "Alice", "timezone": "Europe/Berlin", **more}
        response = await self.call("POST", "/api/v1/athletes", body)
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])

    async def send(self, event: Any, *, call_id: str = "msg_1", key: str = KEY) -> ClientResponse:
        """A signed generic event arrives."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return await self.client.post("/hooks/generic", data=body, headers=signed(body, call_id, self.clock(), key))


def signed(body: bytes, call_id: str, at: datetime, key: str = KEY) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    stamp = str(int(at.timestamp()))
    mac = hmac.new(base64.b64decode(key), f"{call_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": call_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }


def run(
    name: str = "run-1", athlete: str = "a-1", start: str = "2026-05-04T08:00:00+02:00", **more: Any
) -> dict[str, Any]:
    """One generic event: a run of ten kilometres."""
    activity = {"sport": "run", "start": start, "moving_s": 3300, "distance_m": 10_000, **more}
    return {"type": "activity", "athlete": athlete, "id": name, "activity": activity}


Serve = Callable[..., Awaitable[Web]]


@pytest.fixture
async def serve(store: Store, settings: Settings, plugins: Plugins, clock: FixedClock) -> AsyncIterator[Serve]:
    """Starts the web, with other platforms, channels or settings where a test asks for them."""
    clients: list[TestClient[Any, Any]] = []

    async def start(**other: Any) -> Web:
        parts = {"platforms": plugins.platforms, "channels": plugins.channels, "settings": settings, **other}
        app = make_web(
            store,
            parts["platforms"],
            parts["channels"],
            parts["settings"],
            clock,
            status=plugins.status,
            http=parts.get("http"),
            draws=parts.get("draws"),
            links=parts.get("links"),
        )
        server = TestServer(app)
        await server.start_server(lingering_time=0.1, auto_decompress=False, access_log=None)
        clients.append(TestClient(server))
        await clients[-1].start_server()
        keys = [await store.keys.create(scope, "tests", clock()) for scope in ("admin", "read")]
        return Web(clients[-1], store, clock, *keys)

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def web(serve: Serve) -> Web:
    return await serve()


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Our log at its most talkative, and of libraries what they say in service."""
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.DEBUG, "twinge")
    return caplog
