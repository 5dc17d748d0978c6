"""Nudges for the tests of the sender, put straight into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from house import House
from twinge.core.model import Nudge, Severity, Voice
from twinge.store import Spoken


async def queue(
    home: House,
    name: str = "Alice",
    *,
    severity: Severity = Severity.REST,
    rules: tuple[str, ...] = ("L01",),
    facts: dict[str, Any] | None = None,
    channel: str = "sms",
    n: int = 1,
) -> Nudge:
    """A nudge for an athlete who moves in when needed, due at once, good for six hours, to their first address."""
    if name not in home.people:
        await home.move_in(name, channel=channel)
    athlete = home.people[name]
    now = home.clock()
    nudge = Nudge(
        id=f"{name.lower()}-{n}",
        athlete=athlete,
        severity=severity,
        rules=rules,
        text=f"Take it easy, {name}.",
        facts={"L01": {"over_percent": 40}} if facts is None else facts,
        made_at=now,
        not_before=now,
        expires_at=now + timedelta(hours=6),
        activity="fake:1",
        bands=(1,) * len(rules),
    )
    [place, *_] = await home.store.addresses.of(athlete)
    async with home.store.write() as tx:
        await home.store.outbox.put(tx, [(nudge, place, Voice.SMS)])
    return nudge


async def outcomes(home: House, name: str = "Alice") -> Sequence[Spoken]:
    """What became of all of an athlete's nudges, oldest first."""
    return (await home.store.outbox.find_nudges(home.people[name])).items[::-1]


async def outcome(home: House, name: str = "Alice") -> Spoken:
    """What became of an athlete's only nudge."""
    [spoken] = await outcomes(home, name)
    return spoken
