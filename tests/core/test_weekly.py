"""L03 and R07: whole weeks, told as training diaries."""

from __future__ import annotations

import pytest

from diary import judged
from twinge.core.model import Severity
from twinge.core.pack import STANDARD
from twinge.core.rules.weekly import has_risen, is_ramp, is_worth_a_step_back
from weeks import NEXT_DAY, doubted, loading, running, thirds, told

# L03


@pytest.mark.parametrize(
    ("before", "week", "next_one", "ramp"),
    [
        ((30, 30, 30), 38, 60, False),  # 26.7 per cent
        ((30, 30, 30), 40, 60, True),  # 33.3 per cent and ten kilometres: the first of two weeks
        ((10, 10, 10), 14, 60, False),  # 40 per cent, but only four kilometres
        ((20, 25, 30), 33, 60, True),  # 32 per cent, eight kilometres
        ((30, 30, 30), 40, 43, False),  # 29 per cent over the mean of 30, 30 and 40
    ],
)
def test_a_week_over_its_three_before_and_the_next_one_too(
    before: tuple[int, ...], week: int, next_one: int, ramp: bool
) -> None:
    metres = [1_000 * km for km in (*before, week, next_one)]
    assert is_ramp(metres[::-1], STANDARD.l03, STANDARD.l03.floor_m) is ramp


def test_one_week_over_is_none_and_the_second_goes_to_the_digest() -> None:
    assert told("L03", running(30, 30, 30, 30, 40)) == []
    [found] = told("L03", running(30, 30, 30, 40, 45))
    assert (found.severity, found.band) == (Severity.INFO, 1)
    assert found.facts == {
        "measure": "distance_m",
        "now": 45_000,
        "usual": 33_333,
        "over_percent": 35,
        "weeks": 2,
    }


def test_a_ramp_is_told_once_while_it_lasts_and_again_when_it_was_over() -> None:
    assert len(told("L03", running(30, 30, 30, 40, 50, 64))) == 1
    assert len(told("L03", running(20, 20, 20, 30, 36, 36, 36, 36, 36, 50, 64))) == 2


@pytest.mark.parametrize(("km", "severity"), [(12.5, Severity.INFO), (14, Severity.SLOW_DOWN)])
def test_with_a_run_much_longer_than_any_it_says_slow_down(km: float, severity: Severity) -> None:
    """A quarter longer is a small spike, two fifths are not."""
    [found] = told("L03", running(30, 30, 30, 40, 36) + f"2026-02-08 16:00 run {km}km 80min rpe 3\n")
    assert found.severity is severity


def test_back_to_the_usual_after_a_light_week_is_no_ramp() -> None:
    """Both weeks of 40 stand a third over their means of 30; the runner has run 40 before."""
    assert told("L03", running(40, 40, 40, 10, 40, 40)) == []
    assert told("L03", running(40, 40, 10, 40, 40)) == []


def test_a_race_week_is_one_week() -> None:
    marathon = running(40, 40, 40, 40, 20).replace("2026-02-08 07:00 run 10.000km", "2026-02-08 09:00 run 42.195km")
    assert told("L03", marathon) == []


def test_ten_minutes_earlier_on_a_sunday_is_still_a_week_later() -> None:
    """By the clock, last Sunday's run would fall into the seven days that end with this one."""
    [found] = told("L03", running(30, 30, 30, 40, 45).replace("2026-02-08 07:00", "2026-02-08 06:50"))
    assert found.facts["now"] == 45_000


def test_days_are_the_athletes_across_the_clock_change() -> None:
    """Five weeks from ten past midnight on a Monday to ten to midnight on a Sunday, with an hour more in October."""
    diary = """
    2026-09-20 07:00 run 5km 30min rpe 3
    2026-09-28 00:10 run 10km 60min rpe 3
    every thu from 2026-09-28 for 5 weeks 07:00 run 10km 60min rpe 3
    every sun from 2026-10-05 for 3 weeks 07:00 run 10km 60min rpe 3
    every tue from 2026-10-19 for 2 weeks 07:00 run 10km 60min rpe 3
    2026-10-31 07:00 run 10km 60min rpe 3
    2026-11-01 23:50 run 10km 60min rpe 3
    """
    [found] = told("L03", diary)
    assert (found.at.date().isoformat(), found.facts["now"], found.facts["usual"]) == ("2026-11-01", 40_000, 23_333)


def test_on_the_treadmill_it_goes_by_time() -> None:
    more = (
        "every mon tue thu fri sun from 2026-01-26 for 1 weeks 07:00 treadmill 45min rpe 3\n"
        "every mon tue thu fri sun from 2026-02-02 for 1 weeks 07:00 treadmill 50min rpe 3\n"
    )
    [found] = told("L03", running(30, 30, 30, sport="treadmill") + more)
    assert (found.facts["measure"], found.facts["now"], found.facts["usual"]) == ("moving_s", 15_000, 10_500)


def test_one_run_a_week_is_no_yardstick() -> None:
    diary = """
    every sun from 2026-01-04 for 5 weeks 07:00 run 10km 60min rpe 3
    2026-02-08 07:00 run 20km 2h00 rpe 3
    2026-02-15 07:00 run 30km 3h00 rpe 3
    """
    assert told("L03", diary) == []


def test_five_weeks_are_five_whole_weeks() -> None:
    assert told("L03", running(30, 30, 40, 55)) == []


def test_runs_of_which_nothing_is_known_leave_the_ramp_open() -> None:
    nothing = running(30, 30, 30, 40, 45).replace("2026-01-11 07:00 run 10.000km 50min rpe 3", "2026-01-11 07:00 run")
    assert told("L03", nothing) == []
    assert doubted("L03", nothing) == {"neither the distance nor the duration of the weeks' runs is known"}


# R07

RISING = [thirds(points) for points in (195, 195, 195, 195, 195, 195, 210, 225, 240)]


def test_a_week_that_rose_three_times_asks_for_a_step_back() -> None:
    [found] = told("R07", loading(*RISING, NEXT_DAY))
    assert found.severity is Severity.INFO
    assert found.facts == {"load": 24_000, "usual": 20_062, "weeks": 3, "suggest_low": 16_800, "suggest_easy": 19_200}


def test_five_per_cent_three_times_over_a_mean_of_two_hundred() -> None:
    limits, older = STANDARD.r07, [19_260] * 5
    assert has_risen(iter([24_000, 22_500, 21_200, 20_000]), limits)
    assert is_worth_a_step_back(24_000, [22_500, 21_200, 20_000, *older], limits)
    assert not has_risen(iter([21_400, 21_000, 20_500, 20_000]), limits)
    assert has_risen(iter([23_153, 22_050, 21_000, 20_000]), limits)
    assert not has_risen(iter([23_152, 22_050, 21_000, 20_000]), limits)  # half a hundredth short of a twentieth


def test_building_up_to_what_was_usual_is_no_reason_to_step_back() -> None:
    up = [thirds(points) for points in (210, 210, 210, 105, 60, 75, 90, 120, 180)]
    assert told("R07", loading(*up, NEXT_DAY)) == []
    assert len(told("R07", loading(*up, thirds(225), NEXT_DAY))) == 1


def test_little_that_became_a_little_more_is_left_alone() -> None:
    up = [thirds(points) for points in (45, 45, 45, 45, 45, 45, 60, 75, 90)]
    assert told("R07", loading(*up, NEXT_DAY)) == []


def test_it_is_told_again_only_after_a_week_at_or_under_the_mean() -> None:
    assert len(told("R07", loading(*RISING, thirds(255), thirds(285), NEXT_DAY))) == 1
    barely = [*RISING, thirds(210), thirds(225), thirds(240), thirds(255), NEXT_DAY]
    assert len(told("R07", loading(*barely))) == 1
    stepped_back = [*RISING, thirds(180), thirds(225), thirds(255), thirds(285), NEXT_DAY]
    assert len(told("R07", loading(*stepped_back))) == 2


def test_eight_weeks_are_eight_whole_weeks() -> None:
    """A week short of nine, nobody knows what was usual."""
    assert told("R07", loading(*RISING[1:], NEXT_DAY)) == []


def test_a_workout_of_which_nothing_is_known_leaves_the_rise_open() -> None:
    diary = loading(*RISING, NEXT_DAY) + "2026-02-24 18:00 swim\n"
    assert told("R07", diary) == []
    assert "the load of a session of the last four weeks is not known" in doubted("R07", diary)


def test_a_second_workout_of_the_day_says_nothing_new() -> None:
    diary = loading(*RISING, NEXT_DAY) + "2026-03-09 18:00 ride 14min rpe 3\n"
    assert [f.activity for f in told("R07", diary)] == ["diary:29"]


# both, and the averages


def test_a_beginner_hears_nothing_of_weeks() -> None:
    """Who starts, and adds a third every week, has no usual week yet."""
    rising = loading(*[thirds(points) for points in (45, 60, 90, 120, 150)], [40.0] * 7, NEXT_DAY)
    for diary in (rising, running(10, 14, 20, 30)):
        assert not {found.rule for found in judged(diary).findings} & {"L03", "L04", "L05", "L06", "R07"}
