"""Days and weeks added up, and the exact forms of monotony and of standing out."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import islice
from statistics import variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary import judged
from twinge.core.days import is_new, known_d, loads, week_load, week_sums, weeks
from twinge.core.model import Session
from twinge.core.rolling import chart, form, monotony_percent, stands_out

TODAY = date(2026, 4, 1).toordinal()

DIARY = """
2026-03-20 07:00 run 5km 30min rpe 7
2026-03-24 07:00 run 5km 30min rpe 7
2026-03-24 18:00 ride 10km 30min rpe 7
2026-03-27 07:00 run                     # nobody knows how long
2026-03-27 18:00 swim 1km 30min rpe 7
2026-03-28 23:30 run 5km 60min rpe 7     # into the night in which Berlin loses an hour
2026-03-31 07:00 run 5km 30min rpe 7
"""


def past(diary: str = DIARY) -> tuple[Session, ...]:
    return judged(diary).state.sessions


def test_a_day_adds_up_what_was_done_on_it() -> None:
    """The last seven before 1 April: two workouts on the 24th are out, the night run belongs to the 28th."""
    assert loads(past(), TODAY, 7) == [0, 0, None, 10_000, 0, 0, 5_000]
    assert loads(past(), TODAY, 8)[0] == 10_000


def test_a_day_with_a_session_of_unknown_load_is_unknown_and_a_day_without_one_is_rest() -> None:
    assert loads(past(), TODAY - 3, 4) == [0, 0, None, 10_000]


def test_before_the_first_session_nothing_is_known_and_its_own_day_may_be_half_of_one() -> None:
    assert known_d(past(), TODAY) == 11
    assert loads(past(), TODAY, 14)[:4] == [None, None, None, 0]
    assert loads((), TODAY, 3) == [None] * 3
    assert loads(past(), date(2026, 3, 20).toordinal(), 3) == [None] * 3


def test_today_is_not_over() -> None:
    assert loads(past(), TODAY - 1, 2) == [0, 0]
    assert is_new(past(), TODAY)
    assert not is_new(past(), TODAY - 1)
    assert not is_new((), TODAY)


def test_an_unknown_day_counts_in_a_week_as_the_mean_of_the_known() -> None:
    assert week_load([0, 0, None, 10_000, 0, 0, 5_000], 5) == 17_500
    assert week_load([0, None, None, 10_000, 0, None, 5_000], 5) is None
    assert week_load([0, 0, 0, 10_000, 0, 0, 5_000], 7) == 15_000
    assert week_load([None] * 7, 0) is None


def test_weeks_are_cut_from_the_newest_day_back() -> None:
    assert weeks(range(16)) == [range(9, 16), range(2, 9)]


def test_weeks_walked_back_are_the_days_added_up() -> None:
    """A week with an unknown day is unknown; the rest of the walk is not."""
    assert list(islice(week_sums(past(), TODAY), 3)) == [None, 15_000, 0]
    assert list(islice(week_sums((), TODAY), 2)) == [0, 0]


STEADY = "every day from 2026-01-05 for 12 weeks 07:00 run 5km 30min rpe 7"


@given(st.integers(1, 60), st.integers(1, 9))
def test_both_ways_of_adding_up_agree(ago: int, count: int) -> None:
    sessions, day = past(STEADY), date(2026, 3, 30).toordinal() - ago
    wanted = min(count, known_d(sessions, day) // 7)
    by_day = [week_load(week, 7) for week in weeks(loads(sessions, day, 7 * wanted))]
    assert list(islice(week_sums(sessions, day), wanted)) == by_day


@pytest.mark.parametrize(
    ("week", "percent"),
    [
        ([0, 300, 450, 300, 0, 600, 200], 120),  # 1.195
        ([0, 240, 0, 240, 0, 540, 0], 71),  # 0.702
        ([350, 300, 350, 0, 350, 300, 350], 223),  # 2.229
        ([300] * 7, 1_000),
        ([300, 200, 400, 0, 300, 300, 400], 197),  # 2.124 with n
        ([0] * 7, 0),
        ([300, 0, 200, 100, None, None, None], None),
    ],
)
def test_monotony_in_whole_per_cent(week: list[int | None], percent: int | None) -> None:
    assert monotony_percent(week) == percent


@given(st.lists(st.integers(0, 300), min_size=7, max_size=7), st.sampled_from([150, 200]))
def test_rounded_up_it_is_over_a_limit_exactly_when_monotony_is(week: list[int], limit: int) -> None:
    percent, loads_of_it = monotony_percent(week), [Fraction(load) for load in week]
    assert percent is not None
    assert (percent > limit) == (10_000 * Fraction(sum(week), 7) ** 2 > limit**2 * variance(loads_of_it))


@given(st.integers(0, 1_500), st.lists(st.integers(0, 500), min_size=2, max_size=9), st.sampled_from([100, 200]))
def test_standing_out_is_exact(value: int, others: list[int], deviations: int) -> None:
    excess = value - Fraction(sum(others), len(others))
    squared = Fraction(variance([Fraction(other) for other in others]))
    assert stands_out(value, others, deviations) == (excess > 0 and 10_000 * excess**2 > deviations**2 * squared)


def test_the_chart_of_several_days_is_walked_once() -> None:
    days = [5_000, None, 0, 8_000, 8_000, 0, 2_000]
    stood = chart(days, 40.0, {0, 2, 5})
    assert stood == {ago: form(days[: len(days) - ago], 40.0) for ago in (0, 2, 5)}
