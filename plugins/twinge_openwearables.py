"""Open Wearables: one self-hosted hub for many devices, its events signed by Svix. See docs/platforms/openwearables.md.

https://github.com/the-momentum/open-wearables (docs/api-reference/guides/webhooks.mdx): events carry their data, there
are no updates and no deletions, and a series comes twice, as its group and by its own name.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from twinge.core.model import RUNNING, Activity, Wellness
from twinge.core.sport import is_interval, sport
from twinge.event import Heart, Height, Instant, Metres, Name, Seconds, count, parse, plausible, whole
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected
from twinge.plugin.dated import local, millis
from twinge.plugin.loose import number
from twinge.plugin.standard import Signatures, call_id, check_secret

NIGHT_ENDS = 10
"""Hour of the local day: variability is compared from night to night, and later samples are of the day."""

OWN = {
    "cardio_training": "other",
    "casual_walking": "walk",
    "e_biking": "ride",
    "open_water_swimming": "swim",
    "orienteering": "run",
    "pool_swimming": "swim",
    "racket_sports": "team_sport",
    "rowing_machine": "row",
    "stroller_jogging": "run",
    "team_sports": "team_sport",
    "trail_hiking": "hike",
    "walking_fitness": "walk",
    "water_polo": "team_sport",
}
"""Its words for sports (`backend/app/schemas/enums/workout_types.py`) that `twinge.core.sport` does not know."""

NO_TRAINING = frozenset({"chores", "gaming", "lifestyle", "meditation", "operations", "recovery", "transition", "work"})
"""What it lists among the workouts and nobody trains by."""

Minutes = Annotated[float, Meta(ge=0, le=1440)]


class Source(Struct, frozen=True):
    """Which device."""

    provider: Annotated[str, Meta(max_length=40)] = ""


class Session(Struct, kw_only=True):
    """What a workout and a sleep have in common."""

    id: Name
    user_id: Name
    start_time: Instant
    end_time: Instant
    zone_offset: Annotated[str, Meta(max_length=20)] | None = None
    source: Source = Source()

    def __post_init__(self) -> None:
        if not (plausible(self.start_time) and plausible(self.end_time)):
            raise ValueError("Field `start_time` must lie between 1971 and 2199, and so must `end_time`")


class Workout(Session, kw_only=True):
    """`workout.created`."""

    type: Annotated[str, Meta(max_length=80)] | None = None
    duration_seconds: Seconds | None = None
    distance_meters: Metres | None = None
    avg_heart_rate_bpm: Heart | None = None
    max_heart_rate_bpm: Heart | None = None
    elevation_gain_meters: Height | None = None


class Stages(Struct):
    """Minutes of a night."""

    light_minutes: Minutes | None = None
    deep_minutes: Minutes | None = None
    rem_minutes: Minutes | None = None


class Sleep(Session, kw_only=True):
    """`sleep.created`."""

    stages: Stages | None = None
    is_nap: bool | None = None


class Beat(Struct):
    """One sample of a series."""

    timestamp: Instant
    value: Any = None
    zone_offset: Annotated[str, Meta(max_length=20)] | None = None

    def __post_init__(self) -> None:
        if not plausible(self.timestamp):
            raise ValueError("Field `timestamp` must lie between 1971 and 2199")


class Series(Struct):
    """Samples of one kind: up to 2,500 in one event."""

    user_id: Name
    series_type: Annotated[str, Meta(max_length=80)]
    provider: Annotated[str, Meta(max_length=40)] = ""
    samples: Annotated[list[Beat], Meta(max_length=10_000)] = []


class Sent(Struct):
    """Any event."""

    type: Annotated[str, Meta(min_length=1, max_length=120)]


class WorkoutSent(Struct):
    """The whole body, so that a misfit is named by its whole path."""

    data: Workout


class SleepSent(Struct):
    """The same for a night."""

    data: Sleep


class SeriesSent(Struct):
    """The same for a series."""

    data: Series


SERIES = {
    "resting_heart_rate": ("resting_hr", 1.0, 250.0),
    "heart_rate_variability_rmssd": ("hrv_rmssd_ms", 1.0, 1000.0),
    "heart_rate_variability_sdnn": ("hrv_sdnn_ms", 1.0, 1000.0),
    "recovery_score": ("readiness", 0.0, 100.0),
}
"""Its series → our field and what is possible of it."""
SERIES_EVENTS = {
    "heart_rate.created",
    "heart_rate_variability.created",
    "recovery_score.created",
    *(f"series.{name}.created" for name in SERIES),
}


class OpenWearables:
    """The Open Wearables adapter."""

    name: ClassVar[str] = "openwearables"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr", "readiness"),
        body_cap_kb=1024,  # Svix's own limit; 2,500 samples are about half of it
    )
    oauth: OAuth | None = None

    def __init__(self, secrets: Sequence[str], mornings: Sequence[str] = ()) -> None:
        self._signatures, self._mornings = Signatures(secrets), frozenset(mornings)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> OpenWearables:
        """TWINGE_OPENWEARABLES_SECRET, several separated by spaces, and perhaps TWINGE_OPENWEARABLES_MORNINGS."""
        secrets = env.get("SECRET", "").split()
        if not secrets:
            raise NotConfigured("Set TWINGE_OPENWEARABLES_SECRET=whsec_… (docs/platforms/openwearables.md)")
        for secret in secrets:
            check_secret("TWINGE_OPENWEARABLES_SECRET", secret)
        return cls(secrets, env.get("MORNINGS", "").lower().split())

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Svix's signature over id, timestamp and the raw body, not older than five minutes."""
        self._signatures.check(delivery, now)

    def key(self, delivery: Delivery) -> str:
        """Svix's id of the message: the same when it is sent again."""
        return call_id(delivery.headers) or hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Inline]:
        """The workout, the night, or a morning for each day of a series; nothing for all other events."""
        kind, body, version = parse(Sent, delivery.body).type, delivery.body, millis(delivery.received_at)
        if kind == "workout.created":
            workout = parse(WorkoutSent, body).data
            return _items(workout.user_id, _workout(workout, version))
        if kind == "sleep.created":
            sleep = parse(SleepSent, body).data
            return _items(sleep.user_id, _night(sleep, version)) if self._counts(sleep.source.provider) else ()
        if kind in SERIES_EVENTS:
            series = parse(SeriesSent, body).data
            known = series.series_type in SERIES and self._counts(series.provider)
            return [Inline(series.user_id, each) for each in _mornings(series)] if known else ()
        return ()

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: events carry their data."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Svix tries for a day by itself."""
        return ()

    def _counts(self, provider: str) -> bool:
        """Whether this device's mornings are used: two devices of one athlete must not share a baseline."""
        return not self._mornings or provider.lower() in self._mornings


def _items(owner: str, event: Activity | Wellness | None) -> Sequence[Inline]:
    return () if event is None else (Inline(owner, event),)


def _workout(given: Workout, version: int) -> Activity | None:
    word = (given.type or "").lower()
    if word in NO_TRAINING:
        return None
    elapsed = int((given.end_time - given.start_time).total_seconds())
    if elapsed <= 0:
        raise Rejected("data.end_time: must be after start_time", field="data.end_time")
    ours, moving = OWN.get(word) or sport(word), whole(given.duration_seconds)
    return Activity(
        key=f"openwearables:{given.id}",
        sport=ours,
        start=local(given.start_time, given.zone_offset),
        elapsed_s=elapsed,
        moving_s=moving if moving and moving <= elapsed else None,
        distance_m=whole(given.distance_meters),
        climb_m=count(given.elevation_gain_meters),
        avg_hr=whole(given.avg_heart_rate_bpm),
        max_hr=whole(given.max_heart_rate_bpm),
        interval=is_interval(word, running=ours in RUNNING),
        version=version,
    )


def _night(given: Sleep, version: int) -> Wellness | None:
    """Hours asleep, by the stages alone: the whole duration holds what was lain awake."""
    stages = given.stages or Stages()
    parts = [one for one in (stages.light_minutes, stages.deep_minutes, stages.rem_minutes) if one is not None]
    hours = sum(parts) / 60
    if given.is_nap or not 0 < hours <= 24:
        return None
    day = local(given.end_time, given.zone_offset).date()
    return Wellness(f"openwearables:{given.id}", day, sleep_h=hours, version=version)


def _mornings(given: Series) -> Iterator[Wellness]:
    """One morning for each local day of the samples.

    Variability is the mean of the night's samples, and of two batches for one night the fuller holds: their order does
    not matter. Of the rest the day's last value holds.
    """
    field, low, high = SERIES[given.series_type]
    nightly = field.startswith("hrv_")
    days: dict[date, list[tuple[int, float]]] = defaultdict(list)
    for sample in given.samples:
        at, value = local(sample.timestamp, sample.zone_offset), number(sample.value, low, high)
        if value is not None and not (nightly and at.hour >= NIGHT_ENDS):
            days[at.date()].append((millis(sample.timestamp), value))
    for day, values in days.items():
        last = max(values)
        value = sum(one for _, one in values) / len(values) if nightly else last[1]
        known: dict[str, Any] = {field: value if nightly else count(value)}
        key = f"openwearables:{given.user_id}:{given.provider}:{given.series_type}:{day}"
        yield Wellness(key, day, version=len(values) if nightly else last[0], **known)
