"""Times as vendors tell them: a signed time against our clock, an offset from UTC, an instant as a version."""

from __future__ import annotations

from datetime import datetime, tzinfo

WINDOW_S = 300
"""A signed call may be this much older or newer than our clock (the five minutes of Standard Webhooks)."""


def near(stamp: str | None, now: datetime, *, per_s: int = 1) -> bool:
    """Whether a signed Unix time lies in the window around `now`; `per_s` is 1000 where it is in milliseconds."""
    if stamp is None or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        return False
    return abs(int(stamp) / per_s - now.timestamp()) <= WINDOW_S


def local(at: datetime, offset: object) -> datetime:
    """The instant on a clock with that offset from UTC ("+02:00", "-0530", "Z"); as it is where there is none.

    Instants at the calendar's ends, where a change of zone overflows, stay as they are too.
    """
    zone = zone_of(offset)
    try:
        return at if zone is None else at.astimezone(zone)
    except (OverflowError, ValueError):
        return at


def zone_of(offset: object) -> tzinfo | None:
    """The zone of "+02:00", "-0530" or "Z"; None for anything else."""
    if not isinstance(offset, str) or not (offset == "Z" or offset[:1] in {"+", "-"}) or len(offset) > 9:
        return None
    try:
        return datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
    except ValueError:
        return None


def millis(at: datetime | None) -> int:
    """Epoch milliseconds, the version of a text that was changed then; 0 where that is not known."""
    return int(at.timestamp() * 1000) if at is not None else 0
