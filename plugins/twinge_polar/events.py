"""Polar's webhook event: its shape, and where it points. Pure.

An event only points (https://www.polar.com/accesslink-api/, "Webhooks"). Its `url` is not followed: the path is made of
the id or the date, which are checked, so a forged event could lead nowhere else.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from twinge.event import Instant, Name, plausible
from twinge.plugin import Item, Pointer, Rejected

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
WORKOUT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
PING = "PING"
NIGHT = "night-"
"""What the key of a night begins with, after `polar:`."""


class Event(Struct):
    """One POST of Polar: one event. Which fields there are depends on `event`."""

    event: Name
    user_id: Id | Name | None = None
    entity_id: str | None = None
    date: str | None = None
    timestamp: Instant | None = None


def items_of(event: Event, received_at: datetime) -> tuple[Item, ...]:
    """A pointer to a workout or a night; nothing where it speaks of what we have no use for.

    Its version is when the event was sent, or when it came where it does not say, in epoch milliseconds.
    """
    if event.event not in {"EXERCISE", "SLEEP"}:
        return ()
    if event.user_id is None:
        raise Rejected("user_id is missing: whose is it?", field="user_id")
    thing = workout_id(event.entity_id) if event.event == "EXERCISE" else f"{NIGHT}{night_of(event.date)}"
    return (Pointer(str(event.user_id), thing, int((event.timestamp or received_at).timestamp() * 1000)),)


def workout_id(given: object, field: str = "entity_id") -> str:
    """An exercise's hashed id, fit for a path."""
    if not isinstance(given, str) or not WORKOUT_ID.fullmatch(given):
        raise Rejected(f"{field} must be the id of an exercise", field=field)
    return given


def night_of(given: object) -> date:
    """The date of a night: that of the morning after it."""
    try:
        day = date.fromisoformat(given) if isinstance(given, str) else date.min
    except ValueError:
        day = date.min
    if not plausible(day):
        raise Rejected("date must be a date like 2026-05-03", field="date")
    return day
