"""Routes about what happened: workouts, findings, messages, and pain."""

from __future__ import annotations

from typing import Any

from twinge.web.api import answers, history, pain, queries, records, shapes
from twinge.web.api.table.place import ONE, lists
from twinge.web.route import HTML, Call, Route, Sends

HISTORY, PAIN = "History", "Pain"


def _events(name: str, call: Call, kind: Any, summary: str) -> Route:
    """A list of one athlete's."""
    return Route("GET", f"{ONE}/{name}", call, HISTORY, summary, lists(kind), query=queries.Pages)


ROUTES = (
    _events("activities", history.activities, records.Activity, "Records of workouts, newest first, in SI units."),
    _events("wellness", history.wellness, records.Morning, "Mornings, newest first."),
    _events("findings", history.findings, records.Finding, "What the rules saw, newest first, with the numbers."),
    _events("nudges", history.nudges, records.Nudge, "What was said, or will be, and what became of it; newest first."),
    _events("held", history.held, records.Held, "What was not said, newest first, with the reason."),
    Route(
        "GET",
        f"{ONE}/state",
        history.state,
        HISTORY,
        "What Twinge sees now: load of the week, longest run, next ceiling, days in a row, and what it does not know.",
        Sends(type=records.Standing),
    ),
    Route(
        "GET",
        f"{ONE}/reports",
        pain.reports,
        PAIN,
        "What the athlete told, newest first, without their own words.",
        lists(records.Report),
        query=queries.Pages,
    ),
    Route(
        "POST",
        f"{ONE}/reports",
        pain.tell,
        PAIN,
        "Pain, signs, an effort or a clearance: into the inbox. What is left out is not known; `false` is a no.",
        Sends(status=202, type=answers.Stored),
        body=shapes.NewReport,
    ),
    Route(
        "GET",
        f"{ONE}/episodes",
        pain.episodes,
        PAIN,
        "The pain stories that are open or not long over, newest first.",
        lists(records.Episode),
        gives={"episode": "/items/0/id"},
    ),
    Route(
        "GET",
        f"{ONE}/episodes/{{episode}}",
        pain.episode,
        PAIN,
        "One, with its timeline.",
        Sends(type=records.Episode),
        tagged=True,
    ),
    Route(
        "GET",
        f"{ONE}/episodes/{{episode}}/page",
        pain.page,
        PAIN,
        "The same as a page to show to a physio, with what was run before it.",
        Sends(media=HTML),
        errors=(403,),
    ),
)
