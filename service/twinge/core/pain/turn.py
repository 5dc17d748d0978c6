"""One turn of the machine: the state under work, the instant, and what is said on the way.

Made by a door of `machine`, passed down, and read out at the end. Every change goes through it, so that what holds for
all of them stands here once: order, memory that stays bounded, the day's room for messages, and one open question
an episode.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from twinge.core.model import Severity
from twinge.core.pain.catalogue import ITEMS, KINDS
from twinge.core.pain.facts import FACTS, Look
from twinge.core.pain.given import Setting
from twinge.core.pain.limits import DAY, HOUR, Limits
from twinge.core.pain.questions import FORMS, ONCE, is_open
from twinge.core.pain.say import Question, Say
from twinge.core.pain.signs import BONE
from twinge.core.pain.value import CLOSED, URGENT, Asked, Entry, Episode, Later, Pain, Weekly

NOWHERE = Episode(id=0, onset=0, state=CLOSED, since=0, check=None, held_from=0)
"""Stands in where a message is about no episode."""
ANSWERED_KEPT = 8
"""Questions remembered after they were answered or lapsed: a late button still finds its question."""
HEARD_KEPT = 16
TWICE_AT_MOST = 2
"""An item that was not answered is asked once more, along with the next hold that is said."""
ASKED_FOR = frozenset({*ITEMS, "score"})
UNCOUNTED = frozenset({Severity.URGENT, Severity.INFO})
"""Urgent messages have no cap, information is never sent by itself."""


@dataclass(slots=True)
class Turn:
    """The state under work."""

    pain: Pain
    at: int
    setting: Setting
    says: list[Say] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        """The numbers of the rules."""
        return self.setting.limits

    def ahead(self, *, days: int = 0, hours: int = 0) -> int:
        """An instant from now."""
        return self.at + days * DAY + hours * HOUR

    def episode(self, number: int) -> Episode | None:
        """The episode of that id, if it is still remembered."""
        return next((e for e in self.pain.episodes if e.id == number), None)

    def put(self, episode: Episode) -> Episode:
        """Keep an episode, in the place of the one with its id."""
        others = [e for e in self.pain.episodes if e.id != episode.id]
        self.pain = replace(self.pain, episodes=tuple(sorted([*others, episode], key=lambda e: e.id)))
        return episode

    def drop(self, episode: Episode) -> None:
        """Forget an episode, its questions and what was still to be said of it."""
        self.pain = replace(
            self.pain,
            episodes=tuple(e for e in self.pain.episodes if e.id != episode.id),
            asked=tuple(q for q in self.pain.asked if q.episode != episode.id),
            later=tuple(one for one in self.pain.later if one.episode != episode.id),
        )

    def note(self, episode: Episode, what: str, word: str = "", number: int | None = None) -> Episode:
        """The episode with one more line in its timeline; not kept yet."""
        entry = Entry(self.at, what, word, number)
        return episode._replace(history=remember(episode.history, entry, self.limits.history))

    def week(self, weekly: Weekly) -> None:
        """Keep the weekly check."""
        self.pain = replace(self.pain, weekly=weekly)

    # Saying

    def room(self) -> int:
        """The first instant from now on at which the day has room for one more message."""
        said, most = self.pain.said, self.limits.daily
        return self.at if len(said) < most else max(self.at, said[-most] + DAY)

    def say(
        self,
        kind: str,
        episode: Episode | None = None,
        rule: str = "",
        ask: str = "",
        options: tuple[int, ...] = (),
        *,
        once: bool = False,
    ) -> None:
        """Say it now, or, if it can wait, as soon as the day has room. The newest word on an episode replaces one that
        still waits."""
        number = 0 if episode is None else episode.id
        later = Later(self.at, kind, rule or KINDS[kind].rules[0], number, ask, options, once)
        self.hush(number)
        room = self.room()
        if room == self.at or not KINDS[kind].waits or KINDS[kind].severity in UNCOUNTED:
            self.speak(later)
        else:
            waiting = sorted([*self.pain.later, later._replace(due=room)], key=lambda one: one.episode)
            self.pain = replace(self.pain, later=tuple(waiting))

    def hush(self, episode: int) -> None:
        """What still waits to be said of an episode is overtaken."""
        if self.pain.later:
            self.pain = replace(self.pain, later=tuple(one for one in self.pain.later if one.episode != episode))

    def speak(self, later: Later) -> None:
        """Say it, with the question it carries or the next item that is missing."""
        episode = self.episode(later.episode)
        if later.episode and episode is None:
            return
        ask = later.ask or (self._missing(episode) if episode and KINDS[later.kind].asks == ITEMS else "")
        asked = self.ask(ask, episode, later.options, once=later.once) if ask else None
        self.utter(later.kind, later.rule, later.episode, asked)

    def utter(self, kind: str, rule: str, number: int, asked: Asked | None, *, again: bool = False) -> None:
        """The message itself, with its facts as they are now."""
        severity = KINDS[kind].severity
        scores = self.pain.weekly.scores
        look = Look(self.episode(number) or NOWHERE, self.at, self.limits, again, scores[-1][1] if scores else None)
        facts = {name: FACTS[name](look) for name in KINDS[kind].facts}
        question = None if asked is None else self._question(asked)
        self.says.append(Say(kind, rule, severity, self.at, number, facts, question))
        if severity not in UNCOUNTED:
            self.pain = replace(self.pain, said=(*self.pain.said, self.at)[-self.limits.daily :])

    # Asking

    def ask(self, kind: str, episode: Episode | None, options: tuple[int, ...] = (), *, once: bool = False) -> Asked:
        """Open a question; an older one of the same episode is no longer open to bare digits."""
        number = 0 if episode is None else episode.id
        taken = {q.id for q in self.pain.asked}
        name = next(n for n in range(self.at, self.at + len(taken) + 1) if n not in taken)
        single = once or FORMS[kind].patience == ONCE
        hours = self.limits.lapse_h if single else self.limits.reminder_h
        made = Asked(
            name, kind, number, self.at, self.limits.most_asked if single else 1, self.ahead(hours=hours), options
        )
        rival = {q.id for q in self.pain.asked if q.episode == number and (number or q.kind == kind)}
        kept = [q._replace(due=None) if q.id in rival else q for q in self.pain.asked]
        self._keep_asked([*kept, made])
        if episode is not None:
            self.put(episode._replace(asked=tuple(sorted([*episode.asked, kind]))) if kind in ASKED_FOR else episode)
        return made

    def change(self, asked: Asked) -> None:
        """Keep a question, in the place of the one with its id."""
        self._keep_asked([q if q.id != asked.id else asked for q in self.pain.asked])

    def open_question(self, episode: Episode) -> Asked | None:
        """The question that is open on an episode."""
        return next((q for q in self.pain.asked if q.episode == episode.id and is_open(q)), None)

    def _keep_asked(self, asked: list[Asked]) -> None:
        """All that are open, those that the last choice between questions names, and the last of the others."""
        needed = {q.id for q in asked if is_open(q)}
        lists = [q for q in asked if q.kind == "which_question"]
        needed |= set(lists[-1].options) if lists else set()
        done = sorted(q.id for q in asked if q.id not in needed)[-ANSWERED_KEPT:]
        kept = sorted([q for q in asked if q.id in needed or q.id in done], key=lambda q: q.id)
        self.pain = replace(self.pain, asked=tuple(kept))

    def _missing(self, episode: Episode) -> str:
        """The next item to ask along with a hold; none while something more urgent is open."""
        if episode.state == URGENT or self.open_question(episode) is not None:
            return ""
        wanted = {
            "signs": not episode.known,
            "bone": len(BONE & set(episode.signs)) == 1,
            "same": episode.kin,
            "site": not episode.site,
        }
        return next((item for item in ITEMS if wanted[item] and episode.asked.count(item) < TWICE_AT_MOST), "")

    def _question(self, asked: Asked) -> Question:
        choices = FORMS[asked.kind].choices
        if asked.kind == "which_place":
            choices = tuple(self._place(number) for number in asked.options)
        elif asked.kind == "which_question":
            choices = tuple(self._named(number) for number in asked.options)
        return Question(asked.id, asked.kind, asked.episode, asked.at, choices)

    def _named(self, number: int) -> str:
        asked = next(q for q in self.pain.asked if q.id == number)
        return f"{asked.kind} {self._place(asked.episode)}" if asked.episode else asked.kind

    def _place(self, number: int) -> str:
        episode = self.episode(number)
        if episode is None:
            return "new" if number == 0 else ""
        return f"{episode.side} {episode.site}".strip() or "unnamed"


def remember(history: tuple[Entry, ...], entry: Entry, most: int) -> tuple[Entry, ...]:
    """One more entry; once full, the oldest of the middle go and a mark counts them. How it began is never lost."""
    if len(history) < most:
        return (*history, entry)
    edge = most // 6
    mark = history[edge]
    left = 1 + (mark.number or 0) if mark.what == "gap" else 2
    return (*history[:edge], Entry(mark.at, "gap", "", left), *history[edge + 2 :], entry)
