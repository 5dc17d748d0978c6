"""`/openapi.json`: the document of everything that programs may call, made from the table that registers it.

OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html); schemas come from the types that are read and written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any, Final

import msgspec
from aiohttp import web

from twinge import event
from twinge.web.answer import JSON
from twinge.web.api import answers, installed, records, shapes
from twinge.web.examples import EXAMPLES
from twinge.web.meanings import describe
from twinge.web.once import HEADER, REPLAYED, SHAPE
from twinge.web.refusals import refusal, refusals, statuses
from twinge.web.route import Route
from twinge.web.tags import tagged_bytes

ABOUT: Final = (
    "Twinge takes workouts from fitness platforms and says slow down, rest, or see a doctor before a sore muscle "
    "becomes an injury. JSON in UTF-8; instants are RFC 3339, in UTC in answers. The errors of everything below "
    "`/api`, `/hooks`, `/channels` and `/health` have one shape."
)
PLACES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "athlete": ("Id of an athlete.", {"type": "string", "pattern": "^[0-9a-z]+$"}),
    "delivery": ("Number of a delivery.", {"type": "integer", "minimum": 1}),
    "connection": ("Number of a connection, or its platform.", {"type": "string", "minLength": 1}),
    "silence": ("Id of a silence.", {"type": "string", "pattern": "^[0-9a-z]+$"}),
    "episode": ("Id of a pain story.", {"type": "integer", "minimum": 0}),
    "key": ("Id of a key: what stands after `twk_`.", {"type": "string", "minLength": 1}),
    "activity": ("Id of a workout: `strava:123`.", {"type": "string", "minLength": 1}),
    "date": ("A day.", {"type": "string", "format": "date"}),
    "report": ("Id of a report.", {"type": "string", "minLength": 1}),
    "finding": ("Id of a finding.", {"type": "string", "minLength": 1}),
    "nudge": ("Id of a message.", {"type": "string", "minLength": 1}),
    "held": ("Id of a silence that was kept.", {"type": "string", "minLength": 1}),
    "rule": ("Id of a rule.", {"type": "string", "pattern": "^[A-Z][0-9]+$"}),
    "plugin": ("A plugin's name.", {"type": "string", "minLength": 1}),
    "platform": ("A platform's name, as `GET /api/v1/plugins` has it.", {"type": "string", "minLength": 1}),
    "token": ("The secret that this platform's route wants.", {"type": "string", "minLength": 1}),
    "tail": ("What the channel's provider calls.", {"type": "string", "minLength": 1}),
}
"""What a path's parameter is."""
NUMBER: Final = ("Number of an address.", {"type": "integer", "minimum": 1})
CHANNEL: Final = ("A channel's name.", {"type": "string", "minLength": 1})


class Document:
    """The document of some routes, made when it is first asked for."""

    def __init__(self, routes: Sequence[Route], server: str) -> None:
        """`server` is the public URL, or empty where none is known."""
        self._routes, self._server = routes, server
        self.page = b""
        """The same for people, once somebody has asked for it (`reference`)."""

    @cached_property
    def value(self) -> dict[str, Any]:
        """The document, as plain JSON values."""
        types = list(dict.fromkeys(_types(self._routes)))
        shapes, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
        describe(components, _kinds())
        made = _Maker(dict(zip(types, shapes, strict=True)), components)
        paths: dict[str, dict[str, Any]] = {}
        for route in self._routes:
            paths.setdefault(route.plain_path, {})[route.method.lower()] = made.operation(route, self._routes)
        queries = {route.query.__name__ for route in self._routes if route.query is not None}
        schemas = {name: shape for name, shape in components.items() if name not in queries}
        whole = {
            "openapi": "3.1.1",
            "info": _info(),
            "servers": [{"url": self._server or "/"}],
            "tags": [{"name": name} for name in dict.fromkeys(route.group for route in self._routes)],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "responses": refusals(),
                "headers": _headers(),
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`twk_…`"}},
            },
        }
        # A list of things gets a name that a person would give it; tuples become lists.
        plain: dict[str, Any] = json.loads(re.sub(r"Listing(?:_(\w+)_|\[(\w+)\])", r"\1\2List", json.dumps(whole)))
        return plain

    @cached_property
    def body(self) -> bytes:
        """The document as it is served."""
        return json.dumps(self.value, ensure_ascii=False).encode()


DOCUMENT = web.AppKey("document", Document)


async def serve(request: web.Request) -> web.Response:
    """`GET /openapi.json`."""
    return tagged_bytes(request, request.app[DOCUMENT].body, JSON, headers={"Cache-Control": "no-cache"})


def _info() -> dict[str, Any]:
    licence = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return {"title": "Twinge", "version": version("twinge"), "description": ABOUT, "license": licence}


def _headers() -> dict[str, Any]:
    def text(about: str) -> dict[str, Any]:
        return {"description": about, "schema": {"type": "string"}}

    return {
        "RateLimit": text("Calls that this key has left, and seconds until it has all again."),
        "RateLimit-Policy": text("Calls and seconds that a key's quota is made of."),
        "ETag": text("Names this state, for If-None-Match and If-Match."),
        REPLAYED: {"description": "`true`: this is the first answer, again.", "schema": {"const": "true"}},
    }


def _kinds() -> dict[str, type[msgspec.Struct]]:
    """Every type that stands in the document, by its name there."""
    named = {name: one for module in (event, shapes, answers, records, installed) for name, one in vars(module).items()}
    return {name: one for name, one in named.items() if isinstance(one, type) and issubclass(one, msgspec.Struct)}


def _types(routes: Iterable[Route]) -> Iterable[Any]:
    yield answers.Problem
    for route in routes:
        yield from (one for one in (route.body, route.query, route.sends.type) if one is not None)


class _Maker:
    """Operations, from schemas that are there."""

    def __init__(self, shapes: dict[Any, dict[str, Any]], components: dict[str, Any]) -> None:
        self._shapes, self._components = shapes, components

    def operation(self, route: Route, others: Sequence[Route]) -> dict[str, Any]:
        """One method of one path."""
        made: dict[str, Any] = {
            "operationId": route.name,
            "tags": [route.group],
            "summary": route.summary,
            "parameters": [*self._places(route), *self._query(route), *_conditions(route)],
            "responses": {str(route.sends.status): self._success(route, others)},
            "security": [{"key": [scope]} for scope in route.scopes],
        }
        if route.body is not None or route.takes:
            made["requestBody"] = self._body(route)
        for status in statuses(route):
            made["responses"][str(status)] = refusal(route, status)
        return made

    def _places(self, route: Route) -> list[dict[str, Any]]:
        found = []
        for name in route.parameters:
            about, shape = PLACES.get(name) or (NUMBER if route.wants_key else CHANNEL)
            found.append({"name": name, "in": "path", "required": True, "description": about, "schema": shape})
        return found

    def _query(self, route: Route) -> list[dict[str, Any]]:
        if route.query is None:
            return []
        shape = self._components[route.query.__name__]
        needed = shape.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in needed, "schema": _without_null(each)}
            for name, each in shape["properties"].items()
        ]

    def _body(self, route: Route) -> dict[str, Any]:
        if route.body is None:
            return {"required": False, "content": {media: {"schema": shape} for media, shape in route.takes.items()}}
        return {"required": True, "content": {JSON: self._content(route.body)}}

    def _content(self, kind: Any) -> dict[str, Any]:
        example = EXAMPLES.get(kind)
        return {"schema": self._shapes[kind], **({} if example is None else {"example": example})}

    def _success(self, route: Route, others: Sequence[Route]) -> dict[str, Any]:
        sends = route.sends
        made: dict[str, Any] = {"description": _word(sends.status)}
        if sends.type is not None:
            made["content"] = {sends.media: self._content(sends.type)}
        elif sends.media != JSON:
            made["content"] = {sends.media: {"schema": {"type": "string"}}}
        names = ["RateLimit", "RateLimit-Policy"] if route.wants_key else []
        names += ["ETag"] * route.tagged + [REPLAYED] * route.once
        if names:
            made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        if links := _links(route, others):
            made["links"] = links
        return made


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """A query's field is there or not: it is never null."""
    rest = [one for one in shape.get("anyOf", []) if one != {"type": "null"}]
    plain = {name: value for name, value in shape.items() if name not in {"anyOf", "default"}}
    default = {} if shape.get("default") in {None, ""} else {"default": shape["default"]}
    return {**plain, **default, **(rest[0] if len(rest) == 1 else {"anyOf": rest} if rest else {})}


def _conditions(route: Route) -> Iterable[dict[str, Any]]:
    """Headers that a call may be bound to."""
    text = {"type": "string"}
    if route.tagged and route.method == "GET":
        yield {"name": "If-None-Match", "in": "header", "schema": text, "description": "ETags of what you have."}
    if route.guarded:
        yield {
            "name": "If-Match",
            "in": "header",
            "schema": text,
            "description": "The ETag of what you mean to change.",
        }
    if route.once:
        about = (
            "1 to 200 letters, digits or `-._:~+/=`, in quotes or not: sent again with the same key, the same call has "
            "one effect and one answer."
        )
        yield {"name": HEADER, "in": "header", "schema": {**text, "pattern": SHAPE}, "description": about}


def _links(route: Route, others: Sequence[Route]) -> dict[str, Any]:
    """Where an answer leads: to every route that asks for what it gives, and for nothing that is not known by then."""
    known = {name: f"$request.path.{name}" for name in route.parameters}
    known |= {name: f"$response.body#{pointer}" for name, pointer in route.gives.items()}
    return {
        other.name: {"operationId": other.name, "parameters": {name: known[name] for name in other.parameters}}
        for other in others
        if set(other.parameters) & set(route.gives) and set(other.parameters) <= set(known)
    }


def _word(status: int) -> str:
    words = {201: "Made.", 202: "Taken; it is done in a moment.", 204: "Done.", 303: "Go on there."}
    return words.get(status, "As asked.")
