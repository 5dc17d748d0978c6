"""Limits of messages: M01 to M04, and what is fresh."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """M01 to M04 and the freshness rule."""

    fresh_h: int = 48
    daily: int = 1
    weekly_sms: int = 2
    weekly_push: int = 3
    repeat_d: int = 7
    ignored_double: int = 2
    ignored_digest: int = 4
    stale_h: int = 24
    expire_h: int = 12
    """How long a message may still go out after its time came: then the day it speaks of is over. Ours."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The weekly digest: what was not worth an interruption, in one message a week."""

    days: int = 7
    most: int = 2
    """Things said in one digest. Ours: one message, one segment."""
    expire_h: int = 24
