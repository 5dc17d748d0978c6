"""What the rules found, and what was said or kept silent about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any, NamedTuple


class Severity(IntEnum):
    """How loud a message is; the order is the meaning. Load rules never go above REST."""

    INFO = 0
    QUESTION = 1
    SLOW_DOWN = 2
    REST = 3
    SEE_DOCTOR = 4
    URGENT = 5

    @property
    def word(self) -> str:
        """The word the API and the database use."""
        return self.name.lower()


Facts = Mapping[str, Any]
"""Evidence in numbers: plain JSON values under stable names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw in one workout, with the numbers that made it say so."""

    rule: str
    severity: Severity
    band: int
    """1 is the mildest band of the rule; a higher band may speak again inside the cooldown."""
    at: datetime
    """End of the workout, or the beginning of the morning's day."""
    activity: str
    """Key of the workout, or of the morning."""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a rule could not judge, and what it would need: unknown is never taken for zero."""

    rule: str
    """The rule, or `data` for a measurement that was not believed."""
    at: datetime
    activity: str
    reason: str


class Standing(Enum):
    """A rule's answer when its condition does not hold, and has not cleared by its margin either."""

    UNCHANGED = "unchanged"


Answer = Finding | Unjudged | Standing | None
"""What a rule may say; None: its condition is clear."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """One message meant for one athlete."""

    id: str
    athlete: str
    severity: Severity
    rules: tuple[str, ...]
    text: str
    facts: Facts
    made_at: datetime
    not_before: datetime
    expires_at: datetime
    activity: str | None = None
    bands: tuple[int, ...] = ()
    """The band of each rule, in the order of `rules`."""
    copy_of: str | None = None
    """The id of the same words to another address, or said before; None for what counts as said."""


@dataclass(frozen=True, slots=True)
class Held:
    """A nudge's silent twin: what was not said, and why (a word of docs/messages.md)."""

    athlete: str
    rules: tuple[str, ...]
    severity: Severity
    reason: str
    at: datetime
    """When it was decided."""
    activity: str | None = None
    facts: Facts = field(default_factory=dict)


class Said(NamedTuple):
    """One earlier nudge, as the policy needs to remember it."""

    rules: tuple[str, ...]
    bands: tuple[int, ...]
    severity: int
    at: datetime
    """When it was (or will be) sent: its `not_before`."""
    activity: str | None
    answered: bool | None
    """None where the channel cannot answer: not knowing is not ignoring."""


class Voice(StrEnum):
    """How an athlete can be reached, as far as the policy must know."""

    NONE = "none"
    SMS = "sms"
    PUSH = "push"
    PRINT = "print"


class Purpose(StrEnum):
    """What an athlete can agree to, address by address."""

    LOAD = "load"
    """Slow down, rest, how hard was it: what workouts and mornings say."""
    PAIN = "pain"
    """The conversation about pain, a doctor's and an emergency's words included."""
    DIGEST = "digest"
    """One message a week."""


EVERYTHING = tuple(Purpose)
"""All purposes, in their usual order."""
