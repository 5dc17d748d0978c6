"""What is drawn of one rule's message: its levels, with the records or mornings that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from twinge.core.model import Facts
from twinge.core.pack import Pack
from twinge.core.state import State
from twinge.page.dawns import Dawns, look_at
from twinge.why.levels import Levels, levels
from twinge.why.records import Records, records

SHOWN_D: Final = 42
"""Mornings on a chart, in days."""
MORNINGS: Final = {"R03": "heart", "R04": "variability", "R05": "sleep"}


@dataclass(frozen=True, slots=True)
class Mornings:
    """What the mornings showed, up to the day of the message."""

    kind: str
    """heart · variability · sleep."""
    first: int
    last: int
    """Local days, both counted, as proleptic ordinals."""
    dawns: Dawns
    pack: Pack


@dataclass(frozen=True, slots=True)
class Plot:
    """One chart, and the table that says the same."""

    rule: str
    levels: Levels
    records: Records | Mornings | None
    """None: the levels stand alone."""

    @property
    def drawable(self) -> bool:
        """Whether there is anything that a picture shows better than words."""
        return self.records is not None or (self.levels.drawable and len(self.levels.found) > 1)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a chart speaks: a value, so that what was drawn can be remembered by it."""

    language: str
    units: str
    zone: str
    named: tuple[tuple[str, str], ...]
    """Kind of level → its name."""

    def labels(self) -> dict[str, str]:
        """The names by kind."""
        return dict(self.named)


def plot(rule: str, facts: Facts, activity: str | None, day: int, state: State, pack: Pack) -> Plot | None:
    """The plot of one rule of a message about `activity` on the local day `day`, or None. `pack` is the athlete's."""
    found = levels(rule, facts, pack)
    if found is None or not found.found:
        return None
    kind = MORNINGS.get(rule)
    if kind is None:
        return Plot(rule, found, records(rule, facts, activity, state, pack))
    session = next((one for one in state.sessions if one.key == activity), None)
    return Plot(rule, found, _mornings(kind, day if session is None else session.day, state, pack))


def _mornings(kind: str, day: int, state: State, pack: Pack) -> Mornings | None:
    """None where the state knows nothing of these mornings any more."""
    first = day - SHOWN_D + 1
    dawns = look_at(tuple(one for one in state.mornings if one.day <= day), pack)
    shown = Dawns(
        hearts=tuple(one for one in dawns.hearts if first <= one.day.toordinal()) if kind == "heart" else (),
        weeks=tuple(one for one in dawns.weeks if first <= one.day.toordinal()) if kind == "variability" else (),
        nights=tuple(one for one in dawns.nights if first <= one.day.toordinal()) if kind == "sleep" else (),
    )
    known = [*shown.hearts, *shown.weeks, *shown.nights]
    return Mornings(kind, first, day, shown, pack) if len(known) > 1 else None


def can_draw() -> bool:
    """Whether the extra `charts` is installed. Nothing is imported for it: that would take a second."""
    return all(find_spec(name) is not None for name in ("altair", "vl_convert"))
