"""The wording law over every message of every language: words, letters, length, one action, a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import permutations

import pytest
from gsm0338 import Codec  # type: ignore[import-untyped]

from diary import ALICE
from sayings import PHRASES, SPREAD, findings, severities
from twinge.core.model import Athlete, Finding, Severity
from twinge.speech import LANGUAGES, digest, phrase, say
from twinge.speech.catalogue import catalogue

NEVER = {
    "en": r"injur|sciatic|piriformis|syndrome|fractur|tendon|diagnos|patient|treat|rehab|abnormal|danger|\brisk|"
    r"\bmust\b|should|safe|cleared|medic|drug|ibuprofen|inflammat|injection|massage|surg|prevent|\bcure|\bheal\b|therap|"
    r"\bill\b|sick|cancer|hernia|\bdisc\b|cauda|sprain|arthr|stress react|guarantee|harmless",
    "de": r"verletz|ischia|piriformis|syndrom|bruch|sehne|diagnos|patient|behandl|reha|abnorm|gefahr|gefähr|risik|muss|"
    r"sollst|solltest|sicher|freigegeben|medi[zk]|ibuprofen|entzünd|spritze|massage|massier|operation|operier|vorbeug|"
    r"verhinder|heilen|therap|krank|krebs|bandscheib|cauda|zerrung|arthro|garantier|harmlos",
    "es": r"lesi[oó]n|ci[aá]tic|piriforme|s[ií]ndrome|fractura|tend[oó]n|diagn[oó]s|paciente|tratam|rehab|anormal|"
    r"peligr|riesgo|\bdeb(?:es|er[ií]as)|tienes que|segur|autoriz|m[eé]dic(?!os?\b)|ibuprofeno|inflama|inyec|masaj|"
    r"cirug|operaci|preven|evita|curar|terap|enferm|c[aá]ncer|hernia|cauda|esguince|desgarro|artr[io]|garanti|inofensiv",
    "fr": r"(?<!fai)bless|sciati|piriforme|syndrome|fracture|(?<!at)tendon|diagnos|patient|trait|rééduc|anormal|danger|"
    r"risque|\bdois\b|devrais|il faut|sûr|autoris|médic|ibuprof|inflamm|inject|piqûre|massage|chirurg|opérat|préven|"
    r"guéri|soign|thérap|malad|cancer|hernie|cauda|entorse|déchir|arthr|garanti|sans gravité",
}
"""Conditions, figures of risk, promises, orders, and what is a clinician's business."""

NO_ADVICE = dict.fromkeys(("standing", "standing.call", "standing.short", "welcome"), r"medic|médic")
"""The standing line says that it is no medical advice."""

LONG = {"welcome"}
"""Answers that take two segments: once, at the beginning, and the whole standing line is in it."""

BROKEN = re.compile(r"[{}]|None|nan\b|\s\s|\s[.,]|\.\.| $|^ ")
GSM7 = Codec()


def segments(text: str) -> int:
    """SMS segments; ValueError for a letter that is not GSM-7. Brackets, € and their like count as two letters."""
    letters = sum(map(width, text))
    return 1 if letters <= 160 else -(-letters // 153)


@cache
def width(letter: str) -> int:
    """How many of the 160 it takes."""
    return len(GSM7.encode(letter)[0])


def athletes(language: str) -> Iterator[Athlete]:
    for units in ("km", "mi"):
        yield replace(ALICE, language=language, units=units)


def forbidden(language: str, text: str) -> str | None:
    found = re.search(NEVER[language], text, re.IGNORECASE)
    return None if found is None else found[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted(SPREAD))
def test_every_message_about_one_finding_keeps_the_law(rule: str, language: str) -> None:
    for athlete in athletes(language):
        for finding in findings(rule):
            for severity in severities(rule):
                text = say([finding], severity, athlete)
                assert segments(text) == 1, text
                assert forbidden(language, text) is None, text
                assert BROKEN.search(text) is None, text
                assert text[0].isupper() or text[0].isdigit(), text
                assert ways_out(severity) <= set(re.findall(r"[A-Z0-9]+", text.rpartition(". ")[2])), text


def ways_out(severity: Severity) -> set[str]:
    """The carrier's words, in every language; a question is answered by a digit."""
    if severity is Severity.QUESTION:
        return set()
    return {"OK", "STOP"} if severity is Severity.INFO else {"OK", "MUTE", "STOP"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted(SPREAD))
def test_a_message_asks_for_one_thing(rule: str, language: str) -> None:
    """A reason, an action, the way out: three sentences and no more."""
    athlete = replace(ALICE, language=language)
    for finding in findings(rule):
        for severity in set(severities(rule)) - {Severity.INFO}:
            text = say([finding], severity, athlete)
            assert len(re.findall(r"[.?](?= |$)", text)) == 3, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_reasons_fit_one_segment_whatever_the_numbers(language: str) -> None:
    for athlete in athletes(language):
        worst = {rule: longest(rule, athlete) for rule in SPREAD}
        for lead, other in permutations(SPREAD, 2):
            for severity in {Severity.SLOW_DOWN, Severity.REST} & set(severities(lead)):
                text = say([worst[lead], worst[other]], severity, athlete)
                assert segments(text) == 1, text
                assert forbidden(language, text) is None, text
                assert BROKEN.search(text) is None, text


def longest(rule: str, athlete: Athlete) -> Finding:
    """The finding whose clause is the longest."""
    return max(findings(rule), key=lambda finding: len(digest([finding], athlete)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_of_three_things_is_two_segments_at_most(language: str) -> None:
    athlete = replace(ALICE, language=language)
    rules = sorted(SPREAD)
    long = 0
    for nth, rule in enumerate(rules):
        three = [longest(each, athlete) for each in (rule, rules[nth - 1], rules[nth - 2])]
        for told in (three[:2], three):
            text = digest(told, athlete)
            assert segments(text) <= 2, text
            assert BROKEN.search(text) is None, text
            assert ways_out(Severity.INFO) <= set(re.findall(r"[A-Z]+", text)), text
            long += segments(text) == 2
    assert long == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PHRASES))
def test_answers_keep_the_law(kind: str, language: str) -> None:
    for facts in PHRASES[kind]:
        text = phrase(kind, facts, replace(ALICE, language=language))
        assert segments(text) == (2 if kind in LONG else 1), text
        assert BROKEN.search(text) is None, text
        allowed = re.sub(NO_ADVICE.get(kind, r"(?!)"), "", text, flags=re.IGNORECASE)
        assert forbidden(language, allowed) is None, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_catalogue_breaks_the_law_as_it_is_spelled(language: str) -> None:
    """Before accents are taken off, and of every message, whether a rule says it yet or not."""
    for kind, entry in catalogue(language).entries.items():
        for form in entry.forms:
            text = "".join(piece.before for piece in form)
            allowed = re.sub(NO_ADVICE.get(kind, r"(?!)"), "", text, flags=re.IGNORECASE)
            assert forbidden(language, allowed) is None, text


def test_the_law_is_not_deaf() -> None:
    for language, bad in {
        "en": "You must see a doctor, your injury risk is +64%",
        "de": "Du musst zum Arzt, dein Verletzungsrisiko ist hoch",
        "es": "Hay riesgo de lesion",
        "fr": "Tu risques une blessure",
    }.items():
        assert forbidden(language, bad) is not None
    assert segments("x" * 160) == 1
    assert segments("x" * 159 + "€") == 2
    with pytest.raises(UnicodeEncodeError):
        segments("más")
    assert BROKEN.search("was None over {today}") is not None
