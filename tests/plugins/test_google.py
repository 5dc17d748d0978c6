"""Google Health: who may call, what a notification says, what a fetch brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from google_samples import ALICE, BOB, NEW, NOW, OLD, SAMPLES, STAMP, google, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Answers,
    Backfills,
    GiveUp,
    Identifies,
    Inline,
    NotConfigured,
    Pointer,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.plugin.vendor import Refused
from twinge.testing import Sample, check_adapter
from twinge_google import Google
from twinge_google.mapping import to_activity, to_mornings
from vendor_standin import VendorStandin

TYPES = "/v4/users/me/dataTypes"
EXERCISE, IDENTITY = f"{TYPES}/exercise/dataPoints", "/v4/users/me/identity"
RUN = Activity(
    "google:9000000000000000017",
    "run",
    datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
    elapsed_s=3800,
    moving_s=3605,
    distance_m=10020,
    climb_m=112,
    avg_hr=145,
    version=5,
)
MORNINGS = [
    Wellness("google:day:2026-05-01", date(2026, 5, 1), 48, version=5),
    Wellness("google:day:2026-05-02", date(2026, 5, 2), 47, hrv_rmssd_ms=62.5, sleep_h=7.25, version=5),
]
WORKOUTS, DAYS = Pointer(ALICE, "exercise:2026-05-01:2026-05-04", 5), Pointer(ALICE, "days:2026-04-30:2026-05-04", 5)


def change(**more: Any) -> dict[str, Any]:
    return {"data": sample("exercise")["data"] | more}


def pointers(body: Any) -> list[tuple[str, str]]:
    found = google().read(posted(body))
    assert all(isinstance(item, Pointer) and item.version == STAMP for item in found)
    return [(item.owner, item.object_id) for item in found if isinstance(item, Pointer)]


def workout(**more: Any) -> Activity:
    point = sample("api/exercise")["dataPoints"][0]
    return to_activity(point | {"exercise": point["exercise"] | more}, 5)


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_GOOGLE_CLIENT_SECRET, TWINGE_GOOGLE_WEBHOOK_SECRET"):
        Google.from_env({"CLIENT_ID": "1"})
    with pytest.raises(NotConfigured, match="WEBHOOK_SECRET needs at least 16"):
        google(WEBHOOK_SECRET=f"{NEW} short")


def test_it_keeps_the_contract_of_adapters() -> None:
    counts = {"batch": 2, "verification": 0, "deleted": 0}
    samples = [
        Sample(path.stem, posted(path.read_bytes()), counts.get(path.stem, 1)) for path in SAMPLES.glob("*.json")
    ]
    check_adapter(google(), samples, NOW)
    for kind in (Answers, Backfills, Identifies):
        assert isinstance(google(), kind)


def test_while_secrets_rotate_either_opens() -> None:
    for secret in (OLD, NEW):
        google().verify(posted(sample("exercise"), header=f"Bearer {secret}"), NOW)


@pytest.mark.parametrize(
    "header", [None, "", NEW, "Bearer guess", f"Bearer {OLD} {NEW}", f"bearer {NEW}", "é", "\udcff"]
)
def test_a_wrong_header_is_401(header: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        google().verify(posted(sample("exercise"), header=header), NOW)
    assert refused.value.status == 401


def test_the_url_is_ours_with_the_secret_and_not_without() -> None:
    """Google tries both, and registers the subscriber only if one is taken and the other refused."""
    asked = posted(sample("verification"))
    google().verify(asked, NOW)
    assert google().answer(asked)[0] == 201
    with pytest.raises(Rejected) as refused:
        google().verify(replace(asked, headers={}), NOW)
    assert refused.value.status == 401


@pytest.mark.parametrize("name", ["exercise", "batch", "deleted", "older_shape"])
def test_a_notification_is_answered_204(name: str) -> None:
    assert google().answer(posted(sample(name))) == (204, "text/plain", b"")


# ---- what a call says


def test_a_workout_points_to_its_days() -> None:
    assert pointers(sample("exercise")) == [(ALICE, "exercise:2026-05-01:2026-05-04")]


def test_what_is_of_one_morning_points_once() -> None:
    assert pointers(sample("batch")) == [
        (ALICE, "days:2026-04-30:2026-05-04"),
        (BOB, "days:2026-05-01:2026-05-05"),
    ]
    assert pointers(sample("older_shape")) == [(ALICE, "days:2026-04-30:2026-05-04")]


def test_several_workouts_of_an_athlete_are_one_span() -> None:
    later = [{"physicalTimeInterval": {"startTime": "2026-05-02T16:00:00Z", "endTime": "2026-05-02T17:00:00Z"}}]
    [pointer] = google().read(posted([sample("exercise"), change(intervals=later)]))
    assert isinstance(pointer, Pointer)
    assert pointer.extra == {"start": "2026-05-02T06:30:00+00:00", "end": "2026-05-02T17:00:00+00:00"}


@pytest.mark.parametrize("kind", ["steps", "heart-rate", "something-new"])
def test_what_is_of_no_use_is_taken_and_ignored(kind: str) -> None:
    assert pointers(change(dataType=kind)) == []
    assert pointers({"type": "something-new"}) == []
    assert pointers(sample("deleted")) == []
    assert pointers(change(dataType="sleep", operation="DELETE")) == [(ALICE, "days:2026-05-01:2026-05-04")]


@pytest.mark.parametrize("intervals", [None, [], [5, {}, {"physicalTimeInterval": {"startTime": "soon"}}]])
def test_without_a_time_it_is_about_now(intervals: Any) -> None:
    assert pointers(change(intervals=intervals)) == [(ALICE, "exercise:2026-05-01:2026-05-04")]


def test_a_long_time_is_cut_to_its_last_ninety_days() -> None:
    years = [{"physicalTimeInterval": {"startTime": "2019-01-01T00:00:00Z", "endTime": "2026-05-02T00:00:00Z"}}]
    assert pointers(change(intervals=years)) == [(ALICE, "exercise:2026-02-03:2026-05-04")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"5", None),
        (json.dumps({"data": {"dataType": "sleep"}}).encode(), "data.healthUserId"),
        (json.dumps({"data": {"healthUserId": "h"}}).encode(), "data.dataType"),
        (json.dumps(change(healthUserId="")).encode(), "data.healthUserId"),
        (json.dumps([sample("exercise"), {"data": {"healthUserId": "h"}}]).encode(), "[1].data.dataType"),
    ],
)
def test_what_is_missing_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        google().read(posted(body))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_the_same_body_has_the_same_name() -> None:
    first, again = posted(sample("batch")), posted(sample("batch"), at=NOW + timedelta(hours=1))
    assert google().key(first) == google().key(again) != google().key(posted(sample("exercise")))


# ---- workouts and mornings


def test_a_workout_in_our_units() -> None:
    assert workout() == RUN
    assert workout().start.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("word", "sport"),
    [("TRAIL_RUN", "trail_run"), ("TREADMILL", "treadmill"), ("POWER_WALKING", "walk"), ("BIKING", "ride"),
     ("SPINNING", "indoor_ride"), ("SWIMMING_POOL", "swim"), ("ROWING_MACHINE", "row"), ("YOGA_HATHA", "yoga"),
     ("FUNCTIONAL_STRENGTH_TRAINING", "strength"), ("CROSS_COUNTRY_SKI", "nordic_ski"), ("PICKELBALL", "team_sport"),
     ("LEVITATION", "other"), (None, "other")],
)  # fmt: skip
def test_sports(word: Any, sport: str) -> None:
    assert workout(exerciseType=word).sport == sport


def test_what_is_not_known_is_not_zero() -> None:
    found = workout(
        metricsSummary={"distanceMillimeters": "0", "averageHeartRateBeatsPerMinute": 0}, activeDuration=3605
    )
    assert (found.distance_m, found.avg_hr, found.climb_m, found.moving_s, found.elapsed_s) == (
        None,
        None,
        None,
        None,
        3800,
    )
    assert workout(metricsSummary=None).avg_hr is None
    assert workout(exerciseType="HIIT").interval
    west = workout(interval={"startTime": "2026-05-02T06:30:00Z", "startUtcOffset": "-18000s"})
    assert (west.start.utcoffset(), west.elapsed_s) == (timedelta(hours=-5), None)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"interval": None}, "exercise.interval.startTime"),
        ({"interval": {"startTime": "2026-05-02T06:30:00"}}, "exercise.interval.startTime"),
        ({"interval": {"startTime": "0001-01-01T00:00:00Z"}}, "exercise.interval.startTime"),
        (
            {"interval": {"startTime": "2026-05-02T06:30:00Z"}, "activeDuration": None, "metricsSummary": {}},
            "exercise.activeDuration",
        ),
    ],
)
def test_a_workout_without_a_time_is_refused(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        workout(**more)
    assert refused.value.field == field
    with pytest.raises(Rejected, match="id of a data point"):
        to_activity(sample("api/exercise")["dataPoints"][0] | {"name": "a/b c"}, 5)


def test_the_main_sleep_counts_and_then_the_longest() -> None:
    night = sample("api/days")["sleep"]["dataPoints"][0]

    def slept(**more: Any) -> dict[str, Any]:
        given: dict[str, Any] = {"sleep": night["sleep"] | more}
        return given

    long, other = (
        slept(summary={"minutesAsleep": "500"}, metadata={}),
        slept(summary={"minutesAsleep": 90}, metadata={}),
    )
    for sleeps, hours in (([long, night], 7.25), ([night, long], 7.25), ([other, long], 8.33), ([long, other], 8.33)):
        [morning] = to_mornings([], [], sleeps, 5)
        assert (morning.day, morning.sleep_h) == (date(2026, 5, 2), hours)


def test_odd_points_are_left_out() -> None:
    may = {"year": 2026, "month": 5}
    pulses = [
        {"date": may | {"month": 13, "day": 1}, "beatsPerMinute": 50},
        {"date": may, "beatsPerMinute": 50},
        {"date": may | {"day": 1}, "beatsPerMinute": "0"},
    ]
    odd: list[Any] = [None, 5, {}, *({"dailyRestingHeartRate": one} for one in pulses)]
    assert to_mornings(odd, odd, odd, 5) == []


# ---- the API


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Google
    access: Access


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    days = {f"{TYPES}/{kind}/dataPoints": (200, found) for kind, found in sample("api/days").items()}
    vendor = VendorStandin(
        {EXERCISE: (200, sample("api/exercise")), IDENTITY: (200, {"healthUserId": ALICE, "legacyUserId": "X"}), **days}
    )
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        adapter = google(API_BASE=str(server.make_url("")))
        yield Scene(vendor, adapter, Access(http, "a-token", ALICE))


async def test_a_fetch_brings_the_workouts_of_the_days(scene: Scene) -> None:
    scene.vendor.answers[EXERCISE][1]["dataPoints"] += [None, {"name": "x"}]
    assert await scene.adapter.fetch(WORKOUTS, scene.access) == [RUN]
    [asked] = scene.vendor.asked
    member = "exercise.interval.civil_start_time"
    assert asked.headers["Authorization"] == "Bearer a-token"
    assert asked.query == {"filter": f'{member} >= "2026-05-01" AND {member} < "2026-05-04"', "pageSize": "25"}


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [("2026-05-02T07:30:00Z", "2026-05-02T09:00:00Z", 1), ("2026-05-02T06:00:00Z", "2026-05-02T06:29:30Z", 1),
     ("2026-05-02T07:35:00Z", "2026-05-02T09:00:00Z", 0), ("2026-05-01T06:00:00Z", "2026-05-01T07:00:00Z", 0)],
)  # fmt: skip
async def test_only_the_workouts_that_changed_are_brought(scene: Scene, start: str, end: str, found: int) -> None:
    """Another one of the same day would look changed, and be judged anew."""
    interval = {"physicalTimeInterval": {"startTime": start, "endTime": end}}
    [pointer] = google().read(posted(change(intervals=[interval])))
    assert isinstance(pointer, Pointer)
    assert len(await scene.adapter.fetch(pointer, scene.access)) == found


async def test_a_fetch_brings_whole_mornings(scene: Scene) -> None:
    assert await scene.adapter.fetch(DAYS, scene.access) == MORNINGS
    filters = [one.query["filter"].split(" ")[0] for one in scene.vendor.asked]
    assert filters == ["daily_resting_heart_rate.date", "daily_heart_rate_variability.date",
                       "sleep.interval.civil_end_time"]  # fmt: skip
    assert [one.query["pageSize"] for one in scene.vendor.asked] == ["1000", "1000", "25"]


async def test_an_endless_list_ends(scene: Scene) -> None:
    scene.vendor.answers[EXERCISE][1]["nextPageToken"] = "more"
    assert len(await scene.adapter.fetch(WORKOUTS, scene.access)) == 20
    assert [one.query.get("pageToken") for one in scene.vendor.asked] == [None] + ["more"] * 19


async def test_nothing_there_is_nothing(scene: Scene) -> None:
    for path in scene.vendor.answers:
        scene.vendor.answers[path] = 200, {}
    assert await scene.adapter.fetch(WORKOUTS, scene.access) == []
    assert await scene.adapter.fetch(DAYS, scene.access) == []


@pytest.mark.parametrize("name", ["exercise:2026-05-01", "../x", "steps:2026-05-01:2026-05-02", ""])
async def test_a_pointer_to_no_days_is_given_up(scene: Scene, name: str) -> None:
    with pytest.raises(GiveUp):
        await scene.adapter.fetch(Pointer(ALICE, name, 5), scene.access)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [((401, b""), TokenRefused), ((403, b""), Refused), ((404, b""), Refused), ((400, b""), Refused),
     ((429, b""), TryLater), ((500, b""), TryLater), ((302, b""), Refused), ((200, b"<html>"), TryLater),
     ((200, []), TryLater), ((200, {"dataPoints": 5}), TryLater)],
)  # fmt: skip
async def test_refusals_say_what_to_do(scene: Scene, answer: tuple[int, Any], kind: type[Exception]) -> None:
    for path in scene.vendor.answers:
        scene.vendor.answers[path] = answer
    scene.vendor.headers["Retry-After"] = "90"
    asks: list[Any] = [
        scene.adapter.fetch(WORKOUTS, scene.access),
        scene.adapter.fetch(DAYS, scene.access),
        scene.adapter.history(scene.access, NOW, None),
    ]
    if answer[0] != 200:
        asks.append(scene.adapter.recent(scene.access, NOW))
    asks.append(scene.adapter.owner(scene.access))
    for ask in asks:
        with pytest.raises(kind) as said:
            await ask
        if answer[0] == 429:
            assert isinstance(said.value, TryLater)
            assert said.value.after == timedelta(seconds=90)


async def test_recent_points_to_the_days_up_to_googles_own_today(scene: Scene) -> None:
    assert await scene.adapter.recent(scene.access, NOW - timedelta(days=2)) == [
        Pointer(ALICE, "exercise:2026-04-30:2026-05-04", 0),
        Pointer(ALICE, "days:2026-04-30:2026-05-04", STAMP),
    ]
    scene.vendor.headers["Date"] = "now"
    with pytest.raises(TryLater, match="what time"):
        await scene.adapter.recent(scene.access, NOW)


async def test_the_past_comes_page_by_page_and_below_what_is_fetched(scene: Scene) -> None:
    scene.vendor.answers[EXERCISE][1]["nextPageToken"] = "page-2"
    items, page = await scene.adapter.history(scene.access, NOW, None)
    assert (items, page) == ([Inline(ALICE, replace(RUN, version=0))], "page-2")
    del scene.vendor.answers[EXERCISE][1]["nextPageToken"]
    _, page = await scene.adapter.history(scene.access, NOW, page)
    assert (page, scene.vendor.asked[-1].query["pageToken"]) == ("days", "page-2")
    items, page = await scene.adapter.history(scene.access, NOW, page)
    assert items == [Inline(ALICE, replace(one, version=0)) for one in MORNINGS]
    assert page is None


async def test_whose_a_token_is(scene: Scene) -> None:
    assert await scene.adapter.owner(replace(scene.access, owner="")) == ALICE
    for said in ({}, {"healthUserId": ""}, {"healthUserId": 5}):
        scene.vendor.answers[IDENTITY] = 200, said
        with pytest.raises(TryLater):
            await scene.adapter.owner(scene.access)


def test_consent_is_asked_at_google_for_as_long_as_it_may_last() -> None:
    oauth = google().oauth
    assert oauth is not None
    assert oauth.authorize_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert (oauth.token_url, oauth.revoke_url) == (
        "https://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/revoke",
    )
    assert oauth.asks == {"access_type": "offline", "prompt": "consent"}
    assert all(scope.endswith(".readonly") for scope in oauth.scopes)
