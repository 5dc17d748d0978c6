"""The desk: what the worker lays out for a batch of deliveries, inside one transaction.

It loads everybody concerned at once, applies the items in memory so that one event sees the effects of the one before
it, and writes all effects together. Whoever's history was disturbed (late, edited or removed workouts) is folded anew
once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.judge import Verdict, begin, in_order, judge, rejudge
from twinge.core.model import Activity, Athlete, Finding, Held, Nudge, Removed, Report, Said, Voice, Wellness
from twinge.core.pack import Pack
from twinge.core.policy import Ear, decide
from twinge.plugin import Channel, Inline, Item, Receipt, Reply, Revoked
from twinge.replies import take_reply
from twinge.store import Address, Kept, Store
from twinge.store.codec import pack_activity, to_ms
from twinge.store.history import Fate, Known, activity_row, tombstone_row, weigh
from twinge.store.spoken import said_of

WINDOW = timedelta(days=400)
"""How much of a history is folded anew (a return after a break may look back a year and a month)."""
SETTLED = timedelta(days=91)
"""In a fold that does not begin at the beginning, findings of the first days lack what came before: they stay."""
MEMORY = timedelta(days=28)
"""How far back the policy remembers what was said."""


@dataclass(slots=True)
class Person:
    """One athlete on the desk."""

    athlete: Athlete
    kept: Kept
    voice: Voice
    address: Address | None
    said: list[Said]
    changed: bool = False
    disturbed_ms: int | None = None
    """Start of the earliest workout that came late, changed or went away."""
    arrived: list[str] = field(default_factory=list)
    """Keys that may speak after the fold, in order of arrival."""

    @property
    def ear(self) -> Ear:
        """What the policy must know of this athlete."""
        return Ear(self.voice, tuple(self.said))

    def disturb(self, start_ms: int, key: str | None) -> None:
        """The history changed from `start_ms` on; the workout `key` may speak about it."""
        self.disturbed_ms = start_ms if self.disturbed_ms is None else min(self.disturbed_ms, start_ms)
        if key is not None:
            self.arrived.append(key)


class Desk:
    """Effects of one batch: `lay` everything out, `take` each delivery's items, `clear` writes what is left."""

    def __init__(
        self, store: Store, tx: AsyncConnection, channels: Mapping[str, Channel], now: datetime, pack: Pack
    ) -> None:
        self._store, self._tx, self._channels, self._now, self._pack = store, tx, channels, now, pack
        self._owners: dict[tuple[str, str], str] = {}
        self._people: dict[str, Person] = {}
        self._known: dict[tuple[str, str], Known] = {}
        self._rows: dict[tuple[str, str], dict[str, object]] = {}
        self._findings: list[tuple[str, Finding]] = []
        self._nudges: list[tuple[Nudge, Address, Voice]] = []
        self._held: list[Held] = []

    async def lay(self, deliveries: Iterable[tuple[str, Sequence[Item]]]) -> None:
        """Load everybody whom (platform, items) concern."""
        wanted = [(platform, item) for platform, items in deliveries for item in items if isinstance(item, Inline)]
        owners = {(platform, item.owner) for platform, item in wanted}
        self._owners = await self._store.athletes.by_external(self._tx, owners)
        await self._invite(set(self._owners.values()))
        places = {
            (self._owners[platform, item.owner], item.event.key)
            for platform, item in wanted
            if (platform, item.owner) in self._owners and isinstance(item.event, Activity | Removed)
        }
        self._known = await self._store.history.known(self._tx, places)

    async def _invite(self, ids: set[str]) -> None:
        if not ids:
            return
        athletes = await self._store.athletes.load(self._tx, ids)
        states = await self._store.history.states(self._tx, ids)
        places = await self._store.athletes.usable(self._tx, ids, self._channels)
        said = await self._store.outbox.said(self._tx, ids, self._now - MEMORY)
        for athlete_id, athlete in athletes.items():
            place = places.get(athlete_id)
            voice = Voice.NONE if place is None else Voice(self._channels[place.channel].voice)
            kept = states.get(athlete_id) or Kept(self._stamp(athlete), begin())
            self._people[athlete_id] = Person(athlete, kept, voice, place, said.get(athlete_id, []))

    def _stamp(self, athlete: Athlete) -> str:
        return f"{self._pack.version}/{athlete.revision}"

    async def take(self, platform: str, items: Sequence[Item], received_at: datetime) -> int:
        """Apply one delivery's items; how many of them belong to nobody we know."""
        strangers = 0
        for item in items:
            match item:
                case Inline():
                    person = self._people.get(self._owners.get((platform, item.owner), ""))
                    strangers += person is None
                    if person is not None:
                        await self._hear(person, item.event, received_at)
                case Revoked(owner=owner):
                    strangers += await self._store.athletes.revoke(self._tx, platform, owner) is None
                case Receipt():
                    await self._stamp_receipt(item)
                case Reply():
                    await take_reply(self._store, self._tx, platform.partition(":")[2], item, self._now)
                case _:
                    strangers += 1  # A pointer that was not fetched: nobody we know.
        return strangers

    async def _hear(self, person: Person, event: Activity | Removed | Wellness | Report, received_at: datetime) -> None:
        match event:
            case Activity():
                self._activity(person, event)
            case Removed():
                # A platform that does not number its texts means "now".
                self._remove(person, event.key, event.version or to_ms(received_at))
            case Wellness():
                await self._store.history.put_wellness(self._tx, person.athlete.id, event)
            case Report():
                await self._store.history.put_report(self._tx, person.athlete.id, event)

    def _activity(self, person: Person, activity: Activity) -> None:
        place = (person.athlete.id, activity.key)
        blob, old = pack_activity(activity), self._known.get(place)
        fate = weigh(old, activity, blob)
        if fate in {"same", "older"}:
            return
        row = activity_row(person.athlete.id, activity, blob)
        self._rows[place] = row
        self._known[place] = Known(activity.version, removed=False, start_ms=row["start_ms"], blob=blob)
        if self._one_step(person, activity, fate):
            self._note(person, judge(person.athlete, person.kept.state, activity, person.ear, self._now, self._pack))
        else:
            person.disturb(row["start_ms"] if old is None else min(row["start_ms"], old.start_ms), activity.key)

    def _one_step(self, person: Person, activity: Activity, fate: Fate) -> bool:
        """Whether the state stands and the activity is the next one in it."""
        stands = person.disturbed_ms is None and person.kept.stamp == self._stamp(person.athlete)
        return stands and fate == "new" and in_order(person.kept.state, activity)

    def _remove(self, person: Person, key: str, version: int) -> None:
        place = (person.athlete.id, key)
        old = self._known.get(place)
        if old is not None and old.version > version:
            return
        start_ms = 0 if old is None else old.start_ms
        self._rows[place] = tombstone_row(person.athlete.id, key, version, start_ms)
        self._known[place] = Known(version, removed=True, start_ms=start_ms, blob=None)
        if old is not None and not old.removed:
            person.disturb(start_ms, None)

    def _note(self, person: Person, verdict: Verdict) -> None:
        """Keep what one step led to."""
        person.kept = Kept(self._stamp(person.athlete), verdict.state)
        person.changed = True
        self._findings += [(person.athlete.id, finding) for finding in verdict.findings]
        self._speak(person, verdict.nudges, verdict.held)

    def _speak(self, person: Person, nudges: Sequence[Nudge], held: Sequence[Held]) -> None:
        self._held += held
        if person.address is None:
            return
        for nudge in nudges:
            self._nudges.append((nudge, person.address, person.voice))
            person.said.append(said_of(nudge, answered=False if person.voice is Voice.SMS else None))

    async def _stamp_receipt(self, receipt: Receipt) -> None:
        dead = await self._store.outbox.receipt(self._tx, receipt, self._now)
        if dead is not None:
            reason = receipt.reason or "the channel says that the address is dead"
            await self._store.athletes.disable(self._tx, dead.id, reason)
            await self._store.outbox.silence(self._tx, dead.id, "address disabled")

    async def clear(self) -> None:
        """Write everything, folding anew who was disturbed."""
        await self._write()
        for person in self._people.values():
            if person.disturbed_ms is not None:
                await self._refold(person, person.disturbed_ms)
        await self._write()
        changed = [(one.athlete.id, one.kept) for one in self._people.values() if one.changed]
        await self._store.history.save_states(self._tx, changed, self._now)

    async def _write(self) -> None:
        await self._store.history.save_activities(self._tx, list(self._rows.values()))
        await self._store.history.add_findings(self._tx, self._findings)
        await self._store.outbox.put(self._tx, self._nudges)
        await self._store.outbox.hold(self._tx, self._held)
        self._rows, self._findings, self._nudges, self._held = {}, [], [], []

    async def _refold(self, person: Person, from_ms: int) -> None:
        history, before = await self._store.history.window(self._tx, person.athlete.id, WINDOW)
        since, runs = (None, 0) if before is None else before
        verdict = rejudge(person.athlete, history, None, person.ear, self._now, self._pack, since=since, runs=runs)
        if person.kept.stamp != self._stamp(person.athlete):
            from_ms = 0
        if before is not None:
            from_ms = max(from_ms, to_ms(history[-1].start - WINDOW + SETTLED))
        await self._store.history.replace_findings(self._tx, person.athlete.id, from_ms, verdict.findings)
        person.kept, person.changed = Kept(self._stamp(person.athlete), verdict.state), True
        await self._speak_anew(person, verdict.findings)

    async def _speak_anew(self, person: Person, findings: Sequence[Finding]) -> None:
        """Decide again about the workouts that arrived, and withdraw what waits and no longer holds."""
        waiting = await self._store.outbox.waiting(self._tx, person.athlete.id)
        gone = {nudge.id for nudge in waiting if nudge.activity in person.arrived or not _holds(nudge, findings)}
        withdrawn = {(nudge.activity, nudge.rules) for nudge in waiting if nudge.id in gone}
        person.said = [said for said in person.said if (said.activity, said.rules) not in withdrawn]
        await self._store.outbox.withdraw(self._tx, person.athlete.id, gone, "the workout changed")
        for key in dict.fromkeys(person.arrived):
            news = [finding for finding in findings if finding.activity == key]
            decision = decide(person.athlete, news, person.ear, self._now, self._pack)
            self._speak(person, decision.nudges, decision.held)


def _holds(nudge: Nudge, findings: Sequence[Finding]) -> bool:
    """Whether the findings still carry the message. X01 is only a sum of the others."""
    if nudge.activity is None:
        return True
    found = {finding.rule for finding in findings if finding.activity == nudge.activity}
    return found.issuperset(rule for rule in nudge.rules if rule != "X01")
