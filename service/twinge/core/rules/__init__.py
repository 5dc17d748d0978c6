"""The rules, one small pure function each: a moment in, a finding, an open question or nothing out.

`session_spike` (L01) runs first because a spike makes a session long; the rest follow in the order of `WATCHES`, each
seeing what those before it found, and X01 looks at all of it. `CATALOGUE` describes every rule for people: docs and
`GET /api/v1/rules` are made from it.
"""

from __future__ import annotations

from twinge.core.rules import compound as _compound
from twinge.core.rules import form, layoff, message, pain, progression, recovery, terrain, weekly, wellness
from twinge.core.rules.compound import compound
from twinge.core.rules.progression import session_spike
from twinge.core.rules.rule import Rule, Watch

WATCHES: tuple[Watch, ...] = (
    Watch("L02", progression.load_spike),
    Watch("L07", progression.novice_start),
    Watch("R01", recovery.hard_gap),
    Watch("R02", recovery.rest_days),
    Watch("R06", layoff.layoff_return),
    *wellness.WATCHES,
    *terrain.WATCHES,
    *form.WATCHES,
    *weekly.WATCHES,
)
DAWN = wellness.DAWN

CATALOGUE: tuple[Rule, ...] = (
    *sorted(
        (
            *progression.RULES,
            *weekly.RULES,
            *recovery.RULES,
            *layoff.RULES,
            *wellness.RULES,
            *terrain.RULES,
            *form.RULES,
        ),
        key=lambda rule: ("LRTWF".index(rule.id[0]), rule.id),
    ),
    *pain.RULES,
    *_compound.RULES,
    *message.RULES,
)

__all__ = ["CATALOGUE", "DAWN", "WATCHES", "Rule", "Watch", "compound", "session_spike"]
