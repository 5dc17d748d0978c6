"""Whose reply it is, and what it changes at once: STOP, START, and that the last message was answered.

The text itself is data: it stays with its delivery, is never echoed, and never reaches a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Nudge, Report
from twinge.core.reply import Answer, Help, Ok, Pain, Start, Stop, parse
from twinge.core.reply.assent import assent
from twinge.plugin import Reply
from twinge.store import Address, Store
from twinge.store.addresses import REMOVED
from twinge.store.verifications import DIGITS

UNSUBSCRIBE = "UNSUBSCRIBE"
"""Concerns one address alone, where STOP concerns them all."""
_CARRIER: dict[str, Answer] = {"STOP": Stop(), "START": Start(), "HELP": Help()}


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply as one athlete's word: what is left to do about it."""

    entry: Address
    answer: Answer
    last: Nudge | None
    """The message that had gone out before it."""
    key: str
    """Names it for ever: the same reply worked off twice has one effect."""
    assent: bool | None = None
    """A plain yes or no."""
    told: Report | None = None
    """A report that needs no reading: they chose it in a form."""
    welcomed: bool = False
    """It was the code for their address: nothing is left to do but to greet them."""


async def take_reply(
    store: Store, tx: AsyncConnection, channel: str, reply: Reply, at: datetime, languages: dict[str, str]
) -> list[Heard]:
    """Act on a reply that came by `channel`; whoever shares the address shares it. `languages` are by athlete."""
    entries = await store.addresses.at(tx, channel, reply.address)
    digest = blake2b(f"{reply.address}\x1f{reply.text}\x1f{at.isoformat()}".encode(), digest_size=9).hexdigest()
    heard = []
    for entry in entries:
        if reply.opt_out == UNSUBSCRIBE:
            await _stop(store, tx, entry, at, alone=True)
            continue
        if reply.told is not None:
            last = await store.outbox.answered(tx, entry, at)
            heard.append(Heard(entry, Ok(), last, f"{channel}:{digest}", told=reply.told))
            continue
        said = _CARRIER.get(reply.opt_out or "") or parse(reply.text, languages.get(entry.athlete_id, "en"))
        if isinstance(said, Stop) or (isinstance(said, Pain) and "opt_out" in said.flags):
            await _stop(store, tx, entry, at)
        if isinstance(said, Start):
            await store.addresses.start(tx, entry, at)
            await _audit(store, tx, entry, "start", at)
        if isinstance(said, Stop) or reply.opt_out is not None or entry.disabled_reason == REMOVED:
            continue  # of an address that was taken away only STOP and START count: it may be somebody else's by now
        if entry.verified_at is None and (code := _code(reply.text)):
            if await store.verifications.confirm(tx, entry, code, at):
                heard.append(Heard(entry, said, None, f"{channel}:{digest}", welcomed=True))
            continue  # a wrong one gets no answer: nobody has shown yet who writes there
        last = await store.outbox.answered(tx, entry, at)
        heard.append(Heard(entry, said, last, f"{channel}:{digest}", assent(reply.text)))
    return heard


async def hear_stranger(store: Store, tx: AsyncConnection, channel: str, reply: Reply) -> None:
    """A reply from an address that nobody here has: STOP holds for whoever it is added for, START takes it back."""
    said = _CARRIER.get(reply.opt_out or "") or parse(reply.text, "en")
    if isinstance(said, Stop) or reply.opt_out == UNSUBSCRIBE:
        await store.marks.bury(tx, [(channel, reply.address)])
    elif isinstance(said, Start):
        await store.marks.raise_up(tx, channel, reply.address)


def _code(text: str) -> str | None:
    """Six digits, however they were spaced."""
    code = "".join(text.split())
    return code if len(code) == DIGITS and code.isdecimal() else None


async def _stop(store: Store, tx: AsyncConnection, entry: Address, now: datetime, *, alone: bool = False) -> None:
    await store.addresses.stop(tx, entry, now, alone=alone)
    await store.outbox.silence(tx, entry, "the athlete wrote STOP", now, alone=alone)
    await _audit(store, tx, entry, "unsubscribe" if alone else "stop", now)


async def _audit(store: Store, tx: AsyncConnection, entry: Address, word: str, now: datetime) -> None:
    await store.audit(tx, now, f"athlete:{entry.athlete_id}", f"address.{word}", f"address:{entry.id}")
