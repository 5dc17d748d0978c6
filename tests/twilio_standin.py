"""A small Twilio for tests: takes messages, lists them, and plays the faults a provider has.

It answers in the shape of the Messages resource (https://www.twilio.com/docs/messaging/api/message-resource).
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "invented-auth-token"
PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"


@dataclass
class TwilioStandin:
    """`mode` says what the next calls meet: an HTTP status, an error code, or one of hang, reset, cut, garbage."""

    mode: str | int = 201
    clock: datetime = field(default_factory=lambda: datetime(2026, 5, 1, 9, tzinfo=UTC))
    status: str = "queued"
    headers: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> web.Application:
        """Serve it with aiohttp's TestServer."""
        app = web.Application()
        app.router.add_post(PATH, self._create)
        app.router.add_get(PATH, self._list)
        return app

    def keep(self, form: dict[str, str], **more: Any) -> dict[str, Any]:
        """Take a message in, as if it had been sent."""
        made = {
            "sid": f"SM{len(self.messages) + 1:032x}",
            "account_sid": SID,
            "to": form["To"],
            "from": form.get("From"),
            "body": form["Body"],
            "direction": "outbound-api",
            "status": self.status,
            "error_code": None,
            "num_segments": "1",
            "date_created": format_datetime(self.clock),
            **more,
        }
        self.messages.append(made)
        return made

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self._note_login(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        match self.mode:
            case 201:
                return web.json_response(self.keep(form), status=201)
            case "hang":
                self.keep(form)
                await asyncio.sleep(30)
            case "reset":
                assert request.transport is not None
                request.transport.abort()
            case "cut":
                return await self._cut(request, self.keep(form))
            case "garbage":
                self.keep(form)
                return web.Response(text="<html>", status=201)
            case "nameless":
                return web.json_response({"status": "queued"}, status=201)
            case "list":
                return web.json_response([1], status=201)
        return self._fault()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._note_login(request)
        self.queries.append(dict(request.query))
        if self.mode != 201:
            return web.json_response({"messages": None}) if self.mode == "garbage" else self._fault()
        found = [one for one in self.messages if one["to"] == request.query["To"]]
        return web.json_response(
            {"messages": found[::-1], "page": 0, "page_size": 50, "uri": PATH, "next_page_uri": None}
        )

    def _fault(self) -> web.Response:
        if isinstance(self.mode, int) and self.mode < 1_000:
            return web.Response(status=self.mode, text="<html>no JSON here</html>", headers=self.headers)
        status = {20003: 401, 20429: 429}.get(int(self.mode) if isinstance(self.mode, int) else 0, 400)
        body = {"code": self.mode, "message": "about +4915112345678", "more_info": "", "status": status}
        return web.json_response(body, status=status, headers=self.headers)

    async def _cut(self, request: web.Request, made: dict[str, Any]) -> web.StreamResponse:
        answer = web.StreamResponse(status=201, headers={"Content-Type": "application/json", "Content-Length": "4000"})
        await answer.prepare(request)
        await answer.write(f'{{"sid": "{made["sid"]}", "sta'.encode())
        assert request.transport is not None
        request.transport.close()
        return answer

    def _note_login(self, request: web.Request) -> None:
        scheme, _, secret = request.headers["Authorization"].partition(" ")
        assert scheme == "Basic"
        self.logins.append(base64.b64decode(secret).decode())
