"""The last look before a message goes: whatever became known since it was made may still hold it back.

The words are those of docs/messages.md; what is held keeps its word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from twinge.core.insist import is_grave
from twinge.core.model import Severity
from twinge.core.purpose import NOTICE, purpose_of
from twinge.core.relay import of_story
from twinge.sender.lane import Lane
from twinge.store import Address, Taken

ELSEWHERE = frozenset({"no_channel", "over_cap"})
"""Reasons that lie in the channel: another one may still carry the message."""


class Look(NamedTuple):
    """One message at the gates."""

    one: Taken
    lane: Lane | None
    now: datetime

    @property
    def place(self) -> Address | None:
        """Where it is to go."""
        return self.one.address


def forbidden(look: Look) -> str | None:
    """The first gate that is shut, by its word."""
    return next((word for word, shut in GATES.items() if shut(look)), None)


def _gone(look: Look) -> bool:
    return look.place is None or look.place.disabled_reason is not None or look.lane is None


def _stopped(look: Look) -> bool:
    """They wrote STOP. An emergency that they write of after it is answered once."""
    if look.place is None or look.place.stopped_at is None:
        return False
    nudge = look.one.nudge
    return not (nudge.severity is Severity.URGENT and nudge.made_at > look.place.stopped_at)


def _unverified(look: Look) -> bool:
    """Nobody has shown yet whose address it is: only the code itself goes there, and the answer to an emergency."""
    nudge = look.one.nudge
    may = nudge.facts.get(NOTICE) == "code" or nudge.severity is Severity.URGENT
    return look.place is not None and look.place.verified_at is None and not may


def _unasked(look: Look) -> bool:
    """Nothing was agreed to, or not what this message is for. Whoever wrote to us from there is answered there."""
    place, nudge = look.place, look.one.nudge
    if place is None or nudge.facts.get(NOTICE) == "code":
        return False
    purpose = purpose_of(nudge)
    return place.consent_at is None or (purpose is not None and purpose not in place.purposes and not _answers(look))


def _answers(look: Look) -> bool:
    return any(isinstance(told, Mapping) and told.get("answers") for told in look.one.nudge.facts.values())


def _muted(look: Look) -> bool:
    nudge = look.one.nudge
    muted = set(nudge.rules) - {"X01"} <= set(look.one.athlete.preferences.mute)
    return _light(look) and muted and not of_story(nudge.facts)


def _paused(look: Look) -> bool:
    until = look.one.athlete.preferences.paused_until
    return _light(look) and until is not None and look.now < until


def _light(look: Look) -> bool:
    """What wishes may hold back: neither what is grave, nor an answer."""
    return look.one.nudge.severity < Severity.SEE_DOCTOR and bool(look.one.nudge.rules)


def _over_cap(look: Look) -> bool:
    grave = is_grave(look.one.nudge.severity)
    return look.lane is not None and look.lane.is_over(look.now, look.one.lately, grave=grave)


GATES: Mapping[str, Callable[[Look], bool]] = {
    "no_channel": _gone,
    "stopped": _stopped,
    "not_verified": _unverified,
    "no_consent": _unasked,
    "muted": _muted,
    "paused": _paused,
    "over_cap": _over_cap,
}
"""Word of docs/messages.md → whether it holds the message back, in the order they are asked."""
