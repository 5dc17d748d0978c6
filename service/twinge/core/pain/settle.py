"""SETTLING: days without pain, a brisk walk, and somebody's clearance where it is wanted."""

from __future__ import annotations

from twinge.core.pain.given import Told
from twinge.core.pain.move import put_question, relapse, settled_at, to_stage
from twinge.core.pain.triage import escalate
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import HOLDS, REFER, Episode, governing


def graver(turn: Turn, episode: Episode) -> bool:
    """Whether another episode's hold governs, so that this one has nothing to ask or offer."""
    first = governing(turn.pain)
    return first is not None and first.id != episode.id and first.state in HOLDS


def hear_settling(turn: Turn, episode: Episode, told: Told, kind: str, before: Episode) -> None:
    """Pain goes back to the hold before; a painless walk opens the gate."""
    if escalate(turn, episode, before):
        return
    if told.pain:
        urgency = episode.urgency or ("routine" if episode.previous == REFER else "")
        relapse(turn, episode._replace(urgency=urgency), episode.previous, "pain_back", "P03")
    elif kind == "walk" or told.walked_30min_ok:
        gate(turn, episode)
    elif episode.cleared and not before.cleared:
        cleared(turn, episode)


def gate(turn: Turn, episode: Episode) -> None:
    """Into the staged return: the days are over, the walk was painless, and nobody's word is missing."""
    due = settled_at(episode, turn.limits)
    if turn.at < due:
        turn.put(episode._replace(check=due))
    elif episode.strict and not episode.cleared:
        put_question(turn, episode, "ask_clearance", "clearance")
    else:
        to_stage(turn, episode, 0, "stage_next")


def cleared(turn: Turn, episode: Episode) -> None:
    """Somebody said that running may begin: the walk is what is left, as soon as the days are over."""
    due = settled_at(episode, turn.limits)
    if turn.at < due:
        turn.put(episode._replace(check=due))
    else:
        wake_settling(turn, episode)


def not_cleared(turn: Turn, episode: Episode) -> None:
    """Not yet: asked again in a week."""
    turn.put(episode._replace(check=turn.ahead(days=turn.limits.unclear_d)))


def wake_settling(turn: Turn, episode: Episode) -> None:
    """The days are over: the clearance first, then the walk."""
    if graver(turn, episode):
        turn.put(episode._replace(check=turn.ahead(days=turn.limits.unclear_d)))
    elif episode.strict and not episode.cleared:
        put_question(turn, episode, "ask_clearance", "clearance")
    else:
        put_question(turn, episode, "ask_walk", "walk")
