"""R06: coming back from a break, told as training diaries."""

from __future__ import annotations

import pytest

from diary import judged, named, on_last
from twinge.core.pack import STANDARD
from twinge.core.rules.layoff import share

FORTY_A_WEEK = "every mon wed fri sun from 2026-01-05 for 6 weeks 07:00 run 10km 60min rpe 3\n"
"""40 km a week up to Sunday 15 February."""


@pytest.mark.parametrize(
    ("gap", "elapsed", "percent"),
    [
        (10, 0, 75),
        (10, 6, 75),
        (10, 7, None),
        (20, 0, 50),
        (20, 9, 50),
        (20, 10, 75),
        (20, 20, None),
        (40, 0, 33),
        (40, 14, 50),
        (40, 27, 75),
        (40, 40, None),
    ],
)
def test_the_share_grows_as_the_return_goes_on(gap: int, elapsed: int, percent: int | None) -> None:
    assert share(gap, elapsed, STANDARD.r06) == percent


@pytest.mark.parametrize(("gap", "later", "week_km"), [(10, 0, 30), (20, 0, 20), (20, 12, 30), (40, 0, 13.2)])
def test_the_ceiling_of_somebody_who_ran_forty_a_week(gap: int, later: int, week_km: float) -> None:
    percent = share(gap, later, STANDARD.r06)
    assert percent is not None
    assert percent * 40_000 // 100 == week_km * 1000


def test_four_days_off_are_no_break() -> None:
    assert named(on_last(FORTY_A_WEEK + "2026-02-19 07:00 run 10km 60min rpe 3")) == []


def test_the_first_run_after_three_weeks_has_a_ceiling_of_its_own() -> None:
    """60 per cent of the longest run before the break: 12 km after a longest of 20."""
    with_a_long_one = FORTY_A_WEEK + "2026-02-15 09:00 run 10km 60min rpe 3\n"
    long_before = with_a_long_one.replace("2026-02-15 09:00 run 10km 60min", "2026-02-16 07:00 run 20km 2h00")
    [slow] = [f for f in on_last(long_before + "2026-03-08 07:00 run 14km 84min rpe 3") if f.rule == "R06"]
    assert (slow.severity.word, slow.facts["what"], slow.facts["ceiling"]) == ("slow_down", "first_run", 12_000)
    [rest] = [f for f in on_last(long_before + "2026-03-08 07:00 run 19km 1h54 rpe 3") if f.rule == "R06"]
    assert rest.severity.word == "rest"


def test_the_week_is_told_when_it_is_crossed_and_not_again() -> None:
    """Back after ten days: 30 km is the gentle week; 32 km cross it with the fourth run."""
    back = "\n".join(f"2026-02-{day} 07:00 run 8km 48min rpe 3" for day in (25, 26, 27, 28))
    assert [f"{f.rule} {f.facts['now']}" for f in judged(FORTY_A_WEEK + back).findings] == ["R06 32000"]


def test_riding_through_the_break_shortens_it() -> None:
    """Ten days without a run, eight of them on the bike: six days of break, and no ceiling."""
    rides = "\n".join(f"2026-02-{day} 17:00 ride 20km 50min rpe 3" for day in (16, 17, 18, 19, 20, 21, 23, 24))
    assert [
        f for f in on_last(f"{FORTY_A_WEEK}{rides}\n2026-02-25 07:00 run 10km 60min rpe 3") if f.rule == "R06"
    ] == []


def test_somebody_who_runs_every_ten_days_is_never_returning() -> None:
    diary = "\n".join(
        f"2026-{month:02d}-{day:02d} 07:00 run 8km 48min rpe 3" for month in range(1, 6) for day in (1, 11, 21)
    )
    assert [f for f in judged(diary).findings if f.rule == "R06"] == []


def test_a_break_in_the_first_weeks_cannot_be_judged_and_says_so() -> None:
    diary = (
        "every mon wed fri from 2026-01-05 for 2 weeks 07:00 run 8km 48min rpe 3\n2026-02-01 07:00 run 8km 48min rpe 3"
    )
    assert ("R06", "less than four weeks of history before the break") in [
        (u.rule, u.reason) for u in judged(diary).unjudged
    ]


def test_after_two_months_one_begins_with_walk_and_run() -> None:
    [found] = [f for f in on_last(FORTY_A_WEEK + "2026-04-20 07:00 run 7km 45min rpe 3") if f.rule == "R06"]
    assert (found.facts["what"], found.facts["gap_days"], found.facts["ceiling"]) == ("restart", 64, 1800)
