"""What a channel said of a message later: it arrived, or it did not. A word moves a nudge forward only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.insist import REPEAT, is_grave
from twinge.core.model import Severity
from twinge.plugin import Receipt
from twinge.store import codec
from twinge.store.addresses import Address
from twinge.store.among import among
from twinge.store.feed import tell_ends
from twinge.store.outbox import this_one
from twinge.store.seal import Seal
from twinge.store.spoken import read_nudge, read_place, with_people
from twinge.store.tables import nudge

FORWARD = {"waiting": 0, "taken": 1, "unknown": 2, "sent": 3, "failed": 4, "delivered": 5}
"""Rank of the states a receipt may move between; void and expired are ends of our own."""
MOST_TRIES = 3
"""Sends of one message whose carrier says each time that the trouble passes."""


class Receipts:
    """The words of channels about nudges."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    async def take(self, tx: AsyncConnection, word: Receipt, now: datetime) -> Address | None:
        """Apply a channel's word, forward only; whose address it was about."""
        row = (await tx.execute(with_people().where(nudge.c.id == word.nudge))).first()
        if row is None or word.state not in {"sent", "delivered", "failed"}:
            return None
        values: dict[str, Any] = {} if word.provider_id is None else {"provider_id": word.provider_id}
        if (word.state == "failed" and _of_an_earlier_try(row, word)) or (word.state, row.state) == ("sent", "waiting"):
            return None
        if FORWARD[word.state] > FORWARD.get(row.state, 9):
            values |= {"state": word.state, "reason": word.reason, "again_ms": _after_receipt(row, word.state, now)}
            values |= _tried_again(row, word, now)
            if row.sent_ms is None and word.state != "failed":
                values["sent_ms"] = codec.to_ms(now)
        if values:
            await tx.execute(update(nudge).where(this_one(read_nudge(self._seal, row))).values(**values))
            if values.get("state", "waiting") != "waiting":
                await tell_ends(tx, [(row.id, values["state"])], now)
        return read_place(self._seal, row)

    async def is_here(self, tx: AsyncConnection, number: str) -> bool:
        """Whether there is such a nudge."""
        return (await tx.execute(select(nudge.c.id).where(nudge.c.id == number).limit(1))).first() is not None

    async def whose(self, tx: AsyncConnection, ids: Collection[str]) -> set[str]:
        """Whose nudges these are."""
        if not ids:
            return set()
        return set((await tx.execute(_WHOSE, {"ids": list(ids)})).scalars())


def _after_receipt(row: Any, state: str, now: datetime) -> int | None:
    """When to look again after a receipt: at once for a failure, later for grave words that nobody has answered."""
    severity = Severity(row.severity)
    if state == "failed":
        return codec.to_ms(now) if severity > Severity.INFO else None
    if is_grave(severity) and row.copy_of is None and row.answered_ms is None:
        return int(row.again_ms or codec.to_ms(now + REPEAT[severity]))
    return row.again_ms if state == "sent" else None


def _of_an_earlier_try(row: Any, word: Receipt) -> bool:
    """Whether it is about a send that has been repeated since: that one failed is no news of the other.

    That one arrived is news all the same. One that waits to be repeated has left "sent" behind.
    """
    return row.attempts > 1 and None not in {row.provider_id, word.provider_id} and word.provider_id != row.provider_id


def _tried_again(row: Any, word: Receipt, now: datetime) -> dict[str, Any]:
    """Back to waiting, where the trouble passes and the message is still of use then; another channel may be faster."""
    if word.state != "failed" or word.again is None or row.attempts >= MOST_TRIES:
        return {}
    at = codec.to_ms(now + word.again)
    return {"state": "waiting", "not_before_ms": at} if at < row.expires_ms else {}


_WHOSE = select(nudge.c.athlete_id).where(among(nudge.c.id, "ids"))
