"""The document says what is served, and what is served is what it says."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from aiohttp import web as http
from openapi_spec_validator import OpenAPIV31SpecValidator

from conftest import Web
from twinge.web import DOCUMENTED, ROUTES
from twinge.web.answer import JSON
from twinge.web.document import Document
from twinge.web.examples import EXAMPLES
from twinge.web.route import Route

OURS = ("/api", "/hooks", "/channels", "/connect", "/health", "/metrics", "/openapi.json")
LISTS = [
    route
    for route in DOCUMENTED
    if route.query is not None and route.method == "GET" and route.wants_key and route.sends.media == JSON
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return Document(DOCUMENTED, "https://twinge.example").value


def test_every_route_stands_in_the_document_and_back(document: dict[str, Any]) -> None:
    app = http.Application()
    app.add_routes(ROUTES)
    served = {
        (route.method.lower(), re.sub(r":[^}]*}", "}", route.resource.canonical))
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith(OURS) and route.method != "HEAD"
    }
    told = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert told == served
    assert len(told) > 50


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


def test_every_operation_has_a_name_of_its_own_and_every_link_leads_to_one(document: dict[str, Any]) -> None:
    calls = [call for methods in document["paths"].values() for call in methods.values()]
    names = [call["operationId"] for call in calls]
    assert len(set(names)) == len(names)
    links = [link for call in calls for told in call["responses"].values() for link in told.get("links", {}).values()]
    assert len(links) > 40
    assert {link["operationId"] for link in links} <= set(names)


def test_every_name_of_a_query_is_that_of_a_component_of_its_own() -> None:
    """The document leaves the types of queries out by their names."""
    queries = {route.query for route in DOCUMENTED if route.query is not None}
    kinds = {kind for route in DOCUMENTED for kind in (route.body, route.sends.type) if kind is not None}
    assert not {kind.__name__ for kind in queries} & {getattr(kind, "__name__", "") for kind in kinds}


def test_what_stands_under_a_field_is_its_meaning_in_the_document(document: dict[str, Any]) -> None:
    profile = document["components"]["schemas"]["NewAthlete"]["properties"]
    silence = document["components"]["schemas"]["NewSilence"]["properties"]
    assert profile["ftp_w"]["description"] == "Watts."  # of a base
    assert silence["from"]["description"] == "Its beginning."  # under its name on the wire
    wishes = document["components"]["schemas"]["Wishes"]["properties"]
    assert all(one.get("description") for one in wishes.values())


@pytest.mark.parametrize("kind", list(EXAMPLES), ids=str)
def test_every_example_is_what_its_type_takes(kind: Any) -> None:
    msgspec.convert(EXAMPLES[kind], kind)


def test_every_body_has_an_example() -> None:
    assert {route.body for route in DOCUMENTED if route.body is not None} <= set(EXAMPLES)


GOOD = {
    "limit": "5",
    "platform": "generic",
    "external_id": "a-1",
    "status": "connected",
    "name": "Al",
    "sport": "run",
    "rule": "L01",
    "severity": "rest",
    "reason": "quiet",
    "scope": "read",
    "actor": "key:1",
    "what": "key.create",
}
"""A good value for each field of a query."""
STATES = {"nudges": "sent", "connections": "connected", "keys": "alive", "deliveries": "done"}
LEFT_OUT = {"/api/v1/connections": {"cursor", "quiet"}}
"""What only a list itself can make, and what goes with no other."""


def good(route: Route, name: str, alice: str) -> str:
    """A value that this list takes."""
    moments = {"from": "2026-05-01", "to": "2026-05-04"}
    if name in moments:
        return moments[name] if route.path.endswith("wellness") else f"{moments[name]}T10:00:00Z"
    last = route.path.rpartition("/")[2]
    return STATES[last] if name == "state" else alice if name == "athlete" else GOOD[name]


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
async def test_a_list_knows_the_fields_of_its_query_and_no_other(web: Web, route: Route) -> None:
    alice = await web.alice()
    path = route.path.replace("{athlete}", alice)
    assert route.query is not None
    names = [name for name in route.query.__struct_encode_fields__ if name not in LEFT_OUT.get(route.path, {"cursor"})]
    named = "&".join(f"{name}={good(route, name, alice)}" for name in names)
    assert (await web.call("GET", f"{path}?{named}")).status == 200
    response = await web.call("GET", f"{path}?{named}&shoe=44")
    assert (response.status, (await response.json())["error"]["field"]) == (400, "shoe")


async def test_it_is_served_without_a_key_and_named_by_its_content(web: Web) -> None:
    response = await web.client.get("/openapi.json")
    assert (response.status, response.content_type) == (200, "application/json")
    assert (await response.json())["servers"] == [{"url": "https://twinge.example"}]
    again = await web.client.get("/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


async def test_the_page_has_every_call_and_runs_nothing(web: Web, document: dict[str, Any]) -> None:
    response = await web.client.get("/api/docs")
    text = await response.text()
    assert (response.status, response.content_type) == (200, "text/html")
    for methods in document["paths"].values():
        for call in methods.values():
            assert f'id="{call["operationId"]}"' in text
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in text
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))
    assert not re.search(r"<script|<link|<img|javascript:| on\w+=|src=|style=", text)
    assert "default-src 'none'; style-src 'sha256-" in response.headers["Content-Security-Policy"]


async def test_a_wrong_method_on_the_page_is_refused_in_the_one_shape(web: Web) -> None:
    response = await web.client.post("/api/docs")
    assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")
