"""Who finds the words, and a stand-in for whoever needs none: tests of the rules, and a look at what would be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twinge.core.model import Athlete, Facts, Finding, Severity
from twinge.core.pain import Say


class Tongue(Protocol):
    """Findings, the pain story and our questions in words; `twinge.speech` is the one of people."""

    def say(self, findings: Sequence[Finding], severity: Severity, athlete: Athlete) -> str:
        """One message for up to two findings, the leading one first; INFO means the weekly digest."""

    def pain(self, say: Say, athlete: Athlete) -> str:
        """One thing that the pain story says, with its question."""

    def phrase(self, kind: str, facts: Facts, athlete: Athlete) -> str:
        """Any other message by its name."""


class Bare:
    """Names in place of words: `L01 R01 rest`."""

    def say(self, findings: Sequence[Finding], severity: Severity, athlete: Athlete) -> str:
        """Rules and severity."""
        return " ".join((*(finding.rule for finding in findings), severity.word))

    def pain(self, say: Say, athlete: Athlete) -> str:
        """The kind."""
        return say.kind

    def phrase(self, kind: str, facts: Facts, athlete: Athlete) -> str:
        """The kind."""
        return kind


BARE = Bare()
