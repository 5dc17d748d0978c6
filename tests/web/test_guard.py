"""At the door: keys and scopes, deadlines, one shape for every error, and a log that tells no secrets."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web as http
from aiohttp.test_utils import TestClient, TestServer

from conftest import TOKEN, Serve, Web, run
from twinge.config import Settings
from twinge.web.guard import DOOR, Door, guard
from twinge.web.parts import SETTINGS


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer twk_x_y", "Bearer nonsense", "Basic dXNlcjpw", "Bearer twk_é_é", "x" * 5000],
)
async def test_without_a_key_the_api_is_shut(web: Web, header: str) -> None:
    response = await web.client.get("/api/v1/rules", headers={"Authorization": header} if header else {})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await response.json())["error"]["code"] == "no_key"


async def test_without_a_key_not_even_the_routes_are_told(web: Web) -> None:
    assert (await web.client.get("/api/v1/nonsense")).status == 401
    assert (await web.call("GET", "/api/v1/nonsense")).status == 404


async def test_a_reader_reads_and_no_more(web: Web) -> None:
    body = {"name": "Alice", "timezone": "UTC"}
    assert (await web.call("GET", "/api/v1/athletes", key=web.reader)).status == 200
    for method, path in (("POST", "/api/v1/athletes"), ("PATCH", "/api/v1/athletes/x"), ("DELETE", "/api/v1/x")):
        response = await web.call(method, path, body, key=web.reader)
        assert (response.status, (await response.json())["error"]["code"]) == (403, "scope")


async def test_a_revoked_key_is_dead_at_once(web: Web) -> None:
    key_id = web.reader.split("_")[1]
    await web.store.keys.revoke(key_id, web.clock())
    assert (await web.call("GET", "/api/v1/rules", key=web.reader)).status == 401


async def test_the_word_bearer_is_read_in_any_case(web: Web) -> None:
    response = await web.client.get("/api/v1/rules", headers={"Authorization": f"bearer {web.admin}"})
    assert response.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/hooks", 404),
        ("POST", "/hooks/%2e%2e/%2e%2e", 404),
        ("PUT", "/hooks/generic", 405),
        ("POST", "/metrics", 405),
        ("DELETE", "/health/live", 405),
        ("TRACE", "/health/live", 405),
    ],
)
async def test_every_error_has_the_one_shape(web: Web, method: str, path: str, status: int) -> None:
    response = await web.client.request(method, path)
    assert response.status == status
    assert response.content_type == "application/json"
    assert set((await response.json())["error"]) == {"code", "message"}
    assert ("Allow" in response.headers) == (status == 405)


@pytest.fixture
async def bare(settings: Settings) -> Any:
    """The guard over handlers that fail."""

    async def crash(request: http.Request) -> http.Response:
        raise ValueError("private: +4915112345689")

    async def hang(request: http.Request) -> http.Response:
        await asyncio.sleep(60)
        return http.Response()

    async def time_out(request: http.Request) -> http.Response:
        raise TimeoutError

    app = http.Application(middlewares=[guard])
    app[DOOR] = Door()
    app[SETTINGS] = replace(settings, request_deadline_s=0.1)
    app.add_routes([http.get("/crash", crash), http.get("/hang", hang), http.get("/time-out", time_out)])
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_fault_of_ours_is_500_with_an_id_and_without_its_words(
    bare: TestClient[Any, Any], everything_logged: pytest.LogCaptureFixture
) -> None:
    response = await bare.get("/crash")
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (500, "fault")
    (line,) = [record for record in everything_logged.records if record.levelno == logging.ERROR]
    assert "ValueError" in line.getMessage()
    assert error["message"].rstrip(".").rpartition(" ")[2] in line.getMessage()
    assert "4915" not in everything_logged.text + str(error)


async def test_a_handler_that_hangs_is_cut_and_one_that_times_out_is_a_fault(bare: TestClient[Any, Any]) -> None:
    assert (await bare.get("/hang")).status == 408
    assert (await bare.get("/time-out")).status == 500


async def test_nothing_private_is_logged(serve: Serve, everything_logged: pytest.LogCaptureFixture) -> None:
    web = await serve()
    alice = await web.alice(channels=[{"channel": "console", "address": "+4915112345689"}])
    await web.send(run(title="A private title"))
    await web.client.post(f"/hooks/generic/{TOKEN}?secret=hush", json=run("run-2"))
    await web.client.post("/hooks/generic/wrong-token", json=run("run-3"))
    await web.send(b'{"private": "words"}', call_id="msg_2")
    await web.call("POST", "/api/v1/athletes", {"name": "+4915112345689", "timezone": "nowhere"})
    await web.call("GET", f"/api/v1/athletes/{alice}/activities?cursor=hush")
    for secret in ("4915112345689", "private", "hush", TOKEN, "wrong-token", web.admin, web.reader):
        assert secret not in everything_logged.text.lower()
