"""What HC Webhook sends, as far as we read it (github.com/mcnaveen/health-connect-webhook, `SyncManager.kt`)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from twinge.event import Instant, Seconds, plausible

MOST = 200_000
"""Samples of one kind in one call."""


class Metadata(Struct, gc=False):
    """Which app wrote a record into Health Connect."""

    data_origin: Annotated[str, Meta(max_length=120)] | None = None


class Record(Struct, kw_only=True, gc=False):
    """Any record."""

    metadata: Metadata | None = None

    @property
    def origin(self) -> str:
        """The app's package, e.g. com.sec.android.app.shealth; empty where it is not told."""
        return (self.metadata.data_origin if self.metadata else None) or ""


class Workout(Record, kw_only=True):
    """`exercise`. Its type is Health Connect's number, as text; the app's own test writes a word."""

    type: str | int
    start_time: Instant
    end_time: Instant
    duration_seconds: Seconds | None = None
    distance_meters: Any = None

    def __post_init__(self) -> None:
        if not (plausible(self.start_time) and plausible(self.end_time)):
            raise ValueError("Field `start_time` must lie between 1971 and 2199, and so must `end_time`")


class Stage(Struct, gc=False):
    """A piece of a night."""

    stage: str | int
    duration_seconds: Seconds | None = None


class Sleep(Record, kw_only=True):
    """`sleep`. It has no start: that is its end less its length."""

    session_end_time: Instant
    duration_seconds: Seconds | None = None
    stages: Annotated[list[Stage], Meta(max_length=10_000)] | None = None

    def __post_init__(self) -> None:
        if not plausible(self.session_end_time):
            raise ValueError("Field `session_end_time` must lie between 1971 and 2199")


class Sample(Record, kw_only=True, gc=False):
    """A measurement: alone, or joined for some time (`avg`)."""

    time: Instant
    bpm: Any = None
    rmssd_millis: Any = None
    avg: Any = None
    max: Any = None

    def __post_init__(self) -> None:
        if not plausible(self.time):
            raise ValueError("Field `time` must lie between 1971 and 2199")


class Sent(Struct):
    """Any body."""

    test: bool = False


class Export(Struct):
    """The whole body. An array that would be empty is left out."""

    exercise: Annotated[list[Workout], Meta(max_length=5_000)] | None = None
    exercise_sessions: Annotated[list[Workout], Meta(max_length=5_000)] | None = None
    sleep: Annotated[list[Sleep], Meta(max_length=5_000)] | None = None
    heart_rate: Annotated[list[Sample], Meta(max_length=MOST)] | None = None
    resting_heart_rate: Annotated[list[Sample], Meta(max_length=MOST)] | None = None
    heart_rate_variability: Annotated[list[Sample], Meta(max_length=MOST)] | None = None
