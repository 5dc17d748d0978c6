"""The doors of the pain machine: `hear`, `answer`, `ran`, `pass_time`, and `next_wake` for the timer.

Each door first lets time pass up to its own instant, doing at its own time whatever was due in between. So it makes no
difference how often, or whether, anybody looks in between: `pass_time(pass_time(p, t1), t2)` is `pass_time(p, t2)`, and
a history folded in one go and a service woken by timers end with the same value. What comes with an instant before the
last thing that happened is taken as of that thing; whoever holds the whole history folds it anew instead: see
`Pain.upto`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from twinge.core.pain import weekly
from twinge.core.pain.answers import take_answer
from twinge.core.pain.back import wake_return
from twinge.core.pain.catalogue import STEPS
from twinge.core.pain.given import Run, Setting, Told
from twinge.core.pain.hear import take_report
from twinge.core.pain.hold import wake_hold, wake_urgent
from twinge.core.pain.move import close
from twinge.core.pain.questions import is_open
from twinge.core.pain.runs import take_run
from twinge.core.pain.say import Say
from twinge.core.pain.settle import graver, wake_settling
from twinge.core.pain.silence import fire, wake_sleeper
from twinge.core.pain.triage import wake_sore, wake_triage
from twinge.core.pain.turn import HEARD_KEPT, Turn
from twinge.core.pain.value import (
    CLOSED,
    MONITOR,
    RANK,
    REFER,
    REST24,
    REST72,
    RETURN,
    SETTLING,
    SORE,
    TRIAGE,
    URGENT,
    Asked,
    Episode,
    Later,
    Pain,
)

Outcome = tuple[Pain, tuple[Say, ...]]
"""What a door gives back: the new state, and what is to be said, in order."""

STANDARD: Final = Setting()


def hear(pain: Pain, told: Told, setting: Setting = STANDARD) -> Outcome:
    """Something the athlete told, answers to questions included. The same key twice has one effect."""

    def work(turn: Turn) -> None:
        for number, digits in told.answers:
            take_answer(turn, number, digits)
        take_report(turn, told)

    return _door(pain, told.at, setting, told.key, work)


def answer(pain: Pain, question: int, digits: str, at: int, setting: Setting = STANDARD) -> Outcome:
    """Digits in answer to a question by its id; 0: to whichever open question they fit, or a question back."""
    return _door(pain, at, setting, "", lambda turn: take_answer(turn, question, digits))


def ran(pain: Pain, run: Run, setting: Setting = STANDARD) -> Outcome:
    """An activity, as of its end. The same key twice has one effect."""
    return _door(pain, run.end, setting, run.key, lambda turn: take_run(turn, run))


def pass_time(pain: Pain, until: int, setting: Setting = STANDARD) -> Outcome:
    """Everything that was to happen by itself up to `until`, each at its own instant."""
    turn = Turn(pain, until, setting)
    _advance(turn, until)
    return turn.pain, tuple(turn.says)


def next_wake(pain: Pain) -> int | None:
    """When time will next do something; None: never, unless something is told or run."""
    first = _first(pain)
    return None if first is None else first.due


def _door(pain: Pain, at: int, setting: Setting, key: str, work: Callable[[Turn], None]) -> Outcome:
    """Let time pass, then do the work, unless that key has been heard."""
    turn = Turn(pain, at, setting)
    _advance(turn, at)
    before = turn.pain
    turn.at = max(at, before.upto or at)
    if not key or key not in before.heard:
        work(turn)
    if turn.pain != before:
        heard = (*before.heard, key)[-HEARD_KEPT:] if key else before.heard
        turn.pain = replace(turn.pain, heard=heard, upto=turn.at)
    return turn.pain, tuple(turn.says)


class Due(NamedTuple):
    """One thing that time will do. The order of the fields is the order of things that fall together."""

    due: int
    turn: int
    rank: int
    id: int
    what: Later | Asked | Episode | None
    """None: the weekly check."""


def _first(pain: Pain) -> Due | None:
    """The next thing to happen: questions, episodes (the gravest first), what waits for room, the weekly check. A look
    that falls together with a word that waited for room takes its place."""
    things = [Due(q.due, 0, 0, q.id, q) for q in pain.asked if q.due is not None and is_open(q)]
    things += [Due(e.check, 1, -RANK[e.state], e.id, e) for e in pain.episodes if e.check is not None]
    things += [Due(one.due, 2, 0, one.episode, one) for one in pain.later]
    if pain.weekly.due is not None:
        things.append(Due(pain.weekly.due, 3, 0, 0, None))
    return min(things, key=lambda thing: thing[:4], default=None)


def _advance(turn: Turn, until: int) -> None:
    weekly.plan(turn)
    while (thing := _first(turn.pain)) is not None and thing.due <= until:
        turn.at = max(thing.due, turn.pain.upto or thing.due)
        _happen(turn, thing)
        turn.pain = replace(turn.pain, upto=turn.at)
    turn.at = until


def _happen(turn: Turn, thing: Due) -> None:
    match thing.what:
        case Later() as later:
            _speak(turn, later)
        case Asked() as asked:
            fire(turn, asked)
        case Episode() as episode:
            (wake_sleeper if episode.asleep is not None else WAKE[episode.state])(turn, episode)
        case None:
            weekly.wake(turn)


def _speak(turn: Turn, later: Later) -> None:
    """What waited for room; where something that does not wait took it meanwhile, it waits on. A step that another
    hold has overtaken is not said any more."""
    episode = turn.episode(later.episode)
    if later.kind in STEPS and episode is not None and graver(turn, episode):
        turn.hush(later.episode)
    elif turn.room() > turn.at:
        moved = tuple(one._replace(due=turn.room()) if one is later else one for one in turn.pain.later)
        turn.pain = replace(turn.pain, later=moved)
    else:
        turn.hush(later.episode)
        turn.speak(later)


WAKE: Final[Mapping[str, Callable[[Turn, Episode], None]]] = {
    TRIAGE: wake_triage,
    SORE: wake_sore,
    REST24: wake_hold,
    REST72: wake_hold,
    REFER: wake_hold,
    URGENT: wake_urgent,
    SETTLING: wake_settling,
    RETURN: wake_return,
    MONITOR: close,
    CLOSED: Turn.drop,
}
"""State → what happens when its check is due."""

__all__ = ["answer", "hear", "next_wake", "pass_time", "ran"]
