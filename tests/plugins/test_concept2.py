"""Concept2: who may call, what an event says, and what a fetch brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from concept2_samples import ALICE, ENV, NEXT_TOKEN, NOW, SAMPLES, STAMP, TOKEN, concept2, posted, sample
from twinge.core.model import Activity, Removed
from twinge.plugin import (
    Access,
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
from twinge_concept2 import Concept2
from vendor_standin import VendorStandin

RESULT, LIST, ME = "/api/users/me/results/90000017", "/api/users/me/results", "/api/users/me"
ROW = Activity(
    "concept2:90000017",
    "row",
    datetime(2026, 5, 2, 6, 34, 54, 800_000, tzinfo=UTC),
    elapsed_s=3605,
    moving_s=3605,
    distance_m=12000,
    avg_hr=145,
    max_hr=171,
    version=5,
)


def row(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = sample("added")["result"] | more
    return found


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_CONCEPT2_CLIENT_SECRET, TWINGE_CONCEPT2_HOOK_TOKEN"):
        Concept2.from_env({"CLIENT_ID": "1"})
    with pytest.raises(NotConfigured, match="HOOK_TOKEN needs at least 16"):
        concept2(HOOK_TOKEN=f"{TOKEN} short")


def test_it_keeps_the_contract_of_adapters() -> None:
    samples = [
        Sample(path.stem, posted(path.read_bytes()), 0 if path.stem == "deleted" else 1)
        for path in SAMPLES.glob("*.json")
    ]
    check_adapter(concept2(), samples, NOW)
    assert isinstance(concept2(), Backfills)
    assert isinstance(concept2(), Identifies)


@pytest.mark.parametrize("token", [None, "", "guess", TOKEN + "x", f"{TOKEN} {NEXT_TOKEN}", "größe"])
def test_a_wrong_path_is_401(token: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        concept2().verify(posted(sample("added"), token=token), NOW)
    assert refused.value.status == 401


def test_while_the_path_changes_either_opens() -> None:
    for token in (TOKEN, NEXT_TOKEN):
        concept2().verify(posted(sample("added"), token=token), NOW)


# ---- what a call says


@pytest.mark.parametrize("name", ["added", "updated"])
def test_a_result_is_a_pointer_in_both_shapes(name: str) -> None:
    assert concept2().read(posted(sample(name))) == [Pointer(ALICE, "90000017", STAMP)]


def test_ids_may_be_text() -> None:
    body = {"type": "result-added", "result": {"id": "17", "user_id": "7001"}}
    assert concept2().read(posted(body)) == [Pointer(ALICE, "17", STAMP)]


@pytest.mark.parametrize("body", [{"type": "result-deleted", "result_id": 5}, {"type": "user-updated"},
                                  {"data": {"type": "something-new", "result": None}}])  # fmt: skip
def test_what_names_nobody_is_taken_and_ignored(body: dict[str, Any]) -> None:
    assert list(concept2().read(posted(body))) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"[]", None),
        (b"{}", "type"),
        (b'{"data": {}}', "data.type"),
        (b'{"type": "result-added"}', "result"),
        (b'{"type": "result-added", "result": {"id": 1}}', "result.user_id"),
        (b'{"data": {"type": "result-added", "result": {"user_id": 1}}}', "data.result.id"),
        (b'{"type": "result-added", "result": {"id": "../1", "user_id": 1}}', "result.id"),
        (b'{"type": "result-added", "result": {"id": true, "user_id": 1}}', "result.id"),
    ],
)
def test_what_is_missing_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        concept2().read(posted(body))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_the_same_body_has_the_same_name() -> None:
    first, again = posted(sample("added")), posted(sample("added"), at=NOW + timedelta(hours=1))
    assert concept2().key(first) == concept2().key(again) != concept2().key(posted(sample("updated")))


# ---- the API


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Concept2
    access: Access

    async def fetch(self, **more: Any) -> Any:
        if more:
            self.vendor.answers[RESULT] = 200, {"data": row(**more)}
        return await self.adapter.fetch(Pointer(ALICE, "90000017", 5), self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin({RESULT: (200, {"data": row()})})
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        yield Scene(vendor, concept2(API_BASE=base), Access(http, "a-token", ALICE))


async def test_a_fetch_brings_the_result(scene: Scene) -> None:
    found = await scene.fetch()
    assert found == ROW
    assert found.start.utcoffset() == timedelta(hours=2)
    [asked] = scene.vendor.asked
    assert (asked.headers["Authorization"], asked.headers["Accept"]) == (
        "Bearer a-token",
        "application/vnd.c2logbook.v1+json",
    )


async def test_rest_takes_time_and_is_no_work(scene: Scene) -> None:
    found = await scene.fetch(rest_time=6000, workout_type="FixedDistanceInterval")
    assert (found.moving_s, found.elapsed_s, found.interval) == (3605, 4205, True)
    assert ROW.start - found.start == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("machine", "sport"),
    [("rower", "row"), ("slides", "row"), ("skierg", "nordic_ski"), ("bike", "indoor_ride"), ("multierg", "other"),
     (None, "other"), ([], "other")],
)  # fmt: skip
async def test_machines(scene: Scene, machine: Any, sport: str) -> None:
    assert (await scene.fetch(type=machine)).sport == sport


async def test_a_clock_without_a_zone_tells_the_day_only(scene: Scene) -> None:
    for zone in (None, "", "Nowhere/Land", 5, "../../etc/passwd"):
        found = await scene.fetch(timezone=zone)
        assert (found.start, found.day_only) == (datetime(2026, 5, 2, 12, tzinfo=UTC), True)


async def test_a_workout_over_the_change_of_the_clock(scene: Scene) -> None:
    """It ends at 03:30 summer time, half an hour after the clock jumped from two to three."""
    found = await scene.fetch(date="2026-03-29 03:30:00", time=36_000)
    assert found.start == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert found.start.utcoffset() == timedelta(hours=1)


async def test_numbers_as_text_and_what_is_not_known(scene: Scene) -> None:
    found = await scene.fetch(time="36052", distance="0", heart_rate={"average": 0})
    assert (found.moving_s, found.distance_m, found.avg_hr, found.max_hr) == (3605, None, None, None)
    assert (await scene.fetch(heart_rate=None)).avg_hr is None


@pytest.mark.parametrize(
    ("more", "field"),
    [({"date": "yesterday"}, "date"), ({"date": None}, "date"), ({"date": "1900-01-01 00:00:00"}, "date"),
     ({"time": 0, "distance": None}, "time")],
)  # fmt: skip
async def test_a_result_without_a_time_is_refused(scene: Scene, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        await scene.fetch(**more)
    assert refused.value.field == field


async def test_the_result_of_somebody_else_is_not_ours(scene: Scene) -> None:
    assert await scene.fetch(user_id=8) is None


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_removed(scene: Scene, status: int) -> None:
    scene.vendor.answers[RESULT] = status, b""
    assert await scene.fetch() == Removed("concept2:90000017", 5)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, TokenRefused), (403, Refused), (429, TryLater), (500, TryLater), (302, Refused)]
)
async def test_refusals_say_what_to_do(scene: Scene, status: int, kind: type[Exception]) -> None:
    scene.vendor.answers = dict.fromkeys((RESULT, LIST, ME), (status, b""))
    scene.vendor.headers["Retry-After"] = "90"
    asks = (
        scene.fetch(),
        scene.adapter.recent(scene.access, NOW),
        scene.adapter.history(scene.access, NOW, None),
        scene.adapter.owner(scene.access),
    )
    for ask in asks:
        with pytest.raises(kind) as said:
            await ask
        if status == 429:
            assert isinstance(said.value, TryLater)
            assert said.value.after == timedelta(seconds=90)


async def test_another_result_and_garbage_are_not_taken(scene: Scene) -> None:
    data: Any
    for data in (None, [], {"id": 5}):
        scene.vendor.answers[RESULT] = 200, {"data": data}
        with pytest.raises(GiveUp):
            await scene.fetch()
    scene.vendor.answers = dict.fromkeys((RESULT, LIST), (200, b"<html>"))
    with pytest.raises(TryLater):
        await scene.fetch()
    scene.vendor.answers[LIST] = 200, {"data": {}}
    with pytest.raises(TryLater):
        await scene.adapter.recent(scene.access, NOW)


async def test_recent_lists_results(scene: Scene) -> None:
    scene.vendor.answers[LIST] = 200, {"data": [row(), {"id": "../x"}, {}, 5]}
    assert await scene.adapter.recent(scene.access, NOW - timedelta(days=2)) == [Pointer(ALICE, "90000017", STAMP)]
    assert scene.vendor.asked[0].query == {"from": "2026-04-30", "number": "250", "page": "1"}


async def test_an_endless_list_ends(scene: Scene) -> None:
    scene.vendor.answers[LIST] = 200, {"data": [{"id": one} for one in range(1, 251)]}
    assert len(await scene.adapter.recent(scene.access, NOW)) == 5_000


async def test_the_past_comes_page_by_page_and_below_what_is_fetched(scene: Scene) -> None:
    scene.vendor.answers[LIST] = 200, {"data": [row()] * 249 + [row(date=None)]}
    items, page = await scene.adapter.history(scene.access, NOW, None)
    assert (len(items), items[0], page) == (249, Inline(ALICE, replace(ROW, version=0)), "2")
    scene.vendor.answers[LIST] = 200, {"data": []}
    assert await scene.adapter.history(scene.access, NOW, page) == ([], None)


async def test_whose_a_token_is(scene: Scene) -> None:
    scene.vendor.answers[ME] = 200, {"data": {"id": 7001, "username": "alice"}}
    assert await scene.adapter.owner(replace(scene.access, owner="")) == ALICE
    for data in ({}, {"id": None}, {"id": "me"}):
        scene.vendor.answers[ME] = 200, {"data": data}
        with pytest.raises(TryLater):
            await scene.adapter.owner(scene.access)


def test_consent_is_asked_at_concept2() -> None:
    oauth = Concept2.from_env(ENV).oauth
    assert oauth is not None
    assert (oauth.authorize_url, oauth.token_url) == (
        "https://log.concept2.com/oauth/authorize",
        "https://log.concept2.com/oauth/access_token",
    )
    assert (oauth.scope_separator, oauth.owner_at) == (",", ())
