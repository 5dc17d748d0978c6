"""Honest evaluation: histories with the dates of injury or pain, replayed, and held against chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from twinge.backtest import Past, replay
from twinge.core.model import Athlete
from twinge.evaluate.ahead import Cut, Judge, prove
from twinge.evaluate.chance import Estimate, Tally, add, divide, estimate, tally
from twinge.evaluate.onsets import Onset, WrongOnsets, match, read_onsets
from twinge.evaluate.risk import BLANK, Watch, watch

WINDOWS = (7, 14)
"""Days before an onset in which a nudge counts as a warning."""
ANYBODY = Athlete("evaluate")


class Case(NamedTuple):
    """One athlete."""

    history: Past
    onsets: tuple[Onset, ...]


class Window(NamedTuple):
    """What was measured for one number of days."""

    within: int
    counts: Tally
    sensitivity: Estimate
    sensitivity_chance: Estimate
    lift: Estimate
    """Sensitivity over that of the random rule."""
    precision: Estimate
    precision_chance: Estimate
    precision_lift: Estimate


class Proof(NamedTuple):
    """The trials of one history for look-ahead."""

    name: str
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was measured, and how."""

    athletes: tuple[Watch, ...]
    rate: Estimate
    """Nudges an athlete-week at risk, pooled."""
    windows: tuple[Window, ...]
    proofs: tuple[Proof, ...]
    draws: int
    seed: int
    notes: tuple[str, ...] = ()
    """What was left out, in words."""

    @property
    def onsets(self) -> int:
        """Onsets judged."""
        return sum(len(athlete.onsets) for athlete in self.athletes)

    @property
    def leaks(self) -> list[tuple[str, Cut]]:
        """The cuts that changed an earlier decision; empty is the proof."""
        return [(proof.name, cut) for proof in self.proofs for cut in proof.cuts if cut.changed]


def evaluate(
    cases: Sequence[Case],
    judge: Judge | None = None,
    *,
    athlete: Athlete = ANYBODY,
    windows: Sequence[int] = WINDOWS,
    cuts: int = 20,
    draws: int = 2000,
    seed: int = 1,
    notes: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Replay each history through `judge` (the live one by default) and hold its nudges against the onsets.

    `cuts` is the number of look-ahead trials for each history, `draws` that of the bootstrap's samples of athletes; the
    same `seed` gives the same numbers. `notes` are handed on; `progress` hears of each history done.
    """
    judged = list(_watch_all(cases, judge or (lambda past: replay(past, athlete)), athlete, cuts, seed, progress))
    watches = [each for each, _ in judged]
    rates = [tally(each, 0) for each in watches]
    return Evaluation(
        athletes=tuple(watches),
        rate=estimate(rates, [divide("nudges", "weeks")], draws, seed)[0],
        windows=tuple(_window(watches, within, draws, seed) for within in sorted(set(windows))),
        proofs=tuple(proof for _, proof in judged),
        draws=draws,
        seed=seed,
        notes=(*notes, *_unread(cases), *(f"{each.name}: {note}" for each in watches for note in each.notes)),
    )


def _watch_all(
    cases: Sequence[Case],
    judge: Judge,
    athlete: Athlete,
    cuts: int,
    seed: int,
    progress: Callable[[int], None] | None,
) -> Iterator[tuple[Watch, Proof]]:
    rng = Random(seed)
    for history, onsets in cases:
        story = judge(history)
        proof = Proof(history.name, tuple(prove(history, story, judge, cuts, rng)))
        yield watch(history, story, onsets, athlete), proof
        if progress is not None:
            progress(1)


def _unread(cases: Sequence[Case]) -> Iterator[str]:
    for history, _ in cases:
        if count := len(history.problems):
            many = f"{count} problems were" if count > 1 else "a problem was"
            yield f"{history.name}: {many} met in reading; `twinge backtest` on the file lists them"


def _window(watches: Sequence[Watch], within: int, draws: int, seed: int) -> Window:
    tallies = [tally(each, within) for each in watches]
    shares = [
        divide("warned", "onsets"),
        divide("warned_chance", "onsets"),
        divide("warned", "warned_chance"),
        divide("followed", "nudges"),
        divide("followed_chance", "nudges"),
        divide("followed", "followed_chance"),
    ]
    return Window(within, add(tallies), *estimate(tallies, shares, draws, seed))


__all__ = [
    "BLANK",
    "Case",
    "Evaluation",
    "Judge",
    "Onset",
    "Window",
    "WrongOnsets",
    "evaluate",
    "match",
    "read_onsets",
]
