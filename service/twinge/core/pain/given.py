"""What comes into the pain machine: what the athlete told, what they did, and how things stand around it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from twinge.core.model import RUNNING, Report, Symptoms
from twinge.core.pain.limits import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Told(Symptoms):
    """One thing the athlete told."""

    key: str = ""
    """Names it for ever; the same key twice has one effect."""
    at: int = 0
    """Epoch seconds."""


def told_of(report: Report) -> Told:
    """A report as the machine hears it: every field of the same name, the instant in whole seconds."""
    named: dict[str, Any] = {f.name: getattr(report, f.name, f.default) for f in fields(Told) if f.name != "at"}
    return Told(at=int(report.at.timestamp()), **named)


@dataclass(frozen=True, slots=True)
class Run:
    """One activity, running or not, as far as the pain rules care. It is known at its end."""

    key: str
    sport: str
    start: int
    """Epoch seconds."""
    end: int
    """Epoch seconds."""
    run_s: int | None = None
    """Seconds of running, not walking; None where the recording cannot tell."""
    hard: bool = False
    climb_m: int | None = None
    metres: int | None = None

    @property
    def running(self) -> bool:
        """Whether it belongs to the running family."""
        return self.sport in RUNNING

    def hilly(self, climb_m_km: int) -> bool:
        """Whether it climbed `climb_m_km` or more; not known is no."""
        return bool(self.climb_m and self.metres and 1000 * self.climb_m >= climb_m_km * self.metres)

    def sores(self, climb_m_km: int) -> bool:
        """Whether it leaves ordinary soreness behind: it was hard, or hilly."""
        return self.hard or self.hilly(climb_m_km)


@dataclass(frozen=True, slots=True)
class Setting:
    """How things stand around the machine: the athlete's wishes, and what the load rules saw."""

    zone: str = "UTC"
    """For the hour of the weekly check."""
    weekly_since: int | None = None
    """When the athlete opted in to the weekly check, epoch seconds; None: not."""
    l01_large: bool = False
    """A run of more than double the 30-day longest in the last 14 days (P07)."""
    own_plan: bool = False
    """A clinician has the athlete on a plan of their own: RR01 and RR02 say nothing."""
    limits: Limits = LIMITS
