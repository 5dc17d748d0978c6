"""How athletes get in: links that work once, and the visits they open. Tokens are kept as hashes only.

A token has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess slowly. Methods that take `tx`
join the caller's transaction; the others open their own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.hashes import hash_of
from twinge.store.tables import link, visit

ENTRANCE: Final = "/me/enter/"
"""Where a link leads, below the public URL."""
LINK_LASTS: Final = timedelta(minutes=30)
APP_LINK_LASTS: Final = timedelta(days=7)
"""For the link in an app that was put on a home screen: from then until it is first opened."""
VISIT_LASTS: Final = timedelta(days=90)
"""Counted from the last use."""
PROLONGED_EVERY: Final = timedelta(days=1)
"""How exact that is: a write for each request would cost more than the request."""
MOST_LINKS: Final = 20
"""Unused links of one athlete; a new one takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that came in by a link."""

    athlete_id: str
    began_at: datetime
    expires_at: datetime


class Visits:
    """Links and visits."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def invite(self, tx: AsyncConnection, athlete_id: str, now: datetime, *, lasts: timedelta) -> str:
        """A new link's token, whole this once. What has ended goes on this occasion."""
        at = codec.to_ms(now)
        await tx.execute(link.delete().where(link.c.expires_ms <= at))
        await tx.execute(visit.delete().where(visit.c.expires_ms <= at))
        mine = link.c.athlete_id == athlete_id
        newest = select(link.c.hash).where(mine).order_by(link.c.made_ms.desc(), link.c.hash).limit(MOST_LINKS - 1)
        await tx.execute(link.delete().where(mine, link.c.hash.not_in(newest)))
        token = secrets.token_urlsafe(32)
        row = {"hash": hash_of(token), "athlete_id": athlete_id, "made_ms": at, "expires_ms": codec.to_ms(now + lasts)}
        await tx.execute(link.insert(), row)
        return token

    async def opens(self, token: str, now: datetime) -> bool:
        """Whether a link would still let somebody in. Looking does not use it up."""
        wanted = select(link.c.hash).where(link.c.hash == hash_of(token), link.c.expires_ms > codec.to_ms(now))
        async with self._engines.read() as tx:
            return (await tx.execute(wanted)).first() is not None

    async def enter(self, tx: AsyncConnection, token: str, now: datetime) -> tuple[str, str] | None:
        """Use a link up: the athlete's id and the new visit's token. None: it is wrong, used or too old."""
        mine = (link.c.hash == hash_of(token)) & (link.c.expires_ms > codec.to_ms(now))
        athlete_id = (await tx.execute(select(link.c.athlete_id).where(mine))).scalar_one_or_none()
        if athlete_id is None or (await tx.execute(link.delete().where(mine))).rowcount != 1:
            return None
        made = secrets.token_urlsafe(32)
        times = {"began_ms": codec.to_ms(now), "used_ms": codec.to_ms(now)}
        row = {"hash": hash_of(made), "athlete_id": athlete_id, "expires_ms": codec.to_ms(now + VISIT_LASTS), **times}
        await tx.execute(visit.insert(), row)
        return str(athlete_id), made

    async def find(self, token: str, now: datetime) -> Visit | None:
        """The visit of a cookie, prolonged at most once a day. None: it is wrong, over, or was left."""
        wanted = select(visit).where(visit.c.hash == hash_of(token), visit.c.expires_ms > codec.to_ms(now))
        async with self._engines.read() as tx:
            row = (await tx.execute(wanted)).one_or_none()
        if row is None:
            return None
        expires_at = codec.from_ms(row.expires_ms)
        if now - codec.from_ms(row.used_ms) >= PROLONGED_EVERY:
            expires_at = now + VISIT_LASTS
            await self._prolong(token, now)
        return Visit(row.athlete_id, codec.from_ms(row.began_ms), expires_at)

    async def _prolong(self, token: str, now: datetime) -> None:
        times = {"used_ms": codec.to_ms(now), "expires_ms": codec.to_ms(now + VISIT_LASTS)}
        async with self._engines.write() as tx:
            await tx.execute(update(visit).where(visit.c.hash == hash_of(token)).values(**times))

    async def leave(self, tx: AsyncConnection, token: str) -> None:
        """The visit is over, wherever its cookie still is."""
        await tx.execute(visit.delete().where(visit.c.hash == hash_of(token)))
