"""WHOOP: who may call, what an event leads to, and what the API's rows mean. The vendor is a stand-in on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    Fetched,
    GiveUp,
    Identifies,
    Inline,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    RateLimited,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_whoop import Whoop
from vendor_standin import VendorStandin
from whoop_samples import ALICE, NEXT_SECRET, NOW, SAMPLES, posted, sample, whoop

API = "/developer/v2"
WORKOUT = sample("api/workout")["id"]
SLEEP = sample("api/sleep")["id"]
COUNTS = {"recovery_deleted": 0, "unknown_kind": 0}


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_WHOOP_CLIENT_ID, TWINGE_WHOOP_CLIENT_SECRET"):
        Whoop.from_env({"CLIENT_SECRET": " "})


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = whoop()
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)
    assert all(isinstance(adapter, kind) for kind in (Backfills, Identifies, Disconnects))
    assert adapter.oauth
    assert adapter.oauth.client_secret not in repr(adapter.oauth)
    assert " " not in adapter.oauth.client_secret


def test_the_signature_of_another_is_refused() -> None:
    event = sample("workout_updated")
    whoop().verify(posted(event, secret=NEXT_SECRET), NOW)
    for wrong in (
        posted(event, secret="a-guess"),
        replace(posted(event), headers={}),
        replace(posted(event), headers={"x-whoop-signature": "größe", "x-whoop-signature-timestamp": "jetzt"}),
    ):
        with pytest.raises(Rejected) as refused:
            whoop().verify(wrong, NOW)
        assert refused.value.status == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_signature_is_refused(minutes: int) -> None:
    with pytest.raises(Rejected, match="five minutes"):
        whoop().verify(posted(sample("workout_updated"), off=timedelta(minutes=minutes)), NOW)
    whoop().verify(posted(sample("workout_updated"), off=timedelta(minutes=minutes / 2)), NOW)


# ---- events


def test_the_same_event_again_has_the_same_name() -> None:
    event = sample("workout_updated")
    again = posted(event, at=NOW + timedelta(hours=1))
    assert whoop().key(again) == whoop().key(posted(event))
    assert whoop().key(posted(event | {"trace_id": "another"})) != whoop().key(again)
    assert len(whoop().key(posted({key: event[key] for key in ("user_id", "id", "type")}))) == 64


@pytest.mark.parametrize("field", ["user_id", "id", "type"])
def test_what_is_missing_is_named(field: str) -> None:
    event = sample("workout_updated")
    del event[field]
    with pytest.raises(Rejected) as refused:
        whoop().read(posted(event))
    assert refused.value.field == field


def test_a_user_may_be_a_number_or_text() -> None:
    [item] = whoop().read(posted(sample("workout_updated") | {"user_id": ALICE}))
    assert item == whoop().read(posted(sample("workout_updated")))[0]


def test_an_id_of_the_first_version_says_what_to_do() -> None:
    with pytest.raises(Rejected, match="version v2"):
        whoop().read(posted(sample("workout_updated") | {"id": 1043}))


# ---- what is fetched


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Whoop
    access: Access

    def answer(self, path: str, said: Any, status: int = 200) -> None:
        self.vendor.answers[f"{API}/{path}"] = status, said

    async def fetch(self, event: str, at: datetime = NOW) -> Fetched | None:
        [item] = self.adapter.read(posted(sample(event), at=at))
        assert isinstance(item, Pointer)
        return await self.adapter.fetch(item, self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        made = Scene(vendor, whoop(API_BASE=str(server.make_url("/"))), Access(http, "a-token", ALICE))
        made.answer(f"activity/workout/{WORKOUT}", sample("api/workout"))
        made.answer(f"activity/sleep/{SLEEP}", sample("api/sleep"))
        made.answer("cycle/93845/recovery", sample("api/recovery"))
        yield made


async def test_a_workout_in_our_units(scene: Scene) -> None:
    found = await scene.fetch("workout_updated")
    start = datetime.fromisoformat("2026-05-01T07:00:00+02:00")
    assert found == Activity(
        f"whoop:{WORKOUT}",
        "run",
        start,
        elapsed_s=3150,
        distance_m=9773,
        climb_m=47,
        avg_hr=148,
        max_hr=171,
        version=1777615544774,
        zone_minutes=(5, 15, 20, 10, 0),
    )
    assert isinstance(found, Activity)
    assert found.start.utcoffset() == timedelta(hours=2)
    assert scene.vendor.asked[0].headers["Authorization"] == "Bearer a-token"


async def workout(scene: Scene, **more: Any) -> Fetched | None:
    scene.answer(f"activity/workout/{WORKOUT}", sample("api/workout") | more)
    return await scene.fetch("workout_updated")


async def test_what_was_not_measured_is_not_known(scene: Scene) -> None:
    found = await workout(scene, score_state="UNSCORABLE", score=None)
    assert isinstance(found, Activity)
    assert (found.elapsed_s, found.avg_hr, found.distance_m, found.climb_m, found.zone_minutes) == (
        3150,
        None,
        None,
        None,
        (),
    )
    found = await workout(scene, score={"average_heart_rate": "148.0", "distance_meter": 0, "altitude_gain_meter": 0})
    assert isinstance(found, Activity)
    assert (found.avg_hr, found.distance_m, found.climb_m) == (148, None, 0)


async def test_a_workout_that_is_not_scored_yet_is_waited_for(scene: Scene) -> None:
    assert await workout(scene, score_state="PENDING_SCORE", score=None) is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Running", "run"), ("hiking/rucking", "hike"), ("track & field", "track"), ("spin", "indoor_ride"),
        ("weightlifting", "strength"), ("cross country skiing", "nordic_ski"), ("stroller jogging", "run"),
        ("quidditch", "other"), ("", "other"),
    ],
)  # fmt: skip
async def test_their_words_for_sports(scene: Scene, theirs: str, ours: str) -> None:
    found = await workout(scene, sport_name=theirs)
    assert isinstance(found, Activity)
    assert found.sport == ours


async def test_a_run_that_turns_out_to_be_a_sauna_is_taken_back(scene: Scene) -> None:
    later = "2026-05-01T07:00:00.000Z"
    assert await workout(scene, sport_name="sauna", updated_at=later) == Removed(f"whoop:{WORKOUT}", 1777618800000)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 7), ("start", None), ("end", "yesterday"), ("updated_at", "0001-01-01T00:00:00Z"), ("user_id", None)],
)
async def test_a_row_of_another_shape_names_the_field(scene: Scene, field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        await workout(scene, **{field: value})
    assert field in str(refused.value)


async def test_an_end_before_the_start_is_refused(scene: Scene) -> None:
    with pytest.raises(Rejected, match="after start"):
        await workout(scene, end="2026-05-01T04:00:00.000Z")


@pytest.mark.parametrize("more", [{"user_id": 7}, {"id": SLEEP}])
async def test_the_workout_of_somebody_else_is_not_ours(scene: Scene, more: dict[str, Any]) -> None:
    assert await workout(scene, **more) is None


async def test_a_night_with_its_recovery(scene: Scene) -> None:
    wanted = Wellness(
        f"whoop:{SLEEP}",
        date(2026, 5, 1),
        resting_hr=51,
        hrv_rmssd_ms=58.4231,
        sleep_h=7.4,
        readiness=62,
        version=1777610100000,
    )
    assert await scene.fetch("sleep_updated") == wanted
    assert await scene.fetch("recovery_updated") == wanted


async def test_a_night_whose_recovery_is_still_missing_or_of_another_night(scene: Scene) -> None:
    scene.answer("cycle/93845/recovery", b"", 404)
    found = await scene.fetch("sleep_updated")
    assert isinstance(found, Wellness)
    assert (found.sleep_h, found.resting_hr, found.readiness, found.version) == (7.4, None, None, 1777609980000)
    scene.answer("cycle/93845/recovery", sample("api/recovery") | {"sleep_id": WORKOUT})
    assert await scene.fetch("sleep_updated") == found


async def test_a_recovery_of_the_first_days_is_left_out(scene: Scene) -> None:
    row = sample("api/recovery")
    row["score"]["user_calibrating"] = True
    scene.answer("cycle/93845/recovery", row)
    found = await scene.fetch("recovery_updated")
    assert isinstance(found, Wellness)
    assert (found.sleep_h, found.hrv_rmssd_ms, found.readiness) == (7.4, None, None)


async def test_a_night_that_is_none_yet(scene: Scene) -> None:
    for more in ({"nap": True}, {"score_state": "PENDING_SCORE", "score": None}, {"user_id": 7}):
        scene.answer(f"activity/sleep/{SLEEP}", sample("api/sleep") | more)
        assert await scene.fetch("sleep_updated") is None
    scene.answer(f"activity/sleep/{SLEEP}", b"", 404)
    assert await scene.fetch("sleep_updated") is None
    scene.answer(f"activity/sleep/{SLEEP}", sample("api/sleep") | {"score": {}})
    scene.answer("cycle/93845/recovery", b"", 404)
    assert await scene.fetch("sleep_updated") is None


async def test_in_whatever_order_the_events_come_the_same_holds(scene: Scene) -> None:
    """Update and deletion change places on the way: the deletion's version is above the row's, or the row is gone."""
    updated, deleted = posted(sample("workout_updated")), posted(sample("workout_deleted"), at=NOW + timedelta(hours=1))
    scene.answer(f"activity/workout/{WORKOUT}", b"", 404)
    ends = set()
    for order in permutations([updated, deleted]):
        texts: list[Removed] = []
        for delivery in order:
            [item] = scene.adapter.read(delivery)
            text = item.event if isinstance(item, Inline) else None
            if isinstance(item, Pointer):
                text = await scene.adapter.fetch(item, scene.access)  # type: ignore[assignment]
            assert isinstance(text, Removed)
            texts.append(text)
        ends.add(max(texts, key=lambda text: text.version))
    assert ends == {Removed(f"whoop:{WORKOUT}", int((NOW + timedelta(hours=1)).timestamp() * 1000))}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, TokenRefused), (403, GiveUp), (408, TryLater), (429, TryLater), (500, TryLater), (302, GiveUp)],
)
async def test_refusals_say_what_to_do(scene: Scene, status: int, kind: type[Exception]) -> None:
    scene.vendor.headers["Retry-After"] = "17"
    for path, event in (
        (f"activity/workout/{WORKOUT}", "workout_updated"),
        (f"activity/sleep/{SLEEP}", "sleep_updated"),
    ):
        scene.answer(path, b"{}", status)
        with pytest.raises(kind) as said:
            await scene.fetch(event)
        if status == 429:
            assert said.value.after == timedelta(seconds=17)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": "3"}, timedelta(seconds=3)),
        ({"X-RateLimit-Reset": "9999999"}, timedelta(days=1)),
        ({"X-RateLimit-Reset": "3", "Retry-After": "17"}, timedelta(seconds=17)),
    ],
)
async def test_the_apps_limit_holds_for_everybody(scene: Scene, headers: dict[str, str], wait: timedelta) -> None:
    scene.vendor.headers |= headers
    scene.answer(f"activity/workout/{WORKOUT}", b"", 429)
    with pytest.raises(RateLimited) as limited:
        await scene.fetch("workout_updated")
    assert limited.value.after == wait


async def test_a_limit_without_an_end_is_tried_again(scene: Scene) -> None:
    scene.vendor.headers["X-RateLimit-Reset"] = "soon"
    scene.answer(f"activity/workout/{WORKOUT}", b"", 429)
    with pytest.raises(TryLater) as later:
        await scene.fetch("workout_updated")
    assert later.value.after is None


async def test_garbage_is_tried_again_or_refused(scene: Scene) -> None:
    scene.answer(f"activity/workout/{WORKOUT}", b"<html>")
    with pytest.raises(TryLater):
        await scene.fetch("workout_updated")
    odd: list[Any] = [[], {}, 5, None]
    for said in odd:
        scene.answer(f"activity/workout/{WORKOUT}", said)
        with pytest.raises(Rejected):
            await scene.fetch("workout_updated")


async def test_a_pointer_that_is_no_id_is_not_called(scene: Scene) -> None:
    with pytest.raises(GiveUp):
        await scene.adapter.fetch(Pointer(ALICE, "../user/profile/basic", 1, {"kind": "workout"}), scene.access)
    assert scene.vendor.asked == []


# ---- the past, and both ends of a connection


async def test_recent_points_to_workouts_and_nights(scene: Scene) -> None:
    scene.answer("activity/workout", {"records": [sample("api/workout"), {"id": "odd"}], "next_token": "t:2"})
    scene.answer("activity/sleep", {"records": [sample("api/sleep")]})
    found = await scene.adapter.recent(scene.access, datetime(2026, 4, 29, 12, tzinfo=UTC))
    assert {(one.object_id, one.version, one.extra["kind"]) for one in found} == {
        (WORKOUT, 1777615544774, "workout"),
        (SLEEP, 1777609980000, "night"),
    }
    assert scene.vendor.asked[0].query == {"start": "2026-04-29T12:00:00.000Z", "limit": "25"}
    assert scene.vendor.asked[1].query["nextToken"] == "t:2"


async def test_the_past_comes_page_by_page(scene: Scene) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    scene.answer("activity/workout", {"records": [sample("api/workout")], "next_token": "t:2"})
    scene.answer("activity/sleep", {"records": [sample("api/nap"), sample("api/sleep"), None]})
    scene.answer("recovery", {"records": [sample("api/recovery"), {}]})
    items, page = await scene.adapter.history(scene.access, since, None)
    assert [type(item.event) for item in items if isinstance(item, Inline)] == [Activity]
    assert page == "workout:t:2"
    scene.answer("activity/workout", {"records": []})
    assert await scene.adapter.history(scene.access, since, page) == ([], "night")
    items, page = await scene.adapter.history(scene.access, since, "night")
    [night] = [item.event for item in items if isinstance(item, Inline)]
    assert night == await scene.fetch("recovery_updated")
    assert page is None
    [asked] = [one for one in scene.vendor.asked if one.path == f"{API}/recovery"]
    assert asked.query == {"start": "2026-04-30T20:40:00.000Z", "end": "2026-05-01T04:30:00.000Z", "limit": "25"}


async def test_whose_token_it_is(scene: Scene) -> None:
    scene.answer("user/profile/basic", {"user_id": 90112, "email": "alice@example.org"})
    assert await scene.adapter.owner(scene.access) == ALICE
    scene.answer("user/profile/basic", {"user_id": None})
    with pytest.raises(TryLater):
        await scene.adapter.owner(scene.access)


async def test_leaving_gives_the_consent_back(scene: Scene) -> None:
    for status in (204, 404):
        scene.answer("user/access", b"", status)
        await scene.adapter.disconnect(scene.access)
    assert {(one.method, one.path) for one in scene.vendor.asked} == {("DELETE", f"{API}/user/access")}
    scene.answer("user/access", b"", 500)
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)
