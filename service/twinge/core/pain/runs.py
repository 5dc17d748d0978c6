"""What an activity does to open episodes: P09 in a hold, RR01 and RR02 in a return, one question to a sleeper.

Sport that is no running is never spoken of: swimming, cycling and walking were allowed in the resting arm of the
tendon trial (Silbernagel 2007), as long as they do not hurt.
"""

from __future__ import annotations

from dataclasses import replace

from twinge.core.pain.back import ran_stage, walked
from twinge.core.pain.given import Run
from twinge.core.pain.limits import DAY, HOUR
from twinge.core.pain.questions import SCORES
from twinge.core.pain.silence import ask_sleeper, slept
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import HOLDS, OPEN, RETURN, Episode, governing, severity_of

HARD_KEPT = 4
WALKS = frozenset({"walk", "hike"})


def take_run(turn: Turn, run: Run) -> None:
    """One activity, at its end."""
    if run.sores(turn.limits.climb_m_km):
        turn.pain = replace(turn.pain, hard=tuple(sorted({*turn.pain.hard, run.end}))[-HARD_KEPT:])
    if run.running:
        _ran(turn, run)
    elif run.sport in WALKS:
        for episode in _returning(turn):
            walked(turn, episode, run)


def _ran(turn: Turn, run: Run) -> None:
    for episode in turn.pain.episodes:
        if episode.state in OPEN:
            turn.put(turn.note(episode, "run", run.sport, run.run_s if run.run_s is not None else run.end - run.start))
    sleepers = slept(turn)
    first = governing(turn.pain)
    if sleepers:
        _wake(turn, sleepers)
    elif first is not None and first.asleep is None and first.state in HOLDS:
        _ran_in_hold(turn, first, run)
    else:
        for episode in _returning(turn):
            ran_stage(turn, episode, run)


def _returning(turn: Turn) -> list[Episode]:
    """The episodes whose stages move with this activity: none while another one holds, or on a clinician's plan."""
    first = governing(turn.pain)
    if turn.setting.own_plan or first is None or first.state != RETURN or first.asleep is not None:
        return []
    return [e for e in turn.pain.episodes if e.state == RETURN and e.asleep is None]


def _wake(turn: Turn, sleepers: list[Episode]) -> None:
    """One question about the gravest of the sleepers; none of them asks again until it has been answered."""
    for episode in sleepers:
        turn.put(episode._replace(woken=True))
    ask_sleeper(turn, max(sleepers, key=severity_of)._replace(woken=True), "ask_dormant")


def _ran_in_hold(turn: Turn, episode: Episode, run: Run) -> None:
    """P09: a neutral question, then one reminder, then silence for the rest of two weeks; in an episode that wants a
    clearance the reminders go on. A number that is waited for already is the same question, and while a doctor's word
    is waited for the reminder comes first. The freedom to run on is the athlete's."""
    limits, at = turn.limits, turn.at
    if run.start < episode.held_from:
        return
    warned = tuple(past for past in episode.warned if at - past < limits.ran_window_d * DAY)
    if warned and at - warned[-1] < limits.ran_again_h * HOUR:
        return
    if len(warned) >= 2 and not episode.strict:
        return
    episode = turn.put(episode._replace(warned=(*warned, at)))
    asked = turn.open_question(episode)
    if warned or (asked is not None and asked.kind in {"seen", "clearance"}):
        turn.say("run_in_hold", episode)
    elif asked is None or asked.kind not in SCORES:
        turn.say("run_in_hold_ask", episode, ask="feel")
    elif turn.room() == turn.at:
        turn.utter("run_in_hold_ask", "P09", episode.id, asked, again=True)
