"""The answer to WHY: numbers, limit, how good the evidence is, and how to hear no more of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from diary import ALICE
from sayings import SPREAD
from speech.test_law import BROKEN, forbidden, segments
from twinge.core.bounds import adjust
from twinge.core.model import Facts
from twinge.core.rules import CATALOGUE
from twinge.speech import LANGUAGES, why

SPIKE = {
    "measure": "distance_m",
    "today": 13_100,
    "longest_30d": 10_000,
    "over_percent": 31,
    "ceiling": 11_000,
    "source": "observed",
    "race": False,
}
KNEE = {"kind": "rest_72", "site": "knee", "side": "left", "score": 4, "signs": "limp tingling"}
OTHERS: dict[str, Facts] = {
    **dict.fromkeys(("P01", "P02", "P03", "P04", "P05", "P07", "P09", "P10", "RR01", "RR02"), KNEE),
    "P06": {"site": "", "side": "", "signs": "bowel_bladder saddle_numb"},
    "P08": {"week_score": 50},
    "F03": {},
    "X01": {},
    "RPE": {"sport": "swim", "minutes": 40},
}
"""What is no finding with numbers of its own."""


def test_the_numbers_the_limit_the_evidence_and_the_way_out() -> None:
    assert why(["L01"], {"L01": SPIKE}, ALICE) == (
        "Your 13.1 km run was 31% over your 30-day longest (10.0 km). We speak from 10% on: in a study of 5,205 "
        "runners such runs went with more trouble. One study, no trial. MUTE L01 ends such messages."
    )


def test_in_the_athletes_language() -> None:
    assert why(["L01"], {"L01": SPIKE}, replace(ALICE, language="de")) == (
        "Dein Lauf (13,1 km) war 31 % länger als dein längster in 30 Tagen (10,0 km). Wir melden uns ab 10 %: In einer "
        "Studie mit 5205 Läufern gab es danach öfter Probleme. Eine Studie, kein Versuch. "
        "MUTE L01 beendet solche Nachrichten."
    )


def test_the_limit_is_the_athletes_own_or_that_of_the_pack() -> None:
    assert "We speak from 20% on" in why(["L01"], {"L01": SPIKE}, replace(ALICE, limits=(("l01.small", 120),)))
    assert "We speak from 15% on" in why(
        ["L01"], {"L01": SPIKE}, ALICE, adjust({"version": "strict", "l01": {"small": 115}})
    )


def test_two_reasons_are_explained_in_few_words_and_x01_gives_way() -> None:
    text = why(["X01", "L01", "R05"], {"L01": SPIKE, "R05": SPREAD["R05"][0]}, ALICE)
    assert "31% over" in text
    assert "sleep" in text.lower()
    assert text.endswith("MUTE L01 or MUTE R05 ends such messages.")
    assert why(["X01"], {}, ALICE).startswith("Two signs on one workout")


def test_the_pain_story_is_explained_by_what_was_told_and_cannot_be_muted() -> None:
    assert why(["P05"], {"P05": KNEE}, ALICE) == (
        "You told us: left knee, 4 of 10, tingling or numbness; limping. Tingling, numbness or pain down a leg gets a "
        "check sooner. Guidelines agree. STOP ends all messages."
    )
    assert why(["P06"], {"P06": OTHERS["P06"]}, ALICE).startswith(
        "You told us: trouble controlling bladder or bowels; numbness between the legs."
    )


GOOD = {
    "settling": ("P03", "Good news: with no pain in daily life"),
    "stage_next": ("RR01", "Your numbers fit the next step."),
    "stage_again": ("RR01", "It went well; each step is done twice"),
    "monitor": ("RR01", "All steps went well."),
    "soreness": ("P01", "Mild, on both sides and without other signs"),
}
"""Kind → the rule behind it, and how its account begins."""


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_good_news_is_not_explained_by_pain_that_stays(kind: str) -> None:
    rule, account = GOOD[kind]
    facts = {"kind": kind, "site": "calf", "side": "both"}
    assert why([rule], {rule: facts}, ALICE).startswith(f"You told us: both calves. {account}")
    for language in LANGUAGES:
        athlete = replace(ALICE, language=language)
        text = why([rule], {rule: facts}, athlete)
        keeps_the_law(text, language)
        assert text != why([rule], {rule: {**facts, "kind": "rest_on"}}, athlete)


def test_without_a_message_there_is_nothing_to_explain() -> None:
    assert why([], {}, ALICE).startswith("There is nothing to explain yet.")
    assert why(["Z99"], {}, ALICE) == why([], {}, ALICE)


def test_a_message_whose_numbers_are_gone_is_still_explained() -> None:
    assert why(["L01"], {}, ALICE).startswith("We speak from 10% on: in a study of 5,205 runners")


def test_every_rule_that_may_lead_to_a_message_is_explained() -> None:
    rules = {rule.id for rule in CATALOGUE if rule.kind != "message"} | {"RPE"}
    assert rules == set(SPREAD) | set(OTHERS)


def keeps_the_law(text: str, language: str) -> None:
    assert segments(text) <= 2, text
    assert BROKEN.search(text) is None, text
    assert forbidden(language, text) is None, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted([*SPREAD, *OTHERS]))
def test_every_explanation_keeps_the_law(rule: str, language: str) -> None:
    for facts in [{}, *SPREAD.get(rule, [OTHERS.get(rule, {})])]:
        text = why([rule], {rule: facts}, replace(ALICE, language=language))
        keeps_the_law(text, language)
        assert f"MUTE {rule} " in text or ("STOP" in text and (rule in OTHERS)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_reasons_and_their_sum_take_two_segments_at_most(language: str) -> None:
    athlete = replace(ALICE, language=language)
    worst = {rule: max(rows, key=lambda row: len(why([rule], {rule: row}, athlete))) for rule, rows in SPREAD.items()}
    for lead, other in permutations(SPREAD, 2):
        keeps_the_law(why(["X01", lead, other], {lead: worst[lead], other: worst[other]}, athlete), language)
