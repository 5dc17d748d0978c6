"""A route as data: the value that registers it is the one that the document describes, so they cannot differ."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from twinge.web.answer import JSON
from twinge.web.guard import OPEN_TO_KEYS
from twinge.web.once import once
from twinge.web.rights import callers

Call = Callable[[web.Request], Awaitable[web.StreamResponse]]

HTML: Final = "text/html"
TEXT: Final = "text/plain"
ANY: Final[Mapping[str, Any]] = {"application/json": {}, "*/*": {}}
"""A body whose shape is its sender's affair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """What a route answers with when all is well."""

    status: int = 200
    type: Any = None
    """What its JSON is encoded from; None where there is no body, or no JSON."""
    media: str = JSON


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    """As aiohttp reads it."""
    call: Call
    group: str
    """The heading it stands under."""
    summary: str
    sends: Sends = field(default_factory=Sends)
    body: type[Struct] | None = None
    """The type that its JSON body is decoded as."""
    takes: Mapping[str, Any] = field(default_factory=dict)
    """Bodies that are no JSON of ours: schemas by their media type."""
    query: type[Struct] | None = None
    """Its query's fields, as a type."""
    errors: tuple[int, ...] = ()
    """What it refuses with, beside what everything may."""
    tagged: bool = False
    """Its answer carries an ETag, and If-None-Match is honoured."""
    guarded: bool = False
    """If-Match is honoured."""
    repeats: bool = False
    """A POST that is the same when it comes twice anyway: it takes no Idempotency-Key."""
    gives: Mapping[str, str] = field(default_factory=dict)
    """Which part of its answer (a JSON pointer) is which parameter of other paths."""
    head: bool = True
    """A GET answers HEAD too."""

    @property
    def wants_key(self) -> bool:
        """Whether only keys are let in."""
        return self.path.startswith(OPEN_TO_KEYS)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of which a key must have one (`rights.callers`); none where no key is asked for."""
        return callers(self.method, self.plain_path) if self.wants_key else ()

    @property
    def once(self) -> bool:
        """Whether it honours an Idempotency-Key."""
        return self.method == "POST" and self.wants_key and not self.repeats

    @property
    def plain_path(self) -> str:
        """The path without aiohttp's patterns, as OpenAPI writes it."""
        return re.sub(r"{(\w+):[^}]*}", r"{\1}", self.path)

    @property
    def parameters(self) -> list[str]:
        """Names of the path's parameters, in order."""
        return re.findall(r"{(\w+)}", self.plain_path)

    @property
    def name(self) -> str:
        """A name of its own: `get-athletes-athlete-nudges`."""
        words = self.plain_path.removeprefix("/api/v1").replace("{", "").replace("}", "").split("/")
        return "-".join([self.method.lower(), *(re.sub(r"\W", "-", word) for word in words if word)])

    def registered(self) -> web.RouteDef:
        """The route as aiohttp takes it."""
        call = once(self.call) if self.once else self.call
        if self.method == "GET":
            return web.get(self.path, call, allow_head=self.head)
        return web.route(self.method, self.path, call)
