"""P09: running while a hold is on. A question, one reminder, and then the athlete is left alone."""

from __future__ import annotations

from core.pain.diary import Book, lines, story
from twinge.core.model import Severity

KNEE = "0h pain 4 left knee\n0h05 reply 1\n"


def test_the_first_run_in_a_hold_is_a_neutral_question() -> None:
    """3 km during REST24."""
    book = Book().write(KNEE + "10h run 3km 20min")
    assert book.lines[-1] == "10h20 says run_in_hold_ask P09 asks feel"
    assert book.says[-1].severity is Severity.QUESTION


def test_the_run_in_which_it_began_is_none() -> None:
    """Told at 20 minutes of a run that was recorded to its end."""
    assert story("0h20 pain 4 left knee during live\n0h run 8km 50min") == lines(
        "0h20 TRIAGE\n0h20 says rest_24 P01 asks signs\n0h50 REST24"
    )


def test_a_ride_that_does_not_hurt_is_no_business_of_ours() -> None:
    assert story(KNEE + "10h ride 15km 40min") == story(KNEE)


def test_the_second_is_a_reminder_and_then_it_is_silence_for_two_weeks() -> None:
    book = Book().write(KNEE + "24h reply 4\n3d reply 3\n")
    book.write("\n".join(f"{day}d8h run 3km 20min\n{day}d9h reply 2" for day in (4, 6, 8, 10, 12)))
    assert [say.kind for say in book.says if say.rule == "P09"] == ["run_in_hold_ask", "run_in_hold"]
    assert book.when("run_in_hold") == ["6d8h20"]


def test_two_weeks_later_it_begins_anew() -> None:
    book = Book().write(KNEE + "24h reply 4\n3d reply 4\n4d8h run 3km 20min\n6d8h run 3km 20min\n21d8h run 3km 20min")
    assert [say.kind for say in book.says if say.rule == "P09"] == ["run_in_hold_ask", "run_in_hold", "run_in_hold_ask"]


def test_within_48_hours_nothing_is_said_again() -> None:
    book = Book().write(KNEE + "10h run 3km 20min\n40h run 3km 20min")
    assert [say.kind for say in book.says if say.rule == "P09"] == ["run_in_hold_ask"]


def test_where_a_clearance_is_wanted_the_reminders_go_on() -> None:
    book = Book().write("0h pain 3 right shin spot walking\n")
    book.write("\n".join(f"{day}d3h run 3km 20min" for day in (4, 6, 8, 11)))
    assert [say.kind for say in book.says if say.rule == "P09"] == ["run_in_hold_ask", *["run_in_hold"] * 3]


def test_a_number_that_is_waited_for_already_is_the_same_question() -> None:
    """The check of the first day is open: its id stands, and the answer is the check's."""
    book = Book().write(KNEE + "26h run 3km 20min\n27h reply 0")
    assert book.last("run_in_hold_ask").question == book.last("ask_24h").question
    assert book.lines[-1] == "27h SETTLING"


def test_settling_is_a_hold_too() -> None:
    assert story(KNEE + "24h reply 0\n50h run 5km 30min")[-1] == "50h30 says run_in_hold_ask P09 asks feel"


def test_a_run_that_hurt_in_settling_is_pain_that_returns() -> None:
    told = story(KNEE + "24h reply 0\n50h run 5km 30min\n51h reply 2")
    assert told[-2:] == lines("51h REST24\n51h says pain_back P03 asks signs")


def test_while_one_knee_rests_the_other_waits_with_its_steps() -> None:
    """The right knee is in the staged return when the left begins to hurt: no step is offered, no breach counted."""
    right = "0h pain 2 right knee\n0h05 reply 1\n24h reply 0\n3d reply 0\n5d reply 0\n7d reply 0\n"
    book = Book().write(right + "9d pain 4 left knee\n9d0h05 reply 1\n9d2h run 5km 40min ran 30min hard")
    assert book.says[-1].kind == "run_in_hold_ask"
    assert [say for say in book.says if say.rule == "RR02"] == []


def test_every_run_is_in_the_timeline() -> None:
    book = Book().write(KNEE + "10h run 3km 20min\n20h run 4km 30min ran 25min")
    assert [(entry.word, entry.number) for entry in book.episode().history if entry.what == "run"] == [
        ("run", 1200),
        ("run", 1500),
    ]
