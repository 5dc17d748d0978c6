"""Terra: who may call, and what its events say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from terra_samples import ALICE, NEXT_SECRET, NOW, SAMPLES, posted, sample, terra
from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import Glances, NotConfigured, PlatformAdapter, Rejected, Revoked
from twinge.testing import Sample, check_adapter
from twinge_terra import Terra
from twinge_terra.words import NO_TRAINING, SPORTS

COUNTS = {"athlete": 0, "s3_payload": 0}
STAMP = int(NOW.timestamp() * 1000)
KEY = f"terra:{ALICE}:GARMIN:run-1"


def events(body: dict[str, Any], adapter: Terra | None = None, at: datetime = NOW, **headers: str) -> list[Any]:
    delivery = posted(body, at=at)
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    items = (adapter or terra()).read(replace(delivery, headers={**delivery.headers, **more}))
    return [getattr(item, "event", item) for item in items]


def workout(name: str = "activity", /, **metadata: Any) -> list[Any]:
    """What the sample says with other metadata."""
    body = sample(name)
    body["data"][0]["metadata"] |= metadata
    return events(body)


@pytest.mark.parametrize("env", [{}, {"SECRET": " "}, {"SECRET": "x", "OWNER": "email"}])
def test_wrong_settings_are_named(env: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=r"TWINGE_TERRA_(SECRET|OWNER)"):
        Terra.from_env(env)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = terra()
    assert isinstance(adapter, Glances)
    names = sorted(path.stem for path in SAMPLES.glob("*.json") if path.stem != "activity_samples")
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)


def test_samples_are_glanced_at_and_read() -> None:
    delivery = posted(sample("activity_samples"))
    assert terra().glance(delivery) == ALICE
    [found] = terra().read(delivery)
    assert list(terra().read(delivery)) == [found]


def test_who_may_call() -> None:
    body = sample("activity")
    genuine = posted(body)
    terra().verify(posted(body, secret=NEXT_SECRET), NOW)
    terra().verify(replace(genuine, headers={"x-terra-signature": genuine.headers["terra-signature"]}), NOW)
    for header in ("", "größe", "t=1,v1=", "v1=" + "0" * 64, ",,,,=,=", "t=" + "9" * 400 + ",v1=x"):
        with pytest.raises(Rejected) as refused:
            terra().verify(replace(genuine, headers={"terra-signature": header}), NOW)
        assert refused.value.status == 401
    for wrong in (posted(body, secret="a-guess"), replace(genuine, headers={})):
        with pytest.raises(Rejected):
            terra().verify(wrong, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_signature_is_refused(minutes: int) -> None:
    with pytest.raises(Rejected, match="five minutes"):
        terra().verify(posted(sample("activity"), off=timedelta(minutes=minutes)), NOW)


def test_a_call_is_named_by_its_trace() -> None:
    traced = posted(sample("activity"), x_terra_trace_id="t-1", terra_reference="r")
    assert terra().key(traced) == "t-1"
    assert len(terra().key(posted(sample("activity"), terra_reference="r"))) == 64
    assert len(terra().key(posted(sample("activity"), x_terra_trace_id="x" * 201))) == 64


def test_a_workout_in_our_units() -> None:
    [found] = events(sample("activity"))
    start = datetime.fromisoformat("2026-05-01T07:00:00+02:00")
    wanted = Activity(
        KEY,
        "run",
        start,
        elapsed_s=3600,
        moving_s=3480,
        distance_m=9773,
        climb_m=210,
        descent_m=208,
        avg_hr=152,
        max_hr=176,
        version=STAMP + 5 * 2**42,
    )
    assert found == wanted
    assert found.start.utcoffset() == timedelta(hours=2)


def test_samples_become_a_shape() -> None:
    [found] = events(sample("activity_samples"))
    assert dict(found.shape.hr_seconds).keys() == {140, 141, 142}
    assert found.shape.graded_m
    assert not events(sample("activity"))[0].shape.hr_seconds


def test_what_was_not_measured_is_not_known() -> None:
    body = sample("activity")
    body["data"] = [{"metadata": body["data"][0]["metadata"]}]
    [found] = events(body)
    assert (found.elapsed_s, found.moving_s, found.distance_m, found.climb_m, found.avg_hr) == (
        3600,
        None,
        None,
        None,
        None,
    )
    body = sample("activity")
    body["data"][0]["distance_data"]["summary"]["distance_meters"] = 0
    body["data"][0]["heart_rate_data"]["summary"]["avg_hr_bpm"] = "152.0"
    [found] = events(body)
    assert (found.distance_m, found.avg_hr) == (None, 152)


def test_watts_count_on_wheels_only() -> None:
    assert workout()[0].avg_power_w is None
    assert workout(type=16)[0].avg_power_w == 310


@pytest.mark.parametrize("number", [*SPORTS, 9, 999, 8.0, None, True, [], "8"])
def test_their_numbers_for_sports(number: Any) -> None:
    ours = SPORTS.get(int(number), "other") if isinstance(number, int | float) and number is not True else "other"
    assert workout(type=number)[0].sport == ours


def test_gardening_is_no_training() -> None:
    assert not NO_TRAINING & set(SPORTS)
    assert workout(type=31) == []


def test_a_title_is_read_and_not_kept() -> None:
    [found] = workout(name="City marathon")
    assert found.race
    assert "marathon" not in repr(found)


def test_a_clock_without_an_offset() -> None:
    """UTC where Terra says so; else only the day is known."""
    naive = {"start_time": "2026-05-01T07:00:00.000000", "end_time": "2026-05-01T08:00:00.000000"}
    [found] = workout(**naive, timestamp_localization=0)
    assert (found.start, found.day_only) == (datetime(2026, 5, 1, 7, tzinfo=UTC), False)
    for localization in (1, None, "?"):
        [found] = workout(**naive, timestamp_localization=localization)
        assert (found.start, found.day_only, found.elapsed_s) == (datetime(2026, 5, 1, 12, tzinfo=UTC), True, 3600)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary_id", None),
        ("summary_id", ""),
        ("start_time", "0001-01-01T00:00:00+00:00"),
        ("start_time", 5),
        ("end_time", "2026-05-01T06:00:00.000000+02:00"),
        ("end_time", "2026-05-01T08:00:00.000000"),
    ],
)
def test_what_does_not_fit_is_named(field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        workout(**{field: value})
    assert field in (refused.value.field or "")
    assert "data" in (refused.value.field or "")


@pytest.mark.parametrize("name", ["activity", "sleep", "daily", "deauth"])
def test_an_event_without_a_user_names_it(name: str) -> None:
    body = sample(name)
    del body["user"]
    with pytest.raises(Rejected) as refused:
        events(body)
    assert refused.value.field == "user"


def test_other_events_are_taken_and_ignored() -> None:
    for kind in ("nutrition", "large_request_sending", "user_reauth", "of_next_year"):
        assert events({"type": kind, "data": 5}) == []


def test_a_night_and_a_day() -> None:
    [night] = events(sample("sleep"))
    assert night == Wellness(
        f"terra:{ALICE}:GARMIN:sleep:night-1",
        date(2026, 5, 1),
        resting_hr=49,
        hrv_rmssd_ms=58.4,
        sleep_h=7.4,
        readiness=81,
        version=STAMP + 4 * 2**42,
    )
    [day] = events(sample("daily"))
    assert (day.day, day.resting_hr, day.hrv_rmssd_ms) == (date(2026, 5, 1), 50, None)


@pytest.mark.parametrize("metadata", [{"is_nap": True}, {"upload_type": 3}, {"end_time": "0001-01-01T00:00:00"}])
def test_what_is_no_night(metadata: dict[str, Any]) -> None:
    assert workout("sleep", **metadata) == []


def test_a_night_that_tells_nothing() -> None:
    body = sample("sleep")
    body["data"] = [{"metadata": body["data"][0]["metadata"]}]
    assert events(body) == []


def test_later_texts_with_less_erase_nothing() -> None:
    """The fullest holds, and of equal ones the later; whatever the order."""
    full, poor = sample("activity"), sample("activity")
    poor["data"][0]["heart_rate_data"] = None
    edited = sample("activity")
    edited["data"][0]["distance_data"]["summary"]["distance_meters"] = 12_000
    texts = [
        *events(full),
        *events(poor, at=NOW + timedelta(hours=2)),
        *events(edited, at=NOW + timedelta(hours=1)),
    ]
    for order in permutations(texts):
        assert max(order, key=lambda text: text.version).distance_m == 12_000
    [gone] = events(sample("activity_deleted"), at=NOW - timedelta(hours=1))
    assert isinstance(gone, Removed)
    assert gone.key == texts[0].key
    assert gone.version > max(text.version for text in [*texts, *events(sample("activity_samples"))])
    assert gone.version < 2**63


def test_the_time_of_the_event_is_believed_within_a_day() -> None:
    for said, version in ((str(STAMP - 5_000), STAMP - 5_000), (str(STAMP * 2), STAMP), ("soon", STAMP)):
        [found] = events(sample("activity"), x_terra_ordering_timestamp=said)
        assert found.version == version + 5 * 2**42


def test_who_left() -> None:
    for name in ("deauth", "access_revoked"):
        assert events(sample(name)) == [Revoked(ALICE)]
        assert events(sample(name), terra(OWNER="reference_id")) == []


def test_athletes_by_our_own_reference() -> None:
    adapter = terra(OWNER="reference_id")
    [item] = adapter.read(posted(sample("activity")))
    assert (item.owner, item.event.key) == ("alice", "terra:alice:GARMIN:run-1")  # type: ignore[union-attr]
    body = sample("activity")
    body["user"]["reference_id"] = None
    with pytest.raises(Rejected) as refused:
        adapter.read(posted(body))
    assert refused.value.field == "user.reference_id"


def test_mornings_of_one_vendor_alone() -> None:
    for mornings, number in (("oura Garmin", 1), ("OURA", 0)):
        adapter = terra(MORNINGS=mornings)
        assert [len(events(sample(name), adapter)) for name in ("sleep", "daily", "activity")] == [number, number, 1]
