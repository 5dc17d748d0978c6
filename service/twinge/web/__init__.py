"""HTTP in: `make_web` builds the application; its route table is the whole public interface at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aiohttp
from aiohttp import web

from twinge.config import Settings
from twinge.core.pack import STANDARD, Pack
from twinge.plugin import Channel, PlatformAdapter
from twinge.registry import PluginStatus
from twinge.store import Store
from twinge.web import api, connect, health, hooks, metrics, pages
from twinge.web.api.wire import PACE, WIRE, Pace, Wire
from twinge.web.guard import DOOR, Door, guard
from twinge.web.parts import CHANNELS, CLOCK, HTTP, PACK, PLATFORMS, SETTINGS, STATUS, STORE, Clock

__all__ = ["make_web"]

ROUTES = [
    web.post("/hooks/{platform}", hooks.receive),
    web.get("/hooks/{platform}", hooks.shake, allow_head=False),
    web.post("/hooks/{platform}/{token}", hooks.receive),
    web.get("/hooks/{platform}/{token}", hooks.shake),
    web.post("/channels/{channel}/{tail:.*}", hooks.hear),
    web.get("/health/live", health.live),
    web.get("/health/ready", health.ready),
    web.get("/metrics", metrics.scrape),
    *connect.ROUTES,
    *api.ROUTES,
    *pages.ROUTES,
]


def make_web(
    store: Store,
    platforms: Mapping[str, PlatformAdapter],
    channels: Mapping[str, Channel],
    settings: Settings,
    clock: Clock,
    *,
    status: Sequence[PluginStatus] = (),
    pack: Pack = STANDARD,
    http: aiohttp.ClientSession | None = None,
    pace: Pace = PACE,
) -> web.Application:
    """The application over one open store. `status` says of every plugin whether it is ready, and why not; `pack`
    is the one that the worker judges by; `http` calls vendors when an athlete connects; `pace` is how
    its streams of events run."""
    app = web.Application(middlewares=[guard], client_max_size=settings.body_cap_kb * 1024)
    app[STORE], app[SETTINGS], app[CLOCK] = store, settings, clock
    app[PLATFORMS], app[CHANNELS], app[STATUS] = platforms, channels, status
    app[PACK], app[DOOR] = pack, Door()
    if http is not None:
        app[HTTP] = http
    app[metrics.METRICS] = metrics.Metrics()
    app[WIRE] = Wire(store.feed, clock, pace)
    app[DOOR].at_close.append(app[WIRE].close)
    app.on_shutdown.append(_close_wire)
    app.add_routes(ROUTES)
    return app


async def _close_wire(app: web.Application) -> None:
    app[WIRE].close()
