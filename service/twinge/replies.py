"""What an athlete's reply changes: STOP, START, MUTE, or an answer to the last message.

The text itself is data: it stays with its delivery, is never echoed, and never reaches a log.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.reply import Answer, Mute, Start, Stop, parse
from twinge.plugin import Reply
from twinge.store import Address, Store

_CARRIER: dict[str, Answer] = {"STOP": Stop(), "START": Start()}


async def take_reply(store: Store, tx: AsyncConnection, channel: str, reply: Reply, now: datetime) -> None:
    """Act on a reply that came by `channel`; whoever shares the address shares a STOP."""
    said = _CARRIER.get(reply.opt_out or "") or parse(reply.text)
    entries = await store.athletes.by_address(tx, channel, reply.address)
    match said:
        case Stop():
            await store.athletes.stop(tx, channel, reply.address, now)
            for entry in entries:
                await store.outbox.silence(tx, entry.id, "the athlete wrote STOP")
                await _audit(store, tx, entry, "stop", now)
        case Start():
            await store.athletes.start(tx, channel, reply.address)
            for entry in entries:
                await _audit(store, tx, entry, "start", now)
        case _:
            await _answer(store, tx, entries, said, now)


async def _answer(
    store: Store, tx: AsyncConnection, entries: list[Address], said: Answer | None, now: datetime
) -> None:
    """Any other word answers the last message, so that it does not count as ignored."""
    for entry in entries:
        last = await store.outbox.answered(tx, entry.id, now)
        if isinstance(said, Mute):
            rules = (said.rule,) if said.rule is not None else () if last is None else last.rules
            await store.athletes.mute(tx, entry.athlete_id, rules)


async def _audit(store: Store, tx: AsyncConnection, entry: Address, word: str, now: datetime) -> None:
    await store.audit(tx, now, f"athlete:{entry.athlete_id}", f"address.{word}", f"address:{entry.id}")
