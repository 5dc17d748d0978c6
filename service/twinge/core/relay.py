"""The pain story's words and our questions on their way out: now, at the next opening, or never, and why.

They are answers to what the athlete told, so neither budgets nor repeats hold them back (M01); the machine itself says
no more than two things a day. Quiet hours hold for all of it but what is urgent, and the questions that find out
whether it is, asked of somebody who has just written.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twinge.core.fold import Unrated
from twinge.core.model import Athlete, Facts, Held, Nudge, Severity, Voice
from twinge.core.pack import Pack
from twinge.core.pain import Say
from twinge.core.policy import UTC, Decision, Ear, name, next_window

AT_ONCE = frozenset({"score", "signs", "confirm"})
"""Questions that find out whether it is urgent."""
JUST_NOW = timedelta(minutes=15)
"""So soon after the athlete wrote, an answer is part of the same conversation."""
FRESH = {Severity.SEE_DOCTOR: timedelta(hours=72), Severity.URGENT: timedelta(hours=72)}
"""How late each may still be said; everything else for a day."""
DAY = timedelta(hours=24)
AFTER = timedelta(seconds=20)
"""So that the standing line follows the message that it stands by."""
STORY = "pain:"
"""How the subject of what the story says begins; every other is an activity."""
EFFORT = "RPE"
"""Stands for a rule where an effort is asked for."""


def relay(athlete: Athlete, says: Iterable[Say], heard: Container[int], ear: Ear, now: datetime) -> Decision:
    """A nudge for each thing to say, or the reason why not. The digest has what is only information.

    What is said at an instant in `heard` answers what the athlete wrote then; the rest is said by the clock.
    """
    nudges: list[Nudge] = []
    held: list[Held] = []
    for say in says:
        answers = say.at in heard
        reason = _withheld(athlete, say, answers, ear.voice, now)
        if reason is None:
            nudges.append(_nudge(athlete, say, answers, ear, now))
            opens = say.episode == say.at and say.severity < Severity.URGENT
            nudges += [_standing(athlete, say, ear, now)] if opens else []
        else:
            facts = {say.rule: dict(say.facts)}
            held.append(Held(athlete.id, (say.rule,), say.severity, reason, now, subject(say), facts))
    return Decision(tuple(nudges), tuple(held))


def ask_effort(athlete: Athlete, workout: Unrated, ear: Ear, now: datetime, pack: Pack) -> Nudge | None:
    """How hard was it? Asked once a day, about a fresh workout that no sensor explains, if the athlete wants to be."""
    late = now - workout.end > timedelta(hours=pack.policy.fresh_h)
    if not athlete.preferences.ask_effort or late or ear.voice is Voice.NONE:
        return None
    earliest = max(now, workout.end + timedelta(minutes=athlete.preferences.delay_min))
    not_before = next_window(athlete.preferences, athlete.timezone, earliest)
    if _asked_that_day(athlete, ear, not_before):
        return None
    facts = {"sport": workout.sport, "minutes": workout.minutes}
    return Nudge(
        id=name(athlete.id, workout.key, (EFFORT,), ()),
        athlete=athlete.id,
        severity=Severity.QUESTION,
        rules=(EFFORT,),
        text=ear.tongue.phrase("effort_ask", facts, athlete),
        facts={EFFORT: {**facts, "activity": workout.key}},
        made_at=now,
        not_before=not_before,
        expires_at=not_before + DAY,
        bands=(1,),
    )


def _asked_that_day(athlete: Athlete, ear: Ear, at: datetime) -> bool:
    """Once a day is enough: yesterday's late workout is asked about in the morning, and that is today's question."""
    zone = ZoneInfo(athlete.timezone)
    days = {said.at.astimezone(zone).date() for said in ear.said if EFFORT in said.rules}
    return at.astimezone(zone).date() in days


def _standing(athlete: Athlete, say: Say, ear: Ear, now: datetime) -> Nudge:
    """What we are and are not, once at the beginning of each story (its id is the instant it began)."""
    at = next_window(athlete.preferences, athlete.timezone, now + AFTER)
    return Nudge(
        id=name(athlete.id, f"standing:{say.episode}", (), ()),
        athlete=athlete.id,
        severity=Severity.INFO,
        rules=(),
        text=ear.tongue.phrase("standing", {}, athlete),
        facts={},
        made_at=now,
        not_before=at,
        expires_at=at + DAY,
    )


def any_hour(severity: Severity, facts: Facts, age: timedelta) -> bool:
    """Whether a message of this severity, with these facts, so long after its occasion, goes out at night too."""
    told = [inner for inner in facts.values() if isinstance(inner, Mapping)]
    finds_out = any(inner.get("asks") in AT_ONCE and inner.get("answers") for inner in told)
    asked = facts.get("asked") is True  # a notice that they have just asked for
    return severity is Severity.URGENT or ((finds_out or asked) and age <= JUST_NOW)


def subject(say: Say) -> str:
    """What a say is about, for ever: folding the history again gives it the same name."""
    return f"{STORY}{say.episode}:{say.at}:{say.kind}"


def facts_of(say: Say, *, answers: bool) -> Facts:
    """The evidence of one say: its numbers, its kind, whether it answers, and the question an answer belongs to."""
    facts: dict[str, Any] = {"kind": say.kind, "episode": say.episode, "answers": answers, **say.facts}
    return facts if say.question is None else {**facts, "question": say.question.id, "asks": say.question.kind}


def of_story(facts: Facts) -> int | None:
    """The episode whose message has these facts; None for a message of another kind. 0 is of no episode."""
    found = (inner["episode"] for inner in facts.values() if isinstance(inner, Mapping) and "episode" in inner)
    return next(found, None)


def _withheld(athlete: Athlete, say: Say, answers: bool, voice: Voice, now: datetime) -> str | None:
    if say.severity is Severity.INFO:
        return "digest"
    if now - _instant(say.at) > FRESH.get(say.severity, DAY):
        return "stale"
    if voice is Voice.NONE:
        return "no_channel"
    paused = athlete.preferences.paused_until
    waits = not answers and say.severity < Severity.SEE_DOCTOR
    return "paused" if waits and paused is not None and now < paused else None


def _nudge(athlete: Athlete, say: Say, answers: bool, ear: Ear, now: datetime) -> Nudge:
    facts, at = facts_of(say, answers=answers), max(now, _instant(say.at))
    at_once = any_hour(say.severity, {say.rule: facts}, now - _instant(say.at))
    not_before = at if at_once else next_window(athlete.preferences, athlete.timezone, at)
    return Nudge(
        id=name(athlete.id, subject(say), (say.rule,), ()),
        athlete=athlete.id,
        severity=say.severity,
        rules=(say.rule,),
        text=ear.tongue.pain(say, athlete),
        facts={say.rule: facts},
        made_at=now,
        not_before=not_before,
        expires_at=not_before + FRESH.get(say.severity, DAY),
        bands=(1,),
    )


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
