"""Who lives in the simulated world: lives of `a_year`, what vendors tell of them, and how they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import msgspec

from a_year.life import Arrival, Life, Words
from a_year.manners import digits, minutes, reply
from a_year.people import ATHLETES, invent
from fakes import pointed, said
from simulation.vendors import SimVendor, newer
from simulation.world import Text, World, Wrote
from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.plugin import Message

Put = Callable[[str, str, bytes, str], None]
"""Bring a delivery (platform, key, body, lane) to the service, again and again until it is acknowledged."""

PAST = timedelta(days=42)
"""So much of a life is told at once when it is connected."""
A_SEASON = 100
"""Days; a longer run takes lives as they are."""
HURTING = ATHLETES // 3
"""So many of them have something that hurts: every third."""
NONSENSE = ("??", "lol ok", "77", "2", "who is this", "MUTE", "STATUS", "HELP", "5", "no")


class Place(NamedTuple):
    """One address of somebody."""

    channel: str
    address: str
    agreed: bool
    verified: bool


@dataclass(slots=True)
class Person:
    """Somebody, and what is true about them."""

    id: str
    owner: str
    life: Life
    places: tuple[Place, ...]
    texts: dict[str, Text] = field(default_factory=dict)
    """Key → the newest text of it: the history that is true in the end."""
    first_told: dict[str, datetime] = field(default_factory=dict)
    last_told: dict[str, datetime] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    """When the earliest text of it lets it begin."""


def window(seed: int, days: int, many: int) -> tuple[datetime, list[Life]]:
    """The athletes of a seed and the day on which it begins: before a pain of one of them, or a change of clocks.

    Most of the others get a pain at about the same time.
    """
    dice = Random(f"window {seed}")
    if days > A_SEASON or many > HURTING:
        lives = [invent(number) for number in dice.sample(range(ATHLETES), many)]
        return min(life.arrivals[0].at for life in lives) + timedelta(days=dice.uniform(0, max(0, 365 - days))), lives
    first, *others = [invent(3 * third) for third in dice.sample(range(HURTING), many)]
    if dice.random() < 0.7 and first.aches:
        begin = dice.choice(first.aches).since - timedelta(days=dice.uniform(1, days / 2))
    else:
        changes = (dice.uniform(50, 330), 82 - days / 2, 294 - days / 2)
        begin = first.arrivals[0].at + timedelta(days=dice.choice(changes))
    return begin, [first, *(_moved(life, begin, days, dice) if dice.random() < 0.7 else life for life in others)]


def _moved(life: Life, begin: datetime, days: int, dice: Random) -> Life:
    """The same life some days earlier or later, so that one of its pains falls into the window."""
    if not life.aches:
        return life
    wanted = begin + timedelta(days=dice.uniform(1, days / 2))
    by = timedelta(days=(wanted - dice.choice(life.aches).since).days)
    aches = tuple(ache._replace(since=ache.since + by) for ache in life.aches)
    return replace(
        life, aches=aches, arrivals=tuple(Arrival(one.at + by, _later(one.what, by)) for one in life.arrivals)
    )


def _later(what: Any, by: timedelta) -> Any:
    match what:
        case Activity():
            return replace(what, start=what.start + by)
        case Wellness():
            return replace(what, day=what.day + by)
        case Report():
            return replace(what, at=what.at + by)
    return what


def settle(number: int, life: Life, dice: Random) -> Person:
    """Somebody with one or two addresses."""
    places = [Place("sms", f"+15550100{number:04d}", agreed=dice.random() < 0.93, verified=dice.random() < 0.95)]
    if dice.random() < 0.5:
        places.append(Place("push", f"endpoint-{number}", agreed=dice.random() < 0.9, verified=True))
    if dice.random() < 0.3:
        places.reverse()
    name = f"a{number}"
    athlete = replace(life.athlete, id=name, name=f"Somebody {number}", silences=life.athlete.silences)
    return Person(name, f"v{number}", replace(life, athlete=athlete), tuple(places))


def _begun(text: Text) -> datetime | None:
    match text:
        case Activity(start=start):
            return start
        case Wellness(day=day):
            return datetime.combine(day, time(), UTC)
        case Report(at=at):
            return at
    return None


class Population:
    """Plans what is told of everybody, and lets them answer."""

    def __init__(
        self,
        world: World,
        people: Sequence[Person],
        vendor: SimVendor,
        put: Put,
        facts: Callable[[str], dict[str, Any]],
    ) -> None:
        """`facts` are what the service knows about a message, which the athlete reads in its words."""
        self._world, self._people, self._vendor, self._put, self._facts = world, people, vendor, put, facts
        self._owner = {place.address: person for person in people for place in person.places}
        self._count = 0

    def plan(self, end: datetime) -> None:
        """Everything that happens by itself until `end`."""
        world = self._world
        for person in self._people:
            for arrival in person.life.arrivals:
                if world.begin - PAST <= arrival.at < world.begin:
                    world.later(world.dice.random() * 3600, self._telling(person, arrival))
                elif world.begin <= arrival.at < end:
                    late = world.dice.expovariate(1 / 36) * 3600 if world.luck(world.faults.late) else 0
                    at = min(arrival.at + timedelta(seconds=late), end)
                    world.plan(at, self._telling(person, arrival))

    def _telling(self, person: Person, arrival: Arrival) -> Callable[[], None]:
        return lambda: self._tell(person, arrival)

    def _tell(self, person: Person, arrival: Arrival) -> None:
        world, what = self._world, arrival.what
        if isinstance(what, Words):
            self._write(person, what.text)
            return
        old = person.texts.get(what.key)
        text: Text = newer(what, 1 if old is None else old.version + 1)
        self._bring(person, text)
        if not isinstance(text, Activity):
            return
        if world.luck(world.faults.edited):
            self._edit(person, text, world.dice.choice((world.dice.uniform(1, 40), world.dice.expovariate(1 / 36_000))))
        elif world.luck(world.faults.deleted):
            world.later(
                world.dice.uniform(60, 90_000), lambda: self._bring(person, Removed(text.key, text.version + 1))
            )

    def _edit(self, person: Person, text: Activity, after: float) -> None:
        world = self._world
        factor = world.dice.choice((0.5, 0.9, 1.0, 1.1, 1.6))
        metres = None if text.distance_m is None else round(text.distance_m * factor)
        edited = newer(text, text.version + 1, distance_m=metres, rpe=world.dice.choice((None, 3, 9)))
        world.later(after, lambda: self._bring(person, edited))

    def _bring(self, person: Person, text: Text) -> None:
        """A vendor tells of it: with its data or by its name, once or twice."""
        world = self._world
        old = person.texts.get(text.key)
        if old is not None and old.version >= text.version:
            text = newer(text, old.version + 1)
        person.texts[text.key] = text
        person.first_told.setdefault(text.key, world.now)
        person.last_told[text.key] = world.now
        if (begun := _begun(text)) is not None:
            person.begun[text.key] = min(begun, person.begun.get(text.key, begun))
        self._vendor.newest[text.key] = text
        points = isinstance(text, Activity) and world.dice.random() < world.faults.pointed
        body = pointed(person.owner, text.key, text.version) if points else said(person.owner, text)
        road = world.dice.expovariate(1 / 8)
        for copy in range(2 if world.luck(world.faults.doubled) else 1):
            key = f"{text.key}-{text.version}-{copy if world.dice.random() < 0.5 else 0}"
            put = partial(self._put, "fake", key, body, f"fake:{person.owner}")
            world.later(road + copy * world.dice.choice((30, 900, 90_000)) * world.dice.random(), put)

    # ---- answers -----------------------------------------------------------------------------------------------------

    def arrived(self, channel: str, message: Message) -> None:
        """A message is on somebody's screen."""
        world, person = self._world, self._owner[message.address]
        if channel == "sms" and world.dice.random() < 0.8:
            self._receipts(message)
        if world.luck(world.faults.stop):
            world.later(world.dice.uniform(20, 4000), lambda: self._write(person, world.dice.choice(("STOP", "stop"))))
            if world.dice.random() < 0.6:
                world.later(world.dice.uniform(0.5, 4) * 86_400, lambda: self._write(person, "START"))
            return
        if world.luck(world.faults.nonsense):
            world.later(world.dice.expovariate(1 / 3000), lambda: self._write(person, world.dice.choice(NONSENSE)))
        facts: dict[str, Any] = next(
            (one for one in self._facts(message.id).values() if isinstance(one, dict) and "kind" in one), {}
        )
        if "question" in facts:
            for later in minutes(person.life.manner, world.dice):
                seconds = 60 * later + world.dice.uniform(5, 50)
                world.later(seconds, lambda: self._answer(person, channel, facts))
        elif world.dice.random() < 0.3:
            world.later(world.dice.uniform(30, 7200), lambda: self._write(person, reply(person.life, world.dice)))

    def _answer(self, person: Person, channel: str, facts: dict[str, Any]) -> None:
        world = self._world
        answer = digits(person.life, facts["asks"], world.now, world.dice)
        if channel == "sms":
            self._write(person, answer)
            return
        self._count += 1
        report = Report(f"button:{person.id}-{self._count}", world.clock(), answers=((facts["question"], answer),))
        self._bring(person, report)

    def _write(self, person: Person, text: str) -> None:
        """A text message, if they have a telephone for it."""
        world = self._world
        address = next((place.address for place in person.places if place.channel == "sms"), None)
        if address is None:
            return
        self._count += 1
        key = f"reply-{self._count}"
        world.wrote.append(Wrote(world.now, person.id, text, key))
        body = msgspec.json.encode({"from": address, "text": text})
        self._put("channel:sms", key, body, f"channel:sms:{address}")

    def _receipts(self, message: Message) -> None:
        """What the carrier tells: in any order, doubled, or that it failed after all."""
        world = self._world
        fails = world.luck(0.03)
        for state in ("sent", "failed" if fails else "delivered"):
            for copy in range(2 if world.luck(world.faults.doubled) else 1):
                body = msgspec.json.encode({"nudge": message.id, "state": state, "reason": "30003" if fails else None})
                key = f"{message.id}-{state}-{copy}"
                put = partial(self._put, "channel:sms", key, body, f"channel:sms:{message.id}")
                world.later(world.dice.expovariate(1 / 40), put)
