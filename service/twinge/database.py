"""The database of an installation: prepared, opened with its keys and closed; and what a lost key alone would open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from twinge.config import Settings
from twinge.keyfile import secret_of
from twinge.plugin import TwingeError
from twinge.store import Store, schema

log = logging.getLogger("twinge.app")


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
