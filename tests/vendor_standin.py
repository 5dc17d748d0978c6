"""A vendor on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

DATE = "Sat, 02 May 2026 10:07:00 GMT"


@dataclass
class Asked:
    """One call."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class VendorStandin:
    """Answers by path; each answer is (status, body), the body bytes or what becomes JSON. 404 for the rest."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def app(self) -> web.Application:
        """The stand-in as an aiohttp application."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def paths(self) -> list[str]:
        """The paths asked for so far, in order."""
        return [one.path for one in self.asked]

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append(Asked(request.method, request.path, dict(request.query), dict(request.headers), body))
        status, said = self.answers.get(f"{request.method} {request.path}") or self.answers.get(
            request.path, (404, b"")
        )
        raw = said if isinstance(said, bytes) else msgspec.json.encode(said)
        return web.Response(status=status, body=raw, headers={"Date": DATE, **self.headers})
