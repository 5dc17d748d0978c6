"""Every number on both of its sides: what is just enough, and what is just not."""

from __future__ import annotations

import pytest

from core.pain.diary import START, Book, clock, instant
from core.pain.test_back import at_stage, reopened
from twinge.core.pain import LIMITS, Episode, Pain, Run, Setting, hear, pass_time, ran
from twinge.core.pain.given import Told
from twinge.core.pain.hold import outcome
from twinge.core.pain.place import came_back
from twinge.core.pain.signs import SITES
from twinge.core.pain.turn import Turn

HOUR, DAY = 3600, 86_400
KNEE = "0h pain 4 left knee\n0h05 reply 1\n"


def kinds(diary: str) -> list[str]:
    return [say.kind for say in Book().write(diary).says]


@pytest.mark.parametrize(("number", "worse"), [(3, False), (4, True)])
def test_an_unknown_number_is_a_three(number: int, worse: bool) -> None:
    book = Book().write(f"0h pain left knee\n48h reply {number} to ask_24h")
    assert book.last("rest_72").facts["worse"] is worse


@pytest.mark.parametrize(("number", "state"), [(6, "triage"), (7, "urgent")])
def test_after_a_fall_seven_is_severe(number: int, state: str) -> None:
    assert Book().write(f"0h pain {number} left hip fall").episode().state == state


@pytest.mark.parametrize(("when", "state"), [("23h59", "rest72"), ("24h", "refer")])
def test_numbness_has_lasted_after_a_day(when: str, state: str) -> None:
    assert Book().write(f"0h pain 2 foot numb\n0h05 reply 1\n{when} pain 2 foot numb").episode().state == state


@pytest.mark.parametrize(("when", "sore"), [("12h29", False), ("12h30", True), ("3d0h30", True), ("3d0h31", False)])
def test_soreness_begins_half_a_day_after_the_hard_run_and_ends_on_the_third(when: str, sore: bool) -> None:
    """The run ends at 0h30."""
    assert (kinds(f"0h run 5km 30min hard\n{when} pain 2 both thigh") == ["soreness"]) is sore


@pytest.mark.parametrize(("when", "asked"), [("17h59", True), ("18h", False)])
def test_a_number_of_the_last_six_hours_is_fresh(when: str, asked: bool) -> None:
    assert ("ask_24h" in kinds(KNEE + f"{when} pain 3 left knee\n24h wait")) is asked


@pytest.mark.parametrize(
    ("hours", "score", "found"),
    [
        (71, 4, "rest72"),
        (72, 4, "routine"),
        (7 * 24 - 1, 2, "rest72"),
        (7 * 24, 2, "routine"),
        (14 * 24 - 1, 2, "routine"),
        (14 * 24, 2, "prompt"),
        (42 * 24 - 1, 2, "prompt"),
        (42 * 24, 2, "review"),
    ],
)
def test_the_hours_that_decide(hours: int, score: int, found: str) -> None:
    hold = Episode(1, 0, "rest72", 0, None, 0, score=score, daily=True, first=4)
    state, urgency, _ = outcome(hold, hours * HOUR, LIMITS)
    assert (urgency or state) == found


@pytest.mark.parametrize(("seeing", "said"), [("14d", "see_doctor"), ("14d0h01", "refer_on")])
def test_being_seen_mutes_for_twenty_eight_days(seeing: str, said: str) -> None:
    """Day 42 is the 28th day after day 14."""
    diary = (
        KNEE + f"24h reply 4\n3d reply 4\n7d reply 3\n14d reply 3\n{seeing} seeing someone\n28d reply 3\n42d reply 3"
    )
    assert kinds(diary)[-1] == said


@pytest.mark.parametrize(("gap", "spoken"), [(47, 1), (48, 2)])
def test_p09_speaks_again_after_48_hours(gap: int, spoken: int) -> None:
    book = Book().write(KNEE + f"10h run 3km 20min\n{10 + gap}h run 3km 20min")
    assert sum(say.rule == "P09" for say in book.says) == spoken


@pytest.mark.parametrize(("day", "last"), [("17d23h", "run_in_hold"), ("18d", "run_in_hold_ask")])
def test_p09_forgets_after_fourteen_days(day: str, last: str) -> None:
    book = Book().write(KNEE + f"24h reply 4\n3d reply 4\n4d run 3km 20min\n{day} run 3km 20min")
    assert [say.kind for say in book.says if say.rule == "P09"][-1] == last


def test_the_walk_is_of_thirty_minutes() -> None:
    assert Book().write(KNEE + "24h reply 0\n3d wait").last("ask_walk").facts["minutes"] == 30


@pytest.mark.parametrize(("seconds", "breach"), [(1125, False), (1126, True)])
def test_a_quarter_more_is_a_breach_and_not_a_second_less(seconds: int, breach: bool) -> None:
    """Stage 2 has 15 minutes of running: 18:45."""
    book, day = at_stage(2)
    at = instant(f"{day}d12h")
    _, says = ran(book.pain, Run("k", "run", at, at + 2400, seconds))
    assert any(say.rule == "RR02" for say in says) is breach


@pytest.mark.parametrize(("seconds", "clean"), [(719, 0), (720, 1)])
def test_four_fifths_of_a_stage_are_the_stage(seconds: int, clean: int) -> None:
    book, day = at_stage(2)
    at = instant(f"{day}d12h")
    book.pain, _ = ran(book.pain, Run("k", "run", at, at + 1800, seconds))
    assert book.write(f"{day + 1}d12h reply 0").episode().clean == clean


@pytest.mark.parametrize(("hours", "clean"), [(47, 1), (48, 0)])
def test_two_runs_are_48_hours_apart_from_start_to_start(hours: int, clean: int) -> None:
    """At 48 hours the second counts, and it is the next stage."""
    book, day = at_stage(2)
    first = instant(f"{day}d12h")
    for number, start in enumerate((first, first + hours * HOUR)):
        book.pain, _ = ran(book.pain, Run(f"k{number}", "run", start, start + 1800, 900))
        book.write(f"{clock(start + 20 * HOUR)} reply 0")
    assert book.episode().clean == clean


@pytest.mark.parametrize(("gap", "kind"), [(7 * DAY - 60, "stage_rest"), (7 * DAY, "stage_breach")])
def test_two_breaches_within_a_week(gap: int, kind: str) -> None:
    book, day = at_stage(2)
    at = instant(f"{day}d12h")
    book.pain, _ = ran(book.pain, Run("k1", "run", at, at + 1800, 1500))
    _, says = ran(book.pain, Run("k2", "run", at + gap, at + gap + 1800, 1500))
    assert [say.kind for say in says if say.rule == "RR02"] == [kind]


@pytest.mark.parametrize(("gap", "times"), [(48 * HOUR - 60, 1), (48 * HOUR, 2)])
def test_rest_after_breaches_is_said_again_after_48_hours(gap: int, times: int) -> None:
    book, day = at_stage(2)
    at = instant(f"{day}d12h")
    said = []
    for number, start in enumerate((at, at + DAY, at + DAY + gap)):
        book.pain, says = ran(book.pain, Run(f"k{number}", "run", start, start + 1800, 1500))
        said += [say.kind for say in says if say.kind == "stage_rest"]
        book.pain, more = pass_time(book.pain, start + 1800 + 3 * HOUR)
        said += [say.kind for say in more if say.kind == "stage_rest"]
    assert len(said) == times


def test_a_run_is_asked_about_after_sixteen_hours() -> None:
    book, day = at_stage(2)
    book.write(f"{day}d12h run 5km 30min ran 15min\n{day + 1}d12h wait")
    assert book.when("ask_run")[-1] == f"{day + 1}d4h30"


def test_two_weeks_without_a_run_are_fourteen_days() -> None:
    book, day = at_stage(2)
    since = book.episode().since
    book.write(f"{day + 20}d wait")
    assert book.when("ask_return")[0] == clock(since + 14 * DAY)


@pytest.mark.parametrize(("days", "rule"), [(41, "P10"), (42, "P01")])
def test_a_pain_comes_back_within_42_days(days: int, rule: str) -> None:
    assert reopened(days).says[-1].rule == rule


@pytest.mark.parametrize(("days", "count"), [(90, 2), (91, 1)])
def test_comings_back_count_for_90_days(days: int, count: int) -> None:
    old = Episode(1, 0, "closed", 60 * DAY, None, 0, site="knee", side="left", again=(0,))
    turn = Turn(Pain(episodes=(old,)), days * DAY, Setting())
    assert len(came_back(turn, "knee", "left")) == count


def test_the_second_repeat_comes_72_hours_after_the_question() -> None:
    """Where no check of a hold comes sooner."""
    assert Book().write(KNEE + "24h reply 0\n9d wait").when("ask_walk") == ["3d", "3d12h", "6d"]


@pytest.mark.parametrize(("hours", "state"), [(71, "settling"), (72, "rest24")])
def test_a_question_asked_once_is_open_for_72_hours(hours: int, state: str) -> None:
    book = Book().write(KNEE + "30d run 5km 30min")
    at = book.says[-1].at
    assert book.write(f"{clock(at + hours * HOUR)} reply 0").episode().state == state


def test_a_timeline_has_sixty_entries() -> None:
    book = Book()
    for number in range(100):
        book.pain, _ = hear(book.pain, Told(f"k{number}", START + number * HOUR, pain=4, site="knee"))
    assert len(book.episode().history) == 60


def test_eight_closed_episodes_are_remembered() -> None:
    """Ten places told of once and never again: all asleep after weeks, all closed after sixty days more."""
    book = Book().write("\n".join(f"{3 * number}d pain 3 left {site}" for number, site in enumerate(SITES[:10])))
    book.write("125d wait")
    assert [e.state for e in book.pain.episodes].count("closed") == 8
