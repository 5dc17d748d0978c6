"""The rule pack: every limit the rules use, typed, in one place, under one version.

Percentages are whole numbers so that ratios are compared by cross-multiplication: `11.0 / 10.0 - 1 > 0.10` is true
in binary floating point, `100 * 11000 > 110 * 10000` is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twinge.core.pack.form import Cadence, ColdStart, FormDrift, SideShift
from twinge.core.pack.gates import Gates
from twinge.core.pack.message import Digest, Policy
from twinge.core.pack.progression import LoadSpike, NoviceStart, SessionSpike
from twinge.core.pack.recovery import Effort, HardGap, Layoff, RestDays
from twinge.core.pack.terrain import Climb, Downhill, Ground, Variety
from twinge.core.pack.weekly import AcuteChronic, FitnessRamp, Monotony, StepBack, WeeklyRamp
from twinge.core.pack.wellness import Mornings, RestingHeart, ShortSleep, Variability
from twinge.core.pain.limits import Limits

DAY = 86_400
"""Seconds of a 24-hour day; windows are instants, not calendar days."""


@dataclass(frozen=True, slots=True)
class Pack:
    """All limits. Another version means another state: history is folded anew, silently."""

    version: str = "2026.11"
    l01: SessionSpike = field(default_factory=SessionSpike)
    l02: LoadSpike = field(default_factory=LoadSpike)
    l03: WeeklyRamp = field(default_factory=WeeklyRamp)
    l04: AcuteChronic = field(default_factory=AcuteChronic)
    l05: Monotony = field(default_factory=Monotony)
    l06: FitnessRamp = field(default_factory=FitnessRamp)
    l07: NoviceStart = field(default_factory=NoviceStart)
    effort: Effort = field(default_factory=Effort)
    r01: HardGap = field(default_factory=HardGap)
    r02: RestDays = field(default_factory=RestDays)
    r03: RestingHeart = field(default_factory=RestingHeart)
    r04: Variability = field(default_factory=Variability)
    r05: ShortSleep = field(default_factory=ShortSleep)
    r06: Layoff = field(default_factory=Layoff)
    r07: StepBack = field(default_factory=StepBack)
    t01: Climb = field(default_factory=Climb)
    t02: Downhill = field(default_factory=Downhill)
    t03: Ground = field(default_factory=Ground)
    t04: Variety = field(default_factory=Variety)
    w01: ColdStart = field(default_factory=ColdStart)
    f01: FormDrift = field(default_factory=FormDrift)
    f02: SideShift = field(default_factory=SideShift)
    f03: Cadence = field(default_factory=Cadence)
    pain: Limits = field(default_factory=Limits)
    mornings: Mornings = field(default_factory=Mornings)
    policy: Policy = field(default_factory=Policy)
    digest: Digest = field(default_factory=Digest)
    gates: Gates = field(default_factory=Gates)

    def cooldown_d(self, rule: str) -> int:
        """Days for which `rule` is not said again (M03): its own, where that is longer than everybody's."""
        own: int = getattr(getattr(self, rule.lower(), None), "cooldown_d", 0)
        return max(own, self.policy.repeat_d)


STANDARD = Pack()
"""The pack we ship."""

__all__ = [
    "DAY",
    "STANDARD",
    "AcuteChronic",
    "Cadence",
    "Climb",
    "ColdStart",
    "Digest",
    "Downhill",
    "Effort",
    "FitnessRamp",
    "FormDrift",
    "Gates",
    "Ground",
    "HardGap",
    "Layoff",
    "Limits",
    "LoadSpike",
    "Monotony",
    "Mornings",
    "NoviceStart",
    "Pack",
    "Policy",
    "RestDays",
    "RestingHeart",
    "SessionSpike",
    "ShortSleep",
    "SideShift",
    "StepBack",
    "Variability",
    "Variety",
    "WeeklyRamp",
]
