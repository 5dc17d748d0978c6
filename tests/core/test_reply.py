"""What an athlete may write back, but for pain: the carriers' words, commands, digits, and what is not guessed at."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from twinge.core.reply import (
    Answer,
    Better,
    Cleared,
    Digits,
    Help,
    Mute,
    Ok,
    Pain,
    Seen,
    Snooze,
    Start,
    Status,
    Stop,
    Unclear,
    Unmute,
    Walked,
    Why,
    parse,
)

LANGUAGES = ("en", "de", "es", "fr")

# --- the carriers' words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [*LANGUAGES, "de-AT", "ES", "it", ""])
@pytest.mark.parametrize("word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
def test_a_carrier_s_word_ends_it_in_every_language(word: str, language: str) -> None:
    assert parse(word, language) == Stop()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("word", "answer"),
    [("START", Start()), ("UNSTOP", Start()), ("YES", Start()), ("HELP", Help()), ("INFO", Help())],
)
def test_a_carrier_s_word_begins_again_or_asks_who_we_are(word: str, answer: Answer, language: str) -> None:
    assert parse(word, language) == answer


@pytest.mark.parametrize(
    "text", [" stop. ", "Stop!!!", "STOPPP", "stop please", "opt-out", "Stop. Stop. STOP", "st\u200bop"]
)
def test_a_stop_is_one_however_it_is_typed(text: str) -> None:
    assert parse(text) == Stop()


@pytest.mark.parametrize(
    "text",
    ["ARRET", "arrêtez", "Stopp", "abmelden", "ALTO", "parar", "baja", "darme de baja", "désabonner", "abbestellen"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stop_words_of_each_language_count_in_all(text: str, language: str) -> None:
    assert parse(text, language) == Stop()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Please stop texting me"),
        ("en", "stop sending me these messages"),
        ("en", "please don't text me anymore"),
        ("en", "no more messages please"),
        ("en", "take me off this list"),
        ("en", "Unsubscribe me please!"),
        ("en", "leave me alone"),
        ("en", "I don’t want these texts. I told you so many times"),
        ("de", "Bitte keine Nachrichten mehr"),
        ("de", "hört auf mir zu schreiben"),
        ("de", "ich möchte mich abmelden"),
        ("de", "Lasst mich in Ruhe!"),
        ("es", "no quiero más mensajes"),
        ("es", "deja de escribirme"),
        ("es", "quiero darme de baja"),
        ("fr", "arrêtez de m'écrire"),
        ("fr", "plus de messages svp"),
        ("fr", "je veux me désabonner"),
        ("it", "stop sending"),
    ],
)
def test_any_reasonable_way_of_asking_us_to_stop_counts(language: str, text: str) -> None:
    assert parse(text, language) == Stop()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "don't stop"),
        ("en", "please don't stop sending these"),
        ("en", "don't text me at night"),
        ("en", "stop sending me so many messages"),
        ("en", "I had to stop at km 5"),
        ("en", "cancel my race"),
        ("en", "the end of the week"),
        ("en", "yes please"),
        ("en", "I need help"),
        ("de", "bitte nachts keine Nachrichten mehr"),
        ("de", "ich melde mich ab und zu"),
        ("de", "muss mich vom Rennen abmelden"),
        ("de", "ja"),
        ("es", "sí"),
        ("es", "baja laboral"),
        ("fr", "oui"),
        ("fr", "je me suis arrêté au km 5"),
    ],
)
def test_what_only_looks_like_a_carrier_s_word_is_none(language: str, text: str) -> None:
    assert parse(text, language) == Unclear()


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("en", "Ok.", Ok()),
        ("en", "OK thanks!", Ok()),
        ("en", "got it", Ok()),
        ("en", "k", Ok()),
        ("en", "thank you so much", Ok()),
        ("en", "👍", Ok()),
        ("en", "👍🏽", Ok()),
        ("en", "🙏❤️", Ok()),
        ("en", "WHY", Why()),
        ("en", "why?", Why()),
        ("en", "ok, why?", Why()),
        ("en", "Status please", Status()),
        ("en", "how am I doing?", Status()),
        ("en", "mute l01", Mute("L01")),
        ("en", "MUTE", Mute()),
        ("en", "mute this", Mute()),
        ("en", "Mute L1", Mute("L01")),
        ("en", "mute RR02", Mute("RR02")),
        ("en", "Mute W01", Mute("W01")),
        ("en", "unmute l01", Unmute("L01")),
        ("en", "unmute", Unmute()),
        ("en", "SNOOZE", Snooze(1)),
        ("en", "SNOOZE 3D", Snooze(3)),
        ("en", "snooze 3", Snooze(3)),
        ("en", "snooze for 3 days please", Snooze(3)),
        ("en", "pause 1 week", Snooze(7)),
        ("en", "pause two weeks", Snooze(14)),
        ("en", "snooze a week", Snooze(7)),
        ("en", "snooze 12h", Snooze(1)),
        ("en", "snooze 60", Snooze(30)),
        ("en", "cleared", Cleared()),
        ("de", "alles klar", Ok()),
        ("de", "ok danke", Ok()),
        ("de", "Warum?", Why()),
        ("de", "Stand", Status()),
        ("de", "stumm L01", Mute("L01")),
        ("de", "stumm T02", Mute("T02")),
        ("de", "mute L01", Mute("L01")),
        ("de", "3 Tage Pause", Snooze(3)),
        ("de", "Pause eine Woche", Snooze(7)),
        ("es", "vale, gracias", Ok()),
        ("es", "¿por qué?", Why()),
        ("es", "estado", Status()),
        ("es", "silenciar L01", Mute("L01")),
        ("es", "pausa 3 días", Snooze(3)),
        ("es", "snooze 2d", Snooze(2)),
        ("fr", "d'accord merci", Ok()),
        ("fr", "ça marche", Ok()),
        ("fr", "Pourquoi ?", Why()),
        ("fr", "bilan", Status()),
        ("fr", "sourdine L01", Mute("L01")),
        ("fr", "pause d'une semaine", Snooze(7)),
        ("fr", "pause 3j", Snooze(3)),
    ],
)
def test_commands(language: str, text: str, answer: Answer) -> None:
    assert parse(text, language) == answer


def test_a_command_is_of_english_or_of_the_athlete_s_language() -> None:
    assert parse("stumm", "en") == Unclear()
    assert parse("mute", "fr") == Mute()


# --- bare numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("en", "4", Digits((4,), "4")),
        ("en", " 4. ", Digits((4,), "4")),
        ("en", "0", Digits((0,), "0")),
        ("en", "10", Digits((10,), "10")),
        ("en", "2 6", Digits((2, 6), "2 6")),
        ("en", "2,6", Digits((2, 6), "2 6")),
        ("en", "4-5", Digits((4, 5), "4 5")),
        ("en", "26", Digits((26,), "26")),
        ("en", "0608", Digits((608,), "0608")),
        ("en", "4/10", Digits((4,), "4")),
        ("en", "4 / 10", Digits((4,), "4")),
        ("en", "4 out of 10", Digits((4,), "4")),
        ("en", "2.5", Digits((3,), "3")),
        ("en", "about a 4", Digits((4,), "4")),
        ("en", "still 3 today", Digits((3,), "3")),
        ("en", "four", Digits((4,), "4")),
        ("en", "one", Digits((1,), "1")),
        ("en", "4️⃣", Digits((4,), "4")),
        ("en", "🔟", Digits((10,), "10")),
        ("en", "٤", Digits((4,), "4")),
        ("de", "null", Digits((0,), "0")),
        ("de", "zwei und sechs", Digits((2, 6), "2 6")),
        ("de", "fünf", Digits((5,), "5")),
        ("de", "4 von 10", Digits((4,), "4")),
        ("es", "dos", Digits((2,), "2")),
        ("es", "diez", Digits((10,), "10")),
        ("fr", "un", Digits((1,), "1")),
        ("fr", "sept sur dix", Digits((7,), "7")),
        ("fr", "four", Digits((4,), "4")),
    ],
)
def test_digits(language: str, text: str, answer: Answer) -> None:
    assert parse(text, language) == answer


@pytest.mark.parametrize("text", ["555 123 4567", "5550100123", "3/4", "7:30", "5 km", "see you at 5", "8 8 8 8 8 8 8"])
def test_numbers_that_answer_nothing(text: str) -> None:
    assert parse(text) == Unclear()


# --- what is none of ours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n", "?", "...", "\x00\x01", "\ud800", "\u202e\u0301", "፩", "asdfgh", "👎"])
def test_nothing_and_gibberish_are_unclear(text: str) -> None:
    assert parse(text) == Unclear()


@pytest.mark.parametrize(
    "text",
    ["hello", "no", "nope", "mute everything", "snooze 0", "snooze until monday", "can I run tomorrow?", "I'm back"],
)
def test_what_is_no_answer_is_not_guessed_at(text: str) -> None:
    assert parse(text) == Unclear()


def test_a_very_long_text_is_unclear() -> None:
    assert parse("x" * 10_000) == Unclear()
    assert parse("la " * 5_000) == Unclear()


def test_the_first_thousand_characters_are_read() -> None:
    assert parse("la " * 300 + "knee hurts") == Pain(site="knee")
    assert parse("la " * 400 + "knee hurts") == Unclear()


def test_an_answer_holds_nothing_of_the_text() -> None:
    text = "Dr Quinn says my left knee is numb, call +1 555 0100 and ask for Xanthippe"
    shown = repr(parse(text))
    assert "numb" in shown
    assert not {"quinn", "xanthippe", "555", "0100"} & set(shown.lower().replace("'", " ").split())


def test_every_answer_is_a_frozen_value_without_free_text() -> None:
    kinds = get_args(Answer)
    assert {Better, Cleared, Digits, Help, Mute, Ok, Pain, Seen, Snooze, Start, Status, Stop, Unclear} < set(kinds)
    assert {Unmute, Walked, Why} < set(kinds)
    for kind in kinds:
        assert is_dataclass(kind)
        assert kind.__hash__ is not None, "not frozen"
        assert kind is Digits or "text" not in {field.name for field in fields(kind)}
