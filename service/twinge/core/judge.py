"""The one door into the core: live service, morning, replay and backtest all come in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from twinge.core.bounds import own_pack
from twinge.core.fold import Outcome, fits, fold, step, wait
from twinge.core.model import Athlete, Finding, Held, Nudge, Unjudged
from twinge.core.pack import STANDARD, Pack
from twinge.core.pain import Say, standing
from twinge.core.policy import Decision, Ear, decide
from twinge.core.relay import ask_effort, relay
from twinge.core.state import Event, State, begin


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one event led to."""

    state: State
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]
    nudges: tuple[Nudge, ...]
    held: tuple[Held, ...]
    same: Mapping[str, str]
    """Key of a record that is counted in another's → that one's key."""


def judge(athlete: Athlete, state: State, event: Event, ear: Ear, now: datetime, pack: Pack = STANDARD) -> Verdict:
    """One step: `event` is newer than everything in `state` (see `fits`)."""
    return speak(athlete, step(state, event, athlete, pack), [event.key], ear, now, pack)


class Earlier(Protocol):
    """What lies before a history that is folded again, and is not folded with it."""

    @property
    def since(self) -> datetime:
        """Start of the first activity of all."""

    @property
    def runs(self) -> int:
        """Runs among what is left out."""


def tick(athlete: Athlete, state: State, ear: Ear, now: datetime, pack: Pack = STANDARD) -> Verdict:
    """Nothing came in, but time has passed: timers of the pain story, the weekly check."""
    return speak(athlete, wait(state, now, athlete, pack), [], ear, now, pack)


def refold(
    athlete: Athlete,
    history: Sequence[Event],
    pack: Pack = STANDARD,
    before: Earlier | None = None,
    until: datetime | None = None,
) -> Outcome:
    """Fold `history` anew because something in it came late, was edited or went away, and let time pass `until`.

    The findings are those of the whole history given.
    """
    start = begin() if before is None else begin(int(before.since.timestamp()), before.runs)
    return fold(athlete, history, pack, start=start, until=until)


def speak(
    athlete: Athlete, outcome: Outcome, arrived: Sequence[str], ear: Ear, now: datetime, pack: Pack = STANDARD
) -> Verdict:
    """Decide about each event that arrived, in order: what is said about one counts for the next.

    What the pain story says goes out by itself, named for ever by episode, instant and kind: said before, it is not
    said again by whoever keeps the names.
    """
    nudges: list[Nudge] = []
    held: list[Held] = []
    if outcome.says:
        story = relay(athlete, [say for say in outcome.says if _recent(say, now)], outcome.heard, ear, now)
        nudges, held = list(story.nudges), list(story.held)
    pack = own_pack(athlete, pack)
    for key in dict.fromkeys(outcome.same.get(key, key) for key in arrived):
        decision = _decide(athlete, outcome, key, ear, now, pack)
        nudges += decision.nudges
        held += decision.held
        if decision.nudges:
            ear = replace(ear, said=(*ear.said, *map(ear.heard, decision.nudges)))
    return Verdict(outcome.state, outcome.findings, outcome.unjudged, tuple(nudges), tuple(held), outcome.same)


def _decide(athlete: Athlete, outcome: Outcome, key: str, ear: Ear, now: datetime, pack: Pack) -> Decision:
    """What is said and not said about one event, the question how hard it was included."""
    asked = [ask_effort(athlete, one, ear, now, pack) for one in outcome.unrated if one.key == key]
    asking = tuple(nudge for nudge in asked if nudge is not None)
    news = [finding for finding in outcome.findings if finding.activity == key]
    if not news:
        return Decision(asking, ())
    others = frozenset(other for other, whole in outcome.same.items() if whole == key)
    decision = decide(athlete, news, replace(ear, hurts=standing(outcome.state.pain)), now, pack, others)
    return Decision((*decision.nudges, *asking), decision.held)


RECENT = timedelta(days=4)
"""What the pain story said longer ago has been dealt with, one way or another: a refold tells all of it again."""


def _recent(say: Say, now: datetime) -> bool:
    return now.timestamp() - say.at <= RECENT.total_seconds()


__all__ = ["Ear", "State", "Verdict", "begin", "fits", "judge", "refold", "speak", "tick"]
