"""How athletes connect a platform: links that lead to the vendor's consent page, and consents under way.

Tokens have 256 random bits and are kept as SHA-256 only. A link works until a connection has come of it; a consent's
state works once, and in the browser that began it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.hashes import hash_of
from twinge.store.seal import Seal
from twinge.store.tables import handshake, ticket

TICKET_LASTS: Final = timedelta(minutes=30)
HANDSHAKE_LASTS: Final = timedelta(minutes=10)
MOST_TICKETS: Final = 20
"""Open links of one athlete; a new one takes the place of the one that ends first."""
MOST_HANDSHAKES: Final = 10


@dataclass(frozen=True, slots=True)
class Started:
    """A consent that has just begun: what goes to the vendor, and what stays in the browser."""

    state: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Handshake:
    """A consent that came back."""

    athlete_id: str
    ticket: bytes = field(repr=False)
    verifier: str | None = field(repr=False)
    same_browser: bool
    """False: it was begun in another browser, or the cookie is gone."""


class Connecting:
    """Links and consents under way."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def invite(self, tx: AsyncConnection, athlete_id: str, platform: str, now: datetime) -> str:
        """A new link's token, whole this once. What has ended goes on this occasion."""
        await self._sweep(tx, now)
        await _make_room(tx, ticket, athlete_id, MOST_TICKETS)
        token = secrets.token_urlsafe(32)
        row = {"hash": hash_of(token), "athlete_id": athlete_id, "platform": platform}
        await tx.execute(ticket.insert(), {**row, "expires_ms": codec.to_ms(now + TICKET_LASTS)})
        return token

    async def invited(self, token: str, platform: str, now: datetime) -> str | None:
        """Whose link this is; None where it is wrong, used or too old. Looking does not use it up."""
        mine = (ticket.c.hash == hash_of(token)) & (ticket.c.platform == platform)
        wanted = select(ticket.c.athlete_id).where(mine, ticket.c.expires_ms > codec.to_ms(now))
        async with self._engines.read() as tx:
            found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
        return found

    async def begin(
        self, tx: AsyncConnection, athlete_id: str, platform: str, token: str, verifier: str | None, now: datetime
    ) -> Started:
        """A consent begins in one browser, by the link `token`."""
        await self._sweep(tx, now)
        await _make_room(tx, handshake, athlete_id, MOST_HANDSHAKES)
        made = Started(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        name = hash_of(made.state)
        row = {
            "hash": name,
            "athlete_id": athlete_id,
            "platform": platform,
            "browser": hash_of(made.browser),
            "ticket": hash_of(token),
            "verifier": self._seal.close(verifier, "handshake.verifier", name),
            "expires_ms": codec.to_ms(now + HANDSHAKE_LASTS),
        }
        await tx.execute(handshake.insert(), row)
        return made

    async def take(
        self, tx: AsyncConnection, state: str, platform: str, browser: str, now: datetime
    ) -> Handshake | None:
        """Use a state up. None: it is unknown, used or too old. Of two who ask at once one gets it."""
        mine = (handshake.c.hash == hash_of(state)) & (handshake.c.platform == platform)
        row = (await tx.execute(select(handshake).where(mine))).one_or_none()
        if row is None or (await tx.execute(delete(handshake).where(mine))).rowcount != 1:
            return None
        if row.expires_ms <= codec.to_ms(now):
            return None
        same = hmac.compare_digest(row.browser, hash_of(browser))
        return Handshake(
            row.athlete_id, row.ticket, self._seal.open(row.verifier, "handshake.verifier", hash_of(state)), same
        )

    async def spend(self, tx: AsyncConnection, one: Handshake) -> bool:
        """A connection has come of the link: it is used up. False: it was already."""
        return bool((await tx.execute(delete(ticket).where(ticket.c.hash == one.ticket))).rowcount == 1)

    async def _sweep(self, tx: AsyncConnection, now: datetime) -> None:
        for table in (ticket, handshake):
            await tx.execute(table.delete().where(table.c.expires_ms <= codec.to_ms(now)))


async def _make_room(tx: AsyncConnection, table: Any, athlete_id: str, most: int) -> None:
    mine = table.c.athlete_id == athlete_id
    kept = select(table.c.hash).where(mine).order_by(table.c.expires_ms.desc(), table.c.hash).limit(most - 1)
    await tx.execute(table.delete().where(mine, table.c.hash.not_in(kept)))
