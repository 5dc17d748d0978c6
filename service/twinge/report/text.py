"""Stories as text: made for 80 columns, good without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinge.backtest import Story
from twinge.core.model import Facts, Morning, Nudge, Severity
from twinge.core.pack import STANDARD, Pack
from twinge.report.data import by_rule, measured
from twinge.report.evidence import numbers
from twinge.report.unknown import DATA, Gap, gaps
from twinge.report.words import SAID, day, many, reason, times

LAST = 5
"""Digests printed in full."""
SHOWN = 12
"""Problems printed in full; the rest is counted."""
COLOURS = {"slow_down": "yellow", "rest": "bold red", "see_doctor": "bold magenta", "urgent": "bold magenta"}


def print_text(stories: Sequence[Story], console: Console, units: str = "km", pack: Pack = STANDARD) -> None:
    """The stories one after another, then all in one table. `pack` is the one they were judged with."""
    for story in stories:
        _print_story(story, console, units, pack)
    if len(stories) > 1:
        _print_summary(stories, console)


def _print_story(story: Story, console: Console, units: str, pack: Pack) -> None:
    zone = ZoneInfo(story.zone)
    console.rule(Text(f" {story.name} ", style="bold"), align="left", characters="─")
    console.print(Text(_span(story, zone)))
    if story.mornings:
        console.print(Text(_mornings(story.mornings)))
    console.print(Text(_verdict(story), style="bold"))
    console.print()
    for nudge in story.nudges:
        print_nudge(nudge, zone, console, units=units, pack=pack)
    _print_digests(story, zone, console)
    _print_counts("Kept to itself", Counter(reason(held.reason) for held in story.held), console)
    lacks = gaps(story.unjudged)
    _print_gaps("Could not judge", [gap for gap in lacks if gap.rule != DATA], console)
    _print_gaps("Measured, but not believed", [gap for gap in lacks if gap.rule == DATA], console)
    _print_problems(story.problems, console)


def _span(story: Story, zone: ZoneInfo) -> str:
    if story.first is None or story.last is None:
        return "no workouts"
    days = " to ".join(day(at.astimezone(zone)) for at in (story.first, story.last))
    once = f"; {many(story.same, 'record')} of workouts that were recorded twice, counted once" if story.same else ""
    return f"{many(story.sessions, 'session')} in {many(story.weeks, 'training week')}, {days}, {story.zone} time{once}"


MEASURED = {
    "resting_hr": "resting heart rate",
    "rmssd": "HRV (RMSSD)",
    "sdnn": "HRV (SDNN)",
    "sleep_min": "sleep",
    "readiness": "readiness",
}


def _mornings(mornings: Sequence[Morning]) -> str:
    known = [f"{MEASURED[name]} {count:,}" for name, count in measured(mornings).items() if count]
    days = many(len({morning.day for morning in mornings}), "morning")
    return f"{days}: {', '.join(known)}" if known else f"{days}, with nothing that is believed"


def _verdict(story: Story) -> str:
    if not story.nudges:
        return "Twinge would have said nothing."
    often = f"{story.nudges_per_week:.2f} a training week"
    every = round(1 / story.nudges_per_week) if story.nudges_per_week else 0
    if every > 1:
        often += f", one in {every} weeks"
    return f"Twinge would have spoken {times(len(story.nudges))}: {often}."


def print_nudge(
    nudge: Nudge, zone: ZoneInfo, console: Console, sign: str = "", *, units: str = "km", pack: Pack = STANDARD
) -> None:
    """One message, or one digest, with its hour, its words and its numbers; `sign` stands before it."""
    at = nudge.not_before.astimezone(zone)
    word = "WEEKLY DIGEST" if nudge.severity is Severity.INFO else SAID[nudge.severity].upper()
    colour = COLOURS.get(nudge.severity.word, "cyan")
    head = Text.assemble((f"{at:%a} {day(at)} {at:%H:%M}", "bold"), "  ", (word, colour))
    head.append(f"  {' + '.join(nudge.rules)}", style="dim")
    console.print(Text.assemble(f"{sign} ", head) if sign else head)
    _indent(Text(nudge.text), console)
    for line in evidence(nudge.facts, units, pack):
        _indent(Text(line, style="dim"), console)
    console.print()


def evidence(facts: Facts, units: str, pack: Pack) -> list[str]:
    """A message's evidence, a line for each rule: `L01: this session 17.6 km · over that by 24% · limit 15.5 km`."""
    told = ((rule, numbers(rule, inner, units, pack)) for rule, inner in facts.items() if isinstance(inner, dict))
    return [f"{rule}: {' · '.join(f'{one.label} {one.value}' for one in found)}" for rule, found in told if found]


def _print_digests(story: Story, zone: ZoneInfo, console: Console) -> None:
    """How often there would have been a weekly digest, and the last ones."""
    if not story.digests:
        return
    share = f"{many(len(story.digests), 'weekly digest')} in {many(story.weeks, 'training week')}"
    console.print(Text(f"{share}; the last of them:" if len(story.digests) > LAST else share, style="bold"))
    for digest in story.digests[-LAST:]:
        at = digest.not_before.astimezone(zone)
        _indent(Text.assemble((f"{at:%a} {day(at)}  ", "bold"), digest.text), console, 2)
    console.print()


def _indent(text: Text, console: Console, columns: int = 4) -> None:
    console.print(Padding(text, (0, 0, 0, columns), expand=False))


def _print_counts(title: str, counts: Counter[str], console: Console) -> None:
    if not counts:
        return
    console.print(Text(title, style="bold"))
    table = _plain_table()
    for name, count in counts.most_common():
        table.add_row(f"{count:,}", Text(name))
    console.print(Padding(table, (0, 0, 1, 2), expand=False))


def _print_gaps(title: str, lacks: Sequence[Gap], console: Console) -> None:
    _print_counts(title, Counter({_lack(gap): gap.times for gap in lacks}), console)


def _lack(gap: Gap) -> str:
    return gap.reason if gap.rule == DATA else f"{gap.rule}: {gap.reason}"


def _print_problems(problems: Sequence[Any], console: Console) -> None:
    if not problems:
        return
    console.print(Text("About the file", style="bold"))
    for problem in problems[:SHOWN]:
        _indent(Text(f"• {problem}"), console, 2)
    if len(problems) > SHOWN:
        _indent(Text(f"… and {len(problems) - SHOWN} more (all of them in --format json)"), console, 2)
    console.print()


def _plain_table() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    return table


def _print_summary(stories: Sequence[Story], console: Console) -> None:
    console.rule(Text(" together ", style="bold"), align="left", characters="─")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("history", overflow="ellipsis", no_wrap=True, max_width=36)
    for name in ("sessions", "weeks", "nudges", "a week", "digests"):
        table.add_column(name, justify="right", no_wrap=True)
    for story in stories:
        cells = (story.sessions, story.weeks, len(story.nudges), f"{story.nudges_per_week:.2f}", len(story.digests))
        table.add_row(Text(story.name), *map(str, cells))
    console.print(table)
    rates = [story.nudges_per_week for story in stories]
    span = f"median {median(rates):.2f} nudges a training week, from {min(rates):.2f} to {max(rates):.2f}"
    rules = ", ".join(f"{rule} {count}" for rule, count in by_rule(stories).most_common())
    console.print(Text(f"\n{span}; by rule: {rules or 'none'}", style="bold"))
