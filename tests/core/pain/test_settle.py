"""SETTLING: painless days, a brisk walk, somebody's word where it is wanted, and two weeks for a buttock."""

from __future__ import annotations

import pytest

from core.pain.diary import Book, lines, story
from twinge.core.pain import Limits, Setting

KNEE = "0h pain 4 left knee\n0h05 reply 1\n"
BUTTOCK = "0h pain 4 left buttock\n0h05 reply 1\n24h reply 4\n3d reply 4\n"
"""A buttock that reached REFER at 72 hours."""


@pytest.mark.parametrize(
    ("painless", "days"),
    [("24h", 2), ("3d", 2), ("3d12h", 2), ("4d", 5), ("10d", 5), ("27d", 5), ("28d", 7), ("60d", 7)],
)
def test_the_longer_it_took_the_more_painless_days(painless: str, days: int) -> None:
    """≤ 3 days: 2; 4 to 27: 5; 28 and more: 7."""
    before = KNEE if painless == "24h" else KNEE + "24h reply 4\n"
    book = Book().write(before + f"{painless} pain 0 left knee\n80d wait")
    assert book.last("settling").facts["days"] == days


def test_then_a_painless_walk_begins_the_return() -> None:
    assert story(KNEE + "24h reply 0\n3d reply 0")[-5:] == lines(
        """
        24h  SETTLING
        24h  says settling P03
        3d   says ask_walk RR01 asks walk
        3d   RETURN(0)
        3d   says stage_next RR01
        """
    )


def test_a_walk_before_the_days_are_over_does_not() -> None:
    assert "40h RETURN(0)" not in story(KNEE + "24h reply 0\n40h walked ok")


def test_a_walk_told_unasked_when_they_are_over_does() -> None:
    assert story(KNEE + "24h reply 0\n4d walked ok")[-2] == "4d RETURN(0)"


def test_pain_in_the_walk_goes_back_to_the_hold_before_for_72_hours() -> None:
    """From REST24 to REST24, with 72 hours; then it is the sixth day, and judged as that."""
    assert story(KNEE + "24h reply 0\n3d reply 3\n3d01 reply 1\n6d reply 3")[-5:] == lines(
        """
        3d  REST24
        3d  says pain_back P03 asks signs
        6d  says ask_day P04 asks check
        6d  REFER(routine)
        6d  says see_doctor P04
        """
    )


@pytest.mark.parametrize(
    ("before", "hold"),
    [
        (KNEE + "24h reply 0\n", "REST24"),
        (KNEE + "24h reply 3\n60h pain 0 left knee\n", "REST72"),
        (KNEE + "24h reply 4\n3d reply 4\n4d pain 0 left knee\n", "REFER(routine)"),
    ],
)
def test_pain_that_returns_goes_back_to_where_it_came_from(before: str, hold: str) -> None:
    assert f"4d12h {hold}" in story(before + "4d12h pain 2 left knee")


def test_a_limp_in_settling_is_a_longer_hold() -> None:
    assert "4d REST72" in story(KNEE + "24h reply 0\n3d wait\n4d pain 2 left knee limp")


def test_a_buttock_that_reached_refer_rests_two_weeks_from_its_onset() -> None:
    """Painless on day 5, five days would be day 10: the walk is asked for on day 14."""
    book = Book().write(BUTTOCK + "5d pain 0 left buttock\n14d wait")
    assert book.last("settling").facts["days"] == 9
    assert book.when("ask_walk")[0] == "14d"


def test_a_clinicians_word_shortens_it() -> None:
    book = Book().write(BUTTOCK + "5d pain 0 left buttock\n11d cleared by physio\n12d wait")
    assert book.when("ask_walk")[0] == "11d"


def test_but_not_the_painless_days() -> None:
    book = Book().write(BUTTOCK + "5d pain 0 left buttock\n7d cleared by physio\n12d wait")
    assert book.when("ask_walk")[0] == "10d"


def test_while_a_graver_pain_holds_nobody_is_asked_to_walk() -> None:
    """The knee has settled; the shin waits for a doctor's word: the knee looks up again a week later."""
    book = Book().write(
        "0h pain 3 right shin spot walking\n1h pain 2 left knee\n1h05 reply 1\n25h reply 0 to ask_24h\n12d wait"
    )
    assert book.when("ask_walk") == []


def test_a_coachs_word_does_not() -> None:
    book = Book().write(BUTTOCK + "5d pain 0 left buttock\n11d cleared by coach\n14d wait")
    assert book.when("ask_walk")[0] == "14d"


def test_the_two_weeks_can_be_set() -> None:
    book = Book(Setting(limits=Limits(buttock_d=21))).write(BUTTOCK + "5d pain 0 left buttock\n21d wait")
    assert book.when("ask_walk")[0] == "21d"


def test_a_buttock_that_never_reached_refer_does_not_wait_for_them() -> None:
    book = Book().write("0h pain 2 left buttock\n0h05 reply 1\n24h reply 0\n5d wait")
    assert book.when("ask_walk")[0] == "3d"


def test_a_knee_does_not_wait_for_them() -> None:
    book = Book().write(BUTTOCK.replace("buttock", "knee") + "5d pain 0 left knee\n10d wait")
    assert book.when("ask_walk")[0] == "10d"


@pytest.mark.parametrize(
    "before",
    [
        "0h pain 3 right shin weak",
        "0h pain 3 right shin spot walking",
        "0h pain 3 right shin night_uneased",
        "0h pain 3 right shin tingling\n0h05 reply 3\n24h reply 1\n3d reply 1",
    ],
)
def test_after_p05_to_p07_somebody_has_to_say_that_running_may_begin(before: str) -> None:
    """Tingling too, once it was a doctor's matter at 72 h. A walk alone does not open the gate."""
    book = Book().write(before + "\n5d pain 0 right shin\n10d wait")
    assert book.says[-1].kind == "ask_clearance"
    assert book.write("11d walked ok").episode().state == "settling"


def test_not_yet_is_asked_again_in_a_week_and_yes_asks_for_the_walk() -> None:
    """The step itself is the day's third message: it counts at once, and is spoken of the next day."""
    diary = (
        "0h pain 3 right shin spot walking\n5d pain 0 right shin\n10d reply 1\n17d reply 2\n17d0h02 reply 0\n18d wait"
    )
    assert story(diary)[-6:] == lines(
        """
        5d     says settling P03
        10d    says ask_clearance P04 asks clearance
        17d    says ask_clearance P04 asks clearance
        17d    says ask_walk RR01 asks walk
        17d0h02  RETURN(0)
        18d    says stage_next RR01
        """
    )


def test_cleared_beforehand_nobody_asks() -> None:
    book = Book().write("0h pain 3 right shin spot walking\n4d cleared by doctor\n5d pain 0 right shin\n10d wait")
    assert book.says[-1].kind == "ask_walk"


def test_a_new_sign_voids_an_old_clearance() -> None:
    diary = "0h pain 3 right shin spot walking\n4d cleared by doctor\n5d pain 0 right shin\n6d pain 2 right shin weak\n"
    book = Book().write(diary + "7d pain 0 right shin\n12d wait")
    assert book.says[-1].kind == "ask_clearance"
