"""Which episode a report is about: one open episode for a site and side, a new one, or a question; never a guess."""

from __future__ import annotations

from twinge.core.pain.given import Told
from twinge.core.pain.limits import DAY, HOUR
from twinge.core.pain.move import close, to_refer, to_rest
from twinge.core.pain.signs import HARMLESS, compatible, near, painful, side_of, site_of, yes
from twinge.core.pain.triage import decide
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import CLOSED, MONITOR, OPEN, REST24, REST72, SORE, TRIAGE, Episode

NEW = 0
"""Stands for a new place among the choices."""


def places(turn: Turn, told: Told) -> tuple[int, ...]:
    """The episodes a report may be about. None: a new one. More than one: to be asked."""
    site, side = site_of(told.site), side_of(told.side)
    living = [e for e in turn.pain.episodes if e.state in OPEN and e.state != MONITOR]
    if not site:
        sorely = [e for e in living if e.state != SORE]
        return tuple(e.id for e in sorely) or tuple([*(e.id for e in living), NEW] if living else ())
    same = [e for e in living if e.site == site and compatible(e.side, side)]
    exact = [e for e in same if e.side == side]
    if same:
        return (exact[0].id,) if exact else tuple(e.id for e in same)
    return _unnamed(turn, living)


def _unnamed(turn: Turn, living: list[Episode]) -> tuple[int, ...]:
    """A site named within a day of a pain without one is that pain's; later it has to be asked."""
    for episode in living:
        if not episode.site:
            young = turn.at - episode.onset <= turn.limits.assume_h * HOUR
            return (episode.id,) if young else (episode.id, NEW)
    return ()


def opens(told: Told) -> bool:
    """Whether a report opens an episode where there is none: pain, at a site that counts (P01)."""
    return painful(told) and not harmless(told)


def harmless(told: Told) -> bool:
    """A stitch, a blister, breathlessness, and no sign with it."""
    return told.site in HARMLESS and not yes(told) and not told.unconfirmed


def open_new(turn: Turn, told: Told) -> Episode:
    """A new episode, kept; time runs from here."""
    site, side = site_of(told.site), side_of(told.side)
    taken = {e.id for e in turn.pain.episodes}
    number = next(n for n in range(turn.at, turn.at + len(taken) + 1) if n not in taken)
    again = came_back(turn, site, side)
    kin = not again and any(e.state in {MONITOR, CLOSED} and near(site, e.site) for e in turn.pain.episodes)
    made = Episode(number, turn.at, TRIAGE, turn.at, None, turn.at, site=site, side=side, again=again, kin=kin)
    return turn.put(turn.note(made, "state", TRIAGE))


def came_back(turn: Turn, site: str, side: str) -> tuple[int, ...]:
    """P10: when this site's pain came back within the last 90 days, now included; () when it is no return. A site that
    was still being watched is closed: what begins now has an onset of its own."""
    old = [e for e in turn.pain.episodes if site and e.site == site and compatible(e.side, side)]
    past = [e for e in old if e.state in {MONITOR, CLOSED}]
    if not past:
        return ()
    for episode in past:
        if episode.state == MONITOR:
            close(turn, episode)
    last = max(past, key=lambda e: e.onset)
    edge = turn.at - turn.limits.again_count_d * DAY
    return (*(at for at in last.again if at >= edge), turn.at)[-4:]


def name(turn: Turn, episode: Episode, site: str, side: str) -> Episode | None:
    """Give a pain its site or side, as far as it has none. None: there is an open episode of that place already, and
    this one is gone; what it knew is to be told to the other (see `rival`)."""
    site, side = episode.site or site, episode.side or side
    if (site, side) == (episode.site, episode.side):
        return episode
    if rival(turn, episode, site, side) is not None:
        turn.drop(episode)
        return None
    named = turn.put(episode._replace(site=site, side=side))
    if not episode.site and not episode.again:
        named = turn.put(named._replace(again=came_back(turn, site, side)))
    return named


def rival(turn: Turn, episode: Episode | None, site: str, side: str) -> Episode | None:
    """Another open episode of the place."""
    others = (
        e
        for e in turn.pain.episodes
        if (episode is None or e.id != episode.id) and e.state in OPEN and e.state != MONITOR
    )
    return next((e for e in others if e.site == site and compatible(e.side, side)), None)


def returned(turn: Turn, episode: Episode) -> None:
    """P10, learnt after the hold had begun: 72 hours instead of 24, and the second time a doctor."""
    if episode.state in {REST24, REST72} and len(episode.again) >= 2:
        to_refer(turn, episode, "routine", "P10")
    elif episode.state == REST24:
        to_rest(turn, episode, REST72, "P10")


def facts_of(episode: Episode) -> dict[str, object]:
    """What an episode knows, as a report would say it."""
    known: dict[str, object] = {sign: True for sign in episode.signs if sign != "numb_long"}
    return {**known, "pain": episode.score}


def same_place(turn: Turn, episode: Episode, *, same: bool) -> None:
    """The answer to "is it the same place as last time?"."""
    episode = turn.put(episode._replace(kin=False))
    if not same:
        return
    episode = turn.put(episode._replace(again=(*episode.again, turn.at)[-4:]))
    if episode.state == TRIAGE:
        decide(turn, episode)
    else:
        returned(turn, episode)
