"""The desk: what the worker lays out for a batch of deliveries, inside one transaction.

It loads everybody concerned at once, applies the items in memory so that one event sees the effects of the one before
it, and writes all effects together. Whoever's history was disturbed (late, edited or removed workouts) is folded anew
once, at the end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.digest import DIGESTED, digest, next_digest
from twinge.core.judge import begin, refold, speak
from twinge.core.model import Activity, Finding, Nudge, Voice
from twinge.core.pack import Pack
from twinge.core.pain import Pain, next_wake, standing
from twinge.draft import Draft
from twinge.person import Person, stamp_of
from twinge.plugin import OWN, Channel, Inline, Item, Receipt, Reply, Revoked
from twinge.replies import hear_stranger, take_reply
from twinge.store import Kept, Store
from twinge.store.codec import to_ms
from twinge.store.feed import of_finding, of_stories, tell
from twinge.store.outbox import CHANGED
from twinge.store.turns import lock
from twinge.store.wakes import Wake
from twinge.succession import SUPERSEDED, find_late, make_way
from twinge.ways import Ways

log = logging.getLogger("twinge.worker")

WINDOW = timedelta(days=400)
"""How much of a history is folded anew (a return after a break may look back a year and a month)."""
SETTLED = timedelta(days=91)
"""In a fold that does not begin at the beginning, findings of the first days lack what came before: they stay."""
MEMORY = timedelta(days=56)
"""How far back the policy remembers what was said: twice the longest cooldown."""


class Desk:
    """Effects of one batch: `lay` everything out, `take` each delivery's items, `clear` writes what is left."""

    def __init__(
        self, store: Store, tx: AsyncConnection, channels: Mapping[str, Channel], now: datetime, pack: Pack
    ) -> None:
        self._store, self._tx, self._channels, self._now, self._pack = store, tx, channels, now, pack
        self._owners: dict[tuple[str, str], str] = {}
        self.folded = 0
        """How many histories were folded anew: that is what takes its time."""
        self._people: dict[str, Person] = {}
        self._draft = Draft(store, now)
        self._news: list[dict[str, object]] = []
        self._stories: dict[str, Pain] = {}
        """As the feed has told them."""

    async def lay(self, deliveries: Iterable[tuple[str, Sequence[Item]]]) -> None:
        """Load everybody whom (platform, items) concern."""
        told = [(platform, item) for platform, items in deliveries for item in items]
        wanted = [(platform, item) for platform, item in told if isinstance(item, Inline)]
        owners = {(platform, item.owner) for platform, item in wanted}
        self._owners = await self._store.athletes.by_external(self._tx, owners - {(OWN, owner) for _, owner in owners})
        self._owners |= {(OWN, owner): owner for platform, owner in owners if platform == OWN}
        writers = [(platform.partition(":")[2], item.address) for platform, item in told if isinstance(item, Reply)]
        entries = [each for writer in writers for each in await self._store.addresses.at(self._tx, *writer)]
        receipts = [item.nudge for _, item in told if isinstance(item, Receipt)]
        people = {*self._owners.values(), *(entry.athlete_id for entry in entries)}
        await lock(self._tx, people | await self._store.receipts.whose(self._tx, receipts))
        await self._invite(people)
        places = {
            (self._owners[platform, item.owner], item.event.key): item.event
            for platform, item in wanted
            if (platform, item.owner) in self._owners
        }
        await self._draft.load(self._tx, places)

    async def _invite(self, ids: set[str]) -> None:
        if not ids:
            return
        athletes = await self._store.athletes.load(self._tx, ids)
        states = await self._store.history.states(self._tx, ids)
        places = await self._store.addresses.load(self._tx, ids)
        voices = {name: Voice(channel.voice) for name, channel in self._channels.items()}
        said = await self._store.outbox.said(self._tx, ids, self._now - MEMORY)
        for athlete_id, athlete in athletes.items():
            kept = states.get(athlete_id) or Kept(stamp_of(athlete, self._pack), begin())
            heard = said.get(athlete_id, [])
            ways = Ways(places.get(athlete_id, []), voices)
            self._people[athlete_id] = Person(athlete, kept, ways, heard, self._pack, self._now)
            self._stories[athlete_id] = kept.state.pain

    async def take(self, platform: str, items: Sequence[Item], received_at: datetime, delivery: int = 0) -> list[Item]:
        """Apply one delivery's items; those of them that belong to nobody we know. The log tells its number."""
        return [item for item in items if await self._take(platform, item, received_at, delivery)]

    async def _take(self, platform: str, item: Item, received_at: datetime, delivery: int) -> bool:
        """Apply one item; whether it belongs to nobody we know."""
        match item:
            case Inline():
                person = self._people.get(self._owners.get((platform, item.owner), ""))
                if person is not None:
                    person.heard_from.add(delivery)
                    self._draft.take(person, item.event, received_at)
                return person is None
            case Revoked(owner=owner):
                return await self._store.athletes.revoke(self._tx, platform, owner, self._now) is None
            case Receipt():
                log.info("hop=receipt delivery=%d nudge=%s outcome=%s", delivery, item.nudge, item.state)
                return not await self._stamp_receipt(item)
            case Reply():
                is_stranger = await self._converse(platform.partition(":")[2], item, received_at)
                self._heard(delivery)
                return is_stranger
        return True  # A pointer that was not fetched: nobody we know.

    def _heard(self, delivery: int) -> None:
        """Whoever is answered now, and was not spoken of before, is answered because of this delivery."""
        for person in self._people.values():
            if person.nudges and not person.heard_from:
                person.heard_from.add(delivery)

    async def _converse(self, channel: str, reply: Reply, at: datetime) -> bool:
        """Take a reply in for everybody who has this address; whether that is nobody."""
        languages = {one: person.athlete.language for one, person in self._people.items()}
        told = await take_reply(self._store, self._tx, channel, reply, at, languages)
        for heard in told:
            person = self._people[heard.entry.athlete_id]
            if heard.welcomed:
                person.welcome(heard.entry)
                continue
            before, spoken = person.kept.state.pain, len(person.nudges)
            response = person.converse(heard, at)
            if response.report is not None:
                self._draft.report(person, response.report)
                person.acknowledge(heard, response.report, before, spoken)
        if told or await self._store.addresses.at(self._tx, channel, reply.address):
            return False
        await hear_stranger(self._store, self._tx, channel, reply)
        return True

    async def _stamp_receipt(self, receipt: Receipt) -> bool:
        """Note a channel's word; False where the message is not here."""
        place = await self._store.receipts.take(self._tx, receipt, self._now)
        if place is not None and receipt.alert:
            log.error("hop=worker channel=%s outcome=operator_needed", place.channel)
        if place is not None and receipt.disable:
            reason = receipt.reason or "the channel says that the address is dead"
            await self._store.addresses.disable(self._tx, place.id, reason)
        if place is not None and receipt.opt_out:
            await self._store.addresses.stop(self._tx, place, self._now)
            await self._store.outbox.silence(self._tx, place, "opted out", self._now, alone=False)
        return place is not None or await self._store.receipts.is_here(self._tx, receipt.nudge)

    async def clear(self) -> None:
        """Write everything, folding anew who was disturbed."""
        await self._make_way()
        await self._write()
        for person in self._people.values():
            if person.disturbed_ms is not None:
                self.folded += 1
                await self._refold(person, person.disturbed_ms)
        await self._make_way()
        await self._write()
        changed = [one for one in self._people.values() if one.changed]
        await self._store.history.save_states(self._tx, [(one.athlete.id, one.kept) for one in changed], self._now)
        for person in self._people.values():
            if person.edited:
                await self._store.athletes.update(self._tx, person.athlete)
        await self._store.wakes.set(self._tx, self._digests())
        await self._store.wakes.set(self._tx, _timers(changed), move=True)

    def _digests(self) -> list[Wake]:
        """When those for whom something was kept are to get their digest."""
        wanted = [one.athlete for one in self._people.values() if one.sums_up and one.ways.reachable]
        hours = [(athlete.id, next_digest(athlete, self._now)) for athlete in wanted]
        return [Wake(athlete_id, "digest", at) for athlete_id, at in hours if at is not None]

    async def _make_way(self) -> None:
        for person in self._people.values():
            await make_way(self._store, self._tx, person, self._now)

    async def _write(self) -> None:
        people = self._people.values()
        news = [*await self._draft.write(self._tx, people), *self._news]
        await self._store.history.add_findings(
            self._tx, [(p.athlete.id, found) for p in people for found in p.findings]
        )
        await tell(self._tx, [*news, *(row for person in people for row in self._tell(person))])
        late = [(person.athlete.id, await find_late(self._store, self._tx, person)) for person in people]
        await self._store.outbox.put(self._tx, [nudge for person in people for nudge in person.nudges])
        for athlete_id, ids in late:
            await self._store.outbox.withdraw(self._tx, athlete_id, ids, SUPERSEDED, self._now)
        for person in people:
            _log(person)
        await self._store.outbox.hold(self._tx, [silence for person in people for silence in person.held])
        self._news = []
        for person in people:
            person.findings, person.nudges, person.held, person.same = [], [], [], {}

    def _tell(self, person: Person) -> Iterable[dict[str, object]]:
        """What the feed is to have of the last steps: findings, and how pain stories went on."""
        name, now, pain = person.athlete.id, self._now, person.kept.state.pain
        yield from (of_finding(name, found, now) for found in person.findings)
        if pain is not self._stories[name]:
            yield from of_stories(name, self._stories[name].episodes, pain.episodes, now)
            self._stories[name] = pain

    async def _refold(self, person: Person, from_ms: int) -> None:
        athlete, stamp = person.athlete, stamp_of(person.athlete, self._pack)
        history, before = await self._store.history.window(self._tx, athlete.id, WINDOW)
        outcome = refold(athlete, history, self._pack, before, until=self._now)
        if person.kept.stamp != stamp:
            from_ms = 0
        else:
            fresh = await self._come_up(person, outcome.findings)
            person.arrived += [one.activity for one in fresh]
            self._news += [of_finding(athlete.id, one, self._now) for one in fresh]
        if before is not None:
            from_ms = max(from_ms, to_ms(before.first + SETTLED))
        await self._store.history.replace_findings(self._tx, athlete.id, from_ms, outcome.findings)
        keys = [event.key for event in history if isinstance(event, Activity)]
        await self._store.history.mark_same(self._tx, athlete.id, keys, outcome.same)
        person.kept, person.changed = Kept(stamp, outcome.state), True
        await self._withdraw(person, outcome.findings)
        verdict = speak(athlete, outcome, person.arrived, person.ear, self._now, self._pack)
        person.speak(verdict.nudges, verdict.held)

    async def _come_up(self, person: Person, findings: Sequence[Finding]) -> list[Finding]:
        """What was found only now in fresh events, because of what came before them and late.

        Not under another pack or profile: that folds a history anew in silence.
        """
        edge = self._now - timedelta(hours=self._pack.policy.fresh_h)
        known = await self._store.history.found_since(self._tx, person.athlete.id, edge)
        return [one for one in findings if one.at >= edge and (one.activity, one.rule) not in known]

    async def _withdraw(self, person: Person, findings: Sequence[Finding]) -> None:
        """Take back what waits and no longer holds, or is about to be said anew."""
        waiting = await self._store.outbox.waiting(self._tx, person.athlete.id)
        gone = {nudge.id for nudge in waiting if nudge.activity in person.arrived or not _holds(nudge, findings)}
        withdrawn = {(nudge.activity, nudge.rules) for nudge in waiting if nudge.id in gone}
        person.said = [said for said in person.said if (said.activity, said.rules) not in withdrawn]
        await self._store.outbox.withdraw(self._tx, person.athlete.id, gone, CHANGED, self._now)

    async def wake(self, wakes: Sequence[Wake]) -> None:
        """What is due by the clock alone, for those who are still to be woken."""
        there = await lock(self._tx, {one.athlete_id for one in wakes}, free=True)
        await self._invite(there)
        for one in wakes:
            if one.athlete_id not in there:
                continue  # somebody else is at them, or they are no more
            person = self._people.get(one.athlete_id)
            if not await self._store.wakes.take(self._tx, one) or person is None:
                continue
            if one.what == "digest":
                await self._digest(person)
            else:
                person.let_time_pass()
        await self.clear()

    async def _digest(self, person: Person) -> None:
        since = self._now - timedelta(days=self._pack.digest.days)
        held = await self._store.outbox.held_since(self._tx, person.athlete.id, since, DIGESTED)
        still = await self._store.history.found_since(self._tx, person.athlete.id, since - MEMORY)
        held = [one for one in held if any((one.activity, rule) in still for rule in one.rules)]
        nudge = digest(person.athlete, held, person.ear, self._now, self._pack, standing(person.kept.state.pain))
        person.speak(() if nudge is None else (nudge,), ())


def _log(person: Person) -> None:
    """Which deliveries a message comes from; none where the clock alone made it."""
    for nudge, place, _ in person.nudges:
        sources = ",".join(map(str, sorted(person.heard_from))) or "-"
        log.info("hop=judge delivery=%s nudge=%s channel=%s", sources, nudge.id, place.channel)


def _timers(people: Iterable[Person]) -> list[Wake]:
    """When time alone will next do something for them."""
    due = [(one.athlete.id, next_wake(one.kept.state.pain)) for one in people]
    return [Wake(athlete_id, "pain", datetime.fromtimestamp(at, UTC)) for athlete_id, at in due if at is not None]


def _holds(nudge: Nudge, findings: Sequence[Finding]) -> bool:
    """Whether the findings still carry the message. X01 is only a sum of the others."""
    if nudge.activity is None:
        return True
    found = {finding.rule for finding in findings if finding.activity == nudge.activity}
    return found.issuperset(rule for rule in nudge.rules if rule != "X01")
