"""The wording law over everything that the pain story may say: every kind, every fact, every place, every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pain.diary import START
from core.pain.play import DAY, LIVES, SETTINGS, Act, Wait, act
from diary import ALICE
from speech.pains import AMERICA, PLACES, kind, say, says
from speech.test_law import BROKEN, forbidden, segments
from twinge.core import reply
from twinge.core.model import Severity
from twinge.core.pain import CATALOGUE, FORMS, Kind, Pain, Say, Setting, fits
from twinge.core.pain.value import Asked
from twinge.speech import LANGUAGES, pain, phrase
from twinge.speech.catalogue import catalogue
from twinge.speech.episode import OPENERS
from twinge.speech.gsm7 import plain
from twinge.speech.place import place
from twinge.speech.tongue import tongue

ATHLETES = {language: replace(ALICE, language=language, timezone=AMERICA) for language in LANGUAGES}


def _longest(language: str) -> tuple[str, str]:
    speaker = tongue(language)
    return max(PLACES, key=lambda each: len(place(each[0], each[1], speaker)))


LONGEST = {language: _longest(language) for language in LANGUAGES}
CROWDED = {"signs", "bone"}
"""Menus beside which there may be no room for the place."""
TWO = {"signs", "which_place", "which_question"}
"""Menus that take two segments; beside them only the word of a doctor does, and only with a question."""
COMMANDS = {"OK", "MUTE", "STOP", "START", "HELP", "PAIN", "WHY", "STATUS", "SNOOZE 3D", "SEEING DR", "MUTE L01"}


@cache
def texts(name: str, language: str) -> list[tuple[Say, str]]:
    """Everything of one kind: all facts at no place, a short and the longest one; one set of facts at all places."""
    one, athlete = kind(name), ATHLETES[language]
    found: dict[str, tuple[Say, str]] = {}
    for each in _spread(one, language):
        text = pain(each, athlete)
        where = (each.facts.get("site"), each.facts.get("side"))
        found.setdefault(f"{each.question and each.question.kind} {where} {text}", (each, text))
    return list(found.values())


def _spread(one: Kind, language: str) -> Iterator[Say]:
    yield from says(one, [("", ""), ("buttock", "left"), LONGEST[language]])
    if "site" in one.facts:
        for site, side in PLACES:
            for ask in one.asks or ("",):
                if ask != "site":
                    yield say(one.name, ask, site=site, side=side)


def standing(language: str) -> str:
    return phrase("standing.short", {}, ATHLETES[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [one.name for one in CATALOGUE])
def test_every_message_keeps_the_law(name: str, language: str) -> None:
    for each, text in texts(name, language):
        asked = each.question.kind if each.question else ""
        may_be_two = asked in TWO or (name == "see_doctor" and asked)
        assert segments(text) <= (2 if may_be_two else 1), text
        assert forbidden(language, text.replace(standing(language), "")) is None, text
        assert BROKEN.search(text) is None, text
        assert text[0].isupper() or text[0] in "0123456789¿¡", text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", [one.name for one in CATALOGUE if "site" in one.facts and one.severity < Severity.URGENT]
)
def test_the_place_is_told_wherever_it_is_known(name: str, language: str) -> None:
    for each, text in texts(name, language):
        where = plain(place(str(each.facts["site"]), str(each.facts["side"]), tongue(language)))
        if each.question is None or each.question.kind not in CROWDED:
            assert text.lower().startswith(where.lower()), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_standing_line_comes_with_every_first_word_the_doctor_and_the_emergency(language: str) -> None:
    for name in (*OPENERS, "urgent"):
        for each, text in texts(name, language):
            if name != "rest_24" or each.facts["score"] is not None:  # Without a number it is the next day's word.
                assert standing(language) in text, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_always_has_its_number(language: str) -> None:
    for name in ("urgent", "urgent_ask"):
        assert all("911" in text for _, text in texts(name, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_doctors_word_offers_that_somebody_is_being_seen_already(language: str) -> None:
    for each, text in texts("see_doctor", language):
        if each.question is None or each.question.kind != "signs":
            assert "SEEING DR" in text, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [one.name for one in CATALOGUE if one.asks])
def test_questions_are_answered_by_the_digits_they_name(name: str, language: str) -> None:
    for each, text in texts(name, language):
        if each.question is None:
            continue
        form = FORMS[each.question.kind]
        asked = Asked(1, form.kind, 1, 0, 1, None, (1,) * len(each.question.choices))
        numbers = re.findall(
            r"(?<![\d:(])\b\d+", text.split("?", 1)[-1] if form.kind in {"same", "clearance"} else text
        )
        if form.kind == "weekly":
            assert fits(asked, "1121")
            assert "1121" in text
        elif each.question.choices:
            choices = [str(number) for number, _ in enumerate(each.question.choices, 1)]
            assert numbers[-len(choices) :] == choices or form.kind == "confirm", text
            assert all(fits(asked, number) for number in choices)
        else:
            assert {"0", "10"} <= set(re.findall(r"\d+", text)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_an_answer_is_understood(language: str) -> None:
    text = pain(say("ask_score", "score", site="", side=""), ATHLETES[language])
    example = text.rpartition(": ")[2].rstrip(")")
    assert reply.parse(example, language) == reply.Pain(4, "knee", "left")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_in_capitals_are_commands_that_are_understood(language: str) -> None:
    for command in COMMANDS:
        assert not isinstance(reply.parse(command, language), reply.Unclear), command
    words = {word for command in COMMANDS for word in command.split()}
    for name, entry in catalogue(language).entries.items():
        text = " ".join(piece.before for form in entry.forms for piece in form)
        assert set(re.findall(r"\b[A-Z][A-Z0-9]+\b", text)) <= words | {"HRV", "3D"}, name
    assert reply.parse("SEEING DR", language) == reply.Seen()


@given(LIVES, SETTINGS, st.sampled_from(LANGUAGES))
@settings(max_examples=100)
def test_whatever_the_machine_says_has_words_and_every_thread_its_standing_line(
    life: list[tuple[int, Act]], setting: Setting, language: str
) -> None:
    """Lives as they come, waited out for a quarter: every message fits, none of its facts is missing."""
    story, at, threads = Pain(), START, set[int]()
    for number, (gap, what) in enumerate([*life, (90 * DAY, Wait())]):
        at += gap
        story, said = act(story, what, at, setting, f"k{number}")
        for each in said:
            text = pain(each, ATHLETES[language])
            assert segments(text) <= 2, text
            assert BROKEN.search(text) is None, text
            if each.episode and each.episode not in threads:
                threads.add(each.episode)
                assert standing(language) in text or each.kind == "urgent_ask", text
