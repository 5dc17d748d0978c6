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
from twinge.tracing import NULL, Tracer
from twinge.web import api, connect, document, health, hooks, metrics, office, pages, reference
from twinge.web.api.answers import Status
from twinge.web.api.installed import Alive, Ready
from twinge.web.api.queries import Word
from twinge.web.api.wire import PACE, WIRE, Pace, Wire
from twinge.web.document import DOCUMENT, Document
from twinge.web.gate import GATE, Gate
from twinge.web.guard import DOOR, Door, guard
from twinge.web.headers import add_headers
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
    TRACER,
    Clock,
)
from twinge.web.route import ANY, HTML, TEXT, Route, Sends
from twinge.why import can_draw
from twinge.why.links import Links

__all__ = ["DOCUMENTED", "ROUTES", "make_web"]

HOOKS, HEALTH, TEXTS = "Hooks and channels", "Health", "This document"

DOCUMENTED = (
    *api.ROUTES,
    Route(
        "POST",
        "/hooks/{platform}",
        hooks.receive,
        HOOKS,
        "A delivery by a platform, proved by its signature or token: `stored` when it is on disk, `duplicate` when it "
        "was there. The body is what the platform sends; some platforms want an answer of their own.",
        Sends(type=Status),
        takes=ANY,
        errors=(400, 401, 403, 404, 409, 413, 415),
    ),
    Route(
        "GET",
        "/hooks/{platform}",
        hooks.shake,
        HOOKS,
        "The platform's handshake; 405 where it has none.",
        Sends(type=dict),
        errors=(400, 401, 403, 404, 405),
        head=False,
    ),
    Route(
        "POST",
        "/hooks/{platform}/{token}",
        hooks.receive,
        HOOKS,
        "The same for a platform that signs nothing: the secret stands in the path.",
        Sends(type=Status),
        takes=ANY,
        errors=(400, 401, 403, 404, 409, 413, 415),
    ),
    Route(
        "GET",
        "/hooks/{platform}/{token}",
        hooks.shake,
        HOOKS,
        "The handshake of such a platform.",
        Sends(type=dict),
        errors=(400, 401, 403, 404, 405),
    ),
    Route(
        "POST",
        "/channels/{channel}/{tail:.*}",
        hooks.hear,
        HOOKS,
        "A receipt, or what an athlete wrote back, as the channel's provider sends it.",
        Sends(media="*/*"),
        takes=ANY,
        errors=(400, 401, 403, 404, 413, 415),
    ),
    *connect.ROUTES,
    Route(
        "GET",
        "/health/live",
        health.live,
        HEALTH,
        "200 as long as the process turns. With a `word` of 32 hexadecimal digits, a `proof` of who answers.",
        Sends(type=Alive),
        query=Word,
    ),
    Route(
        "GET",
        "/health/ready",
        health.ready,
        HEALTH,
        "200 when the database can be read and written, else 503 with the reason. Names the channels that are down and "
        "the platforms that keep us waiting or have lost our webhook.",
        Sends(type=Ready),
    ),
    Route("GET", "/metrics", metrics.scrape, HEALTH, "Figures for Prometheus.", Sends(media=TEXT)),
    Route("GET", "/openapi.json", document.serve, TEXTS, "This document, OpenAPI 3.1.", Sends(type=dict), tagged=True),
    Route("GET", "/api/docs", reference.page, TEXTS, "This document as a page.", Sends(media=HTML), tagged=True),
)
"""Everything that programs may call: what is registered below, and what the document describes."""

ROUTES: list[web.RouteDef] = [
    *(one.registered() for one in DOCUMENTED),
    web.get("/i/{token}.png", image.show),
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
    pace: Pace = PACE,
    tracer: Tracer = NULL,
) -> web.Application:
    """The application over one open store. `status` says of every plugin whether it is ready, and why not; `pack`
    is the one that the worker begins with; `http` calls vendors when an athlete connects; `draws`: whether charts
    can be drawn, None to look; `links` are the addresses of charts that messages carry;
    `pace` is how its streams of events run; `tracer` is told of every hook."""
    app = web.Application(middlewares=[guard], client_max_size=settings.body_cap_kb * 1024)
    app[STORE], app[SETTINGS], app[CLOCK] = store, settings, clock
    app[PLATFORMS], app[CHANNELS], app[STATUS] = platforms, channels, status
    app[RULEBOOK], app[DOOR] = Rulebook(store, pack), Door()
    app[PREVIEWER] = Previewer(store, {name: Voice(channel.voice) for name, channel in channels.items()})
    app[TRACER] = tracer
    app[DRAWS] = can_draw() if draws is None else draws
    if links is not None:
        app[LINKS] = links
    app[GATE] = Gate(settings.api_rate, settings.api_failures)
    app[DOCUMENT] = Document(DOCUMENTED, settings.public_url)
    if http is not None:
        app[HTTP] = http
    app[metrics.METRICS], app[office.TRIES] = metrics.Metrics(), office.Tries()
    app[WIRE] = Wire(store.feed, clock, pace)
    app[DOOR].at_close.append(app[WIRE].close)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_close_wire)
    app.on_cleanup.append(_end_wire)
    app.add_routes(ROUTES)
    return app


async def _close_wire(app: web.Application) -> None:
    app[WIRE].close()


async def _end_wire(app: web.Application) -> None:
    await app[WIRE].ended()
