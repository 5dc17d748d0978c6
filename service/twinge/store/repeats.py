"""Calls that say by an Idempotency-Key that they may come twice: who is at it, whether it had its effect, its answer.

The key itself is not kept. Its row is found by a MAC of it, and the answer is sealed under the house's secret and the
key together: what a database and its `secret.key` hold does not open an answer, which may carry an API key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.seal import Seal, keys_in
from twinge.store.tables import repeat

KEPT: Final = timedelta(hours=24)
"""How long a key stands for its first answer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One caller's claim to a key."""

    actor: str
    key: str = field(repr=False)
    begun_ms: int
    state: str = "mine"
    """mine · other (the key stands for another request) · busy (the first is under way) · done (`answer` is the first
    answer) · lost (it had its effect, and its answer was never kept)."""
    answer: str | None = field(default=None, repr=False)


class Repeats:
    """The claims. Methods that take `tx` join the caller's transaction; the others open their own."""

    def __init__(self, engines: Engines, secret: bytes) -> None:
        self._engines, self._secret, self._keys = engines, secret, keys_in(secret)

    async def claim(self, actor: str, key: str, request: bytes, now: datetime, *, dead_after: timedelta) -> Claim:
        """Claim `key` for a request (its method, path and body); of two at once one gets it.

        A claim without effect that is older than `dead_after` belonged to a process that is gone: it is taken over.
        """
        at, dead_ms = codec.to_ms(now), codec.to_ms(now - dead_after)
        place = {"actor": actor, "key": self._macs(b"key", key.encode())[0]}
        fresh: dict[str, Any] = {
            "mark": self._macs(b"request", request)[0],
            "begun_ms": at,
            "worked": False,
            "answer": None,
            "athlete_id": None,
            "expires_ms": codec.to_ms(now + KEPT),
        }
        async with self._engines.write() as tx:
            made = upsert(tx.dialect.name, repeat).on_conflict_do_nothing(index_elements=["actor", "key"])
            known = await self._is_known(tx, actor, key)
            if not known and (await tx.execute(made, {**place, **fresh})).rowcount == 1:
                return Claim(actor, key, at)
            # Locked, so that of two that find a dead one, the second finds the first one's claim.
            found = select(repeat).where(self._is(actor, key)).with_for_update()
            old = (await tx.execute(found)).one_or_none()
            if old is None:  # purged in this very moment: the caller asks again
                return Claim(actor, key, at, "busy")
            if old.expires_ms <= at or _is_dead(old, dead_ms):
                fresh["begun_ms"] = max(at, old.begun_ms + 1)
                await tx.execute(update(repeat).where(self._is(actor, key)).values(**fresh))
                return Claim(actor, key, fresh["begun_ms"])
        return self._standing(actor, key, old, self._macs(b"request", request), dead_ms)

    async def _is_known(self, tx: AsyncConnection, actor: str, key: str) -> bool:
        """Whether it stands there under an older key of ours, where the next insert would not meet it."""
        if len(self._keys) == 1:
            return False
        return (await tx.execute(select(repeat.c.actor).where(self._is(actor, key)))).first() is not None

    def _standing(self, actor: str, key: str, old: Any, marks: Sequence[bytes], dead_ms: int) -> Claim:
        if old.mark not in marks:
            return Claim(actor, key, old.begun_ms, "other")
        if old.answer is not None:
            return Claim(actor, key, old.begun_ms, "done", self._seal(key).open(old.answer, "repeat.answer"))
        return Claim(actor, key, old.begun_ms, "lost" if old.begun_ms <= dead_ms else "busy")

    async def mark(self, tx: AsyncConnection, claim: Claim) -> bool:
        """Note, in the transaction of the effect, that there is one. False: somebody has taken the claim over."""
        done = update(repeat).where(self._mine(claim)).values(worked=True)
        return bool((await tx.execute(done)).rowcount == 1)

    async def settle(self, claim: Claim, answer: str, athlete_id: str | None) -> None:
        """Keep the first answer; `athlete_id` says whom it is about."""
        values = {"answer": self._seal(claim.key).close(answer, "repeat.answer"), "athlete_id": athlete_id}
        async with self._engines.write() as tx:
            await tx.execute(update(repeat).where(self._mine(claim)).values(**values))

    async def release(self, claim: Claim) -> None:
        """It came to nothing: the key is free again. One that had its effect stays."""
        async with self._engines.write() as tx:
            await tx.execute(delete(repeat).where(self._mine(claim), repeat.c.worked.is_(False)))

    async def purge(self, now: datetime) -> int:
        """Forget what is over; how many."""
        async with self._engines.write() as tx:
            return int((await tx.execute(delete(repeat).where(repeat.c.expires_ms <= codec.to_ms(now)))).rowcount)

    def _is(self, actor: str, key: str) -> ColumnElement[bool]:
        return (repeat.c.actor == actor) & repeat.c.key.in_(self._macs(b"key", key.encode()))

    def _mine(self, claim: Claim) -> ColumnElement[bool]:
        return self._is(claim.actor, claim.key) & (repeat.c.begun_ms == claim.begun_ms)

    def _macs(self, what: bytes, value: bytes) -> list[bytes]:
        """Under each key that is here; the first one is written."""
        return [hmac.digest(one, what + b"\0" + value, hashlib.sha256) for one in self._keys]

    def _seal(self, key: str) -> Seal:
        return Seal(self._secret, b"answer " + key.encode())


def _is_dead(row: Any, dead_ms: int) -> bool:
    """Whether whoever claimed it is gone, and nothing came of it."""
    return row.answer is None and not row.worked and row.begun_ms <= dead_ms
