"""The generic event as types with their limits.

Units: metres, seconds, beats per minute, watts; instants are RFC 3339 with an offset.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

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


def plausible(when: date) -> bool:
    """Neither the epoch's zero nor the calendar's ends, where a change of zone overflows."""
    return 1971 <= when.year <= 2199


def _check_year(field: str, value: date | None) -> None:
    if value is not None and not plausible(value):
        raise ValueError(f"Field `{field}` must lie between 1971 and 2199")


def whole(value: float | None) -> int | None:
    """Rounded, and not known when 0: a clock, a heart or a pair of legs that measured nothing."""
    return int(value + 0.5) or None if value is not None else None


def count(value: float | None) -> int | None:
    """Rounded; 0 is an answer (a flat course, no pain)."""
    return int(value + 0.5) if value is not None else None
