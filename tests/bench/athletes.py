"""Made-up athletes who train plausibly, as generic events: the same seed gives the same workouts on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from twinge.core.model import Activity
from twinge.event import decode, to_item
from twinge.plugin import PlatformAdapter

encode = msgspec.json.Encoder().encode

WEEK = ((1, 1.0), (2, 0.7), (3, 1.1), (5, 0.8), (6, 1.7))
"""(day, share of the usual distance): five workouts a week, the long one on Sunday."""
PER_WEEK = len(WEEK)


@dataclass(frozen=True, slots=True)
class Workout:
    """One workout of the athlete numbered `owner`."""

    owner: int
    number: int
    start: datetime
    sport: str
    metres: int
    seconds: int
    heart: int

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + timedelta(seconds=self.seconds)

    def fields(self, **more: Any) -> dict[str, Any]:
        """The generic event."""
        inner = {
            "sport": self.sport,
            "start": self.start.isoformat(),
            "elapsed_s": self.seconds + 45,
            "moving_s": self.seconds,
            "distance_m": self.metres,
            "climb_m": self.metres // 120,
            "avg_hr": self.heart,
            "max_hr": self.heart + 22,
            **more,
        }
        return {
            "type": "activity",
            "athlete": f"a-{self.owner}",
            "id": f"w-{self.owner}-{self.number}",
            "activity": inner,
        }

    def activity(self) -> Activity:
        """What the generic adapter makes of it."""
        [event] = decode(encode(self.fields()))
        found = to_item(event).event
        assert isinstance(found, Activity)
        return found


def train(owner: int, first: datetime, count: int) -> Iterator[Workout]:
    """`count` workouts from the Monday `first` on; one in forty is a good deal longer than the athlete is used to."""
    random = Random(owner)
    usual = random.randrange(5_000, 12_000)
    hour = timedelta(hours=random.randrange(5, 19))
    for number in range(count):
        week, place = divmod(number, PER_WEEK)
        day, share = WEEK[place]
        metres = int(usual * share * random.uniform(0.9, 1.05))
        if random.random() < 1 / 40:
            metres = metres * 2
        sport = "ride" if place == 1 and owner % 3 == 0 else "run"
        seconds = int(metres * random.uniform(0.31, 0.37)) // (3 if sport == "ride" else 1)
        start = first + timedelta(days=7 * week + day, seconds=random.randrange(3600)) + hour
        yield Workout(owner, number, start, sport, metres, seconds, random.randrange(132, 158))


def bulk(workout: Workout, kind: str) -> dict[str, Any]:
    """The event as a sender may fill it: `small`; with `splits` that we do not read; with minute `streams`."""
    match kind:
        case "splits":
            return workout.fields(title="Morning run along the river", splits=_splits(workout))
        case "streams":
            return workout.fields(title="Morning run along the river", streams=_streams(workout))
    return workout.fields(title="Morning run")


def _splits(workout: Workout) -> list[dict[str, Any]]:
    pace = workout.seconds / (workout.metres / 1000)
    return [
        {
            "split": n,
            "distance": 1000.0 + n,
            "elapsed_time": int(pace) + n,
            "moving_time": int(pace),
            "elevation_difference": 1.5 * n,
            "average_heartrate": workout.heart + n / 10,
            "average_speed": 2.91,
            "pace_zone": 2,
        }
        for n in range(11)
    ]


def _streams(workout: Workout) -> dict[str, list[int]]:
    count = 90
    step = workout.seconds // count
    return {
        "time_s": [n * step for n in range(count)],
        "distance_m": [n * workout.metres // count for n in range(count)],
        "altitude_m": [100 + n % 17 for n in range(count)],
        "hr": [workout.heart + n % 9 for n in range(count)],
    }


MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


class Anytime:
    """The adapter with its clock stopped at the signing: the bench plays months, the signatures are of today."""

    def __init__(self, adapter: PlatformAdapter, signed_at: datetime) -> None:
        self._adapter, self._signed_at = adapter, signed_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def verify(self, delivery: Any, now: datetime) -> None:
        """The adapter's own check, at the time of signing."""
        self._adapter.verify(delivery, self._signed_at)
