"""Health Auto Export: who may call, and what a phone's workouts and metrics mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from healthautoexport_samples import NEXT_TOKEN, NOW, SAMPLES, TOKEN, healthautoexport, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import NotConfigured, PlatformAdapter, Rejected
from twinge.testing import Sample, check_adapter
from twinge_healthautoexport import HealthAutoExport
from twinge_healthautoexport.mapping import OWN
from twinge_healthautoexport.payload import day, instant

COUNTS = {"empty": 0, "metrics": 3}


def events(body: dict[str, Any], at: datetime = NOW) -> list[Any]:
    items = healthautoexport().read(posted(body, at=at))
    assert {item.owner for item in items} <= {"alice"}
    return [item.event for item in items]


def workout(name: str = "workouts", /, **more: Any) -> Activity:
    """The one workout of a sample with other fields."""
    body = sample(name)
    body["data"]["workouts"][0] |= more
    [found] = events(body)
    assert isinstance(found, Activity)
    return found


def mornings(metric: str, units: str | None = None, /, *rows: dict[str, Any]) -> list[Wellness]:
    """What one metric of such rows says."""
    return events({"data": {"metrics": [{"name": metric, "units": units, "data": list(rows)}]}})


@pytest.mark.parametrize(
    "env", [{}, {"TOKENS": "no-athlete-in-it"}, {"TOKENS": "a:short"}, {"TOKENS": f"a:{TOKEN}", "SPORTS": "Lauf"}]
)
def test_wrong_settings_are_named(env: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=r"TWINGE_HEALTHAUTOEXPORT_(TOKENS|SPORTS)"):
        HealthAutoExport.from_env(env)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = healthautoexport()
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)


def test_who_may_call() -> None:
    adapter, body = healthautoexport(), sample("workouts")
    adapter.verify(posted(body), NOW)
    adapter.verify(posted(body, token=NEXT_TOKEN), NOW)
    for wrong in (posted(body, token="a-guess"), posted(body, token=None), posted(body, athlete="bob")):
        with pytest.raises(Rejected) as refused:
            adapter.verify(wrong, NOW)
        assert refused.value.status == 401


def test_the_athlete_is_named_beside_the_secret() -> None:
    """Reading a stored delivery: the secret is gone by then, the athlete is not."""
    stored = replace(posted(sample("workouts")), headers={"x-athlete": "alice"})
    assert [item.owner for item in healthautoexport().read(stored)] == ["alice"]
    with pytest.raises(Rejected) as refused:
        healthautoexport().read(replace(stored, headers={}))
    assert refused.value.field == "athlete"


def test_a_call_is_named_by_whose_it_is_and_what_it_says() -> None:
    adapter, body = healthautoexport(), sample("workouts")
    assert adapter.key(posted(body)) == adapter.key(posted(body, at=NOW + timedelta(hours=1)))
    assert adapter.key(posted(body)) != adapter.key(posted(body, athlete="bob"))


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/csv"])
def test_csv_says_what_to_choose(kind: str) -> None:
    with pytest.raises(Rejected, match="JSON") as refused:
        healthautoexport().read(replace(posted(b"a,b"), headers={"content-type": kind, "x-athlete": "alice"}))
    assert refused.value.status == 415


# ---- workouts


def test_a_workout_in_our_units() -> None:
    found = workout()
    assert found == Activity(
        "healthautoexport:9B1DE0C4-0000-4000-8000-000000000001",
        "run",
        datetime.fromisoformat("2026-05-01T07:00:00+02:00"),
        elapsed_s=3600,
        moving_s=3481,
        distance_m=9773,
        climb_m=210,
        descent_m=210,
        avg_hr=152,
        max_hr=176,
    )
    assert found.start.utcoffset() == timedelta(hours=2)


def test_a_workout_of_the_first_version() -> None:
    found = workout("workouts_v1")
    assert found.key == "healthautoexport:2026-05-01T18:00:00+02:00:Indoor Run"
    assert (found.sport, found.distance_m, found.climb_m, found.avg_hr, found.max_hr) == (
        "treadmill",
        8200,
        0,
        140,
        160,
    )


def test_what_was_not_measured_is_not_known() -> None:
    gone: dict[str, Any] = dict.fromkeys(("duration", "distance", "elevationUp", "elevationDown", "avgHeartRate"))
    found = workout(**gone, maxHeartRate=None, heartRateData=None, location=None, isIndoor=None)
    assert (found.elapsed_s, found.moving_s, found.distance_m, found.climb_m, found.avg_hr, found.max_hr) == (
        3600,
        None,
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("distance", [{"qty": 5}, {"qty": 5, "units": "furlong"}, {"qty": -1, "units": "km"}, 5, []])
def test_a_unit_that_is_not_known_is_not_guessed(distance: Any) -> None:
    assert workout(distance=distance).distance_m is None


def test_heart_rates_by_whichever_name() -> None:
    told = {"avg": {"qty": "140", "units": "count/min"}, "max": {"qty": 170, "units": "bpm"}}
    found = workout(avgHeartRate=None, maxHeartRate=None, heartRate=told)
    assert (found.avg_hr, found.max_hr) == (140, 170)


@pytest.mark.parametrize(
    ("name", "ours"),
    [("Running", "run"), ("Traditional Strength Training", "strength"), ("Open Water Swim", "swim"), ("Hiking", "hike"),
     ("Outdoor-Lauf", "run"), ("nebel", "hike"), ("Quidditch", "other"), *OWN.items()],
)  # fmt: skip
def test_their_names_for_sports(name: str, ours: str) -> None:
    assert workout(name=name).sport == ours


def test_indoors() -> None:
    assert workout(isIndoor=True).sport == "treadmill"
    assert workout(location="Indoor", name="Cycling").sport == "indoor_ride"
    assert workout(location="Indoor", name="Yoga").sport == "yoga"
    assert workout(name="High Intensity Interval Training").interval


def test_a_workout_of_no_time_is_left_out() -> None:
    body = sample("workouts")
    body["data"]["workouts"][0]["end"] = body["data"]["workouts"][0]["start"]
    assert events(body) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", None), ("name", ""), ("start", "2026-05-01"), ("end", "2026-05-01 07:00:00"), ("start", 5), ("end", "x")],
)
def test_what_does_not_fit_is_named(field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        workout(**{field: value})
    assert refused.value.field in {f"data.workouts[0].{field}", f"data.workouts[...].{field}"}


def test_the_same_window_again_is_no_news() -> None:
    """Nothing in a text depends on when it came."""
    assert events(sample("workouts")) == events(sample("workouts"), at=NOW + timedelta(hours=3))


# ---- instants


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-05-01 07:00:00 +0200", "2026-05-01T07:00:00+02:00"),
        ("2026-05-01 07:00:00.250 +02:00", "2026-05-01T07:00:00+02:00"),
        ("2026-05-01 7:00:00 AM +0200", "2026-05-01T07:00:00+02:00"),
        ("2026-05-01 12:05:00\u202fam +0200", "2026-05-01T00:05:00+02:00"),
        ("2026-05-01 12:05 PM -0530", "2026-05-01T12:05:00-05:30"),
        ("2026-05-01T07:00:00Z", "2026-05-01T07:00:00+00:00"),
    ],
)
def test_instants_as_phones_write_them(text: str, wanted: str) -> None:
    assert instant(text) == datetime.fromisoformat(wanted)


NO_INSTANTS: list[object] = [
    "2026-05-01", "2026-05-01 07:00:00", "2026-13-01 07:00:00 +0200", "0001-01-01 00:00:00 +0200", "", 5, None,
    "x" * 99,
]  # fmt: skip


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_what_is_no_instant(text: object) -> None:
    assert instant(text) is None


def test_days() -> None:
    assert day("2026-05-01") == day("2026-05-01 23:59:00 -0800") == date(2026, 5, 1)
    assert day("2026-02-30") is None


# ---- mornings


def test_the_mornings_of_a_window() -> None:
    on = date(2026, 5, 1)
    assert events(sample("metrics")) == [
        Wellness("healthautoexport:resting:2026-05-01", on, resting_hr=49),
        Wellness("healthautoexport:hrv:2026-05-01", on, hrv_sdnn_ms=55.0, version=2),
        Wellness("healthautoexport:sleep:2026-05-01", on, sleep_h=7.4, version=444),
    ]


def test_a_night_in_pieces() -> None:
    """Five hours that two devices saw, two of REM; an hour awake and an afternoon nap are none of it."""
    [found] = events(sample("sleep_pieces"))
    assert (found.day, found.sleep_h) == (date(2026, 5, 1), 7.0)


def test_of_two_texts_for_one_night_the_fuller_holds() -> None:
    rows = sample("sleep_pieces")["data"]["metrics"][0]["data"]
    ends = set()
    for parts in permutations([rows, rows[:2]]):
        texts = [event for part in parts for event in mornings("sleep_analysis", "hr", *part)]
        ends.add(max(texts, key=lambda text: text.version).sleep_h)
    assert ends == {7.0}


def test_sleep_as_other_versions_write_it() -> None:
    at = {"date": "2026-05-01"}
    for row, units in (
        ({"core": 4, "deep": 2, "rem": 1}, "hr"),
        ({"asleep": 7}, None),
        ({"asleep": 420}, "min"),
        ({"totalSleep": "7"}, "hr"),
    ):
        [found] = mornings("sleep_analysis", units, at | row)
        assert found.day == date(2026, 5, 1)
        assert found.sleep_h == pytest.approx(7)
    assert mornings("sleep_analysis", "fortnights", at | {"asleep": 7}) == []
    assert mornings("sleep_analysis", "hr", at | {"asleep": 0}, {"asleep": 7}, at | {"asleep": 25}) == []


def test_values_nobody_measured() -> None:
    odd: list[dict[str, Any]] = [{}, {"qty": 0, "date": "2026-05-01"}, {"qty": 50}, {"qty": "?", "date": "2026-05-01"}]
    for metric in ("resting_heart_rate", "heart_rate_variability"):
        assert mornings(metric, "ms", *odd) == []


def test_a_value_joined_for_the_day_counts() -> None:
    [found] = mornings("heart_rate_variability", "ms", {"qty": "48.5", "date": "2026-05-01"})
    assert (found.day, found.hrv_sdnn_ms, found.hrv_rmssd_ms) == (date(2026, 5, 1), 48.5, None)
