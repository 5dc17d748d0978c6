"""Averages over days of load, against the published figures."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinge.core.rolling import (
    MONOTONY_CAP,
    acwr,
    coupled,
    decay,
    decay_plain,
    ewma,
    form,
    monotony,
    strain,
    uncoupled,
)

STEADY_THEN_MORE = [30.0] * 21 + [50.0] * 7
RISING = [
    15,
    15,
    20,
    20,
    20,
    25,
    25,
    25,
    25,
    30,
    30,
    30,
    35,
    35,
    35,
    35,
    35,
    40,
    45,
    45,
    45,
    40,
    40,
    45,
    45,
    50,
    60,
    70,
]
UNEVEN = [55, 50, 40, 60, 45, 50, 50, 20, 30, 80, 25, 10, 30, 15, 20, 15, 5, 5, 15, 5, 5, 5, 5, 15, 45, 90, 95, 95]


def after(loads: list[float], days: int, start: float = 0.0, *, plain: bool = False) -> float:
    average = start
    for load in loads:
        average = (decay_plain if plain else decay)(average, load, days)
    return average


# ---- fitness and fatigue ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loads", "days", "exponential", "plain"),
    [([50.0] * 42, 42, 31.606, 31.827), ([50.0] * 7, 7, 31.606, 33.004)],
)
def test_the_two_forms_in_circulation_differ(loads: list[float], days: int, exponential: float, plain: float) -> None:
    assert after(loads, days) == pytest.approx(exponential, abs=5e-4)
    assert after(loads, days, plain=True) == pytest.approx(plain, abs=5e-4)


def test_fifty_a_day_then_a_week_of_eighty() -> None:
    week = [80.0] * 7
    now = form(week, start=50)
    assert now.fitness == pytest.approx(54.606, abs=5e-4)
    assert now.fatigue == pytest.approx(68.964, abs=5e-4)
    assert now.balance == pytest.approx(-14.358, abs=5e-4)
    fitness, fatigue = after(week, 42, 50, plain=True), after(week, 7, 50, plain=True)
    assert fitness == pytest.approx(54.657, abs=5e-4)
    assert fatigue == pytest.approx(69.802, abs=5e-4)
    assert fitness - fatigue == pytest.approx(-15.146, abs=5e-4)


@pytest.mark.parametrize(
    ("rest", "exponential", "plain"),
    [(0, 13.312, 14.286), (1, 11.540, 12.245), (2, 10.004, 10.496), (7, 4.897, 4.856)],
)
def test_one_day_of_a_hundred_fades(rest: int, exponential: float, plain: float) -> None:
    loads = [100.0] + [0.0] * rest
    assert form(loads).fatigue == pytest.approx(exponential, abs=5e-4)
    assert after(loads, 7, plain=True) == pytest.approx(plain, abs=5e-4)


def test_a_week_of_110_after_fifty_a_day_raises_fitness_by_nine() -> None:
    assert form([110.0] * 7, start=50).fitness - 50 == pytest.approx(60 * (1 - exp(-1 / 6)))
    assert 60 * (1 - exp(-1 / 6)) == pytest.approx(9.21, abs=5e-3)


def test_the_share_of_a_new_day_in_42_tells_the_forms_apart() -> None:
    assert decay(0, 1, 42) == pytest.approx(0.0235283, abs=5e-8)
    assert decay_plain(0, 1, 42) == pytest.approx(0.0238095, abs=5e-8)


# ---- acute to chronic ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loads", "acute", "chronic", "ratio", "from_zero"),
    [
        (STEADY_THEN_MORE, 47.330, 37.872, 1.2497, 1.399),
        (RISING, 53.673, 38.169, 1.4062, 1.485),
        (UNEVEN, 62.124, 40.061, 1.5507, 1.904),
    ],
)
def test_three_athletes_of_one_rolling_ratio_and_three_weighted_ones(
    loads: list[float], acute: float, chronic: float, ratio: float, from_zero: float
) -> None:
    """Menaspà's athletes (Br J Sports Med 2017;51:618): the seed is the first day, not zero."""
    found = acwr(loads)
    assert found is not None
    assert found.acute == pytest.approx(acute, abs=5e-4)
    assert found.chronic == pytest.approx(chronic, abs=5e-4)
    assert found.value == pytest.approx(ratio, abs=5e-5)
    wrong = acwr([0.0, *loads])
    assert wrong is not None
    assert wrong.value == pytest.approx(from_zero, abs=5e-4)


@pytest.mark.parametrize("loads", [STEADY_THEN_MORE, RISING, UNEVEN])
def test_the_rolling_ratios_cannot_tell_those_three_apart(loads: list[float]) -> None:
    together, apart = coupled(loads), uncoupled(loads)
    assert together is not None
    assert apart is not None
    assert together.value == pytest.approx(1.4286, abs=5e-5)
    assert apart.value == pytest.approx(1.6667, abs=5e-5)


def test_the_uncoupled_ratio_keeps_to_28_days_of_a_longer_history() -> None:
    """An R package sums a fortnight over three weeks' days from the fifth week on."""
    assert uncoupled([999.0] * 50 + STEADY_THEN_MORE) == uncoupled(STEADY_THEN_MORE)


@pytest.mark.parametrize("loads", [[0.0] * 28, [], [None] * 28])
def test_nothing_over_nothing_is_no_ratio(loads: list[float | None]) -> None:
    assert acwr(loads) is None
    assert coupled(loads) is None
    assert uncoupled(loads) is None


def test_rolling_ratios_want_four_weeks() -> None:
    assert coupled([30.0] * 27) is None
    assert uncoupled([30.0] * 27) is None


# ---- monotony and strain ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "same", "strained"),
    [
        ([0, 300, 450, 300, 0, 600, 200], 1.195, 2210.4),
        ([0, 240, 0, 240, 0, 540, 0], 0.702, 716.5),
        ([350, 300, 350, 0, 350, 300, 350], 2.229, 4458.2),
    ],
)
def test_monotony_and_strain_of_a_week(week: list[float], same: float, strained: float) -> None:
    assert monotony(week) == pytest.approx(same, abs=5e-4)
    assert strain(week) == pytest.approx(strained, abs=0.1)


def test_equal_days_are_capped() -> None:
    assert monotony([300] * 7) == MONOTONY_CAP == 10
    assert monotony([300] * 6 + [301]) == MONOTONY_CAP


def test_the_deviation_is_the_sample_s() -> None:
    """2.124 with n: enough to cross the line of 2."""
    assert monotony([300, 200, 400, 0, 300, 300, 400]) == pytest.approx(1.967, abs=5e-4)


def test_a_week_of_rest_is_not_monotonous() -> None:
    assert monotony([0] * 7) == 0
    assert strain([0] * 7) == 0


# ---- days that are not known -----------------------------------------------------------------------------------------

days = st.lists(st.none() | st.integers(0, 300), max_size=60)


@given(days)
def test_an_unknown_day_leaves_the_averages_where_they_were(loads: list[int | None]) -> None:
    known = [load for load in loads if load is not None]
    assert form(loads) == form(known)
    assert ewma(loads, 7) == ewma(known, 7)


def test_an_unknown_day_is_no_rest_day() -> None:
    assert monotony([300, None, 300, 300, None, 300, 300]) == MONOTONY_CAP
    assert monotony([300, 0, 300, 300, 0, 300, 300]) == pytest.approx(1.4639, abs=5e-4)
    rest, unknown = acwr([50.0] * 20 + [0.0] * 8), acwr([50.0] * 20 + [None] * 8)
    assert rest is not None
    assert unknown is not None
    assert rest.value < 1 == pytest.approx(unknown.value)


def test_an_unknown_day_counts_in_strain_as_the_mean_of_the_known() -> None:
    week = [0.0, 300.0, None, 300.0, 0.0, 600.0, 200.0]
    known = [load for load in week if load is not None]
    assert strain(week) == pytest.approx(sum(known) / 6 * 7 * (monotony(known) or 0))


def test_monotony_wants_five_known_days() -> None:
    assert monotony([300, 0, 200, 100, None, None, None]) is None
    assert strain([300, 0, 200, 100, None, None, None]) is None
    assert monotony([300, 0, 200, 100, 50, None, None]) is not None


def test_rolling_ratios_want_five_known_days_of_the_last_seven() -> None:
    assert coupled([30.0] * 21 + [None] * 3 + [50.0] * 4) is None
    found = coupled([30.0] * 21 + [None] * 2 + [50.0] * 5)
    assert found is not None
    assert found.acute == 50
