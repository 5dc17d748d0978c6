"""How a run began, how brisk and how even it was, and how much of it was running."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorder import record, turned
from twinge.core.stream import Streams, shape

WALK, RUN = (180, 1.25), (180, 2.5)


# ---- running and walking ---------------------------------------------------------------------------------------------


def test_stage_two_of_the_way_back_has_fifteen_minutes_of_running() -> None:
    assert shape(record(*[WALK, RUN] * 5, WALK)).run_s == 900


def test_a_brisk_walk_is_no_running_and_a_shuffle_with_quick_steps_is() -> None:
    slow = record((1800, 1.8))
    assert shape(slow).run_s == 0
    assert shape(replace(slow, cadence_spm=turned((1800, 115)))).run_s == 0
    assert shape(replace(slow, cadence_spm=turned((1800, 141)))).run_s == 1800


def test_standing_is_no_running() -> None:
    assert shape(record((300, 2.5), (120, 0), (300, 2.5))).run_s == 600


@pytest.mark.parametrize("distance", [None, [0.0] * 1201])
def test_on_a_treadmill_the_steps_tell(distance: list[float] | None) -> None:
    treadmill = Streams(time_s=range(1201), distance_m=distance, cadence_spm=turned((600, 110), (600, 160)))
    assert shape(treadmill).run_s == 600
    assert shape(replace(treadmill, moving=[True] * 901 + [False] * 300)).run_s == 300


def test_a_gap_on_a_treadmill_is_a_pause() -> None:
    assert shape(Streams(time_s=[*range(301), *range(600, 901)], cadence_spm=[160] * 602)).run_s == 600


def test_nothing_is_known_of_running_without_path_and_steps() -> None:
    assert shape(Streams(time_s=range(600), hr=[150] * 600)).run_s is None
    assert shape(Streams(time_s=range(600), cadence_spm=[160] * 500 + [None] * 100)).run_s is None


# ---- the beginning ---------------------------------------------------------------------------------------------------


def test_zero_to_sixty() -> None:
    """rules.md W01: minutes 0 to 5 at 3.45 m/s, P75 3.55."""
    seen = shape(record((300, 3.45), (1800, 3.55)))
    assert (seen.early_mm_s, seen.brisk_mm_s) == (3450, 3550)


def test_the_first_five_minutes_are_moving_ones() -> None:
    assert shape(record((150, 4), (600, 0), (150, 4), (600, 2.5))).early_mm_s == 4000


def test_less_than_five_minutes_say_nothing_of_the_beginning() -> None:
    assert shape(record((300, 3))).early_mm_s == 3000
    assert shape(record((299, 3), (600, 0))).early_mm_s is None


def test_a_climb_counts_as_the_flat_it_would_have_been() -> None:
    up = record((900, 2, 10))
    assert (shape(up).early_mm_s, shape(up).brisk_mm_s) == (3000, 3000)
    by_path_alone = shape(replace(up, altitude_m=None))
    assert (by_path_alone.early_mm_s, by_path_alone.brisk_mm_s) == (2000, 2000)


@pytest.mark.parametrize(("fast", "brisk"), [(780, 2500), (820, 3125)])
def test_three_quarters_of_the_time_are_no_faster_than_brisk(fast: int, brisk: int) -> None:
    assert shape(record((2400, 2.5), (fast, 3.125))).brisk_mm_s == brisk


def test_without_a_path_the_beginning_is_not_known() -> None:
    seen = shape(replace(record((900, 3)), distance_m=None))
    assert (seen.early_mm_s, seen.brisk_mm_s) == (None, None)


# ---- evenness --------------------------------------------------------------------------------------------------------


def test_an_even_run_does_not_vary() -> None:
    assert shape(record((1200, 3))).uneven == 0


def test_minutes_of_two_and_four_metres_a_second_vary_by_a_third() -> None:
    halting = [(60, 2), (60, 4)] * 10
    assert shape(record(*halting)).uneven == 333
    assert shape(record(*halting[:10], (90, 0), *halting[10:])).uneven == 333


def test_twenty_minutes_are_needed() -> None:
    assert shape(record((1199, 3), (600, 0))).uneven is None


def test_slowing_down_for_a_hill_is_even_and_without_altitude_nobody_knows() -> None:
    hilly = record((900, 3), (900, 2, 10))
    assert shape(hilly).uneven in range(20)
    assert shape(replace(hilly, altitude_m=None)).uneven is None
    assert shape(record((900, 3), (900, 2))).uneven == 200
