"""What one workout cost: the published figures, formula by formula, then the ladder rung by rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinge.core.load import (
    Load,
    Own,
    banister,
    banister_sum,
    edwards,
    grade_factor,
    hr_max,
    hr_rest,
    hr_threshold,
    hrtss_squared,
    lucia,
    measure,
    minetti,
    minutes_at,
    normalized_power,
    rtss,
    srpe,
    tss,
)
from twinge.core.model import Activity, Athlete, Confidence, Shape

START = datetime(2026, 5, 4, 7, tzinfo=UTC)
ALICE = Athlete("alice", sex="female", hr_max=190, hr_rest=50, hr_threshold=170, threshold_pace_s=270)
BOB = replace(ALICE, id="bob", sex="male", ftp_w=250)
CHARLIE = Athlete("charlie")
"""Charlie told us nothing about himself."""
STRANGER = Own(None, None)
REGULAR = Own(threshold_mm_s=3600, median_mm_s=3000)


def workout(sport: str = "run", minutes: float | None = None, **known: object) -> Activity:
    seconds = None if minutes is None else round(60 * minutes)
    return Activity("demo:1", sport, START, moving_s=seconds, **known)  # type: ignore[arg-type]


# ---- session RPE -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "rpe", "units"), [(45, 6, 270), (120, 6, 720)])
def test_session_rpe_is_rating_times_minutes(minutes: int, rpe: int, units: int) -> None:
    assert srpe(rpe, minutes) == units


@pytest.mark.parametrize("rpe", [None, 0, -3, 11])
def test_a_missing_or_impossible_rating_gives_no_units_rather_than_zero(rpe: int | None) -> None:
    assert srpe(rpe, 45) is None


# ---- Banister --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "hr", "rest", "top", "sex", "trimp"),
    [
        (60, 150, 50, 190, "male", 108.095),
        (60, 150, 50, 190, "female", 121.499),  # 90.42 with the men's 0.64, a mistake in circulation
        (30, 130, 60, 200, "male", 25.072),
        (45, 170, 55, 195, "male", 114.527),
        (90, 135, 48, 180, "female", 153.358),
        (60, 170, 50, 190, "male", 170.651),
    ],
)
def test_banister(minutes: int, hr: int, rest: int, top: int, sex: str, trimp: float) -> None:
    assert banister(minutes, hr, rest, top, sex) == pytest.approx(trimp, abs=5e-4)
    assert banister_sum([(hr, 60 * minutes)], rest, top, sex) == pytest.approx(trimp, abs=5e-4)


def test_the_mean_heart_rate_under_reads_intervals_by_a_fifth() -> None:
    by_sample = banister_sum([(120, 1800), (180, 1800)], 50, 190, "male")
    by_mean = banister(60, 150, 50, 190, "male")
    assert by_sample == pytest.approx(131.10, abs=5e-3)
    assert by_mean == pytest.approx(108.10, abs=5e-3)


@pytest.mark.parametrize("sex", [None, "", "other"])
def test_where_the_sex_is_not_known_it_is_the_mean_of_both(sex: str | None) -> None:
    assert banister(60, 150, 50, 190, sex) == pytest.approx((108.0953 + 121.4987) / 2, abs=5e-4)


@given(
    samples=st.lists(st.integers(30, 230), min_size=1, max_size=300),
    rest=st.integers(30, 90),
    top=st.integers(120, 220),
    sex=st.sampled_from(["male", "female", None]),
)
def test_the_histogram_gives_what_the_samples_give(samples: list[int], rest: int, top: int, sex: str | None) -> None:
    histogram = [(bpm, samples.count(bpm)) for bpm in sorted(set(samples))]
    by_sample = sum(banister(1 / 60, bpm, rest, top, sex) for bpm in samples)
    assert banister_sum(histogram, rest, top, sex) == pytest.approx(by_sample)


# ---- zones, power, pace ----------------------------------------------------------------------------------------------


def test_zone_minutes() -> None:
    assert edwards((10, 20, 15, 10, 5)) == 160
    assert lucia(30, 20, 10) == 100


@pytest.mark.parametrize(("seconds", "watts", "ftp", "points"), [(3600, 250, 250, 100.0), (5400, 200, 250, 96.0)])
def test_stress_by_power(seconds: int, watts: int, ftp: int, points: float) -> None:
    assert tss(seconds, watts, ftp) == pytest.approx(points)


def test_stress_by_pace_for_50_minutes_at_5_00_with_a_threshold_of_4_30() -> None:
    assert rtss(3000, 270 / 300) == pytest.approx(67.5)


def test_the_squared_heart_rate_score_of_a_product() -> None:
    """Its page prints 179.4, having rounded on the way."""
    assert hrtss_squared(7200, 155, 45, 185, 0.83) == pytest.approx(179.227, abs=5e-4)


def test_normalized_power_of_a_steady_ride_is_its_power() -> None:
    assert normalized_power([200.0] * 3600) == pytest.approx(200)


def test_normalized_power_weighs_surges_more_than_the_mean() -> None:
    surges = ([100.0] * 60 + [300.0] * 60) * 20
    by_hand = [(sum(surges[end - 30 : end]) / 30) ** 4 for end in range(30, len(surges) + 1)]
    assert normalized_power(surges) == pytest.approx((sum(by_hand) / len(by_hand)) ** 0.25)
    assert (normalized_power(surges) or 0) > 230


def test_normalized_power_needs_30_seconds() -> None:
    assert normalized_power([200.0] * 29) is None
    assert normalized_power([200.0] * 30) == pytest.approx(200)


# ---- slope -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "cost", "share"),
    [
        (-0.45, 4.0323, 1.1201),
        (-0.30, 2.4622, 0.6840),
        (-0.20, 1.8000, 0.5000),
        (-0.10, 2.1517, 0.5977),
        (-0.05, 2.7459, 0.7628),
        (0.0, 3.6000, 1.0),
        (0.05, 4.6852, 1.3014),
        (0.10, 5.9682, 1.6578),
        (0.15, 7.4170, 2.0603),
        (0.20, 9.0067, 2.5019),
        (0.45, 19.4260, 5.3961),
    ],
)
def test_energy_cost_of_slope(grade: float, cost: float, share: float) -> None:
    assert minetti(grade) == pytest.approx(cost, abs=6e-5)
    assert minetti(grade) / 3.6 == pytest.approx(share, abs=6e-5)


def test_uphill_costs_more_than_flat() -> None:
    """A wiki prints the linear term as −165, with which +10 per cent would cost −12.5."""
    assert minetti(0.1) > minetti(0)


def test_the_cheapest_slope_is_18_per_cent_down_and_beyond_45_nothing_is_known() -> None:
    cheapest = min(range(-450, 451), key=lambda i: minetti(i / 1000))
    assert cheapest == -181
    assert minetti(cheapest / 1000) == pytest.approx(1.7813, abs=6e-5)
    assert minetti(0.9) == minetti(0.45)
    assert minetti(-0.9) == minetti(-0.45)


@pytest.mark.parametrize(("grade", "pace"), [(0.05, 230.5), (0.10, 181.0), (-0.10, 501.9)])
def test_five_minutes_a_kilometre_on_a_slope_as_flat_pace_by_energy(grade: float, pace: float) -> None:
    assert 300 / (minetti(grade) / 3.6) == pytest.approx(pace, abs=0.05)


def test_a_hilly_ten_kilometres_costs_the_energy_of_a_longer_flat_one() -> None:
    metres = (4000 * minetti(0.05) + 4000 * minetti(-0.05) + 2000 * minetti(0)) / minetti(0)
    assert metres == pytest.approx(10_257, abs=0.5)


CHART = """
    −32:1.60 −28:1.40 −24:1.20 −20.5:1.10 −17.5:1.00 −15:0.93 −12.5:0.90 −10:0.87 −8.7:0.87 −7:0.89 −3:0.94 0:1 2:1.07
    3.8:1.12 5.7:1.21 7:1.29 8.3:1.38 10:1.50 12:1.60 14.5:1.80 17.5:2.05 20:2.30 24:2.60 28:2.95 32:3.35
"""


@pytest.mark.parametrize("point", CHART.split())
def test_the_chart_of_pace_on_grade(point: str) -> None:
    grade, factor = point.replace("−", "-").split(":")
    assert grade_factor(float(grade)) == pytest.approx(float(factor))


@pytest.mark.parametrize(
    ("grade", "factor"), [(1.0, 1.035), (11.0, 1.55), (-16.25, 0.965), (-9.35, 0.87), (50, 3.35), (-50, 1.60)]
)
def test_between_the_points_it_is_a_straight_line_and_beyond_them_the_last_value(grade: float, factor: float) -> None:
    assert grade_factor(grade) == pytest.approx(factor)


# ---- the heart's limits ----------------------------------------------------------------------------------------------


def test_what_the_athlete_gave_wins() -> None:
    assert (hr_max(ALICE, 2026), hr_rest(ALICE), hr_threshold(ALICE, 2026)) == (190, 50, 170)


def test_what_the_athlete_did_not_give_comes_from_age_and_custom() -> None:
    born_1986 = replace(CHARLIE, birth_year=1986)
    assert hr_max(born_1986, 2026) == 180  # 208 − 0.7 × 40
    assert hr_rest(born_1986) == 60
    assert hr_threshold(born_1986, 2026) == 162  # 60 + 0.85 × 120


def test_without_an_age_there_is_no_maximum_and_no_threshold() -> None:
    assert hr_max(CHARLIE, 2026) is None
    assert hr_threshold(CHARLIE, 2026) is None


# ---- the ladder ------------------------------------------------------------------------------------------------------

STEADY = Shape(hr_seconds=((150, 3600),))
GRADED = Shape(graded_m=10_000, graded_s=3000)


def test_rung_1_an_hour_and_a_half_of_power() -> None:
    ride = workout("ride", 90, shape=Shape(normalized_power_w=200))
    assert measure(ride, BOB, STRANGER) == Load(9600, Confidence.HIGH, 1, 0.8)


@pytest.mark.parametrize(("sport", "athlete"), [("run", BOB), ("ride", ALICE), ("ride", replace(BOB, ftp_w=0))])
def test_power_counts_on_rides_of_athletes_with_a_threshold_only(sport: str, athlete: Athlete) -> None:
    assert measure(workout(sport, 90, shape=Shape(normalized_power_w=200)), athlete, STRANGER).step == 8


def test_mean_watts_without_a_stream_are_not_normalised_power() -> None:
    assert measure(workout("ride", 90, avg_power_w=200), BOB, STRANGER).step == 8


def test_rung_2_fifty_minutes_at_five_minutes_a_kilometre() -> None:
    run = measure(workout("run", 50, shape=GRADED), ALICE, STRANGER)
    assert (run.points, run.confidence, run.step) == (6750, Confidence.HIGH, 2)
    assert run.intensity == pytest.approx(0.9)


@pytest.mark.parametrize(("sport", "surface"), [("trail_run", None), ("hike", None), ("run", "trail")])
def test_rung_2_trusts_rough_ground_less(sport: str, surface: str | None) -> None:
    run = measure(workout(sport, 50, shape=GRADED, surface=surface), ALICE, STRANGER)
    assert (run.step, run.confidence) == (2, Confidence.MEDIUM)


def test_rung_2_takes_the_stream_s_own_moving_time_where_only_the_elapsed_time_is_given() -> None:
    run = Activity("demo:1", "run", START, elapsed_s=9000, shape=GRADED)
    assert measure(run, ALICE, STRANGER).points == 6750


def test_rung_2_a_given_threshold_wins_over_the_athlete_s_own_best() -> None:
    assert measure(workout("run", 50, shape=GRADED), ALICE, Own(3000, 3000)).points == 6750
    own = measure(workout("run", 50, shape=GRADED), CHARLIE, Own(4000, 3000))
    assert own.intensity == pytest.approx(10_000 / 3000 / 4)


@pytest.mark.parametrize("known", [{"sport": "treadmill"}, {"sport": "run", "surface": "treadmill"}])
def test_a_treadmill_s_distance_is_not_believed(known: dict[str, str]) -> None:
    run = workout(minutes=50, distance_m=10_000, shape=GRADED, **known)
    assert measure(run, ALICE, REGULAR).step == 8


def test_rung_3_an_hour_at_150() -> None:
    assert measure(workout("run", 60, shape=STEADY), BOB, STRANGER) == Load(6334, Confidence.MEDIUM_HIGH, 3, None)


def test_rung_3_without_the_sex_the_load_is_less_trusted() -> None:
    load = measure(workout("swim", 60, shape=STEADY), replace(BOB, sex=None), STRANGER)
    assert (load.step, load.confidence) == (3, Confidence.LOW)


def test_rung_3_an_hour_at_threshold_is_100_points_for_everybody() -> None:
    hour = workout("row", 60, shape=Shape(hr_seconds=((170, 3600),)))
    assert {measure(hour, replace(BOB, sex=sex), STRANGER).points for sex in ("male", "female", None)} == {10_000}


def test_rung_3_wants_beats_for_nine_tenths_of_the_workout() -> None:
    died_halfway = Shape(hr_seconds=((150, 1800),))
    assert measure(workout("run", 60, shape=died_halfway), BOB, STRANGER).step == 8
    assert measure(workout("run", 33, shape=died_halfway), BOB, STRANGER).step == 3


def test_rung_4_what_the_athlete_said() -> None:
    assert measure(workout("swim", 45, rpe=6), CHARLIE, STRANGER) == Load(6429, Confidence.MEDIUM_HIGH, 4, None)


def test_rung_4_a_sensor_goes_before_the_rating() -> None:
    assert measure(workout("run", 60, rpe=9, shape=STEADY), BOB, STRANGER).step == 3


def test_rung_5_zone_minutes() -> None:
    ride = workout("ride", 60, zone_minutes=(10, 20, 15, 10, 5))
    assert measure(ride, CHARLIE, STRANGER) == Load(6667, Confidence.MEDIUM, 5, None)
    assert measure(workout("ride", 60, zone_minutes=(0, 0, 0, 60, 0)), CHARLIE, STRANGER).points == 10_000


@pytest.mark.parametrize("zones", [(10, 20, 15), (0, 0, 0, 0, 0), (1, 2, 3, 4, 5, 6, 7)])
def test_zones_of_another_kind_are_left_alone(zones: tuple[int, ...]) -> None:
    assert measure(workout("ride", 60, zone_minutes=zones), CHARLIE, STRANGER).step == 8


def test_rung_6_the_mean_heart_rate_and_a_tenth_more_for_intervals() -> None:
    assert measure(workout("run", 60, avg_hr=150), BOB, STRANGER) == Load(6334, Confidence.MEDIUM_LOW, 6, None)
    assert measure(workout("run", 60, avg_hr=150, interval=True), BOB, STRANGER).points == 6968


@pytest.mark.parametrize("beats", [0, 29, 231, 45])
def test_a_heart_rate_out_of_range_or_below_rest_says_nothing(beats: int) -> None:
    assert measure(workout("run", 60, avg_hr=beats), BOB, STRANGER).step == 8


@pytest.mark.parametrize("limits", [{"hr_max": 40}, {"hr_rest": 175}, {"hr_threshold": 260}, {"hr_max": 900}])
def test_limits_that_make_no_sense_are_not_used(limits: dict[str, int]) -> None:
    nonsense = replace(BOB, **limits)  # type: ignore[arg-type]
    assert measure(workout("run", 60, avg_hr=150, shape=STEADY), nonsense, STRANGER).step == 8


def test_without_a_maximum_or_an_age_the_heart_rate_is_not_used() -> None:
    run = workout("run", 60, avg_hr=150, shape=STEADY)
    assert measure(run, CHARLIE, STRANGER).step == 8
    assert measure(replace(run, rpe=5), CHARLIE, STRANGER).step == 4


def test_rung_7_plain_speed_against_the_athlete_s_own() -> None:
    run = workout("run", 60, distance_m=10_800)  # 3 m/s, threshold 3.6
    assert measure(run, CHARLIE, REGULAR) == Load(6944, Confidence.LOW, 7, None)


@pytest.mark.parametrize(
    ("sport", "metres", "own"),
    [
        ("run", 10_800, Own(3600, None)),  # no median yet
        ("run", 10_800, Own(None, 3000)),
        ("walk", 5_000, REGULAR),
        ("ride", 20_000, REGULAR),
        ("run", 1_000, REGULAR),  # the receiver slept: an hour of running is not 0.28 m/s
        ("run", 25_000, REGULAR),  # on wheels
        ("run", 0, REGULAR),
    ],
)
def test_rung_7_is_left_out_where_the_speed_says_nothing(sport: str, metres: int, own: Own) -> None:
    assert measure(workout(sport, 60, distance_m=metres), CHARLIE, own).step == 8


@pytest.mark.parametrize(
    ("sport", "rpe"),
    [
        ("walk", 2),
        ("hike", 3),
        ("run", 5),
        ("treadmill", 5),
        ("trail_run", 5),
        ("ride", 4),
        ("gravel_ride", 4),
        ("indoor_ride", 5),
        ("swim", 5),
        ("row", 5),
        ("strength", 4),
        ("team_sport", 6),
        ("nordic_ski", 5),
        ("yoga", 1),
        ("mobility", 1),
        ("kite_surfing", 4),
    ],
)
def test_rung_8_a_duration_at_the_sport_s_usual_effort(sport: str, rpe: int) -> None:
    assert measure(workout(sport, 42), CHARLIE, STRANGER) == Load(1000 * rpe, Confidence.LOW, 8, None)


def test_rung_8_a_forty_minute_swim_and_nothing_else() -> None:
    assert measure(workout("swim", 40), CHARLIE, STRANGER).points == 4762


def test_a_moving_time_of_zero_is_one_that_is_not_known() -> None:
    swim = Activity("demo:1", "swim", START, moving_s=0, elapsed_s=2400)
    assert measure(swim, CHARLIE, STRANGER).points == 4762


def test_rung_9_a_distance_at_the_athlete_s_own_median_speed() -> None:
    assert measure(workout("run", distance_m=7560), CHARLIE, REGULAR) == Load(5000, Confidence.LOW, 9, None)


@pytest.mark.parametrize(
    "activity",
    [
        workout("run"),
        workout("run", distance_m=0),
        workout("run", rpe=7),
        workout("run", avg_hr=150),
        workout("ride", distance_m=40_000),
        workout("run", 0),
    ],
)
def test_rung_10_what_is_not_known_is_never_zero(activity: Activity) -> None:
    assert measure(activity, ALICE, REGULAR) == Load(None, Confidence.NONE, 10, None)


# ---- properties ------------------------------------------------------------------------------------------------------

maybe = st.none() | st.integers(-10, 400)
shapes = st.builds(
    Shape,
    hr_seconds=st.lists(st.tuples(st.integers(30, 230), st.integers(1, 4000)), max_size=5).map(tuple),
    normalized_power_w=maybe,
    graded_m=st.none() | st.integers(0, 60_000),
    graded_s=st.none() | st.integers(0, 30_000),
)
activities = st.builds(
    Activity,
    key=st.just("demo:1"),
    sport=st.sampled_from(["run", "trail_run", "treadmill", "walk", "ride", "swim", "kite_surfing"]),
    start=st.just(START),
    elapsed_s=st.none() | st.integers(-5, 90_000),
    moving_s=st.none() | st.integers(-5, 90_000),
    distance_m=st.none() | st.integers(-5, 200_000),
    avg_hr=maybe,
    rpe=st.none() | st.integers(-1, 12),
    zone_minutes=st.lists(st.integers(0, 60), max_size=7).map(tuple),
    shape=shapes,
)
athletes = st.builds(
    Athlete,
    id=st.just("bob"),
    sex=st.sampled_from(["male", "female", None, "x"]),
    hr_max=maybe,
    hr_rest=maybe,
    hr_threshold=maybe,
    ftp_w=maybe,
    threshold_pace_s=st.none() | st.integers(0, 900),
    birth_year=st.none() | st.integers(1900, 2026),
)
speeds = st.none() | st.integers(0, 8000)


@given(activities, athletes, st.builds(Own, speeds, speeds))
def test_whatever_comes_in_a_load_is_above_zero_or_not_known(activity: Activity, athlete: Athlete, own: Own) -> None:
    load = measure(activity, athlete, own)
    assert 1 <= load.step <= 10
    assert (load.points is None) == (load.step == 10)
    assert load.points is None or load.points > 0


@given(minutes=st.integers(2, 600), more=st.integers(1, 60), rpe=st.none() | st.integers(1, 10))
def test_a_longer_workout_of_the_same_kind_costs_more(minutes: int, more: int, rpe: int | None) -> None:
    short = measure(workout("swim", minutes, rpe=rpe), CHARLIE, STRANGER).points
    long = measure(workout("swim", minutes + more, rpe=rpe), CHARLIE, STRANGER).points
    assert short is not None
    assert long is not None
    assert long > short


# ---- minutes at a heart rate -----------------------------------------------------------------------------------------


def test_minutes_at_a_share_of_the_maximum_count_the_edge_exactly() -> None:
    run = workout("run", 60, shape=Shape(hr_seconds=((175, 600), (176, 900), (190, 300))))
    assert minutes_at(run, 200, 88) == 20  # 88 per cent of 200 is 176, and belongs to it
    assert minutes_at(run, 200, 92) == 5
    assert minutes_at(run, 200, 99) == 0


def test_minutes_at_are_not_known_without_a_usable_heart_rate() -> None:
    assert minutes_at(workout("run", 60, avg_hr=180), 200, 88) is None
