"""intervals.icu: who may call, what an event says, and what a fetch brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from intervals_samples import ALICE, BOB, ENV, HEADER, NEW, NOW, OLD, SAMPLES, STAMP, intervals, posted, sample
from twinge.core.model import Activity, Removed, Shape, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    GiveUp,
    Inline,
    Item,
    NotConfigured,
    Pointer,
    Rejected,
    Revoked,
    TokenRefused,
    TryLater,
)
from twinge.plugin.vendor import Refused
from twinge.testing import Sample, check_adapter
from twinge_intervals import Intervals
from twinge_intervals.mapping import to_activity
from vendor_standin import VendorStandin

RUN = "/api/v1/activity/i90000001"
ACTIVITIES = f"/api/v1/athlete/{ALICE}/activities"
WELLNESS = f"/api/v1/athlete/{ALICE}/wellness.json"
ANALYSED, DELETED = 1777707690000, 1777712400000
MORNING = Wellness("intervals:wellness:2026-05-02", date(2026, 5, 2), 47, 62.0, 71.5, 7.25, 74, 1777703394818)


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"secret": NEW, "events": [{"type": kind, "athlete_id": ALICE, **more}]}


def read(body: dict[str, Any]) -> list[Item]:
    return list(intervals().read(posted(body)))


def version(item: Item) -> int:
    if isinstance(item, Pointer):
        return item.version
    assert isinstance(item, Inline)
    assert isinstance(item.event, Removed)
    return item.event.version


def workout(**more: Any) -> Activity:
    return to_activity(sample("api/run") | more, 5)


def stream(**data: list[Any]) -> list[dict[str, Any]]:
    return [{"type": name, "data": values} for name, values in data.items()]


# ---- settings and the door


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({}, "TWINGE_INTERVALS_CLIENT_ID"),
        ({"CLIENT_ID": "1", "WEBHOOK_SECRET": "x"}, "TWINGE_INTERVALS_CLIENT_SECRET"),
        ({"CLIENT_ID": "1", "CLIENT_SECRET": "2"}, "TWINGE_INTERVALS_WEBHOOK_SECRET"),
        ({"CLIENT_ID": "1", "CLIENT_SECRET": "2", "WEBHOOK_SECRET": " "}, "TWINGE_INTERVALS_WEBHOOK_SECRET"),
        ({**ENV, "API_KEY": "k"}, "not both"),
    ],
)
def test_without_keys_it_says_which_are_missing(env: dict[str, str], named: str) -> None:
    with pytest.raises(NotConfigured, match=named):
        Intervals.from_env(env)


def test_it_keeps_the_contract_of_adapters() -> None:
    counts = {"scope_changed": 0, "wellness": 2}
    samples = [
        Sample(path.stem, posted(path.read_bytes()), counts.get(path.stem, 1)) for path in SAMPLES.glob("*.json")
    ]
    check_adapter(intervals(), samples, NOW)
    sealed = [Sample(one.name, replace(one.delivery, headers={}), one.items, sealed=True) for one in samples]
    check_adapter(intervals(AUTHORIZATION=""), sealed, NOW)
    check_adapter(intervals(WEBHOOK_SECRET=""), samples, NOW)
    assert isinstance(intervals(), Backfills)
    assert isinstance(intervals(), Disconnects)


def test_while_secrets_rotate_either_opens() -> None:
    for secret in (OLD, NEW):
        intervals().verify(posted(event("TEST") | {"secret": secret}), NOW)


@pytest.mark.parametrize("secret", [None, "", "guess", f"{OLD} {NEW}", "größe"])
def test_a_wrong_secret_is_401(secret: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        intervals().verify(posted(event("TEST") | {"secret": secret}), NOW)
    assert refused.value.status == 401


@pytest.mark.parametrize("header", [None, "", "Bearer guess", "a-header-of-ours", "é", "\udcff"])
def test_a_wrong_header_is_401_whatever_the_body_says(header: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        intervals().verify(posted(event("TEST"), header=header), NOW)
    assert refused.value.status == 401


def test_with_a_personal_key_nobody_may_call() -> None:
    with pytest.raises(Rejected) as refused:
        Intervals.from_env({"API_KEY": "k"}).verify(posted(event("TEST") | {"secret": ""}, header=""), NOW)
    assert refused.value.status == 401


# ---- what a call says


def test_of_several_events_about_a_workout_the_newest_points() -> None:
    assert read(sample("uploaded")) == [Pointer(ALICE, "i90000001", ANALYSED)]


@pytest.mark.parametrize("kind", ["ACTIVITY_UPLOADED", "ACTIVITY_CREATED", "ACTIVITY_ANALYZED", "ACTIVITY_UPDATED"])
def test_a_number_may_be_an_id_and_without_a_time_the_arrival_counts(kind: str) -> None:
    assert read(event(kind, activity={"id": 17})) == [Pointer(ALICE, "17", STAMP)]


def test_a_deletion_and_a_departure() -> None:
    assert read(sample("deleted")) == [Inline(ALICE, Removed("intervals:i90000001", DELETED))]
    assert read(sample("deauthorized")) == [Revoked(ALICE)]


@pytest.mark.parametrize("kind", ["CALENDAR_UPDATED", "FITNESS_UPDATED", "ACTIVITY_ACHIEVEMENTS", "SOMETHING_NEW"])
def test_what_is_of_no_use_is_taken_and_ignored(kind: str) -> None:
    assert read(event(kind, activity={"id": "i1"}, records=[{"id": "2026-05-02"}])) == []
    assert read(sample("scope_changed")) == []


def test_mornings() -> None:
    alice, bob = read(sample("wellness"))
    assert alice == Inline(ALICE, MORNING)
    assert isinstance(bob, Inline)
    assert isinstance(bob.event, Wellness)
    assert (bob.owner, bob.event.resting_hr, bob.event.sleep_h) == (BOB, None, 7.0)
    assert bob.event.version == 1777703401000


def test_numbers_as_text_count_and_what_no_body_has_does_not() -> None:
    [item] = read(
        event("WELLNESS_UPDATED", records=[{"id": "2026-05-02", "restingHR": "47", "hrv": 0, "sleepSecs": -1}])
    )
    assert isinstance(item, Inline)
    assert item.event == Wellness("intervals:wellness:2026-05-02", date(2026, 5, 2), 47, version=STAMP)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b'{"secret": "x"}', "events"),
        (b'{"events": [{"type": "TEST"}]}', "events[0].athlete_id"),
        (b'{"events": [{"athlete_id": "i1"}]}', "events[0].type"),
        (json.dumps(event("ACTIVITY_UPLOADED")).encode(), "events[0].activity.id"),
        (json.dumps(event("ACTIVITY_DELETED", activity={})).encode(), "events[0].activity.id"),
        (json.dumps(event("ACTIVITY_UPDATED", activity={"id": "../x"})).encode(), "events[0].activity.id"),
        (json.dumps(event("ACTIVITY_UPDATED", activity={"id": True})).encode(), "events[0].activity.id"),
        (json.dumps(event("WELLNESS_UPDATED", records=[1])).encode(), "events[0].records"),
        (json.dumps(event("WELLNESS_UPDATED", records=[{}])).encode(), "records.id"),
        (json.dumps(event("WELLNESS_UPDATED", records=[{"id": "2026-02-30"}])).encode(), "records.id"),
    ],
)
def test_what_is_missing_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        intervals().read(posted(body))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_whatever_the_order_the_same_text_holds() -> None:
    """A deletion that comes first stands above the upload it overtook, and below what is uploaded again later."""
    again = event("ACTIVITY_UPDATED", timestamp="2026-05-02T09:30:00Z", activity={"id": "i90000001"})
    for bodies, newest in (((sample("uploaded"), sample("deleted")), DELETED),
                           ((sample("uploaded"), sample("deleted"), again), DELETED + 1_800_000)):  # fmt: skip
        for order in permutations(bodies):
            versions = [version(item) for body in order for item in read(body)]
            assert max(versions) == newest
            assert len(set(versions)) == len(versions)


def test_the_same_body_has_the_same_name() -> None:
    first, again = posted(sample("deleted")), posted(sample("deleted"), at=NOW + timedelta(hours=1))
    assert intervals().key(first) == intervals().key(again) != intervals().key(posted(sample("uploaded")))


# ---- a workout


def test_a_workout_in_our_units() -> None:
    found = workout()
    assert found == Activity(
        "intervals:i90000001",
        "run",
        datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
        elapsed_s=3800,
        moving_s=3605,
        distance_m=10020,
        climb_m=112,
        descent_m=110,
        avg_hr=145,
        max_hr=171,
        rpe=4,
        version=5,
    )
    assert found.start.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("more", "sport"),
    [
        ({"type": "TrailRun"}, "trail_run"),
        ({"trainer": True}, "treadmill"),
        ({"type": "Ride", "trainer": True}, "indoor_ride"),
        ({"type": "TrackRide"}, "ride"),
        ({"type": "OpenWaterSwim"}, "swim"),
        ({"type": "WeightTraining"}, "strength"),
        ({"type": "Levitation"}, "other"),
    ],
)
def test_sports(more: dict[str, Any], sport: str) -> None:
    assert workout(**more).sport == sport


def test_races_intervals_and_trails() -> None:
    assert [workout(**more).race for more in ({"race": True}, {"sub_type": "RACE"}, {"name": "City marathon"}, {})] == [
        True, True, True, False,
    ]  # fmt: skip
    assert workout(name="8 x 400 m").interval
    assert workout(type="HighIntensityIntervalTraining").interval
    assert workout(name="Trail run in the hills").surface == "trail"


def test_what_is_not_known_is_not_zero() -> None:
    found = workout(distance=0, average_heartrate=0, icu_rpe=None, total_elevation_gain=None, elapsed_time="3800")
    assert (found.distance_m, found.avg_hr, found.rpe, found.climb_m, found.elapsed_s) == (None, None, None, None, 3800)
    assert workout(icu_ignore_hr=True).avg_hr is None
    assert (workout().avg_power_w, workout(device_watts=True).avg_power_w) == (None, 260)
    assert workout(icu_rpe=None, perceived_exertion=6.0).rpe == 6


def test_a_start_without_a_zone_or_without_utc() -> None:
    assert workout(timezone="Nowhere/Land").start.utcoffset() == timedelta(hours=2)
    assert workout(timezone=None, start_date_local=None).start.utcoffset() == timedelta(0)
    assert workout(start_date=None).start == datetime(2026, 5, 2, 6, 30, tzinfo=UTC)
    for more in ({"start_date": None, "start_date_local": None}, {"start_date": "0001-01-01T00:00:00Z"}):
        with pytest.raises(Rejected) as refused:
            workout(**more)
        assert refused.value.field == "start_date"
    with pytest.raises(Rejected) as refused:
        workout(moving_time=None, elapsed_time=0, distance=None)
    assert refused.value.field == "moving_time"


def test_streams_become_a_shape() -> None:
    seconds = list(range(1800))
    streams = stream(
        time=seconds, heartrate=[140] * 900 + [141] * 900, velocity_smooth=[2.8] * 1800, watts=[200] * 1800
    )
    found = to_activity(sample("api/run"), 5, streams)
    assert dict(found.shape.hr_seconds).keys() == {140, 141}
    assert found.shape.normalized_power_w is None
    assert to_activity(sample("api/run") | {"device_watts": True}, 5, streams).shape.normalized_power_w == 200
    assert to_activity(sample("api/run") | {"icu_ignore_hr": True}, 5, streams).shape.hr_seconds == ()
    assert to_activity(sample("api/run"), 5, stream(time=seconds, heartrate=[140])).shape.hr_seconds == ()
    odd: list[Any] = [None, {"type": "time"}, {"type": "time", "data": "x"}, 5]
    assert to_activity(sample("api/run"), 5, odd).shape == Shape()


@pytest.mark.parametrize("steps", [84, 168])
def test_steps_of_one_leg_are_doubled(steps: int) -> None:
    """A heart rate that sticks to the steps of both legs is the cadence: the gate can only see it when doubled."""
    streams = stream(time=list(range(900)), heartrate=[168] * 900, cadence=[steps] * 900, velocity_smooth=[2.8] * 900)
    assert "hr_locked" in to_activity(sample("api/run"), 5, streams).shape.gated
    ride = to_activity(sample("api/run") | {"type": "Ride"}, 5, streams)
    assert ("hr_locked" in ride.shape.gated) == (steps == 168)


# ---- the API


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    base: str
    access: Access

    @property
    def adapter(self) -> Intervals:
        return intervals(API_BASE=self.base)

    async def fetch(self, name: str = "i90000001") -> Any:
        return await self.adapter.fetch(Pointer(ALICE, name, 5), self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    streams = stream(time=list(range(1800)), heartrate=[140] * 1800, velocity_smooth=[2.8] * 1800)
    vendor = VendorStandin(
        {
            RUN: (200, sample("api/run")),
            f"{RUN}/streams.json": (200, streams),
            ACTIVITIES: (200, [sample("api/run"), {"id": "s1", "source": "STRAVA"}, {"id": "../x", "type": "Run"}, 7]),
            WELLNESS: (200, [*sample("wellness")["events"][0]["records"], {"id": "never", "restingHR": 50}]),
        }
    )
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Scene(vendor, str(server.make_url("")).rstrip("/"), Access(http, "a-token", ALICE))


async def test_a_fetch_brings_the_workout_with_its_streams(scene: Scene) -> None:
    found = await scene.fetch()
    assert isinstance(found, Activity)
    assert replace(found, shape=Shape()) == workout()
    assert found.shape.hr_seconds
    assert [one.headers["Authorization"] for one in scene.vendor.asked] == ["Bearer a-token"] * 2
    assert scene.vendor.asked[1].query == {"types": "time,distance,altitude,heartrate,cadence,watts,velocity_smooth"}


@pytest.mark.parametrize("answer", [(404, b""), (200, {}), (200, b""), (200, [])])
async def test_without_streams_the_summary_stands(scene: Scene, answer: tuple[int, Any]) -> None:
    scene.vendor.answers[f"{RUN}/streams.json"] = answer
    assert await scene.fetch() == workout()


async def test_what_was_typed_in_has_no_streams_to_ask_for(scene: Scene) -> None:
    scene.vendor.answers[RUN] = 200, sample("api/run") | {"source": "MANUAL"}
    assert await scene.fetch() == workout()
    assert scene.vendor.paths() == [RUN]


@pytest.mark.parametrize(
    "row", [{"id": "i90000001", "source": "STRAVA"}, {"id": "i90000001"}, {"icu_athlete_id": "i999"}]
)
async def test_what_came_from_strava_or_is_somebody_elses_is_not_ours(scene: Scene, row: dict[str, Any]) -> None:
    scene.vendor.answers[RUN] = 200, sample("api/run") | row if "icu_athlete_id" in row else row
    assert await scene.fetch() is None


async def test_an_id_with_or_without_its_letter_is_the_same_athlete(scene: Scene) -> None:
    scene.vendor.answers[RUN] = 200, sample("api/run") | {"icu_athlete_id": ALICE.removeprefix("i")}
    assert isinstance(await scene.fetch(), Activity)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_removed(scene: Scene, status: int) -> None:
    scene.vendor.answers[RUN] = status, b""
    assert await scene.fetch() == Removed("intervals:i90000001", 5)


@pytest.mark.parametrize("path", [RUN, f"{RUN}/streams.json"])
@pytest.mark.parametrize(
    ("status", "kind"), [(401, TokenRefused), (403, Refused), (429, TryLater), (500, TryLater), (302, Refused)]
)
async def test_refusals_say_what_to_do(scene: Scene, path: str, status: int, kind: type[Exception]) -> None:
    scene.vendor.answers[path] = status, b""
    scene.vendor.headers["Retry-After"] = "90"
    with pytest.raises(kind) as said:
        await scene.fetch()
    if status == 429:
        assert isinstance(said.value, TryLater)
        assert said.value.after == timedelta(seconds=90)


async def test_another_workout_and_garbage_are_not_taken(scene: Scene) -> None:
    body: Any
    for body in ([], {"id": "i2"}, None):
        scene.vendor.answers[RUN] = 200, body
        with pytest.raises(GiveUp):
            await scene.fetch()
    for path in (RUN, ACTIVITIES, WELLNESS):
        scene.vendor.answers[path] = 200, b"<html>"
    with pytest.raises(TryLater):
        await scene.fetch()
    with pytest.raises(TryLater):
        await scene.adapter.recent(scene.access, NOW)
    scene.vendor.answers[WELLNESS] = 200, {"a": 1}
    with pytest.raises(TryLater):
        await scene.fetch("wellness:2026-05-01")


async def test_recent_names_workouts_and_mornings(scene: Scene) -> None:
    found = await scene.adapter.recent(scene.access, NOW - timedelta(days=2))
    assert found == [Pointer(ALICE, "i90000001", STAMP), Pointer(ALICE, "wellness:2026-04-30", STAMP)]
    assert scene.vendor.asked[0].query == {"oldest": "2026-04-30"}
    assert await scene.fetch("wellness:2026-04-30") == [MORNING]
    assert scene.vendor.asked[1].query == {"oldest": "2026-04-30"}


async def test_the_past_comes_as_summaries_and_then_mornings(scene: Scene) -> None:
    items, page = await scene.adapter.history(scene.access, NOW, None)
    assert items == [Inline(ALICE, replace(workout(), version=0))]
    assert page == "wellness:"
    assert await scene.adapter.history(scene.access, NOW, page) == ([Inline(ALICE, MORNING)], None)


async def test_leaving(scene: Scene) -> None:
    for status in (200, 204, 404):
        scene.vendor.answers["DELETE /api/v1/disconnect-app"] = status, b""
        await scene.adapter.disconnect(scene.access)
    scene.vendor.answers["DELETE /api/v1/disconnect-app"] = 500, b""
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)


async def test_a_personal_key_asks_without_consent(scene: Scene) -> None:
    adapter = Intervals.from_env({"API_KEY": "a-key", "API_BASE": scene.base})
    assert adapter.oauth is None
    assert isinstance(await adapter.fetch(Pointer(ALICE, "i90000001", 5), replace(scene.access, token=None)), Activity)
    assert scene.vendor.asked[0].headers["Authorization"] == "Basic QVBJX0tFWTphLWtleQ=="
    await adapter.disconnect(scene.access)
    assert len(scene.vendor.asked) == 2


def test_consent_is_asked_at_intervals_icu() -> None:
    oauth = intervals().oauth
    assert oauth is not None
    assert (oauth.authorize_url, oauth.token_url) == (
        "https://intervals.icu/oauth/authorize",
        "https://intervals.icu/api/oauth/token",
    )
    assert (oauth.owner_at, oauth.scope_separator) == (("athlete", "id"), ",")
    assert HEADER not in repr(oauth)
