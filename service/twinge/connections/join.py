"""The athlete came back from the vendor with a code: whose account it is, and the connection with its tokens."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

import aiohttp

from twinge.oauth import exchange, unticked
from twinge.plugin import (
    Access,
    Backfills,
    Exchanges,
    GiveUp,
    Identifies,
    OAuth,
    PlatformAdapter,
    Rejected,
    Tokens,
    TwingeError,
)
from twinge.store import Store
from twinge.store.connecting import Handshake

T = TypeVar("T")
PAST: Final = timedelta(days=120)
"""How much of an athlete's past is asked for: the longest window of the rules, and some weeks before it."""
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Joined:
    """What a consent led to."""

    external_id: str
    missing: tuple[str, ...]
    """Scopes that were asked for and not given."""
    past: bool
    """Whether the past is on its way."""


def title_of(adapter: PlatformAdapter | None, platform: str) -> str:
    """The platform's name as people write it: the adapter's `title`, or its name with capitals."""
    return str(getattr(adapter, "title", "") or platform.replace("_", " ").title())


async def claim(
    oauth: OAuth,
    adapter: PlatformAdapter,
    code: str,
    back: str,
    verifier: str | None,
    http: aiohttp.ClientSession,
    now: datetime,
) -> tuple[Tokens, str]:
    """Trade the code, and ask whose account it is. Raises `Rejected`, `TryLater`, `GiveUp`; nothing is kept yet."""
    if isinstance(adapter, Exchanges):
        tokens = await _read(adapter.exchange(http, code, back, now))
    else:
        tokens = await exchange(oauth, code, back, http, now, verifier=verifier)
    owner = tokens.owner
    if not owner and isinstance(adapter, Identifies):
        owner = await _read(adapter.owner(Access(http, tokens.access_token, "")))
    if not owner or len(owner) > LONGEST or not owner.isprintable():
        raise GiveUp("the platform does not say whose account this is")
    return tokens, owner


async def _read(asked: Awaitable[T]) -> T:
    """What the adapter makes of the vendor's answer."""
    try:
        return await asked
    except TwingeError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its words may quote an answer
        raise GiveUp(f"the platform's answer about the account cannot be read: {type(error).__name__}") from None


async def join(
    store: Store, adapter: PlatformAdapter, platform: str, by: Handshake, owner: str, tokens: Tokens, now: datetime
) -> Joined:
    """Save connection, tokens, what is to be brought and the audit's line in one transaction.

    `Rejected`: 410 where the link was used meanwhile, 409 where another athlete holds that account.
    """
    oauth, past = adapter.oauth, isinstance(adapter, Backfills)
    asked = oauth.scope_separator.join(oauth.scopes) if oauth else ""
    # RFC 6749 section 5.1: an answer that names no scope has given what was asked for.
    tokens = tokens if tokens.scope is not None else replace(tokens, scope=asked)
    scope = tokens.scope or ""
    async with store.write() as tx:
        if not await store.connecting.spend(tx, by):
            raise Rejected("this link has been used", status=410)
        await store.athletes.connect(tx, by.athlete_id, platform, owner, now, scope=scope, tokens=tokens)
        await store.endings.forget(tx, platform, owner)
        if past:
            await store.backfills.begin(tx, by.athlete_id, platform, owner, now - PAST, now)
        actor = f"athlete:{by.athlete_id}"
        await store.audit(tx, now, actor, "connection.create", actor, f"platform={platform} scope={scope}")
        await store.inbox.welcome(tx, f"{platform}:{owner}")
    store.bell.set()
    return Joined(owner, unticked(oauth, scope) if oauth else (), past)
