"""P03, P04 and the holds: what a number means 24 hours, three days, a week, two and six weeks after the onset."""

from __future__ import annotations

import pytest

from core.pain.diary import Book, clock, lines, story
from twinge.core.pain import next_wake

FOUR = "0h pain 4 left knee\n0h05 reply 1\n"
"""An ordinary pain, 4/10, no signs."""
TO_REFER = FOUR + "24h reply 4\n3d reply 4\n"
"""4, 4, 4: a doctor at 72 hours."""


# P03


def test_three_then_nothing_settles() -> None:
    assert story("0h pain 3 left knee\n0h05 reply 1\n24h reply 0")[-3:] == lines(
        """
        24h  says ask_24h P03 asks check
        24h  SETTLING
        24h  says settling P03
        """
    )


def test_three_then_three_extends() -> None:
    book = Book().write("0h pain 3 left knee\n0h05 reply 1\n24h reply 3")
    assert book.lines[-2:] == lines("24h REST72\n24h says rest_72 P03")
    assert (book.last("rest_72").facts["worse"], book.last("rest_72").facts["hours"]) == (False, 48)


def test_two_then_four_extends_and_is_marked_worse() -> None:
    book = Book().write("0h pain 2 left knee\n0h05 reply 1\n24h reply 4")
    assert (book.last("rest_72").facts["worse"], book.last("rest_72").facts["first"]) == (True, 2)


def test_a_number_told_two_hours_before_the_check_answers_it() -> None:
    """Nobody is asked what they have just said."""
    assert story("0h pain 3 left knee\n0h05 reply 1\n22h pain 0 left knee\n24h wait")[-2:] == lines(
        "24h SETTLING\n24h says settling P03"
    )


def test_a_number_told_in_the_first_evening_does_not() -> None:
    assert story("0h pain 3 left knee\n0h05 reply 1\n4h pain 0 left knee\n24h wait")[-1] == (
        "24h says ask_24h P03 asks check"
    )


# 72 hours: three guards


def test_four_four_four_is_a_doctor() -> None:
    assert story(TO_REFER)[-3:] == lines(
        """
        3d  says ask_72h P04 asks check
        3d  REFER(routine)
        3d  says see_doctor P04
        """
    )


@pytest.mark.parametrize(
    ("first", "second", "third", "expected"),
    [
        (4, 3, 2, "rest_on"),  # low enough
        (5, 4, 3, "rest_on"),  # 3, but down by two from at most 5
        (5, 5, 4, "see_doctor"),  # down by one only
        (6, 4, 2, "rest_on"),  # began high, and is at 2
        (6, 5, 3, "see_doctor"),  # began high, and is not at 2
        (8, 6, 4, "see_doctor"),
        (4, 4, 5, "see_doctor"),
        (2, 4, 3, "see_doctor"),  # 3, and more than at the start
    ],
)
def test_the_look_at_72_hours(first: int, second: int, third: int, expected: str) -> None:
    book = Book().write(f"0h pain {first} left knee\n0h05 reply 1\n24h reply {second}\n3d reply {third}")
    assert book.says[-1].kind == expected


def test_a_limp_at_the_start_wants_a_two_at_72_hours() -> None:
    """5 → 3 would do; with a limp it does not."""
    assert story("0h pain 5 left knee limp\n0h05 reply 5\n24h reply 4\n3d reply 3")[-1] == "3d says see_doctor P04"


def test_extended_it_is_looked_at_every_48_hours_up_to_day_seven() -> None:
    diary = FOUR + "24h reply 3\n3d reply 2\n5d reply 1\n7d reply 1"
    assert story(diary)[4:] == lines(
        """
        24h  REST72
        24h  says rest_72 P03
        3d   says ask_72h P04 asks check
        3d   says rest_on P03
        5d   says ask_day P04 asks check
        5d   says rest_on P03
        7d   says ask_day P04 asks check
        7d   REFER(routine)
        7d   says see_doctor P04
        """
    )


def test_day_seven_with_a_one_when_sitting_is_a_doctor() -> None:
    """2, 1, 1, and sitting 1 on day 7."""
    diary = (
        "0h pain 2 left buttock\n0h05 reply 1\n24h reply 1\n3d reply 1\n5d reply 1\n7d pain 1 left buttock daily_life"
    )
    assert story(diary)[-2:] == lines("7d REFER(routine)\n7d says see_doctor P04")


def test_day_fourteen_at_one_is_a_doctor_promptly() -> None:
    diary = TO_REFER + "7d reply 2\n14d reply 1"
    assert story(diary)[-3:] == lines(
        """
        14d  says ask_day P04 asks check
        14d  REFER(prompt)
        14d  says see_doctor P04
        """
    )


def test_day_forty_two_is_a_review_and_the_looks_are_every_two_weeks_from_day_28() -> None:
    book = Book().write(TO_REFER + "7d reply 2\n14d reply 1\n28d reply 1\n42d reply 1\n56d reply 1\n70d wait")
    assert [clock(say.at) for say in book.says if say.kind == "ask_day"] == ["7d", "14d", "28d", "42d", "56d", "70d"]
    assert [(clock(s.at), s.facts["urgency"]) for s in book.says if s.kind == "see_doctor"] == [
        ("3d", "routine"),
        ("14d", "prompt"),
        ("42d", "review"),
    ]
    assert [clock(say.at) for say in book.says if say.kind == "refer_on"] == ["7d", "28d", "56d"]


def test_silence_is_not_pain() -> None:
    """Nobody is sent to a doctor on day 14 who has not said that it still hurts."""
    book = Book().write(FOUR + "24h reply 4\n60d wait")
    assert [say.kind for say in book.says if say.kind == "see_doctor"] == []


def test_pain_that_is_not_there_in_daily_life_is_no_reason_on_day_seven() -> None:
    diary = FOUR + "24h reply 2\n3d reply 2\n5d reply 2\n7d pain 1 left knee no_daily_life"
    assert story(diary)[-1] == "7d says rest_on P03"


@pytest.mark.parametrize("when", ["50h", "60h", "5d", "10d"])
def test_a_painless_day_settles_a_longer_hold_at_any_time(when: str) -> None:
    before = FOUR + "24h reply 4\n" + ("3d reply 4\n" if when in {"5d", "10d"} else "")
    assert story(before + f"{when} pain 0 left knee")[-2:] == lines(f"{when} SETTLING\n{when} says settling P03")


def test_the_third_message_within_a_day_waits_until_the_day_has_room() -> None:
    """The check and its answer at 24 h, a painless report at 30 h: it counts at once, and is spoken of at 48 h."""
    assert story(FOUR + "24h reply 4\n30h pain 0 left knee\n49h wait")[-2:] == lines(
        "30h SETTLING\n48h says settling P03"
    )


def test_a_painless_hour_in_a_run_is_no_painless_day() -> None:
    told = story(FOUR + "24h reply 4\n30h pain 0 left knee during")
    assert "30h SETTLING" not in told


def test_a_six_on_the_first_day_lengthens_the_hold_at_once() -> None:
    assert story(FOUR + "10h pain 6 left knee")[-2:] == lines("10h REST72\n10h says rest_72 P02")


def test_three_planned_sessions_left_out_are_a_doctor() -> None:
    assert story(FOUR + "24h reply 2\n50h missed 3")[-2:] == lines("50h REFER(routine)\n50h says see_doctor P04")
    assert story(FOUR + "24h reply 2\n50h missed 2")[-1] == "24h says rest_72 P03"


def test_time_runs_from_the_onset_whenever_the_answer_comes() -> None:
    """The check of the first day, answered on the fourth: judged as a fourth day."""
    assert story(FOUR + "75h reply 4")[-2:] == lines("3d3h REFER(routine)\n3d3h says see_doctor P04")


# REFER(soon)


def test_a_doctor_soon_is_looked_at_after_24_and_48_hours_then_days_7_14_28() -> None:
    book = Book().write(
        "0h pain 3 left buttock weak\n0h05 reply 4\n24h reply 3\n48h reply 3\n7d reply 3\n14d reply 3\n28d wait"
    )
    asked = [clock(say.at) for say in book.says if say.question and say.question.kind == "check"]
    assert asked == ["24h", "48h", "7d", "14d", "28d"]


def test_the_same_sign_told_again_is_not_a_second_doctor() -> None:
    told = story("0h pain 3 left buttock weak\n2h pain 3 left buttock weak\n9h pain 4 left buttock weak limp")
    assert [line for line in told if "see_doctor" in line] == ["0h says see_doctor P05 asks signs"]


def test_another_grave_sign_is() -> None:
    told = story("0h pain 3 left shin spot walking\n0h05 reply 68\n30h pain 3 left shin weak")
    assert told[-1] == "30h says see_doctor P05"


def test_already_seeing_someone_mutes_the_doctor_for_four_weeks() -> None:
    """Day 14 would have been prompt, and is said nothing of; day 42 is."""
    book = Book().write(TO_REFER + "4d seeing someone\n7d reply 3\n14d reply 3\n28d reply 3\n42d reply 3")
    assert [clock(say.at) for say in book.says if say.kind == "see_doctor"] == ["3d", "42d"]
    assert [clock(say.at) for say in book.says if say.kind == "refer_on"] == ["7d", "14d", "28d"]


def test_a_new_grave_sign_breaks_the_mute() -> None:
    told = story(TO_REFER + "4d seeing someone\n5d pain 3 left knee weak")
    assert told[-1] == "5d says see_doctor P05"


def test_being_seen_mutes_the_doctor_of_a_sign_that_was_told_before() -> None:
    """Tingling on day 0, a physiotherapist on day 1: at 72 h nobody is sent to a doctor."""
    book = Book().write("0h pain 2 left buttock tingling\n0h05 reply 3\n24h reply 2\n30h seeing someone\n3d reply 2")
    assert (book.episode().state, book.says[-1].kind) == ("refer", "refer_on")


def test_a_painless_run_says_nothing_of_a_tingling_leg() -> None:
    book = Book().write("0h pain 2 left buttock tingling\n0h05 reply 3\n10h run 3km 20min\n11h reply 0")
    assert (book.episode().state, book.episode().signs) == ("rest72", ("tingling",))


# URGENT

STOP = "0h pain 6 back saddle_numb\n"


def test_an_emergency_asks_a_day_later_whether_somebody_was_seen() -> None:
    assert story(STOP + "24h wait")[-1] == "24h says ask_seen P06 asks seen"


def test_seen_and_free_to_move_on_is_the_only_way_out() -> None:
    assert story(STOP + "24h reply 2")[-2:] == lines("24h REFER(routine)\n24h says refer_on P06 asks signs")


def test_seen_and_painless_settles() -> None:
    assert story(STOP + "20h pain 0 back\n24h reply 2")[-2:] == lines("24h SETTLING\n24h says settling P03")


def test_not_seen_yet_is_told_again() -> None:
    assert story(STOP + "24h reply 1")[-1] == "24h says urgent P06"


def test_still_looked_after_is_asked_again_in_a_week() -> None:
    assert story(STOP + "24h reply 3\n8d wait")[-1] == "8d says ask_seen P06 asks seen"


def test_an_emergency_told_again_is_answered_again() -> None:
    assert story(STOP + "3h pain back saddle_numb")[-1] == "3h says urgent P06"


def test_within_the_first_day_nothing_moves_it() -> None:
    assert story(STOP + "10h cleared by doctor\n12h pain 0 back\n23h wait")[0] == "0h URGENT"
    assert len(story(STOP + "10h cleared by doctor\n12h pain 0 back\n23h wait")) == 2


def test_a_pain_of_zero_moves_it_neither() -> None:
    assert "30h SETTLING" not in story(STOP + "30h pain 0 back")


@pytest.mark.parametrize("opening", [STOP, TO_REFER])
def test_refer_and_urgent_never_close_by_themselves(opening: str) -> None:
    """Silence for a year: the ladder, sixty days, one question, and it is still open."""
    book = Book().write(opening + "400d wait")
    assert [e.state for e in book.pain.episodes] == ["urgent" if opening == STOP else "refer"]
    assert [say.kind for say in book.says].count("how_did_it_go") == 1
    assert next_wake(book.pain) is None


def test_how_did_it_go_can_be_answered() -> None:
    book = Book().write(TO_REFER + "100d reply 0 to how_did_it_go")
    assert book.lines[-2:] == lines("100d SETTLING\n100d says settling P03")


# Silence


def test_the_ladder_of_silence() -> None:
    """Once more after 12 hours, at 72 hours, twice a week apart; then not a word, and after sixty days it is over."""
    assert story(FOUR + "90d wait")[2:] == lines(
        """
        0h05  REST24
        24h   says ask_24h P03 asks check
        36h   says ask_24h P03 asks check
        3d    says ask_72h P04 asks check
        10d   says ask_day P04 asks check
        17d   says ask_day P04 asks check
        24d   REST24 DORMANT
        84d   CLEAR
        """
    )


def test_the_next_run_asks_a_sleeper_one_question() -> None:
    book = Book().write(FOUR + "30d run 5km 30min\n32d run 5km 30min\n32d10h reply 0")
    assert [say.kind for say in book.says if say.at > book.says[0].at + 29 * 86_400] == ["ask_dormant", "settling"]


def test_a_sleeper_that_is_told_of_again_is_the_same_episode() -> None:
    book = Book().write(FOUR + "30d pain 2 left knee")
    assert len(book.pain.episodes) == 1
    assert book.lines[-2:] == lines("30d REFER(prompt)\n30d says see_doctor P04")


def test_a_sleeper_told_of_without_a_number_is_looked_at_on_its_next_day() -> None:
    """Day 42, as for any hold."""
    book = Book().write(FOUR + "24h reply 4\n3d reply 4\n40d pain left knee night\n43d wait")
    assert book.when("ask_day")[-1] == "42d12h"


def test_a_sleeper_in_settling_that_is_well_is_asked_for_the_walk_the_next_day() -> None:
    book = Book().write(FOUR + "24h reply 0\n30d pain 0 left knee\n32d wait")
    assert book.when("ask_walk")[-2:] == ["31d", "31d12h"]


def test_a_sleeper_in_a_return_goes_on_where_it_was() -> None:
    book = Book().write(FOUR + "24h reply 0\n3d reply 0\n5d reply 0\n60d pain 0 left knee")
    assert (book.episode().state, book.episode().asleep) == ("return", None)


def test_a_sleeper_told_of_in_an_emergency_is_asked_about_it_again() -> None:
    book = Book().write(STOP + "60d pain 2 back\n62d wait")
    assert book.when("ask_seen")[-2:] == ["61d", "61d12h"]
