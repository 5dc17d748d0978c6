"""Lines of a timeline as the values that the template shows, by the athlete's own days; all of it is escaped there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from twinge.core.model import Finding, Held, Report
from twinge.core.pain import Entry, Pain
from twinge.core.purpose import NOTICE
from twinge.core.rules import CATALOGUE
from twinge.store.history import Recorded
from twinge.store.spoken import Spoken
from twinge.store.timeline import Line
from twinge.web.api.veil import TOLD, Veil
from twinge.web.office.words import LINE_WORDS, REASONS, SEVERITIES, STAGES, STATES

RULES: Final[Mapping[str, str]] = {rule.id: rule.name for rule in CATALOGUE}
MOST_FACTS: Final = 12
HIDDEN: Final = "hidden by the source's terms"
NOTHING_HIDDEN: Final = Veil()


@dataclass(frozen=True, slots=True)
class Shown:
    """One line."""

    clock: str
    kind: str
    label: str
    tone: str
    """How grave: a severity's word, or ""."""
    head: str
    text: str
    more: Sequence[str]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the athlete's."""

    name: str
    lines: Sequence[Shown]


def days(lines: Iterable[Line], zone: ZoneInfo, veil: Veil = NOTHING_HIDDEN) -> list[Day]:
    """Lines by local day, in their order, as far as the terms of their sources let them be shown."""
    seen = [line for line in lines if not _is_left_out(line, veil)]
    found = groupby(seen, key=lambda line: line.at.astimezone(zone).date())
    return [
        Day(format_date(day, "EEEE, d MMMM y", locale="en"), [_shown(line, zone, veil) for line in group])
        for day, group in found
    ]


def timeless(lines: Iterable[Line], veil: Veil) -> list[tuple[str, str]]:
    """Rule and severity of findings whose time the terms of a source hide, for it is a workout's."""
    found = [line.what for line in lines if isinstance(line.what, Finding) and _is_left_out(line, veil)]
    return [(_named(one.rule), SEVERITIES[one.severity.word]) for one in found if isinstance(one, Finding)]


def _is_left_out(line: Line, veil: Veil) -> bool:
    """Whether even that there is such a thing at this time tells of a workout that is hidden."""
    match line.what:
        case Recorded() | Report():
            return line.key.partition(":")[0] in veil.sources
        case Finding() as one:
            return bool(veil.over(one.at, one.activity))
        case Entry() as one:
            return one.what == "run" and bool(veil.over(line.at))
    return False


def story_lines(pain: Pain) -> list[Line]:
    """The entries of the pain stories that the state remembers."""
    return [
        Line(datetime.fromtimestamp(entry.at, UTC), "story", f"{episode.id}:{number:05d}", entry)
        for episode in pain.episodes
        for number, entry in enumerate(episode.history)
    ]


def _shown(line: Line, zone: ZoneInfo, veil: Veil) -> Shown:
    match line.what:
        case Recorded() as one:
            tone, head, text, more = _workout(one, veil)
        case Finding() as one:
            tone, head, text, more = _finding(one)
        case Spoken() as one:
            tone, head, text, more = _message(one, zone, _hidden(veil, one))
        case Held() as one:
            tone, head, text, more = _held(one, bool(veil.over(one.at, one.activity)))
        case Report() as one:
            tone, head, text, more = "", *_report(one)
        case Entry() as one:
            tone, head, text, more = "", *_entry(one)
    clock = f"{line.at.astimezone(zone):%H:%M}"
    return Shown(clock, line.kind, LINE_WORDS[line.kind], tone, head, text, [each for each in more if each])


def _hidden(veil: Veil, one: Spoken) -> bool:
    """Whether a message's words may rest on what is hidden; those about what the athlete told do not."""
    said = one.nudge
    told = said.activity is None and bool(said.rules) and TOLD.issuperset(said.rules)
    return not told and bool(veil.over(said.made_at, said.activity))


def _workout(one: Recorded, veil: Veil) -> tuple[str, str, str, Sequence[str]]:
    done, source = one.activity, one.activity.key.partition(":")[0]
    parts = [
        None if done.distance_m is None else f"{done.distance_m / 1000:.1f} km",
        None if done.duration_s is None else _length(done.duration_s),
        None if done.climb_m is None else f"{done.climb_m} m up",
        None if done.avg_hr is None else f"{done.avg_hr} bpm on average",
        None if done.rpe is None else f"effort {done.rpe} of 10",
    ]
    same = (one.same_as or "").partition(":")[0]
    counted = "" if not same or same in veil.spans else "counted in another recording of the same workout"
    return "", done.sport.replace("_", " ").capitalize(), ", ".join(filter(None, parts)), (f"from {source}", counted)


def _length(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _finding(one: Finding) -> tuple[str, str, str, Sequence[str]]:
    word = one.severity.word
    return word, _named(one.rule), _facts(one.facts), (SEVERITIES[word], f"band {one.band}")


def _named(rule: str) -> str:
    return f"{rule} {RULES.get(rule, '')}".strip()


def _facts(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in list(facts.items())[:MOST_FACTS])


def _message(one: Spoken, zone: ZoneInfo, hidden: bool) -> tuple[str, str, str, Sequence[str]]:
    word = one.nudge.severity.word
    text = "•••" if one.nudge.facts.get(NOTICE) == "code" else HIDDEN if hidden else one.nudge.text
    more = (
        f"{STATES.get(one.state, one.state)}, {one.channel}",
        f"why: {one.reason}" if one.reason else "",
        f"answered {one.answered_at.astimezone(zone):%d %b, %H:%M}" if one.answered_at else "",
        f"rules {', '.join(one.nudge.rules)}" if one.nudge.rules else "",
        "a copy, to another address or said once more" if one.nudge.copy_of else "",
    )
    return word, SEVERITIES[word], text, more


def _held(one: Held, hidden: bool) -> tuple[str, str, str, Sequence[str]]:
    named = ", ".join(map(_named, one.rules))
    why = REASONS.get(one.reason, "")
    word = one.severity.word
    facts = HIDDEN if hidden else _held_facts(one)
    return word, f"Not said: {named or SEVERITIES[word]}", facts, (f"{one.reason}: {why}" if why else one.reason,)


def _held_facts(one: Held) -> str:
    """Facts stand below the rule they belong to."""
    told = [value for value in one.facts.values() if isinstance(value, Mapping)]
    return "; ".join(filter(None, map(_facts, told))) if told else _facts(one.facts)


def _report(one: Report) -> tuple[str, str, Sequence[str]]:
    left_out = {"key", "at", "text", "version", "pain", "site", "side", "about"}
    told = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in left_out}
    said = [
        name.replace("_", " ") if value is True else f"{name.replace('_', ' ')}: {'no' if value is False else value}"
        for name, value in told.items()
        if value not in (None, ())
    ]
    place = " ".join(filter(None, (one.side, one.site)))
    head = f"Pain {one.pain} of 10" if one.pain is not None else "Told"
    return f"{head}, {place}" if place else head, ", ".join(said), ("their own words are not shown",) * bool(one.text)


def _entry(one: Entry) -> tuple[str, str, Sequence[str]]:
    number = "" if one.number is None else f" {one.number}"
    match one.what:
        case "state":
            return f"Stage: {STAGES.get(one.word, one.word)}", "", ()
        case "score":
            return f"Score{number} of 10", "", ()
        case "run":
            return "A run", "" if one.number is None else _length(one.number), ()
    return f"{one.what.capitalize()}{number}", one.word.replace("_", " "), ()
