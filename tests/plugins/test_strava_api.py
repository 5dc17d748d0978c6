"""Strava's API: what a fetch brings, and what to do when it does not. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import jsonschema
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from strava_samples import ALICE, ENV, TOKEN, asked, posted, row, sample, strava
from strava_standin import STANDIN_NOW, Standin, event_of, read_rows
from twinge.core.model import Activity, Removed
from twinge.plugin import Access, GiveUp, Inline, Item, Pointer, RateLimited, TokenRefused, TryLater
from twinge_strava import Strava
from twinge_strava.limits import Limits, after_429


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: Standin
    adapter: Strava
    access: Access

    async def fetch(self, object_id: int = 9100000001, version: int = 5) -> Activity | Removed | None:
        """What a pointer to this activity brings."""
        return await self.adapter.fetch(Pointer(ALICE, str(object_id), version), self.access)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = Standin()
    vendor.add(sample("api/run"), sample("api/run_streams"))
    token = vendor.connect().access
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        adapter = strava(API_BASE=str(server.make_url("")))
        yield Scene(vendor, adapter, Access(http, token, ALICE))


async def test_fetch_brings_the_activity_with_its_streams(scene: Scene) -> None:
    activity = await scene.fetch(version=1777888800000)
    assert isinstance(activity, Activity)
    assert activity.version == 1777888800000
    assert dict(activity.shape.hr_seconds).keys() <= set(range(120, 130))
    assert activity.shape.hr_seconds
    assert (scene.vendor.calls["activity"], scene.vendor.calls["streams"]) == (1, 1)


async def test_fetch_without_streams_equals_the_row(scene: Scene) -> None:
    scene.vendor.streams.clear()
    assert await scene.fetch(version=0) == row()


async def test_a_manual_activity_costs_one_call(scene: Scene) -> None:
    scene.vendor.add(sample("api/manual_strength"))
    assert isinstance(await scene.fetch(9100000006), Activity)
    assert scene.vendor.calls["streams"] == 0


async def test_streams_of_uneven_length_are_left_out(scene: Scene) -> None:
    streams = sample("api/run_streams")
    streams["heartrate"]["data"] = [120]
    scene.vendor.streams[9100000001] = streams
    activity = await scene.fetch()
    assert isinstance(activity, Activity)
    assert activity.shape.hr_seconds == ()


@pytest.mark.parametrize("metered", [True, False])
async def test_estimated_watts_are_no_power(scene: Scene, metered: bool) -> None:
    streams = {name: {"data": data} for name, data in (("time", list(range(1800))), ("watts", [200] * 1800))}
    scene.vendor.add(sample("api/ride_power") | {"device_watts": metered}, streams)
    activity = await scene.fetch(9100000005)
    assert isinstance(activity, Activity)
    assert activity.shape.normalized_power_w == (200 if metered else None)


async def test_steps_of_one_leg_are_doubled(scene: Scene) -> None:
    """A heart rate that sticks to the steps of both legs is the cadence: the gate can only see it when doubled."""
    streams = sample("api/run_streams")
    streams["cadence"]["data"] = [84] * 40
    streams["heartrate"]["data"] = [168] * 40
    scene.vendor.streams[9100000001] = streams
    activity = await scene.fetch()
    assert isinstance(activity, Activity)
    assert activity.shape.hr_seconds == ()


async def test_what_strava_does_not_show_is_removed(scene: Scene) -> None:
    assert await scene.fetch(404, version=9) == Removed("strava:404", 9)


async def test_private_and_public_again(scene: Scene) -> None:
    """An app without activity:read_all sees a workout that goes private as deleted, and as created when it is back."""
    public = scene.vendor.rows.pop(9100000001)
    versions = []
    for aspect, at in (("create", 1777888800), ("delete", 1777888900), ("create", 1777889000)):
        if at == 1777889000:
            scene.vendor.rows[9100000001] = public
        (item,) = scene.adapter.read(posted(event_of(9100000001, aspect, at)))
        found = item.event if isinstance(item, Inline) else await scene.fetch(version=_version(item))
        assert isinstance(found, Activity if at == 1777889000 else Removed)
        versions.append(found.version)
    assert versions == sorted(set(versions))


def _version(item: Item) -> int:
    assert isinstance(item, Pointer)
    return item.version


async def test_the_activity_of_somebody_else_is_not_ours(scene: Scene) -> None:
    scene.vendor.rows[5] = sample("api/run") | {"id": 5, "athlete": {"id": 666}}
    assert await scene.fetch(5) is None


async def test_a_spent_limit_waits_for_the_next_quarter(scene: Scene) -> None:
    scene.vendor.now = datetime(2026, 5, 4, 10, 7, 30, tzinfo=UTC)
    scene.vendor.faults.append("429")
    with pytest.raises(TryLater) as later:
        await scene.fetch()
    assert later.value.after == timedelta(minutes=7, seconds=30)


async def test_a_spent_day_waits_for_midnight(scene: Scene) -> None:
    scene.vendor.used = [5, 1000]
    scene.vendor.faults.append("429")
    with pytest.raises(TryLater) as later:
        await scene.fetch()
    assert later.value.after == timedelta(hours=13, minutes=53)


async def test_nobody_calls_when_the_limit_is_nearly_spent(scene: Scene) -> None:
    scene.vendor.streams.clear()
    scene.vendor.used = [92, 92]
    await scene.fetch()  # two calls: 94 of 100 used
    with pytest.raises(TryLater) as later:
        await scene.fetch()  # the first of its calls is the 95th
    assert scene.vendor.used == [95, 95]
    assert later.value.after is not None
    assert timedelta(minutes=7, seconds=50) < later.value.after <= timedelta(minutes=8)
    with pytest.raises(TryLater):
        await scene.fetch()
    assert scene.vendor.used == [95, 95]


@pytest.mark.parametrize("fault", ["500", "502", "html"])
async def test_a_vendor_in_trouble_is_tried_later(scene: Scene, fault: str) -> None:
    scene.vendor.faults.append(fault)
    with pytest.raises(TryLater):
        await scene.fetch()
    assert isinstance(await scene.fetch(), Activity)


async def test_a_vendor_that_hangs_is_tried_later(scene: Scene) -> None:
    scene.vendor.faults.append("hang")
    hasty = Strava(ENV | {"API_BASE": scene.adapter.base}, deadline=aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(TryLater, match="did not answer"):
        await hasty.fetch(Pointer(ALICE, "9100000001"), scene.access)


async def test_trouble_with_the_streams_does_not_pass_as_a_run_without_them(scene: Scene) -> None:
    scene.vendor.faults.extend(["ok", "500"])
    with pytest.raises(TryLater):
        await scene.fetch()


async def test_a_refused_token_says_so(scene: Scene) -> None:
    scene.vendor.grants.clear()
    with pytest.raises(TokenRefused):
        await scene.fetch()


async def test_a_scope_not_given_is_given_up_and_an_unpaid_application_is_tried_later(scene: Scene) -> None:
    scene.vendor.faults.extend(["scope", "403"])
    with pytest.raises(GiveUp, match="reconnect with that box ticked"):
        await scene.fetch()
    with pytest.raises(TryLater, match="subscription") as later:
        await scene.fetch()
    assert later.value.after == timedelta(hours=1)


async def test_without_a_token_strava_itself_is_not_bothered(scene: Scene) -> None:
    with pytest.raises(GiveUp, match="has not connected"):
        await strava().fetch(Pointer(ALICE, "1"), Access(scene.access.http, None, ALICE))


async def test_recent_lists_every_page_as_of_the_answers_date(scene: Scene) -> None:
    for more in range(230):
        scene.vendor.add(sample("api/run") | {"id": 9200000000 + more})
    pointers = await scene.adapter.recent(scene.access, datetime(2026, 5, 1, tzinfo=UTC))
    assert len({pointer.object_id for pointer in pointers}) == 231
    assert scene.vendor.calls["listing"] == 3
    assert {pointer.version for pointer in pointers} == {int(STANDIN_NOW.timestamp() * 1000)}
    assert await scene.adapter.recent(scene.access, datetime(2026, 6, 1, tzinfo=UTC)) == []


# ---- the past, the subscription, the end


async def test_the_past_comes_whole_where_it_is_compared_and_as_listed_before(scene: Scene) -> None:
    scene.vendor.rows.clear()
    for days in range(100):
        start = f"{STANDIN_NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        scene.vendor.add(sample("api/run") | {"id": 9300000000 + days, "start_date": start, "start_date_local": start})
    scene.vendor.add(sample("api/run") | {"id": 9300000500, "start_date": "2026-01-20T10:00:00Z", "sport_type": 7})
    since = STANDIN_NOW - timedelta(days=120)
    items, page = await scene.adapter.history(scene.access, since, None)
    rest, last = await scene.adapter.history(scene.access, since, page)
    assert (page, last, scene.vendor.calls["listing"]) == ("2", None, 2)
    told = [*items, *rest]
    assert [type(item) for item in told] == [Inline] * 71 + [Pointer] * 29
    assert {item.event.version for item in told if isinstance(item, Inline)} == {0}
    assert scene.vendor.calls["activity"] == 0


async def test_a_spent_limit_is_everybodys(scene: Scene) -> None:
    scene.vendor.faults.extend(["429"])
    with pytest.raises(RateLimited) as spent:
        await scene.adapter.history(scene.access, STANDIN_NOW - timedelta(days=120), None)
    assert spent.value.after == timedelta(minutes=8)
    with pytest.raises(RateLimited):
        await scene.adapter.recent(scene.access, STANDIN_NOW)


async def test_the_subscription_is_asked_for(scene: Scene) -> None:
    hook = f"https://us.example/hooks/strava/{TOKEN}"

    async def wrong(**settings: str) -> str | None:
        adapter = Strava({**ENV, "API_BASE": scene.adapter.base, **settings})
        return await adapter.subscription(scene.access.http, "https://us.example", STANDIN_NOW)

    assert "no subscription" in (await wrong() or "")
    scene.vendor.subscriptions.append({"id": 5, "callback_url": "https://elsewhere.example/"})
    assert "another URL" in (await wrong() or "")
    scene.vendor.subscriptions[0]["callback_url"] = hook
    assert await wrong(SUBSCRIPTION_ID="5") is None
    assert "number 5 now" in (await wrong(SUBSCRIPTION_ID="4") or "")
    assert "client id or secret" in (await wrong(CLIENT_SECRET="wrong") or "")


async def test_leaving_ends_the_grant_there(scene: Scene) -> None:
    await scene.adapter.disconnect(scene.access)
    assert scene.vendor.grants == {}
    await scene.adapter.disconnect(scene.access)


# ---- limits


def told(date: str | None, **usage: str) -> dict[str, str]:
    """Answer headers."""
    headers = {f"x-{name.replace('_', '-')}": value for name, value in usage.items()}
    return headers | ({"Date": date} if date else {})


def test_each_budget_and_window_counts() -> None:
    limits = Limits()
    late = "Mon, 04 May 2026 23:58:00 GMT"
    limits.note(told(late, ratelimit_limit="200,2000", ratelimit_usage="10,1900"), 50.0)
    assert limits.pause(60.0) == timedelta(seconds=110)
    assert limits.pause(171.0) is None
    limits.note(told(late, ratelimit_limit="200,2000", ratelimit_usage="10,20"), 50.0)
    assert limits.pause(60.0) is None
    limits.note(told(late, readratelimit_limit="100,1000", readratelimit_usage="94,20"), 50.0)
    assert limits.pause(60.0) is None
    limits.start()
    assert limits.pause(60.0) is not None


@pytest.mark.parametrize(
    "usage", [{}, {"ratelimit_usage": "1,2"}, {"ratelimit_limit": "x", "ratelimit_usage": "1,2,3"}]
)
def test_headers_that_say_nothing_limit_nothing(usage: dict[str, str]) -> None:
    limits = Limits()
    limits.note(told("nonsense", **usage), 0.0)
    assert limits.pause(0.0) is None
    assert after_429(told(None, **usage)) == timedelta(minutes=15)


# ---- the subscription


@pytest.fixture
async def hook() -> AsyncIterator[str]:
    """Our own side: a hook that answers Strava's handshake."""

    async def shake(request: web.Request) -> web.Response:
        found = strava().handshake(asked(request.query, token=request.match_info["token"]))
        return web.json_response(found)

    app = web.Application()
    app.router.add_get("/hooks/strava/{token}", shake)
    async with TestServer(app) as server:
        yield str(server.make_url(f"/hooks/strava/{TOKEN}"))


async def test_subscribing_twice_makes_one_subscription(scene: Scene, hook: str) -> None:
    first = await scene.adapter.subscribe(scene.access.http, hook)
    assert await scene.adapter.subscribe(scene.access.http, hook) == first == 120475
    assert scene.vendor.calls["subscribe"] == 1
    with pytest.raises(GiveUp, match="another callback URL"):
        await scene.adapter.subscribe(scene.access.http, hook + "2")


async def test_a_callback_strava_cannot_confirm_is_explained(scene: Scene, hook: str) -> None:
    with pytest.raises(GiveUp, match="public https"):
        await scene.adapter.subscribe(scene.access.http, hook + "-wrong")


# ---- the stand-in speaks Strava's shapes


async def test_the_stand_in_answers_as_strava_describes(scene: Scene) -> None:
    schema = sample("api/schema")
    calls = {
        "activity": "/api/v3/activities/9100000001",
        "stream_set": "/api/v3/activities/9100000001/streams?keys=time,heartrate&key_by_type=true",
        "listing": "/api/v3/athlete/activities?after=0",
        "fault": "/api/v3/activities/1",
    }
    bearer = {"Authorization": f"Bearer {scene.access.token}"}
    for shape, path in calls.items():
        async with scene.access.http.get(scene.adapter.base + path, headers=bearer) as response:
            answer = await response.json()
        jsonschema.validate(answer, schema | {"$ref": f"#/definitions/{shape}"})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"id": "1"}, schema | {"$ref": "#/definitions/activity"})


def test_the_stand_in_serves_a_history_file(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("".join(json.dumps(sample(f"api/{name}")) + "\n\n" for name in ("trail_race", "run")))
    vendor = Standin()
    for one in read_rows(file):
        vendor.add(one)
    events = [posted(event) for event in vendor.events(120475)]
    pointers = [item for event in events for item in strava().read(event)]
    assert [getattr(pointer, "object_id", None) for pointer in pointers] == ["9100000001", "9100000003"]
