"""Into each state: what changes, when to look again, and what is said.

Evidence: relative rest and a look at 24 h, 72 h and seven days from the onset (injury consensus, Yamato 2015); the
timers of REFER are safety-netting practice. Time runs from the onset, never from the last message.
"""

from __future__ import annotations

from typing import Final

from twinge.core.pain.limits import DAY, HOUR, MINUTE, Limits
from twinge.core.pain.questions import FORMS, LADDER
from twinge.core.pain.signs import BUTTOCK, strict
from twinge.core.pain.stages import LAST
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import (
    CLOSED,
    MONITOR,
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
    governing,
)

RAISED: Final = {"": 0, "routine": 1, "soon": 2, "prompt": 3, "review": 4}
"""A doctor is mentioned again only when it has become more pressing."""


def enter(turn: Turn, episode: Episode, state: str, check: int | None, word: str = "") -> Episode:
    """Into a state, with a line in the timeline; what the old state asked, or had still to say, is overtaken."""
    number = episode.stage if state == RETURN else None
    moved = turn.note(episode._replace(state=state, since=turn.at, check=check), "state", word or state, number)
    asked = turn.open_question(moved)
    over = asked is not None and (FORMS[asked.kind].patience == LADDER or asked.kind in {"feel", "sore"})
    if asked is not None and (over or state == URGENT):
        turn.change(asked._replace(due=None))
    if state not in RESTS:
        turn.hush(moved.id)
    return turn.put(moved)


def next_check(episode: Episode, after: int, limits: Limits) -> int:
    """The next look at a hold, reckoned from its onset: 24 h, 72 h, then every 48 h to day 7; REFER days 7, 14, 28,
    then every 14; after a "soon" also 24 and 48 h from then."""
    if episode.state == REFER:
        hours = [24 * day for day in (limits.week_d, limits.prompt_d, limits.later_d)]
        extra = [episode.since + h * HOUR for h in (limits.first_h, 2 * limits.first_h) if episode.urgency == "soon"]
    else:
        hours = [limits.first_h, *range(limits.second_h, 24 * limits.week_d + 1, limits.every_h), 24 * limits.prompt_d]
        extra = []
    looks = [*extra, *(episode.onset + hour * HOUR for hour in hours)]
    if any(look > after for look in looks):
        return min(look for look in looks if look > after)
    last, step = max(looks), limits.refer_every_d * DAY
    return last + ((after - last) // step + 1) * step


def planned(turn: Turn, episode: Episode) -> int:
    """When to look again where nothing else says so."""
    limits = turn.limits
    if episode.state in RESTS:
        return next_check(episode, turn.at, limits)
    if episode.state == SETTLING:
        return max(turn.ahead(days=1), settled_at(episode, limits))
    return turn.ahead(days=limits.idle_d) if episode.state == RETURN else turn.ahead(hours=limits.urgent_h)


def put_question(turn: Turn, episode: Episode, kind: str, ask: str) -> None:
    """Ask as soon as the day has room, and look no further until there is an answer or silence."""
    room = turn.room()
    if room > turn.at:
        turn.put(episode._replace(check=room))
    else:
        turn.say(kind, turn.put(episode._replace(check=None)), ask=ask)


def to_triage(turn: Turn, episode: Episode) -> Episode:
    """A new pain: until its items are known, or the half hour for them is over."""
    return enter(turn, episode, TRIAGE, turn.at + turn.limits.answers_min * MINUTE)


def to_sore(turn: Turn, episode: Episode) -> None:
    """Soreness: no hold, one look."""
    moved = enter(turn, episode, SORE, turn.ahead(hours=turn.limits.sore_check_h))
    turn.say("soreness", moved)


def to_rest(turn: Turn, episode: Episode, state: str, rule: str, check: int | None = None) -> None:
    """REST24 or REST72; said unless triage has said just that already."""
    kind = {REST24: "rest_24", REST72: "rest_72"}[state]
    moved = enter(turn, episode._replace(state=state), state, None)
    moved = turn.put(moved._replace(check=check or next_check(moved, turn.at, turn.limits), spoken=kind))
    if episode.spoken != kind:
        turn.say(kind, moved, rule)


def relapse(turn: Turn, episode: Episode, state: str, kind: str, rule: str) -> None:
    """Pain came back: a hold begins anew, with 72 hours before it is judged."""
    fresh = episode._replace(
        held_from=turn.at,
        first=episode.score,
        limped="limp" in episode.signs,
        known=False,
        asked=(),
        stage=0,
        clean=0,
        held=0,
        run=None,
        spoken="rest_72",
    )
    moved = enter(turn, fresh, state, turn.ahead(hours=turn.limits.pain_back_h))
    turn.say(kind, moved, rule)


def to_refer(turn: Turn, episode: Episode, urgency: str, rule: str, *, news: bool = False) -> None:
    """REFER: a doctor is mentioned, unless somebody is being seen already and this is no news of the athlete's."""
    soon = urgency == "soon"
    muted = not news and episode.seeing is not None and turn.at < episode.seeing
    held_from = episode.held_from if episode.state in RESTS | {TRIAGE, URGENT} else turn.at
    moved = episode._replace(
        urgency=urgency,
        rule=rule,
        strict=episode.strict or soon or rule in {"P05", "P06", "P07"},
        cleared=episode.cleared and not soon,
        referred=True,
        spoken="rest_72",
        held_from=held_from,
        run=None,
    )
    moved = enter(turn, moved, REFER, None, f"{REFER} {urgency}")
    moved = turn.put(moved._replace(check=next_check(moved, turn.at, turn.limits)))
    turn.say("refer_on" if muted else "see_doctor", moved, rule)


def to_urgent(turn: Turn, episode: Episode, rule: str) -> None:
    """URGENT: emergency care now. Left only when the athlete says so."""
    moved = episode._replace(rule=rule, strict=True, cleared=False, referred=True, spoken="", unconfirmed=(), run=None)
    moved = enter(turn, moved, URGENT, turn.ahead(hours=turn.limits.urgent_h))
    turn.say("urgent", moved, rule)


def painless_days(episode: Episode, at: int, limits: Limits) -> int:
    """How many days without pain are wanted, by how long it took; never the fewest after a nerve sign (P05)."""
    days = (at - episode.onset) // DAY
    if days >= limits.long_d:
        return limits.painless_long_d
    return limits.painless_d if days > limits.short_d or strict(episode) else limits.painless_short_d


def settled_at(episode: Episode, limits: Limits) -> int:
    """When the painless days of a SETTLING are over; for a buttock that reached REFER not before day 14, unless a
    clinician says otherwise."""
    due = episode.since + painless_days(episode, episode.since, limits) * DAY
    if episode.site in BUTTOCK and episode.referred and not episode.cleared:
        return max(due, episode.onset + limits.buttock_d * DAY)
    return due


def to_settling(turn: Turn, episode: Episode) -> None:
    """Painless in daily life: the days are counted, the hold goes on."""
    previous = episode.state if episode.state in RESTS else REFER if episode.state == URGENT else episode.previous
    moved = enter(turn, episode._replace(previous=previous), SETTLING, None)
    moved = turn.put(moved._replace(check=settled_at(moved, turn.limits)))
    turn.say("settling", moved)


def to_stage(turn: Turn, episode: Episode, stage: int, kind: str) -> None:
    """RETURN(`stage`), anew or again; a lesser episode moves on in silence while a graver one holds."""
    moved = episode._replace(run=None)
    if (episode.state, episode.stage) != (RETURN, stage):
        moved = enter(turn, moved._replace(stage=stage, clean=0, held=0), RETURN, None)
    limits = turn.limits
    check = turn.ahead(hours=limits.apart_h) if stage == 0 else turn.ahead(days=limits.idle_d)
    lead(turn, kind, turn.put(moved._replace(check=check)))


def to_monitor(turn: Turn, episode: Episode) -> None:
    """The ladder is done: 42 days in which the same pain counts as come back."""
    moved = enter(turn, episode._replace(run=None, stage=LAST), MONITOR, turn.ahead(days=turn.limits.monitor_d))
    lead(turn, "monitor", moved)


def lead(turn: Turn, kind: str, episode: Episode, rule: str = "") -> None:
    """Say what only the governing episode may say: no step while another one holds, none on a plan of one's own."""
    first = governing(turn.pain)
    silent = turn.setting.own_plan or (
        first is not None and first.id != episode.id and first.state not in {MONITOR, SORE}
    )
    if not silent:
        turn.say(kind, episode, rule)


def close(turn: Turn, episode: Episode) -> None:
    """CLOSED: remembered as long as the pain may count as come back."""
    moved = enter(turn, episode._replace(run=None, asleep=None), CLOSED, turn.ahead(days=turn.limits.again_d))
    turn.hush(moved.id)
    for asked in turn.pain.asked:
        if asked.episode == moved.id:
            turn.change(asked._replace(due=None))
    closed = [e for e in turn.pain.episodes if e.state == CLOSED]
    for old in sorted(closed, key=lambda e: (e.since, e.id))[: -turn.limits.closed]:
        turn.drop(old)
