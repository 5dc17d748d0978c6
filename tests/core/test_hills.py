"""Steep descents: what counts as metres lost on them, with slopes made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorder import record
from twinge.core.stream import shape


def descent(metres: float, grade: float) -> int | None:
    """200 m of flat, a slope, and 200 m of flat again, all at 2.5 m/s: ten samples each 25 m."""
    return shape(record((80, 2.5), (metres / 2.5, 2.5, grade), (80, 2.5))).steep_m


@pytest.mark.parametrize(
    ("metres", "grade", "lost"),
    [
        (75, -10, 0),  # under 100 m of it
        (100, -10, 10),
        (1200, -10, 120),  # rules.md T02: a first exposure
        (5200, -10, 520),
        (450, -5, 20),  # the 25 m at either end are half flat, and not as steep
        (450, -4.9, 0),
        (1200, 10, 0),
    ],
)
def test_metres_are_lost_steeply_on_100_m_and_more_of_5_per_cent(metres: float, grade: float, lost: int) -> None:
    assert descent(metres, grade) == lost


def test_every_steep_descent_is_added_up_and_short_ones_do_not_join() -> None:
    flat, long, short = (80, 2.5), (80, 2.5, -10), (30, 2.5, -10)
    assert shape(record(flat, long, flat, long, flat)).steep_m == 40
    assert shape(record(flat, short, flat, short, flat)).steep_m == 0


def test_a_rest_on_the_way_down_changes_nothing() -> None:
    assert shape(record((80, 2.5), (60, 2.5, -10), (120, 0), (60, 2.5, -10), (80, 2.5))).steep_m == 30


def test_a_cable_car_is_not_run_down() -> None:
    seen = shape(record((80, 2.5), (60, 9, -20), (80, 2.5)))
    assert (seen.steep_m, seen.descent_m, seen.gated) == (0, 108, ("speed_spikes",))


def test_a_jump_of_the_receiver_is_not_run_down() -> None:
    down = (80, 2.5, -10)
    assert shape(record((80, 2.5), down, (1, 500, -10), down, (80, 2.5))).steep_m == 38


def test_five_per_cent_are_five_per_cent_in_floats_too() -> None:
    assert shape(record((80, 3), (150, 3, -5), (80, 3))).steep_m == 19


def test_without_altitude_or_path_nothing_is_known_of_steepness() -> None:
    down = record((80, 2.5), (80, 2.5, -10))
    assert shape(down).steep_m
    assert shape(replace(down, altitude_m=None)).steep_m is None
    assert shape(replace(down, distance_m=None)).steep_m is None
    assert shape(record((7, 2.5, -10))).steep_m is None  # one stretch has no grade
