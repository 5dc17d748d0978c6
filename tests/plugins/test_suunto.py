"""Suunto: who may call, what a notification says, and what a fetch brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from suunto_samples import ALICE, ENV, KEY, NEW, NOW, OLD, SAMPLES, STAMP, posted, sample, suunto
from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    GiveUp,
    Inline,
    NotConfigured,
    Pointer,
    Recording,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.plugin.vendor import Refused
from twinge.testing import Sample, check_adapter
from twinge_suunto import Suunto
from twinge_suunto.mapping import to_activity
from vendor_standin import VendorStandin

FIT = bytes((14, 0x20, 0, 0, 0, 0, 0, 0)) + b".FIT" + bytes(20)
WORKOUT = f"/v3/workouts/{KEY}"


def night(**more: Any) -> dict[str, Any]:
    given = sample("sleep")
    given["samples"] = [{"entryData": given["samples"][0]["entryData"] | more}]
    return given


def mornings(*bodies: dict[str, Any]) -> list[Wellness]:
    items = [item for body in bodies for item in suunto().read(posted(body))]
    return [item.event for item in items if isinstance(item, Inline) and isinstance(item.event, Wellness)]


def workout(**more: Any) -> Activity:
    return to_activity(sample("api/workout")["payload"] | more, 5)


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_SUUNTO_SUBSCRIPTION_KEY, TWINGE_SUUNTO_NOTIFICATION_SECRET"):
        Suunto.from_env({"CLIENT_ID": "1", "CLIENT_SECRET": "2"})


def test_it_keeps_the_contract_of_adapters() -> None:
    counts = {"recovery": 0, "route": 0}
    samples = [
        Sample(path.stem, posted(path.read_bytes()), counts.get(path.stem, 1)) for path in SAMPLES.glob("*.json")
    ]
    check_adapter(suunto(), samples, NOW)
    assert isinstance(suunto(), Disconnects)
    assert isinstance(suunto(), Backfills)


def test_while_secrets_rotate_either_signs() -> None:
    for secret in (OLD, NEW):
        suunto().verify(posted(sample("sleep"), secret=secret), NOW)


@pytest.mark.parametrize("given", [None, "", "0" * 64, "é" * 64, "\udcff", "deadbeef"])
def test_a_wrong_signature_is_401(given: str | None) -> None:
    headers = {} if given is None else {"x-hmac-sha256-signature": given}
    with pytest.raises(Rejected) as refused:
        suunto().verify(replace(posted(sample("sleep")), headers=headers), NOW)
    assert refused.value.status == 401


def test_the_signature_is_that_of_the_raw_body() -> None:
    """Computed here by hand; the same JSON with another blank in it is another body."""
    body = b'{"type":"ROUTE_CREATED","username":"alice.runs"}'
    signature = hmac.new(NEW.encode(), body, "sha256").hexdigest()
    suunto().verify(replace(posted(body), headers={"x-hmac-sha256-signature": signature.upper()}), NOW)
    with pytest.raises(Rejected):
        suunto().verify(replace(posted(body), body=body + b" "), NOW)


def test_another_secret_is_not_ours() -> None:
    with pytest.raises(Rejected):
        suunto().verify(posted(sample("sleep"), secret=f"{OLD} {NEW}"), NOW)


# ---- what a call says


def test_a_workout_is_a_pointer() -> None:
    assert suunto().read(posted(sample("workout"))) == [Pointer(ALICE, KEY, STAMP)]


def test_the_same_body_has_the_same_name_and_another_one_another() -> None:
    first, again = posted(sample("workout")), posted(sample("workout"), at=NOW + timedelta(hours=1))
    assert suunto().key(first) == suunto().key(again)
    assert suunto().key(first) != suunto().key(posted(sample("sleep")))


@pytest.mark.parametrize("kind", ["ROUTE_CREATED", "SUUNTO_247_ACTIVITY_CREATED", "SOMETHING_NEW"])
def test_what_is_of_no_use_is_taken_and_ignored(kind: str) -> None:
    assert list(suunto().read(posted({"type": kind, "username": ALICE}))) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"[]", None),
        (b'{"type": "WORKOUT_CREATED"}', "username"),
        (b'{"username": "alice.runs"}', "type"),
        (b'{"type": "WORKOUT_CREATED", "username": ""}', "username"),
        (b'{"type": "WORKOUT_CREATED", "username": "a"}', "workout"),
        (b'{"type": "WORKOUT_CREATED", "username": "a", "workout": {}}', "workout.workoutKey"),
        (b'{"type": "WORKOUT_CREATED", "username": "a", "workout": {"workoutKey": "../x"}}', "workout.workoutKey"),
        (b'{"type": "SUUNTO_247_SLEEP_CREATED", "username": "a"}', "samples"),
        (b'{"type": "SUUNTO_247_SLEEP_CREATED", "username": "a", "samples": [{}]}', "samples[0].entryData"),
        (json.dumps(night(BedtimeEnd=None)).encode(), "samples.entryData.BedtimeEnd"),
        (json.dumps(night(BedtimeEnd="2026-05-02T06:29:00")).encode(), "samples.entryData.BedtimeEnd"),
    ],
)
def test_what_is_missing_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        suunto().read(posted(body))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_a_night_is_a_morning() -> None:
    assert mornings(sample("sleep")) == [
        Wellness("suunto:night:2026-05-02", date(2026, 5, 2), 46, hrv_rmssd_ms=61.0, sleep_h=7.25, version=26100)
    ]


def test_numbers_as_text_count_and_what_no_body_has_does_not() -> None:
    [morning] = mornings(night(HRMin="46", AvgHRV="61.5", DeepSleepDuration="5610.0"))
    assert (morning.resting_hr, morning.hrv_rmssd_ms, morning.sleep_h) == (46, 61.5, 7.25)
    [morning] = mornings(night(HRMin=0, AvgHRV=-1, REMSleepDuration=None))
    assert (morning.resting_hr, morning.hrv_rmssd_ms, morning.sleep_h) == (None, None, 6.55)


def test_without_stages_the_time_in_bed_stands() -> None:
    stages = dict.fromkeys(("DeepSleepDuration", "LightSleepDuration", "REMSleepDuration"))
    [morning] = mornings(night(**stages))
    assert morning.sleep_h == 7.8
    assert mornings(night(**stages, Duration=0)) == []


def test_of_one_day_the_longest_sleep_holds_in_any_order() -> None:
    pieces = [night(), night(DeepSleepDuration=600), night(LightSleepDuration=1200)]
    held = {
        max(mornings(*order), key=lambda one: one.version).sleep_h
        for order in permutations(pieces)
        if len({one.key for one in mornings(*order)}) == 1
    }
    assert held == {7.25}


# ---- a workout


def test_a_workout_in_our_units() -> None:
    found = workout()
    assert found == Activity(
        f"suunto:{KEY}",
        "trail_run",
        datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
        elapsed_s=3800,
        moving_s=3605,
        distance_m=10020,
        climb_m=213,
        descent_m=208,
        avg_hr=145,
        max_hr=171,
        version=5,
    )
    assert found.start.utcoffset() == timedelta(hours=2)


def test_beats_a_second_are_beats_a_minute_and_the_profile_is_no_measurement() -> None:
    found = workout(hrdata={"avg": 2.4166, "hrmax": 2.85, "max": 196, "userMaxHR": 196})
    assert (found.avg_hr, found.max_hr) == (145, 171)
    assert workout(hrdata={"max": 196}).max_hr is None
    assert workout(hrdata=None).avg_hr is None


def test_numbers_as_text_and_unknown_numbers_of_sports() -> None:
    found = workout(totalTime="3605.2", activityId="1", startTime="1777703400000", stopTime=None)
    assert (found.moving_s, found.sport, found.elapsed_s) == (3605, "run", None)
    assert [workout(activityId=one).sport for one in (999, None, "x", True)] == ["other"] * 4


def test_what_is_not_known_is_not_zero() -> None:
    found = workout(totalDistance=0, totalAscent=None, totalDescent=None, timeOffsetInMinutes=None)
    assert (found.distance_m, found.climb_m, found.descent_m) == (None, None, None)
    assert found.start.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"startTime": 0}, "startTime"), ({"startTime": "soon"}, "startTime"),
     ({"totalTime": None, "totalDistance": 0}, "totalTime")],
)  # fmt: skip
def test_a_workout_without_a_time_is_refused(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        workout(**more)
    assert refused.value.field == field


# ---- the API


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Suunto
    access: Access

    async def fetch(self) -> Activity | Recording | Removed:
        return await self.adapter.fetch(Pointer(ALICE, KEY, 5), self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin({WORKOUT: (200, sample("api/workout")), f"{WORKOUT}/fit": (200, FIT)})
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        yield Scene(vendor, suunto(API_BASE=base, AUTH_BASE=base), Access(http, "a-token", ALICE))


async def test_a_fetch_brings_the_file_and_the_summary(scene: Scene) -> None:
    assert await scene.fetch() == Recording(f"suunto:{KEY}", FIT, "fit", 5, workout())
    assert {one.headers["Authorization"] for one in scene.vendor.asked} == {"Bearer a-token"}
    assert {one.headers["Ocp-Apim-Subscription-Key"] for one in scene.vendor.asked} == {"standin-subscription"}


@pytest.mark.parametrize(
    "answer", [(404, b""), (403, b""), (400, b""), (200, b""), (200, b"<html>"), (200, FIT[:8] + b".FIX" + FIT[12:])]
)
async def test_without_a_file_the_summary_stands(scene: Scene, answer: tuple[int, bytes]) -> None:
    scene.vendor.answers[f"{WORKOUT}/fit"] = answer
    assert await scene.fetch() == workout()


async def test_what_was_typed_in_has_no_file_to_ask_for(scene: Scene) -> None:
    said = sample("api/workout")
    said["payload"]["isManuallyAdded"] = True
    scene.vendor.answers[WORKOUT] = 200, said
    assert isinstance(await scene.fetch(), Activity)
    assert scene.vendor.paths() == [WORKOUT]


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_removed(scene: Scene, status: int) -> None:
    scene.vendor.answers[WORKOUT] = status, b""
    assert await scene.fetch() == Removed(f"suunto:{KEY}", 5)


@pytest.mark.parametrize("path", [WORKOUT, f"{WORKOUT}/fit"])
@pytest.mark.parametrize(
    ("status", "kind"), [(401, TokenRefused), (429, TryLater), (500, TryLater), (503, TryLater), (302, Refused)]
)
async def test_refusals_say_what_to_do(scene: Scene, path: str, status: int, kind: type[Exception]) -> None:
    scene.vendor.answers[path] = status, b""
    scene.vendor.headers["Retry-After"] = "90"
    with pytest.raises(kind) as said:
        await scene.fetch()
    if status == 429:
        assert isinstance(said.value, TryLater)
        assert said.value.after == timedelta(seconds=90)


@pytest.mark.parametrize("payload", [None, [], {}, {"workoutKey": "another"}])
async def test_another_workout_is_not_taken(scene: Scene, payload: Any) -> None:
    scene.vendor.answers[WORKOUT] = 200, {"payload": payload}
    with pytest.raises(GiveUp):
        await scene.fetch()


async def test_garbage_is_tried_again(scene: Scene) -> None:
    for body in (b"<html>We will be back</html>", b"\xff"):
        scene.vendor.answers[WORKOUT] = 200, body
        with pytest.raises(TryLater):
            await scene.fetch()
        scene.vendor.answers["/v3/workouts"] = 200, body
        with pytest.raises(TryLater):
            await scene.adapter.recent(scene.access, NOW)


async def test_recent_lists_what_changed(scene: Scene) -> None:
    rows = [{"workoutKey": "k1"}, {"workoutKey": "../etc"}, "odd", {"activityId": 1}]
    scene.vendor.answers["/v3/workouts"] = 200, {"payload": rows}
    assert await scene.adapter.recent(scene.access, NOW) == [Pointer(ALICE, "k1", STAMP)]
    [asked] = scene.vendor.asked
    assert asked.query == {
        "since": str(STAMP),
        "limit": "100",
        "offset": "0",
        "filter-by-modification-time": "true",
    }


async def test_an_endless_list_ends(scene: Scene) -> None:
    scene.vendor.answers["/v3/workouts"] = 200, {"payload": [{"workoutKey": f"k{one}"} for one in range(100)]}
    assert len(await scene.adapter.recent(scene.access, NOW)) == 2_000
    assert [one.query["offset"] for one in scene.vendor.asked][-1] == "1900"


async def test_the_past_comes_page_by_page_and_below_what_is_fetched(scene: Scene) -> None:
    row = sample("api/workout")["payload"]
    scene.vendor.answers["/v3/workouts"] = 200, {"payload": [row] * 99 + [row | {"startTime": None}]}
    items, page = await scene.adapter.history(scene.access, NOW, None)
    assert (len(items), items[0], page) == (99, Inline(ALICE, replace(workout(), version=0)), "100")
    scene.vendor.answers["/v3/workouts"] = 200, {"payload": []}
    assert await scene.adapter.history(scene.access, NOW, page) == ([], None)


@pytest.mark.parametrize("status", [200, 204, 404])
async def test_taking_back_the_consent(scene: Scene, status: int) -> None:
    scene.vendor.answers["/oauth/deauthorize"] = status, b""
    await scene.adapter.disconnect(scene.access)
    [asked] = scene.vendor.asked
    assert asked.query == {"client_id": "standin-client"}
    scene.vendor.answers["/oauth/deauthorize"] = 500, b""
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)


def test_consent_is_asked_at_suunto() -> None:
    oauth = Suunto.from_env(ENV).oauth
    assert oauth is not None
    assert oauth.authorize_url == "https://cloudapi-oauth.suunto.com/oauth/authorize"
    assert (oauth.basic, oauth.owner_at, oauth.scopes) == (True, ("user",), ("workout",))
