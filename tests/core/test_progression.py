"""L01, L02, L07: gradual progression, told as training diaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from diary import ALICE, judged, named, on_last, read
from twinge.core.draft import doubts, draft
from twinge.core.fold import fold
from twinge.core.model import Activity, Athlete, Severity, Shape
from twinge.core.pack import STANDARD
from twinge.core.stream import Streams, shape
from twinge.core.twin import together

SIX_WEEKS_OF = "every mon from 2026-01-05 for 7 weeks 07:00 run {}km 60min rpe 3\n"
"""A habit that ends on Monday 16 February; the run in question is on Friday the 20th."""


def run(metres: int, day: str, hour: int = 6, sport: str = "run", **more: int) -> Activity:
    start = datetime.fromisoformat(f"{day}T{hour:02d}:00:00+00:00")
    return Activity(f"t:{day}T{hour}", sport, start, distance_m=metres, moving_s=more.get("moving_s", 3600), rpe=3)


@pytest.mark.parametrize(
    ("longest", "today", "expected"),
    [
        (10_000, 11_000, []),  # exactly 10 per cent, which binary floating point would call more
        (10_000, 11_100, ["L01 slow_down"]),
        (10_000, 13_000, ["L01 slow_down"]),
        (10_000, 13_100, ["L01 slow_down"]),
        (10_000, 20_000, ["L01 slow_down"]),
        (10_000, 20_100, ["L01 rest"]),
        (2_000, 2_600, []),  # 30 per cent of little is noise
    ],
)
def test_a_run_is_held_against_the_longest_of_thirty_days(longest: int, today: int, expected: list[str]) -> None:
    diary = SIX_WEEKS_OF.format(longest / 1000) + f"2026-02-20 07:00 run {today / 1000}km 60min rpe 3"
    assert named(on_last(diary)) == expected


@pytest.mark.parametrize(("today", "band"), [(11_100, 1), (13_000, 1), (13_100, 2), (20_000, 2), (20_100, 3)])
def test_the_upper_bound_of_a_band_belongs_to_it(today: int, band: int) -> None:
    [found] = on_last(SIX_WEEKS_OF.format(10) + f"2026-02-20 07:00 run {today / 1000}km 60min rpe 3")
    assert found.band == band


def test_a_finding_carries_its_numbers() -> None:
    [found] = on_last(SIX_WEEKS_OF.format(10) + "2026-02-20 07:00 run 13.1km 80min rpe 3")
    assert found.facts == {
        "measure": "distance_m",
        "today": 13_100,
        "longest_30d": 10_000,
        "over_percent": 31,
        "ceiling": 11_000,
        "limit_percent": 10,
        "source": "observed",
        "race": False,
    }


@pytest.mark.parametrize(
    ("sport", "metres", "jumped", "believed"),
    [
        ("run", 14_000, None, 14_000),
        ("run", 14_000, 0, 14_000),
        ("run", 14_000, 4003, 9_997),
        ("run", 30_000, 20_000, 10_000),  # 30 km in an hour is a bicycle; the run was none
        ("run", 3_000, 4_000, 0),
        ("run", None, 4_000, None),
        ("ride", 30_000, 29_000, 30_000),  # on wheels nearly every step is too fast for a foot
    ],
)
def test_what_the_receiver_jumped_is_not_run(
    sport: str, metres: int | None, jumped: int | None, believed: int | None
) -> None:
    activity = Activity("t:1", sport, datetime(2026, 2, 20, 6, tzinfo=UTC), moving_s=3600, distance_m=metres)
    activity = replace(activity, shape=Shape(jumped_m=jumped))
    assert draft(activity, "UTC", STANDARD).metres == believed
    assert doubts(activity, STANDARD) == ()


def test_the_jump_of_one_recorder_is_not_taken_off_the_distance_of_another() -> None:
    phone = run(10_000, "2026-02-20")
    watch = replace(phone, key="w:1", distance_m=14_000, rpe=None, avg_hr=150, shape=Shape(jumped_m=4_000))
    [whole], _ = together([phone, watch], "UTC", STANDARD)
    assert (whole.activity.key, whole.activity.avg_hr, whole.session.metres) == (phone.key, 150, 10_000)


def test_a_teleport_is_no_session_spike() -> None:
    """Ten kilometres, and four more within one second: as the streams showed it."""
    path = [10_000 / 3600 * t + (4000 if t >= 1800 else 0) for t in range(3601)]
    teleported = replace(
        run(14_000, "2026-02-20"), shape=shape(Streams(time_s=range(3601), distance_m=path, altitude_m=[100] * 3601))
    )
    outcome = fold(ALICE, [*read(SIX_WEEKS_OF.format(10)), teleported])
    assert outcome.state.sessions[-1].metres == pytest.approx(10_000, abs=5)
    assert [f for f in outcome.findings if f.rule == "L01"] == []


@pytest.mark.parametrize(("minutes", "expected"), [(0, True), (1, False)])
def test_the_window_is_thirty_times_24_hours(minutes: int, expected: bool) -> None:
    """A run of 30 days ago to the minute counts; one of 30 days and a minute does not."""
    today = datetime(2026, 3, 1, 6, tzinfo=UTC)
    old = replace(run(20_000, "2026-01-01"), start=today - timedelta(days=30, minutes=minutes))
    habit = [run(10_000, f"2026-{month}") for month in ("01-01", "02-10", "02-17")]
    history = [*habit, replace(old, key="t:old"), replace(run(20_500, "2026-03-01"), start=today)]
    spikes = [f.activity for f in fold(ALICE, history).findings if f.rule == "L01" and f.at > today]
    assert bool(spikes) is not expected


def test_the_run_itself_is_never_in_its_own_window() -> None:
    """Otherwise no run would ever be longer than the longest."""
    assert "L01 rest" in named(on_last(SIX_WEEKS_OF.format(8) + "2026-02-20 07:00 run 24km 2h20 rpe 3"))


def test_a_treadmill_is_measured_in_time() -> None:
    habit = "every mon from 2026-01-05 for 7 weeks 07:00 treadmill 10km 60min rpe 3\n"
    assert named(on_last(habit + "2026-02-20 07:00 treadmill 20km 62min rpe 3")) == []
    [found] = on_last(habit + "2026-02-20 07:00 treadmill 10km 80min rpe 3")
    assert (found.rule, found.facts["measure"], found.facts["over_percent"]) == ("L01", "moving_s", 33)


def test_one_run_without_a_distance_makes_the_whole_window_a_matter_of_time() -> None:
    """The 90 minutes without a distance may have been 18 km: a 13 km run is then no spike."""
    diary = SIX_WEEKS_OF.format(10) + "2026-02-18 07:00 run 90min rpe 3\n2026-02-20 07:00 run 13km 80min rpe 3"
    assert named(on_last(diary)) == []


def test_a_run_at_bicycle_speed_has_no_distance_we_believe() -> None:
    diary = SIX_WEEKS_OF.format(10) + "2026-02-20 07:00 run 30km 60min rpe 3"
    assert named(on_last(diary)) == []


def test_the_first_month_is_judged_against_the_declared_longest_run() -> None:
    first_weeks = "every mon from 2026-01-05 for 2 weeks 07:00 run 8km 50min rpe 3\n"
    diary = first_weeks + "2026-01-20 07:00 run 12km 72min rpe 3"
    declared = replace(ALICE, declared_longest_m=10_000)
    [found] = on_last(diary, declared)
    assert (found.rule, found.facts["source"], found.facts["longest_30d"]) == ("L01", "declared", 10_000)
    assert on_last(diary) == []
    assert [u.rule for u in judged(diary).unjudged if u.rule == "L01"] == ["L01"] * 3


def test_two_pieces_of_one_run_are_one_run() -> None:
    """Stopped at a level crossing and started again: 7 + 7 km is a run of 14."""
    pieces = "2026-02-20 07:00 run 7km 40min rpe 3\n2026-02-20 07:50 run 7km 40min rpe 3"
    [found] = on_last(SIX_WEEKS_OF.format(10) + pieces)
    assert (found.rule, found.facts["today"]) == ("L01", 14_000)


def test_the_same_run_from_two_watches_counts_once() -> None:
    twice = "2026-02-20 07:00 run 10km 60min rpe 3\n2026-02-20 07:01 run 10.1km 60min rpe 3"
    outcome = judged(SIX_WEEKS_OF.format(10) + twice)
    assert len([s for s in outcome.state.sessions if s.start > datetime(2026, 2, 19, tzinfo=UTC).timestamp()]) == 1


# L02: rides, swims and the rest. RPE 5 for 84 minutes is 100 load points.

RIDES = "every mon wed fri from 2026-01-05 for 6 weeks 17:00 ride 30km {} rpe 5\n"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("84min", []),  # 100 points against 80: 25 per cent
        ("92min", ["L02 info"]),  # 110: 37.5
        ("118min", ["L02 slow_down"]),  # 140: 75
        ("139min", ["L02 rest"]),  # 165: 106
    ],
)
def test_a_ride_is_held_against_the_biggest_ride(today: str, expected: list[str]) -> None:
    diary = RIDES.format("67min") + f"2026-02-16 17:00 ride 40km {today} rpe 5"
    assert [name for name in named(on_last(diary)) if name.startswith("L02")] == expected


def test_four_sessions_make_a_yardstick_and_three_do_not() -> None:
    three = "every mon from 2026-01-05 for 3 weeks 17:00 swim 2km 60min rpe 5\n"
    four = "every mon from 2026-01-05 for 4 weeks 17:00 swim 2km 60min rpe 5\n"
    assert named(on_last(three + "2026-01-28 17:00 swim 5km 2h10 rpe 5")) == []
    assert named(on_last(four + "2026-01-30 17:00 swim 5km 2h10 rpe 5")) == ["L02 rest"]


def test_a_guessed_load_is_compared_by_time_and_a_long_easy_swim_is_no_alarm_below_an_hour() -> None:
    habit = "every mon from 2026-01-05 for 5 weeks 17:00 swim 1km 20min\n"
    assert named(on_last(habit + "2026-02-06 17:00 swim 2.5km 50min")) == []
    assert named(on_last(habit + "2026-02-06 17:00 swim 3.5km 70min")) == ["L02 slow_down"]
    assert named(on_last(habit + "2026-02-06 17:00 swim 4.5km 95min")) == ["L02 rest"]


def test_a_long_walk_is_no_alarm() -> None:
    """Nobody measured how hard it was, and the sport says gentle."""
    habit = "every mon from 2026-01-05 for 5 weeks 17:00 hike 4km 60min\n"
    assert named(on_last(habit + "2026-02-06 09:00 hike 20km 6h00")) == []


def test_four_kilometres_after_two_are_no_reason_to_stay_in_bed() -> None:
    [found] = on_last(SIX_WEEKS_OF.format(2) + "2026-02-20 07:00 run 4.5km 30min rpe 3")
    assert (found.severity, found.band, found.facts["ceiling"]) == (Severity.SLOW_DOWN, 3, 3_000)


# L07: the first seven days of somebody new.

BOB = Athlete("bob", timezone="Europe/Berlin", name="Bob", novice=True)


@pytest.mark.parametrize(
    ("bmi", "km", "expected"), [(32.0, 3.5, ["L07 slow_down"]), (24.0, 5.9, []), (None, 6.5, ["L07 slow_down"])]
)
def test_a_novices_first_week(bmi: float | None, km: float, expected: list[str]) -> None:
    assert named(on_last(f"2026-03-02 18:00 run {km}km 40min", replace(BOB, bmi=bmi))) == expected


def test_the_week_adds_up_and_is_told_once() -> None:
    diary = "every mon wed fri sun from 2026-03-02 for 1 weeks 18:00 run 2.5km 20min"
    assert [f"{f.rule} {f.facts['week_m']}" for f in judged(diary, BOB).findings] == ["L07 7500"]


def test_the_second_week_is_not_the_first() -> None:
    assert named(on_last("2026-03-02 18:00 run 2km 15min\n2026-03-10 18:00 run 6.5km 45min", BOB)) == []


def test_not_knowing_is_not_being_new() -> None:
    diary = "2026-03-02 18:00 run 9km 50min"
    assert named(on_last(diary, replace(BOB, novice=None))) == []
    assert named(on_last(diary, replace(BOB, novice=None, runs_before=200))) == []
    assert named(on_last(diary, replace(BOB, novice=None, runs_before=2))) == ["L07 slow_down"]


def test_unknown_is_kept_apart_from_zero() -> None:
    outcome = judged("2026-03-02 18:00 run 30min", BOB)
    assert ("L07", "a run of the first week has no distance") in [(u.rule, u.reason) for u in outcome.unjudged]


def test_severities_of_load_rules_never_reach_the_doctor() -> None:
    diary = SIX_WEEKS_OF.format(5) + "2026-02-20 07:00 run 42.2km 5h00 rpe 10 race"
    assert max(f.severity for f in judged(diary).findings) <= Severity.REST
    assert read(diary)
