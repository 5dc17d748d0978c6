"""3. Keys of the API: none at first, long, kept as hashes, ended at once; guesses are slowed; deeds are noted."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from conftest import Serve, Web
from pages import ROOT
from twinge.app import running
from twinge.config import Settings
from twinge.registry import load_plugins
from twinge.testing import FixedClock

GUESSES = ("", "admin", "twinge", "test", "changeme", "twk_00000000_" + "A" * 43)


async def test_a_new_house_has_no_key_and_lets_nobody_in(tmp_path: Path, clock: FixedClock) -> None:
    fresh = Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path / "new"), "TWINGE_PORT": "0"})
    async with running(fresh, load_plugins({}), clock=clock, roles=["web"]) as service:
        assert service.url.startswith("http://127.0.0.1:")
        assert await service.store.keys.list() == []
        async with aiohttp.ClientSession() as http:
            for guess in GUESSES:
                headers = {"Authorization": f"Bearer {guess}"}
                for path in ("/api/v1/athletes", "/api/v1/keys", "/api/v1/deliveries"):
                    async with http.get(service.url + path, headers=headers) as answer:
                        assert answer.status == 401


async def test_no_route_of_the_api_is_open_and_none_of_the_writing_ones_to_a_reader(web: Web) -> None:
    """Walked by the router: whatever is added later is tried too."""
    tried = 0
    for route in web.client.app.router.routes():
        resource = route.resource
        if resource is None or not resource.canonical.startswith("/api/v1/"):
            continue
        path = resource.canonical.replace("{", "").replace("}", "")
        assert (await web.client.request(route.method, path)).status == 401, path
        if route.method not in {"GET", "HEAD"}:
            assert (await web.call(route.method, path, {}, key=web.reader)).status == 403, path
            tried += 1
    assert tried > 20


async def test_a_key_is_long_and_kept_as_a_hash_alone(web: Web, tmp_path: Path) -> None:
    secret = web.admin.split("_", 2)[2]
    assert len(secret) >= 43  # 256 bits
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("twinge.sqlite3*"))
    assert web.admin.split("_")[1].encode() in raw
    assert secret.encode() not in raw


async def test_it_ends_by_itself_and_at_once_and_says_when_it_was_used(web: Web) -> None:
    short = await web.store.keys.create("read", "short", web.clock(), expires_at=web.clock() + timedelta(hours=1))
    assert (await web.call("GET", "/api/v1/athletes", key=short)).status == 200
    [mine] = [one for one in await web.store.keys.list() if one.name == "short"]
    assert mine.used_at == web.clock()
    web.clock.advance(timedelta(hours=1))
    assert (await web.call("GET", "/api/v1/athletes", key=short)).status == 401
    assert (await web.call("GET", "/api/v1/athletes", key=web.reader)).status == 200
    await web.store.keys.revoke(web.reader.split("_")[1], web.clock())
    assert (await web.call("GET", "/api/v1/athletes", key=web.reader)).status == 401


async def test_guesses_are_slowed_before_the_key_is_looked_at(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, api_failures=5))
    statuses = [(await web.call("GET", "/api/v1/keys", key=f"twk_0_{n}")).status for n in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert (await web.call("GET", "/api/v1/keys")).status == 429  # a right one too, from there
    web.clock.advance(timedelta(minutes=1))
    assert (await web.call("GET", "/api/v1/keys")).status == 200
    assert Settings().api_failures <= 30


async def test_the_desk_slows_guesses_and_answers_on_loopback_alone(web: Web) -> None:
    guessed = [
        (await web.client.post("/admin/enter", data={"key": f"twk_00000000_{'A' * 43}"})).status for _ in range(11)
    ]
    assert guessed == [403] * 10 + [429]
    for headers in ({"Host": "twinge.example"}, {"X-Forwarded-For": "127.0.0.1"}, {"Via": "1.1 proxy"}):
        assert (await web.client.get("/admin/enter", headers=headers)).status == 403


async def test_what_is_done_is_said_by_whom(web: Web) -> None:
    alice = await web.alice()
    await web.call("DELETE", f"/api/v1/athletes/{alice}")
    found = (await web.get("/api/v1/audit"))["items"]
    assert {"key:" + web.admin.split("_")[1]} == {one["actor"] for one in found}
    assert len(found) >= 2


def test_nothing_takes_a_line_of_the_audit_back() -> None:
    """Its rows are inserted; one place changes them, for an erasure, and one deletes them, when their days are over."""
    told = ("audit", "tables.audit")
    doing: set[tuple[str, str]] = set()
    for path in (ROOT / "service").rglob("*.py"):
        source = path.read_text()
        for one in ast.walk(ast.parse(source)) if "audit" in source else ():
            if isinstance(one, ast.Call) and one.args and ast.unparse(one.args[0]) in told:
                doing.add((ast.unparse(one.func), path.name))
            if isinstance(one, ast.Attribute) and ast.unparse(one.value) in told:
                doing.add((one.attr, path.name))
    changing = {one for one in doing if one[0] in {"update", "delete", "upsert"}}
    assert changing == {("update", "theirs.py")}


@pytest.mark.parametrize("name", ["TWINGE_ADMIN_KEY", "TWINGE_ADMIN_PASSWORD", "TWINGE_API_KEY"])
def test_there_is_no_setting_that_is_a_key(name: str) -> None:
    assert name not in (ROOT / "docs/settings.md").read_text()
