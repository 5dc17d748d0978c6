"""A backtest's stories for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinge.backtest import Story
from twinge.core.model import Facts, Finding, Held, Nudge, Unjudged

SHOWN = 12
"""Problems printed in full; the rest is counted."""
COLOURS = {"slow_down": "yellow", "rest": "bold red", "see_doctor": "bold magenta", "urgent": "bold magenta"}


def to_json(stories: Sequence[Story]) -> dict[str, Any]:
    """One object for all histories; times are RFC 3339 UTC."""
    rates = [story.nudges_per_week for story in stories]
    return {
        "athletes": [_athlete(story) for story in stories],
        "summary": {
            "nudges_per_week_median": round(median(rates), 4) if rates else None,
            "athletes": len(stories),
            "sessions": sum(story.sessions for story in stories),
            "weeks": sum(story.weeks for story in stories),
            "nudges": sum(len(story.nudges) for story in stories),
            "held": sum(len(story.held) for story in stories),
            "by_rule": dict(_by_rule(stories).most_common()),
            "nudges_per_week_least": round(min(rates), 4) if rates else None,
            "nudges_per_week_most": round(max(rates), 4) if rates else None,
        },
    }


def _athlete(story: Story) -> dict[str, Any]:
    return {
        "file": story.name,
        "zone": story.zone,
        "sessions": story.sessions,
        "weeks": story.weeks,
        "first": _stamp(story.first),
        "last": _stamp(story.last),
        "nudges_per_week": round(story.nudges_per_week, 4),
        "nudges": [to_nudge(nudge) for nudge in story.nudges],
        "held": [_held(held) for held in story.held],
        "held_by_reason": dict(Counter(held.reason for held in story.held).most_common()),
        "findings": [_finding(finding) for finding in story.findings],
        "unknown": list(_unknown(story.unjudged)),
        "problems": [_problem(problem) for problem in story.problems],
    }


def to_nudge(nudge: Nudge) -> dict[str, Any]:
    """One message as JSON."""
    return {
        "at": _stamp(nudge.not_before),
        "severity": nudge.severity.word,
        "rules": list(nudge.rules),
        "text": nudge.text,
        "facts": dict(nudge.facts),
        "activity": nudge.activity,
    }


def _held(held: Held) -> dict[str, Any]:
    return {
        "at": _stamp(held.at),
        "rules": list(held.rules),
        "reason": held.reason,
        "severity": held.severity.word,
        "activity": held.activity,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "at": _stamp(finding.at),
        "rule": finding.rule,
        "severity": finding.severity.word,
        "band": finding.band,
        "activity": finding.activity,
        "facts": dict(finding.facts),
    }


def _unknown(unjudged: Sequence[Unjudged]) -> Iterator[dict[str, Any]]:
    """One entry for each rule and reason, with how often and when: a history with holes says where they are."""
    for (rule, reason), count in Counter((each.rule, each.reason) for each in unjudged).most_common():
        times = [each.at for each in unjudged if (each.rule, each.reason) == (rule, reason)]
        first, last = _stamp(min(times)), _stamp(max(times))
        yield {"rule": rule, "reason": reason, "count": count, "first": first, "last": last}


def _problem(problem: Any) -> dict[str, Any]:
    return {name: getattr(problem, name, None) for name in ("line", "column", "what")}


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at is not None else None


def _by_rule(stories: Sequence[Story]) -> Counter[str]:
    return Counter(rule for story in stories for nudge in story.nudges for rule in nudge.rules)


def print_text(stories: Sequence[Story], console: Console) -> None:
    """The stories one after another, then all in one table; made for 80 columns, good without colour."""
    for story in stories:
        _print_story(story, console)
    if len(stories) > 1:
        _print_summary(stories, console)


def _print_story(story: Story, console: Console) -> None:
    zone = ZoneInfo(story.zone)
    console.rule(Text(f" {story.name} ", style="bold"), align="left", characters="─")
    console.print(Text(_span(story, zone)))
    console.print(Text(_verdict(story), style="bold"))
    console.print()
    for nudge in story.nudges:
        print_nudge(nudge, zone, console)
    _print_counts("Kept to itself", Counter(held.reason for held in story.held), console)
    _print_unknown(story.unjudged, console)
    _print_problems(story.problems, console)


def _span(story: Story, zone: ZoneInfo) -> str:
    if story.first is None or story.last is None:
        return "no workouts"
    days = " to ".join(_day(at, zone) for at in (story.first, story.last))
    return f"{story.sessions} sessions in {story.weeks} training weeks, {days}, {story.zone} time"


def _verdict(story: Story) -> str:
    if not story.nudges:
        return "Twinge would have said nothing."
    often = f"{story.nudges_per_week:.2f} a training week"
    every = round(1 / story.nudges_per_week)
    if every > 1:
        often += f", one in {every} weeks"
    return f"Twinge would have spoken {_times(len(story.nudges))}: {often}."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %b %Y}".lstrip("0")


def print_nudge(nudge: Nudge, zone: ZoneInfo, console: Console, sign: str = "") -> None:
    """One message with its hour, its words and its numbers; `sign` stands before it."""
    at = nudge.not_before.astimezone(zone)
    word = nudge.severity.word.replace("_", " ").upper()
    colour = COLOURS.get(nudge.severity.word, "cyan")
    head = Text.assemble((f"{at:%a} {_day(at, zone)} {at:%H:%M}", "bold"), "  ", (word, colour))
    head.append(f"  {' + '.join(nudge.rules)}", style="dim")
    console.print(Text.assemble(f"{sign} ", head) if sign else head)
    _indent(Text(nudge.text), console)
    for line in numbers(nudge.facts):
        _indent(Text(line, style="dim"), console)
    console.print()


def _indent(text: Text, console: Console, columns: int = 4) -> None:
    console.print(Padding(text, (0, 0, 0, columns), expand=False))


def numbers(facts: Facts) -> list[str]:
    """A nudge's evidence, a line for each rule: `L01: today 17,560 · longest 30d 14,120 · over percent 24`."""
    nested = {name: value for name, value in facts.items() if isinstance(value, dict)}
    plain = {name: value for name, value in facts.items() if name not in nested}
    lines = [f"{rule}: {_line(inner)}" for rule, inner in nested.items()]
    return [*lines, _line(plain)] if plain else lines


def _line(facts: Facts) -> str:
    known = ((name, value) for name, value in facts.items() if value is not None and not isinstance(value, dict))
    return " · ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in known)


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _print_counts(title: str, counts: Counter[str], console: Console) -> None:
    if not counts:
        return
    console.print(Text(title, style="bold"))
    table = _plain_table()
    for name, count in counts.most_common():
        table.add_row(str(count), name)
    console.print(Padding(table, (0, 0, 1, 2), expand=False))


def _print_unknown(unjudged: Sequence[Unjudged], console: Console) -> None:
    if not unjudged:
        return
    console.print(Text("Could not judge", style="bold"))
    table = _plain_table()
    for each in _unknown(unjudged):
        table.add_row(str(each["count"]), f"{each['rule']}: {each['reason']}")
    console.print(Padding(table, (0, 0, 1, 2), expand=False))


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
    table.add_column("history", overflow="ellipsis", no_wrap=True, max_width=40)
    for name in ("sessions", "weeks", "nudges", "a week"):
        table.add_column(name, justify="right", no_wrap=True)
    for story in stories:
        cells = (story.sessions, story.weeks, len(story.nudges), f"{story.nudges_per_week:.2f}")
        table.add_row(Text(story.name), *map(str, cells))
    console.print(table)
    rates = [story.nudges_per_week for story in stories]
    span = f"median {median(rates):.2f} nudges a training week, from {min(rates):.2f} to {max(rates):.2f}"
    rules = ", ".join(f"{rule} {count}" for rule, count in _by_rule(stories).most_common())
    console.print(Text(f"\n{span}; by rule: {rules or 'none'}", style="bold"))
