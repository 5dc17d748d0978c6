"""A small vendor of ours with a consent page: OAuth 2 with PKCE and Basic, refusals, used codes, and revocation."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import unquote_plus, urlencode

import aiohttp
from aiohttp import web

from fakes import FakePlatform
from twinge.oauth import code_challenge
from twinge.plugin import Access, Capabilities, Item, OAuth, RateLimited, TokenRefused, TryLater

CLIENT = ("twinge client", "standin:secret/+")
"""With what RFC 6749 wants encoded before it is joined for Basic."""


@dataclass
class Vendor:
    """The vendor's side: change its fields between calls."""

    owner: str = "acme-7"
    asked: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The consent requests by their codes."""
    says_no: bool = False
    scope: str | None = "read sleep"
    names_owner: bool = True
    faults: deque[str] = field(default_factory=deque)
    """Of the next calls: 500, 429, hang, dead."""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    calls: Counter[str] = field(default_factory=Counter)
    live: dict[str, str] = field(default_factory=dict)
    """Access token → refresh token."""
    problems: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        """The vendor as an application."""
        app = web.Application(middlewares=[self._count])
        app.on_shutdown.append(self._end)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_post("/revoke", self._revoke)
        app.router.add_get("/me", self._me)
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls[request.path] += 1
        fault = self.faults.popleft() if self.faults and request.path != "/authorize" else ""
        if fault == "hang":
            await self.let_go.wait()
        if fault == "dead":
            return web.json_response({"error": "invalid_grant"}, status=400)
        if fault.isdecimal():
            return web.Response(status=int(fault), text="upstream")
        response: web.StreamResponse = await handler(request)
        return response

    async def _end(self, _: web.Application) -> None:
        self.let_go.set()

    async def _authorize(self, request: web.Request) -> web.Response:
        """What the athlete's browser meets; they answer at once."""
        query = dict(request.query)
        answer = {"state": query["state"]}
        if self.says_no:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.asked[answer["code"]] = query
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(answer)}"})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not _is_client(request):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form["grant_type"] == "authorization_code":
            asked = self.asked.pop(form["code"], None)
            if asked is None or not self._fits(asked, form):
                return web.json_response({"error": "invalid_grant"}, status=400)
        elif form["refresh_token"] not in self.live.values():
            return web.json_response({"error": "invalid_grant"}, status=400)
        return self._grant()

    def _fits(self, asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
        if asked["redirect_uri"] != form["redirect_uri"]:
            self.problems.append("redirect_uri")
        if asked.get("code_challenge") != code_challenge(form.get("code_verifier", "")):
            self.problems.append("code_verifier")
        return not self.problems

    def _grant(self) -> web.Response:
        access, refresh = secrets.token_urlsafe(8), secrets.token_urlsafe(8)
        self.live = {access: refresh}
        answer: dict[str, Any] = {"access_token": access, "refresh_token": refresh, "expires_in": 3600}
        if self.scope is not None:
            answer["scope"] = self.scope
        if self.names_owner:
            answer["user"] = {"id": self.owner}
        return web.json_response(answer)

    async def _revoke(self, request: web.Request) -> web.Response:
        token = str((await request.post())["token"])
        if not _is_client(request):
            return web.json_response({"error": "invalid_client"}, status=401)
        self.live = {one: two for one, two in self.live.items() if token not in {one, two}}
        return web.Response(status=200)

    async def _me(self, request: web.Request) -> web.Response:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return web.json_response({"id": self.owner}) if bearer in self.live else web.Response(status=401)


def _is_client(request: web.Request) -> bool:
    word, _, pair = request.headers.get("Authorization", "").partition(" ")
    name, _, secret = base64.b64decode(pair).decode().partition(":")
    return word == "Basic" and (unquote_plus(name), unquote_plus(secret)) == CLIENT


class Acme(FakePlatform):
    """An adapter for that vendor: asks for two scopes, brings pages of a past that the test lays down."""

    name: ClassVar[str] = "acme"
    title = "Acme Watch"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=True, points=True, polls=True, forget_h=48)

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.oauth = OAuth(
            f"{base}/authorize",
            f"{base}/token",
            *CLIENT,
            scopes=("read", "sleep"),
            revoke_url=f"{base}/revoke",
            pkce=True,
            basic=True,
            asks={"access_type": "offline"},
            owner_at=("user", "id"),
        )
        self.past: list[Sequence[Item]] = []
        self.pages: list[str | None] = []
        self.trouble: list[Exception] = []

    async def owner(self, access: Access) -> str:
        """Asked where the token answer is silent."""
        headers = {"Authorization": f"Bearer {access.token}"}
        async with access.http.get(f"{self.base}/me", headers=headers) as response:
            if response.status == 401:
                raise TokenRefused("not taken")
            if response.status != 200:
                raise TryLater("no answer")
            return str((await response.json())["id"])

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Page by page what the test laid down."""
        self.pages.append(page)
        if self.trouble:
            raise self.trouble.pop(0)
        number = int(page or 0)
        return self.past[number], str(number + 1) if number + 1 < len(self.past) else None


class Watched(Acme):
    """One whose subscription can be asked about."""

    says: str | None = None

    async def subscription(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> str | None:
        """What the test says."""
        return self.says


__all__ = ["CLIENT", "Acme", "RateLimited", "Vendor", "Watched"]
