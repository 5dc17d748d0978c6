"""RR01 and RR02: the walk-run stages, their gates and breaches, the weeks after, and pain that comes back (P10)."""

from __future__ import annotations

import pytest

from core.pain.diary import START, Book, clock, lines, story
from twinge.core.model import Severity
from twinge.core.pain import STAGES, Setting, volume_percent

HOUR, DAY = 3600, 86_400

BEGIN = "0h pain 2 left knee\n0h05 reply 1\n24h reply 0\n3d reply 0\n"
"""A small pain that settled: RETURN(0) on day 3."""
WALKED = BEGIN + "5d reply 0\n7d reply 0\n"
"""And the two walks of stage 0: RETURN(1) on day 7."""
RUN = (0, 10, 15, 20, 25, 28, 30)
"""Minutes of running of each stage."""


def session(day: int, minutes: int, pain: int | None = 0) -> str:
    """A run at 12h of a day, and the number of the next morning."""
    ran = f"{day}d12h run 5km 35min ran {minutes}min\n"
    return ran if pain is None else ran + f"{day + 1}d6h reply {pain}\n"


def up_to(stage: int, first: int = 9) -> tuple[str, int]:
    """A diary up to the beginning of a stage, everything clean, and the next free day."""
    text, day = WALKED, first
    for passed in range(1, stage):
        for _ in range(2):
            text += session(day, RUN[passed])
            day += 2
    return text, day


def at_stage(stage: int) -> tuple[Book, int]:
    """A book open at a stage."""
    text, day = up_to(stage)
    book = Book().write(text)
    assert book.episode().stage == stage
    return book, day


def test_the_stages_are_the_published_ones() -> None:
    assert tuple(stage.run_s // 60 for stage in STAGES) == RUN
    assert [(s.sets, s.walk_min, s.run_min) for s in STAGES[1:5]] == [(5, 4, 2), (5, 3, 3), (5, 2, 4), (5, 1, 5)]


def test_two_walks_two_days_apart_are_stage_nought() -> None:
    assert story(WALKED)[-6:] == lines(
        """
        3d  says stage_next RR01
        5d  says ask_walk RR01 asks walk
        5d  says stage_again RR01
        7d  says ask_walk RR01 asks walk
        7d  RETURN(1)
        7d  says stage_next RR01
        """
    )


def test_a_recorded_walk_is_asked_about_the_next_morning() -> None:
    book = Book().write(BEGIN + "4d walk 2km 30min\n4d20h reply 0")
    assert book.says[-2].kind == "ask_run"
    assert book.episode().clean == 1


def test_the_next_step_comes_with_its_session() -> None:
    book, _ = at_stage(2)
    facts = book.last("stage_next").facts
    assert facts == {
        "site": "knee",
        "side": "left",
        "stage": 2,
        "sets": 5,
        "walk_minutes": 3,
        "run_minutes_each": 3,
        "run_minutes": 15,
        "wait_hours": 48,
    }


def test_once_clean_stays_twice_clean_goes_on() -> None:
    """Stage 3 clean once: stay; twice: stage 4."""
    book, day = at_stage(3)
    book.write(session(day, 20))
    assert (book.episode().stage, book.says[-1].kind) == (3, "stage_again")
    book.write(session(day + 2, 20))
    assert (book.episode().stage, book.says[-1].kind) == (4, "stage_next")


def test_two_clean_runs_on_two_days_in_a_row_are_one() -> None:
    book, day = at_stage(3)
    book.write(session(day, 20) + session(day + 1, 20))
    assert (book.episode().stage, book.episode().clean) == (3, 1)


def test_half_a_session_is_none() -> None:
    book, day = at_stage(3)
    book.write(session(day, 12))
    assert book.episode().clean == 0


def test_four_at_stage_four_holds_and_six_goes_back_to_rest() -> None:
    book, day = at_stage(4)
    book.write(session(day, 25, 4))
    assert (book.episode().stage, book.says[-1].kind) == (4, "stage_hold")
    book.write(session(day + 2, 25, 6))
    assert book.episode().state == "rest72"
    assert book.says[-1].kind == "rest_72"


def test_held_twice_is_one_stage_back() -> None:
    book, day = at_stage(4)
    book.write(session(day, 25, 3) + session(day + 2, 25, 5))
    assert (book.episode().stage, book.says[-1].kind) == (3, "stage_back")


def test_stage_nought_has_nothing_behind_it() -> None:
    book = Book().write(BEGIN + "5d reply 3\n7d reply 3")
    assert (book.episode().state, book.episode().stage, book.says[-1].kind) == ("return", 0, "stage_back")


def test_worse_the_next_morning_holds_even_at_one() -> None:
    book, day = at_stage(4)
    book.write(session(day, 25, None) + f"{day + 1}d pain 1 left knee next_morning")
    assert (book.episode().held, book.says[-1].kind) == (1, "stage_hold")


def test_a_mild_number_the_same_evening_waits_for_the_morning() -> None:
    book, day = at_stage(4)
    book.write(session(day, 25, None) + f"{day}d14h pain 1 left knee after\n")
    assert book.episode().clean == 0
    book.write(f"{day + 1}d6h reply 1")
    assert book.episode().clean == 1


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ("pain 2 left knee limp", "rest72"),
        ("pain 2 left knee tingling", "rest72"),
        ("pain 2 left knee weak", "refer"),
        ("pain 2 left knee spot night", "refer"),
        ("pain 2 left knee cannot_bear_weight", "urgent"),
    ],
)
def test_a_limp_a_nerve_or_a_bone_sign_ends_the_return(report: str, state: str) -> None:
    book, day = at_stage(4)
    book.write(f"{day}d {report}")
    assert book.episode().state == state


def test_after_a_relapse_it_is_judged_in_72_hours_and_the_return_begins_anew() -> None:
    book, day = at_stage(4)
    book.write(session(day, 25, 7))
    start = book.says[-1].at
    assert book.episode().check == start + 72 * HOUR
    book.write(f"{day + 3}d pain 0 left knee")
    assert (book.episode().state, book.episode().stage) == ("settling", 0)


def test_after_a_nerve_sign_any_pain_ends_the_return() -> None:
    """P05: the ≤ 5 of the monitoring model is off for the whole episode."""
    book = Book().write("0h pain 2 left knee tingling\n0h05 reply 3\n24h reply 0\n6d reply 0\n8d reply 1")
    assert book.lines[-2:] == lines("8d REST72\n8d says rest_72 P05 asks signs")


def test_two_clean_half_hours_end_the_ladder_and_six_weeks_watch() -> None:
    book, day = at_stage(6)
    book.write(session(day, 30) + session(day + 2, 30))
    assert (book.episode().state, book.says[-1].kind) == ("monitor", "monitor")
    since = book.episode().since
    assert book.says[-1].facts["days"] == 42
    assert [volume_percent(book.episode(), since + week * 7 * DAY) for week in range(5)] == [50, 65, 80, 100, None]
    book.wait(since + 42 * DAY)
    assert book.lines[-1] == f"{clock(since + 42 * DAY)} CLEAR"


def test_the_weeks_after_say_nothing_of_any_other_state() -> None:
    assert volume_percent(at_stage(2)[0].episode(), START) is None


def test_a_sign_that_is_none_of_the_grave_ones_moves_no_stage() -> None:
    book, day = at_stage(4)
    assert book.write(f"{day}d pain left knee night").episode().stage == 4


def test_two_weeks_without_a_run_ask_how_it_is() -> None:
    book, day = at_stage(2)
    book.write(f"{day + 14}d wait")
    assert book.says[-1].kind == "ask_return"


# RR02


@pytest.mark.parametrize(
    ("stage", "activity", "reason"),
    [
        (2, "run 5km 35min ran 18min", None),  # 18 of 15 is within a quarter more
        (2, "run 5km 35min ran 20min", "long"),
        (2, "run 5km 30min ran 15min hard", "hard"),
        (2, "run 5km 30min ran 15min climb 50m", "hills"),  # 10 m/km
        (2, "run 5km 30min ran 15min climb 49m", None),
        (6, "run 5km 30min ran 30min climb 80m", None),
        (6, "run 5km 30min ran 30min hard", "hard"),
        (2, "run 5km 40min", "long"),  # unknown structure: the whole session, 30 min and a quarter more
        (2, "run 5km 37min", None),
        (2, "ride 40km 90min hard", None),
    ],
)
def test_what_goes_beyond_a_stage(stage: int, activity: str, reason: str | None) -> None:
    book, day = at_stage(stage)
    before = len(book.says)
    book.write(f"{day}d12h {activity}")
    new = [say for say in book.says[before:] if say.rule == "RR02"]
    assert [say.facts["reason"] for say in new] == ([reason] if reason else [])
    assert all(say.severity is Severity.SLOW_DOWN for say in new)


def test_any_running_goes_beyond_the_walk_of_stage_nought() -> None:
    assert "4d0h30 says stage_breach RR02" in story(BEGIN + "4d run 2km 30min ran 5min")


def test_the_second_breach_in_a_week_is_rest() -> None:
    book, day = at_stage(2)
    book.write(f"{day}d12h run 5km 35min ran 20min\n{day + 3}d12h run 5km 35min ran 22min")
    assert [(say.kind, say.facts["ran_minutes"]) for say in book.says if say.rule == "RR02"] == [
        ("stage_breach", 20),
        ("stage_rest", 22),
    ]
    assert book.says[-1].severity is Severity.REST


def test_a_week_later_it_is_the_first_again() -> None:
    book, day = at_stage(2)
    book.write(f"{day}d12h run 5km 35min ran 20min\n{day + 1}d6h reply 0\n{day + 8}d12h run 5km 35min ran 22min")
    assert [say.kind for say in book.says if say.rule == "RR02"] == ["stage_breach", "stage_breach"]


def test_rest_is_not_said_twice_within_48_hours() -> None:
    book, day = at_stage(2)
    book.write("\n".join(f"{day + n}d12h run 5km 35min ran 20min" for n in range(3)))
    assert [say.kind for say in book.says if say.rule == "RR02"] == ["stage_breach", "stage_rest"]


def test_a_run_beyond_the_stage_does_not_count_for_it() -> None:
    book, day = at_stage(2)
    book.write(session(day, 20))
    assert book.episode().clean == 0


def test_a_clinicians_plan_mutes_the_stages() -> None:
    """Their advice comes first: neither steps nor breaches are spoken of."""
    book = Book(Setting(own_plan=True)).write(WALKED + "8d run 5km 35min ran 30min hard")
    assert [say.kind for say in book.says if say.rule in {"RR01", "RR02"} and say.question is None] == []


def test_a_plain_run_without_any_episode_is_no_business_of_ours() -> None:
    assert story("0h run 20km 120min hard") == []


# P10


def reopened(days: int) -> Book:
    """A knee whose ladder and six weeks are over hurts again, so many days after it was closed."""
    text, day = up_to(7)
    book = Book().write(text + f"{day + 60}d wait")
    [old] = book.pain.episodes
    assert old.state == "closed"
    return Book().write(text + f"{clock(old.since + days * DAY)} pain 2 left knee")


def test_the_same_site_within_six_weeks_skips_the_short_hold() -> None:
    book = reopened(20)
    assert book.says[-1].kind == "rest_72"
    assert book.says[-1].rule == "P10"


def test_on_day_45_it_is_an_ordinary_pain() -> None:
    book = reopened(45)
    assert (book.says[-1].kind, book.says[-1].rule) == ("rest_24", "P01")


def test_while_it_is_watched_it_is_a_return_too_with_an_onset_of_its_own() -> None:
    text, day = up_to(7)
    book = Book().write(text + f"{day + 10}d pain 2 left knee\n{day + 10}d0h05 reply 1")
    old, new = book.pain.episodes
    assert (old.state, new.state, new.again) == ("closed", "rest72", (new.onset,))
    assert new.onset > old.onset


def test_the_second_time_within_90_days_is_a_doctor() -> None:
    """Watched twice, back twice: the first on day 10 of watching, the second two months later."""
    text, day = up_to(7)
    book = Book().write(text + f"{day + 10}d pain 2 left knee\n{day + 10}d0h05 reply 1\n")
    begin = day + 10
    book.write(f"{begin + 1}d reply 0\n{begin + 3}d reply 0\n{begin + 5}d reply 0\n{begin + 7}d reply 0\n")
    day = begin + 9
    for stage in range(1, 7):
        for _ in range(2):
            book.write(session(day, RUN[stage]))
            day += 2
    assert book.episode().state == "monitor"
    book.write(f"{day + 2}d pain 2 left knee")
    assert (book.says[-1].kind, book.says[-1].rule) == ("see_doctor", "P10")


def test_a_pain_named_later_as_the_one_that_is_watched_has_come_back() -> None:
    """PAIN 2, no more; ten hours on it is the left knee: three days, not one."""
    text, day = up_to(7)
    book = Book().write(text + f"{day + 10}d pain 2\n{day + 10}d0h05 reply 1\n{day + 10}d10h pain 2 left knee")
    assert (book.says[-1].kind, book.says[-1].rule) == ("rest_72", "P10")


def test_the_other_side_is_another_pain() -> None:
    text, day = up_to(7)
    book = Book().write(text + f"{day + 10}d pain 2 right knee")
    assert (book.says[-1].kind, book.says[-1].rule) == ("rest_24", "P01")


def test_a_new_site_next_to_an_old_one_is_asked_about() -> None:
    text, day = up_to(7)
    book = Book().write(text + f"{day + 10}d pain 2 left hamstring\n{day + 10}d0h05 reply 1\n{day + 11}d reply 2\n")
    assert book.lines[-1].endswith("says rest_72 P03 asks same")
    book.write(f"{day + 11}d0h05 reply 2")
    assert book.episode("hamstring").again != ()
