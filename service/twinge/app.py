"""The composition root: the one file that knows everybody, asks the clock, and decides nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from twinge.config import Settings
from twinge.connections import Rounds
from twinge.core.pack import Pack
from twinge.database import opened
from twinge.door import address, listen, serving
from twinge.erasure import Eraser
from twinge.folder import Folder
from twinge.keyfile import secret_of
from twinge.log import log_to_stderr
from twinge.oauth import TokenKeeper
from twinge.packs import SHIPPED, open_pack
from twinge.plugin import Closes, TwingeError
from twinge.process import STUCK_S, calm_collector, fast_loop, watched
from twinge.recordings import Limits, Readers
from twinge.registry import Plugins
from twinge.schedule import Schedule
from twinge.sender import Sender
from twinge.sender.call import Picture, no_picture
from twinge.store import Store
from twinge.store.seal import keys_in
from twinge.tracing import NULL, Tracer
from twinge.tracing.wish import ENDPOINT, wants_traces
from twinge.why import can_draw
from twinge.why.links import Links
from twinge.worker import Worker

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger("twinge.app")

VENDOR_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
"""For calls of platforms and channels; those that need less say so themselves."""

Clock = Callable[[], datetime]
Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Runs until the event is set."""


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, for whoever started it."""

    url: str
    """Where it listens; empty without the role `web`."""
    store: Store
    worker: Worker
    sender: Sender
    schedule: Schedule
    rounds: Rounds
    eraser: Eraser
    tasks: Sequence[asyncio.Task[None]]
    """The loops of its roles; one that ends before it was asked to has failed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the parts stand on: opened before they are built, closed after they have ended."""

    settings: Settings
    plugins: Plugins
    clock: Clock
    roles: Sequence[str]
    tracer: Tracer
    pack: Pack
    store: Store
    http: aiohttp.ClientSession
    door: socket.socket | None
    """Where requests come in; None without the role `web`."""
    tokens: TokenKeeper
    readers: Readers
    links: Links


@asynccontextmanager
async def running(
    settings: Settings,
    plugins: Plugins,
    *,
    clock: Clock = now,
    roles: Sequence[str] | None = None,
    tracer: Tracer = NULL,
) -> AsyncIterator[Service]:
    """Build everything, start the roles, and stop in order: no new requests, work in flight ended, store closed."""
    roles = settings.roles if roles is None else roles
    async with standing(settings, plugins, clock, roles, tracer) as ground, AsyncExitStack() as stack:
        worker, sender = _worker(ground), _sender(ground)
        rounds, eraser = _rounds(ground), _eraser(ground)
        schedule = Schedule(ground.store, sender, rounds, eraser)
        loops = _loops(ground, worker, sender)
        tasks = await stack.enter_async_context(started(loops, ground.store, settings.stop_grace_s))
        if "clock" in roles:
            schedule.start()
            stack.push_async_callback(schedule.stop)
        if ground.door is not None:
            await stack.enter_async_context(serving(_site(ground), ground.door, settings.stop_grace_s))
        url = address(ground.door) if ground.door else ""
        yield Service(url, ground.store, worker, sender, schedule, rounds, eraser, tasks)


@asynccontextmanager
async def standing(
    settings: Settings, plugins: Plugins, clock: Clock, roles: Sequence[str], tracer: Tracer
) -> AsyncIterator[Ground]:
    """Open the store, the way out and the way in; at the end close them, and what the plugins and readers hold."""
    pack = open_pack(settings.pack or SHIPPED)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(settings))
        await store.rotation.serve()
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=VENDOR_TIMEOUT))
        for channel in plugins.channels.values():
            if isinstance(channel, Closes):
                stack.push_async_callback(channel.close)
        door, settings = listen(settings) if "web" in roles else (None, settings)
        tokens = TokenKeeper(store, http, clock)
        stack.push_async_callback(tokens.close)
        readers = Readers(Limits(seconds=settings.file_deadline_s))
        stack.push_async_callback(readers.close)
        links = Links(keys_in(secret_of(settings)), settings.public_url)
        yield Ground(settings, plugins, clock, roles, tracer, pack, store, http, door, tokens, readers, links)


def _worker(ground: Ground) -> Worker:
    return Worker(
        ground.store,
        ground.plugins.platforms,
        ground.plugins.channels,
        ground.tokens,
        ground.clock,
        ground.pack,
        open_recording=ground.readers.open_recording,
        tracer=ground.tracer,
    )


def _sender(ground: Ground) -> Sender:
    return Sender(
        ground.store,
        ground.plugins.channels,
        ground.http,
        ground.clock,
        ground.settings.public_url,
        fall_back=timedelta(minutes=ground.settings.fall_back_min),
        picture=_pictures(ground.links, ground.roles),
        tracer=ground.tracer,
    )


def _rounds(ground: Ground) -> Rounds:
    return Rounds(
        ground.store,
        ground.plugins.platforms,
        ground.plugins.channels,
        ground.tokens,
        ground.clock,
        ground.http,
        public_url=ground.settings.public_url,
        enforce=ground.settings.retention == "vendor",
        keep=ground.settings.keep,
    )


def _eraser(ground: Ground) -> Eraser:
    return Eraser(
        ground.store,
        ground.plugins.platforms,
        ground.plugins.channels,
        ground.clock,
        ground.http,
        files_dir=ground.settings.files_dir,
    )


def _loops(ground: Ground, worker: Worker, sender: Sender) -> dict[str, Loop]:
    """The loops that the roles ask for, by name."""
    loops: dict[str, Loop] = {"worker": worker.run, "sender": sender.run}
    wanted = {role: run for role, run in loops.items() if role in ground.roles}
    settings = ground.settings
    if settings.files_dir and "worker" in ground.roles:
        wanted["folder"] = Folder(ground.store, Path(settings.files_dir), ground.clock, settings.file_cap_kb).run
    return wanted


def _site(ground: Ground) -> web.Application:
    from twinge.web import make_web  # noqa: PLC0415 - a seventh of a start, and other roles need none of it

    return make_web(
        ground.store,
        ground.plugins.platforms,
        ground.plugins.channels,
        ground.settings,
        ground.clock,
        status=ground.plugins.status,
        pack=ground.pack,
        http=ground.http,
        links=ground.links,
        tracer=ground.tracer,
    )


def _pictures(links: Links, roles: Sequence[str]) -> Picture:
    """What the sender asks for a chart's address. Who serves the pictures too gets ready to draw them."""
    if not can_draw():
        return no_picture
    if "web" not in roles:
        return links.url
    from twinge.web.pages.image import warmed  # noqa: PLC0415 - see `_site`

    return warmed(links)


@asynccontextmanager
async def started(loops: Mapping[str, Loop], store: Store, grace_s: float) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run the loops; at the end ask them to stop, and cancel what has not after `grace_s` seconds."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(run(stop), name=role) for role, run in loops.items()]
    try:
        yield tasks
    finally:
        stop.set()
        store.bell.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                log.warning("hop=stop role=%s outcome=cancelled", task.get_name())
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def serve(settings: Settings, plugins: Plugins) -> None:
    """Run until SIGTERM or SIGINT; a role that fails ends the process, for whoever watches it to restart."""
    calm_collector()  # what was imported
    log_to_stderr(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_until_stopped(settings, plugins))


async def _until_stopped(settings: Settings, plugins: Plugins) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with watched(STUCK_S), tracing(os.environ) as tracer, running(settings, plugins, tracer=tracer) as service:
        log.info("hop=start url=%s roles=%s", service.url or "-", ",".join(settings.roles))
        calm_collector()  # and what was built
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait([asked, *service.tasks], return_when=asyncio.FIRST_COMPLETED)
        log.info("hop=stop outcome=%s", "asked" if stop.is_set() else "failed")
        asked.cancel()
    for task in service.tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise TwingeError(f"the {task.get_name()} failed: {type(error).__name__}") from error


@asynccontextmanager
async def tracing(env: Mapping[str, str]) -> AsyncIterator[Tracer]:
    """What traces are told to, by the standard settings; what is left is sent at the end."""
    if not wants_traces(env):
        yield NULL
        return
    try:
        from twinge.tracing.otel import OtelTracer  # noqa: PLC0415 - an extra, and nothing of it is loaded when off
    except ImportError:
        message = f"{ENDPOINT} is set, but OpenTelemetry is not installed: pip install 'twinge[otel]', or unset it."
        raise TwingeError(message) from None
    tracer = OtelTracer(time.time_ns)
    try:
        yield tracer
    finally:
        await asyncio.to_thread(tracer.close)
