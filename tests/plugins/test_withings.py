"""Withings: who may call, what a notification leads to, what rows mean, and tokens. The vendor is on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from conftest import Serve
from twinge.connections.join import claim
from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import (
    Access,
    Backfills,
    Disconnects,
    Exchanges,
    Fetched,
    GiveUp,
    Inline,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    RateLimited,
    Rejected,
    Renews,
    Revoked,
    TokenRefused,
    Tokens,
    TryLater,
)
from twinge.testing import Sample, check_adapter
from twinge_withings import Withings
from vendor_standin import VendorStandin
from withings_samples import ALICE, ENV, NEXT_TOKEN, NOW, SAMPLES, STAMP, TOKEN, posted, sample, withings

COUNTS = {"account_changed": 0, "weight": 0}
WORKOUTS, NIGHTS = "/v2/measure", "/v2/sleep"
BACK = "https://twinge.example/connect/withings/callback"
HOOK = f"https://twinge.example/hooks/withings/{TOKEN}"
GRANT = {
    "userid": ALICE,
    "access_token": "access-1",
    "refresh_token": "refresh-1",
    "expires_in": 10_800,
    "scope": "user.info,user.activity",
    "token_type": "Bearer",
}


# ---- settings and the door


def test_without_settings_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_WITHINGS_CLIENT_SECRET, TWINGE_WITHINGS_HOOK_TOKEN"):
        Withings.from_env({"CLIENT_ID": "x", "CLIENT_SECRET": " "})
    with pytest.raises(NotConfigured, match="16 characters"):
        Withings.from_env(ENV | {"HOOK_TOKEN": f"{TOKEN} short"})


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = withings()
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    check_adapter(adapter, [Sample(name, posted(sample(name)), COUNTS.get(name, 1)) for name in names], NOW)
    assert all(isinstance(adapter, kind) for kind in (Backfills, Disconnects, Exchanges, Renews))
    assert adapter.oauth
    assert adapter.oauth.authorize_url == "https://account.withings.com/oauth2_user/authorize2"
    assert adapter.oauth.client_secret not in repr(adapter.oauth)


@pytest.mark.parametrize("token", [None, "", "a-guess", "größe"])
def test_without_the_secret_nobody_gets_in(token: str | None) -> None:
    delivery = posted(sample("workout"), token=token)
    for ask in (lambda: withings().verify(delivery, NOW), lambda: withings().handshake(delivery)):
        with pytest.raises(Rejected) as refused:
            ask()
        assert refused.value.status == 401
    withings().verify(posted(sample("workout"), token=NEXT_TOKEN), NOW)


async def test_head_and_get_are_answered_at_the_secret_path(serve: Serve) -> None:
    web = await serve(platforms={"withings": withings()})
    for method in ("HEAD", "GET"):
        assert (await web.client.request(method, f"/hooks/withings/{TOKEN}")).status == 200
        assert (await web.client.request(method, "/hooks/withings/a-guess")).status == 401
    form = dict(parse_qsl(posted(sample("workout")).body.decode()))
    assert (await web.client.post(f"/hooks/withings/{TOKEN}", data=form)).status == 200
    assert (await web.client.post("/hooks/withings/a-guess", data=form)).status == 401
    [one] = (await web.store.inbox.find()).items
    assert TOKEN not in repr(one)


# ---- notifications


def read(**more: Any) -> Any:
    [item] = withings().read(posted(sample("workout") | more))
    return item


def test_a_notification_points_to_a_span() -> None:
    extra = {"kind": "workouts", "start": "1777611600", "end": "1777614900"}
    assert read() == Pointer(ALICE, "workouts.1777611600-1777614900", STAMP, extra)
    assert read(appli=44).extra["kind"] == "nights"


@pytest.mark.parametrize("told", ["2026-05-01", "1777593600"])
def test_a_notification_may_name_a_day(told: str) -> None:
    [item] = withings().read(posted(sample("workout_day") | {"date": told}))
    assert isinstance(item, Pointer)
    assert (item.extra["start"], item.extra["end"]) == ("1777593600", "1777680000")


def test_of_a_long_span_the_last_month_is_fetched() -> None:
    assert read(startdate=86_400 * 365).extra["start"] == str(1777614900 - 31 * 86_400)


@pytest.mark.parametrize("action", ["unlink", "delete"])
def test_who_unlinks_has_left(action: str) -> None:
    assert withings().read(posted(sample("unlinked") | {"action": action})) == (Revoked(ALICE),)


@pytest.mark.parametrize("appli", ["1", "2", "4", "50", "54", "999999"])
def test_what_is_not_for_us_is_taken_and_ignored(appli: str) -> None:
    assert withings().read(posted(sample("weight") | {"appli": appli})) == ()


@pytest.mark.parametrize("field", ["userid", "appli", "startdate"])
def test_what_is_missing_is_named(field: str) -> None:
    form = sample("workout")
    del form[field]
    with pytest.raises(Rejected) as refused:
        withings().read(posted(form))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userid", "alice"), ("userid", "7\n"), ("userid", "٣"), ("appli", "-1"), ("startdate", "1777614901"),
        ("startdate", "0"), ("enddate", "99999999999"), ("enddate", "soon"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(field: str, value: str) -> None:
    with pytest.raises(Rejected):
        withings().read(posted(sample("workout") | {field: value}))


@pytest.mark.parametrize("told", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01", "1"])
def test_a_day_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(Rejected):
        withings().read(posted(sample("workout_day") | {"date": told}))


@pytest.mark.parametrize("body", [b"\xff=1", b"userid=%ff", b"", b"&".join([b"a=1"] * 99), b"userid=1%00"])
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    delivery = replace(posted(sample("workout")), body=body)
    with pytest.raises(Rejected):
        withings().read(delivery)


def test_the_same_call_again_has_the_same_name_within_its_hour() -> None:
    """A later edit is told in the very words of the first call: it must not pass for a repetition."""
    first = posted(sample("workout"))
    assert withings().key(posted(sample("workout"), at=NOW + timedelta(minutes=40))) == withings().key(first)
    assert withings().key(posted(sample("workout"), at=NOW + timedelta(hours=1))) != withings().key(first)
    assert withings().key(posted(sample("night"))) != withings().key(first)


# ---- what is fetched


def listed(*rows: Any, **more: Any) -> tuple[int, Any]:
    return 200, {"status": 0, "body": {"series": list(rows), "more": False, "offset": 0, **more}}


def form_of(body: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(body.decode()))


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    adapter: Withings
    access: Access

    async def fetch(self, name: str) -> list[Fetched]:
        [item] = self.adapter.read(posted(sample(name)))
        assert isinstance(item, Pointer)
        return list(await self.adapter.fetch(item, self.access))

    async def workout(self, **more: Any) -> Fetched:
        self.vendor.answers[WORKOUTS] = listed(sample("api/workout") | more)
        [found] = await self.fetch("workout")
        return found

    async def night(self, data: Any = None, **more: Any) -> list[Fetched]:
        row = sample("api/night")
        self.vendor.answers[NIGHTS] = listed(row | {"data": row["data"] if data is None else data} | more)
        return await self.fetch("night")

    def asked(self, place: int = -1) -> Mapping[str, str]:
        return form_of(self.vendor.asked[place].body)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin({WORKOUTS: listed(sample("api/workout")), NIGHTS: listed(sample("api/night"))})
    vendor.answers["/v2/oauth2"] = (200, {"status": 0, "body": GRANT})
    vendor.answers["/notify"] = (200, {"status": 0, "body": {}})
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Scene(vendor, withings(API_BASE=str(server.make_url("/"))), Access(http, "a-token", ALICE))


async def test_a_workout_in_our_units(scene: Scene) -> None:
    [found] = await scene.fetch("workout")
    assert found == Activity(
        "withings:4100001",
        "run",
        datetime(2026, 5, 1, 5, 0, tzinfo=UTC),
        elapsed_s=3300,
        moving_s=3150,
        distance_m=9773,
        avg_hr=148,
        max_hr=171,
        version=1777615500000,
    )
    assert isinstance(found, Activity)
    assert found.start.utcoffset() == timedelta(hours=2)
    [asked] = scene.vendor.asked
    assert (asked.method, asked.query, asked.headers["Authorization"]) == ("POST", {}, "Bearer a-token")
    assert scene.asked()["action"] == "getworkouts"
    assert (scene.asked()["startdateymd"], scene.asked()["enddateymd"]) == ("2026-04-30", "2026-05-02")
    assert "hr_average" in scene.asked()["data_fields"]


@pytest.mark.parametrize("data", [{}, [], None, {"algo_pause_duration": None}, {"hr_average": 0, "distance": 0}])
async def test_what_was_not_measured_is_not_known(scene: Scene, data: Any) -> None:
    found = await scene.workout(data=data, timezone="Mars/Olympus")
    assert isinstance(found, Activity)
    assert (found.elapsed_s, found.moving_s, found.distance_m, found.avg_hr, found.max_hr) == (3300, *[None] * 4)
    assert found.start.utcoffset() == timedelta(0)


async def test_numbers_as_text_and_distances_typed_in(scene: Scene) -> None:
    found = await scene.workout(data={"distance": 0, "manual_distance": "5000", "hr_average": "148.0"})
    assert isinstance(found, Activity)
    assert (found.distance_m, found.avg_hr) == (5000, 148)


@pytest.mark.parametrize(
    ("category", "ours"),
    [(1, "walk"), (2, "run"), (498, "trail_run"), (307, "treadmill"), (6, "ride"), (308, "indoor_ride"), (7, "swim"),
     (16, "strength"), (17, "other"), (515, "other"), (36, "other"), (99_999, "other")],
)  # fmt: skip
async def test_their_numbers_for_sports(scene: Scene, category: int, ours: str) -> None:
    found = await scene.workout(category=category)
    assert isinstance(found, Activity)
    assert found.sport == ours


async def test_what_nobody_trains_by_is_taken_back(scene: Scene) -> None:
    assert await scene.workout(category=128) == Removed("withings:4100001", 1777615500000)


@pytest.mark.parametrize(
    "odd", [None, 7, {}, {"id": "x"}, {"startdate": 0}, {"enddate": 1777611600}, {"enddate": 2**40}, {"category": None}]
)
async def test_one_odd_row_does_not_spoil_the_others(scene: Scene, odd: Any) -> None:
    row = sample("api/workout")
    bad = row | odd if isinstance(odd, dict) and odd else odd
    scene.vendor.answers[WORKOUTS] = listed(bad, row)
    assert [one.key for one in await scene.fetch("workout") if isinstance(one, Activity)] == ["withings:4100001"]


async def test_a_night_is_a_morning(scene: Scene) -> None:
    assert await scene.fetch("night") == [
        Wellness(
            "withings:night-5200001",
            date(2026, 5, 1),
            resting_hr=49,
            hrv_rmssd_ms=58.0,
            sleep_h=7.4,
            version=1777610100000,
        )
    ]
    assert scene.asked()["action"] == "getsummary"
    assert {"hr_min", "rmssd_start_avg", "rmssd_end_avg"} <= set(scene.asked()["data_fields"].split(","))


async def test_nights_with_less(scene: Scene) -> None:
    [found] = await scene.night({"lightsleepduration": 14_400, "deepsleepduration": 7_200, "rmssd_start_avg": 50})
    assert isinstance(found, Wellness)
    assert (found.sleep_h, found.hrv_rmssd_ms, found.resting_hr) == (6.0, None, None)
    [found] = await scene.night({"hr_min": 51}, date=None)
    assert isinstance(found, Wellness)
    assert (found.day, found.sleep_h, found.resting_hr) == (date(2026, 5, 1), None, 51)
    assert await scene.night({"total_sleep_time": 5_400, "hr_min": 51}) == []
    assert await scene.night({"hr_min": 0, "total_sleep_time": 0}) == []


async def test_pages_are_followed(scene: Scene) -> None:
    first, second = sample("api/workout"), sample("api/workout") | {"id": 4100002}
    scene.vendor.answers[WORKOUTS] = listed(first, second, more=True, offset=2)
    await scene.fetch("workout")
    assert len(scene.vendor.asked) == 2  # the second page names itself as the next: that was the last
    assert scene.asked()["offset"] == "2"


async def test_in_whatever_order_texts_come_the_same_holds(scene: Scene) -> None:
    """An edit to no training and the first text: the version is Withings' own, not that of the call."""
    texts = [
        await scene.workout(),
        await scene.workout(category=551, modified=1777619100),
        await scene.workout(data={}, modified=1777617000),
    ]
    ends = {max(order, key=lambda one: getattr(one, "version", 0)) for order in permutations(texts)}
    assert ends == {Removed("withings:4100001", 1777619100000)}


async def test_a_pointer_that_is_none_is_not_called(scene: Scene) -> None:
    for extra in ({}, {"kind": "weights", "start": "1", "end": "2"}, {"kind": "nights", "start": "x", "end": "2"}):
        with pytest.raises(GiveUp):
            await scene.adapter.fetch(Pointer(ALICE, "x", 1, extra), scene.access)
    assert scene.vendor.asked == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, TokenRefused), (403, GiveUp), (404, GiveUp), (408, TryLater), (429, RateLimited), (500, TryLater),
     (302, GiveUp)],
)  # fmt: skip
async def test_http_refusals_say_what_to_do(scene: Scene, status: int, kind: type[Exception]) -> None:
    scene.vendor.headers["Retry-After"] = "17"
    scene.vendor.answers[WORKOUTS] = (status, b"{}")
    with pytest.raises(kind) as said:
        await scene.fetch("workout")
    if isinstance(said.value, RateLimited):
        assert said.value.after == timedelta(seconds=17)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(100, TokenRefused), (401, TokenRefused), (601, RateLimited), (277, GiveUp), (503, GiveUp), (522, TryLater),
     (2555, GiveUp), (None, TryLater), (False, TryLater), ("0", TryLater), ([], TryLater)],
)  # fmt: skip
async def test_a_status_below_200_says_what_to_do(scene: Scene, status: Any, kind: type[Exception]) -> None:
    scene.vendor.answers[WORKOUTS] = (200, {"status": status, "body": {}, "error": "words of theirs"})
    with pytest.raises(kind) as said:
        await scene.fetch("workout")
    assert "words of theirs" not in str(said.value)
    if isinstance(said.value, RateLimited):
        assert said.value.after == timedelta(minutes=1)


@pytest.mark.parametrize("said", [b"<html>", b"", b"[]", b"5", {"status": 0, "body": []}, {"status": 0}])
async def test_garbage_is_tried_again(scene: Scene, said: Any) -> None:
    scene.vendor.answers[WORKOUTS] = (200, said)
    with pytest.raises(TryLater):
        await scene.fetch("workout")


# ---- the past


async def test_recent_points_to_workouts_and_nights(scene: Scene) -> None:
    since = datetime(2026, 4, 29, 12, tzinfo=UTC)
    found = await scene.adapter.recent(scene.access, since)
    assert [(one.object_id, one.version) for one in found] == [
        ("4100001", 1777615500000),
        ("night-5200001", 1777610100000),
    ]
    assert scene.asked(0)["lastupdate"] == str(int(since.timestamp()))
    assert list(await scene.adapter.fetch(found[0], scene.access)) == await scene.fetch("workout")


async def test_the_past_comes_page_by_page(scene: Scene) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    old = sample("api/workout") | {"id": 4000000, "startdate": 1700000000, "enddate": 1700003600}
    scene.vendor.answers[WORKOUTS] = listed(sample("api/workout"), old, None, more=True, offset=300)
    items, page = await scene.adapter.history(scene.access, since, None)
    assert [item.event.key for item in items if isinstance(item, Inline)] == ["withings:4100001"]
    assert page == "workouts:300"
    scene.vendor.answers[WORKOUTS] = listed()
    assert await scene.adapter.history(scene.access, since, page) == ([], "nights")
    assert scene.asked()["offset"] == "300"
    items, page = await scene.adapter.history(scene.access, since, "nights")
    assert [item.event for item in items if isinstance(item, Inline)] == await scene.fetch("night")
    assert page is None


# ---- consent


async def test_a_code_becomes_tokens_and_subscriptions(scene: Scene) -> None:
    assert scene.adapter.oauth
    http = scene.access.http
    tokens, owner = await claim(scene.adapter.oauth, scene.adapter, "a-code", BACK, None, http, NOW)
    expires = STAMP + 10_800_000
    assert (tokens, owner) == (Tokens("access-1", "refresh-1", expires, str(GRANT["scope"]), ALICE), ALICE)
    assert scene.asked(0) == {
        "action": "requesttoken",
        "grant_type": "authorization_code",
        "client_id": "standin-client",
        "client_secret": "standin-secret",
        "code": "a-code",
        "redirect_uri": BACK,
    }
    assert "Authorization" not in scene.vendor.asked[0].headers
    notes = [(form_of(one.body), one.headers["Authorization"]) for one in scene.vendor.asked[1:]]
    assert {form["appli"] for form, _ in notes} == {"16", "44", "46"}
    assert {(form["action"], form["callbackurl"], who) for form, who in notes} == {
        ("subscribe", HOOK, "Bearer access-1")
    }


async def exchanged(scene: Scene) -> Tokens:
    return await scene.adapter.exchange(scene.access.http, "a-code", BACK, NOW)


async def test_where_withings_will_not_call_us_the_connection_lives_by_its_reconcile(scene: Scene) -> None:
    scene.vendor.answers["/notify"] = (200, {"status": 293, "body": {}, "error": "Invalid Params"})
    assert (await exchanged(scene)).access_token == "access-1"
    scene.vendor.answers["/notify"] = (503, b"")
    with pytest.raises(TryLater):
        await exchanged(scene)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"status": 503, "error": "Invalid Params: invalid code"}, Rejected),
        ({"status": 401, "error": "invalid_token"}, Rejected),
        ({"status": 503, "error": "Invalid Params: invalid client_id/client_secret"}, TryLater),
        ({"status": 601}, RateLimited),
        ({"status": 2554}, Rejected),
        ({"status": 9}, TryLater),
        ({"status": 0, "body": {}}, TryLater),
        ({"status": 0, "body": {"access_token": "x", "userid": 7}}, TryLater),
        (b"<html>", TryLater),
    ],
)
async def test_a_refused_code_says_what_to_do(scene: Scene, said: Any, kind: type[Exception]) -> None:
    scene.vendor.answers["/v2/oauth2"] = (200, said)
    with pytest.raises(kind):
        await exchanged(scene)


async def test_a_token_is_renewed(scene: Scene) -> None:
    found = await scene.adapter.renew(scene.access, "old", NOW)
    assert (found.access_token, found.refresh_token, found.owner) == ("access-1", "refresh-1", ALICE)
    assert (scene.asked()["grant_type"], scene.asked()["refresh_token"]) == ("refresh_token", "old")
    scene.vendor.answers["/v2/oauth2"] = (200, {"status": 503, "error": "Invalid Params: invalid refresh_token"})
    with pytest.raises(GiveUp, match="reconnect"):
        await scene.adapter.renew(scene.access, "old", NOW)
    scene.vendor.answers["/v2/oauth2"] = (401, b"")
    with pytest.raises(GiveUp, match="reconnect"):
        await scene.adapter.renew(scene.access, "old", NOW)


class Odd(Withings):
    """One that stumbles over the answer."""

    async def exchange(self, http: aiohttp.ClientSession, code: str, redirect_uri: str, now: datetime) -> Tokens:
        raise KeyError("a-secret")


async def test_an_adapter_that_stumbles_over_tokens_says_nothing_of_them(scene: Scene) -> None:
    odd = Odd.from_env(ENV)
    assert odd.oauth
    with pytest.raises(GiveUp) as said:
        await claim(odd.oauth, odd, "a-code", BACK, None, scene.access.http, NOW)
    assert "a-secret" not in str(said.value)


async def test_leaving_ends_the_subscriptions(scene: Scene) -> None:
    profiles = [{"appli": 16, "callbackurl": HOOK}, {"appli": 44, "callbackurl": HOOK}, None]
    scene.vendor.answers["/notify"] = (200, {"status": 0, "body": {"profiles": profiles}})
    await scene.adapter.disconnect(scene.access)
    forms = [form_of(one.body) for one in scene.vendor.asked]
    assert [(form["action"], form.get("appli")) for form in forms] == [
        ("list", None),
        ("revoke", "16"),
        ("revoke", "44"),
    ]
    scene.vendor.answers["/notify"] = (200, {"status": 293})
    await scene.adapter.disconnect(scene.access)
    scene.vendor.answers["/notify"] = (500, b"")
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)
