"""X01: two warning signs on one workout weigh more than either."""

from __future__ import annotations

from collections.abc import Sequence

from twinge.core.model import Finding, Severity
from twinge.core.rules.rule import Rule

PARTS = frozenset({"L01", "R01", "R04", "T02"})
"""R03 would be one, but speaks of a morning, and no workout has found it."""


def compound(findings: Sequence[Finding]) -> Finding | None:
    """X01: two or more of its parts on one activity → one finding, one severity higher, capped at REST."""
    parts = [f for f in findings if f.rule in PARTS and f.severity >= Severity.SLOW_DOWN]
    if len(parts) < 2:
        return None
    worst = max(parts, key=lambda f: f.severity)
    severity = Severity(min(worst.severity + 1, Severity.REST))
    return Finding("X01", severity, len(parts), worst.at, worst.activity, {"rules": [f.rule for f in parts]})


RULES: tuple[Rule, ...] = (
    Rule(
        "X01",
        "Two signs at once",
        "compound",
        "Two of L01, R01, R04 and T02 on one workout: one message, one step more serious, never above rest.",
        ("rest",),
        "An engineering choice of ours.",
        "none",
    ),
)
