"""A small local Strava: token endpoint, activities, streams, listing, push subscriptions, rate limits and faults.

    python tests/strava_standin.py HISTORY.jsonl[.gz] --port 9100 [--hook http://127.0.0.1:8080/hooks/strava/TOKEN]

serves a file of SummaryActivities, one JSON object a line, for one athlete. Point TWINGE_STRAVA_API_BASE at it. With
`--hook` it also posts one `create` event for each activity, oldest first, and prints what came back.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import secrets
import sys
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

Row = dict[str, Any]
FAULTS = {
    "401": (401, "Authorization Error", "Athlete", "access_token", "invalid"),
    "403": (403, "Forbidden", "Application", "Status", "Inactive"),
    "404": (404, "Record Not Found", "Activity", "id", "invalid"),
    "429": (429, "Rate Limit Exceeded", "Application", "rate limit", "exceeded"),
    "scope": (401, "Authorization Error", "AccessToken", "activity:read_permission", "missing"),
}
STANDIN_NOW = datetime(2026, 5, 4, 10, 7, tzinfo=UTC)


@dataclass
class Grant:
    """What one athlete's consent is worth at the moment. A refresh token dies with its first use."""

    owner: int
    access: str
    refresh: str
    expires_at: int


@dataclass
class Standin:
    """The vendor's side of a test: change its fields between calls."""

    owner: int = 7001
    now: datetime = STANDIN_NOW
    """What its Date header says."""
    rows: dict[int, Row] = field(default_factory=dict)
    streams: dict[int, Row] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    """By refresh token."""
    open: bool = False
    """Answer without looking at the bearer token."""
    limit: tuple[int, int] = (100, 1000)
    used: list[int] = field(default_factory=lambda: [0, 0])
    faults: deque[str] = field(default_factory=deque)
    """The next answers: ok, 429, 500, 401, 403, 404, hang, html, scope. One is taken per API call."""
    token_faults: deque[str] = field(default_factory=deque)
    """The same for the token endpoint: 500, hang, client, revoked, slow (rotates at once, answers late)."""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server closes: ends the calls that hang."""
    rotated: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a refresh token was replaced, before the answer goes out."""
    calls: Counter[str] = field(default_factory=Counter)
    subscriptions: list[Row] = field(default_factory=list)
    client: tuple[str, str] = ("4711", "standin-client-secret")
    codes: set[str] = field(default_factory=lambda: {"good-code"})

    def connect(self, *, expires_at: int | None = None) -> Grant:
        """A consent given: a live pair of tokens."""
        at = int(self.now.timestamp()) + 21_600 if expires_at is None else expires_at
        grant = Grant(self.owner, f"access-{secrets.token_hex(4)}", f"refresh-{secrets.token_hex(4)}", at)
        self.grants[grant.refresh] = grant
        return grant

    def add(self, row: Row, streams: Row | None = None) -> Row:
        """Publish an activity of the athlete."""
        row = row | {"athlete": {"id": self.owner, "resource_state": 1}}
        self.rows[row["id"]] = row
        if streams:
            self.streams[row["id"]] = streams
        return row

    def events(self, subscription_id: int = 1) -> Iterator[Row]:
        """One `create` event for each activity, oldest first."""
        for row in sorted(self.rows.values(), key=lambda row: str(row["start_date"])):
            ended = datetime.fromisoformat(row["start_date"]).timestamp() + row["elapsed_time"]
            yield event_of(row["id"], "create", int(ended) + 60, owner=self.owner, subscription_id=subscription_id)

    def app(self) -> web.Application:
        """The stand-in as an aiohttp application."""
        app = web.Application(middlewares=[self._as_the_vendor])
        app.on_shutdown.append(self._end)
        app.router.add_get("/oauth/authorize", self._authorize)
        app.router.add_post("/oauth/token", self._token)
        app.router.add_post("/oauth/revoke", self._revoke)
        app.router.add_get("/api/v3/activities/{id:[0-9]+}", self._activity)
        app.router.add_get("/api/v3/activities/{id:[0-9]+}/streams", self._streams)
        app.router.add_get("/api/v3/athlete/activities", self._listing)
        app.router.add_get("/api/v3/push_subscriptions", self._subscriptions)
        app.router.add_post("/api/v3/push_subscriptions", self._subscribe)
        app.router.add_delete("/api/v3/push_subscriptions/{id:[0-9]+}", self._unsubscribe)
        return app

    @web.middleware
    async def _as_the_vendor(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Faults, bearer tokens and the usage headers of every API call."""
        self.calls[getattr(request.match_info.handler, "__name__", "?").lstrip("_")] += 1
        if not request.path.startswith("/api/v3/a"):
            response = await handler(request)
        else:
            self.used = [self.used[0] + 1, self.used[1] + 1]
            response = await self._fault() or self._unauthorised(request) or await handler(request)
            for budget in ("X-ReadRateLimit", "X-RateLimit"):
                times = 1 if budget == "X-ReadRateLimit" else 2
                response.headers[f"{budget}-Limit"] = f"{self.limit[0] * times},{self.limit[1] * times}"
                response.headers[f"{budget}-Usage"] = f"{self.used[0]},{self.used[1]}"
        response.headers["Date"] = format_datetime(self.now, usegmt=True)
        return response

    async def _end(self, _: web.Application) -> None:
        self.let_go.set()

    async def _fault(self) -> web.Response | None:
        if not self.faults:
            return fault(*FAULTS["429"]) if self._spent() else None
        kind = self.faults.popleft()
        if kind == "ok":
            return None
        if kind == "hang":
            await self.let_go.wait()
        if kind == "429":
            self.used[0] = max(self.used[0], self.limit[0])
        if kind == "html":
            return web.Response(text="<html>We will be right back</html>", content_type="text/html")
        return fault(*FAULTS[kind]) if kind in FAULTS else web.Response(status=int(kind), text="upstream")

    def _spent(self) -> bool:
        return any(used > limit for used, limit in zip(self.used, self.limit, strict=True))

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        live = any(g.access == bearer and g.expires_at > self.now.timestamp() for g in self.grants.values())
        return None if self.open or live else fault(*FAULTS["401"])

    async def _authorize(self, request: web.Request) -> web.Response:
        """The consent page of somebody who says yes at once, and unticks the private workouts."""
        asked = request.query
        back = URL(asked["redirect_uri"]) % {
            "state": asked["state"],
            "code": "good-code",
            "scope": "read,activity:read",
        }
        return web.Response(status=302, headers={"Location": str(back)})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        trouble = self.token_faults.popleft() if self.token_faults else ""
        if trouble == "hang":
            await self.let_go.wait()
        if trouble == "500":
            return web.Response(status=500, text="upstream")
        if trouble == "client" or (form.get("client_id"), form.get("client_secret")) != self.client:
            return fault(401, "Authorization Error", "Application", "", "invalid")
        if form.get("grant_type") == "authorization_code":
            if form.get("code") not in self.codes:
                return fault(400, "Bad Request", "AuthorizationCode", "code", "invalid")
            self.codes.discard(str(form["code"]))
            return token_answer(self.connect(), int(self.now.timestamp()), athlete={"id": self.owner})
        old = self.grants.pop(str(form.get("refresh_token")), None)
        if old is None or trouble == "revoked":
            return fault(400, "Bad Request", "RefreshToken", "refresh_token", "invalid")
        new = self.connect()
        self.rotated.set()
        if trouble == "slow":
            await asyncio.sleep(0.1)
        return token_answer(new, int(self.now.timestamp()))

    async def _revoke(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != aiohttp.encode_basic_auth(*self.client):
            return fault(401, "Authorization Error", "Application", "", "invalid")
        token = (await request.post()).get("token")
        self.grants = {name: grant for name, grant in self.grants.items() if grant.access != token}
        return web.Response()

    async def _activity(self, request: web.Request) -> web.Response:
        row = self.rows.get(int(request.match_info["id"]))
        return web.json_response(row | {"resource_state": 3}) if row else not_found()

    async def _streams(self, request: web.Request) -> web.Response:
        found = self.streams.get(int(request.match_info["id"]))
        asked = request.query["keys"].split(",")
        return web.json_response({k: v for k, v in found.items() if k in asked}) if found else not_found()

    async def _listing(self, request: web.Request) -> web.Response:
        after, page = int(request.query.get("after", "0")), int(request.query.get("page", "1"))
        size = int(request.query.get("per_page", "30"))
        rows = [row for row in self.rows.values() if datetime.fromisoformat(row["start_date"]).timestamp() > after]
        rows.sort(key=lambda row: str(row["start_date"]))
        return web.json_response(rows[(page - 1) * size : page * size])

    async def _subscriptions(self, request: web.Request) -> web.Response:
        if (request.query.get("client_id"), request.query.get("client_secret")) != self.client:
            return fault(401, "Authorization Error", "Application", "", "invalid")
        return web.json_response(self.subscriptions)

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.subscriptions:
            return fault(400, "Bad Request", "PushSubscription", "", "already exists")
        asked = {
            "hub.mode": "subscribe",
            "hub.challenge": "15f7d1a91c1f40f8",
            "hub.verify_token": str(form["verify_token"]),
        }
        async with aiohttp.ClientSession() as http, http.get(str(form["callback_url"]), params=asked) as answer:
            if answer.status != 200 or (await answer.json()).get("hub.challenge") != asked["hub.challenge"]:
                return fault(400, "Bad Request", "PushSubscription", "callback url", "not verifiable")
        made = {"id": 120475, "application_id": int(self.client[0]), "callback_url": str(form["callback_url"])}
        self.subscriptions.append(made)
        return web.json_response({"id": made["id"]}, status=201)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        self.subscriptions = [one for one in self.subscriptions if str(one["id"]) != request.match_info["id"]]
        return web.Response(status=204)


def event_of(object_id: int, aspect: str, at: int, *, owner: int = 7001, subscription_id: int = 1, **more: Any) -> Row:
    """One webhook event as Strava posts it."""
    return {
        "aspect_type": aspect,
        "event_time": at,
        "object_id": object_id,
        "object_type": "activity",
        "owner_id": owner,
        "subscription_id": subscription_id,
        "updates": {},
    } | more


def fault(status: int, message: str, resource: str, field: str, code: str) -> web.Response:
    """Strava's Fault."""
    error = {"resource": resource, "field": field, "code": code}
    return web.json_response({"message": message, "errors": [error]}, status=status)


def not_found() -> web.Response:
    """Strava's 404."""
    return fault(*FAULTS["404"])


def token_answer(grant: Grant, now: int, **more: Any) -> web.Response:
    """The token endpoint's 200."""
    answer = {
        "token_type": "Bearer",
        "access_token": grant.access,
        "refresh_token": grant.refresh,
        "expires_at": grant.expires_at,
        "expires_in": grant.expires_at - now,
    }
    return web.json_response(answer | more)


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a JSON-lines file, gzipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


async def play(standin: Standin, hook: str) -> Counter[int]:
    """Post an event for each activity to `hook`, one after the other; how often each status came back."""
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession() as http:
        for event in standin.events():
            async with http.post(hook, json=event) as response:
                statuses[response.status] += 1
    return statuses


async def serve(standin: Standin, port: int, hook: str | None) -> None:
    """Serve until interrupted; play the events first where a hook is given."""
    runner = web.AppRunner(standin.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write(f"Strava stand-in: http://127.0.0.1:{port}, {len(standin.rows)} activities of {standin.owner}\n")
    if hook:
        sys.stdout.write(f"events answered: {dict(await play(standin, hook))}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """Serve a history file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--owner", type=int, default=7001)
    parser.add_argument("--hook", help="post one create event for each activity to this URL")
    given = parser.parse_args()
    # A whole history in one go is more than Strava's limits allow: they are lifted here.
    standin = Standin(owner=given.owner, open=True, limit=(10**7, 10**8))
    for row in read_rows(given.file):
        standin.add(row)
    asyncio.run(serve(standin, given.port, given.hook))


if __name__ == "__main__":
    main()
