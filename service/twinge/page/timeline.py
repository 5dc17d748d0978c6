"""The timeline: every message, digest and silence, newest first, with its numbers, its limit and its evidence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.backtest import Story
from twinge.core.digest import DIGESTED
from twinge.core.model import Facts, Held, Nudge, Severity
from twinge.core.pack import STANDARD, Pack
from twinge.core.rules import CATALOGUE, Rule
from twinge.difference import Difference
from twinge.report.evidence import Number, numbers
from twinge.report.words import SAID, day, many, reason
from twinge.speech import without_way_out

RULES: Mapping[str, Rule] = {rule.id: rule for rule in CATALOGUE}


class Group(NamedTuple):
    """One rule of an entry."""

    rule: str
    name: str
    numbers: list[Number]
    strength: str
    cited: bool
    """Whether the page says more about it."""


class Entry(NamedTuple):
    """One line of the timeline."""

    at: datetime
    """In the athlete's zone."""
    stamp: str
    day: str
    kind: str
    """said, digest or held."""
    severity: str
    """The word of the API, for the page's style."""
    title: str
    text: str
    """What was said, or why nothing was."""
    groups: list[Group]
    sign: str
    """Which of two packs it belongs to alone: old, new, or empty."""


class Year(NamedTuple):
    """One year of it."""

    label: str
    counts: str
    entries: list[Entry]


class Manner(NamedTuple):
    """How an athlete's entries are told."""

    zone: ZoneInfo
    units: str
    packs: Mapping[str, Pack]
    """Sign → the pack that an entry was judged with."""


def years(
    story: Story, units: str, difference: Difference | None, pack: Pack = STANDARD, other: Pack | None = None
) -> list[Year]:
    """The whole timeline, newest first. `other` is the pack that `difference` compares with."""
    manner = Manner(ZoneInfo(story.zone), units, {"new": pack if other is None else other, "old": pack, "": pack})
    digests = told_in(story.held, story.digests, timedelta(days=pack.digest.days))
    entries = [*_said(story, difference, manner), *_digests(story, digests, difference, manner)]
    entries += _kept(story.held, digests, manner)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [_year(str(year), list(group)) for year, group in groupby(entries, key=lambda entry: entry.at.year)]


def _year(label: str, entries: list[Entry]) -> Year:
    kinds = Counter(entry.kind for entry in entries if entry.sign != "new")
    digests = f"{many(kinds['digest'], 'digest')}, " if kinds["digest"] else ""
    return Year(label, f"{kinds['said']} said, {digests}{kinds['held']} kept quiet", entries)


def told_in(held: Sequence[Held], digests: Sequence[Nudge], days: timedelta) -> list[Nudge | None]:
    """For each silence the digest that told it after all, with the very numbers: the first of the next `days`."""
    made = [digest.made_at for digest in digests]

    def find(one: Held) -> Nudge | None:
        following = digests[bisect_left(made, one.at) : bisect_right(made, one.at + days)]
        rule = one.rules[0]
        return next((digest for digest in following if digest.facts.get(rule, 0) == one.facts.get(rule)), None)

    return [find(one) if one.reason in DIGESTED else None for one in held]


def _said(story: Story, difference: Difference | None, manner: Manner) -> Iterator[Entry]:
    gone = {nudge.id for nudge in difference.only_old} if difference is not None else set()
    for nudge in story.nudges:
        yield _message(nudge, "old" if nudge.id in gone else "", manner)
    for nudge in difference.only_new if difference is not None else ():
        yield _message(nudge, "new", manner)


def _digests(
    story: Story, digests: Sequence[Nudge | None], difference: Difference | None, manner: Manner
) -> Iterator[Entry]:
    seen = {
        (digest.id, rule): held.at
        for held, digest in zip(story.held, digests, strict=True)
        if digest is not None
        for rule in held.rules
    }
    gone = {digest.id for digest in difference.digests.only_old} if difference is not None else set()
    for digest in story.digests:
        entry = _message(digest, "old" if digest.id in gone else "", manner)
        noticed = [seen.get((digest.id, group.rule)) for group in entry.groups]
        yield entry._replace(groups=[_noticed(*pair, manner) for pair in zip(entry.groups, noticed, strict=True)])
    for digest in difference.digests.only_new if difference is not None else ():
        yield _message(digest, "new", manner)


def _noticed(group: Group, at: datetime | None, manner: Manner) -> Group:
    """With the day on which it was seen."""
    if at is None:
        return group
    return group._replace(numbers=[*group.numbers, Number("noticed", day(at.astimezone(manner.zone)))])


def _message(nudge: Nudge, sign: str, manner: Manner) -> Entry:
    at, digest = nudge.not_before.astimezone(manner.zone), nudge.severity is Severity.INFO
    return Entry(
        at=at,
        stamp=_stamp(at),
        day=f"{at:%a} {day(at)}, {at:%H:%M}",
        kind="digest" if digest else "said",
        severity=nudge.severity.word,
        title="Weekly digest" if digest else SAID[nudge.severity],
        text=without_way_out(nudge.text),
        groups=[_group(rule, nudge.facts.get(rule, {}), manner, sign) for rule in nudge.rules],
        sign=sign,
    )


def _kept(held: Sequence[Held], digests: Sequence[Nudge | None], manner: Manner) -> Iterator[Entry]:
    """The silences; those of one moment and one reason as one entry."""
    last = max((digest.made_at for digest in digests if digest is not None), default=None)
    pairs = zip(held, digests, strict=True)
    for _, group in groupby(pairs, key=lambda pair: (pair[0].at, pair[0].reason, pair[0].severity, pair[1])):
        alike = list(group)
        one, digest = alike[0]
        at = one.at.astimezone(manner.zone)
        rules = [(rule, each.facts.get(rule, {})) for each, _ in alike for rule in each.rules]
        yield Entry(
            at=at,
            stamp=_stamp(at),
            day=f"{at:%a} {day(at)}",
            kind="held",
            severity=one.severity.word,
            title="Kept quiet",
            text=_why(one, digest, last, manner),
            groups=[_group(rule, {} if digest else facts, manner, "") for rule, facts in rules],
            sign="",
        )


def _why(held: Held, digest: Nudge | None, last: datetime | None, manner: Manner) -> str:
    """Why it was kept quiet, and whether the digest told it; its numbers stand there then."""
    if digest is not None:
        after = f"; it was in the digest of {day(digest.not_before.astimezone(manner.zone))}"
    elif held.reason not in DIGESTED:
        after = ""
    elif last is None or held.at > last:
        after = "; the history ends before its digest"
    else:
        after = "; the digest had weightier things to say, or had said it lately"
    if held.reason == "digest":
        return f"Good to know, but no reason to interrupt anybody{after}."
    return f"{NOT_SAID[held.severity]} was not said: {reason(held.reason)}{after}."


NOT_SAID = {**SAID, Severity.INFO: "A line for the digest", Severity.QUESTION: "A question"}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes")


def _group(rule: str, facts: Facts, manner: Manner, sign: str) -> Group:
    known = RULES.get(rule)
    told = numbers(rule, facts, manner.units, manner.packs[sign]) if facts else []
    if known is None:
        return Group(rule, rule, told, "not recorded", cited=False)
    return Group(rule, known.name, told, known.strength, cited=True)
