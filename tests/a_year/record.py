"""What one athlete heard in a year, and what became of everything that was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from a_year.life import Life
from twinge import speech
from twinge.core.model import Athlete, Facts, Finding, Nudge, Severity
from twinge.core.pain import Say
from twinge.core.policy import name
from twinge.core.relay import subject


class Dated(NamedTuple):
    """One thing that the pain story says."""

    at: datetime
    """Where a run led to it, the run's end."""
    episode: int


@dataclass(slots=True)
class Year:
    """All of it."""

    life: Life
    """Without its arrivals: a thousand years of them are heavy."""
    nudges: list[Nudge] = field(default_factory=list)
    """What was sent, in the order it was made; the digests apart."""
    digests: list[Nudge] = field(default_factory=list)
    wrote: list[datetime] = field(default_factory=list)
    """When the athlete reported, answered or wrote."""
    told: list[datetime] = field(default_factory=list)
    """When any of it was a report: pain, effort, an answer to a question."""
    muted: dict[str, datetime | None] = field(default_factory=dict)
    """Rule → since when it is muted; None: from the beginning."""
    paused: list[tuple[datetime | None, datetime]] = field(default_factory=list)
    """From when until when nothing was to be said."""
    held: Counter[str] = field(default_factory=Counter)
    """Reason → how often."""
    seen: int = 0
    """Findings about what had just arrived."""
    lost: list[Finding] = field(default_factory=list)
    """Those of them that were neither said nor held."""
    dated: dict[str, Dated] = field(default_factory=dict)
    """Message of the pain story → how the story itself dates it."""
    speechless: list[str] = field(default_factory=list)
    """What nobody has words for."""
    undone: list[str] = field(default_factory=list)
    """Doctor's words and emergencies that a late workout took back."""
    against: list[str] = field(default_factory=list)
    """Messages that ask for a walk or a run and went out in a hold."""
    stood: Counter[str] = field(default_factory=Counter)
    """State of the pain story → in how many steps it was the one that governs."""
    folded: int = 0
    """Times the history was folded anew."""
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Noting:
    """The tongue of people, which notes how the pain story dates what it says, and what it found no words for."""

    year: Year

    def say(self, findings: Sequence[Finding], severity: Severity, athlete: Athlete) -> str:
        """Findings in words."""
        named = " ".join(finding.rule for finding in findings)
        return self._said(named, lambda: speech.say(findings, severity, athlete))

    def pain(self, say: Say, athlete: Athlete) -> str:
        """The pain story in words."""
        at = datetime.fromtimestamp(say.at, UTC)
        self.year.dated[name(athlete.id, subject(say), (say.rule,), ())] = Dated(at, say.episode)
        return self._said(f"{say.kind} {say.facts} {say.question}", lambda: speech.pain(say, athlete))

    def phrase(self, kind: str, facts: Facts, athlete: Athlete) -> str:
        """Any other message in words."""
        return self._said(f"{kind} {facts}", lambda: speech.phrase(kind, facts, athlete))

    def _said(self, what: str, words: Callable[[], str]) -> str:
        try:
            return words()
        except LookupError as error:
            self.year.speechless.append(f"{error}: {what}")
            return what
