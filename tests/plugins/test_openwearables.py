"""Open Wearables: who may call, and what its events say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from openwearables_samples import ALICE, NEXT_KEY, NOW, SAMPLES, SECRET, openwearables, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import NotConfigured, PlatformAdapter, Rejected
from twinge.testing import Sample, check_adapter
from twinge_openwearables import OWN, OpenWearables

COUNTS = {"heart_rate": 0, "resting": 2, "revoked": 0}


def events(body: dict[str, Any], adapter: OpenWearables | None = None) -> list[Any]:
    items = (adapter or openwearables()).read(posted(body))
    assert {item.owner for item in items} <= {ALICE}
    return [item.event for item in items]


def changed(name: str, **more: Any) -> list[Any]:
    """What a sample says with other fields in its data."""
    body = sample(name)
    body["data"] |= more
    return events(body)


@pytest.mark.parametrize("env", [{}, {"SECRET": " "}, {"SECRET": "no-secret"}])
def test_without_a_secret_it_says_so(env: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match="TWINGE_OPENWEARABLES_SECRET"):
        OpenWearables.from_env(env)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = openwearables()
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)


def test_who_may_call() -> None:
    body = sample("workout")
    openwearables().verify(posted(body, key=NEXT_KEY), NOW)
    renamed = {name.replace("svix", "webhook"): value for name, value in posted(body).headers.items()}
    openwearables().verify(replace(posted(body), headers=renamed), NOW)
    for wrong in (
        posted(body, key=b"a-guess"),
        posted(body, off=timedelta(minutes=6)),
        posted(body, off=timedelta(minutes=-6)),
        replace(posted(body), headers={}),
        replace(posted(body), headers={"authorization": f"Bearer {SECRET}"}),
    ):
        with pytest.raises(Rejected) as refused:
            openwearables().verify(wrong, NOW)
        assert refused.value.status == 401


def test_a_message_that_is_sent_again_has_the_same_name() -> None:
    first, again = (
        posted(sample("workout"), call="msg_1"),
        posted(sample("sleep"), call="msg_1", off=timedelta(hours=5)),
    )
    assert openwearables().key(first) == openwearables().key(again) == "msg_1"


def test_a_workout_in_our_units() -> None:
    [found] = events(sample("workout"))
    start = datetime.fromisoformat("2026-05-01T07:00:00+02:00")
    assert found == Activity(
        "openwearables:3f0c2a52-0a0e-4c6e-8a53-0d6d3a0f1c01",
        "trail_run",
        start,
        elapsed_s=3600,
        moving_s=3480,
        distance_m=9773,
        climb_m=210,
        avg_hr=152,
        max_hr=176,
        version=int(NOW.timestamp() * 1000),
    )
    assert found.start.utcoffset() == timedelta(hours=2)


def test_what_was_not_measured_is_not_known() -> None:
    nothing = dict.fromkeys(
        ("duration_seconds", "distance_meters", "avg_heart_rate_bpm", "max_heart_rate_bpm", "elevation_gain_meters")
    )
    [found] = changed("workout", **nothing, zone_offset=None, type=None)
    assert (found.sport, found.elapsed_s, found.moving_s, found.distance_m) == ("other", 3600, None, None)
    assert (found.avg_hr, found.max_hr, found.climb_m) == (None, None, None)
    [found] = changed("workout", distance_meters=0, avg_heart_rate_bpm=0, duration_seconds=9000)
    assert (found.distance_m, found.avg_hr, found.moving_s) == (None, None, None)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("running", "run"), ("treadmill", "treadmill"), ("alpine_skiing", "ski"), ("quidditch", "other"), *OWN.items()],
)
def test_their_words_for_sports(theirs: str, ours: str) -> None:
    assert changed("workout", type=theirs)[0].sport == ours


def test_chores_are_no_training() -> None:
    assert changed("workout", type="chores") == []


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("workout", "id", ""),
        ("workout", "user_id", None),
        ("workout", "start_time", "2026-05-01T05:00:00"),
        ("workout", "end_time", "2026-05-01T04:00:00+00:00"),
        ("workout", "distance_meters", "far"),
        ("sleep", "end_time", "0001-01-01T00:00:00+00:00"),
        ("resting", "series_type", 7),
        ("resting", "samples", [{"value": 50}]),
    ],
)
def test_what_does_not_fit_is_named(name: str, field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        changed(name, **{field: value})
    assert (refused.value.field or "").startswith("data")


@pytest.mark.parametrize("name", ["workout", "sleep", "resting"])
def test_an_event_without_data_names_it(name: str) -> None:
    with pytest.raises(Rejected) as refused:
        events({"type": sample(name)["type"]})
    assert refused.value.field == "data"


def test_other_events_are_taken_and_ignored() -> None:
    for kind in ("steps.created", "sync.completed", "connection.created", "of.next.year"):
        assert events({"type": kind, "data": 5}) == []


def test_a_night() -> None:
    [found] = events(sample("sleep"))
    assert (found.day, found.sleep_h, found.resting_hr) == (date(2026, 5, 1), 7.4, None)
    assert changed("sleep", is_nap=True) == []
    odd: list[Any] = [None, {}, {"light_minutes": 0}]
    for stages in odd:
        assert changed("sleep", stages=stages) == []


def test_a_series_comes_twice_and_says_the_same() -> None:
    [group], [series] = events(sample("hrv_group")), events(sample("hrv_series"))
    assert group == series
    assert (group.day, group.hrv_rmssd_ms, group.hrv_sdnn_ms, group.version) == (date(2026, 5, 1), 58.0, None, 3)


def test_the_kinds_of_variability_are_not_mixed() -> None:
    [found] = changed("hrv_group", series_type="heart_rate_variability_sdnn")
    assert (found.hrv_sdnn_ms, found.hrv_rmssd_ms) == (58.0, None)


def test_of_two_batches_for_one_night_the_fuller_holds() -> None:
    samples = sample("hrv_group")["data"]["samples"]
    ends = set()
    for batches in permutations([samples[:3], samples[2:3]]):
        texts: list[Wellness] = [event for batch in batches for event in changed("hrv_group", samples=batch)]
        assert len({text.key for text in texts}) == 1
        ends.add(max(texts, key=lambda text: text.version).hrv_rmssd_ms)
    assert ends == {58.0}


def test_resting_hearts_and_scores() -> None:
    assert [(one.day.day, one.resting_hr) for one in events(sample("resting"))] == [(1, 49), (2, 52)]
    [found] = events(sample("recovery"))
    assert (found.day, found.readiness) == (date(2026, 5, 1), 78)
    twice = [{"timestamp": f"2026-05-01T0{hour}:00:00+00:00", "value": value} for hour, value in ((3, "52.0"), (2, 60))]
    [found] = changed("resting", samples=twice)
    assert found.resting_hr == 52  # the later, wherever it stands
    assert changed("resting", samples=[{"timestamp": "2026-05-01T03:00:00+00:00", "value": 0}]) == []


def test_mornings_of_one_device_alone() -> None:
    adapter = openwearables(MORNINGS="Oura whoop")
    assert len(events(sample("sleep"), adapter)) == 1
    assert len(events(sample("workout"), adapter)) == 1
    body = sample("hrv_group")
    body["data"]["provider"] = "garmin"
    assert events(body, adapter) == []
    body = sample("sleep")
    body["data"]["source"] = {"provider": "garmin", "device": None}
    assert events(body, adapter) == []
