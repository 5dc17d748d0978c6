"""The rules, one small pure function each: a moment in, a finding, an open question or nothing out.

`session_spike` (L01) runs first because a spike makes a session long; the rest follow in `AFTER_EFFORT`, and X01 looks
at what they found. `CATALOGUE` describes every rule for people: docs and `GET /api/v1/rules` are made from it.
"""

from __future__ import annotations

from collections.abc import Callable

from twinge.core.model import Finding, Unjudged
from twinge.core.moment import Moment
from twinge.core.rules.catalogue import CATALOGUE, Rule
from twinge.core.rules.compound import compound
from twinge.core.rules.layoff import layoff_return
from twinge.core.rules.progression import load_spike, novice_start, session_spike
from twinge.core.rules.recovery import hard_gap, rest_days

AFTER_EFFORT: tuple[Callable[[Moment], Finding | Unjudged | None], ...] = (
    load_spike,
    novice_start,
    hard_gap,
    rest_days,
    layoff_return,
)

__all__ = ["AFTER_EFFORT", "CATALOGUE", "Rule", "compound", "session_spike"]
