"""One morning taken in: what is believed of it, what is already known of its day, and what the rules see in it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from operator import attrgetter

from twinge.core.latch import latch
from twinge.core.model import Athlete, Finding, Morning, Unjudged, Wellness
from twinge.core.moment import Dawn
from twinge.core.pack import Pack
from twinge.core.rules import DAWN
from twinge.core.rules.belief import believe
from twinge.core.state import State, dawn, place


def wake_up(
    state: State, wellness: Wellness, athlete: Athlete, pack: Pack
) -> tuple[State, tuple[Finding, ...], tuple[Unjudged, ...]]:
    """The state after a morning, and what its rules found and could not judge."""
    at = dawn(wellness.day, athlete.timezone)
    morning, doubts = believe(wellness, state.mornings, pack)
    mornings = _keep(state.mornings, morning, pack)
    seen = Dawn(athlete, wellness, morning, mornings, state, pack, at)
    findings: list[Finding] = []
    unjudged = [seen.unjudged("data", doubt) for doubt in doubts]
    lit = state.lit
    for watch in DAWN:
        answer, lit = latch(lit, watch.rule, watch.ask(seen))
        if isinstance(answer, Finding):
            findings.append(answer)
        elif isinstance(answer, Unjudged):
            unjudged.append(answer)
    after = replace(state, mornings=mornings, lit=lit, last=place(wellness, athlete.timezone))
    return after, tuple(findings), tuple(unjudged)


def _keep(mornings: tuple[Morning, ...], morning: Morning, pack: Pack) -> tuple[Morning, ...]:
    """One entry a day and source, the newest quarter of a year. Mornings come in order: the new one's place is near
    the end."""
    first = bisect_left(mornings, morning.day - pack.mornings.keep_d + 1, key=attrgetter("day"))
    here = bisect_left(mornings, morning[:2], key=_where)
    same = here < len(mornings) and _where(mornings[here]) == _where(morning)
    return (*mornings[first:here], morning, *mornings[here + same :])


def _where(morning: Morning) -> tuple[int, str]:
    return morning[:2]
