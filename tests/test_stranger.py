"""The guide for plugins, word for word: its three files, checked, installed as a package and received through."""

from __future__ import annotations

import asyncio
import hmac
import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from conftest import NOW
from pages import FENCE, page
from strava_play import listed
from twinge.app import running
from twinge.config import Settings
from twinge.registry import load_plugins
from twinge.testing import FixedClock

NAMES = ("pyproject.toml", "twinge_acme.py", "check_acme.py")
BODY = b'{"user": "7", "session": {"id": 17, "sport": "run", "began": "2026-05-03T07:30:00+02:00", "seconds": 3150}}'


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Path]:
    """What `uv pip install -e ../twinge-acme` makes importable: the files, and the metadata that name the adapter."""
    walk = page("adapters").partition("### In fifteen minutes")[2].partition("### The parts")[0]
    for name, (_, text) in zip(NAMES, FENCE.findall(walk), strict=False):
        (tmp_path / name).write_text(text)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    metadata = tmp_path / "twinge_acme-0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = project["entry-points"]["twinge.platforms"]
    lines = [f"{name} = {place}" for name, place in points.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[twinge.platforms]", *lines]))
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.path.remove(str(tmp_path))
    sys.modules.pop("twinge_acme", None)


def test_it_passes_the_check_of_the_guide(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile((package / "check_acme.py").read_text(), "docs/adapters.md", "exec"), {})
    assert capsys.readouterr().out == "It keeps its contract.\n"


@pytest.mark.usefixtures("package")
def test_it_says_what_it_lacks() -> None:
    [acme] = [line for line in load_plugins({}).status if line.name == "acme"]
    assert (acme.state, acme.version) == ("not configured", "0.1")
    assert "TWINGE_ACME_SECRET" in acme.reason


@pytest.mark.usefixtures("package")
async def test_a_workout_is_received_through_it(tmp_path: Path) -> None:
    env = {"TWINGE_DATA_DIR": str(tmp_path / "data"), "TWINGE_PORT": "0", "TWINGE_ACME_SECRET": "a-secret"}
    plugins, clock = load_plugins(env), FixedClock(NOW)
    async with running(Settings.from_env(env), plugins, clock=clock, roles=("web", "worker")) as service:
        key = await service.store.keys.create("admin", "test", NOW)
        async with aiohttp.ClientSession(service.url) as http:
            alice = await moved_in(http, key)
            signature = hmac.new(b"a-secret", BODY, "sha256").hexdigest()
            assert await posted(http, "0" * 64) == (401, "error")
            assert await posted(http, signature) == (200, "status")
            assert await posted(http, signature) == (200, "status")
        async with asyncio.timeout(10):
            while not (found := await listed(service.url, key, alice, "activities")):
                await asyncio.sleep(0.02)
        assert [one["id"] for one in found] == ["acme:17"]


async def moved_in(http: aiohttp.ClientSession, key: str) -> str:
    links = [{"platform": "acme", "external_id": "7"}]
    body = {"name": "Alice", "timezone": "Europe/Berlin", "connections": links}
    async with http.post("/api/v1/athletes", json=body, headers={"Authorization": f"Bearer {key}"}) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def posted(http: aiohttp.ClientSession, signature: str) -> tuple[int, str]:
    """The hook's status, and the one field of its answer."""
    async with http.post("/hooks/acme", data=BODY, headers={"x-acme-signature": signature}) as answer:
        [field] = await answer.json()
        return answer.status, field
