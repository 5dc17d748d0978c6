"""Stories into the values that the templates show; every one of them is escaped there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from twinge.backtest import Story
from twinge.core.pack import Pack
from twinge.core.rules import Rule
from twinge.difference import Difference, differ
from twinge.page.panels import Panel, panels
from twinge.page.series import Series, Week, work_out
from twinge.page.timeline import Year, years
from twinge.page.words import REASONS, RULES, day, height, long_way, times


@dataclass(frozen=True, slots=True)
class Sheet:
    """One athlete's part of the page."""

    id: str
    name: str
    verdict: str
    span: str
    headline: list[tuple[str, str]]
    panels: list[Panel]
    years: list[Year]
    held: list[tuple[str, int]]
    unknown: list[tuple[str, str, int, str]]
    problems: list[str]
    weeks: list[list[str]]
    difference: Difference | None


class Job(NamedTuple):
    """What one athlete's sheet is made of; it may be made in another process."""

    id: str
    story: Story
    other: Story | None
    pack: Pack
    units: str


@dataclass(frozen=True, slots=True)
class Cited:
    """One rule with its limits."""

    rule: Rule
    limits: list[tuple[str, str]]


def render(
    sheets: Sequence[Sheet], stories: Sequence[Story], pack: Pack, other: Pack | None, troubles: Sequence[str]
) -> str:
    """The page as text."""
    own = files("twinge.page").joinpath("templates/page.css").read_text("utf-8")
    page: str = (
        _templates()
        .get_template("page.html")
        .render(
            css=Markup(own),  # noqa: S704 - our own file
            sheets=sheets,
            together=_together(stories),
            rates=_rates(stories),
            rules=_cited(stories, pack, other),
            pack=pack.version,
            other=other.version if other is not None else None,
            changed=_changed(pack, other) if other is not None else [],
            troubles=troubles,
        )
    )
    return page


def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("twinge.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["svg"] = Markup  # drawn here by vl-convert, which escapes what it writes
    return found


def draw_sheet(job: Job) -> Sheet:
    """One athlete's sheet, charts and all: nearly all of a page's time."""
    id_, story, other, pack, units = job
    series = work_out(story.log, story.climbs, pack)
    difference = differ(story, other) if other is not None else None
    return Sheet(
        id=id_,
        name=story.name,
        verdict=_verdict(story),
        span=_span(story),
        headline=_headline(story, series, units),
        panels=panels(story, series, pack, units, difference),
        years=years(story, units, difference),
        held=[(REASONS.get(word, word), count) for word, count in Counter(h.reason for h in story.held).most_common()],
        unknown=_unknown(story),
        problems=[str(problem) for problem in story.problems],
        weeks=[_row(week, units) for week in reversed(series.weeks)],
        difference=difference,
    )


def _verdict(story: Story) -> str:
    if not story.nudges:
        return "Twinge would have said nothing."
    rate = story.weeks / len(story.nudges)
    often = f"about once in {rate:.0f} weeks of training" if rate >= 1.5 else "about once in a week of training"
    return f"Twinge would have spoken {times(len(story.nudges))}: {often}."


def _span(story: Story) -> str:
    if story.first is None or story.last is None:
        return "No workouts."
    zone = ZoneInfo(story.zone)
    return f"{day(story.first.astimezone(zone))} to {day(story.last.astimezone(zone))}, {story.zone} time"


def _headline(story: Story, series: Series, units: str) -> list[tuple[str, str]]:
    severities = Counter(nudge.severity.word for nudge in story.nudges)
    metres = sum(week.run_m for week in series.weeks)
    longest = max((run.metres for run in series.runs), default=None)
    return [
        ("messages", f"{len(story.nudges):,}"),
        ("a training week", f"{story.nudges_per_week:.2f}"),
        ("said rest", f"{severities['rest']:,}"),
        ("kept quiet", f"{len(story.held):,}"),
        ("sessions", f"{story.sessions:,}"),
        ("training weeks", f"{story.weeks:,}"),
        ("run in all", long_way(metres, units) if metres else "unknown"),
        ("longest run", long_way(longest, units) if longest else "unknown"),
    ]


def _unknown(story: Story) -> list[tuple[str, str, int, str]]:
    """Rule, reason, how often, and when."""
    zone = ZoneInfo(story.zone)
    rows = []
    for (rule, reason), count in Counter((each.rule, each.reason) for each in story.unjudged).most_common():
        at = [each.at.astimezone(zone) for each in story.unjudged if (each.rule, each.reason) == (rule, reason)]
        first, last = day(min(at)), day(max(at))
        rows.append((rule, reason, count, first if first == last else f"{first} to {last}"))
    return rows


def _row(week: Week, units: str) -> list[str]:
    """One week as a table shows it; at least so much where something is not known."""
    return [
        day(week.monday),
        str(week.sessions),
        _at_least(long_way(week.run_m, units), week.runs - week.blank_distance, week.blank_distance),
        _at_least(f"{week.load / 100:,.0f}", week.sessions - week.blank_load, week.blank_load),
        _at_least(height(week.climb_m, units), week.known_climb, week.blank_climb),
    ]


def _at_least(value: str, known: int, blank: int) -> str:
    if not known:
        return "unknown" if blank else "–"
    return f"≥ {value}" if blank else value


def _together(stories: Sequence[Story]) -> list[tuple[str, str, int, int, int, str]]:
    return [
        (f"a{number}", story.name, story.sessions, story.weeks, len(story.nudges), f"{story.nudges_per_week:.2f}")
        for number, story in enumerate(stories, start=1)
    ]


def _rates(stories: Sequence[Story]) -> str:
    rates = [story.nudges_per_week for story in stories]
    if not rates:
        return ""
    return f"median {median(rates):.2f} messages a training week, from {min(rates):.2f} to {max(rates):.2f}"


def _cited(stories: Sequence[Story], pack: Pack, other: Pack | None) -> list[Cited]:
    """Every rule that had something to say here, in the order of the catalogue."""
    met = {rule for story in stories for nudge in story.nudges for rule in nudge.rules}
    met |= {rule for story in stories for held in story.held for rule in held.rules}
    met |= {each.rule for story in stories for each in story.unjudged}
    shown = [rule for rule in RULES.values() if rule.kind != "message" and (rule.id in met or other is not None)]
    return [
        Cited(rule, [(name.replace("_", " "), str(value)) for name, value in rule.limits(pack).items()])
        for rule in shown
    ]


def _changed(pack: Pack, other: Pack) -> list[tuple[str, Any, Any]]:
    """The limits in which two packs differ."""
    return [(path, old, new) for path, old, new in _limits(pack, other) if old != new]


def _limits(pack: Pack, other: Pack) -> list[tuple[str, Any, Any]]:
    found = []
    for name in (name for name in pack.__slots__ if name != "version"):
        old, new = getattr(pack, name), getattr(other, name)
        found += [(f"{name}.{key}", getattr(old, key), getattr(new, key)) for key in old.__slots__]
    return found
