"""Everything that the pain story may say, with a spread of facts as the machine writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

from sayings import every
from twinge.core.pain import CATALOGUE, FORMS, STAGES, Kind, Question, Say
from twinge.core.pain.signs import CONFIRMABLE, RED, SIDES, SITES

PLACES = [(site, side) for site in ("", *SITES) for side in ("", *SIDES)]
AMERICA = "America/New_York"
"""Whose emergency number is not the one of everywhere."""
ALARMS = sorted(RED | {"fall", "fever"})

VALUES: Mapping[str, list[Any]] = {
    "score": [None, 0, 3, 10],
    "first": [None, 3],
    "live": [False, True],
    "worse": [False, True],
    "hours": [0, 336],
    "hours_since": [24, 48],
    "day": [0, 120],
    "days": [1, 2, 42],
    "minutes": [30],
    "nerve": [False, True],
    "again": [False, True],
    "signs": ["", "cancer_history limp numb_long weak"],
    "urgency": ["", "routine", "soon", "prompt", "review"],
    "wait_hours": [48],
    "ran_minutes": [None, 0, 95],
    "reason": ["", "long", "hard", "hills"],
    "volume_percent": [None, 50, 100],
    "week_score": [1, 100],
    "found": [" ".join(found) for count in (1, 2) for found in combinations(sorted(CONFIRMABLE), count)],
}
STEPS = [
    {
        "stage": number,
        "sets": stage.sets,
        "walk_minutes": stage.walk_min,
        "run_minutes_each": stage.run_min,
        "run_minutes": stage.run_s // 60,
    }
    for number, stage in enumerate(STAGES)
]
WHICH = {
    "which_place": [
        ("left knee", "right calf"),
        ("unnamed", "new"),
        ("left", "other", "hip", "both back", "new"),
        *(tuple(f"{side} {site}".strip() for site, side in PLACES[at : at + 9]) for at in range(1, len(PLACES), 9)),
    ],
    "which_question": [
        ("weekly", "check left knee", "run both behind_hip"),
        *(tuple(FORMS)[at : at + 9] for at in range(0, len(FORMS), 8)),
    ],
}
"""Choices that are places and questions; the other questions have theirs fixed."""


def says(kind: Kind, places: list[tuple[str, str]] | None = None) -> Iterator[Say]:
    """The kind with every combination of its facts at some places, and with each question it may carry."""
    rows = _rows(kind)
    for (site, side), facts, question in product(_places(kind, places), rows, questions(kind)):
        chosen = {**facts, "site": site, "side": side}
        if question is not None and question.kind == "site" and site:
            continue
        yield Say(kind.name, kind.rules[0], kind.severity, 0, 1, {name: chosen[name] for name in kind.facts}, question)


def questions(kind: Kind) -> list[Question | None]:
    """None first, where it may come without."""
    asked: list[Question | None] = [None] if kind.severity.word not in {"question", "urgent"} else []
    for name in kind.asks:
        choices = WHICH.get(name, [FORMS[name].choices])
        asked += [Question(1, name, 1, 0, each) for each in choices]
    return asked or [None]


def _places(kind: Kind, places: list[tuple[str, str]] | None) -> list[tuple[str, str]]:
    if "site" not in kind.facts:
        return [("", "")]
    return [("", ""), ("buttock", "left")] if places is None else places


def _rows(kind: Kind) -> list[dict[str, Any]]:
    own = {name: VALUES[name] for name in kind.facts if name in VALUES}
    if kind.name == "urgent":
        pairs = [" ".join(told) for count in (1, 2) for told in combinations(ALARMS, count)]
        own["signs"] = [*pairs, "fever limp", "tingling weak_worse"]
    steps = (
        STEPS if "sets" in kind.facts else [{"stage": stage} for stage in range(7)] if "stage" in kind.facts else [{}]
    )
    return [{**row, **step} for row in every(**own) for step in steps]


def kind(name: str) -> Kind:
    """The kind of that name."""
    return next(one for one in CATALOGUE if one.name == name)


def say(name: str, ask: str = "", choices: tuple[str, ...] | None = None, **facts: Any) -> Say:
    """One message, with the plainest facts but for those wanted."""
    one = kind(name)
    plainest = {**{fact: values[0] for fact, values in VALUES.items()}, **STEPS[2], "site": "buttock", "side": "left"}
    chosen = {**plainest, "score": 4, "hours": 24, "day": 3, "days": 2, **facts}
    asked = Question(1, ask, 1, 0, FORMS[ask].choices if choices is None else choices) if ask else None
    return Say(name, one.rules[0], one.severity, 0, 1, {fact: chosen[fact] for fact in one.facts}, asked)
