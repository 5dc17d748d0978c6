"""Of a pain story the newest word counts: an older one that waits, or is found only now, gives way to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Nudge, Severity
from twinge.core.relay import of_story
from twinge.person import Person
from twinge.store import Store

GRAVE = Severity.SEE_DOCTOR
"""A word so grave gives way only to one as grave; any other to whatever is said later."""
SUPERSEDED = "a newer word took its place"


async def make_way(store: Store, tx: AsyncConnection, person: Person, now: datetime) -> None:
    """Withdraw what waits for this athlete, and has a newer word of its story beside it in `person`."""
    news = {of_story(nudge.facts): nudge for nudge in _told(person)}
    if not news:
        return
    made = {nudge.id for nudge, _, _ in person.nudges}
    waiting = [nudge for nudge in await store.outbox.waiting(tx, person.athlete.id) if nudge.id not in made]
    old = [nudge.id for nudge in waiting if _yields(nudge, news.get(of_story(nudge.facts)))]
    await store.outbox.withdraw(tx, person.athlete.id, old, SUPERSEDED, now)


async def find_late(store: Store, tx: AsyncConnection, person: Person) -> list[str]:
    """What `person` is about to be told that a fold has found late: a later word of its story went out before."""
    told = _told(person)
    if len(told) < 2:
        return []
    out = await store.outbox.meant(tx, person.athlete.id, [nudge.id for nudge in told])
    newest = {of_story(nudge.facts): (place, nudge) for place, nudge in enumerate(told) if nudge.id in out}
    late = []
    for place, nudge in enumerate(told):
        after, newer = newest.get(of_story(nudge.facts), (-1, None))
        if nudge.id not in out and place < after and _yields(nudge, newer):
            late.append(nudge.id)
    return late


def _told(person: Person) -> list[Nudge]:
    """The words of pain stories, in order."""
    return [nudge for nudge, _, _ in person.nudges if of_story(nudge.facts)]


def _yields(old: Nudge, newer: Nudge | None) -> bool:
    return newer is not None and (old.severity < GRAVE or newer.severity >= GRAVE)
