"""The one door into the core: live service, morning, replay and backtest all come in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from twinge.core.fold import Outcome, fold, step
from twinge.core.model import Activity, Athlete, Finding, Held, Nudge, Unjudged
from twinge.core.pack import STANDARD, Pack
from twinge.core.policy import Ear, decide
from twinge.core.state import State, begin, in_order


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one event led to."""

    state: State
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]
    nudges: tuple[Nudge, ...]
    held: tuple[Held, ...]


def judge(
    athlete: Athlete, state: State, activity: Activity, ear: Ear, now: datetime, pack: Pack = STANDARD
) -> Verdict:
    """One step: `activity` is newer than everything in `state` (see `in_order`)."""
    return _speak(athlete, step(state, activity, athlete, pack), activity.key, ear, now, pack)


def rejudge(
    athlete: Athlete,
    history: Sequence[Activity],
    arrived: str | None,
    ear: Ear,
    now: datetime,
    pack: Pack = STANDARD,
    *,
    since: datetime | None = None,
    runs: int = 0,
) -> Verdict:
    """Fold `history` anew because something in it came late, was edited or went away; only `arrived` may speak.

    `since` and `runs` stand for older history that is not folded again. The findings are those of the whole history
    given.
    """
    start = begin(None if since is None else int(since.timestamp()), runs)
    return _speak(athlete, fold(athlete, history, pack, start=start), arrived, ear, now, pack)


def _speak(athlete: Athlete, outcome: Outcome, arrived: str | None, ear: Ear, now: datetime, pack: Pack) -> Verdict:
    news = [finding for finding in outcome.findings if finding.activity == arrived]
    decision = decide(athlete, news, ear, now, pack)
    return Verdict(outcome.state, outcome.findings, outcome.unjudged, decision.nudges, decision.held)


__all__ = ["Ear", "State", "Verdict", "begin", "in_order", "judge", "rejudge"]
