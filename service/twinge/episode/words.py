"""Every word of the page, under the ids that a catalogue of `twinge.speech` would have for them.

English only so far. Another language is another table here (or, once they are settled, `page.…` entries in the `.po`
files); places, signs, sessions, numbers and dates are spoken by `twinge.speech` in every language already, and speak
English here as long as the sentences around them do. The law of rules.md section 11 holds for these words too: no
condition is named, no risk given, nothing said of what a clinician decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_skeleton
from babel.numbers import format_percent

from twinge.core.model import Athlete
from twinge.core.pain import STAGES
from twinge.speech.tongue import Tongue, tongue

ENGLISH: Final[Mapping[str, str]] = {
    "title": "Pain diary: {place}",
    "place.none": "a place not named",
    "place.sided": "{place}, {side}",
    "about": "What was told, what was advised and what was run, day by day, for a doctor or physio to look at.",
    "made": "As of {day}, {hour}. Days and hours are those of {zone}.",
    # Where it stands
    "stands": "Where it stands",
    "stand.triage": "Just told; the questions about it are still open.",
    "stand.sore": "Taken for ordinary soreness. It will be asked about once more.",
    "stand.rest24": "Resting: no running for now.",
    "stand.rest72": "Resting: no running for now.",
    "stand.refer": "Resting: no running for now.",
    "stand.advised": "A check by a doctor or physio was advised on {day}.",
    "stand.urgent": "Emergency care was advised. No running.",
    "stand.settling": "No pain in daily life. Days without pain are being counted; no running yet.",
    "stand.return": "On the way back to running, step {step} of {steps}: {session}.",
    "stand.monitor": "All steps are done.",
    "stand.monitor.until": "All steps are done. Until {until} the same pain counts as come back.",
    "stand.closed": "Over since {since}.",
    "stand.asleep": "No answer came since {since}, so nothing more was asked.",
    "stand.seeing": "Under somebody's care (told {day}).",
    "stand.wanting": "Running waits until a doctor or physio agrees.",
    "stand.agreed": "A doctor or physio agrees to running (told {day}).",
    "stand.agreed.undated": "A doctor or physio agrees to running.",
    "stand.again": "The same pain came back: {days}.",
    # The facts at the top
    "fact.told": "first told",
    "fact.days": "days since",
    "fact.lasted": "days until it was over",
    "fact.first": "first score",
    "fact.highest": "highest score",
    "fact.latest": "latest score, {day}",
    "fact.latest.none": "latest score",
    "fact.daily": "walking, sitting, stairs",
    "daily.yes": "hurts",
    "daily.no": "does not hurt",
    "score": "{score} of 10",
    "unknown": "not known",
    "untold": "not told",
    # Pictures
    "pictures": "Pain and running",
    "picture.scores": "Pain, 0 to 10.",
    "picture.scores.some": "{first} at first, {highest} at most, {latest} on {day}.",
    "picture.scores.none": "No score was told.",
    "picture.days.metres": "Distance run each day.",
    "picture.days.seconds": "Minutes run each day.",
    "picture.days.none": "No run was recorded in these weeks.",
    "picture.days": "The same days, from four weeks before it was first told.",
    "picture.weeks.metres": "Distance run each week before it.",
    "picture.weeks.seconds": "Minutes run each week before it.",
    "picture.weeks": "The last four weeks dark, the eight before them pale.",
    "picture.missing": (
        "The pictures are left out: they need two more libraries where Twinge runs "
        "(pip install altair vl-convert-python, the extra twinge[charts])."
    ),
    "key.onset": "dashed line: first told",
    "key.hold": "grey: rest from running advised",
    "key.daily": "●\N{NO-BREAK SPACE}score in daily life",
    "key.run": "▲\N{NO-BREAK SPACE}score for a run",
    "key.rest": "◆\N{NO-BREAK SPACE}rest advised",
    "key.doctor": "✚\N{NO-BREAK SPACE}a check by a doctor or physio advised",
    "key.urgent": "✖\N{NO-BREAK SPACE}emergency care advised",
    "key.seen": "■\N{NO-BREAK SPACE}under somebody's care",
    "key.agreed": "○\N{NO-BREAK SPACE}a doctor or physio agrees to running",
    "key.step": "1–{steps}: step of the way back to running",
    "key.blank": "?\N{NO-BREAK SPACE}a run of unknown length",
    # What led up to it
    "before": "What was run before it",
    "before.caption": "Runs only, up to the first report. Distance, time, climb and runs are those of a week.",
    "before.lately": "four weeks before",
    "before.earlier": "eight before those",
    "before.change": "difference",
    "before.distance": "distance",
    "before.time": "time",
    "before.longest": "longest run",
    "before.climb": "climb",
    "before.runs": "runs",
    "before.least": "at least {amount}",
    "before.none": "none",
    "before.same": "the same",
    "before.short": "Records begin on {day}: of the twelve weeks {weeks} are known whole, and averages are of those.",
    "before.nothing": "Nothing is known of the running before it: no workout was recorded.",
    "before.last": "The last run before it: {day}, {parts}.",
    "before.run.distance": "distance not known",
    "before.run.time": "time not known",
    "before.run.climb": "{height} of climb",
    "before.run.no_climb": "climb not known",
    # Signs
    "signs": "Signs told",
    "sign.now": "{sign}: first told {day}, still there at the last answer",
    "sign.past": "{sign}: first told {day}, not there any more",
    "sign.now.undated": "{sign}: still there at the last answer",
    "sign.past.undated": "{sign}: not there any more",
    "sign.alarm": "{sign} ({menu})",
    "signs.none": "None so far.",
    "signs.answered": "The questions about signs were answered; what is not listed was not chosen.",
    "signs.open": "The questions about signs are not all answered: what is not listed is not known, not absent.",
    # Day by day
    "days": "Day by day",
    "days.caption": "Answers as given, runs as recorded.",
    "days.date": "date",
    "days.told": "told or done",
    "days.advice": "advised",
    "days.gap.1": "One line is left out here: the timeline was full.",
    "days.gap": "{count} lines are left out here: the timeline was full.",
    "days.none": "Nothing was noted.",
    "told.score.during": "{score} of 10 during a run",
    "told.score.after": "{score} of 10 after a run",
    "told.score.next_morning": "{score} of 10 the next morning",
    "told.run": "ran {span}",
    "told.run.blank": "ran, time not known",
    "told.seeing_someone": "under somebody's care",
    "told.cleared": "a doctor or physio agrees to running",
    "told.cleared_by": "somebody agrees to running",
    "told.cleared_by doctor": "a doctor agrees to running",
    "told.cleared_by physio": "a physio agrees to running",
    "told.cleared_by clinician": "a clinician agrees to running",
    "told.cleared_by coach": "a coach agrees to running",
    "told.seen": "seen by somebody, and may move on",
    "told.seen, in care": "seen by somebody, and in care",
    "advice.sore": "ordinary soreness: easy until it is gone",
    "advice.rest24": "no running for a day",
    "advice.rest72": "no running for three days",
    "advice.refer": "no running for now",
    "advice.refer.care": "no running for now; a matter for whoever is seen",
    "advice.refer routine": "no running for now; a check by a doctor or physio may help",
    "advice.refer soon": "no running for now; a check by a doctor or physio in a day or two may help",
    "advice.refer prompt": "no running for now; a check by a doctor or physio this week may help",
    "advice.refer review": "no running; another look by a doctor or physio may help",
    "advice.urgent": "emergency care now",
    "advice.settling": "no running yet: days without pain first, then a brisk walk",
    "advice.return": "step {step}: {session}",
    "advice.monitor": "all steps done: distance first, hills later, speed last",
    "advice.closed": "over",
    "advice.dormant": "no answer: nothing more was asked",
    # The end
    "sources": (
        "Scores, signs and care are the athlete's own answers to messages; runs are what was recorded. What was not "
        "told or recorded is not here. This page loads nothing and tells nobody that it was opened."
    ),
}
"""Id → text. `{…}` are filled in; `told.…` and `advice.…` are followed by the word of the timeline."""

PAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH}
"""Language → its texts."""
FIRST: Final = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the page, with the tongue that speaks it elsewhere."""

    language: str
    texts: Mapping[str, str]
    speaker: Tongue

    def say(self, kind: str, **facts: Any) -> str:
        """The text `kind` with its facts."""
        return self.texts[kind].format(**facts)

    def find(self, kind: str, **facts: Any) -> str:
        """The same; "" where there is no such text."""
        return self.say(kind, **facts) if kind in self.texts else ""

    def count(self, kind: str, number: int) -> str:
        """The text that fits the number: `kind.1`, or `kind` where the number has none of its own."""
        own = f"{kind}.{number}"
        return self.say(own if own in self.texts else kind, count=number)

    def place(self, site: str, side: str) -> str:
        """`left buttock`; a site that is not ours is `another place`."""
        known = self._spoken(".".join(["place", *filter(None, (side, site))]))
        if known:
            return known
        if not site:
            return self.say("place.none")
        where, sided = self.speaker.render("place.other", {}), self._spoken(f"place.{side}")
        return self.say("place.sided", place=where, side=sided) if sided else where

    def sign(self, sign: str) -> str:
        """A sign as the athlete chose it from the menu; "" for a word that is not ours."""
        told = self._spoken(f"told.{sign}")
        return self.say("sign.alarm", sign=told, menu=self._spoken("menu.alarm")) if sign == "alarm" else told

    def session(self, stage: int) -> str:
        """The session of a stage of the return, with its minutes."""
        one = STAGES[stage]
        kind = "walk" if one.run_min == 0 else "run" if one.walk_min == 0 else "mix"
        facts = {"sets": one.sets, "walk_minutes": one.walk_min, "run_minutes_each": one.run_min}
        return self.speaker.render(f"session.{kind}", {**facts, "run_minutes": one.run_s // 60})

    def standing(self) -> str:
        """The standing line of rules.md section 11."""
        return self.speaker.render("standing", {})

    def _spoken(self, kind: str) -> str:
        return self.speaker.render(kind, {}) if self.speaker.knows(kind) else ""

    # Numbers and days

    def day(self, when: date) -> str:
        """`Mar 2, 2026`, as the language writes it."""
        return format_skeleton("yMMMd", when, locale=self.speaker.locale)

    def short(self, when: date) -> str:
        """`Mar 2`."""
        return format_skeleton("MMMd", when, locale=self.speaker.locale)

    def weekday(self, when: date, *, year: bool = False) -> str:
        """`Mon, Mar 2`; with its year where more than one is on the page."""
        return format_skeleton("yMMMEd" if year else "MMMEd", when, locale=self.speaker.locale)

    def change(self, percent: int) -> str:
        """`+28%`, `−9%`."""
        sign = "+" if percent > 0 else "\N{MINUS SIGN}"
        told: str = format_percent(abs(percent) / 100, locale=self.speaker.locale)
        return f"{sign}{told}" if percent else self.say("before.same")


def words_of(athlete: Athlete) -> Words:
    """The page's words in the athlete's language where it has them, else in English; units are the athlete's."""
    language = athlete.language.replace("_", "-").split("-")[0].lower()
    known = language in PAGES
    speaker = tongue(athlete.language if known else FIRST, athlete.units)
    return Words(language if known else FIRST, PAGES[language if known else FIRST], speaker)
