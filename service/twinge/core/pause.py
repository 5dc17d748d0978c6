"""How long another server asks us to wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = timedelta(hours=1)
"""Ours: who asks for more is asked again after an hour, because a message is of use for half a day only."""


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The wish in a Retry-After header, seconds or a date (RFC 9110 section 10.2.3), at most `LONGEST_PAUSE`.

    None where there is no header, where it cannot be read, and where its time is over.
    """
    if not header:
        return None
    try:
        wish = timedelta(seconds=int(header)) if header.isdigit() else parsedate_to_datetime(header) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(wish, LONGEST_PAUSE) if wish > timedelta() else None
