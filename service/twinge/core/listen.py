"""What an athlete wrote, as a report: parsed words become fields, and what only free text says of an emergency waits to
be confirmed by one tap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from twinge.core import reply
from twinge.core.model import Report
from twinge.core.pain import Told, told_of

SITES: Final = {"quad": "thigh", "achilles": "ankle", "toe": "foot", "side_stitch": "stitch"}
"""Sites of the replies that the pain rules know by another word."""
SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (name,) for name in ("radiating", "tingling", "numb", "weak", "limp", "night", "spot", "worse_longer")},
    "walking": ("walking", "daily_life"),
    "sitting": ("daily_life",),
    "stairs": ("daily_life",),
    "sore": ("soreness",),
    "seen": ("seeing_someone",),
    "fall": ("fall",),
    "cancer": ("cancer_history",),
    "weight_loss": ("weight_loss",),
}
"""Word of a reply → the fields of a report that it sets."""
EMERGENCIES: Final = {
    "bladder_bowel": "bowel_bladder",
    "saddle_numb": "saddle_numb",
    "both_legs": "both_legs",
    "foot_drop": "weak_worse",
    "no_weight": "cannot_bear_weight",
    "fever": "fever",
    "chest_pain": "unwell_chest",
    "faint": "unwell_chest",
    "calf_swelling": "unwell_chest",
}
"""Red flag of a reply → the sign that is to be confirmed."""


def report_of(answer: reply.Answer, key: str, at: datetime, question: int = 0) -> Report | None:
    """An answer as a report; None for what is none. Digits answer `question`, or 0: the one open question they fit."""
    told = _fields(answer, question)
    return None if told is None else Report(key, at, **told)


def _fields(answer: reply.Answer, question: int) -> dict[str, Any] | None:
    told: dict[str, Any] | None = None
    match answer:
        case reply.Digits(text=text):
            told = {"answers": ((question, text.replace(" ", "")),)}
        case reply.Pain():
            told = _pain(answer)
        case reply.Better(gone=True, site=site, side=side):
            told = {"pain": 0, "site": _site(site), "side": side}
        case reply.Seen():
            told = {"seeing_someone": True}
        case reply.Cleared():
            told = {"cleared_by": "clinician"}
        case reply.Walked(minutes=minutes, score=0) if minutes is None or minutes >= 30:
            told = {"walked_30min_ok": True}
        case reply.Walked(score=int(score)):
            told = {"pain": score}
    return told


def understand(report: Report, language: str) -> Told:
    """A report as the pain rules hear it: its fields first, then what its free text adds."""
    told = told_of(report)
    if not report.text:
        return told
    answer = reply.parse(report.text, language)
    heard = report_of(answer, report.key, report.at) if isinstance(answer, reply.Pain | reply.Better) else None
    return told if heard is None else _joined(told, told_of(heard))


def _joined(told: Told, heard: Told) -> Told:
    missing = {f.name: getattr(heard, f.name) for f in fields(Told) if getattr(told, f.name) in (None, (), "")}
    return replace(told, **missing)


def _pain(answer: reply.Pain) -> dict[str, Any]:
    """The fields of a report of pain."""
    found: dict[str, Any] = {"pain": answer.score, "site": _site(answer.site), "side": answer.side}
    found["onset"], found["hurts"] = answer.onset, True if answer.score is None else None
    for flag in answer.flags:
        found.update(dict.fromkeys(SIGNS.get(flag, ()), True))
        found.update({"site": flag} if flag in ("stitch", "blister") else {})
    alarms = dict.fromkeys(EMERGENCIES[flag] for flag in answer.flags if flag in EMERGENCIES)
    return {**found, "unconfirmed": tuple(sorted(alarms))}


def _site(word: str | None) -> str | None:
    return None if word is None else SITES.get(word, word)
