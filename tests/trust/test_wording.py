"""The wording law (docs/rules.md, chapter 11) over everything that is printed for athletes, in every language.

No condition is named, no risk given in per cent, no word on drugs, injections, massage or surgery; and see-a-doctor
and urgent come from what the athlete reports alone. `tests/speech` reads the messages for length and form too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diary import ALICE
from pages import ROOT
from sayings import PHRASES, SPREAD, findings, severities
from speech.pains import AMERICA, says
from twinge import speech
from twinge.core.fold import fits
from twinge.core.judge import Ear, begin, judge
from twinge.core.model import Activity, Severity, Voice, Wellness
from twinge.core.pain import CATALOGUE
from twinge.episode.words import PAGES
from twinge.speech import LANGUAGES

CATALOGUES = sorted((ROOT / "service").rglob("*.po"))
"""Whatever is added to them, and whatever catalogue is added, is read too."""

LAW = {
    "conditions": r"piriformis|piriforme|sciati|ciátic|ischia|syndrom|síndrome|fractur|\bbruch|tendinit|tendinop|"
    r"sehnen|tendón|(?<!\w)tendon|arthr|artros|hernia|hernie|bandscheib|\bdisc\b|cauda|sprain|zerrung|esguince|entorse|"
    r"desgarro|déchir|cancer|krebs|cáncer|stress reaction|plantar|shin splint|bursit|inflam|entzünd|lesi[oó]n|"
    r"blessure|\bblessé|verletz|injur|overuse|diagnos|diagnós|patholog|abnorm|anormal",
    "risk": r"\brisk|risik|gefährd|riesgo|risque|probab|wahrscheinlich|likelihood|\bchance",
    "treatment": r"ibuprof|paracetamol|aspirin|drug|medikament|medicament|médicament|arznei|tablet|\bpill|inject|"
    r"spritze|inyec|piqûre|cortison|massage|massier|masaj|surg|operation\b|operier|cirug|chirurg|rehab|rééduc|treatment|"
    r"behandl|tratamiento|traitement|\bcure|heilung|\bheal(?:s|ing)?\b|curar|guéri|\bice it|anti-inflam",
    "orders": r"you must see|you have to see|musst zum arzt|tienes que ver a un|tu dois voir un|safe to run|cleared to|"
    r"guarantee|garantier|garantiz|garanti\b|prevents? |verhindert|previene|empêche les",
}
"""Words that no text for an athlete may hold, in any language: none of them has another use in ours."""


def breaks(text: str) -> list[str]:
    found = [f"{what}: {at[0]}" for what, law in LAW.items() for at in re.finditer(law, text, re.IGNORECASE)]
    figure = re.search(r"(?:risk|risik|riesgo|risque)\w*[^.]{0,40}\d+\s*%", text, re.IGNORECASE)
    return found + ([f"figure: {figure[0]}"] if figure else [])


def texts(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
            yield from ((str(message.id), re.sub(r"{[^}]*}", "", str(form))) for form in forms if message.id)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT / "service/twinge")))
def test_no_text_of_any_catalogue_breaks_the_law(path: Path) -> None:
    read = dict(texts(path))
    assert len(read) > 5
    assert {kind: breaks(text) for kind, text in read.items() if breaks(text)} == {}


def test_every_catalogue_is_in_every_language_and_none_is_forgotten() -> None:
    folders = {path.parent for path in CATALOGUES}
    assert len(folders) == 3
    for folder in folders:
        assert {path.stem for path in folder.glob("*.po")} == set(LANGUAGES)


def test_the_page_for_a_clinician_says_what_was_told_and_no_more() -> None:
    """What an athlete may hand over: facts of theirs, no finding of ours."""
    assert {kind: breaks(text) for words in PAGES.values() for kind, text in words.items() if breaks(text)} == {}


HUGE = (1, 999, 10**7)
"""What stands in place of each number of a finding, one size for all: little, much, more than can be."""


def extreme(facts: dict[str, object]) -> Iterator[dict[str, object]]:
    """The facts as they are, and with every whole number of theirs as large and as small as can be."""
    yield facts
    for size in HUGE:
        yield {
            name: size if isinstance(value, int) and not isinstance(value, bool) and name not in KEPT else value
            for name, value in facts.items()
        }


KEPT = {"h", "of", "weeks", "nights", "mornings"}
"""Numbers that count what is always few."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_with_extreme_facts_breaks_the_law(language: str) -> None:
    read = 0
    athlete = replace(ALICE, language=language, units="mi")
    for rule in SPREAD:
        for finding in list(findings(rule))[::3]:
            for facts in extreme(dict(finding.facts)):
                for severity in severities(rule):
                    text = speech.say([replace(finding, facts=facts)], severity, athlete)
                    assert breaks(text) == [], text
                    assert "None" not in text, (rule, facts)
                    read += 1
    for kind, rows in PHRASES.items():
        for row in rows:
            assert breaks(speech.phrase(kind, row, athlete)) == []
    assert read > 1_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_pain_story_breaks_the_law(language: str) -> None:
    athlete = replace(ALICE, language=language, timezone=AMERICA)
    for kind in CATALOGUE:
        for say in list(says(kind))[::5]:  # tests/speech reads each of them
            text = speech.pain(say, athlete)
            assert breaks(text) == [], text


# ---- who may send to a doctor ----------------------------------------------------------------------------------------

START = datetime(2026, 1, 5, 7, tzinfo=UTC)
SESSIONS = st.tuples(
    st.sampled_from(["run", "run", "run", "trail_run", "ride", "swim", "strength"]),
    st.sampled_from([0.2, 1, 1, 1, 1, 1.5, 3, 6]),
    st.sampled_from([None, 2, 5, 9, 10]),
    st.sampled_from([None, 90, 150, 189, 230]),
)
"""Sport, how many times the usual, how hard, mean heart rate."""
MORNINGS = st.tuples(*[st.sampled_from([None, low, usual, usual, high]) for low, usual, high in
                       ((30, 50, 120), (5, 60, 250), (0.5, 8, 16))])  # fmt: skip
"""Resting heart rate, HRV, hours of sleep."""
DAYS = st.lists(st.tuples(MORNINGS, st.one_of(st.none(), SESSIONS, SESSIONS)), min_size=45, max_size=60)


def told_of(days: list[Any]) -> Counter[Severity]:
    """How often each severity was found or said in so many days of training and measuring, one after the other."""
    state, told = begin(), Counter[Severity]()
    for number, (morning, session) in enumerate(days):
        at = START + timedelta(days=number)
        events: list[Activity | Wellness] = [_morning(at, morning), *([_session(at, session)] if session else [])]
        for event in events:
            if fits(state, event, ALICE):
                verdict = judge(ALICE, state, event, Ear(Voice.PUSH, (), speech), at + timedelta(hours=12))
                told.update(each.severity for each in verdict.findings)
                told.update(each.severity for each in verdict.nudges)
                told.update(each.severity for each in verdict.held)
                state = verdict.state
    return told


@given(DAYS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_load_and_no_morning_sends_to_a_doctor(days: list[Any]) -> None:
    """Whatever was trained, slept and measured: see-a-doctor and urgent need a report."""
    assert all(severity < Severity.SEE_DOCTOR for severity in told_of(days))


def test_there_is_something_to_say_in_such_a_life() -> None:
    """A month as usual, then a run six times as long, and bad nights: or the law above would try nothing."""
    usual = ((50, 60, 8), ("run", 1, 5, 150))
    rest = ((50, 60, 8), None)
    hard = ((120, 5, 0.5), ("run", 6, 10, 189))
    told = told_of([usual, rest] * 20 + [hard] * 10)
    assert told[Severity.REST] > 3


def _session(at: datetime, one: tuple[Any, ...]) -> Activity:
    sport, times, rpe, hr = one
    seconds, metres = int(3_300 * times), int(10_000 * times)
    return Activity(
        f"x:{at:%m%d}", sport, at, elapsed_s=seconds, moving_s=seconds, distance_m=metres, avg_hr=hr, rpe=rpe
    )


def _morning(at: datetime, one: tuple[Any, ...]) -> Wellness:
    resting, hrv, sleep = one
    return Wellness(f"x:m{at:%m%d}", at.date(), resting_hr=resting, hrv_rmssd_ms=hrv, sleep_h=sleep)


def test_the_law_is_not_deaf() -> None:
    for bad in (
        "Your injury risk is +64%.",
        "Das klingt nach Ischias.",
        "Toma ibuprofeno.",
        "Un massage aide.",
        "You may have piriformis syndrome.",
        "Surgery helps.",
    ):
        assert breaks(bad)
    assert breaks("A check by a doctor or physiotherapist may help.") == []
