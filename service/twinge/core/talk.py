"""What an athlete's reply asks of us: a report to take in, wishes to keep, and the words to answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twinge.core import reply
from twinge.core.listen import report_of
from twinge.core.model import Athlete, Facts, Nudge, Preferences, Report
from twinge.core.pain import Pain, fits
from twinge.core.pain.questions import is_open
from twinge.core.relay import EFFORT
from twinge.core.rules import CATALOGUE

SIDE = "F02"
"""Its message asks whether anything hurts."""
MUTABLE = frozenset(rule.id for rule in CATALOGUE if rule.kind not in {"pain", "return", "message"})
"""What may be muted: not the story that the athlete began."""
SILENT = reply.Start | reply.Ok | reply.Better
"""What wants no answer."""
ASKS = reply.Why | reply.Status | reply.Help
"""What is answered by the message of its name."""
TOGETHER_S = 600
"""Two questions asked within so many seconds were one moment to whoever reads them. Ours."""


@dataclass(frozen=True, slots=True)
class Response:
    """What comes of one reply."""

    report: Report | None = None
    wishes: Preferences | None = None
    """The athlete's wishes from now on, where they change."""
    kind: str | None = None
    """The message to answer with: a name in the catalogue, or `why` and `status`, which are worked out."""
    facts: Facts = field(default_factory=dict)


def respond(
    answer: reply.Answer, last: Nudge | None, athlete: Athlete, story: Pain, key: str, at: datetime
) -> Response:
    """What `answer` means after `last`, the message that went out before it, in the middle of `story`.

    `key` names a report that it makes.
    """
    report = _report(answer, last, story, key, at)
    if report is not None:
        return Response(report)
    if isinstance(answer, SILENT):
        return Response()
    if isinstance(answer, ASKS):
        return Response(kind=type(answer).__name__.lower())
    return _wish(answer, last, athlete, at) or Response(kind="unclear")


def confirms(story: Pain) -> bool:
    """Whether an emergency sign waits to be confirmed: then a yes is a yes, and nothing else is an answer."""
    return any(asked.kind == "confirm" and is_open(asked) for asked in story.asked)


def _report(answer: reply.Answer, last: Nudge | None, story: Pain, key: str, at: datetime) -> Report | None:
    """Digits mean what the last message asked for."""
    asked = _asked(last)
    if isinstance(answer, reply.Digits) and len(answer.values) == 1:
        number = answer.values[0]
        if asked.get("activity") and number <= 10:
            return Report(key, at, effort=number, about=asked["activity"])
        if last is not None and SIDE in last.rules and number <= 10:
            return Report(key, at, pain=number)
    return report_of(answer, key, at, _question(answer, asked, story))


def _question(answer: reply.Answer, asked: Mapping[str, Any], story: Pain) -> int:
    """The question that digits answer: the last message's, if it is still open, they fit it, and no other was asked
    along with it; else 0, and the story finds the one that they fit, or asks."""
    text = answer.text.replace(" ", "") if isinstance(answer, reply.Digits) else ""
    waiting = [one for one in story.asked if is_open(one)]
    mine = next((one for one in waiting if one.id == asked.get("question") and fits(one, text)), None)
    if mine is None or any(
        one is not mine and fits(one, text) and abs(one.at - mine.at) < TOGETHER_S for one in waiting
    ):
        return 0
    return mine.id


def _asked(last: Nudge | None) -> Mapping[str, Any]:
    """The facts of the question that the last message carried."""
    inner = [] if last is None else [facts for facts in last.facts.values() if isinstance(facts, Mapping)]
    wanted = "question" if last is None or EFFORT not in last.rules else "activity"
    return next((facts for facts in inner if wanted in facts), {})


def _wish(answer: reply.Answer, last: Nudge | None, athlete: Athlete, at: datetime) -> Response | None:
    wishes = athlete.preferences
    match answer:
        case reply.Mute(rule=rule):
            rules = _rules(last) if rule is None else tuple(one for one in (rule,) if one in MUTABLE)
            muted = replace(wishes, mute=tuple(dict.fromkeys((*wishes.mute, *rules))))
            kind = "muted" if rules else "muted.none"
            return Response(wishes=muted if rules else None, kind=kind, facts={"rules": list(rules)})
        case reply.Unmute(rule=rule):
            left = tuple(one for one in wishes.mute if rule is not None and one != rule)
            kind = "unmuted.all" if rule is None else "unmuted"
            return Response(wishes=replace(wishes, mute=left), kind=kind, facts={"rules": [rule]})
        case reply.Snooze(days=days):
            until = at + timedelta(days=days)
            facts = {"days": days, "until": until.astimezone(ZoneInfo(athlete.timezone)).date()}
            return Response(wishes=replace(wishes, paused_until=until), kind="snoozed", facts=facts)
    return None


def _rules(last: Nudge | None) -> tuple[str, ...]:
    """The rules of the last message that can be muted: neither the pain story's nor what is no rule."""
    rules = () if last is None else last.rules
    return tuple(rule for rule in rules if rule in MUTABLE and rule != "X01")
