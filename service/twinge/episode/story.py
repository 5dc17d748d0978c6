"""The story of an episode read out of its timeline: the lines of the table, the scores, the holds, the marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.pack import DAY
from twinge.core.pain import LIMITS, STAGES, Entry, Episode
from twinge.core.pain.value import CLOSED, HOLDS, MONITOR, REFER, REST24, REST72, RETURN, SETTLING, URGENT
from twinge.episode.words import Words


class Line(NamedTuple):
    """One day of the table; or, with `gap`, so many lines that are not kept any more."""

    day: date
    told: tuple[str, ...]
    advice: tuple[str, ...]
    gap: int = 0


class Score(NamedTuple):
    """One number, and whether it was given for a run."""

    at: int
    score: int
    run: bool


class Hold(NamedTuple):
    """A stretch in which no running was advised, epoch seconds; `end` is None while it lasts."""

    start: int
    end: int | None


class Mark(NamedTuple):
    """What is marked above the scores: rest · doctor · urgent · seen · agreed · step."""

    at: int
    kind: str
    step: int = 0


SEEN: Final = {"seeing_someone", "seen", "seen, in care"}
AGREED: Final = {"cleared", "cleared_by doctor", "cleared_by physio", "cleared_by clinician"}
"""Whose word opens the way back; a coach's is noted only (see `core.pain.hear`)."""


def local(at: int, zone: ZoneInfo) -> datetime:
    """An instant on the athlete's clock."""
    return datetime.fromtimestamp(at, zone)


MARKED: Final = {REST24: "rest", REST72: "rest", REFER: "rest", URGENT: "urgent", RETURN: "step"}
"""State → mark; a REFER that says so much is a doctor's."""


# The table


def lines(history: Sequence[Entry], words: Words, zone: ZoneInfo) -> list[Line]:
    """The timeline by the athlete's own days; days of which there is nothing to say are left out."""
    found = []
    for (day, gap), group in groupby(history, key=lambda one: (local(one.at, zone).date(), one.what == "gap")):
        entries = list(group)
        told = [text for one in entries if (text := _told(one, words))]
        advice = [text for one in entries if one.what == "state" and (text := _advice(one, history, words))]
        left = sum(one.number or 1 for one in entries) if gap else 0
        if told or advice or left:
            found.append(Line(day, tuple(dict.fromkeys(told)), tuple(dict.fromkeys(advice)), left))
    return found


def _told(entry: Entry, words: Words) -> str:
    match entry.what:
        case "score" if entry.number is not None:
            return words.find(f"told.score.{entry.word}", score=entry.number) or words.say("score", score=entry.number)
        case "sign":
            return words.sign(entry.word)
        case "run" if entry.number is not None:
            return words.say("told.run", span=words.speaker.span(round(entry.number / 60)))
        case "run":
            return words.say("told.run.blank")
        case "care":
            return words.find(f"told.{entry.word}") or words.find(f"told.{entry.word.partition(' ')[0]}")
    return ""


def _advice(entry: Entry, history: Sequence[Entry], words: Words) -> str:
    if entry.word == RETURN:
        return words.say("advice.return", step=_stage(entry.number) + 1, session=words.session(_stage(entry.number)))
    if entry.word.startswith(f"{REFER} ") and _in_care(entry.at, history):
        return words.say("advice.refer.care")
    return words.find(f"advice.{entry.word}")


def _in_care(at: int, history: Sequence[Entry]) -> bool:
    """Whether somebody was being seen: then no doctor is mentioned for four weeks, unless there is news."""
    cared = (one.at for one in history if one.what == "care" and one.word in SEEN)
    return any(seen <= at < seen + LIMITS.seeing_d * DAY for seen in cared)


def _stage(number: int | None) -> int:
    return min(max(0, number or 0), len(STAGES) - 1)


# The pictures


def scores(episode: Episode) -> list[Score]:
    """Every number of the timeline."""
    return [
        Score(one.at, one.number, one.word in {"during", "after"})
        for one in episode.history
        if one.what == "score" and one.number is not None
    ]


def holds(episode: Episode) -> list[Hold]:
    """When no running was advised. Where lines are left out nobody knows, until the next change of state."""
    found: list[Hold] = []
    start: int | None = None
    for at, held in _turns(episode):
        if held and start is None:
            start = at
        elif not held and start is not None:
            found, start = [*found, Hold(start, at)], None
    return found if start is None else [*found, Hold(start, None)]


def _turns(episode: Episode) -> Iterator[tuple[int, bool]]:
    """(instant, whether it is a hold from then on); what the timeline lacks of the present the state knows."""
    for one in episode.history:
        if one.what == "gap":
            yield one.at, False
        elif one.what == "state" and one.word != "dormant":
            yield one.at, one.word.partition(" ")[0] in HOLDS
    yield episode.since, episode.state in HOLDS


def marks(episode: Episode) -> list[Mark]:
    """Advice, care and the steps back, each at its time."""
    return [mark for one in episode.history if (mark := _mark(one, episode.history))]


def _mark(one: Entry, history: Sequence[Entry]) -> Mark | None:
    kind = ""
    if one.what == "care":
        kind = "seen" if one.word in SEEN else "agreed" if one.word in AGREED else ""
    elif one.what == "state":
        state = one.word.partition(" ")[0]
        doctor = state == REFER and one.word != REFER and not _in_care(one.at, history)
        kind = "doctor" if doctor else MARKED.get(state, "")
    return Mark(one.at, kind, _stage(one.number) + 1 if kind == "step" else 0) if kind else None


# Where it stands


def stands(episode: Episode, words: Words, zone: ZoneInfo) -> list[str]:
    """Where it stands, in sentences."""
    until = "" if episode.check is None else words.day(local(episode.check, zone))
    kind = f"{MONITOR}.until" if episode.state == MONITOR and until else episode.state
    stage = _stage(episode.stage)
    facts = {"step": stage + 1, "steps": len(STAGES), "session": words.session(stage), "until": until}
    since = words.day(local(episode.since, zone))
    said = [words.find(f"stand.{kind}", since=since, **facts), *_care(episode, words, zone)]
    if episode.asleep is not None:
        said.append(words.say("stand.asleep", since=words.day(local(episode.asleep, zone))))
    if episode.again:
        said.append(words.say("stand.again", days="; ".join(words.day(local(at, zone)) for at in episode.again)))
    return [sentence for sentence in said if sentence]


def _care(episode: Episode, words: Words, zone: ZoneInfo) -> Iterator[str]:
    """Who looks after it, and whose word running waits for; nothing of it once running is as before."""
    told = {mark.kind: words.day(local(mark.at, zone)) for mark in marks(episode)}
    if episode.state in {CLOSED, MONITOR}:
        return
    if episode.state == REFER and "doctor" in told:
        yield words.say("stand.advised", day=told["doctor"])
    if "seen" in told:
        yield words.say("stand.seeing", day=told["seen"])
    if episode.strict and not episode.cleared:
        yield words.say("stand.wanting")
    elif episode.cleared and episode.state in {SETTLING, RETURN}:
        dated = "agreed" in told
        yield words.say("stand.agreed", day=told["agreed"]) if dated else words.say("stand.agreed.undated")


def signs(episode: Episode, words: Words, zone: ZoneInfo) -> list[str]:
    """Every sign ever told, in the order in which it was, and whether it was there at the last answer."""
    first: dict[str, int] = {}
    for one in episode.history:
        if one.what == "sign":
            first.setdefault(one.word, one.at)
    found = []
    for sign in sorted({*episode.ever, *episode.signs}, key=lambda name: (first.get(name, episode.since), name)):
        kind = "sign.now" if sign in episode.signs else "sign.past"
        day = words.day(local(first[sign], zone)) if sign in first else ""
        if told := words.sign(sign):
            found.append(words.say(kind if day else f"{kind}.undated", sign=told, day=day))
    return found
