"""How long what is kept: the kinds, their days, and what an operator may choose instead (`TWINGE_KEEP`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

FOREVER: Final = "forever"
NEEDED: Final = 400
"""How many days back a history is folded anew: no rule asks for a workout from before."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing."""

    name: str
    days: int | None
    """None: as long as its athlete is here."""
    least: int
    """Fewer days would take from the rules, or from a running service, what they need."""
    by_source: bool
    """Whether a platform (or `channel:<name>`) may have days of its own."""
    what: str


KINDS: Final = (
    Kind("deliveries", 30, 1, True, "used deliveries with their bodies, from when they came"),
    Kind("strays", 30, 1, True, "deliveries for nobody we know, from when they came"),
    Kind("dead", 90, 1, True, "deliveries that could not be used, from when they came"),
    Kind("activities", None, NEEDED, True, "workouts as numbers, from when they began"),
    Kind("mornings", None, NEEDED, True, "resting heart rate, HRV, sleep, from their day"),
    Kind("reports", None, NEEDED, True, "what athletes told, their own words included"),
    Kind("ended", None, 0, True, "everything that a connection brought, from when it ended"),
    Kind("findings", 800, 200, False, "what the rules saw"),
    Kind("nudges", 400, 100, False, "messages with their text and what became of them, from when they were made"),
    Kind("held", 400, 60, False, "what was not said, and why"),
    Kind("entries", 1, 0, False, "links, visits and consents under way, from when they ended"),
    Kind("codes", 2, 1, False, "codes for addresses, as hashes"),
    Kind("tallies", 400, 2, False, "how many messages a channel carried on a day"),
    Kind("runs", 30, 2, False, "which runs of the clock have been"),
    Kind("audit", 730, 30, False, "who did what"),
    Kind("erasures", 1095, 30, False, "proofs of erasures, from when they were done"),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}

Choice = Mapping[tuple[str, str], int | None]
"""(kind, source or nothing) → days, None for ever."""


class Rule(NamedTuple):
    """What is deleted when it is older than `days`."""

    kind: str
    source: str
    """One platform; empty: every one but `others`."""
    others: tuple[str, ...]
    """The sources that have a rule of their own."""
    days: int


def read_choice(text: str) -> Choice:
    """`findings=400, deliveries.strava=7, audit=forever`; `ValueError` for anything else."""
    found: dict[tuple[str, str], int | None] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        kind_name, _, source = name.partition(".")
        kind = BY_NAME.get(kind_name)
        if kind is None or (source and not kind.by_source) or (kind_name, source) in found:
            raise ValueError(name)
        found[kind_name, source] = None if value == FOREVER else _days(kind, value)
    return found


def _days(kind: Kind, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) >= kind.least):
        raise ValueError(kind.name)
    return int(text)


def rules(choice: Choice, vendors: Mapping[str, int] | None = None) -> list[Rule]:
    """Every rule that holds. `vendors`: days that platforms' terms allow for what they sent."""
    made: list[Rule] = []
    for kind in KINDS:
        own = {source: days for (name, source), days in choice.items() if name == kind.name and source}
        usual = choice.get((kind.name, ""), kind.days)
        for platform, days in (vendors or {}).items():
            most = {"deliveries": days, "strays": days, "dead": days, "activities": NEEDED}.get(kind.name)
            if most is not None:
                own[platform] = _shorter(own.get(platform, usual), most)
        made += [Rule(kind.name, source, (), days) for source, days in own.items() if days is not None]
        if usual is not None:
            made.append(Rule(kind.name, "", tuple(own), usual))
    return made


def days_of(choice: Choice, kind: str, source: str) -> int | None:
    """How many days a kind of one source is kept; None for ever."""
    return choice.get((kind, source), choice.get((kind, ""), BY_NAME[kind].days))


def _shorter(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
