"""Digits, taken to the question they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from twinge.core.model import Severity
from twinge.core.pain import weekly
from twinge.core.pain.given import Told
from twinge.core.pain.hear import begin, take
from twinge.core.pain.hold import leave_urgent
from twinge.core.pain.limits import DAY
from twinge.core.pain.move import to_refer
from twinge.core.pain.place import open_new, same_place
from twinge.core.pain.questions import FORMS, SCORES, fits, is_open, matching
from twinge.core.pain.settle import cleared, not_cleared
from twinge.core.pain.signs import SITE_MENU
from twinge.core.pain.triage import escalate, hear_triage
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import MONITOR, OPEN, RESTS, SETTLING, TRIAGE, URGENT, Asked, Episode

MATCH_D: Final = 28
"""Days after which bare digits are no answer to a lapsed question any more. Ours."""


def take_answer(turn: Turn, number: int, digits: str) -> None:
    """By id to that question; without, to the one open question that the digits fit. The same answer twice is one."""
    asked = next((q for q in turn.pain.asked if q.id == number), None) if number else _matched(turn, digits)
    if asked is None or asked.digits == digits or not fits(asked, digits):
        return
    kind = asked.kind if is_open(asked) else ""
    turn.change(asked._replace(due=None, digits=digits))
    episode = turn.episode(asked.episode)
    if asked.kind in SCORES:
        onset = {"feel": "during", "run": "after"}.get(asked.kind)
        take(turn, episode, Told(at=turn.at, pain=int(digits), onset=onset), kind)
    elif asked.episode == 0:
        OF_NONE[asked.kind](turn, asked, digits)
    elif episode is not None and episode.state in OPEN - {MONITOR}:
        OF_EPISODE[asked.kind](turn, episode, digits)
    elif asked.kind == "confirm" and digits == "2":
        begin(turn, Told(at=turn.at, alarm=True))


def _matched(turn: Turn, digits: str) -> Asked | None:
    """The question that bare digits answer; where several fit, or only what has lapsed, the athlete is asked."""
    found = matching(turn.pain, digits)
    if len(found) == 1:
        return found[0]
    options = tuple(asked.id for asked in found or _lapsed(turn, digits))
    if options:
        turn.pain = replace(turn.pain, unsure=Told(at=turn.at, answers=((0, digits),)))
        turn.say("which_question", ask="which_question", options=options[-9:])
    return None


def _lapsed(turn: Turn, digits: str) -> list[Asked]:
    """The last question of each episode, where it has lapsed without an answer and the digits fit."""
    edge = turn.at - MATCH_D * DAY
    newest = {q.episode: q for q in turn.pain.asked if q.episode}
    return [q for q in newest.values() if q.digits is None and q.at >= edge and fits(q, digits)]


def _items(turn: Turn, episode: Episode, digits: str, menu: tuple[str, ...]) -> None:
    """Signs chosen from a menu: those not chosen are denied, unless they were told in words before."""
    chosen = {menu[int(digit) - 1] for digit in digits}
    signs: dict[str, Any] = {sign: sign in chosen for sign in menu[1:] if sign in chosen or sign not in episode.signs}
    take(turn, episode, Told(at=turn.at, **signs))


def _signs(turn: Turn, episode: Episode, digits: str) -> None:
    _items(turn, turn.put(episode._replace(known=True)), digits, FORMS["signs"].choices)


def _bone(turn: Turn, episode: Episode, digits: str) -> None:
    answered = turn.put(episode._replace(asked=tuple(sorted([*episode.asked, "bone"]))))
    _items(turn, answered, digits, FORMS["bone"].choices)


def _site(turn: Turn, episode: Episode, digits: str) -> None:
    take(turn, episode, Told(at=turn.at, site=SITE_MENU[int(digits) - 1]))


def _same(turn: Turn, episode: Episode, digits: str) -> None:
    same_place(turn, episode, same=digits == "2")


def _confirm(turn: Turn, episode: Episode, digits: str) -> None:
    """Yes makes signs of what was found; no goes on where it was, and where no pain was told, nothing is left."""
    found = episode.unconfirmed
    episode = turn.put(episode._replace(unconfirmed=()))
    if digits == "2":
        signs: dict[str, Any] = dict.fromkeys(found or ("alarm",), True)
        take(turn, episode, Told(at=turn.at, **signs))
    elif episode.state in RESTS:
        escalate(turn, episode, episode._replace(signs=()))
    elif episode.state == TRIAGE and episode.score is None and not (episode.site or episode.signs):
        turn.drop(episode)
    elif episode.state == TRIAGE:
        hear_triage(turn, episode)


def _clearance(turn: Turn, episode: Episode, digits: str) -> None:
    if episode.state != SETTLING:
        return
    if digits == "2":
        noted = turn.note(episode, "care", "cleared")
        cleared(turn, turn.put(noted._replace(cleared=True)))
    else:
        not_cleared(turn, episode)


def _seen(turn: Turn, episode: Episode, digits: str) -> None:
    """Not yet: said again, for it was just asked for. In care: asked again in a week."""
    if episode.state != URGENT:
        return
    if digits == "1":
        turn.say("urgent", turn.put(episode._replace(check=turn.ahead(hours=turn.limits.urgent_h))), episode.rule)
    elif digits == "2":
        check = episode.check or turn.ahead(hours=turn.limits.urgent_h)
        leave_urgent(turn, turn.put(turn.note(episode, "care", "seen")._replace(check=check)))
    else:
        noted = turn.note(episode, "care", "seen, in care")
        turn.put(noted._replace(check=turn.ahead(days=turn.limits.unclear_d)))


def _which_place(turn: Turn, asked: Asked, digits: str) -> None:
    told, choice = turn.pain.unsure, asked.options[int(digits) - 1]
    turn.pain = replace(turn.pain, unsure=None)
    if told is None:
        return
    if choice:
        take(turn, turn.episode(choice), replace(told, site=None, side=None))
    else:
        begin(turn, told)


def _which_question(turn: Turn, asked: Asked, digits: str) -> None:
    told, choice = turn.pain.unsure, asked.options[int(digits) - 1]
    turn.pain = replace(turn.pain, unsure=None)
    if told is not None and told.answers:
        take_answer(turn, choice, told.answers[0][1])


def _weekly(turn: Turn, asked: Asked, digits: str) -> None:
    """A week that cost a good deal opens an episode; so does one that wants a doctor."""
    loud = weekly.answered(turn, asked.at, digits)
    if loud is Severity.INFO:
        turn.say("weekly_info")
    elif loud is not None:
        episode = open_new(turn, Told(at=turn.at, hurts=True))
        if loud is Severity.SEE_DOCTOR:
            to_refer(turn, episode, "routine", "P08")
        else:
            asking = turn.put(episode._replace(check=turn.ahead(hours=turn.limits.assume_h)))
            turn.say("weekly_rest" if loud is Severity.REST else "weekly_slow", asking, ask="score")


OF_NONE: Final[Mapping[str, Callable[[Turn, Asked, str], None]]] = {
    "which_place": _which_place,
    "which_question": _which_question,
    "weekly": _weekly,
}
OF_EPISODE: Final[Mapping[str, Callable[[Turn, Episode, str], None]]] = {
    "signs": _signs,
    "bone": _bone,
    "site": _site,
    "same": _same,
    "confirm": _confirm,
    "clearance": _clearance,
    "seen": _seen,
}
