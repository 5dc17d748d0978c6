"""P08: the weekly check, four digits on a Sunday evening."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.pain.diary import START, Book, clock, lines, story
from twinge.core.model import Severity
from twinge.core.pain import LIMITS, Setting
from twinge.core.pain.weekly import VALUES, next_sunday, reading, substantial, total

WEEKLY = Setting(weekly_since=START)
"""Opted in on Monday evening; the first check is on Sunday, six days on."""


def values(*numbers: int) -> tuple[int, ...]:
    assert set(numbers) <= set(VALUES.values())
    return numbers


@pytest.mark.parametrize(
    ("four", "score", "much", "loud"),
    [
        (values(0, 0, 0, 0), 0, False, None),
        (values(8, 0, 0, 8), 16, False, Severity.INFO),
        (values(8, 8, 8, 8), 32, False, Severity.INFO),
        (values(8, 17, 8, 17), 50, True, Severity.SEE_DOCTOR),
        (values(8, 8, 8, 25), 49, False, Severity.INFO),
        (values(0, 17, 0, 0), 17, True, Severity.SLOW_DOWN),
        (values(0, 0, 17, 17), 34, True, Severity.SLOW_DOWN),
        (values(0, 0, 0, 17), 17, False, Severity.INFO),
        (values(0, 25, 0, 0), 25, True, Severity.REST),
        (values(25, 0, 0, 0), 100, True, Severity.SEE_DOCTOR),
    ],
)
def test_the_bands(four: tuple[int, ...], score: int, much: bool, loud: Severity | None) -> None:
    assert (total(four), substantial(four, LIMITS), reading(four, ((0, score),), LIMITS)) == (score, much, loud)


def test_the_values_of_another_form_sum_as_they_are() -> None:
    assert total((8, 6, 6, 8)) == 28


@pytest.mark.parametrize(
    ("scores", "loud"),
    [
        ([(1, 8), (2, 16), (3, 24), (4, 33)], Severity.SEE_DOCTOR),  # three rises
        ([(1, 8), (2, 16), (3, 16), (4, 33)], Severity.INFO),
        ([(2, 8), (3, 16), (4, 24)], Severity.INFO),  # two
        ([(1, 8), (3, 16), (4, 24), (5, 33)], Severity.INFO),  # a week is missing
    ],
)
def test_rising_three_weeks_running_is_a_doctor(scores: list[tuple[int, int]], loud: Severity) -> None:
    assert reading(values(8, 8, 8, 8), scores, LIMITS) is loud


def test_it_is_asked_on_sunday_evening_and_once_more() -> None:
    assert story("8d wait", WEEKLY) == lines(
        """
        6d     says weekly_ask P08 asks weekly
        6d12h  says weekly_ask P08 asks weekly
        """
    )


def test_on_a_full_day_it_waits_for_room() -> None:
    """Two messages on Saturday, and on Sunday morning the check of the first day, which comes before it."""
    book = Book(WEEKLY).write("5d12h pain 4\n5d20h pain 6\n7d wait")
    assert book.when("ask_24h")[0] == "6d12h"
    assert book.when("weekly_ask")[0] == "6d20h"


def test_in_an_emergency_nobody_is_asked_about_the_week() -> None:
    assert Book(WEEKLY).write("5d pain 6 back saddle_numb\n7d wait").when("weekly_ask") == []


def test_nobody_is_asked_who_did_not_opt_in() -> None:
    assert story("60d wait") == []


def test_after_four_sundays_without_an_answer_it_stops() -> None:
    assert len(story("90d wait", WEEKLY)) == 8


def test_an_answer_keeps_it_going() -> None:
    book = Book(WEEKLY).write("6d1h reply 1111\n13d1h reply 1111\n60d wait")
    assert len(book.when("weekly_ask")) == 2 + 4 * 2


def test_opting_out_stops_it() -> None:
    book = Book(WEEKLY).write("6d1h reply 1111")
    book.setting = Setting()
    assert len(book.write("30d wait").says) == 1


def test_a_week_that_cost_a_good_deal_opens_an_episode() -> None:
    assert story("6d1h reply 1311\n6d2h reply 4", WEEKLY) == lines(
        """
        6d    says weekly_ask P08 asks weekly
        6d1h  TRIAGE
        6d1h  says weekly_slow P08 asks score
        6d2h  says rest_24 P01 asks signs
        """
    )


def test_fifty_is_a_doctor() -> None:
    assert story("6d1h reply 2323", WEEKLY)[1:] == lines(
        """
        6d1h  REFER(routine)
        6d1h  says see_doctor P08 asks signs
        """
    )


def test_while_an_episode_is_open_the_week_goes_to_the_digest() -> None:
    """Who rests cannot train: that is no news, and no second episode."""
    book = Book(WEEKLY).write("4d pain 4 left knee\n4d0h05 reply 1\n5d reply 3\n6d1h reply 4444")
    assert [say.kind for say in book.says][-1] == "weekly_info"
    assert len(book.pain.episodes) == 1


@pytest.mark.parametrize("digits", ["111", "11111", "1151", "0111", "1"])
def test_four_digits_from_one_to_four_and_nothing_else(digits: str) -> None:
    book = Book(WEEKLY).write("6d wait")
    before = book.pain
    assert book.write(f"6d1h reply {digits}").pain == before


@pytest.mark.parametrize(
    ("after", "zone", "expected"),
    [
        ("2026-03-02T18:00", "UTC", "2026-03-08T18:00"),
        ("2026-03-08T18:00", "UTC", "2026-03-15T18:00"),
        ("2026-03-08T17:59", "UTC", "2026-03-08T18:00"),
        ("2026-03-24T12:00", "Europe/Berlin", "2026-03-29T16:00"),  # the clocks went forward that morning
        ("2026-03-17T12:00", "Europe/Berlin", "2026-03-22T17:00"),
    ],
)
def test_six_in_the_evening_is_six_on_the_athletes_clock(after: str, zone: str, expected: str) -> None:
    stamp = int(datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp())
    found = datetime.fromtimestamp(next_sunday(stamp, zone, 18), UTC)
    assert found.isoformat()[:16] == expected


def test_the_diary_begins_on_a_monday_evening() -> None:
    assert (datetime.fromtimestamp(START, UTC).strftime("%a %H:%M"), clock(START)) == ("Mon 18:00", "0h")
