"""What silence does: a question is said again, then lapses; an episode that nobody answers for falls asleep (DORMANT).

Replies to text messages come fast or not at all (47 per cent within five minutes, Ekegren 2014), so more repeats would
only be a burden.
"""

from __future__ import annotations

from twinge.core.pain.catalogue import KINDS
from twinge.core.pain.hold import check_kind
from twinge.core.pain.limits import DAY, HOUR
from twinge.core.pain.move import close, next_check
from twinge.core.pain.questions import FORMS, LADDER, TWICE
from twinge.core.pain.settle import graver
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import OPEN, REFER, RESTS, URGENT, Asked, Episode

RUNNING = frozenset({"walk", "run", "return"})
"""Questions of a way back: while another place is held they wait."""


def fire(turn: Turn, asked: Asked) -> None:
    """The time of an open question has come: again, or no more."""
    patience = FORMS[asked.kind].patience
    most = {LADDER: turn.limits.most_asked, TWICE: 2}.get(patience, 1)
    episode = turn.episode(asked.episode)
    if asked.kind in RUNNING and episode is not None and graver(turn, episode):
        turn.change(asked._replace(due=turn.ahead(days=turn.limits.unclear_d)))
    elif asked.times >= most:
        lapse(turn, asked)
    elif turn.room() > turn.at:
        turn.change(asked._replace(due=turn.room()))
    else:
        _again(turn, asked)


def _again(turn: Turn, asked: Asked) -> None:
    episode = turn.episode(asked.episode)
    times = asked.times + 1
    again = asked._replace(times=times, due=_next(turn, asked, episode, times))
    turn.change(again)
    kind = check_kind(episode, turn.at) if asked.kind == "check" and episode else FORMS[asked.kind].says
    turn.utter(kind, KINDS[kind].rules[0], asked.episode, again, again=True)


def _next(turn: Turn, asked: Asked, episode: Episode | None, times: int) -> int:
    """After the first repeat: 72 hours from the question, or the next look of the hold; after that once a week."""
    if FORMS[asked.kind].patience != LADDER:
        return max(turn.ahead(hours=1), asked.at + turn.limits.lapse_h * HOUR)
    if times > 2 or episode is None:
        return turn.ahead(days=turn.limits.weekly_d)
    third = max(turn.ahead(hours=turn.limits.reminder_h), asked.at + turn.limits.third_h * HOUR)
    return min(third, next_check(episode, turn.at, turn.limits)) if episode.state in RESTS else third


def lapse(turn: Turn, asked: Asked) -> None:
    """No more of it: the episode sleeps if its course hangs on the answer."""
    turn.change(asked._replace(due=None))
    episode = turn.episode(asked.episode)
    if asked.kind == "weekly":
        weekly = turn.pain.weekly
        missed = weekly.missed + 1
        due = None if missed >= turn.limits.week_missed else weekly.due
        turn.week(weekly._replace(missed=missed, due=due))
    elif asked.kind == "sore" and episode is not None:
        turn.drop(episode)
    elif FORMS[asked.kind].patience == LADDER and episode is not None and episode.asleep is None:
        sleep(turn, episode)


def sleep(turn: Turn, episode: Episode) -> None:
    """DORMANT: not a word, until the next run or sixty days are over."""
    asleep = turn.note(episode, "state", "dormant")
    turn.put(asleep._replace(asleep=turn.at, woken=False, check=turn.at + turn.limits.asleep_d * DAY))


def wake_sleeper(turn: Turn, episode: Episode) -> None:
    """Sixty days on: REFER and URGENT never close by themselves, they are asked about once; the rest is over."""
    if episode.state not in {REFER, URGENT}:
        close(turn, episode)
    elif turn.room() > turn.at:
        turn.put(episode._replace(check=turn.room()))
    else:
        ask_sleeper(turn, turn.put(episode._replace(check=None)), "how_did_it_go")


def ask_sleeper(turn: Turn, episode: Episode, kind: str) -> None:
    """One question and no repeat."""
    ask = "seen" if episode.state == URGENT else "return" if episode.state == "return" else "check"
    turn.say(kind, episode, ask=ask, once=True)


def slept(turn: Turn) -> list[Episode]:
    """The sleepers that no run has asked yet."""
    return [e for e in turn.pain.episodes if e.asleep is not None and not e.woken and e.state in OPEN]
