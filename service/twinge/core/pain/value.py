"""The state of the pain machine: one immutable, bounded value, made of numbers, words and tuples of them only.

It is packed and compared byte by byte, so every tuple in it has an order that follows from what is in it. Instants are
epoch seconds. An episode's and a question's id is the instant it came up (the next free second where two fall
together): folding a history again, with a late workout in it, gives the same ids to the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from twinge.core.pain.given import Told

TRIAGE: Final = "triage"
SORE: Final = "sore"
"""Soreness: no hold, one look after two days, then forgotten. For everybody else this is CLEAR."""
REST24: Final = "rest24"
REST72: Final = "rest72"
REFER: Final = "refer"
URGENT: Final = "urgent"
SETTLING: Final = "settling"
RETURN: Final = "return"
MONITOR: Final = "monitor"
CLOSED: Final = "closed"

RANK: Final = {
    URGENT: 9,
    REFER: 8,
    REST72: 7,
    REST24: 6,
    TRIAGE: 5,
    SETTLING: 4,
    RETURN: 3,
    MONITOR: 2,
    SORE: 1,
    CLOSED: 0,
}
"""Which episode governs."""
HOLDS: Final = frozenset({URGENT, REFER, REST72, REST24, TRIAGE, SETTLING})
"""States in which no running is meant to happen."""
RESTS: Final = frozenset({REFER, REST72, REST24})
OPEN: Final = frozenset(RANK) - {CLOSED}


class Entry(NamedTuple):
    """One line of an episode's timeline."""

    at: int
    what: str
    """score · sign · state · run · care · gap (so many lines left out)."""
    word: str = ""
    number: int | None = None
    """The score, the stage, or seconds of running."""


class Awaited(NamedTuple):
    """The run (or stage-0 walk) of a return whose morning after is still to be asked about."""

    start: int
    end: int
    seconds: int | None
    counts: bool
    """Whether it was long, gentle and late enough to count for the stage."""


class Episode(NamedTuple):
    """One pain story, from the first report to its end and the weeks in which it may come back."""

    id: int
    onset: int
    """The first report. Time runs from here, always."""
    state: str
    since: int
    """When this state began."""
    check: int | None
    """When to look again by itself; None while a question is open, or for good."""
    held_from: int
    """When the present hold began: the onset, or the relapse."""
    site: str = ""
    side: str = ""
    score: int | None = None
    scored: int | None = None
    daily: bool | None = None
    """Whether it hurts in daily life."""
    first: int | None = None
    """The score this hold began with."""
    limped: bool = False
    """Whether this hold began with a limp."""
    live: bool = False
    large: bool = False
    """Whether there was a run of more than double the usual longest when it was last told of (P07)."""
    signs: tuple[str, ...] = ()
    """Present now, sorted."""
    ever: tuple[str, ...] = ()
    """Ever present, sorted."""
    numb_at: int | None = None
    known: bool = False
    """Whether the signs were asked for and answered."""
    asked: tuple[str, ...] = ()
    """Items asked for already, sorted: an item is asked once, and once more."""
    unconfirmed: tuple[str, ...] = ()
    spoken: str = ""
    """The hold that was last said."""
    rule: str = ""
    """The rule that led to REFER or URGENT."""
    urgency: str = ""
    """routine · soon · prompt · review, once in REFER."""
    strict: bool = False
    """Whether running needs somebody's clearance."""
    referred: bool = False
    cleared: bool = False
    seeing: int | None = None
    """Until when no doctor is mentioned, because somebody is being seen."""
    previous: str = ""
    """The hold before SETTLING."""
    kin: bool = False
    """Whether an old pain was next to it, and whether it is the same is still to be asked."""
    again: tuple[int, ...] = ()
    """When this site's pain came back, this time included."""
    asleep: int | None = None
    """DORMANT since."""
    woken: bool = False
    """Whether a run has asked the sleeper already."""
    stage: int = 0
    clean: int = 0
    held: int = 0
    last_run: int | None = None
    run: Awaited | None = None
    breaches: tuple[int, ...] = ()
    breached: int | None = None
    """When a breach was last spoken of."""
    rested: int | None = None
    """When a breach last led to REST."""
    why: str = ""
    """Of the last breach: long · hard · hills."""
    warned: tuple[int, ...] = ()
    """When P09 spoke in the last two weeks."""
    history: tuple[Entry, ...] = ()


class Asked(NamedTuple):
    """A question that was put to the athlete."""

    id: int
    kind: str
    episode: int
    """0: none."""
    at: int
    times: int
    due: int | None
    """When it is said again, or lapses; None: not open any more."""
    options: tuple[int, ...] = ()
    """What the numbers stand for, where they stand for episodes or questions; 0 is a new place."""
    digits: str | None = None
    """The answer it got."""


class Later(NamedTuple):
    """A message for which the day had no room."""

    due: int
    kind: str
    rule: str
    episode: int
    ask: str
    options: tuple[int, ...] = ()
    once: bool = False
    """Whether its question is not to be repeated."""


class Weekly(NamedTuple):
    """The weekly check: when next, how many went unanswered in a row, and the last four scores as (week, score)."""

    due: int | None = None
    since: int | None = None
    """The wish this was planned by."""
    missed: int = 0
    scores: tuple[tuple[int, int], ...] = ()


NO_WEEKLY: Final = Weekly()


@dataclass(frozen=True, slots=True)
class Pain:
    """Everything the machine knows. Begin with `Pain()`."""

    episodes: tuple[Episode, ...] = ()
    """By id."""
    asked: tuple[Asked, ...] = ()
    """By id: all that are open, and the last few that are not."""
    later: tuple[Later, ...] = ()
    """By episode."""
    said: tuple[int, ...] = ()
    """The instants of the last messages, as many as a day holds."""
    hard: tuple[int, ...] = ()
    """Ends of the last hard or hilly sessions."""
    heard: tuple[str, ...] = ()
    """Keys of the last things heard."""
    unsure: Told | None = None
    """What was told of we do not know which place, until the athlete says."""
    weekly: Weekly = NO_WEEKLY
    upto: int | None = None
    """The instant of the last thing that happened."""


def severity_of(episode: Episode) -> tuple[bool, int, int, int]:
    """The order in which episodes govern: awake before asleep, then state, then the lower stage, then the older."""
    return episode.asleep is None, RANK[episode.state], -episode.stage, -episode.id


def governing(pain: Pain) -> Episode | None:
    """The most severe open episode, or None."""
    return max((e for e in pain.episodes if e.state in OPEN), key=severity_of, default=None)


def standing(pain: Pain) -> str:
    """The state of the whole athlete in one word: `clear`, or the state of the episode that governs."""
    episode = governing(pain)
    return "clear" if episode is None or episode.state == SORE else episode.state
