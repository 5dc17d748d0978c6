"""The generic event: what is taken, what is refused and by which field, and that nothing else can happen."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.core.sport import is_interval, is_race, sport, surface
from twinge.event import LARGEST_LIST, decode, to_item
from twinge.plugin import Inline, Rejected
from twinge.testing import hostile_bodies

RUN = {
    "type": "activity",
    "athlete": "alice",
    "id": "r-17",
    "activity": {"sport": "run", "start": "2026-05-01T07:30:00+02:00", "moving_s": 3000, "distance_m": 10_000},
}
MORNING = {
    "type": "wellness",
    "athlete": "bob",
    "id": "w-1",
    "wellness": {"date": "2026-05-01", "resting_hr": 48, "hrv_rmssd_ms": 61.5, "sleep_h": 7.25, "readiness": 80},
}
ACHE = {
    "type": "report",
    "athlete": "charlie",
    "id": "p-1",
    "report": {"at": "2026-05-01T20:00:00Z", "pain": 4, "site": "buttock", "side": "left", "numb": False},
}
GONE = {"type": "activity.deleted", "athlete": "alice", "id": "r-17"}
RECEIVED = datetime(2026, 5, 1, 9, tzinfo=UTC)


def run_with(**fields: Any) -> dict[str, Any]:
    return {**RUN, "activity": {**RUN["activity"], **fields}}  # type: ignore[dict-item]


def item(event: dict[str, Any]) -> Inline:
    [found] = decode(json.dumps(event).encode())
    return to_item(found, "generic", RECEIVED)


def activity(event: dict[str, Any]) -> Activity:
    found = item(event).event
    assert isinstance(found, Activity)
    return found


def refusal(body: Any) -> Rejected:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Rejected) as caught:
        decode(raw)
    assert caught.value.status == 400
    return caught.value


def outcome(body: bytes) -> str:
    """What becomes of a body; any exception but a refusal fails the test that asks."""
    try:
        for event in decode(body):
            to_item(event, "generic", RECEIVED)
    except Rejected as error:
        return f"refused with {error.status}"
    return "read"


def test_the_least_that_makes_a_run() -> None:
    found = item(RUN)
    assert found.owner == "alice"
    assert found.event == Activity(
        key="generic:r-17",
        sport="run",
        start=datetime(2026, 5, 1, 7, 30, tzinfo=timezone(timedelta(hours=2))),
        moving_s=3000,
        distance_m=10_000,
    )
    assert activity(RUN).start.utcoffset() == timedelta(hours=2)


def test_everything_a_run_may_say() -> None:
    full = activity(
        run_with(
            sport="Trail Running", elapsed_s=3600.4, climb_m=0, descent_m=210.6, avg_hr=148.5, max_hr=171,
            avg_power_w=240, rpe=6.6, race=True, surface="Dirt", title="never kept", zone_minutes=[10, 20.4, 15, 5, 0],
        )
    )  # fmt: skip
    assert (full.sport, full.surface, full.race) == ("trail_run", "trail", True)
    assert (full.elapsed_s, full.climb_m, full.descent_m) == (3600, 0, 211)
    assert (full.avg_hr, full.max_hr, full.avg_power_w, full.rpe) == (149, 171, 240, 7)
    assert full.zone_minutes == (10, 20, 15, 5, 0)
    assert "never kept" not in repr(full)


def test_a_zero_that_nobody_measured_is_not_known() -> None:
    found = activity(run_with(avg_hr=0, max_hr=0, avg_power_w=0, rpe=0, elapsed_s=0))
    assert [found.avg_hr, found.max_hr, found.avg_power_w, found.rpe, found.elapsed_s] == [None] * 5


def test_streams_become_a_shape_and_are_gone() -> None:
    seconds = list(range(1200))
    streams = {
        "time_s": seconds,
        "distance_m": [second * 3 for second in seconds],
        "hr": [120 + second // 60 for second in seconds],
    }
    found = activity(run_with(streams=streams))
    assert sum(length for _, length in found.shape.hr_seconds) > 1000
    assert refusal(run_with(streams={"hr": [120]})).field == "activity.streams.time_s"
    assert refusal(run_with(streams={"time_s": [0, "1"]})).field == "activity.streams.time_s[1]"


def test_a_later_version_is_the_one_of_updated_at() -> None:
    assert activity({**RUN, "updated_at": "2026-05-01T10:00:00.250+02:00"}).version == 1_777_622_400_250
    assert activity(RUN).version == 0


def test_an_undated_deletion_outlives_the_undated_workout() -> None:
    gone = item(GONE).event
    assert isinstance(gone, Removed)
    assert gone.key == activity(RUN).key
    assert gone.version > activity(RUN).version
    assert item({**GONE, "updated_at": "1999-01-01T00:00:00Z"}).event == Removed("generic:r-17", 915_148_800_000)


def test_a_morning_and_a_complaint() -> None:
    assert item(MORNING).event == Wellness("generic:w-1", date(2026, 5, 1), 48, 61.5, None, 7.25, 80)
    ache = item(ACHE).event
    assert isinstance(ache, Report)
    assert (ache.pain, ache.site, ache.side, ache.numb, ache.limp) == (4, "buttock", "left", False, None)


def test_a_complaint_without_a_time_is_as_old_as_its_delivery() -> None:
    ache = item({**ACHE, "report": {"pain": 0}}).event
    assert isinstance(ache, Report)
    assert (ache.at, ache.pain) == (RECEIVED, 0)
    [undated] = decode(json.dumps({**ACHE, "report": {"pain": 3}}).encode())
    with pytest.raises(Rejected, match=r"report\.at"):
        to_item(undated)


def test_one_object_or_a_list_of_them() -> None:
    found = decode(json.dumps([RUN, GONE, MORNING, ACHE]).encode())
    assert [to_item(one).owner for one in found] == ["alice", "alice", "bob", "charlie"]
    assert decode(b"[]") == []
    assert len(decode(json.dumps([RUN] * LARGEST_LIST).encode())) == LARGEST_LIST
    assert "1000" in refusal([RUN] * (LARGEST_LIST + 1)).reason


def test_unknown_fields_are_ignored_at_every_depth() -> None:
    assert activity({**run_with(shoes=["left", "right"]), "vendor": {"x": [1]}}) == activity(RUN)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({**RUN, "type": "activity.liked"}, "type"),
        ({key: value for key, value in RUN.items() if key != "type"}, "type"),
        ({key: value for key, value in RUN.items() if key != "athlete"}, "athlete"),
        ({**RUN, "id": ""}, "id"),
        ({**RUN, "id": 17}, "id"),
        ({**RUN, "activity": None}, "activity"),
        ({**RUN, "updated_at": "yesterday"}, "updated_at"),
        ({**RUN, "activity": {"start": "2026-05-01T07:30:00Z", "moving_s": 1}}, "activity.sport"),
        (run_with(start="2026-05-01T07:30:00"), "activity.start"),
        (run_with(start="0001-01-01T00:00:00+14:00"), "activity.start"),
        (run_with(start=1_777_620_000), "activity.start"),
        (run_with(moving_s=None, distance_m=0), "activity.moving_s"),
        (run_with(moving_s=-1), "activity.moving_s"),
        (run_with(distance_m=10**400), "activity.distance_m"),
        (run_with(distance_m="10 km"), "activity.distance_m"),
        (run_with(avg_hr=800), "activity.avg_hr"),
        (run_with(rpe=11), "activity.rpe"),
        (run_with(race="yes"), "activity.race"),
        (run_with(zone_minutes=[1, 2]), "activity.zone_minutes"),
        ({**MORNING, "wellness": {"resting_hr": 50}}, "wellness.date"),
        ({**MORNING, "wellness": {"date": "2026-02-30"}}, "wellness.date"),
        ({**MORNING, "wellness": {"date": "2026-05-01", "sleep_h": 25}}, "wellness.sleep_h"),
        ({**ACHE, "report": {"pain": 11}}, "report.pain"),
        ([RUN, {**ACHE, "report": {"pain": -1}}], "[1].report.pain"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(event: Any, field: str) -> None:
    assert refusal(event).field == field


def test_a_refusal_never_repeats_what_it_was_given() -> None:
    for event in ({**RUN, "type": "+4915112345678"}, run_with(start="+4915112345678"), run_with(rpe="+4915112345678")):
        assert "4915112345678" not in refusal(event).reason


@pytest.mark.parametrize("body", list(hostile_bodies(json.dumps([run_with(rpe=5), ACHE]).encode())))
def test_hostile_bytes_are_refused_or_read_and_nothing_else(body: bytes) -> None:
    assert outcome(body) in {"read", "refused with 400"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["run", "type"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*RUN, "sport", "start", "x"]), inner),
    max_leaves=12,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_junk_is_only_ever_rejected(body: bytes) -> None:
    assert outcome(body) in {"read", "refused with 400"}


@given(st.dictionaries(st.sampled_from(sorted({*RUN["activity"], "rpe", "streams", "title"})), JSON))
def test_a_workout_of_junk_is_refused_or_becomes_an_activity(fields: dict[str, Any]) -> None:
    assert outcome(json.dumps(run_with(**fields)).encode()) in {"read", "refused with 400"}


def test_nul_is_refused_because_no_database_text_may_hold_it() -> None:
    assert "NUL" in refusal({**RUN, "id": "a\0b"}).reason


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("run", "run"), ("Running", "run"), ("TrailRun", "trail_run"), ("trail_run", "trail_run"),
        ("Treadmill", "treadmill"), ("indoor cycling", "indoor_ride"), ("MountainBikeRide", "mountain_bike"),
        ("Yoga", "yoga"), ("WeightTraining", "strength"), ("Tennis", "team_sport"), ("hike", "hike"),
        ("quidditch", "other"), ("🏃", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_sports_have_one_word_each(word: str, ours: str) -> None:
    assert sport(word) == ours


def test_surfaces_have_one_word_each() -> None:
    assert [surface(word) for word in ("Asphalt", "single track", "tartan", "lava")] == ["road", "trail", "track", None]


@pytest.mark.parametrize("title", ["Race day!", "City marathon", "5k RACE"])
def test_a_title_that_says_race(title: str) -> None:
    assert is_race(title)
    assert activity(run_with(title=title)).race
    assert not activity(run_with(title=title, race=False)).race


@pytest.mark.parametrize("title", ["Race pace 5 km", "Post-race shakeout", "Marathon training week 3", "Embrace", ""])
def test_a_title_that_only_mentions_one(title: str) -> None:
    assert not is_race(title)


def test_titles_of_intervals() -> None:
    assert is_interval("6 x 800m on the track", running=True)
    assert not is_interval("6 x 800m of climbing", running=True)
    assert not is_interval("800m", running=False)
    assert activity(run_with(title="Hill repeats")).interval
    assert not activity(run_with(title="Hill repeats", interval=False)).interval
