"""Keyed hashes of what must be known again and may not be kept: an erased athlete, their sources, a STOP.

HMAC-SHA256 under a key derived from the store's secret: without the secret nobody can try phone numbers against them.
What was hashed can not be hashed again under a new key, so the old one is kept for it, sealed (`store.rotation`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import upsert
from twinge.store.seal import id_of, keys_in
from twinge.store.tables import departed, tombstone

SOURCE_KEPT: Final = timedelta(days=90)
"""How long a source of somebody who left is known: by then every vendor has stopped calling."""

Source = tuple[str, str]
"""(platform, the athlete's id there), or (`channel:` and its name, an address)."""


class Marks:
    """Tombstones of STOP, and the sources that nobody answers for any more."""

    def __init__(self, secret: bytes) -> None:
        self.keys = {id_of(one): hashlib.sha256(b"twinge marks" + one).digest() for one in keys_in(secret)}
        """By the id of the secret they come from; the first one is written with, all are asked."""

    def remember(self, key_id: str, key: bytes) -> None:
        """Know again what was hashed under a secret that is not here any more."""
        self.keys.setdefault(key_id, key)

    def name(self, athlete_id: str) -> str:
        """What an erased athlete is called: 32 hex digits."""
        return self._hash("athlete", athlete_id).hex()[:32]

    def names(self, athlete_id: str) -> list[str]:
        """What they may be called that were erased under any of the keys."""
        return [one.hex()[:32] for one in self._hashes("athlete", athlete_id)]

    async def bury(self, tx: AsyncConnection, places: Iterable[Source]) -> None:
        """Keep that these (channel, address) wrote STOP."""
        rows = [{"hash": self._hash("stop", *place)} for place in places]
        if rows:
            await tx.execute(upsert(tx.dialect.name, tombstone).on_conflict_do_nothing(), rows)

    async def is_buried(self, tx: AsyncConnection, channel: str, address: str) -> bool:
        """Whether STOP was written there."""
        mine = select(tombstone.c.hash).where(tombstone.c.hash.in_(self._hashes("stop", channel, address)))
        return (await tx.execute(mine)).first() is not None

    async def raise_up(self, tx: AsyncConnection, channel: str, address: str) -> None:
        """START was written there."""
        await tx.execute(delete(tombstone).where(tombstone.c.hash.in_(self._hashes("stop", channel, address))))

    async def part(self, tx: AsyncConnection, sources: Iterable[Source], now: datetime) -> None:
        """What comes from there belongs to nobody, and is not kept."""
        until = codec.to_ms(now + SOURCE_KEPT)
        rows = [{"hash": self._hash("source", *one), "until_ms": until} for one in sources]
        if rows:
            statement = upsert(tx.dialect.name, departed)
            later = {"until_ms": statement.excluded.until_ms}
            await tx.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=later), rows)

    async def welcome(self, tx: AsyncConnection, source: Source) -> None:
        """Somebody answers for it again."""
        await tx.execute(delete(departed).where(departed.c.hash.in_(self._hashes("source", *source))))

    async def departed(self, tx: AsyncConnection, sources: Iterable[Source]) -> set[Source]:
        """Which of these nobody answers for any more."""
        by_hash = {each: one for one in sources for each in self._hashes("source", *one)}
        found = await tx.execute(select(departed.c.hash).where(departed.c.hash.in_(list(by_hash))))
        return {by_hash[bytes(row.hash)] for row in found}

    def _hash(self, *parts: str) -> bytes:
        return _digest(next(iter(self.keys.values())), parts)

    def _hashes(self, *parts: str) -> list[bytes]:
        return [_digest(key, parts) for key in self.keys.values()]


def _digest(key: bytes, parts: tuple[str, ...]) -> bytes:
    return hmac.digest(key, "\x1f".join(parts).encode(errors="replace"), "sha256")
