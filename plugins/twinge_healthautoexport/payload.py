"""What Health Auto Export sends, as far as we read it: `{"data": {"metrics": […], "workouts": […]}}`.

Every field but a workout's name, start and end may be missing; a route is not even read. Shapes as its own reference
server has them (github.com/HealthyApps/health-auto-export-server), and public receivers of both versions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from twinge.event import plausible
from twinge.plugin.loose import number

MOST = 5_000
"""Workouts or metrics in one call."""
WHEN = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s?([AP])M)?\s?(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)


class Workout(Struct, rename="camel"):
    """A workout, of the second version; the first has no id, and other names for climb and heart rate."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    start: Annotated[str, Meta(max_length=60)]
    end: Annotated[str, Meta(max_length=60)]
    id: Annotated[str, Meta(max_length=200)] | None = None
    duration: Any = None
    is_indoor: Any = None
    location: Any = None
    distance: Any = None
    elevation_up: Any = None
    elevation_down: Any = None
    elevation: Any = None
    avg_heart_rate: Any = None
    max_heart_rate: Any = None
    heart_rate: Any = None
    heart_rate_data: Any = None


class Metric(Struct):
    """One kind of measurement."""

    name: Annotated[str, Meta(max_length=200)]
    units: Annotated[str, Meta(max_length=60)] | None = None
    data: Annotated[list[dict[str, Any]], Meta(max_length=200_000)] = []


class Data(Struct):
    """The inside."""

    metrics: Annotated[list[Metric], Meta(max_length=MOST)] | None = None
    workouts: Annotated[list[Workout], Meta(max_length=MOST)] | None = None


class Export(Struct):
    """The whole body."""

    data: Data


def instant(text: object) -> datetime | None:
    """An instant like `2026-05-01 07:00:00 +0200`, by twelve hours or twenty-four; None where there is no offset."""
    found = _read(text)
    return found if found is not None and found.tzinfo is not None else None


def day(text: object) -> date | None:
    """The calendar day of an instant or of a date alone, on the phone's own clock."""
    found = _read(text)
    return None if found is None else found.date()


def _read(text: object) -> datetime | None:
    if not isinstance(text, str) or len(text) > 60 or not (found := WHEN.fullmatch(_plain(text))):
        return None
    on, hour, minute, second, half, offset = found.groups()
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.upper() == "P" else 0)
    try:
        at = datetime.fromisoformat(f"{on}T{hours:02}:{minute or '00'}:{second or '00'}{offset or ''}")
    except ValueError:
        return None
    return at if plausible(at) else None


def _plain(text: str) -> str:
    """With plain spaces: newer phones put a narrow one before AM and PM."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").strip()


def quantity(value: object, units: Mapping[str, float], high: float) -> float | None:
    """A `{"qty": …, "units": …}` in our unit; None where it is missing, negative, or of a unit we do not know."""
    if not isinstance(value, Mapping) or not isinstance(unit := value.get("units"), str):
        return None
    scale, amount = units.get(unit.strip().lower()), number(value.get("qty"), 0, 1e9)
    if scale is None or amount is None:
        return None
    return amount * scale if amount * scale <= high else None
