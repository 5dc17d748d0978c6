"""Connections that end: tokens wiped at once, and the vendor told, later where it does not answer now.

To tell a vendor takes a token. So a farewell keeps the sealed tokens of a connection that the athlete ended here until
the vendor has heard it, or until we give up; nothing else can use them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import Tokens
from twinge.store import codec
from twinge.store.athletes import Connection
from twinge.store.engine import Engines
from twinge.store.erasures import Erasures
from twinge.store.feed import tell_connection
from twinge.store.seal import Seal
from twinge.store.tables import connection, farewell

HELD_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A vendor that is still to be told."""

    id: int
    platform: str
    external_id: str
    tokens: Tokens = field(repr=False)
    tries: int


class Endings:
    """What is left to do when a connection ends."""

    def __init__(self, engines: Engines, seal: Seal, erasures: Erasures) -> None:
        self._engines, self._seal, self._erasures = engines, seal, erasures

    async def end(self, tx: AsyncConnection, one: Connection, now: datetime, *, tell: bool) -> None:
        """Revoke a connection and wipe its tokens; with `tell` they are kept aside until the vendor has heard it."""
        at, mine = codec.to_ms(now), (connection.c.id == one.id)
        row = (await tx.execute(select(connection).where(mine).with_for_update())).one()
        wiped = {"access_token": None, "refresh_token": None, "expires_ms": None}
        await tx.execute(
            update(connection).where(mine).values(state="revoked", asked_ms=at, ended_ms=at, forgotten_ms=None, **wiped)
        )
        if row.state != "revoked":
            await tell_connection(tx, one.athlete_id, one.platform, "revoked", now)
        if tell and row.state != "revoked" and (row.access_token or row.refresh_token):
            kept = {name: getattr(row, name) for name in ("athlete_id", "platform", "external_id", "expires_ms")}
            kept |= self._moved(row)
            await tx.execute(farewell.insert(), {**kept, "tries": 0, "next_ms": at})

    async def take(self, now: datetime, limit: int = 10) -> list[Farewell]:
        """Whom to tell now; nobody else gets them for a few minutes."""
        due = select(farewell).where(farewell.c.next_ms <= codec.to_ms(now)).order_by(farewell.c.id).limit(limit)
        due = due.with_for_update(skip_locked=True)
        async with self._engines.write() as tx:
            rows = (await tx.execute(due)).all()
            held = codec.to_ms(now + HELD_FOR)
            ids = [row.id for row in rows]
            await tx.execute(update(farewell).where(farewell.c.id.in_(ids)).values(next_ms=held))
        return [self._farewell(row) for row in rows]

    async def told(self, one: Farewell, outcome: str = "told") -> None:
        """The vendor has heard it, or never will (`refused`, `given_up`): the tokens go, an erasure keeps the word."""
        mine = farewell.c.id == one.id
        async with self._engines.write() as tx:
            row = (await tx.execute(select(farewell.c.athlete_id).where(mine))).one_or_none()
            if row is not None:
                await self._erasures.answered(tx, row.athlete_id, one.platform, outcome)
            await tx.execute(delete(farewell).where(mine))

    async def later(self, one: Farewell, next_at: datetime, tokens: Tokens | None = None) -> None:
        """Not now; `tokens` are fresh ones, where some were given meanwhile."""
        values: dict[str, Any] = {"tries": one.tries + 1, "next_ms": codec.to_ms(next_at)}
        if tokens is not None:
            values |= {
                "access_token": self._close("access_token", tokens.access_token, one),
                "refresh_token": self._close("refresh_token", tokens.refresh_token, one),
                "expires_ms": tokens.expires_ms,
            }
        async with self._engines.write() as tx:
            await tx.execute(update(farewell).where(farewell.c.id == one.id).values(**values))

    async def forget(self, tx: AsyncConnection, platform: str, external_id: str) -> None:
        """The athlete has connected again before the vendor was told: it must not be told any more."""
        mine = (farewell.c.platform == platform) & (farewell.c.external_id == external_id)
        await tx.execute(delete(farewell).where(mine))

    async def lost(self) -> list[tuple[int, str, str]]:
        """Connections that ended and whose athletes have not been asked yet: (id, athlete, platform)."""
        over = connection.c.state.in_(["expired", "revoked"]) & connection.c.asked_ms.is_(None)
        wanted = select(connection.c.id, connection.c.athlete_id, connection.c.platform).where(over)
        async with self._engines.read() as tx:
            return [(row.id, row.athlete_id, row.platform) for row in await tx.execute(wanted)]

    async def ask(self, tx: AsyncConnection, number: int, now: datetime) -> bool:
        """Note that the athlete is being asked. False: somebody else did, or they have connected again."""
        mine = (connection.c.id == number) & connection.c.asked_ms.is_(None) & (connection.c.state != "connected")
        changed = await tx.execute(update(connection).where(mine).values(asked_ms=codec.to_ms(now)))
        return bool(changed.rowcount == 1)

    def _moved(self, row: Any) -> dict[str, bytes | None]:
        """A connection's tokens, sealed again for where they go: each is bound to its place."""
        moved = {}
        for name in ("access_token", "refresh_token"):
            opened = self._seal.open(getattr(row, name), f"connection.{name}", row.platform, row.external_id)
            moved[name] = self._close(name, opened, row)
        return moved

    def _close(self, name: str, token: str | None, one: Any) -> bytes | None:
        return self._seal.close(token, f"farewell.{name}", one.platform, one.external_id)

    def _farewell(self, row: Any) -> Farewell:
        access = self._seal.open(row.access_token, "farewell.access_token", row.platform, row.external_id)
        refresh = self._seal.open(row.refresh_token, "farewell.refresh_token", row.platform, row.external_id)
        return Farewell(row.id, row.platform, row.external_id, Tokens(access or "", refresh, row.expires_ms), row.tries)
