"""Nine weeks of four made-up athletes, as the demo's vendor would push them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

FIRST_DAY = date(2026, 3, 2)
"""A Monday."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast: what the operator would tell the API about them."""

    who: str
    zone: str
    units: str
    about: str
    told: dict[str, Any]
    diary: str
    """One workout a line: `w6 sun 09:00 run 17.5km 102min effort 4`; `w1-9` repeats it weekly."""


@dataclass(frozen=True, slots=True, order=True)
class Beat:
    """One call of the vendor."""

    at: datetime
    number: int
    who: str = field(compare=False)
    says: str = field(compare=False)
    workout: dict[str, Any] = field(compare=False)
    kind: str = field(default="new", compare=False)
    """new · twice · forged · late · deleted."""


CAST = (
    Person(
        "Alice",
        "Europe/Berlin",
        "km",
        "builds up, and one Sunday feels great",
        {"sex": "female", "birth_year": 1991, "declared_longest_m": 12_000},
        """
        w1-9 tue 07:00 run 8km 46min effort 3
        w1-6 thu 18:30 run 8km 42min effort 5
        w1-5 sun 09:00 run 12km 70min effort 3
        w6 sun 09:00 run 17.5km 102min effort 4
        w7 thu 18:00 run 9km 45min effort 8
        w7 fri 17:30 run 8km 40min effort 8
        w7-9 sun 09:00 run 13km 76min effort 3
        w9 thu 18:00 run 10km 44min effort 9 race
        """,
    ),
    Person(
        "Bob",
        "America/New_York",
        "mi",
        "new to running, soon runs every day",
        {"sex": "male", "birth_year": 1984, "novice": True},
        """
        w1 mon 19:00 run 2.5km 18min effort 4
        w1 wed 19:00 run 2.6km 18min effort 4
        w1 sat 10:00 run 3.2km 24min effort 5
        w2-4 tue thu sat 19:00 run 3.2km 23min effort 4
        w5-6 mon tue wed thu fri sat 21:50 run 4km 28min effort 4
        w5 sun 21:50 run 4km 28min effort 4
        w7-9 tue thu sat 19:00 run 4.2km 29min effort 4
        """,
    ),
    Person(
        "Charlie",
        "Europe/London",
        "km",
        "runs and rides, then two weeks of flu",
        {"sex": "male", "birth_year": 1978, "hr_max": 182, "hr_rest": 54},
        """
        w1-4 tue thu sun 12:30 run 10km 55min hr 142
        w5 tue thu 12:30 run 10km 55min hr 143
        w1-9 sat 09:00 ride 45km 100min hr 128
        w7 fri 12:30 run 12km 66min hr 150
        w8-9 tue 12:30 run 5km 29min hr 138
        """,
    ),
    Person(
        "Dana",
        "Europe/Madrid",
        "km",
        "steady: hears nothing, which is the point",
        {"sex": "female", "birth_year": 1969},
        """
        w1-9 tue fri 08:00 run 6km 38min effort 3
        w1-9 sun 11:00 swim 1.5km 40min effort 3
        """,
    ),
)


def story() -> list[Beat]:
    """Everything that arrives, in the order of its arrival."""
    numbers, chance = count(1001), Random(7)
    beats = [beat for person in CAST for beat in _beats(person, numbers, chance)]
    return sorted([*beats, *_surprises(beats, numbers)])


def _beats(person: Person, numbers: Iterator[int], chance: Random) -> Iterator[Beat]:
    for line in person.diary.split("\n"):
        words = line.split()
        if words:
            yield from _line(person, words, numbers, chance)


def _line(person: Person, words: list[str], numbers: Iterator[int], chance: Random) -> Iterator[Beat]:
    first, _, last = words[0].removeprefix("w").partition("-")
    weekdays = [DAYS.index(word) for word in words if word in DAYS]
    clock, *rest = words[1 + len(weekdays) :]
    for week in range(int(first), int(last or first) + 1):
        for weekday in weekdays:
            day = FIRST_DAY + timedelta(weeks=week - 1, days=weekday)
            began = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(person.zone))
            yield _beat(person.who, began, rest, next(numbers), chance)


def _beat(who: str, began: datetime, words: list[str], number: int, chance: Random) -> Beat:
    kind, *rest = words
    workout: dict[str, Any] = {"user": who.lower(), "id": number, "kind": kind, "began": began.isoformat()}
    for index, word in enumerate(rest):
        if word.endswith("km"):
            workout["km"] = round(float(word[:-2]) * chance.uniform(0.985, 1.0), 2)
        elif word.endswith("min"):
            workout["minutes"] = float(word[:-3])
        elif word == "race":
            workout["race"] = True
        elif word in {"effort", "hr"}:
            workout["mean_hr" if word == "hr" else "effort"] = int(rest[index + 1])
    ended = began.astimezone(UTC) + timedelta(minutes=workout["minutes"])
    workout["changed"] = int(ended.timestamp())
    return Beat(ended + timedelta(minutes=chance.randint(1, 6)), number, who, _says(workout), workout)


def _says(workout: dict[str, Any]) -> str:
    race = " race" if workout.get("race") else ""
    return f"{workout['kind']}{race} {workout['km']:.1f} km in {workout['minutes']:.0f} min"


def _surprises(beats: list[Beat], numbers: Iterator[int]) -> Iterator[Beat]:
    """What happens to every webhook receiver sooner or later."""
    by_week = {(b.who, b.at.date()): b for b in beats}
    twice = by_week["Alice", FIRST_DAY + timedelta(days=1)]
    yield Beat(twice.at + timedelta(seconds=40), next(numbers), "Alice", twice.says, twice.workout, "twice")
    yield Beat(
        twice.at + timedelta(hours=2), next(numbers), "Alice", "somebody without the secret", twice.workout, "forged"
    )
    yield from _bicycle(next(numbers))
    yield _late(next(numbers))


def _bicycle(number: int) -> Iterator[Beat]:
    """Bob forgets to switch his watch from running to riding, and takes the workout back."""
    began = datetime(2026, 4, 19, 14, 0, tzinfo=ZoneInfo("America/New_York"))
    workout = {
        "user": "bob",
        "id": number,
        "kind": "run",
        "began": began.isoformat(),
        "km": 19.8,
        "minutes": 58.0,
        "effort": 3,
    }
    ended = began.astimezone(UTC) + timedelta(minutes=58)
    stamp = int(ended.timestamp())
    yield Beat(ended + timedelta(minutes=2), number, "Bob", _says(workout), {**workout, "changed": stamp})
    gone = {"user": "bob", "id": number, "deleted": True, "changed": stamp + 600}
    yield Beat(ended + timedelta(minutes=10), number, "Bob", "takes that run back: it was a ride", gone, "deleted")


def _late(number: int) -> Beat:
    """Charlie's watch had no connection for three days."""
    began = datetime(2026, 4, 22, 8, 0, tzinfo=ZoneInfo("Europe/London"))
    workout = {
        "user": "charlie",
        "id": number,
        "kind": "ride",
        "began": began.isoformat(),
        "km": 120.0,
        "minutes": 270.0,
    }
    ended = began.astimezone(UTC) + timedelta(minutes=270)
    workout |= {"mean_hr": 131, "changed": int(ended.timestamp())}
    return Beat(ended + timedelta(days=3), number, "Charlie", _says(workout), workout, "late")
