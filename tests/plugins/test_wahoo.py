"""Wahoo: who may call, what a summary says, and what its file brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from twinge.core.model import Activity
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    GiveUp,
    Identifies,
    Inline,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    Recording,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_wahoo import Wahoo, pause
from vendor_standin import VendorStandin
from wahoo_samples import ALICE, ENV, NEXT_PORTAL, NOW, SAMPLES, TOKEN, posted, sample, wahoo

CHANGED = int(datetime(2026, 5, 2, 6, 41, 20, tzinfo=UTC).timestamp() * 1000)
RIDE = Activity(
    key="wahoo:556519",
    sport="ride",
    start=datetime(2026, 5, 2, 5, 30, tzinfo=UTC),
    elapsed_s=3095,
    moving_s=3000,
    distance_m=24910,
    climb_m=450,
    avg_hr=131,
    avg_power_w=162,
    version=CHANGED,
)


def body(name: str = "without_file", *, workout: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A sample with other fields in its summary or workout."""
    push = sample(name)
    push["workout_summary"] |= more
    push["workout_summary"]["workout"] |= workout or {}
    return push


def totals(**more: Any) -> Activity:
    [item] = wahoo().read(posted(body(**more)))
    assert isinstance(item, Inline)
    assert isinstance(item.event, Activity)
    return item.event


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_WAHOO_WEBHOOK_TOKEN, TWINGE_WAHOO_HOOK_TOKEN"):
        Wahoo.from_env({"CLIENT_ID": "1", "CLIENT_SECRET": "2"})
    with pytest.raises(NotConfigured, match="HOOK_TOKEN needs at least 16"):
        wahoo(HOOK_TOKEN="short")


def test_it_keeps_the_contract_of_adapters() -> None:
    nothing = {"empty_summary", "unknown_event"}
    samples = [
        Sample(path.stem, posted(path.read_bytes()), int(path.stem not in nothing)) for path in SAMPLES.glob("*.json")
    ]
    adapter: PlatformAdapter = wahoo()
    check_adapter(adapter, samples, NOW)
    assert isinstance(adapter, Identifies)
    assert isinstance(adapter, Disconnects)
    assert isinstance(adapter, Backfills)


@pytest.mark.parametrize("token", [None, "", "guess", TOKEN + "x", "größe"])
def test_a_wrong_path_is_401(token: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        wahoo().verify(posted(body(), token=token), NOW)
    assert refused.value.status == 401


@pytest.mark.parametrize("portal", [None, "", "guess", "größe"])
def test_a_wrong_token_in_the_body_is_401(portal: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        wahoo().verify(posted(body() | {"webhook_token": portal}), NOW)
    assert (refused.value.status, refused.value.field) == (401, "webhook_token")


def test_while_the_token_changes_both_are_taken() -> None:
    wahoo().verify(posted(body()), NOW)
    wahoo().verify(posted(body() | {"webhook_token": NEXT_PORTAL}), NOW)


def test_the_same_call_has_the_same_key_and_another_has_not() -> None:
    assert wahoo().key(posted(body())) == wahoo().key(posted(body())) != wahoo().key(posted(body(edited=True)))


# ---- what a summary says


def test_numbers_as_text_in_our_units_on_the_athletes_clock() -> None:
    [pointer] = wahoo().read(posted(sample("workout_summary")))
    assert isinstance(pointer, Pointer)
    assert (pointer.owner, pointer.object_id, pointer.version) == (ALICE, "556519", CHANGED)
    assert pointer.extra["url"].startswith("https://cdn.wahooligan.com/")
    plain = replace(RIDE, key="wahoo:556520", sport="run", race=True, avg_power_w=None)
    assert totals() == plain
    assert totals().start.utcoffset() == timedelta(hours=2)
    assert totals(time_zone="Nowhere/Else").start.utcoffset() == timedelta(0)
    assert totals(time_zone="../etc/passwd") == plain


def test_numbers_as_numbers_and_the_workout_beside() -> None:
    [pointer] = wahoo().read(posted(sample("workout_beside")))
    assert isinstance(pointer, Pointer)
    known = json.loads(pointer.extra["known"])
    assert (known["key"], known["sport"], known["distance_m"]) == ("wahoo:556521", "trail_run", 24910)


def test_what_nobody_measured_is_not_known() -> None:
    odd = totals(heart_rate_avg="0.0", ascent_accum="x", distance_accum=-5, heart_rate_max=[])
    assert (odd.avg_hr, odd.climb_m, odd.distance_m, odd.max_hr) == (None, None, None, None)


def test_when_it_began_really_goes_before_when_it_was_planned() -> None:
    assert totals(started_at="2026-05-02T06:00:00Z").start == datetime(2026, 5, 2, 6, tzinfo=UTC)


def test_a_title_is_read_and_dropped() -> None:
    assert totals(workout={"workout_type_id": 1, "name": "8 x 400 m"}).interval
    assert totals(workout={"workout_type_id": 1, "name": "Trail run"}).surface == "trail"
    assert not totals(workout={"workout_type_id": 1, "name": None}).race


@pytest.mark.parametrize(
    ("kind", "ours"),
    [(0, "ride"), (1, "run"), (3, "track"), (5, "treadmill"), (9, "hike"), (13, "mountain_bike"), (22, "row"),
     (25, "swim"), (30, "nordic_ski"), (61, "indoor_ride"), (66, "yoga"), (67, "run"), (68, "virtual_ride"),
     (71, "virtual_run"), ("1", "run"), (17, "other"), (255, "other"), (9_999, "other"),
     (None, "other"), ("x", "other")],
)  # fmt: skip
def test_types_of_workouts(kind: object, ours: str) -> None:
    assert totals(workout={"workout_type_id": kind}).sport == ours


def test_a_plan_that_was_not_done_yet_says_nothing() -> None:
    assert wahoo().read(posted(sample("empty_summary"))) == ()
    assert wahoo().read(posted(sample("unknown_event"))) == ()


def test_without_a_date_of_its_own_a_text_is_as_new_as_its_call() -> None:
    assert totals(updated_at=None).version == int(datetime(2026, 5, 2, 6, 40, 50, tzinfo=UTC).timestamp() * 1000)
    assert totals(updated_at=None, created_at=None).version == int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/Morning.fit",
        "http://cdn.wahooligan.com/Morning.fit",
        "https://cdn.wahooligan.com@example.org/Morning.fit",
        "https://cdn.wahooligan.com.example.org/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        None,
        "",
    ],
)
def test_a_file_elsewhere_is_not_fetched_and_the_totals_count(url: str | None) -> None:
    [item] = wahoo().read(posted(body("workout_summary", file={"url": url})))
    assert item == Inline(ALICE, RIDE)


def test_another_host_for_files_can_be_named() -> None:
    push = body("workout_summary", file={"url": "https://files.example.org/Morning.fit"})
    [item] = wahoo(FILE_HOSTS="cdn.wahooligan.com files.example.org").read(posted(push))
    assert isinstance(item, Pointer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_type": None}, "event_type"),
        ({"user": None}, "user"),
        ({"user": {}}, "user.id"),
        ({"workout_summary": None}, "workout_summary"),
        ({"workout_summary": {"updated_at": "soon"}}, "workout_summary.updated_at"),
        ({"workout_summary": {}}, "workout_summary.workout"),
        ({"workout_summary": {"workout": {"id": 1}}}, "workout_summary.workout.starts"),
        (
            {"workout_summary": {"workout": {"id": 1, "starts": "2026-05-02T05:30:00"}}},
            "workout_summary.workout.starts",
        ),
        (
            {"workout_summary": {"workout": {"id": 1, "starts": "0001-01-01T00:00:00Z"}}},
            "workout_summary.workout.starts",
        ),
        ({"workout_summary": {"workout": {"starts": "2026-05-02T05:30:00Z"}}}, "workout_summary.workout.id"),
    ],
)
def test_a_missing_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        wahoo().read(posted(sample("workout_summary") | change))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_new_and_changed_converge_in_any_order() -> None:
    texts = [body(updated_at=f"2026-05-02T06:{minute}:00Z", distance_accum=minute * 100) for minute in (40, 45, 50)]
    ends = set()
    for order in permutations(texts):
        held: Activity | None = None
        for text in order:
            [item] = wahoo().read(posted(text))
            assert isinstance(item, Inline)
            assert isinstance(item.event, Activity)
            held = item.event if held is None or item.event.version >= held.version else held
        ends.add(held)
    assert [end.distance_m for end in ends if end] == [5_000]


# ---- what the file brings


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Wahoo
    access: Access

    async def follow(self) -> Any:
        """What the sample's pointer brings; its file lies at the stand-in."""
        push = body("workout_summary", file={"url": f"{self.adapter.base}/files/Morning.fit"})
        [pointer] = self.adapter.read(posted(push))
        assert isinstance(pointer, Pointer)
        return await self.adapter.fetch(pointer, self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Scene(vendor, wahoo(API_BASE=str(server.make_url(""))), Access(http, "alices-token", ALICE))


async def test_the_file_comes_with_the_totals_to_fill_it_and_its_host_gets_no_token(scene: Scene) -> None:
    scene.vendor.answers["/files/Morning.fit"] = 200, b"\x0e\x10.FIT"
    assert await scene.follow() == Recording("wahoo:556519", b"\x0e\x10.FIT", "fit", CHANGED, RIDE)
    assert "Authorization" not in scene.vendor.asked[0].headers


@pytest.mark.parametrize("status", [204, 302, 400, 403, 404, 410])
async def test_a_file_that_cannot_be_had_leaves_the_totals(scene: Scene, status: int) -> None:
    scene.vendor.answers["/files/Morning.fit"] = status, b""
    assert await scene.follow() == RIDE


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_file_server_in_trouble_is_tried_later(scene: Scene, status: int) -> None:
    scene.vendor.answers["/files/Morning.fit"] = status, b""
    scene.vendor.headers["Retry-After"] = "60"
    with pytest.raises(TryLater) as later:
        await scene.follow()
    assert later.value.after == timedelta(minutes=1)


async def test_a_stored_pointer_is_held_against_the_hosts_again(scene: Scene) -> None:
    [good] = wahoo().read(posted(sample("workout_summary")))
    assert isinstance(good, Pointer)
    moved = replace(good, extra={**good.extra, "url": "https://example.org/x.fit"})
    assert await scene.adapter.fetch(moved, scene.access) == RIDE
    assert scene.vendor.asked == []
    with pytest.raises(GiveUp, match="holds no totals"):
        await scene.adapter.fetch(Pointer(ALICE, "1", 1), scene.access)


# ---- the listing


def listed(number: int, starts: str, **more: Any) -> dict[str, Any]:
    """A row of the listing, which holds the summary in the workout."""
    summary = dict(sample("workout_summary")["workout_summary"])
    workout: dict[str, Any] = summary.pop("workout")
    return workout | {"id": number, "starts": starts, "workout_summary": summary | more}


async def test_recent_takes_the_pages_until_it_meets_what_is_older(scene: Scene) -> None:
    rows = [
        listed(9, "2026-06-01T05:30:00Z", duration_active_accum=None, duration_total_accum=None, distance_accum=None)
    ]
    rows += [listed(number, "2026-05-02T05:30:00Z") for number in range(47)]
    rows += [{"id": 1}, listed(1_000, "2026-05-01T05:30:00Z", file=None)]
    scene.vendor.answers["/v1/workouts"] = 200, {"workouts": rows, "total": 120, "page": 1, "per_page": 50}
    found, following = await scene.adapter.history(scene.access, NOW - timedelta(days=2), None)
    assert (len(found), following) == (48, "2")
    last = found[-1]
    assert isinstance(last, Pointer)
    assert (last.owner, last.object_id) == (ALICE, "1000")
    older = [
        listed(2_000, "2026-05-01T05:00:00Z"),
        listed(2_001, "2026-04-01T05:30:00Z"),
        listed(2_002, "2026-05-02T05:30:00Z"),
    ]
    scene.vendor.answers["/v1/workouts"] = 200, {"workouts": older}
    found, following = await scene.adapter.history(scene.access, NOW - timedelta(days=2), "2")
    assert ([one.object_id for one in found if isinstance(one, Pointer)], following) == (["2000"], None)
    assert [one.query["page"] for one in scene.vendor.asked] == ["1", "2"]
    recent = await scene.adapter.recent(scene.access, NOW - timedelta(days=2))
    assert recent == found
    # What a listing says comes to the same as what the webhook says, without a further call.
    event = await scene.adapter.fetch(recent[0], scene.access)
    assert event == replace(RIDE, key="wahoo:2000", start=datetime(2026, 5, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize("answer", [{}, [], {"workouts": None}, {"workouts": [5, None]}])
async def test_an_odd_listing_brings_nothing(scene: Scene, answer: object) -> None:
    scene.vendor.answers["/v1/workouts"] = 200, answer
    assert await scene.adapter.recent(scene.access, NOW) == []


async def test_refusals_say_what_to_do(scene: Scene) -> None:
    for status, kind in ((401, TokenRefused), (403, GiveUp), (404, GiveUp), (500, TryLater)):
        scene.vendor.answers["/v1/workouts"] = status, b""
        with pytest.raises(kind):
            await scene.adapter.recent(scene.access, NOW)
    scene.vendor.answers["/v1/workouts"] = 200, b"<html>"
    with pytest.raises(TryLater, match="not JSON"):
        await scene.adapter.recent(scene.access, NOW)
    scene.vendor.answers["/v1/workouts"] = 429, b""
    scene.vendor.headers |= {"X-RateLimit-Remaining": "4800, 800, 0", "X-RateLimit-Reset": "300"}
    with pytest.raises(TryLater) as later:
        await scene.adapter.recent(scene.access, NOW)
    assert later.value.after == timedelta(minutes=5)


def test_how_long_a_spent_limit_lasts() -> None:
    assert pause({"X-RateLimit-Reset": "9999999"}) == timedelta(days=1)
    assert pause({"X-RateLimit-Reset": "0", "Retry-After": "7"}) == timedelta(seconds=7)
    assert pause({"X-RateLimit-Reset": "soon"}) is None


# ---- the connection


def test_consent_asks_for_as_little_as_it_needs() -> None:
    oauth = wahoo().oauth
    assert oauth is not None
    assert oauth.authorize_url == "https://api.wahooligan.com/oauth/authorize"
    assert oauth.scopes == ("user_read", "workouts_read", "offline_data")
    assert ENV["CLIENT_SECRET"] not in repr(oauth)


async def test_whose_the_token_is_and_the_way_out(scene: Scene) -> None:
    scene.vendor.answers |= {"/v1/user": (200, {"id": 60462}), "DELETE /v1/permissions": (204, b"")}
    assert await scene.adapter.owner(replace(scene.access, owner="")) == ALICE
    await scene.adapter.disconnect(scene.access)
    assert [one.method for one in scene.vendor.asked] == ["GET", "DELETE"]
    scene.vendor.answers = {"/v1/user": (200, {})}
    await scene.adapter.disconnect(scene.access)  # 404: ended already
    with pytest.raises(TryLater, match="whose token"):
        await scene.adapter.owner(scene.access)


async def test_without_a_token_wahoo_itself_is_not_bothered(scene: Scene) -> None:
    with pytest.raises(GiveUp, match="has not connected"):
        await wahoo().recent(replace(scene.access, token=None), NOW)
