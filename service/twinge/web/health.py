"""Is the process alive, and can it do its work: two questions for whoever runs it."""

from __future__ import annotations

import sqlite3
from importlib.metadata import version
from typing import Any

from aiohttp import web

from twinge.plugin import TryLater, TwingeError
from twinge.store.outages import Outage
from twinge.web.answer import Problem, answer
from twinge.web.api.listing import instant
from twinge.web.parts import CHANNELS, PACK, STORE


async def live(request: web.Request) -> web.Response:
    """`GET /health/live`: 200 as long as the loop turns."""
    return answer({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """`GET /health/ready`: 200 when the database can be read and written, else 503 with the reason.

    A channel that is down is told, and is no reason for 503: the rest works, and its messages wait or go another way.
    """
    try:
        await request.app[STORE].ready()
        down = {one.channel: one for one in await request.app[STORE].outages.all()}
    except TwingeError as error:
        reason = error.reason if isinstance(error, TryLater) else str(error)
        raise Problem(503, "not_ready", reason) from None
    channels = {name: _state(down.get(name)) for name in request.app[CHANNELS]}
    versions = {**VERSIONS, "rules": request.app[PACK].version}
    return answer({"status": "ok", "channels": channels, "versions": versions})


def _state(outage: Outage | None) -> dict[str, Any]:
    if outage is None:
        return {"state": "up"}
    return {"state": "down", "since": instant(outage.since), "next_try": instant(outage.until)}


VERSIONS = {"twinge": version("twinge"), "sqlite": sqlite3.sqlite_version}
"""Which SQLite library is loaded matters: older ones have known faults with write-ahead logs."""
