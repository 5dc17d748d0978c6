"""One message as the values that `why.html` shows: each rule with its numbers, limit, evidence, and what clears it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from twinge.core.model import Athlete, Nudge, Severity
from twinge.core.pack import Pack
from twinge.core.pain import Episode
from twinge.core.rules import CATALOGUE, Rule
from twinge.core.state import State
from twinge.core.talk import MUTABLE
from twinge.episode import course
from twinge.speech import account
from twinge.speech.tongue import Tongue, capital, tongue_of
from twinge.web.pages.words import Words
from twinge.why import LINES, Level, Manner, Mornings, Plot, Records, plot, tell

RULES: Final = {rule.id: rule for rule in CATALOGUE}
KINDS: Final = ("this", "before", "usual", "limit", "least", "lighter", "cadence", "contact", "bounce", "decoupling")
ROWS: Final = 14
"""Mornings in the table."""
STORY: Final = {"P08": "weekly", "P09": "run", "RR01": "return", "RR02": "return"}
"""Rules of the pain story that are told apart; the others share one text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    label: str
    value: str
    more: str = ""
    this: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule of the message."""

    rule: str
    name: str
    watches: str
    seen: str
    """The numbers as a sentence."""
    levels: list[Row]
    records: list[Row]
    each: str
    """The id of the heading over `records`."""
    note: str
    """The id of what has to be said about them; "" where there is nothing."""
    key: str
    """The id of what explains the picture; "" where its words do."""
    chart: str
    """Its file's name with its version; "" where there is none."""
    own: bool
    """Whether a limit is the athlete's own."""
    grounds: str
    strength: str
    source: Rule | None
    clears: str
    mutable: bool


def explains(nudge: Nudge) -> bool:
    """Whether there is anything to say about why: a notice, or an answer to a reply, follows from no rule."""
    return bool(told(nudge))


def asks(nudge: Nudge) -> bool:
    """Whether the message carries a question, alone or after its advice."""
    inner = [facts for facts in nudge.facts.values() if isinstance(facts, Mapping)]
    return nudge.severity is Severity.QUESTION or any("question" in facts for facts in inner)


def told(nudge: Nudge) -> list[str]:
    """The rules to tell, the sum of two of them last."""
    return sorted((rule for rule in nudge.rules if rule in RULES or rule == "RPE"), key=lambda rule: rule == "X01")


def plot_of(rule: str, nudge: Nudge, state: State, athlete: Athlete, pack: Pack) -> Plot | None:
    """What is drawn of one rule of a message, or None. `pack` is the athlete's own."""
    day = nudge.made_at.astimezone(ZoneInfo(athlete.timezone)).date().toordinal()
    return plot(rule, nudge.facts.get(rule, {}), nudge.activity, day, state, pack)


def manner_of(athlete: Athlete, words: Words) -> Manner:
    """How the athlete's charts speak."""
    names = tuple((kind, words.say(f"level.{kind}")) for kind in KINDS)
    return Manner(athlete.language, athlete.units, athlete.timezone, names)


def version(text: str) -> str:
    """A short hash of what is drawn, for its address."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def reason_of(rule: str, nudge: Nudge, state: State, athlete: Athlete, words: Words, pack: Pack) -> Reason:
    """One rule of a message."""
    speaker, known, found = tongue_of(athlete), RULES.get(rule), plot_of(rule, nudge, state, athlete, pack)
    seen, grounds = account(rule, nudge.facts.get(rule, {}), athlete, pack)
    manner = manner_of(athlete, words)
    drawable = found is not None and found.drawable
    name = f"{capital(speaker.render(f'name.{rule}', {}))} ({rule})" if speaker.knows(f"name.{rule}") else rule
    return Reason(
        rule=rule,
        name=words.say(f"name.{group(rule)}") if words.knows(f"name.{group(rule)}") else name,
        watches=words.say(f"watches.{group(rule)}"),
        seen=seen,
        levels=[] if found is None else [_level(one, found, words, speaker) for one in found.levels.found],
        records=[] if found is None else _records(found, words, speaker),
        each=_each(found),
        note=_note(found, nudge),
        key=_key(found),
        chart=f"{rule}.svg?v={version(repr((found, manner)))}" if drawable else "",
        own=known is not None and any(path.partition(".")[0] == known.part for path, _ in athlete.limits),
        grounds=grounds,
        strength=words.say(f"strength.{strength(known)}"),
        source=known,
        clears=words.say(f"clears.{group(rule)}"),
        mutable=rule in MUTABLE and rule != "X01",
    )


def group(rule: str) -> str:
    """The id of a rule's texts: its own, or that of the pain story's kind."""
    if rule in STORY:
        return STORY[rule]
    return "pain" if rule in RULES and RULES[rule].kind in {"pain", "return"} else rule


def strength(rule: Rule | None) -> str:
    """How well the evidence supports a rule, in one word of ours."""
    said = "" if rule is None else rule.strength
    if said.startswith("moderate"):
        return "mixed" if "weak" in said or "none" in said else "moderate"
    first = said.partition(" ")[0].strip(",;:")
    return {"strong": "strong", "contested": "contested", "weak": "weak", "consensus": "practice"}.get(
        first, "practice" if first == "practice" else "own"
    )


def _level(one: Level, found: Plot, words: Words, speaker: Tongue) -> Row:
    label = words.say(f"level.{one.kind}")
    return Row(label, tell(one.value, found.levels.measure, speaker), this=one.kind not in LINES and one.kind == "this")


def _each(found: Plot | None) -> str:
    if found is None or found.records is None:
        return ""
    return "table.morning" if isinstance(found.records, Mornings) else f"table.{found.records.each}"


def _key(found: Plot | None) -> str:
    match None if found is None else found.records:
        case Mornings() as kept:
            return f"chart.{kept.kind}"
        case Records() as kept:
            if kept.each != "day":
                return "chart.bars"
            return "chart.days" if kept.lines else "chart.day"
    return ""


def _note(found: Plot | None, nudge: Nudge) -> str:
    if found is None or nudge.activity is None:
        return ""
    if found.records is None:
        return "records.gone" if found.rule in {"L01", "L02", "L03", "R02", "T01", "T02", "T03"} else ""
    return "records.edited" if isinstance(found.records, Records) and not found.records.agree else ""


def _records(found: Plot, words: Words, speaker: Tongue) -> list[Row]:
    match found.records:
        case Records() as kept:
            return [
                Row(
                    words.date(date.fromordinal(one.day)),
                    words.say("now.unknown") if one.value is None else tell(one.value, kept.measure, speaker),
                    this=one.this,
                )
                for one in kept.found
            ]
        case Mornings() as kept:
            return list(_mornings(kept, words, speaker))[-ROWS:]
    return []


def _mornings(kept: Mornings, words: Words, speaker: Tongue) -> Iterator[Row]:
    for heart in kept.dawns.hearts:
        line = "" if heart.line is None else f"{words.say('level.limit')} {tell(heart.line, 'bpm', speaker)}"
        yield Row(words.date(heart.day), tell(heart.bpm, "bpm", speaker), line, heart.up)
    for week in kept.dawns.weeks:
        low = "" if week.low is None else f"{words.say('level.least')} {tell(week.low, 'ms', speaker)}"
        yield Row(words.date(week.day), tell(week.ms, "ms", speaker), low, week.low is not None and week.ms < week.low)
    for night in kept.dawns.nights:
        mean = words.say("now.unknown") if night.mean_min is None else tell(night.mean_min, "minutes", speaker)
        yield Row(words.date(night.day), mean, words.say("table.short") if night.short else "", night.short)


def story_of(episode: Episode, athlete: Athlete, words: Words) -> list[Row]:
    """What the picture of a pain story shows, in words."""
    speaker = tongue_of(athlete)
    rows = []
    for point in course(episode, ZoneInfo(athlete.timezone)):
        told = (
            speaker.render("pain.score", {"score": point.number})
            if point.kind == "score"
            else words.say(f"story.{point.kind}", step=point.number)
        )
        rows.append(Row(words.date(point.at.date()), told))
    return rows
