"""Form late in a run against form early in it, and the balance of the feet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recorder import record, turned
from twinge.core.model import Drift
from twinge.core.stream import Streams, shape

HALF = 1350
"""Half of 45 minutes: the middle third of what comes after ten minutes is from 1300 to 2000 s."""


def long_run(early: float = 3.0, late: float = 3.0, grade: float = 0) -> Streams:
    """45 minutes with a change of speed in the middle third."""
    return record((HALF, early, grade), (HALF, late, grade))


def changed(early: float, late: float) -> list[float]:
    return turned((HALF, early), (HALF, late))


# ---- drift -----------------------------------------------------------------------------------------------------------


def test_tired_legs() -> None:
    """rules.md F01: cadence 172 → 165, contact 240 → 256, speed −1 per cent."""
    tired = replace(
        long_run(3.0, 2.97),
        cadence_spm=changed(172, 165),
        contact_ms=changed(240, 256),
        bounce_mm=changed(80, 86),
        hr=changed(150, 150),
    )
    assert shape(tired).drift == Drift(speed=-10, cadence=-41, contact=67, bounce=75, decoupling=10)


def test_the_example_of_decoupling() -> None:
    """rules.md F01: 3.0 m/s at 150 → 2.9 m/s at 156 loses 7.05 per cent."""
    seen = shape(replace(long_run(3.0, 2.9), hr=changed(150, 156)))
    assert seen.drift == Drift(speed=-33, decoupling=71)


@pytest.mark.parametrize(("late", "fair"), [(2.85, True), (2.849, False), (3.15, True), (3.151, False), (2.73, False)])
def test_a_change_of_pace_beyond_5_per_cent_is_no_fair_test(late: float, fair: bool) -> None:
    seen = shape(replace(long_run(3.0, late), cadence_spm=changed(172, 160)))
    assert (seen.drift is not None) is fair


@pytest.mark.parametrize(("seconds", "judged"), [(2399, False), (2400, True)])
def test_forty_moving_minutes_are_needed(seconds: int, judged: bool) -> None:
    assert (shape(record((seconds, 3), (300, 0))).drift is not None) is judged


def test_the_first_ten_minutes_are_no_measure() -> None:
    hasty = replace(long_run(), cadence_spm=turned((590, 190), (760, 172), (HALF, 165)))
    assert shape(hasty).drift == Drift(speed=0, cadence=-41)


@pytest.mark.parametrize(("grade", "flat"), [(1.9, True), (-1.9, True), (2.1, False), (-2.1, False)])
def test_flat_is_under_2_per_cent(grade: float, flat: bool) -> None:
    assert (shape(long_run(grade=grade)).drift is not None) is flat


def test_what_the_legs_do_on_hills_is_left_out() -> None:
    hill = (200, 2.5, 6)
    hilly = record((800, 3), hill, (1300, 3), hill, (400, 3))
    steps = turned((815, 172), (170, 150), (665, 172), (665, 165), (170, 190), (415, 165))
    assert shape(replace(hilly, cadence_spm=steps)).drift == Drift(speed=0, cadence=-41)


def test_three_flat_minutes_in_each_third_are_needed() -> None:
    assert shape(record((2000, 3), (600, 3, 6), (100, 3))).drift is None
    assert shape(record((2000, 3), (450, 3, 6), (250, 3))).drift is not None


def test_standing_at_a_light_is_no_form() -> None:
    waiting = record((2400, 3), (60, 0), (300, 3))
    steps = turned((HALF, 172), (1050, 165), (60, 0), (300, 165))
    assert shape(replace(waiting, cadence_spm=steps)).drift == Drift(speed=0, cadence=-41)


def test_without_altitude_or_path_there_is_no_fair_test() -> None:
    assert shape(replace(long_run(), altitude_m=None)).drift is None
    assert shape(replace(long_run(), distance_m=None)).drift is None


def test_the_ratio_stands_in_for_a_missing_oscillation() -> None:
    gone = [None] * (2 * HALF + 1)
    seen = shape(replace(long_run(), bounce_mm=gone, bounce_pct=changed(8.0, 8.6)))
    assert seen.drift == Drift(speed=0, bounce=75)
    both = replace(long_run(), bounce_mm=changed(80, 80), bounce_pct=changed(8.0, 8.6))
    assert shape(both).drift == Drift(speed=0, bounce=0)


@pytest.mark.parametrize(
    ("name", "early", "late"),
    [
        ("cadence_spm", 172, 165),
        ("contact_ms", 240, 256),
        ("bounce_mm", 80, 86),
        ("bounce_pct", 8, 8.6),
        ("hr", 150, 156),
    ],
)
def test_a_stream_that_lacks_over_a_tenth_shows_no_drift(name: str, early: float, late: float) -> None:
    def lacking(samples: int) -> Drift | None:
        stream: Any = [None] * samples + changed(early, late)[samples:]
        return shape(replace(long_run(), **{name: stream})).drift

    assert lacking(271) == Drift(speed=0)
    assert lacking(270) not in {None, Drift(speed=0)}


def test_a_sensor_that_counts_steps_shows_no_decoupling() -> None:
    seen = shape(replace(long_run(), hr=changed(172, 165), cadence_spm=changed(172, 165)))
    assert (seen.drift, seen.gated) == (Drift(speed=0, cadence=-41), ("hr_locked",))


# ---- the balance of the feet -----------------------------------------------------------------------------------------


def test_ten_minutes_of_balance_are_needed() -> None:
    assert shape(Streams(time_s=range(600), left_pct=[50.2] * 600)).left == 5020
    assert shape(Streams(time_s=range(599), left_pct=[50.2] * 599)).left is None


def test_the_balance_is_a_mean_over_time() -> None:
    assert shape(Streams(time_s=range(1200), left_pct=[51.9] * 600 + [52.0] * 600)).left == 5195
    sparse = Streams(time_s=[0, 300, *range(301, 892)], left_pct=[52.0, 52.0, *[51.0] * 591])
    assert shape(sparse).left == 5102  # eleven seconds of 52 and 591 of 51


@pytest.mark.parametrize(("share", "left"), [(30, 4859), (29.9, 5066), (0, 5066), (None, 5066), (71, 5066)])
def test_a_balance_that_no_runner_has_is_not_known(share: float | None, left: int) -> None:
    assert shape(Streams(time_s=range(1000), left_pct=[50.66] * 900 + [share] * 100)).left == left


def test_a_balance_that_lacks_over_a_tenth_is_not_believed() -> None:
    seen = shape(Streams(time_s=range(1000), left_pct=[50.0] * 899 + [None] * 101))
    assert (seen.left, seen.gated) == (None, ("left_missing",))
