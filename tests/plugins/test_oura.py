"""Oura: who may call, what an event leads to, and what its documents mean. The vendor is a stand-in on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from oura_samples import ALICE, NEXT_SECRET, NOW, SAMPLES, TOKEN, asked, oura, posted, sample
from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    ChecksSubscription,
    Disconnects,
    Fetched,
    GiveUp,
    Identifies,
    Inline,
    Item,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_oura import Oura
from vendor_standin import VendorStandin

API = "/v2/usercollection"
WORKOUT, SLEEP, READINESS = (sample(f"api/{name}")["id"] for name in ("workout", "sleep", "readiness"))
COUNTS = {"sleep_delete": 0, "unknown_kind": 0, "without_object": 0}
DATE_MS = int(datetime(2026, 5, 2, 10, 7, tzinfo=UTC).timestamp() * 1000)
"""The stand-in's Date."""


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_OURA_CLIENT_SECRET, TWINGE_OURA_VERIFY_TOKEN"):
        Oura.from_env({"CLIENT_ID": "x"})


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = oura()
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)
    assert all(isinstance(adapter, kind) for kind in (Backfills, Identifies, Disconnects, ChecksSubscription))


def test_the_signature_of_another_is_refused() -> None:
    event = sample("workout_create")
    genuine = posted(event)
    oura().verify(posted(event, secret=NEXT_SECRET), NOW)
    lower = {name: value.lower() for name, value in genuine.headers.items()}
    oura().verify(replace(genuine, headers=lower), NOW)
    for wrong in (
        posted(event, secret="a-guess"),
        replace(genuine, headers={}),
        replace(genuine, headers={**genuine.headers, "x-oura-timestamp": str(int(NOW.timestamp()) + 1)}),
        replace(genuine, headers={"x-oura-signature": "größe", "x-oura-timestamp": "jetzt"}),
    ):
        with pytest.raises(Rejected) as refused:
            oura().verify(wrong, NOW)
        assert refused.value.status == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_signature_is_refused(minutes: int) -> None:
    with pytest.raises(Rejected, match="five minutes"):
        oura().verify(posted(sample("workout_create"), off=timedelta(minutes=minutes)), NOW)


def test_the_handshake() -> None:
    assert oura().handshake(asked(verification_token=TOKEN, challenge="c-1")) == {"challenge": "c-1"}
    for query, status in (({"verification_token": "no", "challenge": "c"}, 401), ({"challenge": "c"}, 401), ({}, 400)):
        with pytest.raises(Rejected) as refused:
            oura().handshake(asked(**query))
        assert refused.value.status == status


# ---- events


def test_the_same_event_again_has_the_same_name() -> None:
    event = sample("workout_create")
    again = posted(event, at=NOW + timedelta(hours=1))
    assert oura().key(again) == oura().key(posted(event))
    assert oura().key(posted(sample("workout_update"))) != oura().key(again)
    assert len(oura().key(posted(sample("without_object")))) == 64


@pytest.mark.parametrize("field", ["user_id", "data_type", "event_type"])
def test_what_is_missing_is_named(field: str) -> None:
    event = sample("workout_create")
    del event[field]
    with pytest.raises(Rejected) as refused:
        oura().read(posted(event))
    assert refused.value.field == field


def test_an_object_that_is_a_path_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        oura().read(posted(sample("workout_create") | {"object_id": "../personal_info"}))
    assert refused.value.field == "object_id"


def test_an_event_without_a_time_has_that_of_its_arrival() -> None:
    event = sample("workout_create")
    del event["event_time"]
    [item] = oura().read(posted(event))
    assert isinstance(item, Pointer)
    assert item.version == int(NOW.timestamp() * 1000)


# ---- what is fetched


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Oura
    access: Access
    base: str

    def answer(self, path: str, said: Any, status: int = 200) -> None:
        self.vendor.answers[f"{API}/{path}"] = status, said

    async def bring(self, item: Item) -> Fetched | None:
        if isinstance(item, Pointer):
            return await self.adapter.fetch(item, self.access)
        assert isinstance(item, Inline)
        assert isinstance(item.event, Removed)
        return item.event

    async def fetch(self, event: str) -> Fetched | None:
        [item] = self.adapter.read(posted(sample(event)))
        return await self.bring(item)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        made = Scene(vendor, oura(API_BASE=base), Access(http, "a-token", ALICE), base)
        made.answer(f"workout/{WORKOUT}", sample("api/workout"))
        made.answer(f"sleep/{SLEEP}", sample("api/sleep"))
        made.answer(f"daily_readiness/{READINESS}", sample("api/readiness"))
        made.answer("heartrate", sample("api/heartrate"))
        yield made


async def test_a_workout_in_our_units(scene: Scene) -> None:
    found = await scene.fetch("workout_create")
    start = datetime.fromisoformat("2026-05-01T07:00:00+02:00")
    version = int(datetime(2026, 5, 1, 6, 10, tzinfo=UTC).timestamp() * 1000)
    assert found == Activity(
        f"oura:{WORKOUT}", "run", start, elapsed_s=3150, distance_m=9773, avg_hr=148, version=version
    )
    assert isinstance(found, Activity)
    assert found.start.utcoffset() == timedelta(hours=2)
    assert scene.vendor.asked[1].query == {
        "start_datetime": "2026-05-01T05:00:00Z",
        "end_datetime": "2026-05-01T05:52:30Z",
    }


async def workout(scene: Scene, **more: Any) -> Fetched | None:
    scene.answer(f"workout/{WORKOUT}", sample("api/workout") | more)
    return await scene.fetch("workout_create")


@pytest.mark.parametrize("hearts", [(200, {"data": []}), (403, {}), (200, {"data": [{"bpm": 150}, {"bpm": "?"}, 5]})])
async def test_without_enough_beats_the_heart_rate_is_not_known(scene: Scene, hearts: tuple[int, Any]) -> None:
    scene.answer("heartrate", hearts[1], hearts[0])
    found = await workout(scene, distance=0)
    assert isinstance(found, Activity)
    assert (found.avg_hr, found.distance_m, found.elapsed_s) == (None, None, 3150)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("running", "run"), ("trail_running", "trail_run"), ("cross_country_skiing", "nordic_ski"),
        ("soccer", "team_sport"), ("stand_up_paddling", "row"), ("hiit", "other"), ("quidditch", "other"),
    ],
)  # fmt: skip
async def test_their_words_for_sports(scene: Scene, theirs: str, ours: str) -> None:
    found = await workout(scene, activity=theirs)
    assert isinstance(found, Activity)
    assert (found.sport, found.interval) == (ours, theirs == "hiit")


async def test_a_title_is_read_and_not_kept(scene: Scene) -> None:
    found = await workout(scene, label="City marathon")
    assert isinstance(found, Activity)
    assert found.race
    assert "marathon" not in repr(found)


async def test_housework_is_no_training(scene: Scene) -> None:
    assert isinstance(await workout(scene, activity="housework"), Removed)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", ""), ("start_datetime", None), ("end_datetime", "2026-05-01T04:00:00+00:00"), ("activity", 7)],
)
async def test_a_document_of_another_shape_names_the_field(scene: Scene, field: str, value: Any) -> None:
    with pytest.raises(Rejected) as refused:
        await workout(scene, **{field: value})
    assert field in str(refused.value)


async def test_a_night_and_its_readiness(scene: Scene) -> None:
    night, score = await scene.fetch("sleep_create"), await scene.fetch("readiness_update")
    assert isinstance(night, Wellness)
    assert night == Wellness(
        f"oura:{SLEEP}", date(2026, 5, 1), resting_hr=49, hrv_rmssd_ms=58, sleep_h=7.4, version=night.version
    )
    assert isinstance(score, Wellness)
    assert score == Wellness(f"oura:{READINESS}", date(2026, 5, 1), readiness=81, version=score.version)
    assert score.version - night.version == 30_000


async def test_what_is_no_main_sleep_or_tells_nothing(scene: Scene) -> None:
    unknown = {"average_hrv": None, "lowest_heart_rate": 0, "total_sleep_duration": None}
    odd: list[dict[str, Any]] = [{"type": "late_nap"}, {"type": "deleted"}, {"type": None}, unknown]
    for more in odd:
        scene.answer(f"sleep/{SLEEP}", sample("api/sleep") | more)
        assert await scene.fetch("sleep_create") is None
    scene.answer(f"sleep/{SLEEP}", b"", 404)
    assert await scene.fetch("sleep_create") is None
    scene.answer(f"daily_readiness/{READINESS}", sample("api/readiness") | {"score": None})
    assert await scene.fetch("readiness_update") is None


async def test_in_whatever_order_the_events_come_the_same_holds(scene: Scene) -> None:
    scene.answer(f"workout/{WORKOUT}", b"", 404)
    events = [posted(sample(f"workout_{name}")) for name in ("create", "update", "delete")]
    ends = set()
    for order in permutations(events):
        found = [await scene.bring(item) for delivery in order for item in scene.adapter.read(delivery)]
        texts = [text for text in found if isinstance(text, Removed)]
        assert len(texts) == 3
        ends.add(max(texts, key=lambda text: text.version))
    assert ends == {Removed(f"oura:{WORKOUT}", int(datetime(2026, 5, 1, 8, 10, tzinfo=UTC).timestamp() * 1000))}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, TokenRefused), (403, GiveUp), (408, TryLater), (429, TryLater), (500, TryLater), (302, GiveUp)],
)
async def test_refusals_say_what_to_do(scene: Scene, status: int, kind: type[Exception]) -> None:
    scene.vendor.headers["Retry-After"] = "17"
    for path, event in ((f"workout/{WORKOUT}", "workout_create"), (f"sleep/{SLEEP}", "sleep_create")):
        scene.answer(path, b"{}", status)
        with pytest.raises(kind) as said:
            await scene.fetch(event)
        if status == 429:
            assert said.value.after == timedelta(seconds=17)  # type: ignore[attr-defined]


async def test_garbage_is_tried_again_or_refused(scene: Scene) -> None:
    scene.answer(f"workout/{WORKOUT}", b"<html>")
    with pytest.raises(TryLater):
        await scene.fetch("workout_create")
    odd: list[Any] = [[], {}, 5, None]
    for said in odd:
        scene.answer(f"workout/{WORKOUT}", said)
        with pytest.raises(Rejected):
            await scene.fetch("workout_create")


@pytest.mark.parametrize(("found", "kind"), [("../personal_info", "workout"), (WORKOUT, "personal_info")])
async def test_a_pointer_to_something_else_is_not_called(scene: Scene, found: str, kind: str) -> None:
    with pytest.raises(GiveUp):
        await scene.adapter.fetch(Pointer(ALICE, found, 1, {"kind": kind}), scene.access)
    assert scene.vendor.asked == []


# ---- the past, both ends of a connection, subscriptions


async def test_recent_points_to_everything(scene: Scene) -> None:
    scene.answer("workout", {"data": [sample("api/workout"), {"id": 7}, {"id": "a/b"}], "next_token": "t"})
    scene.answer("sleep", {"data": [sample("api/sleep")], "next_token": None})
    scene.answer("daily_readiness", {"data": []})
    found = await scene.adapter.recent(scene.access, datetime(2026, 4, 29, 23, tzinfo=UTC))
    # The stand-in gives the same token for ever: the second page is the last.
    assert [(one.object_id, one.extra["kind"]) for one in found] == [
        (WORKOUT, "workout"),
        (WORKOUT, "workout"),
        (SLEEP, "sleep"),
    ]
    assert {one.version for one in found} == {DATE_MS}
    assert scene.vendor.asked[0].query == {"start_date": "2026-04-29"}


async def test_the_past_comes_page_by_page(scene: Scene) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    scene.answer("workout", {"data": [sample("api/workout")], "next_token": "t:2"})
    scene.answer("sleep", {"data": [sample("api/sleep"), {"id": "x"}], "next_token": "n"})
    scene.answer("daily_readiness", {"data": [sample("api/readiness")]})
    pages: list[str | None] = [None]
    kinds = []
    while len(pages) == 1 or pages[-1]:
        items, page = await scene.adapter.history(scene.access, since, pages[-1])
        kinds.append([type(item.event if isinstance(item, Inline) else item) for item in items])
        pages.append(page)
    assert pages == [None, "workout:t:2", "sleep", "sleep:n", "daily_readiness", None]
    assert kinds == [[Pointer], [Pointer], [Wellness], [Wellness], [Wellness]]


async def test_whose_token_it_is_and_how_it_ends(scene: Scene) -> None:
    scene.answer("personal_info", {"id": ALICE, "email": "alice@example.org"})
    assert await scene.adapter.owner(scene.access) == ALICE
    scene.answer("personal_info", {"id": None})
    with pytest.raises(TryLater):
        await scene.adapter.owner(scene.access)
    for status in (200, 400):
        scene.vendor.answers["POST /oauth/revoke"] = status, b""
        await scene.adapter.disconnect(scene.access)
    scene.vendor.answers["POST /oauth/revoke"] = 500, b""
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)


async def test_subscriptions_are_made_moved_and_renewed(scene: Scene) -> None:
    """One is fine, one ends soon, one leads elsewhere, the other six are missing."""
    here = "https://twinge.example.org/hooks/oura"
    places = [
        ("s1", here, "create", "workout", "2026-08-01T00:00:00+00:00"),
        ("s2", here, "update", "workout", "2026-05-20T00:00:00"),
        ("s3", "https://old.example.org", "create", "sleep", "2026-08-01T00:00:00+00:00"),
        ("s4", here, "create", "tag", "?"),
    ]
    names = ("id", "callback_url", "event_type", "data_type", "expiration_time")
    kept = [dict(zip(names, place, strict=True)) for place in places]
    path = "/v2/webhook/subscription"
    scene.vendor.answers |= {
        f"GET {path}": (200, kept),
        f"POST {path}": (201, {}),
        f"PUT {path}/renew/s2": (200, {}),
        f"PUT {path}/s3": (200, {}),
    }
    public = "https://twinge.example.org"
    said = await scene.adapter.subscription(scene.access.http, public, NOW)
    assert said
    assert said.startswith("7 of our 9")
    assert [one.method for one in scene.vendor.asked] == ["GET"]  # it only looks
    scene.vendor.asked.clear()
    assert await scene.adapter.subscribe(scene.access.http, public, NOW) == 8
    done = [(one.method, one.path.removeprefix(path)) for one in scene.vendor.asked]
    assert done[0] == ("GET", "")
    assert sorted(done[1:]) == [("POST", "")] * 6 + [("PUT", "/renew/s2"), ("PUT", "/s3")]
    assert scene.vendor.asked[0].headers["x-client-secret"] == "standin-client-secret"
    made = [msgspec.json.decode(one.body) for one in scene.vendor.asked if one.method == "POST"]
    assert {(one["data_type"], one["event_type"]) for one in made} == {
        *product(("daily_readiness",), ("create", "update", "delete")),
        ("workout", "delete"),
        ("sleep", "update"),
        ("sleep", "delete"),
    }
    assert {(one["callback_url"], one["verification_token"]) for one in made} == {(here, TOKEN)}


async def test_subscriptions_that_stand_are_left_alone(scene: Scene) -> None:
    here, ends = "https://twinge.example.org/hooks/oura", "2026-08-01T00:00:00Z"
    names = ("id", "callback_url", "event_type", "data_type", "expiration_time")
    places = product(("create", "update", "delete"), ("workout", "sleep", "daily_readiness"))
    rows = [dict(zip(names, (f"s{n}", here, *place, ends), strict=True)) for n, place in enumerate(places)]
    scene.vendor.answers["GET /v2/webhook/subscription"] = 200, rows
    assert await scene.adapter.subscription(scene.access.http, "https://twinge.example.org", NOW) is None
    assert await scene.adapter.subscribe(scene.access.http, "https://twinge.example.org", NOW) == 0


@pytest.mark.parametrize(
    ("listed", "words"), [((403, b""), "CLIENT_ID"), ((401, b""), "CLIENT_ID"), ((200, {}), "another shape")]
)
async def test_what_is_wrong_with_the_subscriptions(scene: Scene, listed: Any, words: str) -> None:
    scene.vendor.answers["GET /v2/webhook/subscription"] = listed
    said = await scene.adapter.subscription(scene.access.http, "https://twinge.example.org", NOW)
    assert said
    assert words in said
    with pytest.raises(GiveUp, match=words):
        await scene.adapter.subscribe(scene.access.http, "https://twinge.example.org", NOW)


async def test_subscriptions_that_cannot_be_made(scene: Scene) -> None:
    path = "/v2/webhook/subscription"
    scene.vendor.answers |= {f"GET {path}": (200, []), f"POST {path}": (422, b"")}
    with pytest.raises(GiveUp, match="public https"):
        await scene.adapter.subscribe(scene.access.http, "https://twinge.example.org", NOW)
    scene.vendor.answers[f"GET {path}"] = 500, b""
    with pytest.raises(TryLater):
        await scene.adapter.subscription(scene.access.http, "https://twinge.example.org", NOW)
