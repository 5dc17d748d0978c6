"""Stories into the values that the templates show; every one of them is escaped there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from twinge.backtest import Story
from twinge.core.pack import Pack
from twinge.difference import Difference, differ
from twinge.page import panels
from twinge.page.axes import Mark, spans
from twinge.page.dawns import Dawns, look_at
from twinge.page.grounds import grounds
from twinge.page.panels import Panel
from twinge.page.recovery import recovery
from twinge.page.series import Series, work_out
from twinge.page.sources import Cited, changed, cited, silent
from twinge.page.table import Table, tabulate
from twinge.page.terrain import terrain
from twinge.page.timeline import Year, years
from twinge.report.unknown import DATA, Gap, gaps
from twinge.report.words import day, long_way, many, reason, times


class Lack(NamedTuple):
    """One thing that was not known."""

    rule: str
    reason: str
    times: int
    when: str


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
    digests: int
    held: list[tuple[str, int]]
    """Why things were kept quiet, and how often."""
    unknown: list[Lack]
    """What a rule could not judge."""
    doubted: list[Lack]
    """What was measured and not believed."""
    problems: list[str]
    weeks: Table
    difference: Difference | None


class Job(NamedTuple):
    """What one athlete's sheet is made of; it may be made in another process."""

    id: str
    story: Story
    other: Story | None
    pack: Pack
    other_pack: Pack | None
    units: str


def render(
    sheets: Sequence[Sheet], stories: Sequence[Story], pack: Pack, other: Pack | None, troubles: Sequence[str]
) -> str:
    """The page as text."""
    own = files("twinge.page").joinpath("templates/page.css").read_text("utf-8")
    shown: list[Cited] = cited(stories, pack, whole=other is not None)
    page: str = (
        _templates()
        .get_template("page.html")
        .render(
            css=Markup(own),  # noqa: S704 - our own file
            sheets=sheets,
            together=_together(stories),
            rates=_rates(stories),
            rules=shown,
            silent=silent(shown, pack),
            pack=pack.version,
            other=other.version if other is not None else None,
            changed=changed(pack, other) if other is not None else [],
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
    id_, story, other, pack, other_pack, units = job
    series, dawns = work_out(story.log, pack), look_at(story.mornings, pack)
    difference = differ(story, other) if other is not None else None
    lacks = [_lack(gap, ZoneInfo(story.zone)) for gap in gaps(story.unjudged)]
    return Sheet(
        id=id_,
        name=story.name,
        verdict=_verdict(story),
        span=_span(story),
        headline=_headline(story, series, units),
        panels=_panels(story, series, dawns, pack, units, difference),
        years=years(story, units, difference, pack, other_pack),
        digests=len(story.digests),
        held=[(reason(word), count) for word, count in Counter(h.reason for h in story.held).most_common()],
        unknown=[lack for lack in lacks if lack.rule != DATA],
        doubted=[lack for lack in lacks if lack.rule == DATA],
        problems=[str(problem) for problem in story.problems],
        weeks=tabulate(series, dawns, units),
        difference=difference,
    )


def _panels(
    story: Story, series: Series, dawns: Dawns, pack: Pack, units: str, difference: Difference | None
) -> list[Panel]:
    """Every panel; one that has nothing to show says what it would need."""
    trained = [date.fromordinal(session.day) for session in story.log]
    woken = [date.fromordinal(morning.day) for morning in story.mornings]
    training, marks = spans(trained), _marks(story, difference)
    return [
        panels.distance(series, training, marks, units),
        panels.load(series, training),
        panels.longest(series, training, pack, units),
        recovery(series, dawns, spans([*trained, *woken]), marks, pack),
        terrain(series, grounds(story.log), training, marks, units),
    ]


def _marks(story: Story, difference: Difference | None) -> list[Mark]:
    zone = ZoneInfo(story.zone)
    others = [] if difference is None else [*difference.only_new, *difference.digests.only_new]
    said = [(nudge, False) for nudge in (*story.nudges, *story.digests)] + [(nudge, True) for nudge in others]
    return [
        Mark(nudge.not_before.astimezone(zone).date(), nudge.severity.word, nudge.rules, other) for nudge, other in said
    ]


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
    once = f" {many(story.same, 'workout')} recorded twice, counted once." if story.same else ""
    return f"{day(story.first.astimezone(zone))} to {day(story.last.astimezone(zone))}, {story.zone} time.{once}"


def _headline(story: Story, series: Series, units: str) -> list[tuple[str, str]]:
    severities = Counter(nudge.severity.word for nudge in story.nudges)
    metres = sum(week.run_m for week in series.weeks)
    longest = max((run.metres for run in series.runs), default=None)
    mornings = len({morning.day for morning in story.mornings})
    return [
        ("messages", f"{len(story.nudges):,}"),
        ("a training week", f"{story.nudges_per_week:.2f}"),
        ("said rest", f"{severities['rest']:,}"),
        ("weekly digests", f"{len(story.digests):,}"),
        ("kept quiet", f"{len(story.held):,}"),
        ("sessions", f"{story.sessions:,}"),
        ("training weeks", f"{story.weeks:,}"),
        *([("mornings", f"{mornings:,}")] if mornings else []),
        ("run in all", long_way(metres, units) if metres else "unknown"),
        ("longest run", long_way(longest, units) if longest else "unknown"),
    ]


def _lack(gap: Gap, zone: ZoneInfo) -> Lack:
    first, last = day(gap.first.astimezone(zone)), day(gap.last.astimezone(zone))
    return Lack(gap.rule, gap.reason, gap.times, first if first == last else f"{first} to {last}")


def _together(stories: Sequence[Story]) -> list[list[Any]]:
    return [
        [
            f"a{number}",
            story.name,
            story.sessions,
            story.weeks,
            len(story.nudges),
            f"{story.nudges_per_week:.2f}",
            len(story.digests),
        ]
        for number, story in enumerate(stories, start=1)
    ]


def _rates(stories: Sequence[Story]) -> str:
    rates = [story.nudges_per_week for story in stories]
    if not rates:
        return ""
    return f"median {median(rates):.2f} messages a training week, from {min(rates):.2f} to {max(rates):.2f}"
