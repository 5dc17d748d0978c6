"""What an athlete may write back."""

from __future__ import annotations

import pytest

from twinge.core.reply import Mute, Ok, Start, Stop, parse


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Unsubscribe", "opt out", "END", "Quit!"])
def test_a_word_that_ends_it(text: str) -> None:
    assert parse(text) == Stop()


@pytest.mark.parametrize("text", ["START", "unstop", "Yes"])
def test_a_word_that_begins_again(text: str) -> None:
    assert parse(text) == Start()


def test_mute_names_a_rule_or_means_the_last_message() -> None:
    assert parse("mute l01") == Mute("L01")
    assert parse("MUTE") == Mute()


@pytest.mark.parametrize("text", ["don't stop", "stop it hurts", "", "mute everything", "7", "\x00"])
def test_anything_else_is_kept_and_not_guessed_at(text: str) -> None:
    assert parse(text) is None


def test_ok() -> None:
    assert parse("Ok.") == Ok()
