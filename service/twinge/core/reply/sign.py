"""What several words of one message say together: numb + between the legs, cannot + stand. One table, no language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from twinge.core.reply.answer import FLAGS
from twinge.core.reply.clause import Hit


class Sign(NamedTuple):
    """A flag that is up when each group has one of its meanings said."""

    flag: str
    groups: tuple[frozenset[str], ...]
    near: bool
    """All in one clause; otherwise anywhere in the message."""


def _near(flag: str, *groups: str) -> Sign:
    return Sign(flag, tuple(frozenset(group.split()) for group in groups), near=True)


def _wide(flag: str, *groups: str) -> Sign:
    return _near(flag, *groups)._replace(near=False)


SIGNS: Final = (
    _wide("bladder_bowel", "bladder", "lost numb"),
    _near("bladder_bowel", "bladder", "cannot trouble"),
    _wide("bladder_bowel", "toilet", "lost"),
    _wide("saddle_numb", "saddle", "numb tingling"),
    _near("saddle_numb", "groin", "numb"),
    _near("both_legs", "both_legged", "numb tingling weak pain"),
    _near("both_legs", "legs", "numb weak"),
    _near("foot_drop", "foot toe", "slap"),
    _near("foot_drop", "cannot", "lift_foot"),
    _near("no_weight", "cannot", "stand walking"),
    _near("chest_pain", "chest", "pain pressure"),
    _near("calf_swelling", "calf leg", "swollen"),
    _wide("fever", "unwell", "back vague_back buttock", "pain"),
    _wide("worse_longer", "worse", "longer"),
    _near("seen", "care", "clinician"),
    _near("cleared", "allowed", "clinician coach"),
)
"""Wide where a miss is the dearest, near where the words are an everyday pair. Ours; rules P05 to P07."""


def signs(hits: Iterable[Hit]) -> set[str]:
    """Every flag that is up, and `cleared`: those said in a word, and those said together. Denied hits say nothing."""
    clauses: dict[int, set[str]] = {}
    for hit in hits:
        if not hit.denied:
            clauses.setdefault(hit.clause, set()).add(hit.meaning)
    everything = set().union(*clauses.values())
    found = everything & {*FLAGS, "cleared"}
    for sign in SIGNS:
        for said in clauses.values() if sign.near else (everything,):
            if all(group & said for group in sign.groups):
                found.add(sign.flag)
    return found
