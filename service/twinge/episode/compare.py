"""The weeks before the onset in words: one row a question, lately against earlier; what is not known says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.model import Session
from twinge.episode.before import (
    LATELY,
    Fraction,
    Stretch,
    Total,
    Week,
    change,
    count_of,
    longest_of,
    mean_of,
    stretch,
)
from twinge.episode.story import local
from twinge.episode.words import Words
from twinge.speech import measure


class Row(NamedTuple):
    """One row of the table."""

    label: str
    lately: str
    earlier: str
    change: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table with what has to be said about it."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def compare(weeks: Sequence[Week], since: int | None, words: Words, zone: ZoneInfo) -> Comparison:
    """The last four weeks against those before; `since` is the start of the first record of all."""
    lately, earlier = stretch(weeks[:LATELY]), stretch(weeks[LATELY:])
    whole = lately.weeks + earlier.weeks
    if since is None or not whole:
        return Comparison(notes=[words.say("before.nothing"), *_last(weeks, words, zone)])
    short = []
    if whole < len(weeks):
        day = words.day(local(since, zone).date())
        short = [words.say("before.short", day=day, weeks=whole)]
    rows = [_row(kind, ways, lately, earlier, words) for kind, ways in WAYS.items()]
    return Comparison(rows, [*short, *_last(weeks, words, zone)])


class Ways(NamedTuple):
    """How one row is worked out and told."""

    fraction: Callable[[Stretch], Fraction | None]
    tell: Callable[[Stretch, Words], str]


def _row(kind: str, ways: Ways, lately: Stretch, earlier: Stretch, words: Words) -> Row:
    percent = change(lately, earlier, ways.fraction)
    told = words.say("unknown") if percent is None else words.change(percent)
    return Row(words.say(f"before.{kind}"), ways.tell(lately, words), ways.tell(earlier, words), told)


def _mean(name: str, write: Callable[[float, Words], str]) -> Ways:
    return Ways(mean_of(name), lambda one, words: _amount(one.mean(name), write, words))


def _longest(name: str, write: Callable[[float, Words], str]) -> Ways:
    return Ways(longest_of(name), lambda one, words: _amount(one.longest(name), write, words))


def _amount(found: Total | None, write: Callable[[float, Words], str], words: Words) -> str:
    """An amount; `at least` where some of it is not known, `not known` where nothing is."""
    if found is None or (found.runs and found.blank == found.runs):
        return words.say("unknown")
    if not found.runs:
        return words.say("before.none")
    told = write(found.value, words)
    return words.say("before.least", amount=told) if found.blank else told


def _count(one: Stretch, words: Words) -> str:
    if not one.weeks:
        return words.say("unknown")
    return measure.tenths(100 * len(one.runs) // one.weeks, words.speaker.locale)


def _about(metres: float, words: Words) -> str:
    return measure.about(metres, words.speaker.units, words.speaker.locale)


def _distance(metres: float, words: Words) -> str:
    return measure.distance(metres, words.speaker.units, words.speaker.locale)


def _height(metres: float, words: Words) -> str:
    return measure.height(metres, words.speaker.units, words.speaker.locale)


def _span(seconds: float, words: Words) -> str:
    return words.speaker.span(round(seconds / 60))


WAYS = {
    "distance": _mean("metres", _about),
    "time": _mean("seconds", _span),
    "longest": _longest("metres", _distance),
    "climb": _mean("climb", _height),
    "runs": Ways(count_of, _count),
}
"""Row → how it is worked out."""


def _last(weeks: Sequence[Week], words: Words, zone: ZoneInfo) -> list[str]:
    """The last run before the onset, with all that is known of it."""
    runs: list[Session] = [run for week in weeks for run in week.runs]
    if not runs:
        return []
    run = max(runs, key=lambda one: one.start)
    parts = [
        words.say("before.run.distance") if run.metres is None else _distance(run.metres, words),
        words.say("before.run.time") if run.seconds is None else _span(run.seconds, words),
        words.say("before.run.no_climb")
        if run.climb is None
        else words.say("before.run.climb", height=_height(run.climb, words)),
    ]
    day = words.weekday(date.fromordinal(run.day))
    return [words.say("before.last", day=day, parts=", ".join(parts))]
