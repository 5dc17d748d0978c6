"""What a message is for, which decides where it may go."""

from __future__ import annotations

from twinge.core.model import Nudge, Purpose, Severity
from twinge.core.relay import of_story

NOTICE = "notice"
"""The fact of our own notices: `{"notice": "code"}`. They are asked for by a person, each time."""


def purpose_of(nudge: Nudge) -> Purpose | None:
    """What the athlete must have agreed to; None for an answer to what they did, which needs no other consent."""
    if nudge.facts.get(NOTICE) is not None:
        return None
    if of_story(nudge.facts) is not None:
        return Purpose.PAIN
    if not nudge.rules:
        return None
    return Purpose.DIGEST if nudge.severity is Severity.INFO else Purpose.LOAD
