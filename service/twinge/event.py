"""The generic event: Twinge's own JSON for activities, deletions, mornings and reports (docs/adapters.md).

`decode` is the one way in for bytes from outside: whatever they are, it answers with events or with `Rejected`
naming the field, and never with another exception. Units: metres, seconds, beats per minute, watts; instants are
RFC 3339 with an offset. A measured 0 that no living athlete has (heart rate, duration, effort) means *not known*.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal, NoReturn, TypeVar

import msgspec
from msgspec import Meta, Struct

from twinge.core.clean import clean
from twinge.core.model import RUNNING, Activity, Removed, Report, Shape, Wellness
from twinge.core.sport import is_interval, is_race, is_trail, sport, surface
from twinge.core.stream import Streams, shape
from twinge.plugin import Inline, Rejected

LARGEST_LIST = 1_000
"""Events in one delivery."""

T = TypeVar("T")
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
Seconds = Annotated[float, Meta(ge=0, le=2_592_000)]
Metres = Annotated[float, Meta(ge=0, le=10_000_000)]
Height = Annotated[float, Meta(ge=0, le=100_000)]
Heart = Annotated[float, Meta(ge=0, le=250)]
Watts = Annotated[float, Meta(ge=0, le=3_000)]
Ten = Annotated[float, Meta(ge=0, le=10)]
Millis = Annotated[float, Meta(ge=0, le=1_000)]
Zones = Annotated[list[Annotated[float, Meta(ge=0, le=43_200)]], Meta(min_length=5, max_length=5)]
Measured = Annotated[list[Annotated[float, Meta(ge=-1e6, le=1e7)] | None], Meta(max_length=100_000)]


class Samples(Struct, gc=False):
    """Streams: one value a sample in each list, null where the device had none; see `twinge.core.stream`."""

    time_s: Measured
    distance_m: Measured | None = None
    altitude_m: Measured | None = None
    hr: Measured | None = None
    cadence_spm: Measured | None = None
    power_w: Measured | None = None
    speed_m_s: Measured | None = None
    contact_ms: Measured | None = None
    bounce_mm: Measured | None = None
    bounce_pct: Measured | None = None
    left_pct: Measured | None = None
    moving: Annotated[list[bool | None], Meta(max_length=100_000)] | None = None
    barometric: bool | None = None


class Workout(Struct, gc=False):
    """The `activity` of an event. Required: `sport`, `start`, and one of elapsed, moving or distance."""

    sport: Annotated[str, Meta(min_length=1, max_length=80)]
    start: Instant
    elapsed_s: Seconds | None = None
    moving_s: Seconds | None = None
    distance_m: Metres | None = None
    climb_m: Height | None = None
    descent_m: Height | None = None
    avg_hr: Heart | None = None
    max_hr: Heart | None = None
    avg_power_w: Watts | None = None
    rpe: Ten | None = None
    race: bool | None = None
    interval: bool | None = None
    surface: Annotated[str, Meta(max_length=80)] | None = None
    title: Annotated[str, Meta(max_length=500)] | None = None
    """Read for race and interval words, never kept."""
    zone_minutes: Zones | None = None
    streams: Samples | None = None

    def __post_init__(self) -> None:
        _check_year("start", self.start)
        if not (whole(self.moving_s) or whole(self.elapsed_s) or whole(self.distance_m)):
            raise ValueError("Field `moving_s` is missing, and so are `elapsed_s` and `distance_m`: one is needed")


class Morning(Struct, gc=False):
    """The `wellness` of an event: one morning of the athlete's own calendar."""

    date: date
    resting_hr: Heart | None = None
    hrv_rmssd_ms: Millis | None = None
    hrv_sdnn_ms: Millis | None = None
    sleep_h: Annotated[float, Meta(ge=0, le=24)] | None = None
    readiness: Annotated[float, Meta(ge=0, le=100)] | None = None

    def __post_init__(self) -> None:
        _check_year("date", self.date)


class Answered(Struct, gc=False):
    """Digits in answer to a question; `question` is its id, from the facts of the message that asked it."""

    question: Annotated[int, Meta(ge=0)]
    digits: Annotated[str, Meta(pattern=r"^[0-9]{1,9}$")]


class Complaint(Struct, gc=False):
    """The `report` of an event: what the athlete says. Without `at` it is as old as its delivery."""

    at: Instant | None = None
    pain: Ten | None = None
    site: Annotated[str, Meta(max_length=80)] | None = None
    side: Annotated[str, Meta(max_length=40)] | None = None
    radiating: bool | None = None
    numb: bool | None = None
    weak: bool | None = None
    limp: bool | None = None
    text: Annotated[str, Meta(max_length=4_000)] | None = None
    """Read for what it says of pain, in the athlete's language."""
    hurts: bool | None = None
    onset: Literal["during", "after", "next_morning"] | None = None
    live: bool | None = None
    tingling: bool | None = None
    daily_life: bool | None = None
    walking: bool | None = None
    night: bool | None = None
    spot: bool | None = None
    worse_longer: bool | None = None
    previous_bone: bool | None = None
    bowel_bladder: bool | None = None
    saddle_numb: bool | None = None
    both_legs: bool | None = None
    weak_worse: bool | None = None
    cannot_bear_weight: bool | None = None
    fall: bool | None = None
    fever: bool | None = None
    unwell_chest: bool | None = None
    night_uneased: bool | None = None
    weight_loss: bool | None = None
    cancer_history: bool | None = None
    soreness: bool | None = None
    missed: Annotated[int, Meta(ge=0, le=100)] | None = None
    seeing_someone: bool | None = None
    cleared_by: Literal["doctor", "physio", "clinician", "coach"] | None = None
    walked_30min_ok: bool | None = None
    effort: Ten | None = None
    episode: Annotated[int, Meta(ge=0)] | None = None
    """The pain story it is about, by its id."""
    about: Name | None = None
    """The id of the workout that `effort` rates."""
    answers: Annotated[list[Answered], Meta(max_length=20)] = []

    def __post_init__(self) -> None:
        _check_year("at", self.at)


class _Named(Struct, tag_field="type", gc=False, kw_only=True):
    athlete: Name
    id: Name
    updated_at: Instant | None = None
    """When the sender last changed it: of two texts of one id the later wins."""

    def __post_init__(self) -> None:
        _check_year("updated_at", self.updated_at)


class ActivityEvent(_Named, tag="activity", kw_only=True):
    """A workout, new or edited."""

    activity: Workout


class RemovalEvent(_Named, tag="activity.deleted"):
    """A workout taken back."""


class WellnessEvent(_Named, tag="wellness", kw_only=True):
    """A morning, new or edited."""

    wellness: Morning


class ReportEvent(_Named, tag="report", kw_only=True):
    """Pain or trouble, as the athlete tells it."""

    report: Complaint


Event = ActivityEvent | RemovalEvent | WellnessEvent | ReportEvent
TYPES = ("activity", "activity.deleted", "wellness", "report")

_ONE_OR_MANY = msgspec.json.Decoder[Event | list[Event]](Annotated[list[Event], Meta(max_length=LARGEST_LIST)] | Event)


def decode(body: bytes) -> list[Event]:
    """The events of a body that holds one object or a list of up to 1,000. Raises `Rejected` naming the field."""
    found = _guarded(_ONE_OR_MANY.decode, body)
    return found if isinstance(found, list) else [found]


def parse(kind: type[T], body: bytes) -> T:
    """A JSON body as the msgspec type `kind`, for any adapter; raises `Rejected` naming the field, nothing else."""
    return _guarded(lambda raw: msgspec.json.decode(raw, type=kind), body)


def _guarded(read: Callable[[bytes], T], body: bytes) -> T:
    if rb"\u0000" in body:  # PostgreSQL keeps it in no text; one escaped backslash before it is not worth a parser
        raise Rejected("The body holds a NUL character, which no text here may.")
    try:
        return read(body)
    except RecursionError:
        raise Rejected("The JSON is nested too deeply.") from None
    except UnicodeError:
        raise Rejected("The body must be JSON in UTF-8.") from None
    except ValueError as error:  # msgspec's own errors, malformed and mistyped alike, are ValueErrors
        _refuse(str(error))


def to_item(event: Event, platform: str = "generic", received: datetime | None = None) -> Inline:
    """The event as the item of `platform`. `received` is the delivery's time, for what carries no time of its own.

    Raises `Rejected` for a report that has no time at all.
    """
    key = f"{platform}:{event.id}"
    version = _millis(event.updated_at)
    match event:
        case ActivityEvent():
            return Inline(event.athlete, to_activity(key, version, event.activity))
        case RemovalEvent():
            # An undated deletion outlives every undated text, in whichever order they arrive.
            return Inline(event.athlete, Removed(key, version or _millis(received) or 1))
        case WellnessEvent():
            return Inline(event.athlete, to_wellness(key, version, event.wellness))
        case ReportEvent():
            at = event.report.at or event.updated_at or received
            if at is None:
                raise Rejected("report.at is missing: when was it said?", field="report.at")
            return Inline(event.athlete, to_report(key, event.report, at, version))


def whole(value: float | None) -> int | None:
    """Rounded, and not known when 0: a clock, a heart or a pair of legs that measured nothing."""
    return int(value + 0.5) or None if value is not None else None


def count(value: float | None) -> int | None:
    """Rounded; 0 is an answer (a flat course, no pain)."""
    return int(value + 0.5) if value is not None else None


def to_activity(key: str, version: int, given: Workout) -> Activity:
    """A workout as the core knows it."""
    word, title = sport(given.sport), given.title or ""
    return Activity(
        key=key,
        sport=word,
        start=given.start,
        elapsed_s=whole(given.elapsed_s),
        moving_s=whole(given.moving_s),
        distance_m=whole(given.distance_m),
        climb_m=count(given.climb_m),
        descent_m=count(given.descent_m),
        avg_hr=whole(given.avg_hr),
        max_hr=whole(given.max_hr),
        avg_power_w=whole(given.avg_power_w),
        rpe=whole(given.rpe),
        race=is_race(title) if given.race is None else given.race,
        interval=is_interval(title, running=word in RUNNING) if given.interval is None else given.interval,
        surface=surface(given.surface) if given.surface else "trail" if word == "run" and is_trail(title) else None,
        version=version,
        zone_minutes=tuple(int(minutes + 0.5) for minutes in given.zone_minutes or ()),
        shape=_shape(given.streams) if given.streams else Shape(),
    )


def _shape(given: Samples) -> Shape:
    return shape(Streams(**msgspec.structs.asdict(given)))


def to_wellness(key: str, version: int, given: Morning) -> Wellness:
    """A morning as the core knows it."""
    return Wellness(
        key=key,
        day=given.date,
        resting_hr=whole(given.resting_hr),
        hrv_rmssd_ms=given.hrv_rmssd_ms or None,
        hrv_sdnn_ms=given.hrv_sdnn_ms or None,
        sleep_h=given.sleep_h or None,
        readiness=count(given.readiness),
        version=version,
    )


def to_report(key: str, given: Complaint, at: datetime, version: int = 0) -> Report:
    """A report as the core knows it, told at `at`. A workout that it rates is one of the same platform."""
    about = None if given.about is None else f"{key.partition(':')[0]}:{given.about}"
    named = {name: getattr(given, name) for name in _SAME}
    return Report(
        key=key,
        at=at,
        pain=count(given.pain),
        effort=whole(given.effort),
        about=about,
        version=version,
        answers=tuple((one.question, one.digits) for one in given.answers),
        text=None if given.text is None else clean(given.text),
        **named,
    )


_SAME = [
    name for name in Complaint.__struct_fields__ if name not in {"at", "pain", "effort", "about", "answers", "text"}
]


def _millis(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at is not None else 0


def plausible(when: date) -> bool:
    """Neither the epoch's zero nor the calendar's ends, where a change of zone overflows."""
    return 1971 <= when.year <= 2199


def _check_year(field: str, value: date | None) -> None:
    if value is not None and not plausible(value):
        raise ValueError(f"Field `{field}` must lie between 1971 and 2199")


_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_NAMED = re.compile(r"(?:Object missing required f|F)ield `(\w+)`")


def _refuse(message: str) -> NoReturn:
    """Turn the decoder's sentence into ours: the field by its path, and never a value out of the body."""
    place = _PLACE.search(message)
    path = place[1] if place else ""
    words = message[: place.start()] if place else message
    if named := _NAMED.match(words):
        path = f"{path}.{named[1]}" if path else named[1]
    if words.startswith("Invalid value "):
        words = f"must be one of {', '.join(TYPES)}" if path.endswith("type") else "is not one of the values allowed"
    raise Rejected(f"{path}: {words}" if path else words, field=path or None) from None
