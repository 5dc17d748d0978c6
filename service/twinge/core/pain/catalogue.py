"""Every message of the pain machine: its kind, the rule behind it, how loud it is, and the facts that come with it.

Whoever writes the words works from `CATALOGUE`: `means` says what the message must say, `facts` what it may
use, `asks` which question it may carry. The words themselves live elsewhere. Common to all: no condition is named, no
figure of risk, nothing about drugs, injections, massage or surgery.

Facts: `site` and `side` are words of `signs` ("" when not known); `score`, `first` 0 to 10 or None; `hours` until the
hold ends or the next look; `day` whole days since the onset; `signs` words with blanks between; `urgency` routine,
soon, prompt or review; `nerve`: pain AND travelling, tingling, numbness must be gone for a 0; `again`: a repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twinge.core.model import Severity

INFO, ASK, SLOW = Severity.INFO, Severity.QUESTION, Severity.SLOW_DOWN
REST, DOCTOR, EMERGENCY = Severity.REST, Severity.SEE_DOCTOR, Severity.URGENT


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message."""

    name: str
    rules: tuple[str, ...]
    """The rules that may lead to it; the first unless another is given."""
    severity: Severity
    facts: tuple[str, ...]
    means: str
    asks: tuple[str, ...] = ()
    """Kinds of question that it may carry."""
    waits: bool = True
    """Whether it waits until the day has room. What begins, lengthens or deepens a hold does not, nor does a question
    back: each of them answers what the athlete has just written, and a hold nobody hears of is none."""


STEPS = frozenset({"stage_next", "stage_again", "stage_hold", "stage_back", "stage_breach", "stage_rest", "monitor"})
"""What asks for a run, or for how to run: nothing for while another place is held."""
WHERE = ("site", "side")
STAGE = (*WHERE, "stage", "sets", "walk_minutes", "run_minutes_each", "run_minutes", "wait_hours")
ITEMS = ("signs", "bone", "same", "site")
"""What a hold may ask along with itself."""
CHECK = (*WHERE, "hours_since", "day", "nerve", "again")
ASLEEP = (*WHERE, "day", "nerve")

CATALOGUE: Final = (
    Kind("stop_now", ("P01",), REST, WHERE, "Stop and walk in. How bad, 0-10, and where?", ("score",), waits=False),
    Kind("ask_score", ("P01",), ASK, (*WHERE, "again"), "How bad is it, 0-10, and where?", ("score",)),
    Kind(
        "rest_24",
        ("P01",),
        REST,
        (*WHERE, "score", "hours", "live"),
        "No running for `hours`; `live`: stop and walk in. Score None: taken for 3.",
        ITEMS,
        waits=False,
    ),
    Kind(
        "rest_72",
        ("P02", "P03", "P05", "P10", "RR01"),
        REST,
        (*WHERE, "score", "first", "hours", "worse", "nerve", "signs"),
        "No running for `hours`; we ask again then. `worse`: more than at the start.",
        ITEMS,
        waits=False,
    ),
    Kind("rest_on", ("P03",), REST, (*WHERE, "score", "day", "hours"), "Rest on; next look in `hours`.", ITEMS),
    Kind(
        "soreness",
        ("P01",),
        SLOW,
        (*WHERE, "score", "hours"),
        "Ordinary soreness after a hard day: easy until it is gone; one look in `hours`.",
    ),
    Kind("ask_sore", ("P01",), ASK, WHERE, "Still sore? 0-10.", ("sore",)),
    Kind(
        "ask_24h",
        ("P03",),
        ASK,
        CHECK,
        "A day on: worst pain walking, sitting or on stairs, 0-10. `nerve`: 0 only if the tingling is gone too.",
        ("check",),
    ),
    Kind("ask_72h", ("P04",), ASK, CHECK, "The same, three days on.", ("check",)),
    Kind("ask_day", ("P04",), ASK, CHECK, "The same, on day `day`.", ("check",)),
    Kind(
        "see_doctor",
        ("P04", "P05", "P06", "P07", "P08", "P10"),
        DOCTOR,
        (*WHERE, "score", "day", "urgency", "nerve", "signs"),
        "No running. A check by a doctor or physiotherapist may help: routine; soon = in a day or two; prompt = this "
        "week; review = ask for another look. And how to tell us that you already see someone.",
        ITEMS,
        waits=False,
    ),
    Kind(
        "refer_on",
        ("P04", "P05", "P06", "P07", "P08", "P10"),
        REST,
        (*WHERE, "score", "day", "urgency", "hours"),
        "Noted; no running yet, next look in `hours`. No doctor is mentioned again.",
        ITEMS,
    ),
    Kind(
        "urgent_ask",
        ("P06",),
        EMERGENCY,
        (*WHERE, "found"),
        "You wrote of `found`. Is that so? 1 no 2 yes. If yes: emergency care now.",
        ("confirm",),
        waits=False,
    ),
    Kind(
        "urgent",
        ("P06", "P05"),
        EMERGENCY,
        (*WHERE, "signs"),
        "Stop. Emergency care now; the emergency number.",
        waits=False,
    ),
    Kind(
        "ask_seen",
        ("P06",),
        ASK,
        (*WHERE, "hours_since", "again"),
        "Have you been seen? 1 no 2 yes, and I may move on 3 yes, still looked after",
        ("seen",),
    ),
    Kind("settling", ("P03",), REST, (*WHERE, "days"), "Good. `days` more days without pain, then a brisk walk."),
    Kind(
        "ask_clearance",
        ("P04", "P05", "P06", "P07"),
        ASK,
        (*WHERE, "again"),
        "Has a doctor or physiotherapist said you may begin to run again? 1 no 2 yes",
        ("clearance",),
    ),
    Kind(
        "ask_walk",
        ("RR01",),
        ASK,
        (*WHERE, "days", "minutes", "stage", "nerve", "again"),
        "If the last `days` days were without pain, walk briskly for `minutes`: worst pain in it, 0-10? `stage` 0: the "
        "walk of stage 0.",
        ("walk",),
    ),
    Kind("pain_back", ("P03",), REST, (*WHERE, "score", "hours"), "Back to rest for `hours`.", ITEMS, waits=False),
    Kind(
        "stage_next",
        ("RR01",),
        SLOW,
        STAGE,
        "Your answers fit the next step: `sets` x (`walk_minutes` walk + `run_minutes_each` run), flat and easy, "
        "twice, `wait_hours` apart; your clinician's advice comes first.",
    ),
    Kind("stage_again", ("RR01",), SLOW, STAGE, "Good; the same session once more, `wait_hours` after the last."),
    Kind("stage_hold", ("RR01",), SLOW, (*STAGE, "score"), "Wait `wait_hours`, then the same session again."),
    Kind("stage_back", ("RR01",), SLOW, (*STAGE, "score"), "One step back: this session next, in `wait_hours`."),
    Kind(
        "ask_run",
        ("RR01",),
        ASK,
        (*WHERE, "stage", "nerve", "again"),
        "Worst pain in the run, 0-10? Longer than an hour after, or worse this morning: 3 or more. A limp, tingling or "
        "one sore spot: 6 or more.",
        ("run",),
    ),
    Kind("ask_return", ("RR01",), ASK, (*STAGE, "again"), "No run for a while: how is it, 0-10?", ("return",)),
    Kind(
        "stage_breach",
        ("RR02",),
        SLOW,
        (*STAGE, "ran_minutes", "reason"),
        "More than the step asks for. `reason`: long, hard or hills. Make the next one the step's.",
    ),
    Kind("stage_rest", ("RR02",), REST, (*STAGE, "ran_minutes", "reason"), "The second time in a week: rest 48 h."),
    Kind(
        "monitor",
        ("RR01",),
        SLOW,
        (*WHERE, "days", "volume_percent"),
        "The steps are done. Distance first, `volume_percent` of what was usual this week; then hills, speed last.",
    ),
    Kind(
        "run_in_hold_ask",
        ("P09",),
        ASK,
        (*WHERE, "again"),
        "You ran. How did it feel, 0-10? (neutral)",
        ("feel", "check", "score", "walk"),
    ),
    Kind(
        "run_in_hold",
        ("P09",),
        REST,
        (*WHERE, "urgency"),
        "Running now works against the rest; other sport that does not hurt is fine.",
    ),
    Kind(
        "ask_dormant",
        ("P09",),
        ASK,
        ASLEEP,
        "You ran. How is it now, 0-10? URGENT: have you been seen?",
        ("check", "seen", "return", "clearance"),
    ),
    Kind("how_did_it_go", ("P04",), ASK, ASLEEP, "How did it go? 0-10. URGENT: been seen?", ("check", "seen")),
    Kind("which_place", ("P01",), ASK, (), "Which place do you mean? Numbered.", ("which_place",), waits=False),
    Kind(
        "which_question", ("P01",), ASK, (), "Which question is that for? Numbered.", ("which_question",), waits=False
    ),
    Kind(
        "weekly_ask",
        ("P08",),
        ASK,
        ("again",),
        "Weekly check, four digits: took part, trained less, did worse, hurt; 1 none 2 a little 3 a lot 4 could not",
        ("weekly",),
    ),
    Kind("weekly_info", ("P08",), INFO, ("week_score",), "For the digest."),
    Kind(
        "weekly_slow",
        ("P08",),
        SLOW,
        ("week_score",),
        "It cost you a good deal this week. How bad, 0-10?",
        ("score",),
        waits=False,
    ),
    Kind(
        "weekly_rest",
        ("P08",),
        REST,
        ("week_score",),
        "You could not train. Rest. How bad, 0-10?",
        ("score",),
        waits=False,
    ),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in CATALOGUE}
