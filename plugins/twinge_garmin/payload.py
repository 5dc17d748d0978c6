"""What Garmin posts: lists of summaries by kind, of many athletes in one body. Shapes only.

Garmin's specification is confidential; these shapes are those of public clients: open-wearables (MIT) and its tests,
RADAR-base/RADAR-PushEndpoint (Apache-2.0). Who, which and when must be there and be right; what was measured may be
anything and is then not known, so that one odd value does not keep the other athletes of a body waiting.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from twinge.event import Name

Id = Name | Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A number in some bodies, text in others."""


class Call(Struct, rename="camel", kw_only=True):
    """What every entry has; with a `callbackURL` it is a ping, and the data lies there."""

    user_id: Name
    callback_url: Annotated[str, Meta(max_length=4_000)] | None = field(default=None, name="callbackURL")


class Timed(Call, rename="camel", kw_only=True):
    """A stretch of time in UTC seconds, and the local clock's offset."""

    start_time_in_seconds: Any = None
    start_time_offset_in_seconds: Any = None
    duration_in_seconds: Any = None


class Summary(Timed, rename="camel", kw_only=True):
    """A workout's totals: `activities`, `manuallyUpdatedActivities`, and `summary` in the details."""

    user_id: Annotated[str, Meta(max_length=200)] = ""
    summary_id: Id | None = None
    activity_id: Id | None = None
    activity_type: Annotated[str, Meta(max_length=80)] | None = None
    activity_name: Annotated[str, Meta(max_length=1_000)] | None = None
    is_parent: bool | None = None
    distance_in_meters: Any = None
    total_elevation_gain_in_meters: Any = None
    total_elevation_loss_in_meters: Any = None
    average_heart_rate_in_beats_per_minute: Any = None
    max_heart_rate_in_beats_per_minute: Any = None


class Sample(Struct, rename="camel", gc=False):
    """One moment of a workout; where it was is never read."""

    start_time_in_seconds: Any = None
    total_distance_in_meters: Any = None
    elevation_in_meters: Any = None
    heart_rate: Any = None
    steps_per_minute: Any = None
    power_in_watts: Any = None
    speed_meters_per_second: Any = None
    clock_duration_in_seconds: Any = None


class Details(Call, rename="camel", kw_only=True):
    """A workout with its samples: `activityDetails`."""

    summary_id: Id | None = None
    activity_id: Id | None = None
    summary: Summary | None = None
    samples: Annotated[list[Sample], Meta(max_length=200_000)] = []


class File(Call, rename="camel", kw_only=True):
    """Where the device's own recording lies: `activityFiles`, always a ping."""

    summary_id: Id | None = None
    activity_id: Id | None = None
    file_type: Annotated[str, Meta(max_length=20)] = ""


class Day(Timed, rename="camel", kw_only=True):
    """One day, night or morning: `dailies`, `sleeps`, `hrv`."""

    calendar_date: Annotated[str, Meta(max_length=40)] | None = None
    resting_heart_rate_in_beats_per_minute: Any = None
    awake_duration_in_seconds: Any = None
    validation: Annotated[str, Meta(max_length=40)] | None = None
    last_night_avg: Any = None


class Permissions(Call, rename="camel", kw_only=True):
    """What the athlete now shares: `userPermissionsChange`."""

    permissions: Annotated[list[str], Meta(max_length=100)]


class Push(Struct, rename="camel"):
    """One body. Kinds that are not here (epochs, stress, …) are taken and ignored."""

    activities: list[Summary] = []
    manually_updated_activities: list[Summary] = []
    activity_details: list[Details] = []
    activity_files: list[File] = []
    dailies: list[Day] = []
    sleeps: list[Day] = []
    hrv: list[Day] = []
    deregistrations: list[Call] = []
    user_permissions_change: list[Permissions] = []


PLAIN = ("activities", "manuallyUpdatedActivities", "activityDetails", "dailies", "sleeps", "hrv")
"""Kinds that come as a push with their data, or as a ping for a list of the same."""
