"""Per-second samples in, a small shape out: every gate with a stream made by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import accumulate
from math import inf, nan, sin
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import record, turned
from twinge.core.formula import banister, banister_sum
from twinge.core.model import Shape
from twinge.core.stream import Streams, shape
from twinge.event import Samples


def run(seconds: int = 600, speed: float = 3.0, grade: float = 0.0) -> Streams:
    """Alice runs evenly, one sample a second, up a straight slope."""
    path = [speed * t for t in range(seconds)]
    return Streams(
        time_s=list(range(seconds)),
        distance_m=path,
        altitude_m=[100 + grade * metres for metres in path],
        hr=[150] * seconds,
        barometric=True,
    )


def stop_and_go(seconds: int = 600) -> list[float]:
    """A path of a minute at 2 m/s, a minute at 4 m/s, and so on."""
    path, metres = [], 0.0
    for t in range(seconds):
        path.append(metres)
        metres += 2 if t // 60 % 2 else 4
    return path


# ---- heart rate ------------------------------------------------------------------------------------------------------


def test_the_histogram_counts_seconds_by_beat() -> None:
    beats = [140] * 100 + [150] * 200 + [141] * 50
    assert shape(Streams(time_s=range(350), hr=beats)).hr_seconds == ((140, 100), (141, 50), (150, 200))


@given(st.lists(st.integers(30, 230), min_size=1, max_size=200))
def test_the_histogram_s_trimp_is_the_samples_trimp(beats: list[int]) -> None:
    seen = shape(Streams(time_s=range(len(beats)), hr=beats))
    by_sample = sum(banister(1 / 60, bpm, 50, 190, "female") for bpm in beats)
    assert banister_sum(seen.hr_seconds, 50, 190, "female") == pytest.approx(by_sample)


def test_a_gap_between_samples_counts_ten_seconds_at_most() -> None:
    seen = shape(Streams(time_s=[0, 4, 1000, 1001], hr=[120, 130, 140, 150]))
    assert seen.hr_seconds == ((120, 4), (130, 10), (140, 1), (150, 1))


def test_beats_outside_30_to_230_are_dropped() -> None:
    beats = [150.0] * 96 + [29, 231, nan, inf]
    assert shape(Streams(time_s=range(100), hr=beats)).hr_seconds == ((150, 96),)


@pytest.mark.parametrize(("missing", "usable"), [(10, True), (11, False), (100, False)])
def test_a_tenth_of_the_beats_may_be_missing(missing: int, usable: bool) -> None:
    beats = [None] * missing + [150] * (100 - missing)
    assert bool(shape(Streams(time_s=range(100), hr=beats)).hr_seconds) is usable


def test_a_stuck_sensor_is_not_believed_while_the_speed_varies() -> None:
    stuck = Streams(time_s=range(600), distance_m=stop_and_go(), hr=[150, 151] * 300)
    assert shape(stuck).hr_seconds == ()
    assert shape(replace(stuck, distance_m=None, speed_m_s=[4.0] * 300 + [2.0] * 300)).hr_seconds == ()


def test_five_stuck_minutes_within_a_good_hour_are_enough() -> None:
    beats = [150 + round(10 * sin(t / 40)) for t in range(3600)]
    lively = Streams(time_s=range(3600), distance_m=stop_and_go(3600), hr=beats)
    assert shape(lively).hr_seconds
    beats[1500:1900] = [160] * 400
    assert shape(lively).hr_seconds == ()


def test_a_steady_heart_at_a_steady_speed_is_believed() -> None:
    assert shape(run()).hr_seconds == ((150, 600),)


def test_a_steady_heart_is_believed_where_no_speed_is_known_and_for_less_than_five_minutes() -> None:
    assert shape(Streams(time_s=range(600), hr=[150] * 600)).hr_seconds
    assert shape(Streams(time_s=range(240), distance_m=stop_and_go(240), hr=[150] * 240)).hr_seconds


@pytest.mark.parametrize(("locked", "usable"), [(60, True), (61, False)])
def test_a_sensor_that_counts_steps_is_not_believed(locked: int, usable: bool) -> None:
    beats = [172] * locked + [150] * (100 - locked)
    seen = shape(Streams(time_s=range(100), hr=beats, cadence_spm=[170] * 100))
    assert bool(seen.hr_seconds) is usable


def test_a_pause_is_no_varying_speed() -> None:
    time = [*range(600), *range(1500, 2100)]
    paused = Streams(time_s=time, distance_m=[3.0 * t for t in range(1200)], hr=[150] * 1200)
    assert shape(paused).hr_seconds == ((150, 1209),)


def test_only_moving_samples_tell_a_cadence_lock() -> None:
    standing = [True] * 30 + [False] * 70
    beats = [171] * 30 + [110] * 70
    streams = Streams(time_s=range(100), hr=beats, cadence_spm=[170] * 100)
    assert shape(streams).hr_seconds
    assert shape(replace(streams, moving=standing)).hr_seconds == ()


def test_three_beats_apart_is_no_lock() -> None:
    assert shape(Streams(time_s=range(100), hr=[173] * 100, cadence_spm=[170] * 100)).hr_seconds


# ---- the early heart rate --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "early"),
    [
        ([(199, 120), (401, 160)], 160),  # 3:20
        ([(249, 120), (351, 160)], 153),  # 4:10: fifty seconds of it are before five minutes
        ([(299, 120), (301, 160)], 120),
        ([(119, 170), (481, 130)], 130),  # sensors need two minutes
        ([(149, 130), (10, 190), (441, 130)], 140),  # a mean, no peak
    ],
)
def test_the_highest_minute_between_two_and_five(parts: list[tuple[int, float]], early: int) -> None:
    seen = shape(replace(record((600, 3)), hr=turned(*parts)))
    assert seen.early_hr == early


def test_the_clock_of_the_early_heart_rate_runs_while_moving() -> None:
    beats = [bpm + (2 if t % 2 else -2) for t, bpm in enumerate(turned((299, 120), (301, 160)))]
    assert shape(replace(record((100, 0), (500, 3)), hr=beats)).early_hr == 160
    assert shape(replace(record((500, 3), (100, 0)), hr=beats)).early_hr == 120


def test_a_treadmill_has_an_early_heart_rate_and_a_pause_is_not_in_it() -> None:
    beats = turned((249, 120), (351, 160))
    assert shape(Streams(time_s=range(601), hr=beats)).early_hr == 153
    assert shape(Streams(time_s=[*range(110), *range(400, 891)], hr=beats)).early_hr == 154


@pytest.mark.parametrize(("seconds", "early"), [(179, None), (180, 150)])
def test_three_moving_minutes_are_needed_for_it(seconds: int, early: int | None) -> None:
    assert shape(replace(record((seconds, 3), (100, 0)), hr=[150] * (seconds + 101))).early_hr == early


def test_a_heart_rate_that_is_not_believed_has_no_early_one() -> None:
    assert shape(replace(run(), cadence_spm=[150] * 600)).early_hr is None


def test_missing_beats_are_bridged_in_a_straight_line() -> None:
    rising: list[float | None] = [*turned((179, 120)), *range(120, 180), *[180] * 61]
    holed = [*rising[:190], *[None] * 20, *rising[210:]]
    assert shape(replace(record((300, 3)), hr=rising)).early_hr == 180
    assert shape(replace(record((300, 3)), hr=holed)).early_hr == 180
    assert shape(replace(record((240, 3)), hr=holed)).early_hr == 150


# ---- time ------------------------------------------------------------------------------------------------------------


def test_a_sample_whose_time_does_not_increase_is_dropped_from_every_stream() -> None:
    seen = shape(Streams(time_s=[0, 1, 1, 0, None, nan, 2], hr=[120, 121, 200, 201, 202, 203, 122]))
    assert seen.hr_seconds == ((120, 1), (121, 1), (122, 1))


def test_streams_of_unequal_length_are_cut_to_the_shortest() -> None:
    assert shape(Streams(time_s=range(100), hr=[150] * 60)).hr_seconds == ((150, 60),)


def test_an_empty_stream_counts_as_not_there() -> None:
    assert shape(Streams(time_s=range(100), hr=[150] * 100, power_w=[])).hr_seconds == ((150, 100),)


@pytest.mark.parametrize("time", [None, [], [None, None], [nan, nan], [-5, -4], [inf, inf]])
def test_without_a_time_nothing_is_known_but_the_climb(time: list[float | None] | None) -> None:
    assert shape(Streams(time_s=time, hr=[150, 150], power_w=[200, 200])) == Shape()


def test_the_climb_needs_no_time() -> None:
    assert shape(Streams(altitude_m=[100, 120, 100])) == Shape(climb_m=20, descent_m=20)


# ---- power -----------------------------------------------------------------------------------------------------------


def test_steady_power_is_its_own_normalised_power() -> None:
    assert shape(Streams(time_s=range(60), power_w=[200] * 60)).normalized_power_w == 200


@pytest.mark.parametrize("step", [0.5, 2, 5])
def test_the_sampling_rate_does_not_change_the_power(step: float) -> None:
    time = [step * i for i in range(int(3600 / step))]
    level = [100.0 if t // 60 % 2 else 300.0 for t in time]
    every_second = [100.0 if t // 60 % 2 else 300.0 for t in range(3600)]
    expected = shape(Streams(time_s=range(3600), power_w=every_second)).normalized_power_w
    assert shape(Streams(time_s=time, power_w=level)).normalized_power_w == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    "watts", [[200] * 29, [0] * 60, [None] * 60, [None] * 7 + [200] * 53, [9000] * 60, [nan] * 60, [-1] * 60]
)
def test_power_that_says_nothing_is_not_known(watts: list[float | None]) -> None:
    assert shape(Streams(time_s=range(60), power_w=watts)).normalized_power_w is None


# ---- climb and descent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heights", "barometric", "climb", "descent"),
    [
        ([100, 110, 120, 130, 150], True, 50, 0),
        ([150, 120, 100], True, 0, 50),
        ([100, 102, 100, 102, 100], True, 0, 0),
        ([100, 103, 100, 103, 100], True, 6, 6),
        ([100, 103, 100, 103, 100], False, 0, 0),
        ([100, 109, 100, 109], None, 0, 0),
        ([100, 110, 100], None, 10, 10),
        ([100, 150, 148, 200], True, 100, 0),  # a dip of 2 m does not break the climb
        ([100, 150, 145, 200], True, 105, 5),
        ([100, 150, 145, 200], False, 100, 0),
        ([101, 99, 100, 120, 119, 121], True, 22, 0),
        ([100, 98, 96, 140], True, 44, 4),
    ],
)
def test_a_leg_counts_only_from_turn_to_turn(
    heights: list[float], barometric: bool | None, climb: int, descent: int
) -> None:
    seen = shape(Streams(altitude_m=heights, barometric=barometric))
    assert (seen.climb_m, seen.descent_m) == (climb, descent)


def test_noise_on_flat_ground_is_no_climb() -> None:
    heights = [100 + 1.4 * sin(37 * t) for t in range(3600)]
    assert shape(Streams(altitude_m=heights, barometric=True)).climb_m == 0


def test_altitude_with_holes_is_bridged_and_with_too_many_is_not_known() -> None:
    heights: list[float | None] = [None, 100, 110, None, 130, *[130] * 15]
    assert shape(Streams(altitude_m=heights)).climb_m == 30
    assert shape(Streams(altitude_m=[*heights, nan])).climb_m is None


# ---- the flat equivalent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "factor"), [(0.0, 1.0), (0.10, 1.5), (-0.10, 0.87), (-0.24, 1.2)])
def test_a_steady_slope_counts_by_the_chart(grade: float, factor: float) -> None:
    seen = shape(run(601, 3.0, grade))
    assert seen.graded_m == pytest.approx(1800 * factor, abs=1)
    assert seen.graded_s == 600


@pytest.mark.parametrize("step", [2, 5, 8])
def test_sparse_samples_give_the_same_flat_distance(step: int) -> None:
    full = run(801, 3.0, 0.05)
    assert full.time_s is not None
    sparse = Streams(
        time_s=full.time_s[::step],
        distance_m=(full.distance_m or ())[::step],
        altitude_m=(full.altitude_m or ())[::step],
    )
    seen, expected = shape(sparse), shape(full)
    assert expected.graded_m is not None
    assert seen.graded_m == pytest.approx(expected.graded_m, abs=1)
    assert seen.graded_s == expected.graded_s


def test_noise_in_the_altitude_hardly_moves_the_flat_distance() -> None:
    noisy = replace(run(3601), altitude_m=[100 + 1.0 * sin(37 * t) for t in range(3601)])
    assert shape(noisy).graded_m == pytest.approx(10_800, rel=0.02)


def test_speed_stands_in_for_a_missing_distance() -> None:
    by_speed = replace(run(601, 3.0, 0.1), distance_m=None, speed_m_s=[3.0] * 601)
    assert shape(by_speed).graded_m == pytest.approx(2700, abs=1)


def test_without_altitude_there_is_no_flat_distance() -> None:
    assert shape(replace(run(), altitude_m=None)).graded_m is None


def test_standing_still_is_not_in_it() -> None:
    path = [3.0 * t for t in range(301)] + [900.0] * 300
    streams = Streams(time_s=range(601), distance_m=path, altitude_m=[100] * 601)
    assert (shape(streams).graded_m, shape(streams).graded_s) == (900, 300)


def test_what_the_recorder_calls_moving_wins() -> None:
    streams = replace(run(601), moving=[True] * 301 + [False] * 300)
    assert (shape(streams).graded_m, shape(streams).graded_s) == (900, 300)


def test_a_pause_across_a_gap_is_not_in_it_and_a_tunnel_is() -> None:
    time = [*range(301), *range(900, 1201)]
    pause = [3.0 * t for t in range(301)] + [900 + 3.0 * t for t in range(301)]
    tunnel = [3.0 * t for t in time]
    level = [100] * len(time)
    walls = Streams(time_s=time, distance_m=pause, altitude_m=level, moving=[True] * len(time))
    assert shape(walls).graded_s == 600
    assert shape(replace(walls, distance_m=tunnel)).graded_s == 1200


def test_30_seconds_over_8_metres_a_second_are_discarded() -> None:
    def with_a_lift(seconds: int) -> Shape:
        path, metres = [], 0.0
        for t in range(601):
            path.append(metres)
            metres += 12 if 200 <= t < 200 + seconds else 3
        return shape(Streams(time_s=range(601), distance_m=path, altitude_m=[100] * 601))

    def seen(shape: Shape) -> tuple[int | None, ...]:
        return shape.graded_m, shape.graded_s, shape.climb_m, shape.descent_m

    assert seen(with_a_lift(30)) == (1710, 570, 0, 0)
    assert seen(with_a_lift(29)) == (572 * 3 - 1 * 3 + 29 * 12, 600, 0, 0)
    assert (with_a_lift(30).gated, with_a_lift(29).gated) == (("speed_spikes",), ())


def test_a_jump_of_the_receiver_is_discarded() -> None:
    path = [3.0 * t + (500 if t >= 300 else 0) for t in range(601)]
    seen = shape(Streams(time_s=range(601), distance_m=path, altitude_m=[100] * 601))
    assert (seen.graded_m, seen.graded_s) == (599 * 3, 599)


@pytest.mark.parametrize(
    ("at_once", "seconds", "jumped"),
    [
        (0, 1, 0),
        (4000, 1, 4000),
        (4000, 5, 4000),  # a receiver that finds its way in five steps
        (20, 1, 0),  # jitter
        (99, 1, 0),
        (100, 1, 100),
        (12 * 30, 30, 360),  # a lift
        (12 * 29, 29, 0),
    ],
)
def test_what_the_receiver_jumped_is_known_in_metres(at_once: int, seconds: int, jumped: int) -> None:
    jump = [at_once / seconds if 200 <= t < 200 + seconds and at_once else 3 for t in range(600)]
    path = list(accumulate(jump, initial=0.0))
    assert shape(Streams(time_s=range(601), distance_m=path)).jumped_m == jumped


def test_a_distance_that_is_written_every_five_seconds_is_no_row_of_jumps() -> None:
    path = [3.0 * (t - t % 5) for t in range(601)]
    assert shape(Streams(time_s=range(601), distance_m=path)).jumped_m == 0


def test_without_a_path_nothing_is_known_of_jumps() -> None:
    assert shape(Streams(time_s=range(600), hr=[150] * 600)).jumped_m is None


# ---- what was not believed -------------------------------------------------------------------------------------------

SOUND = replace(run(), cadence_spm=[172] * 600, power_w=[250] * 600, contact_ms=[240] * 600, left_pct=[50] * 600)


def lacking(share: float, value: float) -> list[float | None]:
    return [None if i < 600 * share else value for i in range(600)]


def backwards() -> list[float | None]:
    return [*range(599), 5]


def leap() -> list[float]:
    return [3.0 * t + (500 if t >= 300 else 0) for t in range(600)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ()),
        ({"hr": lacking(0.2, 150)}, ("hr_missing",)),
        ({"hr": [172] * 600}, ("hr_locked",)),
        ({"hr": [150, 151] * 300, "distance_m": stop_and_go()}, ("hr_flat",)),
        ({"hr": [29] + [150] * 599}, ("hr_range",)),
        ({"hr": [0] * 600}, ("hr_missing", "hr_range")),
        ({"distance_m": lacking(0.2, 9)}, ("distance_missing",)),
        ({"distance_m": lacking(0.2, 9), "speed_m_s": lacking(0.2, 3)}, ("distance_missing", "speed_missing")),
        ({"speed_m_s": lacking(0.2, 3)}, ()),  # nobody asks for it where there is a distance
        ({"altitude_m": [1e5] * 600}, ("altitude_missing",)),
        ({"cadence_spm": lacking(0.2, 172)}, ("cadence_missing",)),
        ({"power_w": lacking(0.2, 250)}, ("power_missing",)),
        ({"power_w": [0] * 600}, ()),
        ({"contact_ms": [700] * 600}, ("contact_missing",)),
        ({"bounce_mm": [9] * 600, "bounce_pct": [8] * 600}, ("bounce_missing",)),
        ({"left_pct": lacking(0.2, 50)}, ("left_missing",)),
        ({"distance_m": leap(), "hr": None}, ("speed_spikes",)),
        ({"time_s": backwards()}, ("time_backwards",)),
        ({"time_s": [None, *range(599)]}, ("time_backwards",)),
        ({"hr": None, "altitude_m": [], "distance_m": None, "left_pct": None}, ()),
        ({"time_s": None, "altitude_m": [1e5] * 600}, ("altitude_missing",)),
    ],
)
def test_what_was_not_believed_has_a_word(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    assert shape(replace(SOUND, **changed)).gated == words


def test_a_path_that_leads_nowhere_is_none() -> None:
    """A treadmill without a sensor at the foot: the distance stays 0, and the clock runs on."""
    indoors = replace(run(), distance_m=[0.0] * 600)
    assert (shape(indoors).early_hr, shape(indoors).run_s, shape(indoors).graded_m) == (150, None, None)


def test_streams_are_not_changed() -> None:
    holed: list[float | None] = [None if i % 20 == 0 else 150 for i in range(600)]
    streams = replace(SOUND, hr=holed, distance_m=leap(), time_s=backwards(), moving=[True] * 600)
    shape(streams)
    assert streams.hr == [None if i % 20 == 0 else 150 for i in range(600)]
    assert (streams.distance_m, streams.time_s, streams.moving) == (leap(), backwards(), [True] * 600)


def test_the_generic_event_brings_every_stream() -> None:
    assert set(Samples.__struct_fields__) == {field.name for field in fields(Streams)}


# ---- nothing raises --------------------------------------------------------------------------------------------------

wild = st.none() | st.lists(st.none() | st.floats() | st.integers(-(10**400), 10**400), max_size=40)


def near(value: int) -> st.SearchStrategy[list[float]]:
    """A stream that a device may well write."""
    return st.lists(st.integers(value - 5, value + 5) | st.floats(value - 5, value + 5), min_size=20, max_size=40)


@given(
    st.builds(
        Streams,
        time_s=wild | st.lists(st.integers(0, 5000), max_size=40).map(sorted),
        distance_m=wild | st.lists(st.floats(0, 1e5), max_size=40).map(sorted),
        altitude_m=wild | near(300),
        hr=wild | near(150),
        cadence_spm=wild | near(170),
        power_w=wild,
        speed_m_s=wild,
        contact_ms=wild | near(240),
        bounce_mm=wild,
        bounce_pct=wild | near(8),
        left_pct=wild | near(50),
        moving=st.none() | st.lists(st.none() | st.booleans(), max_size=40),
        barometric=st.none() | st.booleans(),
    )
)
def test_whatever_a_recorder_wrote_gives_a_shape(streams: Streams) -> None:
    seen = shape(streams)
    assert all(30 <= bpm <= 230 and seconds > 0 for bpm, seconds in seen.hr_seconds)
    assert seen.graded_m is None or (seen.graded_m >= 0 and seen.graded_s)
    assert seen.normalized_power_w is None or 0 < seen.normalized_power_w <= 3000
    assert seen.early_hr is None or 30 <= seen.early_hr <= 230
    assert seen.left is None or 3000 <= seen.left <= 7000
    assert seen.drift is None or -50 <= seen.drift.speed <= 50
    assert list(seen.gated) == sorted(set(seen.gated))
    whole = (seen.steep_m, seen.uneven, seen.run_s, seen.early_mm_s, seen.brisk_mm_s)
    assert all(figure is None or figure >= 0 for figure in whole)


@given(
    st.lists(st.tuples(st.integers(1, 900), st.floats(0, 13), st.integers(-30, 30)), min_size=1, max_size=8).map(
        lambda legs: record(*legs)
    ),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 8000)), max_size=4),
)
def test_whatever_somebody_ran_gives_a_shape(streams: Streams, gaps: list[tuple[int, int]]) -> None:
    time, path = list(streams.time_s or ()), streams.distance_m or ()
    for seconds, at in gaps:
        time[at:] = [t + seconds for t in time[at:] if t is not None]
    seen = shape(replace(streams, time_s=time, hr=[150] * len(time), cadence_spm=[170] * len(time)))
    assert seen.run_s is not None or not path[-1]
    assert (seen.run_s or 0) <= (time[-1] or 0)
    assert (seen.steep_m or 0) <= (seen.descent_m or 0) + 3
    assert seen.drift is None or (seen.drift.cadence, abs(seen.drift.decoupling or 0)) <= (0, 51)


def test_a_clock_that_leaps_by_centuries_costs_no_time() -> None:
    assert shape(replace(run(1000), time_s=[*range(999), 9e10])).hr_seconds == ((150, 998 + 10 + 1),)
