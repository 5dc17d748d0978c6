"""What holds for every message: nothing is raised, red flags are never lost, typing is forgiven, time is linear."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinge.core.reply import FLAGS, RED_FLAGS, SIDES, SITES, Answer, Pain, Stop, parse
from twinge.core.reply.lexicon import phrases
from twinge.core.reply.tokens import LONGEST
from twinge.core.reply.vocabulary import LANGUAGES, red, vocabulary

SPOKEN = tuple(LANGUAGES)
languages = st.sampled_from([*SPOKEN, "de-CH", "", "xx"])
WORDS = sorted(
    {word for one in LANGUAGES.values() for phrase in phrases(one.STORY, one.CARRIER) for word in phrase.split()}
)
said = st.lists(st.sampled_from([*WORDS, *".,;/?", "4", "4/10", "7:30", "👍", "can't", "L01"]), max_size=30).map(
    " ".join
)

RED = [
    ("en", "numb between my legs"),
    ("en", "can't feel when I pee"),
    ("en", "chest pain"),
    ("de", "kann nicht auftreten"),
    ("es", "no puedo orinar"),
    ("fr", "les deux jambes engourdies"),
]
QUIET = [
    "stop",
    "STOP.",
    "please stop texting me",
    "unsubscribe me",
    "keine Nachrichten mehr",
    "dame de baja",
    "plus de messages",
]
PLAIN = [
    ("en", "STOP"),
    ("en", "please don't text me anymore"),
    ("en", "ok thanks"),
    ("en", "mute l01"),
    ("en", "snooze 3 days"),
    ("en", "4 out of 10"),
    ("en", "left knee 3/10 during run"),
    ("en", "pain 3 no numbness but tingling"),
    ("en", "can't feel when i pee"),
    ("en", "walked 30 min no pain"),
    ("en", "cleared by my physio"),
    ("de", "ich spüre meinen fuß nicht"),
    ("de", "schmerz 4 links gesäß"),
    ("es", "me duele la rodilla izquierda 5"),
    ("es", "no siento nada entre las piernas"),
    ("fr", "mal à l'aine gauche 3"),
    ("fr", "je n'ai plus mal"),
]


@given(st.text(max_size=400) | said, languages)
def test_nothing_is_raised_and_the_answer_is_one_of_ours(text: str, language: str) -> None:
    assert isinstance(parse(text, language), get_args(Answer))


@given(said, languages)
def test_a_report_keeps_to_its_words(text: str, language: str) -> None:
    told = parse(text, language)
    if isinstance(told, Pain):
        assert told.score is None or 0 <= told.score <= 10
        assert told.site in {None, *SITES}
        assert told.side in {None, *SIDES}
        assert told.flags == tuple(flag for flag in FLAGS if flag in told.flags)


@given(
    st.sampled_from(RED),
    st.sampled_from(QUIET),
    st.sampled_from([" ", ". ", ", ", "\n", "! "]),
    st.booleans(),
    languages,
)
def test_a_text_with_a_red_flag_is_never_a_stop(
    flag: tuple[str, str], quiet: str, between: str, first: bool, language: str
) -> None:
    told = parse(between.join((flag[1], quiet) if first else (quiet, flag[1])), language)
    assert isinstance(told, Pain)
    assert set(told.flags) & set(RED_FLAGS)


@given(said, languages)
def test_a_trouble_added_to_any_stop_is_heard(text: str, language: str) -> None:
    if parse(text, language) == Stop():
        assert "chest_pain" in getattr(parse(text + ". Chest pain!", language), "flags", ())


cases: list[Callable[[str], str]] = [str, str.lower, str.upper, str.title, str.swapcase]


@given(
    st.sampled_from(PLAIN),
    st.sampled_from(cases),
    st.sampled_from(["", " ", "\t", "\n", "  "]),
    st.sampled_from([" ", "  ", "\t", "\u00a0"]),
    st.sampled_from(["", ".", "!", "!!!", "…", " .", "?", "\n"]),
)
def test_case_spacing_and_a_last_mark_change_nothing(
    plain: tuple[str, str], case: Callable[[str], str], before: str, space: str, mark: str
) -> None:
    language, text = plain
    assert parse(before + case(text).replace(" ", space) + mark, language) == parse(text, language)


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("de", "ich spuere meinen Fuss nicht", "ich spüre meinen Fuß nicht"),
        ("de", "schmerz links gesaess", "Schmerz links Gesäß"),
        ("es", "me caminé 30 min", "me camine 30 min"),
        ("es", "rodilla dcha 3", "rodilla derecha 3"),
        ("fr", "je n ai plus mal", "je n'ai plus mal"),
        ("fr", "mal a la cheville", "mal à la cheville"),
        ("en", "cant feel my foot", "can’t feel my foot"),
        ("en", "cant feel my foot", "can´t feel my foot"),
        ("en", "ｐａｉｎ ４", "pain 4"),
    ],
)
def test_accents_and_apostrophes_change_nothing(language: str, typed: str, meant: str) -> None:
    assert parse(typed, language) == parse(meant, language)


# --- the price --------------------------------------------------------------------------------------------------------


def steps(text: str) -> int:
    """Lines of ours that are run to read a text."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace if "twinge" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse(text)
    finally:
        sys.settrace(before)
    return count


HARD = [
    "no ",
    "numb ",
    "not numb or ",
    "knee ok ",
    "can't feel my ",
    "down the the ",
    "4/10 ",
    "1,2 ",
    ". ",
    "a",
    "stop texting ",
    "no, or ",
]


@pytest.mark.parametrize("part", HARD)
def test_twice_the_text_is_about_twice_the_work(part: str) -> None:
    parse(part)  # the lexicons are made once
    half, whole = steps((part * LONGEST)[: LONGEST // 2]), steps((part * LONGEST)[:LONGEST])
    assert whole < 2.2 * half + 200


@pytest.mark.parametrize("part", HARD)
def test_a_text_without_end_costs_no_more_than_a_thousand_characters(part: str) -> None:
    parse(part)
    assert steps(part * 100_000) == steps((part * LONGEST)[:LONGEST])
    assert steps((part * LONGEST)[:LONGEST]) < 120 * LONGEST


# --- the vocabulary ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", SPOKEN)
def test_every_site_side_and_flag_has_words_in_every_language(language: str) -> None:
    told = set(LANGUAGES[language].STORY)
    together = {"both_legs", "calf_swelling", "saddle_numb", "worse_longer", "opt_out", "side_stitch", "no_weight"}
    assert {*SITES, *SIDES, *FLAGS, "pain", "better", "worse", "gone"} - told <= together | {
        "other",
        "chest_pain",
        "blister",
    }


@pytest.mark.parametrize("language", SPOKEN)
def test_every_word_of_the_vocabulary_can_be_written(language: str) -> None:
    own = LANGUAGES[language]
    for table in (own.CARRIER, own.COMMANDS, own.STORY, own.NUMBERS):
        assert all(phrase and phrase == phrase.strip() for listed in table.values() for phrase in listed.split("|"))
    assert not [word for listed in own.NUMBERS.values() for word in listed.split("|") if " " in word]


def test_languages_share_their_carriers_and_their_red_flags() -> None:
    assert vocabulary("fr").carrier.find(["stopp"]) == vocabulary("en").carrier.find(["stopp"])
    assert red() is red()
