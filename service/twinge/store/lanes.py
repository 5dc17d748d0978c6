"""The lane in which the words of one address queue, and whose words have not been read yet."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.addresses import read_address
from twinge.store.among import among
from twinge.store.outbox import PAGE
from twinge.store.seal import Seal
from twinge.store.tables import address, inbox

LENGTH = 16
"""Hexadecimal digits: two addresses that shared a lane would only wait for each other."""


def reply_lane(seal: Seal, platform: str, address: str) -> str:
    """Where the words of one address queue. The address cannot be read from it, nor tried without our secret."""
    return _lane(platform, seal.blind("lane", platform, address).hex())


def reply_lanes(seal: Seal, platform: str, address: str) -> Sequence[str]:
    """Every lane that its words may be in: by each secret that is here, and as versions before 0013 named it."""
    keyed = [blind.hex() for blind in seal.blinds("lane", platform, address)]
    return [_lane(platform, digest) for digest in (*keyed, hashlib.sha256(address.encode()).hexdigest())]


def _lane(platform: str, digest: str) -> str:
    return f"{platform}:{digest[:LENGTH]}"


def page_lane(athlete_id: str) -> str:
    """Where the words of an athlete's own page queue."""
    return f"channel:{PAGE}:{hashlib.sha256(athlete_id.encode()).hexdigest()[:LENGTH]}"


async def unread(tx: AsyncConnection, seal: Seal, athletes: Collection[str]) -> set[str]:
    """Which of these athletes have written from an address of theirs what nobody has read yet: it may be STOP."""
    lanes = {page_lane(athlete): {athlete} for athlete in athletes}
    for row in await tx.execute(_PLACES, {"ids": list(athletes)}):
        for lane in reply_lanes(seal, f"channel:{row.channel}", read_address(seal, row).address):
            lanes.setdefault(lane, set()).add(row.athlete_id)
    waiting = (await tx.execute(_WAITING, {"lanes": list(lanes)})).scalars()
    return {athlete for lane in waiting for athlete in lanes[lane]}


_PLACES = select(address).where(among(address.c.athlete_id, "ids"))
_WAITING = select(inbox.c.lane).where(inbox.c.state == literal_column("'waiting'"), among(inbox.c.lane, "lanes"))
