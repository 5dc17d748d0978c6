"""The provider that the sender hands messages to: `python -m bench.provider provider <folder> <words>`.

Words: seconds until an answer; the shares of calls whose answer is lost after and before the message was taken; the
share of taken messages that its list does not show. A line on standard input ends it, and then its log is whole.

- POST /messages `{"id", "to", "text"}`: 201 `{"sid"}`, or a connection that closes.
- GET /messages/<id>: 200 `{"sid"}`, or 404.

Chance is drawn from a message's id and the number of the call, so that each run of a bench meets the same faults.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import TextIO

import msgspec
import uvloop
from aiohttp import web

from bench.servers import say, told

LOG = "provider.log"
"""Lines of id, monotonic seconds of arrival, how it ended, and the address."""
TAKEN, UNANSWERED, DROPPED = "taken", "unanswered", "dropped"


class Call(msgspec.Struct):
    """One message as it comes."""

    id: str
    to: str
    text: str


def draw(*of: object) -> float:
    """Evenly between 0 and 1, always the same for the same words."""
    name = "/".join(map(str, of)).encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big") / 2**64


class Provider:
    """Takes messages and remembers them."""

    def __init__(self, log: TextIO, wait_s: float, after: float, before: float, hidden: float) -> None:
        self._log, self._wait_s = log, wait_s
        self._after, self._before, self._hidden = after, before, hidden
        self._calls: Counter[str] = Counter()
        self._taken: set[str] = set()

    async def take(self, request: web.Request) -> web.Response:
        """POST /messages."""
        arrived = time.perf_counter()
        call = msgspec.json.decode(await request.read(), type=Call)
        end = self._end(call.id)
        self._log.write(f"{call.id} {arrived} {end} {call.to}\n")
        if end != DROPPED:
            self._taken.add(call.id)
        if self._wait_s:
            await asyncio.sleep(self._wait_s)
        if end != TAKEN and request.transport is not None:
            request.transport.close()
        return web.json_response({"sid": f"sid-{call.id}"}, status=201)

    async def show(self, request: web.Request) -> web.Response:
        """GET /messages/<id>."""
        name = request.match_info["id"]
        if name not in self._taken or draw(name, "list") < self._hidden:
            return web.json_response({}, status=404)
        return web.json_response({"sid": f"sid-{name}"})

    def _end(self, name: str) -> str:
        self._calls[name] += 1
        chance = draw(name, self._calls[name])
        if chance < self._after:
            return UNANSWERED
        return DROPPED if chance < self._after + self._before else TAKEN


async def serve(kind: str, folder: str, *words: str) -> None:
    """Answer until told to stop."""
    assert kind == "provider"
    with (Path(folder) / LOG).open("w") as log:
        provider = Provider(log, *map(float, words))
        app = web.Application()
        app.router.add_post("/messages", provider.take)
        app.router.add_get("/messages/{id}", provider.show)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
        say("ready", f"http://127.0.0.1:{runner.addresses[0][1]}")
        await told()
        await runner.cleanup()
    say("done")


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
