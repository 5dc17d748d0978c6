"""HTTP in: `make_web` builds the application; its route table is the whole public interface at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aiohttp
from aiohttp import web

from twinge.config import Settings
from twinge.core.model import Voice
from twinge.core.pack import STANDARD, Pack
from twinge.plugin import Channel, PlatformAdapter
from twinge.preview.run import Previewer
from twinge.registry import PluginStatus
from twinge.rulebook import Rulebook
from twinge.store import Store
from twinge.web import api, connect, health, hooks, metrics, office, pages
from twinge.web.guard import DOOR, Door, guard
from twinge.web.pages import image
from twinge.web.parts import (
    CHANNELS,
    CLOCK,
    DRAWS,
    HTTP,
    LINKS,
    PLATFORMS,
    PREVIEWER,
    RULEBOOK,
    SETTINGS,
    STATUS,
    STORE,
    Clock,
)
from twinge.why import can_draw
from twinge.why.links import Links

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
    web.get("/i/{token}.png", image.show),
    *connect.ROUTES,
    *api.ROUTES,
    *pages.ROUTES,
    *office.ROUTES,
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
    draws: bool | None = None,
    links: Links | None = None,
) -> web.Application:
    """The application over one open store. `status` says of every plugin whether it is ready, and why not; `pack`
    is the one that the worker begins with; `http` calls vendors when an athlete connects; `draws`: whether charts
    can be drawn, None to look; `links` are the addresses of charts that messages carry."""
    app = web.Application(middlewares=[guard], client_max_size=settings.body_cap_kb * 1024)
    app[STORE], app[SETTINGS], app[CLOCK] = store, settings, clock
    app[PLATFORMS], app[CHANNELS], app[STATUS] = platforms, channels, status
    app[RULEBOOK], app[DOOR] = Rulebook(store, pack), Door()
    app[PREVIEWER] = Previewer(store, {name: Voice(channel.voice) for name, channel in channels.items()})
    app[DRAWS] = can_draw() if draws is None else draws
    if links is not None:
        app[LINKS] = links
    if http is not None:
        app[HTTP] = http
    app[metrics.METRICS], app[office.TRIES] = metrics.Metrics(), office.Tries()
    app.add_routes(ROUTES)
    return app
