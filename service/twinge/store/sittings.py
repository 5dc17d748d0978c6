"""Visits to the operator's desk: a browser that showed a key, for half a day. Tokens are kept as hashes only.

A token has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess slowly.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.hashes import hash_of
from twinge.store.keys import Holder, holder
from twinge.store.tables import api_key, sitting

SITTING_LASTS: Final = timedelta(hours=12)
"""Counted from its beginning, whatever is done in it."""


class Sittings:
    """The visits."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def begin(self, tx: AsyncConnection, key_id: str, now: datetime) -> str:
        """A new visit's token, whole this once. What has ended goes on this occasion."""
        await tx.execute(sitting.delete().where(sitting.c.expires_ms <= codec.to_ms(now)))
        token = secrets.token_urlsafe(32)
        times = {"began_ms": codec.to_ms(now), "expires_ms": codec.to_ms(now + SITTING_LASTS)}
        await tx.execute(sitting.insert(), {"hash": hash_of(token), "key_id": key_id, **times})
        return token

    async def find(self, token: str, now: datetime) -> Holder | None:
        """Whose key the visit began with. None: it is wrong or over, or the key was revoked or ended since."""
        mine = (sitting.c.hash == hash_of(token)) & (sitting.c.expires_ms > codec.to_ms(now))
        wanted = select(api_key).join(sitting, sitting.c.key_id == api_key.c.id).where(mine)
        async with self._engines.read() as tx:
            row = (await tx.execute(wanted)).one_or_none()
            return None if row is None else await holder(tx, row, now)

    async def end(self, tx: AsyncConnection, token: str) -> None:
        """The visit is over, wherever its cookie still is."""
        await tx.execute(sitting.delete().where(sitting.c.hash == hash_of(token)))
