"""`GET /admin/health`: channels, platforms, queues and versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from twinge.store.outages import Outage, Spent
from twinge.store.vendors import Vendor
from twinge.web.health import VERSIONS, database
from twinge.web.office.frame import show
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, RULEBOOK, STATUS, STORE

LATELY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A channel."""

    name: str
    outage: Outage | None
    today: Spent
    week: int
    """Messages of seven days."""
    failed: int
    """Of those that were to go out in seven days."""


@dataclass(frozen=True, slots=True)
class Source:
    """A platform."""

    name: str
    vendor: Vendor | None
    paused: bool
    connected: int
    expired: int
    revoked: int
    quiet: int


async def page(request: web.Request) -> web.Response:
    """Everything in one look."""
    store, now = request.app[STORE], request.app[CLOCK]()
    down = {one.channel: one for one in await store.outages.all()}
    failures, spent = await store.survey.failures(now - LATELY), await store.survey.spent(now - LATELY)
    vendors, links = await store.vendors.all(), await store.survey.connections()
    ready = sorted({*request.app[CHANNELS]})
    names = sorted({*request.app[PLATFORMS]} | links.keys())
    off = [one for one in request.app[STATUS] if one.state != "ready"]
    return show(
        request,
        "health.html",
        channels=[_carrier(name, down.get(name), spent.get(name, ()), failures.get(name, 0), now) for name in ready],
        platforms=[_source(name, vendors.get(name), links.get(name, {}), now) for name in names],
        queues=await store.survey.queues(now),
        aside=await store.survey.aside(),
        versions={
            **VERSIONS,
            **database(await store.version()),
            "rules": (await request.app[RULEBOOK].current()).version,
        },
        off=off,
    )


def _carrier(
    name: str, outage: Outage | None, days: Sequence[tuple[str, Spent]], failed: int, now: datetime
) -> Carrier:
    today = next((one for day, one in days if day == now.date().isoformat()), Spent())
    return Carrier(name, outage, today, sum(one.messages for _, one in days), failed)


def _source(name: str, vendor: Vendor | None, states: Mapping[str, int], now: datetime) -> Source:
    connected, expired, revoked = (states.get(state, 0) for state in ("connected", "expired", "revoked"))
    paused, quiet = vendor is not None and vendor.is_paused(now), 0 if vendor is None else vendor.quiet
    return Source(name, vendor, paused, connected, expired, revoked, quiet)
