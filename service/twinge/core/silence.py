"""Planned life: which rules each kind of silence keeps quiet, and whether one covers a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from twinge.core.model import Finding, Severity, Silence

LOAD = ("L01", "L02", "L03", "L04", "L05", "L06", "L07")
RECOVERY = ("R01", "R02", "R07")
BODY = ("R03", "R04", "R05")
TERRAIN = ("T01", "T02", "T03", "T04")

KINDS: Mapping[str, tuple[str, ...]] = {
    "race": (*LOAD, *RECOVERY, *TERRAIN, "W01", "F01", "X01"),
    "overload": (*LOAD, *RECOVERY, "T01", "T02", "X01"),
    "taper": ("L03", "L04", "L05", "L06", "R07", "T04"),
    "travel": (*BODY, *TERRAIN),
    "illness": (*BODY, "L03", "L04", "L05", "L06", "R07", "T04"),
    "daily_runner": ("R02",),
    "warm_up": ("W01",),
    "own_plan": ("RR02",),
    "rules": (),
}
"""Kind → the rules it keeps quiet; `rules` names its own. Coming back from any of them is R06's business, which no kind
but `rules` silences."""

LONGEST = timedelta(days=366)
"""A silence that has no end in sight is a mute, and is set as one."""
MEMORY = timedelta(days=120)
"""How long an ended one is kept. Ours."""
MOST = 50
"""Silences one athlete may have set at a time."""


def rules_of(silence: Silence) -> tuple[str, ...]:
    """What a silence keeps quiet."""
    return KINDS.get(silence.kind, ()) + silence.rules


def silenced(finding: Finding, silences: Sequence[Silence]) -> Silence | None:
    """The silence that covers a finding: by its rule, and by the time of what it is about. Never a doctor's matter."""
    if finding.severity >= Severity.SEE_DOCTOR:
        return None
    covering = (one for one in silences if one.since <= finding.at < one.until)
    return next((one for one in covering if finding.rule in rules_of(one)), None)


def remembered(silences: Sequence[Silence], now: datetime) -> tuple[Silence, ...]:
    """Those that may still cover something that comes in late, or that a story folded anew falls into."""
    return tuple(one for one in silences if one.until > now - MEMORY)


def living(silences: Sequence[Silence], now: datetime) -> tuple[Silence, ...]:
    """Those that have not ended yet."""
    return tuple(one for one in silences if one.until > now)


def own_plan(silences: Sequence[Silence], at: int) -> bool:
    """Whether a clinician has the athlete on a plan of their own at that moment (epoch seconds)."""
    return any(one.kind == "own_plan" and one.since.timestamp() <= at < one.until.timestamp() for one in silences)
