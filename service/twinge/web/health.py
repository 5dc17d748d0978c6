"""Is the process alive, and can it do its work: two questions for whoever runs it."""

from __future__ import annotations

import sqlite3
from importlib.metadata import version

from aiohttp import web

from twinge.plugin import TryLater, TwingeError
from twinge.web.answer import Problem, answer
from twinge.web.parts import PACK, STORE


async def live(request: web.Request) -> web.Response:
    """`GET /health/live`: 200 as long as the loop turns."""
    return answer({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """`GET /health/ready`: 200 when the database can be read and written, else 503 with the reason."""
    try:
        await request.app[STORE].ready()
    except TwingeError as error:
        reason = error.reason if isinstance(error, TryLater) else str(error)
        raise Problem(503, "not_ready", reason) from None
    return answer({"status": "ok", "versions": {**VERSIONS, "rules": request.app[PACK].version}})


VERSIONS = {"twinge": version("twinge"), "sqlite": sqlite3.sqlite_version}
"""Which SQLite library is loaded matters: older ones have known faults with write-ahead logs."""
