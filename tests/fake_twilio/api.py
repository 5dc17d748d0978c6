"""The Messages resource, with every fault of `faults`, and a log of what was really taken.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from fake_twilio.calls import Called, Caller, Word, inbound_form, status_form
from fake_twilio.faults import AFTER, Fault, Plan, Play, Script, always, happily
from fake_twilio.names import AUTH_TOKEN, SID

PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"
STOP, START = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}, {"START", "UNSTOP", "YES"}
STATUS = {20003: 401, 20429: 429, 63038: 429}
FINAL = {"delivered", "undelivered", "failed"}
DRIP_S = 0.05
SLOW_S = 0.02


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that was taken: it costs money and reaches a phone."""

    nudge: str
    """Our id, the last part of the callback's URL; empty where it has none."""
    sid: str
    to: str
    body: str
    at: datetime


class FakeTwilio:
    """`async with` it; `base` is then the API's address."""

    def __init__(
        self,
        *,
        plan: Plan | None = None,
        script: Script = happily,
        reach: tuple[str, str] = ("", ""),
        now: Callable[[], datetime] = lambda: datetime(2026, 5, 1, 9, tzinfo=UTC),
    ) -> None:
        self.plan, self.script, self.reach, self.now = plan or always(Fault.NONE), script, reach, now
        self.base = ""
        self.segments = "1"
        """What a new message says of itself; Twilio's "0" comes from a Messaging Service."""
        self.headers: dict[str, str] = {}
        """Of every refusal, e.g. Retry-After."""
        self.forms: list[dict[str, str]] = []
        self.queries: list[dict[str, str]] = []
        self.logins: list[str] = []
        self.tokens: set[str] | None = None
        """The account's auth tokens, where anybody asks."""
        self.messages: list[dict[str, Any]] = []
        self.took: list[Taken] = []
        self.called: list[Called] = []
        self.stopped: set[str] = set()
        self._due: list[tuple[str, dict[str, Any], str, Word]] = []
        self._asked: Counter[str] = Counter()
        self._early: list[asyncio.Task[int]] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(PATH, self._create)
        app.router.add_get(PATH, self._list)
        app.router.add_delete(PATH.replace(".json", "/{sid}.json"), self._delete)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._http = aiohttp.ClientSession()
        self._caller = Caller(self._http, AUTH_TOKEN, self.reach)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._early)
        await self._http.close()
        await self._runner.cleanup()

    @property
    def posted(self) -> int:
        """Calls of ours made so far, repetitions among them."""
        return self._caller.posts

    def keep(self, form: dict[str, str], **more: Any) -> dict[str, Any]:
        """Take a message in, and note the callbacks that it will cause."""
        url = form.get("StatusCallback", "")
        nudge = urlsplit(url).path.rpartition("/")[2]
        made = {
            "sid": f"SM{len(self.messages) + 1:032x}",
            "account_sid": SID,
            "to": form["To"],
            "from": form.get("From"),
            "body": form["Body"],
            "direction": "outbound-api",
            "status": "accepted" if "MessagingServiceSid" in form else "queued",
            "error_code": None,
            "num_segments": self.segments,
            "date_created": format_datetime(self.now()),
            **more,
        }
        self.messages.append(made)
        self.took.append(Taken(nudge, made["sid"], made["to"], made["body"], self.now()))
        if url:
            self._due += [(url, made, nudge, word) for word in self.script(nudge)]
        return made

    async def call_back(self, nudge: str | None = None) -> int:
        """Play the callbacks that are due, of one message or of all; how many."""
        due = [one for one in self._due if nudge in {None, one[2]}]
        self._due = [one for one in self._due if nudge not in {None, one[2]}]
        for _, made, _, word in due:
            if word.status in FINAL:  # what the list says, whatever order the callbacks come in
                made |= {"status": word.status, "error_code": word.code}
        for url, made, whose, word in due:
            answer = await self._caller.post(url, status_form(made, word))
            self.called.append(Called(whose, word, answer))
        return len(due)

    async def write(self, url: str, sender: str, text: str, to: str = "+15005550006") -> int:
        """A phone writes: the signed call of `url` (…/inbound), and Twilio's own blocking on STOP; its answer."""
        word = text.strip().upper()
        self.stopped = (self.stopped | {sender}) if word in STOP else self.stopped
        self.stopped = (self.stopped - {sender}) if word in START else self.stopped
        self._asked["inbound"] += 1
        return await self._caller.post(url, inbound_form(self._asked["inbound"], sender, to, text))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self._note_login(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        nudge = urlsplit(form.get("StatusCallback", "")).path.rpartition("/")[2]
        self._asked[nudge] += 1
        play = Fault.NONE if "moved" in request.query else self.plan(nudge, self._asked[nudge])
        if form["To"] in self.stopped:
            play = 21610
        if isinstance(play, Fault) and play in AFTER:
            return await self._taken(request, play, self.keep(form))
        return await self._refused(request, play)

    async def _taken(self, request: web.Request, play: Fault, made: dict[str, Any]) -> web.StreamResponse:
        match play:
            case Fault.SLOW:
                await asyncio.sleep(SLOW_S)
            case Fault.EARLY:  # and goes on being played should the caller give up on us
                self._early.append(asyncio.create_task(self.call_back(self.took[-1].nudge)))
                await asyncio.shield(self._early[-1])
            case Fault.HANG:
                await asyncio.sleep(60)
            case Fault.DROP:
                _abort(request)
            case Fault.ERROR:
                return web.Response(status=500, text="<html>no JSON here</html>")
            case Fault.GARBAGE:
                return web.Response(status=201, text="<html>")
            case Fault.LIST:
                return web.json_response([1], status=201)
            case Fault.NAMELESS:
                return web.json_response({"status": "queued"}, status=201)
            case Fault.CUT | Fault.DRIP:
                return await _crippled(request, play, made)
        return web.json_response(made, status=201)

    async def _refused(self, request: web.Request, play: Play) -> web.Response:
        match play:
            case Fault.HANG_BEFORE:
                await asyncio.sleep(60)
            case Fault.DROP_BEFORE:
                _abort(request)
            case Fault.REDIRECT:
                return web.Response(status=307, headers={"Location": f"{self.base}{PATH}?moved=1"})
            case int() if play >= 1_000:
                status = STATUS.get(play, 400)
                # Twilio names the number in its messages: ours must not.
                body = {"code": play, "message": f"about {self.forms[-1:]}", "more_info": "", "status": status}
                return web.json_response(body, status=status, headers=self.headers)
        status = play if isinstance(play, int) else 503
        return web.Response(status=status, text="<html>no JSON here</html>", headers=self.headers)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._note_login(request)
        self.queries.append(dict(request.query))
        asked = f"list {request.query['To']}"
        self._asked[asked] += 1
        play = self.plan(asked, self._asked[asked])
        found = [one for one in self.messages if one["to"] == request.query["To"] and play is not Fault.BLIND]
        page = {"messages": found[::-1], "page": 0, "page_size": 50, "uri": PATH, "next_page_uri": None}
        match play:
            case Fault.NONE | Fault.SLOW | Fault.EARLY | Fault.BLIND:
                return web.json_response(page)
            case Fault.GARBAGE | Fault.LIST | Fault.NAMELESS:
                return web.json_response({"messages": None})
            case Fault.CUT | Fault.DRIP:
                return await _crippled(request, play, page)
            case Fault.HANG | Fault.DROP:
                play = Fault.HANG_BEFORE if play is Fault.HANG else Fault.DROP_BEFORE
        return await self._refused(request, play)

    async def _delete(self, request: web.Request) -> web.Response:
        """https://www.twilio.com/docs/messaging/api/message-resource#delete-a-message-resource"""
        self._note_login(request)
        sid = request.match_info["sid"]
        self._asked[f"delete {sid}"] += 1
        play = self.plan(f"delete {sid}", self._asked[f"delete {sid}"])
        if play is not Fault.NONE:
            return await self._refused(request, play)
        if sid not in {one["sid"] for one in self.messages}:
            return web.json_response({"code": 20404, "status": 404}, status=404)
        self.messages = [one for one in self.messages if one["sid"] != sid]
        return web.Response(status=204)

    def _note_login(self, request: web.Request) -> None:
        scheme, _, secret = request.headers["Authorization"].partition(" ")
        assert scheme == "Basic"
        self.logins.append(base64.b64decode(secret).decode())
        if self.tokens is not None and self.logins[-1].partition(":")[2] not in self.tokens:
            told = {"code": 20003, "message": "Authenticate", "status": 401}
            raise web.HTTPUnauthorized(text=json.dumps(told), content_type="application/json")


def _abort(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


async def _crippled(request: web.Request, play: Fault, told: dict[str, Any]) -> web.StreamResponse:
    """An answer that promises 4,000 bytes and breaks off, or comes at 20 bytes a second."""
    headers = {"Content-Type": "application/json", "Content-Length": "4000"}
    answer = web.StreamResponse(status=201 if request.method == "POST" else 200, headers=headers)
    await answer.prepare(request)
    await answer.write(f'{{"sid": "{told.get("sid")}", "sta'.encode())
    while play is Fault.DRIP:
        await asyncio.sleep(DRIP_S)
        await answer.write(b" ")
    assert request.transport is not None
    request.transport.close()
    return answer
