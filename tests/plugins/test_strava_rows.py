"""Strava's activities in our units: sports, titles, zones, and what is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from strava_samples import row, sample, strava
from twinge.core.model import Activity
from twinge.plugin import Rejected
from twinge_strava.words import SPORTS


def test_a_run_in_our_units() -> None:
    assert row() == Activity(
        key="strava:9100000001",
        sport="run",
        start=datetime(2026, 5, 4, 8, 5, tzinfo=UTC),
        elapsed_s=3273,
        moving_s=3072,
        distance_m=10024,
        climb_m=84,
        avg_hr=152,
        max_hr=172,
        rpe=4,
    )


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("trail_race", {"sport": "trail_run", "race": True, "surface": "trail", "climb_m": 702}),
        ("treadmill", {"sport": "treadmill", "interval": True, "surface": "treadmill", "climb_m": None}),
        ("ride_power", {"sport": "gravel_ride", "avg_power_w": 186, "race": False, "avg_hr": None}),
        ("manual_strength", {"sport": "strength", "distance_m": None, "climb_m": None, "moving_s": 1914}),
        ("hidden_start", {"day_only": True, "start": datetime(2026, 5, 8, 10, tzinfo=UTC)}),
    ],
)
def test_other_rows(name: str, wanted: dict[str, Any]) -> None:
    activity = strava().read_row(sample(f"api/{name}"))
    assert {field: getattr(activity, field) for field in wanted} == wanted


def test_every_sport_of_strava_has_a_word_and_a_new_one_is_other() -> None:
    assert len(SPORTS) == 56
    assert row(sport_type="UnderwaterHockey").sport == "other"
    assert row(sport_type=None, type="Hike").sport == "hike"
    assert row(sport_type="Ride", trainer=True).sport == "indoor_ride"


@pytest.mark.parametrize(
    ("title", "workout", "race", "interval"),
    [
        ("Evening run", None, False, False),
        ("Easy", 1, True, False),
        ("Easy", 11, True, False),
        ("Easy", 3, False, True),
        ("Easy", 12, False, True),
        ("Rotterdam Marathon", None, True, False),
        ("Maratón de Valencia", 0, True, False),
        ("Halbmarathon", 0, True, False),
        ("Club race 10k", 0, True, False),
        ("parkrun #112", 0, False, False),
        ("Terrace loop", 0, False, False),
        ("Marathon training week 3", 0, False, False),
        ("Race pace 3 x 2k", 0, False, False),
        ("Post-race shakeout", 0, False, False),
        ("Marathon long run", 2, False, False),
        ("Fartlek in the woods", 0, False, True),
        ("Intervalle", None, False, True),
        ("8x400m", 0, False, True),
        ("hill repeats", 0, False, True),
        ("Track workout", 0, False, True),
        ("Tempo", 0, False, False),
        ("1000m climb and back", 0, False, False),
    ],
)
def test_titles_and_tags(title: str, workout: int | None, race: bool, interval: bool) -> None:
    activity = row(name=title, workout_type=workout)
    assert (activity.race, activity.interval) == (race, interval)


def test_the_title_is_not_kept() -> None:
    assert "Rotterdam" not in repr(row(name="Rotterdam Marathon"))


def test_metres_in_a_swims_title_are_no_intervals() -> None:
    assert not row(sport_type="Swim", name="400m").interval
    assert row(sport_type="HighIntensityIntervalTraining").interval


def test_unknown_is_not_zero() -> None:
    activity = row(distance=0.0, moving_time=0, average_heartrate=None, total_elevation_gain=0, elev_high=None)
    assert (activity.distance_m, activity.moving_s, activity.avg_hr, activity.climb_m) == (None, None, None, None)
    assert row(total_elevation_gain=0.0).climb_m == 0
    assert row(average_watts=180.0, device_watts=False).avg_power_w is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": None}, "start_date"),
        ({"sport_type": None, "type": None}, "sport_type"),
        ({"distance": "10 km"}, "distance"),
        ({"distance": float("nan")}, "distance"),
        ({"moving_time": 10**20}, "moving_time"),
        ({"average_heartrate": True}, "average_heartrate"),
    ],
)
def test_a_broken_row_names_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        row(**wrong)
    assert refused.value.field == field


def test_odd_values_that_say_nothing_are_passed_over() -> None:
    odd = row(workout_type=["race"], name=7, timezone="(GMT+00:00) ../../etc/passwd", perceived_exertion=11)
    assert (odd.race, odd.rpe) == (False, 10)


def test_the_zone_loses_its_prefix() -> None:
    assert strava().row_zone(sample("api/run")) == "Europe/Amsterdam"
    assert (
        strava().row_zone({"timezone": "(GMT-03:00) America/Argentina/Buenos_Aires"})
        == "America/Argentina/Buenos_Aires"
    )
    assert strava().row_zone({}) is None


def test_it_knows_its_own_rows() -> None:
    assert strava().recognises(sample("api/run"))
    assert not strava().recognises({"type": "activity", "athlete": "7", "id": "x", "activity": {"sport": "run"}})
    assert not strava().recognises({"id": "i123", "start_date": "2026-05-04", "type": "Run", "moving_time": 60})
    assert not strava().recognises({"id": 1, "start_date": "2026-05-04", "type": ["Run"], "moving_time": 60})


def test_a_row_is_as_new_as_it_says() -> None:
    assert row().version == 0
    assert row(updated_at="2026-05-04T10:00:00Z").version == 1777888800000
