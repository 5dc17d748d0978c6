"""Our own notices: a test, a code, a welcome, a connection that was lost. Each takes the way of every message.

All but the last are asked for by a person, each time, and the last comes once. They need no other consent than that; a
code may even go to an address that is not yet known to be theirs. What the athlete asks for goes out at once; what an
operator asks for, or nobody, waits for the end of their quiet hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge import speech
from twinge.core.model import Athlete, Nudge, Severity, Voice
from twinge.core.policy import name, next_window
from twinge.core.purpose import NOTICE
from twinge.plugin import Rejected
from twinge.store import Address, Store
from twinge.store.verifications import LASTS

LATE = timedelta(hours=12)
"""How long a test may wait before it is worth nothing."""
RECONNECT_LASTS = timedelta(days=3)
"""A lost connection is worth a word also after a channel was down for two days."""


async def send_test(
    store: Store, tx: AsyncConnection, athlete: Athlete, place: Address, voice: Voice, now: datetime, *, asked: bool
) -> Nudge:
    """Queue a test message. `asked`: the athlete did, just now."""
    text = speech.phrase("notice.test", {}, athlete)
    made = _notice("test", text, athlete, place, now, LATE, asked=asked)
    await store.outbox.put(tx, [(made, place, voice)])
    return made


async def send_code(
    store: Store, tx: AsyncConnection, athlete: Athlete, place: Address, voice: Voice, now: datetime, *, asked: bool
) -> Nudge:
    """Queue a code for an address. `Rejected`: 409 where it is theirs already, stopped, or asleep; 429 for too many."""
    if place.verified_at is not None:
        raise Rejected("This address is confirmed already.", status=409)
    if any(one.stopped_at is not None for one in await store.addresses.at(tx, place.channel, place.address)):
        raise Rejected("Somebody wrote STOP there; only START from there opens it again.", status=409)
    opening = next_window(athlete.preferences, athlete.timezone, now)
    if opening > now and not asked:
        raise Rejected(f"Their quiet hours last until {opening:%H:%M} UTC; a code would end before.", status=409)
    code = await store.verifications.begin(tx, place, now)
    text = speech.phrase("notice.code", {"code": code}, athlete)
    made = _notice("code", text, athlete, place, now, LASTS, asked=True)
    await store.outbox.put(tx, [(made, place, voice)])
    return made


def welcome(athlete: Athlete, place: Address, now: datetime) -> Nudge:
    """What comes to an address that has just been shown to be theirs; queued by whoever has taken the code in."""
    return _notice("welcome", speech.phrase("welcome", {}, athlete), athlete, place, now, LATE, asked=True)


def reconnect(athlete: Athlete, platform: str, connection: int, now: datetime) -> Nudge:
    """A connection has ended (`platform` as people write it); queued by whoever has noted that they were asked."""
    text = speech.phrase("notice.reconnect", {"platform": platform}, athlete)
    at = next_window(athlete.preferences, athlete.timezone, now)
    return Nudge(
        id=name(athlete.id, f"reconnect:{connection}:{now.isoformat()}", (), ()),
        athlete=athlete.id,
        severity=Severity.INFO,
        rules=(),
        text=text,
        facts={NOTICE: "reconnect", "platform": platform},
        made_at=now,
        not_before=at,
        expires_at=at + RECONNECT_LASTS,
    )


def _notice(
    kind: str, text: str, athlete: Athlete, place: Address, now: datetime, lasts: timedelta, *, asked: bool
) -> Nudge:
    at = now if asked else next_window(athlete.preferences, athlete.timezone, now)
    facts: dict[str, Any] = {NOTICE: kind, "asked": asked}
    return Nudge(
        id=name(athlete.id, f"{kind}:{place.id}:{now.isoformat()}", (), ()),
        athlete=athlete.id,
        severity=Severity.INFO,
        rules=(),
        text=text,
        facts=facts,
        made_at=now,
        not_before=at,
        expires_at=at + lasts,
    )
