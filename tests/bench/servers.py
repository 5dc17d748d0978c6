"""The servers that are measured, each a process: `python -m bench.servers <kind> <folder> [<clock file>]`.

- web: the service itself with the role web alone; whole: with the worker too, and a clock that the bench moves.
- worker: the worker alone, on an inbox that is full.
- noop: aiohttp, the body read and an equal answer given.
- orm: the same check and reading of the call, then one ORM session and commit a request into an equal table.

Each prints `ready <url>`; a line on its standard input ends it. `whole` first finishes its inbox and prints
`done <monotonic seconds> <state=count …>`.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bench.athletes import Anytime
from bench.wire import SECRET
from twinge.app import Service, running
from twinge.config import Settings
from twinge.plugin import Delivery
from twinge.process import calm_collector
from twinge.registry import Plugins, load_plugins
from twinge.store import Store, codec
from twinge.store.claims import IS_WAITING
from twinge.store.tables import inbox

STORED = b'{"status":"stored"}'
DUPLICATE = b'{"status":"duplicate"}'


class Base(DeclarativeBase):
    """The ORM's registry."""


class Entry(Base):
    """A row of the service's own inbox table, as an ORM would write it."""

    __table__ = inbox.to_metadata(Base.metadata)


def plugins(platforms: Mapping[str, Any] | None = None) -> Plugins:
    """The generic adapter with the bench's secret, and the console as a channel that nothing is sent on."""
    found = load_plugins({"TWINGE_GENERIC_SECRET": SECRET})
    return Plugins(platforms or {"generic": found.platforms["generic"]}, found.channels, found.status)


def settings(folder: str) -> Settings:
    """A fresh file in `folder` or the database that the bench has made, a free port."""
    given = {name: os.environ[name] for name in ("TWINGE_DATABASE_URL",) if name in os.environ}
    given["TWINGE_SECRET_KEY"] = "the bench keeps no secrets at all"
    given |= {"TWINGE_PORT": "0", "TWINGE_LOG_LEVEL": "error", "TWINGE_API_RATE": "0"}
    return Settings.from_env({"TWINGE_DATA_DIR": folder, **given})


async def told() -> None:
    """Until a line comes on standard input, or its end."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def say(*words: object) -> None:
    """One line to the bench."""
    print(*words, flush=True)


async def serve_web(folder: str) -> None:
    """The service, taking deliveries and nothing else."""
    async with running(settings(folder), plugins(), roles=["web"]) as service:
        calm_collector()
        say("ready", service.url)
        await told()


async def serve_whole(folder: str, clock_file: str) -> None:
    """The service with its worker, in the bench's time."""
    platforms = {"generic": Anytime(plugins().platforms["generic"], datetime.now(UTC))}
    clock = shared_clock(Path(clock_file))
    async with running(settings(folder), plugins(platforms), clock=clock, roles=["web", "worker"]) as service:
        calm_collector()
        say("ready", service.url)
        await told()
        await finish(service)


async def serve_worker(folder: str, clock_file: str) -> None:
    """A worker alone; it says when nothing waits any more."""
    platforms = {"generic": Anytime(plugins().platforms["generic"], datetime.now(UTC))}
    clock = shared_clock(Path(clock_file))
    async with running(settings(folder), plugins(platforms), clock=clock, roles=[]) as service:
        calm_collector()
        say("ready", "worker")
        await told()
        stop = asyncio.Event()
        work = asyncio.create_task(service.worker.run(stop))
        await finish(service)
        stop.set()
        await work


def shared_clock(path: Path) -> Callable[[], datetime]:
    """The time that the bench writes into a file: epoch seconds, a double.

    Both sides map it and move eight aligned bytes at once: read() may see half of a new time, and struct.pack_into
    writes a zero first.
    """
    with path.open("rb") as file:
        shared = memoryview(mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)).cast("d")
    return lambda: datetime.fromtimestamp(shared[0], UTC)


async def finish(service: Service) -> None:
    """Wait until nothing waits in the inbox, then say when that was and what came of it all."""
    while await waits(service.store):
        await asyncio.sleep(0.02)
    ended = time.perf_counter()
    deliveries, nudges = await service.store.inbox.counts(), await service.store.outbox.counts()
    words = {**{f"inbox_{k}": v for k, v in deliveries.items()}, **{f"nudge_{k}": v for k, v in nudges.items()}}
    say("done", ended, *(f"{name}={count}" for name, count in words.items()))


async def waits(store: Store) -> bool:
    """Whether a delivery waits: one look into the index of those, where a listing would be work for the database."""
    async with store.read() as tx:
        return (await tx.execute(select(inbox.c.id).where(IS_WAITING).limit(1))).first() is not None


async def serve_noop(folder: str) -> None:
    """What aiohttp itself costs."""

    async def receive(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=STORED, content_type="application/json")

    async with listening(receive) as url:
        say("ready", url)
        await told()


async def serve_orm(folder: str) -> None:
    """What one would write first: a session and a commit for each call."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/orm.db")
    event.listen(engine.sync_engine, "connect", _durable)
    async with engine.begin() as tx:
        await tx.run_sync(Base.metadata.create_all)
    generic = plugins().platforms["generic"]
    session = async_sessionmaker(engine, expire_on_commit=False)

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery("generic", "POST", "", {}, headers, body, datetime.now(UTC))
        generic.verify(delivery, delivery.received_at)
        generic.read(delivery)
        fresh = await _add(session, _entry(delivery, generic.key(delivery)))
        return web.Response(body=STORED if fresh else DUPLICATE, content_type="application/json")

    async with listening(receive) as url:
        say("ready", url)
        await told()
    await _close(engine)


async def _add(session: async_sessionmaker[AsyncSession], entry: Entry) -> bool:
    """No SELECT before the INSERT: the unique key says whether it was here, and half the ORM's time is saved."""
    try:
        async with session.begin() as tx:
            tx.add(entry)
    except IntegrityError:
        return False
    return True


def _entry(delivery: Delivery, key: str) -> Entry:
    return Entry(
        platform="generic",
        key=key,
        lane="",
        envelope=codec.pack_envelope("POST", "", {}, delivery.headers, ""),
        body=delivery.body,
        received_ms=codec.to_ms(delivery.received_at),
        state="waiting",
        attempts=0,
        delays=0,
        not_before_ms=0,
        note="",
    )


def _durable(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def _close(engine: AsyncEngine) -> None:
    await engine.dispose()


@asynccontextmanager
async def listening(receive: Any) -> AsyncIterator[str]:
    """An aiohttp application with one route, on a free port."""
    app = web.Application()
    app.router.add_post("/hooks/generic", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


KINDS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "web": serve_web,
    "whole": serve_whole,
    "worker": serve_worker,
    "noop": serve_noop,
    "orm": serve_orm,
}

if __name__ == "__main__":
    uvloop.run(KINDS[sys.argv[1]](*sys.argv[2:]))
