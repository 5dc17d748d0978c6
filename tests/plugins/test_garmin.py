"""Garmin: who may call, what a body says, and what a ping leads to. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from garmin_samples import ALICE, BOB, ENV, NEXT_TOKEN, NOW, SAMPLES, STAMP, TOKEN, garmin, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    GiveUp,
    Glances,
    Identifies,
    Inline,
    Item,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    Recording,
    Rejected,
    Revoked,
    TokenRefused,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_garmin import Garmin
from twinge_garmin.words import sport_of
from vendor_standin import VendorStandin

REST = "/wellness-api/rest/"
COUNTS = {"activities": 2, "dailies": 1, "mixed": 3, "permissions_changed": 0, "unknown_kind": 0}


def events(body: dict[str, Any], at: datetime = NOW) -> list[Any]:
    return [item.event for item in garmin().read(posted(body, at=at)) if isinstance(item, Inline)]


def workout(**more: Any) -> Activity:
    given = sample("activities")["activities"][0] | more
    [event] = events({"activities": [given]})
    assert isinstance(event, Activity)
    return event


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_GARMIN_CLIENT_SECRET, TWINGE_GARMIN_HOOK_TOKEN"):
        Garmin.from_env({"CLIENT_ID": "1"})
    with pytest.raises(NotConfigured, match="HOOK_TOKEN needs at least 16"):
        garmin(HOOK_TOKEN=f"{TOKEN} short")


def test_it_keeps_the_contract_of_adapters() -> None:
    samples = [
        Sample(path.stem, posted(path.read_bytes()), COUNTS.get(path.stem, 1)) for path in SAMPLES.glob("*.json")
    ]
    adapter: PlatformAdapter = garmin()
    check_adapter(adapter, samples, NOW)
    assert isinstance(adapter, Glances | Identifies | Disconnects | Backfills)


@pytest.mark.parametrize("token", [None, "", "guess", TOKEN + "x", f"{TOKEN} {NEXT_TOKEN}", "größe"])
def test_a_wrong_path_is_401(token: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        garmin().verify(posted(sample("hrv"), token=token), NOW)
    assert refused.value.status == 401


def test_while_the_path_changes_both_are_taken() -> None:
    for token in (TOKEN, NEXT_TOKEN):
        garmin().verify(posted(sample("hrv"), token=token), NOW)


def test_a_call_for_another_application_is_401_and_one_without_the_header_is_not() -> None:
    garmin().verify(posted(sample("hrv"), client=None), NOW)
    with pytest.raises(Rejected, match="another application") as refused:
        garmin().verify(posted(sample("hrv"), client="somebody-else"), NOW)
    assert refused.value.status == 401


def test_a_body_sent_again_has_the_same_key_and_another_one_has_not() -> None:
    again = posted(sample("hrv"), at=NOW + timedelta(days=2))
    assert garmin().key(again) == garmin().key(posted(sample("hrv"))) != garmin().key(posted(sample("sleeps")))


# ---- what a body says


def test_a_workout_in_our_units() -> None:
    assert workout() == Activity(
        key="garmin:31000000001",
        sport="run",
        start=datetime(2026, 5, 2, 5, 30, tzinfo=UTC),
        moving_s=3012,
        distance_m=9105,
        climb_m=61,
        avg_hr=141,
        max_hr=163,
        version=STAMP,
    )
    assert workout().start.utcoffset() == timedelta(hours=2)


def test_numbers_as_text_and_what_nobody_measured() -> None:
    odd = workout(distanceInMeters="9104.5", averageHeartRateInBeatsPerMinute=0, maxHeartRateInBeatsPerMinute=999)
    assert (odd.distance_m, odd.avg_hr, odd.max_hr) == (9105, None, None)
    assert workout(startTimeInSeconds="1777699800", startTimeOffsetInSeconds="7200").start == workout().start
    assert workout(startTimeOffsetInSeconds=10**9).start.utcoffset() == timedelta(0)
    assert workout(activityId=None, summaryId="77").key == "garmin:77"


def test_a_title_is_read_and_dropped() -> None:
    assert workout(activityName="Vienna marathon").race
    assert workout(activityName="8 x 400 m").interval
    assert workout(activityName="Trail run at dawn").surface == "trail"


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("RUNNING", "run"),
        ("TRAIL_RUNNING", "trail_run"),
        ("INDOOR_RUNNING", "treadmill"),
        ("STREET_RUNNING", "run"),
        ("ULTRA_RUN", "run"),
        ("VIRTUAL_RUN", "virtual_run"),
        ("ROAD_BIKING", "ride"),
        ("E_BIKE_MOUNTAIN", "mountain_bike"),
        ("LAP_SWIMMING", "swim"),
        ("ROWING_V2", "row"),
        ("SNOW_SHOE_WS", "snowshoe"),
        ("CROSS_COUNTRY_SKIING_WS", "nordic_ski"),
        ("STRENGTH_TRAINING", "strength"),
        ("TENNIS_V2", "team_sport"),
        ("MEDITATION", "mobility"),
        ("WHEELCHAIR_PUSH_RUN", "other"),
        ("SOMETHING_OF_NEXT_YEAR", "other"),
    ],
)
def test_words_for_sports(word: str, ours: str) -> None:
    assert sport_of(word) == ours


def test_the_frame_around_a_multisport_is_left_out() -> None:
    given = sample("activities")["activities"][0]
    frame = given | {"activityId": 9, "activityType": "MULTI_SPORT", "isParent": True}
    leg = given | {"activityId": 10, "parentSummaryId": "9"}
    assert [one.key for one in events({"activities": [frame, leg]})] == ["garmin:10"]


def test_samples_become_a_shape_and_steps_of_one_leg_are_doubled() -> None:
    [run] = events(sample("activity_details"))
    assert (run.moving_s, run.elapsed_s) == (1150, 1170)
    assert run.shape.hr_seconds
    assert run.shape.run_s == 1170
    details = sample("activity_details")
    for one in details["activityDetails"][0]["samples"]:
        one |= {"heartRate": 168, "stepsPerMinute": 84.0}
    [locked] = events(details)
    assert locked.shape.hr_seconds == ()  # a pulse that sticks to the steps of both legs: the gate sees it when doubled


@pytest.mark.parametrize(("sport", "watts"), [("CYCLING", 200), ("RUNNING", None)])
def test_watts_count_on_wheels_only(sport: str, watts: int | None) -> None:
    details = sample("activity_details")
    details["activityDetails"][0]["summary"]["activityType"] = sport
    for one in details["activityDetails"][0]["samples"]:
        one |= {"powerInWatts": 200}
    [event] = events(details)
    assert event.shape.normalized_power_w == watts


def test_odd_samples_are_dropped_and_nothing_else() -> None:
    details = sample("activity_details")
    details["activityDetails"][0]["samples"][5] |= {
        "heartRate": "?",
        "startTimeInSeconds": None,
        "elevationInMeters": [],
    }
    [event] = events(details)
    assert event.shape.hr_seconds


def test_mornings_by_kind() -> None:
    day = date(2026, 5, 2)
    assert events(sample("dailies")) == [Wellness(f"garmin:daily-{day}", day, resting_hr=48, version=STAMP)]
    [night] = events(sample("sleeps"))
    assert (night.day, night.sleep_h) == (day, 7.5)
    assert events(sample("hrv")) == [Wellness(f"garmin:hrv-{day}", day, hrv_rmssd_ms=44.0, version=STAMP)]


def test_a_night_belongs_to_the_day_it_ends_on() -> None:
    night = sample("sleeps")["sleeps"][0]
    evening = night | {"startTimeInSeconds": 1777669200 - 3 * 3600, "calendarDate": "2026-05-01"}
    [found] = events({"sleeps": [evening]})
    assert found.day == date(2026, 5, 2)  # 20:00 to 03:48 on the wrist
    assert events({"sleeps": [night | {"validation": "OFF_WRIST"}]}) == []
    assert events({"sleeps": [night | {"durationInSeconds": 0}]}) == []


def test_an_unfinished_night_never_stands_above_a_finished_one() -> None:
    night = sample("sleeps")["sleeps"][0]
    [final] = events({"sleeps": [night]})
    [tentative] = events({"sleeps": [night | {"validation": "AUTO_TENTATIVE"}]}, NOW + timedelta(hours=3))
    assert tentative.version < final.version


def test_those_who_leave_and_those_who_share_less() -> None:
    assert garmin().read(posted(sample("deregistrations"))) == [Revoked(ALICE)]
    assert garmin().read(posted(sample("permissions_withdrawn"))) == [Revoked(ALICE)]
    assert garmin().read(posted(sample("permissions_changed"))) == []


def test_many_athletes_in_one_body() -> None:
    items = garmin().read(posted(sample("mixed")))
    assert [item.owner for item in items if isinstance(item, Inline | Revoked)] == [BOB, ALICE, "u-carol-3"]


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("activities", {"userId": None}, "activities[0].userId"),
        ("activities", {"activityType": None}, "activities[0].activityType"),
        ("activities", {"startTimeInSeconds": None}, "activities[0].startTimeInSeconds"),
        ("activities", {"startTimeInSeconds": 5}, "activities[0].startTimeInSeconds"),
        ("activities", {"durationInSeconds": 0, "distanceInMeters": None}, "activities[0].durationInSeconds"),
        ("activities", {"activityId": None, "summaryId": None}, "activities[0].activityId"),
        ("activity_details", {"summary": None}, "activityDetails[0].summary"),
        ("activity_files", {"callbackURL": None}, "activityFiles[0].callbackURL"),
        ("dailies", {"calendarDate": "soon"}, "dailies[0].calendarDate"),
        ("sleeps", {"startTimeInSeconds": "soon"}, "sleeps[0].startTimeInSeconds"),
        ("permissions_withdrawn", {"permissions": None}, "userPermissionsChange[0].permissions"),
    ],
)
def test_a_missing_field_is_named(kind: str, change: dict[str, Any], field: str) -> None:
    body = sample(kind)
    entry = next(iter(body.values()))[0]
    entry.update(change)
    for key in [key for key, value in change.items() if value is None]:
        del entry[key]
    for ask in (garmin().read, garmin().glance):
        with pytest.raises(Rejected) as refused:
            ask(posted(body))
        assert (refused.value.status, refused.value.field) == (400, field)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/wellness-api/rest/sleeps",
        "http://apis.garmin.com/wellness-api/rest/sleeps",
        "https://apis.garmin.com:8443/wellness-api/rest/sleeps",
        "https://apis.garmin.com@example.org/wellness-api/rest/sleeps",
        "https://user@apis.garmin.com/wellness-api/rest/sleeps",
        "https://apis.garmin.com/elsewhere",
        "https://apis.garmin.com/wellness-api/rest/../../elsewhere",
        "https://apis.garmin.com/wellness-api/rest/%2e%2e/elsewhere",
        "https://apis.garmin.com.example.org/wellness-api/rest/sleeps",
        "file:///wellness-api/rest/sleeps",
        "https://[::1/wellness-api/rest/",
        "",
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(url: str) -> None:
    body = sample("ping")
    body["sleeps"][0]["callbackURL"] = url
    with pytest.raises(Rejected) as refused:
        garmin().read(posted(body))
    assert refused.value.field == "sleeps[0].callbackURL"


# ---- any order


def kept(items: Iterable[Item]) -> dict[str, Any]:
    """What the house keeps of texts that arrive one after the other."""
    texts: dict[str, Any] = {}
    for item in items:
        event = item.event if isinstance(item, Inline) else None
        if event and (event.key not in texts or event.version >= texts[event.key].version):
            texts[event.key] = event
    return texts


def test_totals_samples_and_corrections_converge_in_any_order() -> None:
    names = ("activities", "activity_details", "manually_updated", "dailies", "sleeps", "hrv")
    bodies = [posted(sample(name), at=NOW + timedelta(minutes=number)) for number, name in enumerate(names)]
    longer = sample("activities")
    longer["activities"][0]["durationInSeconds"] = 3100
    bodies.append(posted(longer, at=NOW + timedelta(hours=1)))
    read = [list(garmin().read(body)) for body in bodies]
    ends = [kept(item for items in order for item in items) for order in permutations(read)]
    assert all(end == ends[0] for end in ends)
    assert ends[0]["garmin:31000000001"].shape.hr_seconds  # the samples lead, whatever came after them


def test_the_file_outranks_the_samples_and_they_the_totals() -> None:
    [total, _] = events(sample("activities"), NOW + timedelta(days=1))
    [details] = events(sample("activity_details"), NOW + timedelta(hours=1))
    [file] = garmin().read(posted(sample("activity_files")))
    assert isinstance(file, Pointer)
    assert total.version < details.version < file.version


# ---- pings


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Garmin
    access: Access

    async def follow(self, name: str) -> Any:
        """What the first ping of a sample brings."""
        text = (SAMPLES / f"{name}.json").read_text().replace("https://apis.garmin.com", self.adapter.base)
        [pointer] = self.adapter.read(posted(text.encode()))
        assert isinstance(pointer, Pointer)
        return await self.adapter.fetch(pointer, self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        adapter = garmin(API_BASE=str(server.make_url("")))
        yield Scene(vendor, adapter, Access(http, "alices-token", ALICE))


async def test_a_ping_brings_its_list_with_the_athletes_token(scene: Scene) -> None:
    nights = sample("sleeps")["sleeps"]
    scene.vendor.answers[f"{REST}sleeps"] = 200, [*nights, nights[0] | {"userId": BOB}, {"durationInSeconds": 1}, 5]
    assert await scene.follow("ping") == events(sample("sleeps"))
    [asked] = scene.vendor.asked
    assert asked.headers["Authorization"] == "Bearer alices-token"
    assert asked.query["token"] == "invented-2"


async def test_a_file_is_brought_as_it_is(scene: Scene) -> None:
    scene.vendor.answers[f"{REST}activityFile"] = 200, b"\x0e\x10.FIT"
    brought = await scene.follow("activity_files")
    assert isinstance(brought, Recording)
    assert (brought.key, brought.body, brought.format) == ("garmin:31000000001", b"\x0e\x10.FIT", "fit")


@pytest.mark.parametrize("status", [400, 403, 404, 410, 302])
async def test_what_is_gone_for_good_does_not_take_the_others_of_a_body_with_it(scene: Scene, status: int) -> None:
    scene.vendor.answers[f"{REST}activityFile"] = status, b""
    assert await scene.follow("activity_files") is None


async def test_a_refused_token_says_so(scene: Scene) -> None:
    scene.vendor.answers[f"{REST}sleeps"] = 401, b""
    with pytest.raises(TokenRefused):
        await scene.follow("ping")


async def test_a_spent_limit_waits_as_long_as_garmin_says(scene: Scene) -> None:
    scene.vendor.answers[f"{REST}sleeps"] = 429, b""
    scene.vendor.headers["Retry-After"] = "90"
    with pytest.raises(TryLater) as later:
        await scene.follow("ping")
    assert later.value.after == timedelta(seconds=90)


@pytest.mark.parametrize(("status", "body"), [(500, b""), (503, b"<html>"), (200, b"<html>"), (200, b"[" * 100_000)])
async def test_a_vendor_in_trouble_is_tried_later(scene: Scene, status: int, body: bytes) -> None:
    scene.vendor.answers[f"{REST}sleeps"] = status, body
    with pytest.raises(TryLater):
        await scene.follow("ping")


@pytest.mark.parametrize("body", [b"{}", b"", b'"sleeps"', b"null"])
async def test_an_answer_that_is_no_list_brings_nothing(scene: Scene, body: bytes) -> None:
    scene.vendor.answers[f"{REST}sleeps"] = 200, body
    assert await scene.follow("ping") == []


async def test_a_vendor_that_is_not_there_is_tried_later(scene: Scene) -> None:
    adapter = garmin(API_BASE="http://127.0.0.1:9")
    with pytest.raises(TryLater, match="did not answer"):
        await adapter.fetch(
            Pointer(ALICE, "1", 1, {"kind": "sleeps", "url": f"http://127.0.0.1:9{REST}s"}), scene.access
        )


async def test_a_stored_pointer_is_held_against_the_host_again(scene: Scene) -> None:
    with pytest.raises(GiveUp, match="no address"):
        await scene.adapter.fetch(Pointer(ALICE, "1", 1, {"kind": "file", "url": "https://example.org/"}), scene.access)
    assert scene.vendor.asked == []


# ---- the connection


def test_consent_is_asked_with_pkce_at_garmins_own_hosts() -> None:
    oauth = garmin().oauth
    assert oauth is not None
    assert oauth.pkce
    assert oauth.authorize_url == "https://connect.garmin.com/oauth2Confirm"
    assert oauth.token_url == "https://diauth.garmin.com/di-oauth2-service/oauth/token"
    assert ENV["CLIENT_SECRET"] not in repr(oauth)


async def test_whose_the_token_is_and_the_way_out(scene: Scene) -> None:
    scene.vendor.answers |= {f"{REST}user/id": (200, {"userId": ALICE}), f"{REST}user/registration": (204, b"")}
    assert await scene.adapter.owner(replace(scene.access, owner="")) == ALICE
    await scene.adapter.disconnect(scene.access)
    assert [one.method for one in scene.vendor.asked] == ["GET", "DELETE"]
    scene.vendor.answers = {f"{REST}user/id": (200, {})}
    await scene.adapter.disconnect(scene.access)  # 404: ended already
    with pytest.raises(TryLater, match="whose token"):
        await scene.adapter.owner(scene.access)


async def test_the_past_is_asked_for_kind_by_kind_and_comes_by_the_webhook(scene: Scene) -> None:
    scene.vendor.answers[f"{REST}user/permissions"] = 200, {"permissions": ["HISTORICAL_DATA_EXPORT"]}
    scene.vendor.answers |= {
        f"{REST}backfill/{kind}": (202, b"") for kind in ("activities", "dailies", "sleeps", "hrv")
    }
    scene.vendor.answers[f"{REST}backfill/activityDetails"] = 409, b""  # asked for already
    page, pages = None, 0
    while pages == 0 or page is not None:
        items, page = await scene.adapter.history(scene.access, NOW - timedelta(days=120), page)
        assert items == ()
        pages += 1
    assert [path.rpartition("/")[2] for path in scene.vendor.paths()] == [
        "permissions", "activities", "activityDetails", "dailies", "sleeps", "hrv",
    ]  # fmt: skip
    end = int(NOW.timestamp())
    window = {"summaryStartTimeInSeconds": str(end - 30 * 86_400), "summaryEndTimeInSeconds": str(end)}
    assert all(one.query == window for one in scene.vendor.asked[1:])


async def test_without_the_permission_there_is_no_past(scene: Scene) -> None:
    scene.vendor.answers[f"{REST}user/permissions"] = 200, {"permissions": ["ACTIVITY_EXPORT"]}
    assert await scene.adapter.history(scene.access, NOW - timedelta(days=120), None) == ((), None)


async def test_nothing_is_polled(scene: Scene) -> None:
    assert not garmin().capabilities.polls
    assert await scene.adapter.recent(scene.access, NOW) == ()


def test_a_large_body_of_samples_is_only_looked_through_at_the_door() -> None:
    details = sample("activity_details")
    entry = details["activityDetails"][0]
    entry["samples"] = entry["samples"] * 500
    delivery = posted(json.dumps(details).encode())
    assert garmin().glance(delivery) == ALICE
    assert garmin().capabilities.body_cap_kb == 102_400
