"""REST24, REST72, REFER and URGENT: judging a number by the hours since the onset (P03, P04, P05, P06)."""

from __future__ import annotations

from typing import NamedTuple

from twinge.core.pain.given import Told
from twinge.core.pain.limits import DAY, HOUR, Limits
from twinge.core.pain.move import RAISED, next_check, put_question, to_refer, to_rest, to_settling, to_stage
from twinge.core.pain.signs import RED, nerve, yes
from twinge.core.pain.triage import escalate
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import REFER, REST24, REST72, SETTLING, Episode


class Outcome(NamedTuple):
    """Where a hold leads at a look."""

    state: str
    urgency: str
    rule: str


def painless(episode: Episode) -> bool:
    """No pain walking, sitting or on stairs, no limp, no nerve sign."""
    return episode.score == 0 and episode.daily is not True and "limp" not in episode.signs and not nerve(episode)


def easing(episode: Episode, limits: Limits) -> bool:
    """The guard at 72 h: low, or clearly down in a hold that began neither high nor with a limp."""
    if episode.score is None or episode.score <= limits.low:
        return True
    first = limits.assumed if episode.first is None else episode.first
    return first - episode.score >= limits.easing and first <= limits.high and not episode.limped


def outcome(episode: Episode, at: int, limits: Limits) -> Outcome:
    """P03 and P04 by age: the first row that fits."""
    hours = (at - episode.onset) // HOUR
    third = hours >= limits.second_h
    rows = (
        (painless(episode), SETTLING, "", "P03"),
        (third and nerve(episode), REFER, "soon", "P05"),
        (hours >= 24 * limits.review_d, REFER, "review", "P04"),
        (hours >= 24 * limits.prompt_d, REFER, "prompt", "P04"),
        (hours >= 24 * limits.week_d and episode.daily is not False, REFER, "routine", "P04"),
        (third and not easing(episode, limits), REFER, "routine", "P04"),
        (True, REST72, "", "P03"),
    )
    return next(Outcome(state, urgency, rule) for fits, state, urgency, rule in rows if fits)


def judge(turn: Turn, episode: Episode) -> None:
    """The look itself, with the number it needs."""
    found = outcome(episode, turn.at, turn.limits)
    if found.state == SETTLING:
        to_settling(turn, episode)
    elif found.state == REFER and (episode.state != REFER or RAISED[found.urgency] > RAISED[episode.urgency]):
        to_refer(turn, episode, found.urgency, found.rule)
    elif episode.state == REST24:
        to_rest(turn, episode, REST72, found.rule)
    else:
        stays = turn.put(episode._replace(check=next_check(episode, turn.at, turn.limits)))
        turn.say("refer_on" if episode.state == REFER else "rest_on", stays, episode.rule)


def hear_hold(turn: Turn, episode: Episode, told: Told, before: Episode) -> None:
    """A number when a look is due is judged; a 0 in daily life settles REST72 and REFER at any time.

    Somebody's clearance opens the staged return, whatever our timers say.
    """
    if escalate(turn, episode, before):
        return
    if episode.cleared and not before.cleared:
        to_stage(turn, episode, 0, "stage_next")
        return
    if told.pain is None:
        return
    if episode.check is None or turn.at >= episode.check:
        judge(turn, episode)
    elif painless(episode) and episode.state != REST24 and told.onset != "during":
        to_settling(turn, episode)


def wake_hold(turn: Turn, episode: Episode) -> None:
    """A look is due: a fresh number will do, else one is asked for."""
    scored = episode.scored
    if scored is not None and scored > episode.held_from and turn.at - scored <= turn.limits.fresh_h * HOUR:
        judge(turn, episode)
    else:
        ask_check(turn, episode)


def ask_check(turn: Turn, episode: Episode) -> None:
    """Ask for the number of daily life."""
    put_question(turn, episode, check_kind(episode, turn.at), "check")


def check_kind(episode: Episode, at: int) -> str:
    """Which of the three checks fits the hours since the onset."""
    age = at - episode.onset
    return "ask_24h" if age <= 2 * DAY else "ask_72h" if age <= 4 * DAY else "ask_day"


def hear_urgent(turn: Turn, episode: Episode, told: Told) -> None:
    """An emergency sign told again is answered again; nothing else moves an URGENT but `leave_urgent`."""
    if yes(told) & RED:
        turn.say("urgent", episode, episode.rule)
    elif told.cleared_by and told.cleared_by != "coach":
        leave_urgent(turn, episode)


def leave_urgent(turn: Turn, episode: Episode) -> None:
    """Seen, and allowed to move on: not within the first day, and never by itself."""
    if turn.at - episode.since < turn.limits.urgent_h * HOUR:
        return
    calm = tuple(sign for sign in episode.signs if sign not in RED | {"fall", "fever"})
    seen = episode._replace(signs=calm, seeing=turn.ahead(days=turn.limits.seeing_d))
    if painless(seen):
        to_settling(turn, seen)
    else:
        to_refer(turn, seen, "routine", episode.rule)


def wake_urgent(turn: Turn, episode: Episode) -> None:
    """A day later: has somebody been seen?"""
    put_question(turn, episode, "ask_seen", "seen")
