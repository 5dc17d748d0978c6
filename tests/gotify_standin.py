"""A small Gotify for tests: one of the services that Apprise speaks to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from faulty import Mode, misbehave


@dataclass
class Gotify:
    """One of the services behind Apprise (https://gotify.net): takes a JSON message with a token in a header."""

    mode: Mode = 200
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/message", self._hear)
        app.router.add_route("*", "/elsewhere", self._hear)
        return app

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("X-Gotify-Key", ""))
        self.messages.append(await request.json())
        return await misbehave(request, self.mode, self.headers, json.dumps({"id": 1}))
