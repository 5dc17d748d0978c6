"""Codes that show whose an address is: six digits, ten minutes, five tries, three a day, ten a day for one athlete.

Counted by the address and not by the athlete, so that many athletes cannot be used to flood one number. Neither the
code nor the address is kept in the clear.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.plugin import Rejected
from twinge.store import codec
from twinge.store.addresses import Address, Addresses
from twinge.store.seal import keys_in
from twinge.store.tables import verification

DIGITS = 6
LASTS = timedelta(minutes=10)
TRIES = 5
A_DAY = 3
ATHLETE = "athlete"
"""The field of a refusal that says nothing of the address."""
EACH_A_DAY = 10
"""Codes to all addresses of one athlete together: so nobody can send messages to a list of numbers at our cost."""


class Verifications:
    """Codes under way."""

    def __init__(self, addresses: Addresses, secret: bytes) -> None:
        self._addresses = addresses
        self._keys = [hashlib.sha256(b"twinge verification" + one).digest() for one in keys_in(secret)]

    async def begin(self, tx: AsyncConnection, place: Address, now: datetime) -> str:
        """A new code for this address; earlier ones end. `Rejected` (429) after three in a day, or ten of theirs."""
        mine = self._at(place)
        if await self._made(tx, verification.c.athlete_id == place.athlete_id, now) >= EACH_A_DAY:
            raise Rejected("This athlete has asked for ten codes today; try again tomorrow.", status=429, field=ATHLETE)
        if await self._made(tx, mine, now) >= A_DAY:
            raise Rejected("This address has been sent three codes today; try again tomorrow.", status=429)
        stamp = codec.to_ms(now)
        await tx.execute(update(verification).where(mine, verification.c.ended_ms.is_(None)).values(ended_ms=stamp))
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row = {
            "athlete_id": place.athlete_id,
            "channel": place.channel,
            "address_hash": self._hashes(place.address)[0],
            "code_hash": self._hashes(f"{place.athlete_id}:{place.address}:{code}")[0],
            "made_ms": stamp,
            "tries": 0,
        }
        await tx.execute(verification.insert(), row)
        return code

    async def confirm(self, tx: AsyncConnection, place: Address, code: str, now: datetime) -> bool:
        """Whether this is the code; then the address is theirs. Each call is one try, and the caller must commit it."""
        living = verification.c.made_ms > codec.to_ms(now - LASTS)
        mine = self._at(place) & (verification.c.athlete_id == place.athlete_id)
        wanted = select(verification).where(mine, living, verification.c.ended_ms.is_(None))
        row = (await tx.execute(wanted)).first()
        if row is None or row.tries >= TRIES:
            return False
        shown = self._hashes(f"{place.athlete_id}:{place.address}:{code.strip()}")
        right = any(hmac.compare_digest(row.code_hash, one) for one in shown)
        values = {"tries": row.tries + 1, "ended_ms": codec.to_ms(now) if right else None}
        await tx.execute(update(verification).where(verification.c.id == row.id).values(**values))
        if right:
            await self._addresses.verify(tx, place, now)
        return right

    async def _made(self, tx: AsyncConnection, which: Any, now: datetime) -> int:
        """Codes of the last day."""
        recent = verification.c.made_ms > codec.to_ms(now - timedelta(days=1))
        return int((await tx.execute(select(func.count()).select_from(verification).where(which, recent))).scalar_one())

    def _at(self, place: Address) -> Any:
        here = verification.c.address_hash.in_(self._hashes(place.address))
        return (verification.c.channel == place.channel) & here

    def _hashes(self, text: str) -> list[bytes]:
        """Under each key that is here; the first one is written."""
        return [hmac.digest(key, text.encode(), "sha256") for key in self._keys]
