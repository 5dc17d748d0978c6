"""Limits of messages: M01 to M04, and what is fresh."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """M01 to M04 and the freshness rule."""

    fresh_h: int = 48
    """Hours after a workout's end after which nothing is said about it any more."""
    daily: int = 1
    """Messages on any day, unless the athlete wished another number. Urgent ones are not counted."""
    weekly_sms: int = 2
    """Messages in any seven days by SMS, unless the athlete wished another number. Urgent ones are not counted."""
    weekly_push: int = 3
    """Messages in any seven days by push, unless the athlete wished another number. Urgent ones are not counted."""
    repeat_d: int = 7
    """Days before the same rule is said again, unless it got worse; a rule may have a longer time of its own."""
    ignored_double: int = 2
    """So many messages of a rule in a row without an answer double the days before it is said again."""
    ignored_digest: int = 4
    """So many messages of a rule in a row without an answer leave it to the weekly digest."""
    stale_h: int = 24
    """Hours after the workout; a message that quiet hours would hold beyond them is not sent."""
    expire_h: int = 12
    """Hours for which a message may still go out after its time came: then the day it speaks of is over. Ours."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The weekly digest: what was not worth an interruption, in one message a week."""

    days: int = 7
    """Days back that a digest looks for what was not said."""
    most: int = 2
    """Things said in one digest. Ours: one message, one segment."""
    expire_h: int = 24
    """Hours for which a digest may still go out after its time came."""
