"""Keys of the API: shown once, kept as a hash.

A key is `twk_<id>_<secret>` with 256 random bits, so a plain SHA-256 is enough: there is nothing to guess slowly.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.page import Page, cut, page
from twinge.store.tables import api_key, audit

SCOPES = ("read", "admin")
SEEN_EVERY = timedelta(minutes=10)
"""How exact `used_at` is: a write for each request would cost more than the request."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as an operator may see it; the secret is not kept."""

    id: str
    name: str
    scope: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Audited:
    """One line of the audit."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: str


class Keys:
    """The keys, and the audit of what was done with them."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def create(self, scope: str, name: str, now: datetime) -> str:
        """Make a key and answer it whole, this once."""
        if scope not in SCOPES:
            raise ValueError(f"scope must be one of {', '.join(SCOPES)}, not {scope}")
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = {"id": key_id, "name": name, "scope": scope, "hash": _hash(secret), "created_ms": codec.to_ms(now)}
        async with self._engines.write() as tx:
            await tx.execute(api_key.insert(), row)
        return f"twk_{key_id}_{secret}"

    async def check(self, token: str, now: datetime) -> str | None:
        """The scope of a key, or None when it is wrong or revoked."""
        mark, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        async with self._engines.read() as tx:
            row = (await tx.execute(select(api_key).where(api_key.c.id == key_id))).one_or_none()
        kept = _hash("") if row is None else row.hash
        right = hmac.compare_digest(kept, _hash(secret)) and mark == "twk"
        if row is None or not right or row.revoked_ms is not None:
            return None
        await self._seen(row, now)
        return str(row.scope)

    async def _seen(self, row: Any, now: datetime) -> None:
        used = codec.maybe_at(row.used_ms)
        if used is None or now - used >= SEEN_EVERY:
            async with self._engines.write() as tx:
                mine = update(api_key).where(api_key.c.id == row.id)
                await tx.execute(mine.values(used_ms=codec.to_ms(now)))

    async def list(self) -> list[Key]:
        """All keys, oldest first."""
        async with self._engines.read() as tx:
            rows = (await tx.execute(select(api_key).order_by(api_key.c.created_ms, api_key.c.id))).all()
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """End a key at once; False when there is none such alive."""
        mine = update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_ms.is_(None))
        async with self._engines.write() as tx:
            return bool((await tx.execute(mine.values(revoked_ms=codec.to_ms(now)))).rowcount == 1)

    async def find_audit(self, cursor: str | None = None, limit: int = 50) -> Page[Audited]:
        """The audit, newest first."""
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(select(audit), [audit.c.id], cursor, limit))).all()
        items = [
            Audited(row.id, codec.from_ms(row.at_ms), row.actor, row.action, row.object, row.detail) for row in rows
        ]
        return page(rows, ["id"], limit, items)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: Any) -> Key:
    return Key(
        row.id,
        row.name,
        row.scope,
        codec.from_ms(row.created_ms),
        codec.maybe_at(row.used_ms),
        codec.maybe_at(row.revoked_ms),
    )
