"""A connection ends: tokens are wiped at once, the vendor is told now or later, the athlete is asked once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import aiohttp

from twinge.connections.join import title_of
from twinge.core.model import Voice
from twinge.notices import reconnect
from twinge.oauth import GrantRefused, refresh, revoke
from twinge.plugin import Access, Channel, Disconnects, GiveUp, PlatformAdapter, TokenRefused, Tokens, TryLater
from twinge.store import Connection, Store
from twinge.store.endings import Farewell
from twinge.ways import Ways

log = logging.getLogger("twinge.connections")

FIRST_WAIT: Final = timedelta(minutes=1)
TRIES: Final = 8
"""With a wait four times as long each time, the last is about eleven days after the first."""


def tells(adapter: PlatformAdapter | None) -> bool:
    """Whether this vendor wants to be told that an athlete left."""
    if adapter is None:
        return False
    return isinstance(adapter, Disconnects) or (adapter.oauth is not None and adapter.oauth.revoke_url is not None)


async def leave(store: Store, adapter: PlatformAdapter | None, one: Connection, actor: str, now: datetime) -> None:
    """End a connection here: nothing of it is used any more, whatever the vendor says."""
    async with store.write() as tx:
        await store.endings.end(tx, one, now, tell=tells(adapter))
        await store.backfills.stop(tx, one.platform, one.external_id)
        await store.audit(tx, now, actor, "connection.end", f"athlete:{one.athlete_id}", f"platform={one.platform}")


async def say_goodbye(
    store: Store, adapter: PlatformAdapter | None, one: Farewell, http: aiohttp.ClientSession, now: datetime
) -> bool:
    """Tell the vendor; whether that is over with, one way or the other."""
    outcome = "told" if adapter is not None else "not_configured"
    try:
        if adapter is not None:
            await _tell(store, adapter, one, http, now)
    except GrantRefused:
        outcome = "over"  # The grant is dead: that is what we wanted.
    except GiveUp as error:
        outcome = "refused"
        log.warning("hop=farewell platform=%s outcome=refused error=%s", one.platform, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        if one.tries + 1 < TRIES:
            named = error.after if isinstance(error, TryLater) else None
            await store.endings.later(one, now + (named or FIRST_WAIT * 4**one.tries))
            return False
        outcome = "given_up"
        log.warning("hop=farewell platform=%s outcome=given_up", one.platform)
    await store.endings.told(one, outcome)
    return True


async def _tell(
    store: Store, adapter: PlatformAdapter, one: Farewell, http: aiohttp.ClientSession, now: datetime
) -> None:
    if not isinstance(adapter, Disconnects):
        if adapter.oauth is not None:
            await revoke(adapter.oauth, one.tokens, http)
        return
    tokens = one.tokens
    if tokens.expires_ms is not None and tokens.expires_ms <= now.timestamp() * 1000:
        tokens = await _renewed(store, adapter, one, http, now)
    try:
        await adapter.disconnect(Access(http, tokens.access_token, one.external_id))
    except TokenRefused:
        if tokens is not one.tokens:
            raise GiveUp("a token just given is refused") from None
        tokens = await _renewed(store, adapter, one, http, now)
        await adapter.disconnect(Access(http, tokens.access_token, one.external_id))


async def _renewed(
    store: Store, adapter: PlatformAdapter, one: Farewell, http: aiohttp.ClientSession, now: datetime
) -> Tokens:
    """Fresh tokens for the last call, saved: the old refresh token may be dead from now on."""
    if adapter.oauth is None or one.tokens.refresh_token is None:
        raise GiveUp("the access token has ended, and with it the grant")
    tokens = await refresh(adapter.oauth, one.tokens.refresh_token, http, now)
    await store.endings.later(one, now + FIRST_WAIT, tokens)
    return tokens


async def ask_to_reconnect(
    store: Store, adapters: Mapping[str, PlatformAdapter], channels: Mapping[str, Channel], now: datetime
) -> int:
    """Tell each athlete whose connection has ended without their doing here, once; how many were told."""
    voices = {name: Voice(channel.voice) for name, channel in channels.items()}
    told = 0
    for number, athlete_id, platform in await store.endings.lost():
        async with store.write() as tx:
            athlete = (await store.athletes.load(tx, [athlete_id])).get(athlete_id)
            if athlete is None or not await store.endings.ask(tx, number, now):
                continue
            places = (await store.addresses.load(tx, [athlete_id])).get(athlete_id, [])
            routed = Ways(places, voices).route(
                reconnect(athlete, title_of(adapters.get(platform), platform), number, now)
            )
            await store.outbox.put(tx, routed)
            told += bool(routed)
    return told
