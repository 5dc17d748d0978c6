"""13. What browsers are told with every answer of every route; cookies, forms of other sites, the worker's scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiohttp import ClientResponse

from conftest import Serve, Web
from operator_visit import sign_in
from trust.everything import ENV
from twinge.config import Settings
from twinge.registry import load_plugins
from twinge.web import ROUTES
from visitor import FakePush, Forms, Visitor, come_in, link

VALUES = {
    "token": "a" * 43,
    "channel": "console",
    "name": "me.css",
    "platform": "strava",
    "tail": "inbound",
    "rule": "L01",
}
OPEN = ("/me/static", "/admin/static", "/health", "/metrics", "/i/", "/nothing")
"""Below these nothing is anybody's own."""


def calls() -> Iterator[tuple[str, str]]:
    """Every method of every route, with something in the places."""
    for route in ROUTES:
        plain = re.sub(r"{(\w+):[^}]*}", r"{\1}", route.path)
        yield route.method, re.sub(r"{(\w+)}", lambda at: VALUES.get(at[1], "1"), plain)
    yield "GET", "/nothing-is-here"
    yield "DELETE", "/health/live"


def policy(answer: ClientResponse) -> dict[str, str]:
    parts = (one.strip().partition(" ") for one in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def check(answer: ClientResponse, where: str) -> None:
    """What ZAP's passive rules ask of an answer: 10020, 10021, 10035 to 10038, 10049, 10055, 10098."""
    headers = answer.headers
    told = policy(answer)
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["Referrer-Policy"] == "no-referrer", where
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000"), where
    assert told["default-src"] == "'none'", where
    assert told["frame-ancestors"] == "'none'", where
    assert not [one for one in told.values() if "unsafe" in one or "*" in one or "data:" in one or "http:" in one], (
        where
    )
    assert headers["Server"] == "twinge", where
    assert not {"X-Powered-By", "Access-Control-Allow-Origin", "X-AspNet-Version"} & set(headers), where
    if answer.content_type == "text/html":
        assert told["base-uri"] == "'none'", where
        assert "form-action" in told, where
    if not where.partition(" ")[2].startswith(OPEN):
        assert "Cache-Control" in headers, where
        assert "public" not in headers["Cache-Control"], where
    for cookie in headers.getall("Set-Cookie", []):
        assert "HttpOnly" in cookie, where
        assert re.search("SameSite=(Lax|Strict)", cookie), where
        assert "Path=/" in cookie, where


@pytest.fixture
async def house(serve: Serve) -> Web:
    found = load_plugins(ENV)
    return await serve(platforms=found.platforms, channels={**found.channels, "webpush": FakePush()})


async def test_every_answer_of_every_route_is_guarded(house: Web) -> None:
    """To a stranger, a visitor, an operator and a key."""
    alice = await house.alice()
    visitor, operator = await come_in(house, alice), await sign_in(house)
    key: dict[str, str] = {"Authorization": f"Bearer {house.admin}"}
    tried = 0
    for method, path in calls():
        who = operator if path.startswith("/admin") else visitor
        for caller, more in ((Visitor(house), {}), (who, {}), (Visitor(house), key)):
            answer = await caller.call(method, path, headers=more)
            check(answer, f"{method} {path}")
            tried += 1
            if answer.content_type == "text/event-stream":
                answer.close()
                continue
            text = await answer.text() if answer.content_type.startswith(("text", "application/json")) else ""
            assert "Traceback" not in text
            assert answer.status != 500
    assert tried > 400


async def test_without_tls_browsers_are_not_bound_to_it(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, public_url="http://127.0.0.1:8700"))
    assert "Strict-Transport-Security" not in (await web.client.get("/health/live")).headers


async def test_the_cookies_are_for_one_place_and_no_script(house: Web) -> None:
    alice = await house.alice()
    answer = await Visitor(house).call("POST", await link(house, alice))
    [cookie] = answer.headers.getall("Set-Cookie")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/me"} <= set(cookie.split("; "))
    assert cookie.startswith("__Secure-")
    answer = await Visitor(house).post("/admin/enter", {"key": house.admin})
    [cookie] = answer.headers.getall("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/admin"} <= set(cookie.split("; "))


async def test_another_sites_forms_do_nothing(house: Web) -> None:
    """Every form of the page and the desk: with the cookie, from elsewhere, and without the visit's proof."""
    alice = await house.alice()
    tried = 0
    for who, home in ((await come_in(house, alice), "/me"), (await sign_in(house), "/admin")):
        proof = Forms(await who.get(home)).of("/leave")[1]
        for method, path in calls():
            if method != "POST" or not path.startswith(home) or "/enter" in path or path == "/me/push":
                continue
            cross = await who.call("POST", path, data=proof, headers={"Sec-Fetch-Site": "cross-site"})
            bare = await who.post(path, {"proof": "0" * 64})
            assert (cross.status, bare.status) == (403, 403), path
            tried += 1
        assert (await who.call("GET", home)).status == 200
    assert tried > 25


async def test_the_service_worker_reaches_the_page_and_no_further(house: Web) -> None:
    answer = await house.client.get("/me/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/me"
    text = await answer.text()
    assert "importScripts" not in text
    assert "https://" not in re.sub(r"//.*", "", text)
    for path in ("/sw.js", "/admin/sw.js", "/api/sw.js"):
        assert (await house.client.get(path)).status == 404
