"""Is the process alive, and can it do its work: two questions for whoever runs it."""

from __future__ import annotations

import re
from datetime import datetime
from importlib.metadata import version

from aiohttp import web
from msgspec import UNSET

from twinge.plugin import TryLater, TwingeError
from twinge.store.outages import Outage
from twinge.store.vendors import Vendor
from twinge.web.answer import Problem, answer
from twinge.web.api.installed import Alive, Reachability, Ready, Upness
from twinge.web.api.listing import instant
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, RULEBOOK, STORE

WORD = re.compile(r"[0-9a-f]{32}")
"""What `twinge doctor` says to an address to see who answers there."""


async def live(request: web.Request) -> web.Response:
    """`GET /health/live`: 200 as long as the loop turns. To a `word` it adds the `proof` that it is us who answer."""
    word = request.query.get("word", "")
    return answer(Alive("ok", request.app[STORE].seal.prove(word) if WORD.fullmatch(word) else UNSET))


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
    versions = {**VERSIONS, **database(await request.app[STORE].version()), "rules": pack.version}
    now = request.app[CLOCK]()
    platforms = {name: _standing(vendors.get(name), now) for name in request.app[PLATFORMS]}
    return answer(Ready("ok", channels, platforms, versions))


def _standing(one: Vendor | None, now: datetime) -> Reachability:
    """Whether a platform is called at the moment, and how its webhook stood when that was last asked."""
    told = Reachability("up")
    if one is not None and one.is_paused(now):
        told = Reachability("paused", next_try=instant(one.paused_until), reason=one.pause_reason)
    if one is not None and one.checked_at is not None:
        told.subscription, told.checked_at = one.trouble or "ok", instant(one.checked_at)
    return told


def _state(outage: Outage | None) -> Upness:
    if outage is None:
        return Upness("up")
    return Upness("down", since=instant(outage.since), next_try=instant(outage.until))


def database(told: str) -> dict[str, str]:
    """Which SQLite library is loaded matters: older ones have known faults with write-ahead logs."""
    name, _, number = told.partition(" ")
    return {name.lower(): number}


VERSIONS = {"twinge": version("twinge")}
