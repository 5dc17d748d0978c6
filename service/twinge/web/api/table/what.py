"""Routes about what happened: workouts, findings, messages, and pain."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from twinge.web.api import answers, history, pain, queries, records, shapes, told
from twinge.web.api.table.place import ONE, lists
from twinge.web.route import HTML, Call, Route, Sends

HISTORY, PAIN = "History", "Pain"


STORED = Sends(status=202, type=answers.Stored)


def _events(name: str, one: str, call: Call, kind: Any, query: type[Struct], summary: str) -> Route:
    """A list of one athlete's; `one` is what the path calls one of them."""
    gives = {one: "/items/0/id"}
    return Route("GET", f"{ONE}/{name}", call, HISTORY, summary, lists(kind), query=query, gives=gives)


def _event(name: str, one: str, call: Call, kind: Any, summary: str) -> Route:
    """One of such a list."""
    return Route("GET", f"{ONE}/{name}/{{{one}}}", call, HISTORY, summary, Sends(type=kind), tagged=True)


ROUTES = (
    _events(
        "activities",
        "activity",
        history.activities,
        records.Activity,
        queries.Activities,
        "Records of workouts, newest first, in SI units.",
    ),
    Route(
        "POST",
        f"{ONE}/activities",
        told.workout,
        HISTORY,
        "A workout told by hand: into the inbox. The same `id` again is an edit.",
        STORED,
        body=shapes.NewWorkout,
    ),
    _event("activities", "activity", history.activity, records.Activity, "One of them."),
    Route(
        "DELETE",
        f"{ONE}/activities/{{activity}}",
        told.remove,
        HISTORY,
        "It goes as if its platform had said so: into the inbox. A later edit there brings it back.",
        STORED,
    ),
    Route(
        "GET",
        f"{ONE}/wellness",
        history.wellness,
        HISTORY,
        "Mornings, newest first.",
        lists(records.Morning),
        query=queries.Days,
        gives={"date": "/items/0/date"},
    ),
    Route(
        "POST",
        f"{ONE}/wellness",
        told.morning,
        HISTORY,
        "A morning told by hand: into the inbox. The same day again is an edit.",
        STORED,
        body=shapes.NewMorning,
    ),
    Route(
        "GET",
        f"{ONE}/wellness/{{date}}",
        history.morning,
        HISTORY,
        "What each source told of one morning.",
        lists(records.Morning),
    ),
    _events(
        "findings",
        "finding",
        history.findings,
        records.Finding,
        queries.Findings,
        "What the rules saw, newest first, with the numbers.",
    ),
    _event("findings", "finding", history.finding, records.Finding, "One of them."),
    _events(
        "nudges",
        "nudge",
        history.nudges,
        records.Nudge,
        queries.Nudges,
        "What was said, or will be, and what became of it; newest first.",
    ),
    _event("nudges", "nudge", history.nudge, records.Nudge, "One of them."),
    Route(
        "POST",
        f"{ONE}/nudges/{{nudge}}/void",
        history.void,
        HISTORY,
        "Takes back a message that still waits, and its copies.",
        Sends(type=records.Nudge),
        errors=(409,),
    ),
    _events(
        "held",
        "held",
        history.held,
        records.Held,
        queries.Silent,
        "What was not said, newest first, with the reason.",
    ),
    _event("held", "held", history.silence, records.Held, "One of them."),
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
        query=queries.Span,
        gives={"report": "/items/0/id"},
    ),
    Route("GET", f"{ONE}/reports/{{report}}", pain.report, PAIN, "One.", Sends(type=records.Report), tagged=True),
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
