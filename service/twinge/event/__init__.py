"""The generic event: Twinge's own JSON for activities, deletions, mornings and reports (docs/adapters.md).

`decode` is the one way in for bytes from outside: whatever they are, it answers with events or with `Rejected`
naming the field, and never with another exception. Units: metres, seconds, beats per minute, watts; instants are
RFC 3339 with an offset. A measured 0 that no living athlete has (heart rate, duration, effort) means *not known*.
"""

from __future__ import annotations

from twinge.event.convert import to_activity, to_item, to_report, to_wellness
from twinge.event.decode import LARGEST_LIST, decode, parse
from twinge.event.shapes import (
    TYPES,
    ActivityEvent,
    Answered,
    Complaint,
    Event,
    Heart,
    Height,
    Instant,
    Metres,
    Morning,
    Name,
    RemovalEvent,
    ReportEvent,
    Samples,
    Seconds,
    Ten,
    WellnessEvent,
    Workout,
    count,
    plausible,
    whole,
)

__all__ = [
    "LARGEST_LIST",
    "TYPES",
    "ActivityEvent",
    "Answered",
    "Complaint",
    "Event",
    "Heart",
    "Height",
    "Instant",
    "Metres",
    "Morning",
    "Name",
    "RemovalEvent",
    "ReportEvent",
    "Samples",
    "Seconds",
    "Ten",
    "WellnessEvent",
    "Workout",
    "count",
    "decode",
    "parse",
    "plausible",
    "to_activity",
    "to_item",
    "to_report",
    "to_wellness",
    "whole",
]
