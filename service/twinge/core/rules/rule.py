"""What a rule is: its words for people, and how the fold asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from twinge.core.model import Answer
from twinge.core.moment import Dawn, Moment
from twinge.core.pack import STANDARD, Pack


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as people read it."""

    id: str
    name: str
    kind: str
    """load · recovery · wellness · terrain · warm-up · form · pain · return · compound · message."""
    says: str
    """What it watches for, in one sentence."""
    severities: tuple[str, ...]
    evidence: str
    strength: str
    """How well the evidence supports the claim made, which is never "prevents injury"."""
    part: str | None = None
    """The pack's field that holds its limits."""

    def limits(self, pack: Pack = STANDARD) -> Mapping[str, Any]:
        """Its limits in `pack`, by name."""
        if self.part is None:
            return {}
        part = getattr(pack, self.part)
        return {f.name: getattr(part, f.name) for f in fields(part)}


@dataclass(frozen=True, slots=True)
class Watch:
    """How the fold asks a rule about a workout."""

    rule: str
    ask: Callable[[Moment], Answer]
    latched: bool = False
    """A condition that stays for days: told once, and again only after it has cleared by its margin, or worsened."""


@dataclass(frozen=True, slots=True)
class DawnWatch:
    """How the fold asks a rule about a morning; always latched."""

    rule: str
    ask: Callable[[Dawn], Answer]
