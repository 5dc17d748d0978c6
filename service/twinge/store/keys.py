"""Keys of the API: shown once, kept as a hash; those of coaches with the athletes they are for.

A key is `twk_<id>_<secret>` with 256 random bits, so a plain SHA-256 is enough: there is nothing to guess slowly.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, equal, page
from twinge.store.tables import api_key, audit, coaching

SCOPES = ("read", "admin", "coach")
SEEN_EVERY = timedelta(minutes=1)
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
    expires_at: datetime | None = None
    """From then on it is as if revoked."""
    athletes: tuple[str, ...] = ()
    """Ids of a coach's athletes, sorted; of the other scopes none, for they see everybody."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever has shown a good key."""

    key: str
    """Its public id."""
    scope: str
    athletes: frozenset[str] | None
    """The ids of a coach's athletes; None is everybody."""


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

    async def create(
        self,
        scope: str,
        name: str,
        now: datetime,
        *,
        athletes: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> str:
        """Make a key and answer it whole, this once."""
        async with self._engines.write() as tx:
            return await self.make(tx, scope, name, now, athletes=athletes, expires_at=expires_at)

    async def make(
        self,
        tx: AsyncConnection,
        scope: str,
        name: str,
        now: datetime,
        *,
        athletes: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> str:
        """The same in the caller's transaction. `athletes` are ids of ours, and for a coach's key only."""
        theirs = sorted(set(athletes))
        if scope not in SCOPES:
            raise ValueError(f"scope must be one of {', '.join(SCOPES)}, not {scope}")
        if theirs and scope != "coach":
            raise ValueError(f"a key with the scope {scope} is for everybody: name no athletes")
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = {"id": key_id, "name": name, "scope": scope, "hash": _hash(secret), "created_ms": codec.to_ms(now)}
        await tx.execute(api_key.insert(), {**row, "expires_ms": _maybe_ms(expires_at)})
        for athlete_id in theirs:
            await self.grant(tx, key_id, athlete_id)
        return f"twk_{key_id}_{secret}"

    async def check(self, token: str, now: datetime) -> Holder | None:
        """Whose key this is, or None when it is wrong, revoked or past its end."""
        mark, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        async with self._engines.read() as tx:
            row = (await tx.execute(select(api_key).where(api_key.c.id == key_id))).one_or_none()
            found = None if row is None else await holder(tx, row, now)
        kept = _hash("") if row is None else row.hash
        right = hmac.compare_digest(kept, _hash(secret)) and mark == "twk"
        if found is None or not right:
            return None
        await self._seen(row, now)
        return found

    async def _seen(self, row: Any, now: datetime) -> None:
        used = codec.maybe_at(row.used_ms)
        if used is None or now - used >= SEEN_EVERY:
            async with self._engines.write() as tx:
                mine = update(api_key).where(api_key.c.id == row.id)
                await tx.execute(mine.values(used_ms=codec.to_ms(now)))

    async def grant(self, tx: AsyncConnection, key_id: str, athlete_id: str) -> None:
        """From now on this athlete is one of this coach's key; granted twice is granted."""
        row = {"athlete_id": athlete_id, "key_id": key_id}
        await tx.execute(upsert(tx.dialect.name, coaching).on_conflict_do_nothing(), row)

    async def withdraw(self, tx: AsyncConnection, key_id: str, athlete_id: str) -> bool:
        """From now on not any more; False: they were not."""
        mine = (coaching.c.key_id == key_id) & (coaching.c.athlete_id == athlete_id)
        return bool((await tx.execute(delete(coaching).where(mine))).rowcount == 1)

    async def list(self, now: datetime | None = None, *, only: Filter = EVERYTHING) -> list[Key]:
        """All keys, oldest first; by scope, and whether they are alive or ended at `now`."""
        wanted = select(api_key).where(*equal((api_key.c.scope, only.scope)))
        if only.state is not None and now is not None:
            wanted = wanted.where(_alive(now) if only.state == "alive" else ~_alive(now))
        async with self._engines.read() as tx:
            rows = (await tx.execute(wanted.order_by(api_key.c.created_ms, api_key.c.id))).all()
            pairs = (await tx.execute(select(coaching).order_by(coaching.c.athlete_id))).all()
        return [_key(row, tuple(pair.athlete_id for pair in pairs if pair.key_id == row.id)) for row in rows]

    async def get(self, tx: AsyncConnection, key_id: str) -> Key | None:
        """One key, or None."""
        row = (await tx.execute(select(api_key).where(api_key.c.id == key_id))).one_or_none()
        return None if row is None else _key(row, tuple(sorted(await _athletes(tx, key_id))))

    async def is_last_admin(self, tx: AsyncConnection, key_id: str, now: datetime) -> bool:
        """Whether without this key nobody could do anything any more."""
        others = select(func.count()).select_from(api_key).where(api_key.c.scope == "admin", api_key.c.id != key_id)
        # One that ends by itself is no way back in.
        lasting = _alive(now) & api_key.c.expires_ms.is_(None)
        return not (await tx.execute(others.where(lasting))).scalar_one()

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """End a key at once; False when there is none such alive."""
        async with self._engines.write() as tx:
            return await self.end(tx, key_id, now) is not None

    async def end(self, tx: AsyncConnection, key_id: str, now: datetime) -> str | None:
        """The same within a transaction; the scope that it had."""
        mine = update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_ms.is_(None))
        ended = mine.values(revoked_ms=codec.to_ms(now)).returning(api_key.c.scope)
        scope: str | None = (await tx.execute(ended)).scalar_one_or_none()
        return scope

    async def find_audit(
        self, cursor: str | None = None, limit: int = 50, *, only: Filter = EVERYTHING
    ) -> Page[Audited]:
        """The audit, newest first; by span, who did it, and what."""
        named = equal((audit.c.actor, only.actor), (audit.c.action, only.what))
        wanted = select(audit).where(*named, *between(audit.c.at_ms, only))
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, [audit.c.at_ms, audit.c.id], cursor, limit))).all()
        items = [
            Audited(row.id, codec.from_ms(row.at_ms), row.actor, row.action, row.object, row.detail) for row in rows
        ]
        return page(rows, ["at_ms", "id"], limit, items)


def _alive(now: datetime) -> ColumnElement[bool]:
    over = api_key.c.expires_ms.is_not(None) & (api_key.c.expires_ms <= codec.to_ms(now))
    return api_key.c.revoked_ms.is_(None) & ~over


async def holder(tx: AsyncConnection, row: Any, now: datetime) -> Holder | None:
    """What the key of this row may do now; None when it was revoked or is past its end."""
    over = row.expires_ms is not None and row.expires_ms <= codec.to_ms(now)
    if over or row.revoked_ms is not None:
        return None
    return Holder(row.id, row.scope, frozenset(await _athletes(tx, row.id)) if row.scope == "coach" else None)


async def _athletes(tx: AsyncConnection, key_id: str) -> list[str]:
    return list((await tx.execute(select(coaching.c.athlete_id).where(coaching.c.key_id == key_id))).scalars())


def id_of(token: str) -> str:
    """The public id in a key: what lists and the audit call it."""
    return token.split("_")[1]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _maybe_ms(at: datetime | None) -> int | None:
    return None if at is None else codec.to_ms(at)


def _key(row: Any, athletes: tuple[str, ...]) -> Key:
    return Key(
        row.id,
        row.name,
        row.scope,
        codec.from_ms(row.created_ms),
        codec.maybe_at(row.used_ms),
        codec.maybe_at(row.revoked_ms),
        codec.maybe_at(row.expires_ms),
        athletes,
    )
