"""One athlete on the desk: what the events of a batch lead to for them, in memory, until it is written together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from twinge import speech
from twinge.core.bounds import own_pack
from twinge.core.digest import DIGESTED
from twinge.core.judge import Verdict, fits, judge, tick
from twinge.core.model import Athlete, Finding, Held, Nudge, Report, Said, Severity, Voice
from twinge.core.pack import Pack
from twinge.core.pain import Pain, standing
from twinge.core.policy import Ear, name, next_window
from twinge.core.purpose import purpose_of
from twinge.core.reply import Answer, Digits, Ok, Start, Unclear
from twinge.core.reply import Pain as ReportedPain
from twinge.core.state import SHAPE, Event
from twinge.core.talk import Response, confirms, respond
from twinge.core.view import describe
from twinge.notices import welcome
from twinge.replies import Heard
from twinge.store import Address, Kept
from twinge.store.codec import to_ms
from twinge.ways import Ways, held_for

ANSWER = timedelta(hours=12)
"""How long an answer to a reply may still go out."""


def _confirmed(heard: Heard) -> Answer:
    """A plain yes or no in answer to an emergency question, as the digit that we asked for."""
    if heard.assent is None or isinstance(heard.answer, ReportedPain):
        return heard.answer
    return Digits((2,), "2") if heard.assent else Digits((1,), "1")


def stamp_of(athlete: Athlete, pack: Pack) -> str:
    """Under what a state was folded: another stamp means that it must be folded anew."""
    return f"{SHAPE}/{pack.version}/{athlete.revision}"


def _with_why(held: Held, ways: Ways) -> Held:
    """A silence for want of a channel, with what it is that shuts the channels they have."""
    return replace(held, reason=ways.why_not()) if held.reason == "no_channel" else held


@dataclass(slots=True)
class Person:
    """One athlete, and the effects that wait to be written."""

    athlete: Athlete
    kept: Kept
    ways: Ways
    said: list[Said]
    pack: Pack
    now: datetime
    changed: bool = False
    sums_up: bool = False
    """Something was kept for the weekly digest."""
    edited: bool = False
    """The wishes changed."""
    disturbed_ms: int | None = None
    """Instant of the earliest event that came late, changed or went away."""
    arrived: list[str] = field(default_factory=list)
    """Keys that may speak after the fold, in order of arrival."""
    findings: list[Finding] = field(default_factory=list)
    nudges: list[tuple[Nudge, Address, Voice]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    """Records that turned out to be counted in another one."""
    heard_from: set[int] = field(default_factory=set)
    """Numbers of the deliveries of this batch that spoke of them: for the log."""

    @property
    def ear(self) -> Ear:
        """What the policy must know of this athlete."""
        return Ear(self.ways.voice, tuple(self.said), speech)

    def disturb(self, start_ms: int, key: str | None) -> None:
        """The history changed from `start_ms` on; the event `key` may speak about it."""
        self.disturbed_ms = start_ms if self.disturbed_ms is None else min(self.disturbed_ms, start_ms)
        if key is not None:
            self.arrived.append(key)

    @property
    def stands(self) -> bool:
        """Whether the state is the one of this profile and pack, and nothing has disturbed it."""
        return self.disturbed_ms is None and self.kept.stamp == stamp_of(self.athlete, self.pack)

    def learn(self, event: Event, from_ms: int, *, new: bool) -> None:
        """One step where the event is new and the next in a state that stands; else the history is disturbed."""
        if self.stands and new and fits(self.kept.state, event, self.athlete, self.pack):
            self.note(judge(self.athlete, self.kept.state, event, self.ear, self.now, self.pack))
        else:
            self.disturb(from_ms, event.key)

    def let_time_pass(self) -> None:
        """What is due by the clock alone."""
        if self.stands:
            self.note(tick(self.athlete, self.kept.state, self.ear, self.now, self.pack))
        else:
            self.disturb(to_ms(self.now), None)

    def note(self, verdict: Verdict) -> None:
        """Keep what one step led to."""
        self.kept, self.changed = Kept(stamp_of(self.athlete, self.pack), verdict.state), True
        self.findings += verdict.findings
        self.same.update(verdict.same)
        self.speak(verdict.nudges, verdict.held)

    def speak(self, nudges: Iterable[Nudge], held: Iterable[Held]) -> None:
        """Queue messages and silences."""
        silences = [_with_why(one, self.ways) for one in held]
        for nudge in nudges:
            if routed := self.ways.route(nudge):
                self.nudges += routed
                self.said.append(self.ear.heard(nudge))
            else:
                silences.append(held_for(nudge, self.ways.why_not(purpose_of(nudge)), self.now))
        self.held += silences
        self.sums_up = self.sums_up or any(one.reason in DIGESTED for one in silences)

    # ---- conversation ------------------------------------------------------------------------------------------------

    def welcome(self, place: Address) -> None:
        """They have just shown that an address is theirs."""
        self.ways.talking = place
        self.speak([welcome(self.athlete, place, self.now)], [])

    def converse(self, heard: Heard, at: datetime) -> Response:
        """Take a reply in and answer it on the channel it came by; what it reports is left to `learn`.

        It counts from `at`, when it came: the service may have been down since, and it is no talk at night then.
        """
        self.ways.talking = heard.entry
        if heard.told is not None:
            return Response(heard.told)
        answer, story = heard.answer, self.kept.state.pain
        if confirms(story):
            answer = _confirmed(heard)
            if isinstance(answer, Unclear | Ok | Start):
                return self._ask_again(heard)
        response = respond(answer, heard.last, self.athlete, story, heard.key, at)
        if response.wishes is not None:
            self.athlete, self.edited = replace(self.athlete, preferences=response.wishes), True
        if response.kind is not None:
            self.answer(response.kind, response.facts, heard)
        return response

    def _ask_again(self, heard: Heard) -> Response:
        """An emergency sign waits to be confirmed: whatever that was, it was no answer, so the question stands."""
        last = heard.last
        if last is None or last.severity is not Severity.URGENT:
            return Response()
        again = replace(
            last,
            id=name(self.athlete.id, f"again:{heard.key}", last.rules, ()),
            made_at=self.now,
            not_before=self.now,
            expires_at=self.now + ANSWER,
        )
        self.speak([again], [])
        return Response()

    def acknowledge(self, heard: Heard, report: Report, before: Pain, spoken: int) -> None:
        """A report that the pain story (`before`) and our messages (`spoken` of them) had no word for still gets one.

        Digits that no open question waited for are answered like anything that was not understood. An effort changes a
        load, silently.
        """
        if not self.stands or len(self.nudges) > spoken or report.effort is not None:
            return
        lost = isinstance(heard.answer, Digits) and self.kept.state.pain == before
        self.answer("unclear" if lost else "noted", {}, heard)

    def answer(self, kind: str, facts: Mapping[str, Any], heard: Heard) -> None:
        """One message back. What was not understood is answered once a day."""
        subject = f"answer:{kind}:{self.now:%Y-%m-%d}" if kind == "unclear" else f"answer:{kind}:{heard.key}"
        not_before = next_window(self.athlete.preferences, self.athlete.timezone, self.now)
        nudge = Nudge(
            id=name(self.athlete.id, subject, (), ()),
            athlete=self.athlete.id,
            severity=Severity.INFO,
            rules=(),
            text=self._words(kind, facts, heard.last),
            facts=facts,
            made_at=self.now,
            not_before=not_before,
            expires_at=not_before + ANSWER,
        )
        self.speak([nudge], [])

    def _words(self, kind: str, facts: Mapping[str, Any], last: Nudge | None) -> str:
        if kind == "why":
            rules, told = ((), {}) if last is None else (last.rules, last.facts)
            return speech.why(rules, told, self.athlete, self.pack)
        if kind == "status":
            state = self.kept.state
            seen = describe(state, self.athlete, self.now, own_pack(self.athlete, self.pack))
            return speech.status(seen, standing(state.pain), self.athlete)
        return speech.phrase(kind, facts, self.athlete)
