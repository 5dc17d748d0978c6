"""A life played through the one judge with a simulated clock: what Twinge says, and how the athlete answers.

The steps are the service's: one step where the event fits, else the history folded anew; timers when they are due; what
still waits and holds no longer is withdrawn. A nudge counts as sent at its `not_before`.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from a_year.life import Life, Words, is_run
from a_year.manners import digits, minutes, reply, understood
from a_year.record import Noting, Year
from a_year.training import busy, step_of
from twinge.core.digest import DIGESTED, digest, next_digest
from twinge.core.judge import Ear, Verdict, begin, fits, judge, refold, speak, tick
from twinge.core.model import Activity, Held, Nudge, Preferences, Removed, Report, Said, Severity, Voice, Wellness
from twinge.core.pack import STANDARD
from twinge.core.pain import STAGES, governing, next_wake, standing
from twinge.core.pain.value import HOLDS, REFER, RETURN, SETTLING, URGENT
from twinge.core.relay import EFFORT, of_story
from twinge.core.state import Event, State
from twinge.core.talk import SIDE, respond

MEMORY = timedelta(days=56)
"""What was said longer ago is forgotten, as the service does."""
AFTERWARDS = timedelta(days=7)
GRAVE = Severity.SEE_DOCTOR
ONWARD = {"stage_next", "stage_again", "stage_hold", "stage_back", "monitor", "ask_walk"}
"""Messages of the pain story that speak of the next walk or run."""


def live(life: Life) -> Year:
    """The whole year of one life."""
    return _Player(life).play()


class _Player:
    """One athlete and everything the service would keep for them."""

    def __init__(self, life: Life) -> None:
        self._life, self._athlete = life, life.athlete
        self._random = Random(f"player {life.number}")
        self._year = Year(replace(life, arrivals=()))
        self._tongue = Noting(self._year)
        self._state = begin()
        self._history: dict[str, Event] = {}
        self._said: list[Said] = []
        self._kept: list[Held] = []
        self._found: set[tuple[str, str]] = set()
        self._sent: dict[str, Nudge] = {}
        self._overtaken: set[str] = set()
        self._due: datetime | None = None
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._busy = busy(life.arrivals)

    def play(self) -> Year:
        """Everything in its hour."""
        wishes, arrivals, year = self._athlete.preferences, self._life.arrivals, self._year
        year.muted = dict.fromkeys(wishes.mute)
        year.paused = [] if wishes.paused_until is None else [(None, wishes.paused_until)]
        for arrival in arrivals:
            self._plan(arrival.at, partial(self._arrive, arrival.what))
        if wishes.weekly_since is not None:
            self._plan(wishes.weekly_since, self._tick)
        self._plan(arrivals[-1].at + AFTERWARDS, self._tick)
        while self._agenda:
            now, due = self._agenda[0][0], self._next_due()
            if due is None or due > now:
                heapq.heappop(self._agenda)[2](now)
            elif due == self._due:
                self._sum_up(due)
            else:
                self._tick(due)
        summed = {nudge.id for nudge in year.digests}
        year.nudges = [nudge for nudge in self._sent.values() if nudge.id not in summed]
        return year

    def _plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, act))

    # What comes in

    def _arrive(self, what: Activity | Wellness | Report | Removed | Words, now: datetime) -> None:
        match what:
            case Words(text=text):
                self._write(text, now)
            case Removed(key=key):
                if self._history.pop(key, None) is not None:
                    self._fold_anew([], now)
            case Report():
                self._report(what, now)
            case Activity():
                done = self._obedient(what) if self._life.obeys and is_run(what) else what
                if done is not None:
                    self._learn(done, now)
            case Wellness():
                self._learn(what, now)

    def _obedient(self, run: Activity) -> Activity | None:
        """Who listens does not run in a hold, and runs the step in a return."""
        first = governing(self._state.pain)
        if first is None or first.state not in HOLDS | {RETURN}:
            return run
        step = STAGES[first.stage]
        return step_of(run, step.session_s, step.run_s) if first.state == RETURN else None

    def _report(self, report: Report, now: datetime) -> None:
        self._year.wrote.append(now)
        self._learn(report, now)

    def _learn(self, event: Event, now: datetime) -> None:
        """One step where it will do."""
        if event.key in self._history:
            return
        self._history[event.key] = event
        if isinstance(event, Report):
            self._year.told.append(now)
        if fits(self._state, event, self._athlete):
            self._note(judge(self._athlete, self._state, event, self._ear, now), [event.key], now)
        else:
            self._fold_anew([event.key], now)

    def _fold_anew(self, arrived: list[str], now: datetime) -> None:
        outcome = refold(self._athlete, list(self._history.values()), until=now)
        self._year.folded += 1
        gone = _grave(self._state) - _grave(outcome.state)
        self._year.undone += [f"{now} {side} {site}, by {arrived}" for site, side in sorted(gone)]
        fresh = [one for one in outcome.findings if now - one.at <= timedelta(hours=STANDARD.policy.fresh_h)]
        come_up = [one.activity for one in fresh if (one.activity, one.rule) not in self._found]
        arrived = list(dict.fromkeys([*arrived, *come_up]))
        self._found = {(one.activity, one.rule) for one in outcome.findings}
        for nudge in [one for one in self._sent.values() if one.not_before > now and one.activity is not None]:
            holds = all((nudge.activity, rule) in self._found for rule in nudge.rules if rule != "X01")
            if nudge.activity in arrived or not holds:
                self._withdraw(nudge)
        self._note(speak(self._athlete, outcome, arrived, self._ear, now), arrived, now)

    def _withdraw(self, nudge: Nudge) -> None:
        del self._sent[nudge.id]
        place = (nudge.activity, nudge.rules, nudge.not_before)
        self._said = [said for said in self._said if (said.activity, said.rules, said.at) != place]
        self._year.withdrawn += 1

    # What time does

    def _next_due(self) -> datetime | None:
        """When the next timer or digest is due."""
        wake = next_wake(self._state.pain)
        woken = None if wake is None else datetime.fromtimestamp(wake, UTC)
        return min([at for at in (self._due, woken) if at is not None], default=None)

    def _tick(self, now: datetime) -> None:
        self._note(tick(self._athlete, self._state, self._ear, now), [], now)

    def _sum_up(self, now: datetime) -> None:
        self._due = None
        self._kept = [one for one in self._kept if now - one.at <= timedelta(days=STANDARD.digest.days)]
        kept = [one for one in self._kept if any((one.activity, rule) in self._found for rule in one.rules)]
        made = digest(self._athlete, kept, self._ear, now, STANDARD, standing(self._state.pain))
        if made is not None:
            self._year.digests.append(made)
            self._speak([made], [], now)

    # What goes out

    @property
    def _ear(self) -> Ear:
        return Ear(self._life.voice, tuple(self._said), self._tongue)

    def _note(self, verdict: Verdict, arrived: Sequence[str], now: datetime) -> None:
        """Keep what one step led to, and see that nothing it found is lost. What a fold finds about older events was
        judged when they came."""
        self._state, year = verdict.state, self._year
        first = governing(verdict.state.pain)
        if first is not None:
            year.stood[first.state] += 1
        if verdict.findings:
            self._found |= {(one.activity, one.rule) for one in verdict.findings}
            fresh = {verdict.same.get(key, key) for key in arrived}
            told = {(nudge.activity, rule) for nudge in verdict.nudges for rule in nudge.rules}
            told |= {(held.activity, rule) for held in verdict.held for rule in held.rules}
            news = [one for one in verdict.findings if one.activity in fresh and one.rule != "X01"]
            year.seen += len(news)
            year.lost += [one for one in news if (one.activity, one.rule) not in told]
        self._speak(verdict.nudges, verdict.held, now)

    def _speak(self, nudges: Sequence[Nudge], held: Sequence[Held], now: datetime) -> None:
        """Send what was not sent before under the same name, and keep what is for the digest."""
        if self._said and self._said[0].at < now - MEMORY:
            self._said = [said for said in self._said if said.at >= now - MEMORY]
        self._supersede(nudges, now)
        for nudge in nudges:
            if nudge.id not in self._sent and nudge.id not in self._overtaken:
                self._sent[nudge.id] = nudge
                self._said.append(self._ear.heard(nudge))
                self._react(nudge)
        waiting = [one for one in held if one.reason in DIGESTED]
        self._kept += waiting
        self._year.held.update([one.reason for one in held])
        if waiting and self._due is None:
            self._due = next_digest(self._athlete, now)

    def _supersede(self, nudges: Sequence[Nudge], now: datetime) -> None:
        """A new word in a pain story takes the place of one that still waits, unless that one is graver."""
        news = {of_story(nudge.facts): nudge for nudge in nudges if nudge.activity is None}
        news.pop(0, None)
        for nudge in [one for one in self._sent.values() if one.not_before > now] if news else ():
            new = news.get(of_story(nudge.facts))
            if new is not None and (nudge.severity < GRAVE or new.severity >= GRAVE) and nudge not in nudges:
                self._overtaken.add(nudge.id)
                self._withdraw(nudge)

    # What the athlete makes of it

    def _react(self, nudge: Nudge) -> None:
        facts: Mapping[str, Any] = next((one for one in nudge.facts.values() if isinstance(one, Mapping)), {})
        random, at = self._random, nudge.not_before
        if facts.get("kind") in ONWARD:
            self._plan(at, partial(self._look, nudge))
        if "question" in facts:
            for later in minutes(self._life.manner, random):
                self._plan(self._free(at, later), partial(self._answer, nudge, facts))
        elif EFFORT in nudge.rules and random.random() < 0.06:
            self._plan(at + timedelta(minutes=random.choice((5, 600))), partial(self._rate, facts["activity"]))
        elif SIDE in nudge.rules and random.random() < 0.5:
            self._plan(at + timedelta(minutes=9), partial(self._write, random.choice(("0", "0", "2", "4"))))
        elif nudge.activity is not None and random.random() < 0.4:
            self._plan(at + timedelta(minutes=30), partial(self._write, reply(self._life, random)))

    def _look(self, nudge: Nudge, now: datetime) -> None:
        """At the moment of sending: does it ask for what a hold forbids?"""
        first = governing(self._state.pain)
        if nudge.id in self._sent and first is not None and first.state in HOLDS - {SETTLING}:
            self._year.against.append(f"{now} {nudge.text} in {first.state}")

    def _free(self, asked: datetime, later: int) -> datetime:
        """So many minutes later. Nobody answers in the middle of a workout, but for whoever just wrote in it."""
        at = asked + timedelta(minutes=later)
        place = bisect_right(self._busy, (at, at))
        begun, known = self._busy[place - 1] if place else (at, at)
        return known + timedelta(minutes=1) if at < known and not begun <= asked else at

    def _answer(self, nudge: Nudge, facts: Mapping[str, Any], now: datetime) -> None:
        """Digits in answer to a question: by text message, or by its buttons, which know which question it was."""
        if nudge.id not in self._sent:
            return
        answer = digits(self._life, facts["asks"], now, self._random)
        if self._life.voice is Voice.SMS:
            self._write(answer, now)
        else:
            question = 0 if self._random.random() < 0.1 else facts["question"]
            self._report(Report(self._key(), now, answers=((question, answer),)), now)

    def _rate(self, activity: str, now: datetime) -> None:
        self._report(Report(self._key(), now, effort=self._random.randrange(1, 10), about=activity), now)

    def _write(self, text: str, now: datetime) -> None:
        """A text message (or a button that stands for it): a report, digits, or a wish."""
        self._year.wrote.append(now)
        sent = [one for one in self._sent.values() if one.not_before <= now]
        last = max(sent, key=lambda one: one.not_before, default=None)
        if last is not None:
            self._mark_answered(last)
        answer = understood(text, self._athlete.language)
        response = respond(answer, last, self._athlete, self._state.pain, self._key(), now)
        if response.wishes is not None:
            self._wish(response.wishes, now)
        if response.report is not None:
            self._learn(response.report, now)

    def _mark_answered(self, nudge: Nudge) -> None:
        for place, said in enumerate(self._said):
            if (said.at, said.activity, said.rules) == (nudge.not_before, nudge.activity, nudge.rules):
                self._said[place] = said._replace(answered=None if said.answered is None else True)

    def _wish(self, wishes: Preferences, now: datetime) -> None:
        before = self._athlete.preferences
        self._athlete = replace(self._athlete, preferences=wishes)
        self._year.muted |= dict.fromkeys(set(wishes.mute) - set(before.mute), now)
        if wishes.paused_until is not None and wishes.paused_until != before.paused_until:
            self._year.paused.append((now, wishes.paused_until))

    def _key(self) -> str:
        self._count += 1
        return f"written:{self._life.number}-{self._count}"


def _grave(state: State) -> set[tuple[str, str]]:
    """The places for which a doctor or an emergency was named."""
    return {(one.site, one.side) for one in state.pain.episodes if one.state in {REFER, URGENT}}
