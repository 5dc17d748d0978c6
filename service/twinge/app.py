"""The composition root: the one file that knows everybody, asks the clock, and decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import faulthandler
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from twinge.config import Settings
from twinge.connections import Rounds
from twinge.erasure import Eraser
from twinge.folder import Folder
from twinge.oauth import TokenKeeper
from twinge.packs import SHIPPED, open_pack
from twinge.plugin import Closes, TwingeError
from twinge.recordings import Limits, Readers
from twinge.registry import Plugins
from twinge.schedule import Schedule
from twinge.sender import Sender
from twinge.sender.call import Picture, no_picture
from twinge.store import Store, schema
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

IDLE_S = 30
"""How long a connection may stay without a whole request: also the bound for headers that come in drops."""

STUCK_S = 60.0
"""How long the loop may stand still: whatever holds it up so long, such as a plugin that never comes back, is given up.

A delivery that has been given up three times so is set aside, like one that crashes the process."""

Clock = Callable[[], datetime]


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
        worker = Worker(
            store,
            plugins.platforms,
            plugins.channels,
            tokens,
            clock,
            pack,
            open_recording=readers.open_recording,
            tracer=tracer,
        )
        links = Links(keys_in(secret_of(settings)), settings.public_url)
        sender = Sender(
            store,
            plugins.channels,
            http,
            clock,
            settings.public_url,
            fall_back=timedelta(minutes=settings.fall_back_min),
            picture=_pictures(links, roles),
            tracer=tracer,
        )
        rounds = Rounds(
            store,
            plugins.platforms,
            plugins.channels,
            tokens,
            clock,
            http,
            public_url=settings.public_url,
            enforce=settings.retention == "vendor",
            keep=settings.keep,
        )
        eraser = Eraser(store, plugins.platforms, plugins.channels, clock, http, files_dir=settings.files_dir)
        schedule = Schedule(store, sender, rounds, eraser)
        loops = {"worker": worker.run, "sender": sender.run}
        wanted = {role: run for role, run in loops.items() if role in roles}
        if settings.files_dir and "worker" in roles:
            wanted["folder"] = Folder(store, Path(settings.files_dir), clock, settings.file_cap_kb).run
        tasks = await stack.enter_async_context(started(wanted, store, settings.stop_grace_s))
        if "clock" in roles:
            schedule.start()
            stack.push_async_callback(schedule.stop)
        if door is not None:
            from twinge.web import make_web  # noqa: PLC0415 - a seventh of a start, and other roles need none of it

            app = make_web(
                store,
                plugins.platforms,
                plugins.channels,
                settings,
                clock,
                status=plugins.status,
                pack=pack,
                http=http,
                links=links,
                tracer=tracer,
            )
            await stack.enter_async_context(serving(app, door, settings.stop_grace_s))
        yield Service(address(door) if door else "", store, worker, sender, schedule, rounds, eraser, tasks)


def _pictures(links: Links, roles: Sequence[str]) -> Picture:
    """What the sender asks for a chart's address. Who serves the pictures too gets ready to draw them."""
    if not can_draw():
        return no_picture
    if "web" not in roles:
        return links.url
    from twinge.web.pages.image import warmed  # noqa: PLC0415 - see below

    return warmed(links)


@asynccontextmanager
async def opened(settings: Settings, *, upgrading: bool = False) -> AsyncIterator[Store]:
    """The store of these settings with its schema in order and everything sealed, closed at the end.

    What an older version left plain is sealed here; on PostgreSQL, where others may be at work, only `upgrading`.
    """
    secret = secret_of(settings)
    await asyncio.to_thread(prepare, settings)
    store = await Store.open(
        settings.database_url, secret=secret, pool=settings.database_pool, timeout_s=settings.database_timeout_s
    )
    try:
        if not await store.rotation.begin():
            await _seal_all(settings, store, upgrading=upgrading)
        yield store
    finally:
        await store.close()


async def _seal_all(settings: Settings, store: Store, *, upgrading: bool) -> None:
    if not (upgrading or settings.database_url.startswith("sqlite")):
        raise TwingeError("the database has values that an older version did not seal: run `twinge db upgrade`")
    log.info("hop=start sealing what an older version left plain")
    done = await store.rotation.run(lambda table, rows: None, no_pause)
    await store.rotation.finish()
    log.info("hop=start outcome=sealed rows=%d", sum(done.sealed.values()))
    if done.shut:
        log.warning("hop=start outcome=unopened rows=%d", sum(done.shut.values()))


async def lost(settings: Settings, key_id: str, at: datetime) -> dict[str, int]:
    """Give up what is sealed under a key that is gone: table → rows. `TwingeError` where it is here, or never was."""
    secret = secret_of(settings)
    await asyncio.to_thread(prepare, settings)
    store = await Store.open(settings.database_url, secret=secret)
    try:
        if key_id not in await store.rotation.missing():
            raise TwingeError(f"the key {key_id} is not missing: nothing was given up")
        gone = await store.losses.give_up(key_id)
        async with store.write() as tx:
            await store.audit(tx, at, "cli", "secret.lost", f"secret:{key_id}", f"rows={sum(gone.values())}")
        return gone
    finally:
        await store.close()


async def no_pause() -> None:
    """Nobody else waits for the database."""


async def breathe() -> None:
    """Let a service that runs beside us have the database between two batches."""
    await asyncio.sleep(0.02)


def prepare(settings: Settings) -> None:
    """An SQLite file is made and upgraded; a server's schema is only checked, since others may be using it."""
    if settings.database_url.startswith("sqlite"):
        schema.upgrade(settings.database_url)
    elif wrong := schema.check(settings.database_url):
        raise TwingeError(wrong)


def secret_of(settings: Settings) -> bytes:
    """The keys that values are sealed with: the setting, or a file in the data folder that is made once.

    There may be several, with spaces or lines between them: the first seals, all of them open.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / "secret.key"
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        return path.read_bytes().strip()
    except OSError as error:
        message = f"{path} cannot be made or read ({error.strerror}): set TWINGE_DATA_DIR or TWINGE_SECRET_KEY."
        raise TwingeError(message) from None


def _make_secret(path: Path) -> None:
    """Written aside and linked into place, so that two processes that start at once agree on one key."""
    draft = _draft(path, new_secret() + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def add_secret(path: Path) -> None:
    """A new first line in the key file, whole or not at all; the keys that were there stay behind it."""
    older = path.read_text()
    _draft(path, f"{new_secret()}\n{older}").replace(path)


def new_secret() -> str:
    """256 random bits, in base64url."""
    return secrets.token_urlsafe(32)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A listening socket, and the settings with the public URL that follows from it where none is given."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.create_server(place, family=family, backlog=512)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise TwingeError(f"{where} cannot be listened on ({error.strerror}): choose another --port.") from None
    door.setblocking(False)
    return door, replace(settings, public_url=settings.public_url or address(door))


def address(door: socket.socket) -> str:
    """The URL of a listening socket, as this machine reaches it."""
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a binding
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: web.Application, door: socket.socket, grace_s: float) -> AsyncIterator[None]:
    """Answer requests; at the end take no new ones and let those in flight finish."""
    from aiohttp import web  # noqa: PLC0415 - for the role web alone

    from twinge.web.guard import DOOR  # noqa: PLC0415

    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=grace_s,
        keepalive_timeout=IDLE_S,
        lingering_time=1,
        auto_decompress=False,
    )
    await runner.setup()
    site = web.SockSite(runner, door)
    try:
        await site.start()
        yield
        await site.stop()
        await app[DOOR].close(grace_s)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def started(
    loops: Mapping[str, Callable[[asyncio.Event], Coroutine[Any, Any, None]]], store: Store, grace_s: float
) -> AsyncIterator[list[asyncio.Task[None]]]:
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
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
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
async def watched(stuck_s: float) -> AsyncIterator[None]:
    """End the process (exit code 1) when its loop stands still for `stuck_s` seconds; who watches it starts it again.

    A thread of the interpreter's own does it, which needs no lock of Python's: also where a regular expression never
    ends. It writes down where each thread stood, by file and line alone, as it does when C code crashes the process.
    https://docs.python.org/3/library/faulthandler.html
    """
    trace = sys.__stderr__ or sys.stderr
    faulthandler.enable(file=trace)

    async def turn() -> None:
        while True:
            faulthandler.dump_traceback_later(stuck_s, exit=True, file=trace)
            await asyncio.sleep(stuck_s / 4)

    turning = asyncio.create_task(turn(), name="watch")
    try:
        yield
    finally:
        turning.cancel()
        faulthandler.cancel_dump_traceback_later()


def calm_collector() -> None:
    """Have the collector of cycles look rarely, and not at what is here already: that stays.

    Each of its full rounds would stop everything for 40 ms, and a hundred unpacked states are tens of thousands of new
    objects without a cycle among them: at Python's own thresholds looking through them was a tenth of an event. Nor is
    it worth looking through before: of 150,000 objects 2,500 are garbage.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)


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


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it is installed: a quarter more deliveries a second."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


class Line(logging.Formatter):
    """One event, one line, in UTC. Of an exception only its class and place: its words may hold a body or a token."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The line, with whatever could break or colour it made visible."""
        if record.exc_text:  # another handler has kept the exception's words in the record
            record = copy.copy(record)
            record.exc_text = None
        text = super().format(record).replace("\n", " ")
        return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """`ValueError at read:12 < step:40`, innermost first."""
        kind, _, trace = ei
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
            trace = trace.tb_next
        return f"error={kind.__name__} at={'<'.join(reversed(places))}"


class Object(Line):
    """The same as one JSON object a line. `hop=sender nudge=x` in the words become members beside them."""

    KEYS = frozenset(
        ("hop", "delivery", "nudge", "platform", "channel", "outcome", "jobs", "rows", "role", "kind", "field", "code")
    )
    """The members that may be; whatever else stands in the words stays there."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"at": …, "level": …, "room": …, "words": …, "hop": …}`."""
        words = super().format(record)
        pairs = (pair.partition("=") for pair in words.split(" ") if "=" in pair)
        found = {name: value for name, _, value in pairs if name in self.KEYS}
        at = self.formatTime(record)
        return json.dumps({"at": at, "level": record.levelname.lower(), "room": record.name, "words": words, **found})


def log_to_stderr(level: str, form: str = "text") -> None:
    """Everything to stderr, one line an event; libraries only from WARNING on, because they print URLs below it."""
    screen = logging.StreamHandler(sys.stderr)
    plain = Line("%(asctime)s level=%(levelname)s room=%(name)s %(message)s")
    screen.setFormatter(Object("%(message)s") if form == "json" else plain)
    logging.basicConfig(level=logging.WARNING, handlers=[screen])
    logging.getLogger("twinge").setLevel(level.upper())
