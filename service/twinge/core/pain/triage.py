"""TRIAGE: what was told, taken into the episode, and where it leads (P01, P02, P05, P06, P07, P10).

Nothing here looks at load, heart rate or form; the one thing from outside, a run of more than double the usual
longest, only weighs a bone sign, and only in the moment in which the athlete tells.
"""

from __future__ import annotations

from twinge.core.pain.given import Told
from twinge.core.pain.limits import DAY, HOUR, MINUTE
from twinge.core.pain.move import put_question, relapse, to_refer, to_rest, to_triage, to_urgent
from twinge.core.pain.signs import LASTING, Verdict, complete, no, verdict, yes
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import RANK, REFER, REST24, REST72, RETURN, SETTLING, TRIAGE, URGENT, Episode


def absorb(turn: Turn, episode: Episode, told: Told) -> Episode:
    """The episode with the score and the signs told: a sign stays until it is denied, or a 0 takes all with it (but not
    one that was told of a run)."""
    before = set(episode.signs)
    well = told.pain == 0 and told.onset != "during"
    signs = ((before & LASTING if well else before) - no(told)) | yes(told)
    episode, signs = _numb(turn, episode, signs, told)
    for sign in sorted(signs - before):
        episode = turn.note(episode, "sign", sign)
    if told.pain is not None:
        episode = _scored(turn, episode, told)
    if told.daily_life is not None or told.walking:
        episode = episode._replace(daily=bool(told.daily_life or told.walking))
    return episode._replace(
        signs=tuple(sorted(signs)),
        ever=tuple(sorted({*episode.ever, *signs})),
        known=episode.known or complete(told),
        limped=episode.limped or (episode.state == TRIAGE and "limp" in signs),
        live=told.live is True,
        large=turn.setting.l01_large,
    )


def _numb(turn: Turn, episode: Episode, signs: set[str], told: Told) -> tuple[Episode, set[str]]:
    """Numbness told again a day later has lasted (P05)."""
    if "numb" not in signs:
        return episode._replace(numb_at=None), signs - {"numb_long"}
    if episode.numb_at is None:
        return episode._replace(numb_at=turn.at), signs
    lasted = told.numb is True and turn.at - episode.numb_at >= turn.limits.numb_h * HOUR
    return episode, signs | {"numb_long"} if lasted else signs


def _scored(turn: Turn, episode: Episode, told: Told) -> Episode:
    """The number; one from a run says nothing of walking, sitting and stairs."""
    episode = turn.note(episode, "score", told.onset or "", told.pain)._replace(score=told.pain)
    if episode.first is None:
        episode = episode._replace(first=told.pain)
    if told.onset == "during":
        return episode
    return episode._replace(scored=turn.at, daily=bool(told.pain))


def judged(turn: Turn, episode: Episode) -> Verdict:
    """The triage table for an episode as it stands."""
    return verdict(episode, turn.limits)


def hear_triage(turn: Turn, episode: Episode) -> None:
    """What is known decides, as soon as it is enough: a number, or a sign that outweighs any number."""
    found, limits = judged(turn, episode), turn.limits
    if episode.first == episode.score == 0 and not episode.signs and not episode.unconfirmed:
        turn.drop(episode)
    elif episode.unconfirmed and found.state != URGENT:
        turn.put(episode._replace(check=episode.check or turn.at + limits.answers_min * MINUTE))
    elif found.state != REST24 or episode.score is not None:
        decide(turn, episode)
    elif "score" not in episode.asked:
        asking = turn.put(episode._replace(check=episode.held_from + limits.assume_h * HOUR))
        turn.say("stop_now", asking, ask="score")


def decide(turn: Turn, episode: Episode, *, final: bool = False, check: int | None = None) -> None:
    """The row of the table. The hold of the known part is said at once, with the menu of signs; the half hour for an
    answer begins then."""
    found = judged(turn, episode)
    if found.state == URGENT:
        to_urgent(turn, episode, found.rule)
        return
    if found.state == REFER:
        to_refer(turn, episode, "soon", found.rule, news=True)
        return
    recent = [at for at in episode.again if turn.at - at <= turn.limits.again_count_d * DAY]
    if len(recent) >= 2:
        to_refer(turn, episode, "routine", "P10")
        return
    state, rule = (REST72, "P10") if recent and found.state == REST24 else found
    if final or episode.known or "signs" in episode.asked:
        to_rest(turn, episode, state, rule, check)
        return
    kind = "rest_72" if state == REST72 else "rest_24"
    said = turn.put(episode._replace(spoken=kind, check=turn.at + turn.limits.answers_min * MINUTE))
    turn.say(kind, said, rule)


def wake_triage(turn: Turn, episode: Episode) -> None:
    """The half hour is over, or the day: the known part decides, and an unknown number is taken for a 3.

    A sign of an emergency that nobody confirmed or denied wants a look by somebody.
    """
    if episode.unconfirmed:
        to_refer(turn, episode, "soon", "P06", news=True)
        return
    if episode.score is not None:
        decide(turn, episode, final=True)
        return
    first = turn.limits.assumed if episode.first is None else episode.first
    decide(turn, episode._replace(first=first), final=True, check=turn.ahead(hours=turn.limits.first_h))


def hear_sore(turn: Turn, episode: Episode, told: Told, kind: str) -> None:
    """Soreness that is no more than that is forgotten; any other pain is triaged, from the first report on."""
    mild = (told.pain or 0) <= turn.limits.sore_most and not episode.signs and not episode.unconfirmed
    if not mild:
        hear_triage(turn, to_triage(turn, episode))
    elif kind == "sore":
        turn.drop(episode)


def wake_sore(turn: Turn, episode: Episode) -> None:
    """The one look at soreness."""
    put_question(turn, episode, "ask_sore", "sore")


def escalate(turn: Turn, episode: Episode, before: Episode) -> bool:
    """Whether what was just told moved an episode to a graver hold than it was in (the row "any hold", and P02, P05,
    P07 at any time)."""
    found, old = judged(turn, episode), judged(turn, before)
    nothing_new = episode.state == REFER and episode.strict and set(episode.signs) <= set(before.signs)
    if found == old or RANK[found.state] < RANK[old.state] or nothing_new:
        return False
    if found.state == URGENT:
        to_urgent(turn, episode, found.rule)
    elif found.state == REFER:
        to_refer(turn, episode, "soon", found.rule, news=True)
    elif found.state == REST72 and episode.state == REST24:
        to_rest(turn, episode, REST72, found.rule)
    elif found.state == REST72 and episode.state in {SETTLING, RETURN}:
        relapse(turn, episode, REST72, "rest_72", found.rule)
    else:
        return False
    return True
