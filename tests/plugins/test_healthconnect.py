"""Health Connect: who may call, and what a phone's records mean."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from healthconnect_samples import NEXT_TOKEN, NOW, SAMPLES, TOKEN, healthconnect, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import NotConfigured, PlatformAdapter, Rejected
from twinge.testing import Sample, check_adapter
from twinge_healthconnect import HealthConnect
from twinge_healthconnect.mapping import NUMBERS, OWN

COUNTS = {"sync": 4, "exercise_sessions": 1, "test": 0, "steps": 0}
SHEALTH = "com.sec.android.app.shealth"
ON = date(2026, 5, 1)


def events(body: dict[str, Any], at: datetime = NOW, zone: str | None = None, **env: str) -> list[Any]:
    items = healthconnect(**env).read(posted(body, at=at, zone=zone))
    assert {item.owner for item in items} <= {"alice"}
    return [item.event for item in items]


def only(kind: str, **more: Any) -> list[Any]:
    """What the records of one kind say, each with other fields."""
    return events({kind: [row | more for row in sample("sync")[kind]]})


@pytest.mark.parametrize("env", [{}, {"TOKENS": "no-athlete-in-it"}, {"TOKENS": f"a:{TOKEN}", "ZONE": "Mars/Base"}])
def test_wrong_settings_are_named(env: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=r"TWINGE_HEALTHCONNECT_(TOKENS|ZONE)"):
        HealthConnect.from_env(env)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = healthconnect()
    check_adapter(adapter, [Sample(name, posted(sample(name)), count) for name, count in COUNTS.items()], NOW)
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(COUNTS)


def test_who_may_call() -> None:
    adapter, body = healthconnect(), sample("sync")
    adapter.verify(posted(body), NOW)
    adapter.verify(posted(body, token=NEXT_TOKEN), NOW)
    for wrong in (posted(body, token="a-guess"), posted(body, token=None), posted(body, athlete="bob")):
        with pytest.raises(Rejected) as refused:
            adapter.verify(wrong, NOW)
        assert refused.value.status == 401


def test_a_call_is_named_by_whose_it_is_and_what_it_says() -> None:
    adapter, body = healthconnect(), sample("sync")
    assert adapter.key(posted(body)) == adapter.key(posted(body, at=NOW + timedelta(hours=1)))
    assert adapter.key(posted(body)) != adapter.key(posted(body, athlete="bob"))


def test_a_workout_in_our_units() -> None:
    found = events(sample("sync"))[0]
    assert found == Activity(
        f"healthconnect:1777611600:56:{SHEALTH}",
        "run",
        datetime.fromisoformat("2026-05-01T07:00:00+02:00"),
        elapsed_s=3600,
        moving_s=3600,
        distance_m=9773,
        avg_hr=150,
        max_hr=171,
        version=4,
    )
    assert found.start.utcoffset() == timedelta(hours=2)


def test_what_was_not_measured_is_not_known() -> None:
    [found] = only("exercise", distance_meters=None, duration_seconds=None, metadata=None)
    assert (found.distance_m, found.moving_s, found.avg_hr, found.max_hr, found.version) == (None, None, None, None, 0)
    [found] = only("exercise", distance_meters="0", duration_seconds=9000)
    assert (found.distance_m, found.moving_s) == (None, None)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("56", "run"), (56, "run"), ("running", "run"), ("RUNNING", "run"), ("EXERCISE_TYPE_RUNNING", "run"),
        ("57", "treadmill"), ("running_treadmill", "treadmill"), ("9", "indoor_ride"), ("74", "swim"), ("0", "other"),
        ("999999", "other"), ("quidditch", "other"), *OWN.items(),
    ],
)  # fmt: skip
def test_their_words_for_sports(theirs: str | int, ours: str) -> None:
    assert only("exercise", type=theirs)[0].sport == ours


def test_every_number_is_a_word_of_ours() -> None:
    known = {number: only("exercise", type=str(number))[0].sport for number in NUMBERS if number != 33}
    assert "other" not in known.values()


def test_breathing_is_no_training_and_intervals_are() -> None:
    assert only("exercise", type="33") == []
    assert only("exercise", type="36")[0].interval
    assert only("exercise", end_time="2026-05-01T05:00:00Z") == []


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("exercise", "start_time", None),
        ("exercise", "end_time", "2026-05-01T05:00:00"),
        ("exercise", "type", ""),
        ("exercise", "type", None),
        ("sleep", "session_end_time", "0001-01-01T00:00:00Z"),
        ("resting_heart_rate", "time", 5),
    ],
)
def test_what_does_not_fit_is_named(kind: str, field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        only(kind, **{field: value})
    assert (refused.value.field or "").startswith(kind)


def test_of_two_texts_of_a_workout_the_fuller_holds() -> None:
    whole = sample("sync")
    poor = {"exercise": whole["exercise"]}
    for order in permutations([whole, poor]):
        texts = [event for body in order for event in events(body) if isinstance(event, Activity)]
        assert len({text.key for text in texts}) == 1
        assert max(texts, key=lambda text: text.version).avg_hr == 150


def test_the_same_again_is_no_news() -> None:
    assert events(sample("sync")) == events(sample("sync"), at=NOW + timedelta(hours=3))


def test_mornings() -> None:
    assert events(sample("sync"))[1:] == [
        Wellness(f"healthconnect:sleep:1777609800:{SHEALTH}", ON, sleep_h=7.4, version=444),
        Wellness(f"healthconnect:resting:2026-05-01:{SHEALTH}", ON, resting_hr=49, version=1777609800000),
        Wellness(f"healthconnect:hrv:2026-05-01:{SHEALTH}", ON, hrv_rmssd_ms=55.0, version=2),
    ]


def test_the_day_is_the_athletes_own() -> None:
    """Half past four in UTC is still the evening before in Los Angeles."""
    for zone, day in (("Europe/Berlin", ON), ("America/Los_Angeles", date(2026, 4, 30)), ("Asia/Tokyo", ON)):
        found = events({"resting_heart_rate": sample("sync")["resting_heart_rate"]}, zone=zone)
        assert [one.day for one in found] == [day]
    for odd in ("Mars/Base", "../etc/passwd", "Europe"):
        with pytest.raises(Rejected) as refused:
            events(sample("sync"), zone=odd)
        assert refused.value.field == "zone"


def test_sleep_without_stages_and_naps() -> None:
    [found] = only("sleep", stages=None)
    assert found.sleep_h == pytest.approx(28200 / 3600)
    [found] = only("sleep", stages=[{"stage": "deep", "duration_seconds": 7200}, {"stage": 7, "duration_seconds": 60}])
    assert found.sleep_h == 2
    assert only("sleep", stages=None, duration_seconds=1800, session_end_time="2026-05-01T13:00:00Z") == []
    assert only("sleep", stages=[{"stage": "awake", "duration_seconds": 60}]) == []
    assert only("sleep", stages=None, duration_seconds=None) == []


def test_values_nobody_measured() -> None:
    for kind in ("resting_heart_rate", "heart_rate_variability"):
        assert only(kind, bpm=0, rmssd_millis=None, avg=None) == []
    [found] = only("resting_heart_rate", bpm=None, avg="51.2")
    assert found.resting_hr == 51


def test_mornings_of_one_app_alone() -> None:
    for mornings, number in ((f"{SHEALTH} com.example", 4), ("com.example", 1)):
        assert len(events(sample("sync"), MORNINGS=mornings)) == number
