"""Which question a digit answers, which place a report is about: matched or asked about, never guessed."""

from __future__ import annotations

import pytest

from core.pain.diary import Book, instant, lines, story
from core.pain.test_back import up_to
from twinge.core.pain import answer, hear, matching
from twinge.core.pain.given import Told

KNEE = "0h pain 4 left knee\n0h05 reply 1\n"
TWO = KNEE + "1h pain 2 right hip\n1h05 reply 1\n"
"""A knee and a hip; both are asked about on the second evening."""


def test_a_bare_digit_answers_the_one_open_question() -> None:
    assert story(KNEE + "24h reply 3")[-2:] == lines("24h REST72\n24h says rest_72 P03")


def test_with_two_open_questions_it_is_asked_which_one_is_meant() -> None:
    book = Book().write(TWO + "26h reply 3\n26h01 reply 2")
    asked = book.last("which_question").question
    assert asked is not None
    assert asked.choices == ("check left knee", "check right hip")
    assert [book.episode(site).state for site in ("knee", "hip")] == ["rest24", "rest72"]


def test_a_digit_that_fits_only_one_of_them_is_no_doubt() -> None:
    """26 is no number of pain: it is the menu's."""
    book = Book().write(KNEE + "20h pain 2 right hip\n26h reply 26")
    assert book.episode("hip").signs == ("radiating", "walking")


def test_by_its_id_an_answer_always_finds_its_question() -> None:
    book = Book().write(TWO + "26h reply 0 to ask_24h")
    assert book.last("ask_24h").facts["site"] == "hip"
    assert [book.episode(site).state for site in ("knee", "hip")] == ["rest24", "settling"]


def test_a_late_answer_to_an_old_question_is_a_number_of_today() -> None:
    """The button under the first check, pressed on day 8: day 7 is over, so it is a doctor's matter."""
    told = story(KNEE + "8d reply 2 to ask_24h")
    assert told[-2:] == lines("8d REFER(routine)\n8d says see_doctor P04")


def test_a_digit_after_everything_lapsed_is_asked_about() -> None:
    assert story(KNEE + "25d reply 2")[-1] == "25d says which_question P01 asks which_question"


def test_what_a_choice_names_is_kept_however_much_was_answered_since() -> None:
    """Only the last answered questions are remembered; the knee's, unanswered, is the oldest of them."""
    sites = ["right hip", "left ankle", "right ankle", "left shin", "right shin", "left calf", "right calf"]
    full = [f"24d0h{3 * i:02} pain 1 {site}\n24d0h{3 * i + 1:02} reply 1" for i, site in enumerate(sites)]
    book = Book().write(KNEE + "23d wait\n" + "\n".join(full) + "\n24d2h reply 2\n24d2h01 reply 2")
    asked = [say.question for say in book.says if say.kind == "which_question"]
    assert [one.choices for one in asked if one] == [("check left knee",)] * 2
    book.write("24d2h02 reply 1")
    assert (book.episode("knee").score, book.says[-1].kind) == (2, "see_doctor")


def test_a_digit_out_of_the_blue_is_nothing() -> None:
    assert story("0h reply 3") == []


@pytest.mark.parametrize("digits", ["11", "x", "-1", "²", "", "100"])
def test_what_is_no_answer_changes_nothing(digits: str) -> None:
    book = Book().write(KNEE + "24h wait")
    question = book.last("ask_24h").question
    assert question is not None
    assert answer(book.pain, question.id, digits, instant("25h"), book.setting) == (book.pain, ())


def test_the_same_answer_twice_has_one_effect() -> None:
    book = Book().write(KNEE + "24h reply 4 to ask_24h")
    once = book.pain
    book.write("24h reply 4 to ask_24h")
    assert book.pain == once


def test_the_same_bare_digit_twice_has_one_effect() -> None:
    """The first closed the question; the second finds none open."""
    book = Book().write(KNEE + "24h reply 4")
    state = book.episode()
    book.write("24h reply 4")
    assert book.episode() == state


def test_a_corrected_answer_is_a_new_one() -> None:
    """4, no, 0: painless after all."""
    told = story(KNEE + "24h reply 4 to ask_24h\n24h01 reply 0 to ask_24h")
    assert told[-1] == "24h01 SETTLING"


def test_the_same_report_twice_has_one_effect() -> None:
    report = Told("sms:1", instant("0h"), pain=4, site="knee", side="left")
    once, said = hear(Book().pain, report)
    assert hear(once, report) == (once, ())
    assert len(said) == 1


def test_answers_to_two_questions_in_either_order_are_the_same() -> None:
    """A report may carry answers by id."""
    book = Book().write(TWO + "26h wait")
    ids = {say.facts["site"]: say.question.id for say in book.says if say.kind == "ask_24h" and say.question}
    states = []
    for order in (("knee", "hip"), ("hip", "knee")):
        told = Told("web:1", instant("26h"), answers=tuple((ids[site], "3") for site in order))
        pain, _ = hear(book.pain, told)
        states.append([(e.site, e.state, e.score, e.check) for e in pain.episodes])
    assert states[0] == states[1]


def test_which_questions_fit_can_be_asked_beforehand() -> None:
    book = Book().write(TWO + "26h wait")
    assert [asked.kind for asked in matching(book.pain, "3")] == ["check", "check"]
    assert matching(book.pain, "26") == ()


# Places


def test_a_report_without_a_place_is_about_the_one_that_is_open() -> None:
    book = Book().write(KNEE + "10h pain 6")
    assert [(e.site, e.score) for e in book.pain.episodes] == [("knee", 6)]


def test_by_its_id_a_report_always_finds_its_episode() -> None:
    book = Book().write(TWO)
    knee = book.episode("knee")
    pain, _ = hear(book.pain, Told("web:1", instant("10h"), episode=knee.id, pain=6))
    assert [e.score for e in pain.episodes] == [6, 2]


def test_already_seeing_someone_is_true_of_all_that_is_open() -> None:
    book = Book().write(TWO + "10h seeing someone")
    assert all(e.seeing is not None for e in book.pain.episodes)


def test_a_clearance_is_not() -> None:
    assert Book().write(TWO + "50h cleared by physio").says[-1].kind == "which_place"


def test_with_two_open_it_is_asked_which() -> None:
    book = Book().write(TWO + "2d pain 6\n2d0h01 reply 2")
    asked = book.last("which_place").question
    assert asked is not None
    assert asked.choices == ("left knee", "right hip")
    assert (book.episode("knee").score, book.episode("hip").score) == (4, 6)


def test_left_and_right_are_two_episodes() -> None:
    book = Book().write(KNEE + "1h pain 2 right knee")
    assert [(e.site, e.side) for e in book.pain.episodes] == [("knee", "left"), ("knee", "right")]


def test_a_side_told_later_completes_the_place() -> None:
    book = Book().write("0h pain 4 knee\n0h05 reply 1\n10h pain 4 left knee")
    assert [(e.site, e.side) for e in book.pain.episodes] == [("knee", "left")]


def test_a_site_told_within_the_day_names_a_pain_without_one() -> None:
    book = Book().write("0h pain 4\n0h05 reply 1\n10h pain 4 left knee")
    assert [(e.site, e.side) for e in book.pain.episodes] == [("knee", "left")]


def test_told_later_it_may_be_another_and_is_asked_about() -> None:
    book = Book().write("0h pain 4\n0h05 reply 1\n24h reply 4\n4d pain 3 left knee")
    asked = book.last("which_place").question
    assert asked is not None
    assert asked.choices == ("unnamed", "new")


def test_the_site_is_asked_for_once_along_with_a_hold() -> None:
    """Signs first: they may be urgent. A number from the menu of sites names it."""
    book = Book().write("0h pain 4\n0h05 reply 1\n24h reply 4\n24h01 reply 5")
    assert book.lines[-1] == "24h says rest_72 P03 asks site"
    assert book.episode().site == "knee"


def test_a_pain_that_turns_out_to_be_one_already_open_is_that_one() -> None:
    """Two places fit, "new" is chosen, and then it is named as the knee after all: there is one knee."""
    book = Book().write(TWO + "2d pain 6 left knee\n")
    assert len([e for e in book.pain.episodes if e.site == "knee"]) == 1


def test_a_word_we_do_not_know_is_a_place_of_its_own() -> None:
    told = Told("k", instant("0h"), pain=3, site="little toe")
    pain, _ = hear(Book().pain, told)
    assert pain.episodes[0].site == "other"


def test_chosen_as_new_it_is_a_new_one() -> None:
    book = Book().write("0h pain 4\n0h05 reply 1\n24h reply 4\n4d pain 3 left knee\n4d0h01 reply 2")
    assert [e.site for e in book.pain.episodes] == ["", "knee"]


def test_a_pain_without_a_place_that_is_named_as_an_open_one_is_that_one() -> None:
    """The unnamed pain turns out to be the knee, which by then has an episode of its own: one of them remains, and
    knows what the other knew."""
    book = Book().write("0h pain 6\n0h05 reply 5\n24h reply 6\n4d pain 3 left knee\n4d0h01 reply 2\n")
    site = next(say.question for say in book.says if say.question and say.question.kind == "site")
    book.pain, _ = answer(book.pain, site.id, "5", instant("4d1h"), book.setting)
    [knee] = book.pain.episodes
    assert (knee.site, knee.signs, knee.score) == ("knee", ("limp",), 6)


def test_an_old_button_of_a_pain_that_is_over_is_a_pain_come_back() -> None:
    text, day = up_to(7)
    book = Book().write(text + f"{day}d reply 4 to ask_run")
    assert [e.state for e in book.pain.episodes] == ["closed", "triage"]
    assert book.says[-1].rule == "P10"


def test_a_clearance_told_when_pain_has_come_back_moves_nothing() -> None:
    book = Book().write("0h pain 3 right shin spot walking\n5d pain 0 right shin\n10d wait\n11d pain 3 right shin\n")
    state = book.episode()
    assert book.write("11d0h01 reply 2 to ask_clearance").episode() == state


def test_an_emergency_confirmed_after_all_was_over_is_one() -> None:
    book = Book().write("0h wrote saddle_numb\n100d reply 2 to urgent_ask")
    assert book.lines[-2:] == lines("100d URGENT\n100d says urgent P06")


def test_a_menu_answered_for_a_leg_that_was_seen_to_moves_nothing() -> None:
    book = Book().write("0h pain 6 back saddle_numb\n24h reply 2 to ask_seen")
    state = book.episode()
    assert book.write("25h reply 3 to ask_seen").episode() == state


def test_a_report_from_before_the_last_thing_that_happened_is_taken_as_of_then() -> None:
    """Whoever holds the history folds it anew; the machine itself never turns time back."""
    book = Book().write(KNEE + "24h reply 4")
    pain, _ = hear(book.pain, Told("late", instant("20h"), pain=6, site="knee", side="left"), book.setting)
    assert pain.upto == book.pain.upto
    assert pain.episodes[0].scored == instant("24h")
