"""What goes out of the pain machine: messages as kinds and facts, and the questions they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinge.core.model import Severity
from twinge.core.pain.facts import Plain


@dataclass(frozen=True, slots=True)
class Question:
    """What digits mean as an answer to the message that carries it."""

    id: int
    """Answer by it where the channel can (a button); a repeat of the question has the same id."""
    kind: str
    """A kind of `questions.FORMS`."""
    episode: int
    """0: of no episode."""
    asked_at: int
    """Epoch seconds, of the first time."""
    choices: tuple[str, ...] = ()
    """What 1, 2, … stand for; none: a score from 0 to 10."""


@dataclass(frozen=True, slots=True)
class Say:
    """One message for the athlete. The words are made elsewhere, from `kind` and `facts` (see `catalogue`)."""

    kind: str
    rule: str
    severity: Severity
    at: int
    """When it is to be said, epoch seconds."""
    episode: int
    """0: of no episode."""
    facts: Mapping[str, Plain] = field(default_factory=dict)
    question: Question | None = None
