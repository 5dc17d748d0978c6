"""A report, taken to the episode it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twinge.core.pain.back import hear_return
from twinge.core.pain.given import Told
from twinge.core.pain.hold import hear_hold, hear_urgent
from twinge.core.pain.limits import DAY
from twinge.core.pain.move import planned, to_refer, to_sore
from twinge.core.pain.place import facts_of, harmless, name, open_new, opens, places, returned, rival
from twinge.core.pain.questions import FORMS, LADDER
from twinge.core.pain.settle import hear_settling
from twinge.core.pain.signs import CONFIRMABLE, RED, side_of, site_of, sore, yes
from twinge.core.pain.triage import absorb, hear_sore, hear_triage, judged
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import (
    CLOSED,
    MONITOR,
    OPEN,
    REFER,
    REST24,
    REST72,
    RESTS,
    RETURN,
    SETTLING,
    SORE,
    TRIAGE,
    URGENT,
    Episode,
    severity_of,
)

ASKED_BY_SCORE = frozenset({"score", "check", "feel", "return", "sore"})
"""Questions that any number answers; `walk` and `run` ask for one number in particular."""


def take_report(turn: Turn, told: Told) -> None:
    """To the one episode it is about, to a new one, or to nobody until the athlete says which."""
    if not _content(told) or harmless(told):
        return
    found = places(turn, told) if told.episode is None else (told.episode,)
    if len(found) == 1:
        take(turn, turn.episode(found[0]), told)
    elif not found:
        begin(turn, told)
    elif yes(told) & RED or told.unconfirmed:
        gravest = max((e for e in turn.pain.episodes if e.id in found), key=severity_of)
        take(turn, gravest, replace(told, site=None, side=None))
    elif told == Told(told.key, told.at, seeing_someone=True, answers=told.answers):
        for number in found:
            take(turn, turn.episode(number), told)
    else:
        _which(turn, told, found)


def _content(told: Told) -> bool:
    """Whether it says anything beside answers."""
    return replace(told, key="", at=0, answers=()) != Told()


def _living(turn: Turn, number: int) -> Episode:
    return next(e for e in turn.pain.episodes if e.id == number)


def _which(turn: Turn, told: Told, found: tuple[int, ...]) -> None:
    """Several places fit: ask, and keep what was told until then."""
    turn.pain = replace(turn.pain, unsure=replace(told, answers=()))
    turn.say("which_place", ask="which_place", options=found[:9])


def begin(turn: Turn, told: Told) -> None:
    """A new episode, if it is pain that counts and none of that place is open."""
    if not opens(told):
        return
    there = rival(turn, None, site_of(told.site), side_of(told.side))
    if there is not None:
        take(turn, there, told)
        return
    episode = open_new(turn, told)
    if sore(told, turn.pain.hard, turn.limits):
        to_sore(turn, absorb(turn, episode, told))
    else:
        take(turn, episode, told)


def take(turn: Turn, episode: Episode | None, told: Told, kind: str = "") -> None:
    """What was told, taken into one episode; `kind` is the question it answers, if one was open. Of an episode that is
    over it opens a new one, if it is pain."""
    if episode is None or episode.state in {MONITOR, CLOSED}:
        site, side = ("", "") if episode is None else (episode.site, episode.side)
        begin(turn, replace(told, site=told.site or site or None, side=told.side or side or None))
        return
    placed = _named(turn, episode, told)
    if placed is None:
        return
    named_before = bool(episode.again)
    before = placed if placed.asleep is None else placed._replace(asleep=None, woken=False, check=None)
    episode = _cared_for(turn, absorb(turn, before, told), told)
    if told.pain is not None:
        _close_answered(turn, episode)
    episode = _unconfirmed(turn, turn.put(episode), told)
    if (told.missed or 0) >= turn.limits.missed and _missed_counts(turn, episode):
        to_refer(turn, episode, "routine", "P04")
    elif not told.unconfirmed or episode.state not in RESTS or judged(turn, episode).state == URGENT:
        _to_state(turn, episode, told, kind, before)
    if placed.again and not named_before:
        returned(turn, _living(turn, placed.id))
    _keep_going(turn, episode.id)


def _to_state(turn: Turn, episode: Episode, told: Told, kind: str, before: Episode) -> None:
    if episode.state == TRIAGE:
        hear_triage(turn, episode)
    elif episode.state == SORE:
        hear_sore(turn, episode, told, kind)
    elif episode.state in RESTS:
        hear_hold(turn, episode, told, before)
    elif episode.state == URGENT:
        hear_urgent(turn, episode, told)
    elif episode.state == SETTLING:
        hear_settling(turn, episode, told, kind, before)
    elif episode.state == RETURN:
        hear_return(turn, episode, told, kind, before)


def _named(turn: Turn, episode: Episode, told: Told) -> Episode | None:
    """The episode with its site, if this names it; None when it turned out to be one that was open already."""
    site, side = site_of(told.site), side_of(told.side)
    other = None if episode.site else rival(turn, episode, site, episode.side or side) if site else None
    named = name(turn, episode, site, side)
    if named is None and other is not None:
        carried: dict[str, Any] = facts_of(episode)
        take(turn, other, replace(told, **{k: v for k, v in carried.items() if getattr(told, k) is None}))
    return named


def _missed_counts(turn: Turn, episode: Episode) -> bool:
    """P04: three planned sessions left out for pain, in a hold that has not led to a doctor yet."""
    return episode.state in {TRIAGE, REST24, REST72} and judged(turn, episode).state not in {REFER, URGENT}


def _cared_for(turn: Turn, episode: Episode, told: Told) -> Episode:
    """Who looks after it: being seen mutes the doctor for four weeks, a clinician's word clears. A coach's is noted."""
    if told.seeing_someone is True:
        turn.hush(episode.id)
        episode = turn.note(episode, "care", "seeing_someone")
        episode = episode._replace(seeing=turn.at + turn.limits.seeing_d * DAY)
    if told.cleared_by:
        episode = turn.note(episode, "care", f"cleared_by {told.cleared_by}"[:40])
        episode = episode._replace(cleared=episode.cleared or told.cleared_by != "coach")
    return episode


def _close_answered(turn: Turn, episode: Episode) -> None:
    asked = turn.open_question(episode)
    if asked is not None and asked.kind in ASKED_BY_SCORE:
        turn.change(asked._replace(due=None, digits=str(episode.score)))


def _unconfirmed(turn: Turn, episode: Episode, told: Told) -> Episode:
    """Emergency signs found in free text: one tap confirms them."""
    found = tuple(sorted(set(told.unconfirmed) & CONFIRMABLE - set(episode.signs)))
    if not found or URGENT in {judged(turn, episode).state, episode.state}:
        return episode
    episode = turn.put(episode._replace(unconfirmed=found))
    turn.say("urgent_ask", episode, ask="confirm")
    return _living(turn, episode.id)


def _keep_going(turn: Turn, number: int) -> None:
    """No episode is left without a next look."""
    episode = turn.episode(number)
    if episode is None or episode.check is not None or episode.state not in OPEN:
        return
    asked = turn.open_question(episode)
    if asked is None or FORMS[asked.kind].patience != LADDER:
        turn.put(episode._replace(check=planned(turn, episode)))
