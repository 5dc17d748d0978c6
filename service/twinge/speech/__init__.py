"""What we see and ask, in words: the athlete's own numbers, one action, a way out, in their language and units.

What a message may say is law (rules.md section 11): no condition is named, no risk figure given, nothing said of
drugs or treatment; `tests/speech` reads every message of every language for it. A message is one GSM-7 segment
wherever the numbers allow. The words are in the `.po` files beside this one; a language is read when it is first
spoken.

`say` and `digest` tell findings, `pain` the pain story; `why` and `status` answer, `account` is one rule's part of a
why; `phrase` is any message by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from twinge.core.model import Athlete, Facts, Finding, Severity
from twinge.speech.catalogue import FIRST, LANGUAGES
from twinge.speech.episode import pain
from twinge.speech.evidence import account, why
from twinge.speech.gsm7 import SEGMENT, fitting, plain
from twinge.speech.measure import MILE_M
from twinge.speech.reasons import briefly, reason, way
from twinge.speech.rescue import emergency
from twinge.speech.standing import standing, status
from twinge.speech.tongue import Tongue, capital, tongue, tongue_of

__all__ = [
    "LANGUAGES",
    "MILE_M",
    "SEGMENT",
    "account",
    "amount",
    "digest",
    "emergency",
    "pain",
    "phrase",
    "say",
    "standing",
    "status",
    "why",
    "without_way_out",
]


def say(findings: Sequence[Finding], severity: Severity, athlete: Athlete) -> str:
    """One message for up to two findings, the leading one first; information is told as a digest."""
    if severity is Severity.INFO:
        return digest(findings, athlete)
    speaker = tongue_of(athlete)
    return fitting(_messages(findings, severity, speaker))


def _messages(findings: Sequence[Finding], severity: Severity, speaker: Tongue) -> Iterator[str]:
    """The message, then shorter ones. A single reason gives way before its action does; a second reason after it."""
    lead, others = findings[0], findings[1:]
    action = speaker.render(_action(lead, severity, speaker), _facts(lead))
    brief = speaker.render(f"brief.{severity.word}", {}) if speaker.knows(f"brief.{severity.word}") else action
    reasons, fewer = _told(findings, speaker)
    out = speaker.render("out.question" if severity is Severity.QUESTION else "out", {})
    paired = [(reasons, brief), ([reasons[0], *fewer[1:]], action), ([reasons[0], *fewer[1:]], brief)]
    for said, do in ((reasons, action), *(paired if others else ()), (fewer, action), (fewer, brief)):
        yield f"{capital(_joined(said, speaker))}. {do} {out}"


def digest(findings: Sequence[Finding], athlete: Athlete) -> str:
    """The week in one message: one to three findings that were no ground for an interruption, the weightiest first."""
    return fitting(_digests(findings, tongue_of(athlete)))


def _digests(findings: Sequence[Finding], speaker: Tongue) -> Iterator[str]:
    """The digest, then shorter ones: without advice, then with ever more of its reasons brief."""
    kind = f"{findings[0].rule}.info"
    advice = f"{speaker.render(kind, _facts(findings[0]))} " if speaker.knows(kind) else ""
    out = speaker.render("out.digest", {})
    full, fewer = _told(findings, speaker)
    for told in range(len(findings), -1, -1):
        things = _joined([*full[:told], *fewer[told:]], speaker)
        for hint in dict.fromkeys((advice, "")):
            yield f"{speaker.render('week', {'things': things})} {hint}{out}"


CALLING: Final = {"standing": "standing.call", "welcome": "welcome"}
"""What names the number to call, and the id of its text: `standing` itself is for a page, which anybody may read."""


def phrase(kind: str, facts: Facts, athlete: Athlete) -> str:
    """Any message of the catalogue by its id, such as `help`; LookupError for an id or a fact that is not there.

    `standing` and `welcome` name the athlete's own emergency number.
    """
    if kind in CALLING:
        kind, facts = CALLING[kind], {"number": emergency(athlete), **facts}
    return plain(tongue_of(athlete).render(kind, facts))


def without_way_out(text: str, language: str = FIRST) -> str:
    """A message without its last sentence, for a page where nobody can answer."""
    speaker = tongue(language)
    for out in ("out", "out.digest", "out.question"):
        text = text.removesuffix(plain(speaker.render(out, {})))
    return text.rstrip()


def amount(value: int, measure: str, units: str, language: str = FIRST) -> str:
    """A distance in the athlete's units, a duration, or a load."""
    return plain(tongue(language, units).amount(value, measure))


def _told(findings: Sequence[Finding], speaker: Tongue) -> tuple[list[str], list[str]]:
    """The clause of each finding, and each in few words."""
    return (
        [reason(one.rule, one.facts, speaker) for one in findings],
        [briefly(one.rule, one.facts, speaker) for one in findings],
    )


def _facts(finding: Finding) -> Facts:
    return {**finding.facts, **way(finding.rule, finding.facts).more}


def _action(lead: Finding, severity: Severity, speaker: Tongue) -> str:
    """The id of the one thing to do: by rule and band, by rule, or for any rule."""
    kinds = (f"{lead.rule}.{severity.word}.{lead.band}", f"{lead.rule}.{severity.word}")
    return next((kind for kind in kinds if speaker.knows(kind)), f"any.{severity.word}")


def _joined(clauses: Sequence[str], speaker: Tongue) -> str:
    return speaker.render("and", {}).join(clauses)
