"""A pain diary as text, and the story the machine makes of it as text, so that a physiotherapist can read the tests.

The diary, one line each, times counted from the first report (0h):

    0h     pain 4 left buttock during       a report; further words are signs: limp, tingling, weak, both_legs, …
    0h10   reply 1                          digits, to whichever question they fit
    24h    reply 3 to ask_24h               digits, to the question of the last message of that kind
    3d     run 5km 30min hard climb 80m     an activity that starts then; also ride, walk, …; `ran 20min` is the running
    8d     cleared by physio · seeing someone · walked ok
    9d     wait                             nothing but time

The story: every change of state in capitals, and every message as `says KIND RULE [asks QUESTION]`, each at its time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from twinge.core.pain import Episode, Pain, Run, Say, Setting, Told, answer, governing, hear, next_wake, pass_time, ran
from twinge.core.pain.signs import HARMLESS, SIDES, SIGNS, SITES
from twinge.core.pain.value import SORE

START = 1_772_474_400
"""Monday 2 March 2026, 18:00 UTC: 0h of every diary."""
HOUR, DAY = 3600, 86_400
WORDS = {*SIGNS, "hurts", "live", "soreness", "daily_life"}
ONSETS = {"during", "after", "next_morning"}


@dataclass
class Book:
    """The diary as it is read: the state, the messages, and the story so far."""

    setting: Setting = field(default_factory=Setting)
    pain: Pain = field(default_factory=Pain)
    says: list[Say] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.pain, _ = pass_time(self.pain, START, self.setting)

    def write(self, text: str) -> Book:
        """Read on."""
        for line in text.splitlines():
            words = line.split("#")[0].split()
            if words:
                self._line(instant(words[0]), words[1:])
        return self

    def wait(self, until: int) -> None:
        """Let time pass, waking when the machine wants to be woken."""
        while (wake := next_wake(self.pain)) is not None and wake <= until:
            self._took(wake, *pass_time(self.pain, wake, self.setting))

    def episode(self, site: str = "") -> Episode:
        """The one episode, or the newest of that site."""
        found = [e for e in self.pain.episodes if not site or e.site == site]
        return found[-1]

    def when(self, kind: str) -> list[str]:
        """When messages of a kind were said."""
        return [clock(say.at) for say in self.says if say.kind == kind]

    def last(self, kind: str) -> Say:
        """The last message of a kind."""
        return next(say for say in reversed(self.says) if say.kind == kind)

    def _line(self, at: int, words: list[str]) -> None:
        self.count += 1
        key = f"diary:{self.count}"
        match words:
            case ["reply", digits]:
                self.wait(at)
                self._took(at, *answer(self.pain, 0, digits, at, self.setting))
            case ["reply", digits, "to", kind]:
                self.wait(at)
                question = self.last(kind).question
                assert question is not None
                self._took(at, *answer(self.pain, question.id, digits, at, self.setting))
            case ["pain", *more]:
                self.wait(at)
                self._took(at, *hear(self.pain, told(key, at, more), self.setting))
            case ["cleared", "by", who]:
                self._hear(Told(key, at, cleared_by=who))
            case ["seeing", "someone"]:
                self._hear(Told(key, at, seeing_someone=True))
            case ["walked", "ok"]:
                self._hear(Told(key, at, walked_30min_ok=True))
            case ["missed", number]:
                self._hear(Told(key, at, missed=int(number)))
            case ["wrote", *signs]:
                self._hear(Told(key, at, hurts=True, unconfirmed=tuple(signs)))
            case ["wait"]:
                self.wait(at)
            case _:
                self._run(activity(key, at, words))

    def _hear(self, told: Told) -> None:
        self.wait(told.at)
        self._took(told.at, *hear(self.pain, told, self.setting))

    def _run(self, run: Run) -> None:
        self.wait(run.end)
        self._took(run.end, *ran(self.pain, run, self.setting))

    def _took(self, at: int, pain: Pain, says: tuple[Say, ...]) -> None:
        if (now := state(pain)) != state(self.pain):
            self.lines.append(f"{clock(at)} {now}")
        self.pain = pain
        for say in says:
            asks = f" asks {say.question.kind}" if say.question else ""
            self.lines.append(f"{clock(say.at)} says {say.kind} {say.rule}{asks}")
        self.says += says


def state(pain: Pain) -> str:
    """The state of the athlete, as the table of rules writes it."""
    episode = governing(pain)
    if episode is None or episode.state == SORE:
        return "CLEAR"
    if episode.asleep is not None:
        return f"{episode.state.upper()} DORMANT"
    if episode.state == "return":
        return f"RETURN({episode.stage})"
    return f"REFER({episode.urgency})" if episode.state == "refer" else episode.state.upper()


def story(diary: str, setting: Setting | None = None) -> list[str]:
    """The whole story of a diary."""
    return Book(setting or Setting()).write(diary).lines


def lines(text: str) -> list[str]:
    """Expected lines, without the layout."""
    return [" ".join(line.split("#")[0].split()) for line in text.splitlines() if line.split("#")[0].strip()]


def instant(word: str) -> int:
    """`0h`, `0h10`, `36h`, `3d`, `3d12h` after the start."""
    found = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(\d\d)?", word)
    assert found, word
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return START + days * DAY + hours * HOUR + minutes * 60


def clock(at: int) -> str:
    """The inverse of `instant`: hours below three days, days and hours above."""
    minutes = (at - START) // 60
    hours, rest = divmod(minutes, 60)
    days, left = divmod(hours, 24) if hours >= 72 else (0, hours)
    text = (f"{days}d" if days else "") + (f"{left}h" if left or not days or rest else "")
    return text + (f"{rest:02d}" if rest else "")


def told(key: str, at: int, words: list[str]) -> Told:
    """A report: a number, a side, a site, an onset, signs; `no_limp` denies one."""
    facts: dict[str, Any] = {}
    for word in words:
        if word.isdigit():
            facts["pain"] = int(word)
        elif word in SIDES:
            facts["side"] = word
        elif word in SITES or word in HARMLESS:
            facts["site"] = word
        elif word in ONSETS:
            facts["onset"] = word
        elif word in WORDS or word.removeprefix("no_") in WORDS:
            facts[word.removeprefix("no_")] = not word.startswith("no_")
        else:
            raise ValueError(f"the diary does not know the word {word!r}")
    return replace(Told(key, at, hurts=True if not words else None), **facts)


def activity(key: str, at: int, words: list[str]) -> Run:
    """`run 5km 30min ran 20min hard climb 80m`."""
    sport, *rest = words
    facts: dict[str, Any] = {"end": at + 30 * 60}
    while rest:
        word = rest.pop(0)
        if word == "ran":
            facts["run_s"] = int(rest.pop(0).removesuffix("min")) * 60
        elif word == "climb":
            facts["climb_m"] = int(rest.pop(0).removesuffix("m"))
        elif word == "hard":
            facts["hard"] = True
        elif word.endswith("km"):
            facts["metres"] = round(float(word.removesuffix("km")) * 1000)
        elif word.endswith("min"):
            facts["end"] = at + int(word.removesuffix("min")) * 60
        else:
            raise ValueError(f"the diary does not know the word {word!r}")
    return Run(key, sport, at, **facts)
