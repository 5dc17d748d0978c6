"""A small ntfy for tests: takes messages, keeps them, gives them back by topic, and plays faults.

It answers as ntfy 2.16 does (https://docs.ntfy.sh/publish/, https://docs.ntfy.sh/subscribe/api/); `old` is one from
before, which knows no sequence ids.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from faulty import Mode, misbehave


@dataclass
class NtfyStandin:
    """`mode` says what the next calls meet: 200, a status, a code of ntfy's own, or a fault of `faulty`."""

    mode: Mode = 200
    old: bool = False
    clock: datetime = field(default_factory=lambda: datetime(2026, 5, 1, 9, tzinfo=UTC))
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    logins: list[str | None] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> web.Application:
        """Serve it with aiohttp's TestServer."""
        app = web.Application()
        app.router.add_post("/", self._publish)
        app.router.add_get("/{topic}/json", self._poll)
        return app

    def shown(self, topic: str) -> list[str]:
        """What the app on the phone shows: of two messages with one sequence id only the second."""
        last = {one.get("sequence_id", one["id"]): one["message"] for one in self.kept if one["topic"] == topic}
        return list(last.values())

    def keep(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a message in, as if it had been published."""
        known = {"topic", "title", "message", "priority", "tags", "actions"} | (set() if self.old else {"sequence_id"})
        made = {name: value for name, value in asked.items() if name in known and value}
        made |= {"id": f"m{len(self.kept):011d}", "time": int(self.clock.timestamp()), "event": "message"}
        self.kept.append(made)
        return made

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        self.logins.append(request.headers.get("Authorization"))
        self.asked.append(await request.json())
        match self.mode:
            case 200:
                return web.json_response(self.keep(self.asked[-1]))
            case "hang" | "cut" | "garbage" | "list":
                made = self.keep(self.asked[-1])
                if self.mode in {"garbage", "list"}:
                    return web.Response(text="<html>" if self.mode == "garbage" else "[1]")
                return await misbehave(request, self.mode, self.headers, json.dumps(made))
        return await self._fault(request)

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        self.logins.append(request.headers.get("Authorization"))
        self.queries.append(dict(request.query))
        if self.mode != 200:
            return await self._fault(request)
        since, topic = int(request.query["since"]), request.match_info["topic"]
        found = [one for one in self.kept if one["topic"] == topic and one["time"] >= since]
        return web.Response(text="".join(json.dumps(one) + "\n" for one in found))

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        if isinstance(self.mode, int) and self.mode > 1_000:
            body = {
                "code": self.mode,
                "http": self.mode // 100,
                "error": "limit reached",
                "link": "https://ntfy.sh/docs",
            }
            return web.json_response(body, status=self.mode // 100, headers=self.headers)
        return await misbehave(request, self.mode, self.headers)
