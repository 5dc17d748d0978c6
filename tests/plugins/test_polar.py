"""Polar: who may call, where an event points, and what is there. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from polar_samples import ALICE, ENV, NEXT_SECRET, NOW, SAMPLES, polar, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    GiveUp,
    Identifies,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_polar import Polar, pause
from twinge_polar.mapping import effort_of, seconds_of, shape_of, to_activity
from twinge_polar.words import sport_of
from vendor_standin import VendorStandin

PING = {"timestamp": "2026-05-02T08:00:00Z", "event": "PING"}
SENT = int(datetime(2026, 5, 2, 8, 41, 10, tzinfo=UTC).timestamp() * 1000)
WORKOUT, NIGHT = Pointer(ALICE, "bRmD94", SENT), Pointer(ALICE, "night-2026-05-02", 7)


def row(**more: Any) -> Activity:
    return to_activity(sample("api/exercise") | {"samples": None} | more, "polar:bRmD94", 5)


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_POLAR_CLIENT_SECRET"):
        Polar.from_env({"CLIENT_ID": "1"})


def test_it_keeps_the_contract_of_adapters() -> None:
    told = {"exercise", "sleep"}
    samples = [Sample(path.stem, posted(path.read_bytes()), int(path.stem in told)) for path in SAMPLES.glob("*.json")]
    adapter: PlatformAdapter = polar()
    check_adapter(adapter, samples, NOW)
    assert isinstance(adapter, Identifies)
    assert isinstance(adapter, Disconnects)
    assert isinstance(adapter, Backfills)


def test_either_secret_signs_while_one_replaces_the_other() -> None:
    polar().verify(posted(sample("exercise"), secret=NEXT_SECRET), NOW)
    with pytest.raises(Rejected, match="fits none of our secrets") as refused:
        polar().verify(posted(sample("exercise"), secret="guess"), NOW)
    assert (refused.value.status, refused.value.field) == (401, "polar-webhook-signature")


@pytest.mark.parametrize("signature", ["", "é", "0" * 64, "sha256="])
def test_an_odd_signature_is_401(signature: str) -> None:
    with pytest.raises(Rejected) as refused:
        polar().verify(posted(sample("exercise"), signature=signature), NOW)
    assert refused.value.status == 401


def test_the_ping_is_let_in_before_there_is_a_secret_and_nothing_else_is() -> None:
    young = polar(WEBHOOK_SECRET="")
    for adapter in (young, polar()):
        ping = posted(PING, signature="")
        adapter.verify(ping, NOW)
        assert adapter.read(ping) == ()
        assert adapter.key(ping) == adapter.key(posted(PING | {"timestamp": "2026-05-02T09:00:00Z"})) == "PING"
    for body in (sample("exercise"), PING | {"user_id": 70475}, PING | {"entity_id": "x"}):
        with pytest.raises(Rejected, match="TWINGE_POLAR_WEBHOOK_SECRET") as refused:
            young.verify(posted(body, secret=""), NOW)
        assert refused.value.status == 401
    with pytest.raises(Rejected):
        young.verify(posted(b"{"), NOW)


def test_an_event_from_the_future_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        polar().verify(posted(sample("exercise") | {"timestamp": "2026-05-04T08:00:00Z"}), NOW)
    assert (refused.value.status, refused.value.field) == (400, "timestamp")


# ---- where an event points


def test_workouts_and_nights_and_what_we_have_no_use_for() -> None:
    assert polar().read(posted(sample("exercise"))) == (WORKOUT,)
    [night] = polar().read(posted(sample("sleep")))
    assert isinstance(night, Pointer)
    assert (night.owner, night.object_id) == (ALICE, "night-2026-05-02")
    for name in ("activity_summary", "alertness", "unknown_event"):
        assert polar().read(posted(sample(name))) == ()


def test_an_id_as_text_and_an_event_without_its_time() -> None:
    event = sample("exercise") | {"user_id": ALICE}
    assert polar().read(posted(event)) == (WORKOUT,)
    del event["timestamp"]
    assert polar().read(posted(event)) == (replace(WORKOUT, version=int(NOW.timestamp() * 1000)),)


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("exercise", {"event": None}, "event"),
        ("exercise", {"user_id": None}, "user_id"),
        ("exercise", {"user_id": True}, "user_id"),
        ("exercise", {"entity_id": None}, "entity_id"),
        ("exercise", {"entity_id": "../users/1"}, "entity_id"),
        ("exercise", {"entity_id": "a?b"}, "entity_id"),
        ("exercise", {"timestamp": "2026-05-02T08:00:00"}, "timestamp"),
        ("sleep", {"date": None}, "date"),
        ("sleep", {"date": "2026-02-30"}, "date"),
        ("sleep", {"date": "0001-01-01"}, "date"),
    ],
)
def test_a_wrong_field_is_named(name: str, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        polar().read(posted(sample(name) | change))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_the_same_call_has_the_same_key_and_another_has_not() -> None:
    assert polar().key(posted(sample("exercise"))) == polar().key(posted(sample("exercise")))
    assert polar().key(posted(sample("exercise"))) != polar().key(posted(sample("sleep")))


# ---- units and words


def test_a_workout_in_our_units() -> None:
    assert row() == Activity(
        key="polar:bRmD94",
        sport="run",
        start=datetime(2026, 5, 2, 7, 30, tzinfo=UTC),
        moving_s=1801,
        distance_m=5400,
        avg_hr=134,
        max_hr=151,
        rpe=6,
        version=5,
    )
    assert row().start.utcoffset() == timedelta(hours=2)  # local time less its offset, not plus


def test_a_start_west_of_greenwich_and_one_with_an_offset_of_its_own() -> None:
    assert row(start_time_utc_offset=-420).start == datetime(2026, 5, 2, 16, 30, tzinfo=UTC)
    assert row(start_time="2026-05-02T09:30:00.000+03:00").start == datetime(2026, 5, 2, 6, 30, tzinfo=UTC)
    assert row(start_time_utc_offset=None).start == datetime(2026, 5, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("PT2H44M", 9840),
        ("PT30M30.5S", 1830.5),
        ("PT45M", 2700),
        ("PT3600S", 3600),
        ("P1DT1H", 90_000),
        ("PT0S", 0),
        ("P", 0),
        ("", None),
        ("2H", None),
        ("PT-5M", None),
        ("PT99999999S", None),
        ("PT1" + "0" * 5_000 + "S", None),
        (80, None),
        (None, None),
    ],
)
def test_durations(given: object, seconds: float | None) -> None:
    assert seconds_of(given) == seconds


def test_efforts_on_a_scale_of_ten() -> None:
    words = ("RPE_EASY", "RPE_MODERATE", "RPE_EXTREME", "RPE_NONE", "UNKNOWN", None, 5)
    assert [effort_of(word) for word in words] == [2, 6, 10, None, None, None, None]


@pytest.mark.parametrize(
    ("rough", "fine", "ours"),
    [
        ("RUNNING", None, "run"),
        ("OTHER", "TRAIL_RUNNING", "trail_run"),
        ("RUNNING", "RUNNING_TREADMILL", "treadmill"),
        ("OTHER", "TREADMILL_RUNNING", "treadmill"),
        ("OTHER", "JOGGING", "run"),
        ("OTHER", "TRIATHLON_RUNNING", "run"),
        ("OTHER", "TRIATHLON_SWIMMING", "swim"),
        ("OTHER", "MOUNTAIN_BIKING", "mountain_bike"),
        ("OTHER", "CLASSIC_XC_SKIING", "nordic_ski"),
        ("OTHER", "WINTERSPORTS_ALPINE_SKIING", "ski"),
        ("OTHER", "WATERSPORTS_ROWING", "row"),
        ("OTHER", "TEAMSPORTS_HANDBALL", "team_sport"),
        ("CYCLING", "SOMETHING_OF_NEXT_YEAR", "ride"),
        ("OTHER", "WATERSPORTS_WATERSKI", "other"),
        ("OTHER", None, "other"),
    ],
)
def test_words_for_sports(rough: str, fine: str | None, ours: str) -> None:
    assert sport_of(rough, fine) == ours


def test_samples_become_a_shape() -> None:
    shape = row(samples=sample("api/exercise")["samples"]).shape
    assert sum(seconds for _, seconds in shape.hr_seconds) > 1_700
    assert shape.graded_m is not None
    assert abs(shape.graded_m - 5_400) < 100
    assert shape.run_s == 1_800


def test_kinds_at_different_rates_are_brought_into_step() -> None:
    speed = {"recording-rate": 1, "sample-type": "1", "data": ",".join(["10.8"] * 1_800)}
    heart = {"recording-rate": 5, "sample-type": "0", "data": ",".join(str(130 + at % 9) for at in range(360))}
    assert sum(seconds for _, seconds in shape_of([speed, heart], "run").hr_seconds) > 1_700


@pytest.mark.parametrize("watts", [("ride", 200), ("run", None)])
def test_watts_count_on_wheels_only(watts: tuple[str, int | None]) -> None:
    samples = [{"recording-rate": 1, "sample-type": "4", "data": ",".join(["200"] * 1_800)}]
    assert shape_of(samples, watts[0]).normalized_power_w == watts[1]


@pytest.mark.parametrize(
    "samples",
    [
        None,
        5,
        [],
        [None],
        [{}],
        [{"recording-rate": 0, "sample-type": "0", "data": "1"}],
        [{"recording-rate": 1, "sample-type": "0", "data": "null,,x"}],
        [{"recording-rate": 1, "sample-type": [], "data": 7}],
    ],
)
def test_samples_that_hold_nothing(samples: object) -> None:
    assert shape_of(samples, "run").hr_seconds == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sport": None}, "sport"),
        ({"start_time": "soon"}, "start_time"),
        ({"start_time": None}, "start_time"),
        ({"duration": "long", "distance": 0}, "duration"),
    ],
)
def test_a_workout_without_what_it_needs_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        row(**change)
    assert refused.value.field == field


# ---- what is there


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Polar
    access: Access


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    vendor.answers["/v3/exercises/bRmD94"] = 200, sample("api/exercise")
    vendor.answers["/v3/users/sleep/2026-05-02"] = 200, sample("api/sleep")
    vendor.answers["/v3/users/nightly-recharge/2026-05-02"] = 200, sample("api/recharge")
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Scene(vendor, polar(API_BASE=str(server.make_url(""))), Access(http, "alices-token", ALICE))


async def test_a_workout_is_fetched_with_its_samples_and_without_its_route(scene: Scene) -> None:
    found = await scene.adapter.fetch(WORKOUT, scene.access)
    assert isinstance(found, Activity)
    assert (found.key, found.version) == ("polar:bRmD94", SENT)
    assert found.shape.hr_seconds
    [asked] = scene.vendor.asked
    assert (asked.query, asked.headers["Authorization"]) == ({"samples": "true"}, "Bearer alices-token")


async def test_a_night_has_its_sleep_and_its_variability(scene: Scene) -> None:
    night = Wellness("polar:night-2026-05-02", date(2026, 5, 2), hrv_rmssd_ms=48, sleep_h=7.25, version=7)
    assert await scene.adapter.fetch(NIGHT, scene.access) == night
    scene.vendor.answers["/v3/users/nightly-recharge/2026-05-02"] = 404, b""
    assert await scene.adapter.fetch(NIGHT, scene.access) == replace(night, hrv_rmssd_ms=None)
    scene.vendor.answers["/v3/users/sleep/2026-05-02"] = 204, b""
    assert await scene.adapter.fetch(NIGHT, scene.access) is None


async def test_the_workout_of_somebody_else_is_not_ours(scene: Scene) -> None:
    other = sample("api/exercise") | {"polar_user": "https://www.polaraccesslink/v3/users/1"}
    scene.vendor.answers["/v3/exercises/bRmD94"] = 200, other
    assert await scene.adapter.fetch(WORKOUT, scene.access) is None
    scene.vendor.answers["/v3/exercises/bRmD94"] = 204, b""
    assert await scene.adapter.fetch(WORKOUT, scene.access) is None


async def test_refusals_say_what_to_do(scene: Scene) -> None:
    for status, kind, words in (
        (401, TokenRefused, "token"),
        (403, GiveUp, r"account\.polar\.com"),
        (404, GiveUp, "thirty days"),
        (500, TryLater, "500"),
    ):
        scene.vendor.answers["/v3/exercises/bRmD94"] = status, b""
        with pytest.raises(kind, match=words):
            await scene.adapter.fetch(WORKOUT, scene.access)
    scene.vendor.answers["/v3/exercises/bRmD94"] = 200, b"<html>"
    with pytest.raises(TryLater, match="not JSON"):
        await scene.adapter.fetch(WORKOUT, scene.access)


async def test_a_spent_limit_waits_for_its_window(scene: Scene) -> None:
    scene.vendor.answers["/v3/exercises/bRmD94"] = 429, b""
    scene.vendor.headers |= {
        "RateLimit-Usage": "520, 900",
        "RateLimit-Limit": "520, 5100",
        "RateLimit-Reset": "240, 50000",
    }
    with pytest.raises(TryLater) as later:
        await scene.adapter.fetch(WORKOUT, scene.access)
    assert later.value.after == timedelta(seconds=240)


def test_a_spent_day_outlasts_the_quarter_and_odd_headers_say_nothing() -> None:
    told = {"RateLimit-Usage": "520,5100", "RateLimit-Limit": "520,5100", "RateLimit-Reset": "240,50000"}
    assert pause(told) == timedelta(seconds=50_000)
    assert pause({"Retry-After": "5"}) == timedelta(seconds=5)
    assert pause({"RateLimit-Usage": "x,²", "RateLimit-Limit": "1", "RateLimit-Reset": "-1"}) is None


async def test_without_a_token_polar_itself_is_not_bothered(scene: Scene) -> None:
    with pytest.raises(GiveUp, match="has not connected"):
        await polar().fetch(WORKOUT, replace(scene.access, token=None))


async def test_recent_lists_workouts_and_nights_as_of_the_answers_date(scene: Scene) -> None:
    old = {"id": "OLD1", "upload_time": "2026-04-20T08:00:00.000Z", "start_time": "2026-04-20T07:00:00"}
    scene.vendor.answers["/v3/exercises"] = 200, [old, sample("api/exercise"), {"id": "ODD1"}]
    scene.vendor.answers["/v3/users/sleep"] = 200, {"nights": [sample("api/sleep"), {"date": "2026-04-01"}, {}]}
    scene.vendor.answers["/v3/users/nightly-recharge"] = (
        200,
        {"recharges": [{"date": "2026-05-01"}, sample("api/recharge")]},
    )
    found = await scene.adapter.recent(scene.access, NOW - timedelta(days=2))
    assert [one.object_id for one in found] == ["bRmD94", "ODD1", "night-2026-05-01", "night-2026-05-02"]
    assert {one.version for one in found} == {int(NOW.timestamp() * 1000)}
    assert await scene.adapter.history(scene.access, NOW - timedelta(days=2), None) == (found, None)
    scene.vendor.answers["/v3/exercises"] = 204, b""
    assert len(await scene.adapter.recent(scene.access, NOW - timedelta(days=2))) == 2


# ---- the connection


def test_consent_and_tokens_at_polars_own_hosts() -> None:
    oauth = polar().oauth
    assert oauth is not None
    assert (oauth.authorize_url, oauth.token_url) == (
        "https://flow.polar.com/oauth2/authorization",
        "https://polarremote.com/v2/oauth2/token",
    )
    assert (oauth.basic, oauth.owner_at, oauth.scopes) == (True, ("x_user_id",), ("accesslink.read_all",))
    assert ENV["CLIENT_SECRET"] not in repr(oauth)


async def test_an_athlete_is_registered_once_and_can_leave(scene: Scene) -> None:
    scene.vendor.answers["POST /v3/users"] = 200, {"polar-user-id": 70475}
    assert await scene.adapter.owner(scene.access) == ALICE
    assert await scene.adapter.owner(replace(scene.access, owner="")) == ALICE
    first, second = (json.loads(one.body)["member-id"] for one in scene.vendor.asked)
    assert first == "twinge-70475"
    assert "alices-token" not in second
    scene.vendor.answers["POST /v3/users"] = 409, b""
    assert await scene.adapter.owner(scene.access) == ALICE
    with pytest.raises(GiveUp):
        await scene.adapter.owner(replace(scene.access, owner=""))
    scene.vendor.answers["POST /v3/users"] = 403, b""
    with pytest.raises(GiveUp, match=r"account\.polar\.com"):
        await scene.adapter.owner(scene.access)
    scene.vendor.answers["DELETE /v3/users/70475"] = 204, b""
    await scene.adapter.disconnect(scene.access)
    assert (scene.vendor.asked[-1].method, scene.vendor.asked[-1].path) == ("DELETE", "/v3/users/70475")
    scene.vendor.answers.clear()
    await scene.adapter.disconnect(scene.access)  # gone already


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"active": False}, "switched our webhook off"),
        ({"url": "https://elsewhere.example/hooks/polar"}, "no webhook with our URL"),
        ({"events": ["EXERCISE"]}, "lacks the events SLEEP"),
    ],
)
async def test_the_webhooks_health(scene: Scene, change: dict[str, Any], words: str | None) -> None:
    good = {
        "id": "w1",
        "events": ["EXERCISE", "SLEEP"],
        "url": "https://twinge.example.org/hooks/polar",
        "active": True,
    }
    scene.vendor.answers["/v3/webhooks"] = 200, {"data": [good | change]}
    said = await scene.adapter.subscription(scene.access.http, "https://twinge.example.org", NOW)
    assert said is None if words is None else words in (said or "")
    assert scene.vendor.asked[0].headers["Authorization"].startswith("Basic ")


async def test_a_refused_client_says_so(scene: Scene) -> None:
    scene.vendor.answers["/v3/webhooks"] = 401, b""
    said = await scene.adapter.subscription(scene.access.http, "https://twinge.example.org", NOW)
    assert said is not None
    assert "client id or secret" in said
