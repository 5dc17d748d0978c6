"""What Terra sends, as far as we read it (github.com/tryterra/openapi, `dist/core/v2-bundled.yaml`).

Almost everything may be null. Places are not read at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=100)]
MOST = 1_000
"""Entries of one call."""
SAMPLES = 100_000


class User(Struct):
    """Whose it is: a connection of Terra's, and what we called the athlete there."""

    user_id: Id
    provider: Annotated[str, Meta(max_length=40)] = ""
    reference_id: Annotated[str, Meta(max_length=100)] | None = None


class Sent(Struct):
    """Any event."""

    type: Annotated[str, Meta(min_length=1, max_length=80)]
    user: User | None = None


class Metadata(Struct):
    """Of a workout, a night or a day. An instant without an offset is the athlete's own clock."""

    start_time: datetime
    end_time: datetime
    summary_id: Annotated[str, Meta(max_length=120)] | None = None
    timestamp_localization: Any = None
    type: Any = None
    upload_type: Any = None
    is_nap: bool | None = None
    name: Annotated[str, Meta(max_length=500)] | None = None
    """Read for race and interval words, never kept."""


class HeartSample(Struct, gc=False):
    """One beat."""

    timestamp: datetime | None = None
    bpm: Any = None


class DistanceSample(Struct, gc=False):
    """Metres since the start."""

    timestamp: datetime | None = None
    distance_meters: Any = None


class ElevationSample(Struct, gc=False):
    """Metres above the sea."""

    timestamp: datetime | None = None
    elev_meters: Any = None


class HeartDetailed(Struct):
    """The stream of beats."""

    hr_samples: Annotated[list[HeartSample], Meta(max_length=SAMPLES)] | None = None


class Heart(Struct):
    """`heart_rate_data`."""

    summary: dict[str, Any] | None = None
    detailed: HeartDetailed | None = None


class DistanceDetailed(Struct):
    """The streams along the way."""

    distance_samples: Annotated[list[DistanceSample], Meta(max_length=SAMPLES)] | None = None
    elevation_samples: Annotated[list[ElevationSample], Meta(max_length=SAMPLES)] | None = None


class Distance(Struct):
    """`distance_data`."""

    summary: dict[str, Any] | None = None
    detailed: DistanceDetailed | None = None


class Activity(Struct):
    """A workout."""

    metadata: Metadata
    heart_rate_data: Heart | None = None
    distance_data: Distance | None = None
    active_durations_data: dict[str, Any] | None = None
    power_data: dict[str, Any] | None = None


class Night(Struct):
    """A sleep."""

    metadata: Metadata
    heart_rate_data: dict[str, Any] | None = None
    sleep_durations_data: dict[str, Any] | None = None
    readiness_data: dict[str, Any] | None = None


class Day(Struct):
    """A day."""

    metadata: Metadata
    heart_rate_data: dict[str, Any] | None = None


class Activities(Struct):
    """`activity`."""

    user: User
    data: Annotated[list[Activity], Meta(max_length=MOST)]


class Nights(Struct):
    """`sleep`."""

    user: User
    data: Annotated[list[Night], Meta(max_length=MOST)]


class Days(Struct):
    """`daily`."""

    user: User
    data: Annotated[list[Day], Meta(max_length=MOST)]
