"""Is the process alive, and can it do its work: two questions for whoever runs it."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from importlib.metadata import version
from typing import Any

from aiohttp import web

from twinge.plugin import TryLater, TwingeError
from twinge.store.outages import Outage
from twinge.store.vendors import Vendor
from twinge.web.answer import Problem, answer
from twinge.web.api.listing import instant
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, RULEBOOK, STORE

WORD = re.compile(r"[0-9a-f]{32}")
"""What `twinge doctor` says to an address to see who answers there."""


async def live(request: web.Request) -> web.Response:
    """`GET /health/live`: 200 as long as the loop turns. To a `word` it adds the `proof` that it is us who answer."""
    word = request.query.get("word", "")
    proof = {"proof": request.app[STORE].seal.prove(word)} if WORD.fullmatch(word) else {}
    return answer({"status": "ok", **proof})


async def ready(request: web.Request) -> web.Response:
    """`GET /health/ready`: 200 when the database can be read and written, else 503 with the reason.

    A channel that is down, or a platform that keeps us waiting or has lost our webhook, is told, and is no reason for
    503: the rest works, and messages wait or go another way.
    """
    try:
        await request.app[STORE].ready()
        vendors = await request.app[STORE].vendors.all()
        down = {one.channel: one for one in await request.app[STORE].outages.all()}
        pack = await request.app[RULEBOOK].current()
    except TwingeError as error:
        reason = error.reason if isinstance(error, TryLater) else str(error)
        raise Problem(503, "not_ready", reason) from None
    channels = {name: _state(down.get(name)) for name in request.app[CHANNELS]}
    versions = {**VERSIONS, "rules": pack.version}
    now = request.app[CLOCK]()
    platforms = {name: _standing(vendors.get(name), now) for name in request.app[PLATFORMS]}
    return answer({"status": "ok", "channels": channels, "platforms": platforms, "versions": versions})


def _standing(one: Vendor | None, now: datetime) -> dict[str, Any]:
    """Whether a platform is called at the moment, and how its webhook stood when that was last asked."""
    if one is None:
        return {"state": "up"}
    paused = {"next_try": instant(one.paused_until), "reason": one.pause_reason} if one.is_paused(now) else {}
    checked = (
        {} if one.checked_at is None else {"subscription": one.trouble or "ok", "checked_at": instant(one.checked_at)}
    )
    return {"state": "paused" if paused else "up", **paused, **checked}


def _state(outage: Outage | None) -> dict[str, Any]:
    if outage is None:
        return {"state": "up"}
    return {"state": "down", "since": instant(outage.since), "next_try": instant(outage.until)}


VERSIONS = {"twinge": version("twinge"), "sqlite": sqlite3.sqlite_version}
"""Which SQLite library is loaded matters: older ones have known faults with write-ahead logs."""
