"""Pain: the rules P01 to P10, the episode's states, and the staged return RR01 and RR02 (rules.md sections 8 and 9).

One immutable value `Pain` is advanced by four doors, each giving back the new value and what is to be said, in order:

- `hear(pain, told, setting)`: a report, answers included
- `answer(pain, question, digits, at, setting)`: digits in answer to one question
- `ran(pain, run, setting)`: an activity, at its end
- `pass_time(pain, until, setting)`: what timers do; `next_wake(pain)` says when the next one is due

What may be said is `catalogue.CATALOGUE`: every kind of message with its rule, severity, facts and question.
`governing`, `standing` and `volume_percent` read the state. DOCTOR and URGENT follow from what the athlete told, never
from load; nothing here names a condition.
"""

from twinge.core.pain.catalogue import CATALOGUE, KINDS, Kind
from twinge.core.pain.given import Run, Setting, Told, told_of
from twinge.core.pain.limits import LIMITS, Limits
from twinge.core.pain.machine import answer, hear, next_wake, pass_time, ran
from twinge.core.pain.questions import FORMS, Form, fits, matching
from twinge.core.pain.say import Question, Say
from twinge.core.pain.stages import STAGES, volume_percent
from twinge.core.pain.value import Entry, Episode, Pain, governing, standing

__all__ = [
    "CATALOGUE",
    "FORMS",
    "KINDS",
    "LIMITS",
    "STAGES",
    "Entry",
    "Episode",
    "Form",
    "Kind",
    "Limits",
    "Pain",
    "Question",
    "Run",
    "Say",
    "Setting",
    "Told",
    "answer",
    "fits",
    "governing",
    "hear",
    "matching",
    "next_wake",
    "pass_time",
    "ran",
    "standing",
    "told_of",
    "volume_percent",
]
