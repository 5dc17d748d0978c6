"""COROS: who may call, what a list says, and what a fetch brings. The vendor is a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from yarl import URL

from coros_samples import ALICE, BOB, ENV, NEW, NOW, OLD, SAMPLES, STAMP, coros, posted, sample
from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Answers,
    Backfills,
    Disconnects,
    GiveUp,
    NotConfigured,
    Pointer,
    Recording,
    Rejected,
    Renews,
    TokenRefused,
    Tokens,
    TryLater,
)
from twinge.plugin.vendor import LARGEST
from twinge.reach import Answer, Barred, Lost, Reach, Unreached
from twinge.testing import Sample, check_adapter
from twinge_coros import Coros
from twinge_coros.files import is_store
from twinge_coros.payload import to_activity, to_morning
from vendor_standin import VendorStandin

FIT = bytes((14, 0x20, 0, 0, 0, 0, 0, 0)) + b".FIT" + bytes(20)
STORED = "https://oss.coros.com/fit/400000000000000001/440000000000000017.fit"
DETAIL = "/v2/coros/sport/detail/fit"
LIST = "/v2/coros/sport/list"
RUN = Activity(
    "coros:440000000000000017",
    "trail_run",
    datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
    elapsed_s=3800,
    moving_s=3605,
    distance_m=10020,
    version=STAMP,
)


def pointers(name: str = "workouts") -> list[Pointer]:
    return list(coros().read(posted(sample(name))))


def changed(**more: Any) -> dict[str, Any]:
    return {"sportDataList": [sample("workouts")["sportDataList"][0] | more]}


def workout(**more: Any) -> Activity | None:
    [pointer] = coros().read(posted(changed(**more)))
    return to_activity(pointer)


# ---- settings and the door


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_COROS_CLIENT_SECRET"):
        Coros.from_env({"CLIENT_ID": "1", "CLIENT_SECRET": " "})


def test_it_keeps_the_contract_of_adapters() -> None:
    counts = {"workouts": 2, "triathlon": 3}
    samples = [Sample(path.stem, posted(path.read_bytes()), counts[path.stem]) for path in SAMPLES.glob("*.json")]
    check_adapter(coros(), samples, NOW)
    for kind in (Answers, Backfills, Disconnects, Renews):
        assert isinstance(coros(), kind)


def test_while_secrets_rotate_either_opens_and_the_first_is_used() -> None:
    for secret in (OLD, NEW):
        coros().verify(posted(sample("workouts"), secret=secret), NOW)
    oauth = coros().oauth
    assert oauth is not None
    assert (oauth.client_secret, oauth.owner_at) == (NEW, ("openId",))


@pytest.mark.parametrize(
    ("client", "secret"),
    [("standin-client", ""), ("", NEW), ("guess", NEW), ("standin-client", f"{NEW} {OLD}"), ("é", "\udcff")],
)
def test_wrong_credentials_are_401(client: str, secret: str) -> None:
    with pytest.raises(Rejected) as refused:
        coros().verify(posted(sample("workouts"), client=client, secret=secret), NOW)
    assert refused.value.status == 401
    with pytest.raises(Rejected):
        coros().verify(replace(posted(sample("workouts")), headers={}), NOW)


def test_the_exact_answers() -> None:
    status, kind, body = coros().answer(posted(sample("workouts")))
    assert (status, kind, json.loads(body)) == (200, "application/json", {"message": "ok", "result": "0000"})
    assert coros().handshake(replace(posted(b""), method="GET", headers={})) == {"message": "ok", "result": "0000"}


# ---- what a call says


def test_every_workout_is_a_pointer_with_what_the_list_said() -> None:
    alice, bob = pointers()
    assert (alice.owner, alice.object_id, alice.version) == (ALICE, "440000000000000017", STAMP)
    assert (bob.owner, bob.object_id) == (BOB, "440000000000000018")
    assert alice.extra["url"] == STORED
    assert "url" not in bob.extra
    assert to_activity(alice) == RUN
    ride = to_activity(bob)
    assert ride is not None
    assert (ride.sport, ride.distance_m, ride.start.utcoffset()) == ("ride", None, timedelta(hours=-4))


def test_a_multisport_is_its_legs() -> None:
    swim, ride, run = pointers("triathlon")
    assert [one.object_id for one in (swim, ride, run)] == [f"440000000000000019.{leg}" for leg in range(3)]
    assert {(one.extra["mode"], one.extra["subMode"]) for one in (swim, ride, run)} == {("13", "1")}
    found = to_activity(swim)
    assert found is not None
    assert (found.sport, found.distance_m, found.moving_s) == ("swim", 1500, 1800)
    assert to_activity(ride) is None
    alone = coros().read(
        posted({"sportDataList": [sample("triathlon")["sportDataList"][0] | {"triathlonItemList": []}]})
    )
    assert [one.object_id for one in alone] == ["440000000000000019"]


def test_ids_keep_all_their_digits_and_numbers_may_be_text() -> None:
    [one] = coros().read(posted(changed(labelId=9223372036854775807, mode="8", subMode="2", duration="3605")))
    assert one.object_id == "9223372036854775807"
    found = to_activity(one)
    assert found is not None
    assert (found.sport, found.moving_s) == ("treadmill", 3605)


def test_what_is_not_known_is_not_zero() -> None:
    assert workout(duration=0, distance=0) is None
    assert workout(startTime=0) is None
    found = workout(duration=None, endTime=None, startTimezone=None, mode=99)
    assert found is not None
    assert (found.moving_s, found.elapsed_s, found.sport, found.start.utcoffset()) == (
        None,
        None,
        "other",
        timedelta(0),
    )
    odd = workout(duration="long", distance=-5)
    assert odd is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{}", "sportDataList"),
        (b'{"sportDataList": {}}', "sportDataList"),
        (json.dumps(changed(openId=None)).encode(), "sportDataList[0].openId"),
        (json.dumps(changed(openId="a b")).encode(), "sportDataList[0].openId"),
        (json.dumps(changed(labelId=None)).encode(), "sportDataList[0].labelId"),
        (json.dumps(changed(labelId="x")).encode(), "sportDataList[0].labelId"),
        (json.dumps(changed(mode="run")).encode(), "sportDataList[0].mode"),
        (b'{"sportDataList": [{"openId": "a", "labelId": 1}]}', "sportDataList[0].mode"),
    ],
)
def test_what_is_missing_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        coros().read(posted(body))
    assert (refused.value.status, refused.value.field) == (400, field)


def test_more_than_a_thousand_are_refused() -> None:
    body = {"sportDataList": sample("triathlon")["sportDataList"] * 300}
    with pytest.raises(Rejected, match="more than 1000"):
        coros().read(posted(body))


def test_the_same_body_has_the_same_name() -> None:
    assert coros().key(posted(changed())) == coros().key(posted(changed(), at=NOW + timedelta(hours=1)))
    assert coros().key(posted(changed())) != coros().key(posted(changed(labelId=1)))


# ---- files


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        (STORED, True),
        ("https://oss.coros.com:443/fit/1/2.fit?Expires=1&Signature=x", True),
        ("https://d111abc.cloudfront.net/fit/1/2.fit", True),
        ("http://oss.coros.com/fit/1/2.fit", False),
        ("https://oss.coros.com:8443/fit/1/2.fit", False),
        ("https://user@oss.coros.com/fit/1/2.fit", False),
        ("https://oss.coros.com/fit/1/2.fit#x", False),
        ("https://oss.coros.com.evil.example/fit/1/2.fit", False),
        ("https://evilcloudfront.net/fit/1/2.fit", False),
        ("https://.cloudfront.net/fit/1/2.fit", False),
        ("https://oss.coros.com/fit/../1/2.fit", False),
        ("https://oss.coros.com/fit/1/%2e%2e.fit", False),
        ("https://oss.coros.com/fit/1/2.zip", False),
        ("https://127.0.0.1/fit/1/2.fit", False),
        ("https://oss.coros.com\\@evil.example/fit/1/2.fit", False),
        ("https://oss.coros.com/fit/1/2.fit\n", False),
        ("https://[::1", False),
        ("ftp://oss.coros.com/fit/1/2.fit", False),
        ("", False),
    ],
)
def test_files_come_from_coros_own_store(url: str, fits: bool) -> None:
    assert is_store(url) is fits


class Store(Reach):
    """Answers in the file store's place, and remembers what it was asked."""

    plan: list[Answer | Exception]
    asked: list[str]

    async def get(
        self, url: str | URL, headers: Mapping[str, str] | None = None, *, most: int, within_s: float | None = None
    ) -> Answer:
        self.asked.append(str(url))
        said = self.plan.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


def store(*plan: Answer | Exception) -> Store:
    made = Store()
    object.__setattr__(made, "plan", list(plan))
    object.__setattr__(made, "asked", [])
    return made


def got(body: bytes = FIT, status: int = 200, *, whole: bool = True, wait: str = "") -> Answer:
    return Answer(status, {"Retry-After": wait}, body, whole)


# ---- the API


@dataclass
class Scene:
    """The stand-in, an adapter that calls it, and Alice's access."""

    vendor: VendorStandin
    base: str
    access: Access
    files: Store = field(default_factory=store)

    @property
    def adapter(self) -> Coros:
        return Coros(ENV | {"API_BASE": self.base}, reach=self.files)

    async def fetch(self, which: int = 0, name: str = "workouts", **extra: str) -> Any:
        pointer = pointers(name)[which]
        return await self.adapter.fetch(replace(pointer, extra={**pointer.extra, **extra}), self.access)


def said(data: Any = None, result: str = "0000") -> tuple[int, Any]:
    return 200, {"result": result, "message": "OK", "data": data}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    vendor = VendorStandin(
        {"/coros/bindState": said({"bindState": 1}), "/coros/daily/query": (200, sample("api/daily"))}
    )
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Scene(vendor, str(server.make_url("")).rstrip("/"), Access(http, "a-token", ALICE))


async def test_a_fetch_brings_the_file_with_what_the_list_said(scene: Scene) -> None:
    scene.files = store(got())
    assert await scene.fetch() == Recording("coros:440000000000000017", FIT, "fit", STAMP, RUN)
    assert (scene.files.asked, scene.vendor.paths()) == ([STORED], [])


@pytest.mark.parametrize(
    "first",
    [got(b"", 403), got(b"", 404), got(b"x", 302), got(b"<html>"), got(b""), got(bytes(LARGEST + 1)), Barred("x")],
)
async def test_an_address_that_has_run_out_is_asked_for_anew(scene: Scene, first: Answer | Exception) -> None:
    fresh = STORED.replace("017", "017x")
    scene.files = store(first, got())
    scene.vendor.answers[DETAIL] = said({"labelId": 440000000000000017, "fitUrl": fresh})
    found = await scene.fetch()
    assert isinstance(found, Recording)
    assert scene.files.asked == [STORED, fresh]
    [asked] = scene.vendor.asked
    assert asked.query == {
        "token": "a-token",
        "openId": ALICE,
        "labelId": "440000000000000017",
        "mode": "15",
        "subMode": "1",
    }


async def test_a_leg_has_its_own_file(scene: Scene) -> None:
    url = f"{scene.base}/fit/1/2.fit"
    legs = [{"fitUrl": "https://evil.example/x.fit"}, {"fitUrl": url}, {}]
    scene.vendor.answers[DETAIL] = said({"labelId": "440000000000000019", "triathlonItemList": legs})
    scene.vendor.answers["/fit/1/2.fit"] = 200, FIT
    found = await scene.fetch(1, "triathlon")
    assert found == Recording("coros:440000000000000019.1", FIT, "fit", STAMP, None)
    assert "token" not in scene.vendor.asked[-1].query
    assert await scene.fetch(2, "triathlon", url="https://evil.example/x.fit") is None


@pytest.mark.parametrize("data", [None, {}, {"labelId": 1, "fitUrl": STORED}, {"labelId": 440000000000000017}])
async def test_without_a_file_what_the_list_said_stands(scene: Scene, data: Any) -> None:
    scene.files = store(got(b"", 404))
    scene.vendor.answers[DETAIL] = said(data)
    assert await scene.fetch() == RUN
    assert len(scene.files.asked) == 1


@pytest.mark.parametrize("result", ["5010", "30009", "1001", "", "<b>"])
async def test_a_refused_question_for_the_file_leaves_the_summary(
    scene: Scene, result: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene.files = store(got(b"", 404))
    scene.vendor.answers[DETAIL] = said(result=result)
    assert await scene.fetch() == RUN
    assert "outcome=no_file" in caplog.text
    assert "<b>" not in caplog.text


@pytest.mark.parametrize("ill", [got(b"", 500), got(b"", 429, wait="90"), got(FIT, whole=False),
                                 Unreached("x"), Lost("x")])  # fmt: skip
async def test_an_ill_store_is_tried_again(scene: Scene, ill: Answer | Exception) -> None:
    scene.files = store(ill)
    with pytest.raises(TryLater) as later:
        await scene.fetch()
    assert later.value.after == (timedelta(seconds=90) if isinstance(ill, Answer) and ill.status == 429 else None)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said(result="5016"), TryLater),
        (said(result="5006"), TokenRefused),
        ((401, b""), TokenRefused),
        ((429, b""), TryLater),
        ((500, b""), TryLater),
        ((200, b"<html>"), TryLater),
    ],
)
async def test_refusals_say_what_to_do(scene: Scene, answer: tuple[int, Any], kind: type[Exception]) -> None:
    scene.files = store(got(b"", 404))
    scene.vendor.answers = dict.fromkeys((DETAIL, LIST, "/coros/bindState", "/coros/daily/query"), answer)
    days = Pointer(ALICE, "days:20260501-20260502", STAMP)
    for asks in (scene.fetch(), scene.adapter.recent(scene.access, NOW), scene.adapter.fetch(days, scene.access)):
        with pytest.raises(kind) as refused:
            await asks
        assert "a-token" not in str(refused.value)


@pytest.mark.parametrize("result", ["5010", "1001"])
async def test_what_will_never_work_is_given_up(scene: Scene, result: str) -> None:
    scene.vendor.answers["/coros/bindState"] = said(result=result)
    with pytest.raises(GiveUp):
        await scene.adapter.recent(scene.access, NOW)


async def test_days_become_mornings(scene: Scene) -> None:
    found = await scene.adapter.fetch(Pointer(ALICE, "days:20260501-20260502", STAMP), scene.access)
    assert found == [
        Wellness("coros:day:2026-05-01", date(2026, 5, 1), 47, hrv_rmssd_ms=62.0, sleep_h=7.65, version=STAMP)
    ]
    assert scene.vendor.asked[0].query["startDate"] == "20260501"
    assert scene.vendor.asked[0].query["endDate"] == "20260502"


def test_a_day_may_be_written_in_other_ways() -> None:
    row = {"happenDay": "20260502", "sleepStartTime": "2026-05-01T23:00:00", "sleepEndTime": "2026-05-02T06:30:00"}
    morning = to_morning(row, 1)
    assert morning is not None
    assert (morning.sleep_h, morning.resting_hr) == (7.5, None)
    assert to_morning(row | {"sleepEndTime": 5}, 1) is None
    assert to_morning({"happenDay": 19000101, "rhr": 50}, 1) is None


async def test_recent_asks_for_workouts_and_days_up_to_coros_own_today(scene: Scene) -> None:
    rows = sample("workouts")["sportDataList"]
    scene.vendor.answers[LIST] = said([{key: value for key, value in rows[0].items() if key != "openId"}])
    found = await scene.adapter.recent(scene.access, NOW - timedelta(days=2))
    assert [(one.owner, one.object_id, one.version) for one in found] == [
        (ALICE, "440000000000000017", STAMP),
        (ALICE, "days:20260430-20260502", STAMP),
    ]
    assert scene.vendor.asked[1].query == {
        "token": "a-token",
        "openId": ALICE,
        "startDate": "20260430",
        "endDate": "20260502",
    }


async def test_a_connection_ended_there_is_told(scene: Scene) -> None:
    scene.vendor.answers["/coros/bindState"] = said({"bindState": 0})
    with pytest.raises(GiveUp, match="reconnect"):
        await scene.adapter.recent(scene.access, NOW)


async def test_an_odd_list_is_not_half_taken(scene: Scene) -> None:
    for rows in ({"a": 1}, [{"labelId": "x", "mode": 8, "subMode": 1}], ["odd"]):
        scene.vendor.answers[LIST] = said(rows)
        with pytest.raises(GiveUp):
            await scene.adapter.recent(scene.access, NOW)


async def test_the_past_comes_in_windows_of_thirty_days_and_three_months_back(scene: Scene) -> None:
    scene.vendor.answers[LIST] = said([])
    page: str | None = None
    windows = []
    for _ in range(9):
        items, page = await scene.adapter.history(scene.access, NOW - timedelta(days=120), page)
        windows += [item.object_id for item in items if isinstance(item, Pointer)]
        if page is None:
            break
    assert windows == ["days:20260202-20260303", "days:20260304-20260402", "days:20260403-20260502"]


async def test_renewing_prolongs_the_same_token(scene: Scene) -> None:
    scene.vendor.answers["/oauth2/refresh-token"] = 200, {"result": "0000", "message": "OK"}
    found = await scene.adapter.renew(scene.access, "a-refresh-token", NOW)
    assert found == Tokens("a-token", "a-refresh-token", STAMP + 30 * 86_400_000, owner=ALICE)
    [asked] = scene.vendor.asked
    assert (asked.method, asked.query) == (
        "POST",
        {
            "client_id": "standin-client",
            "client_secret": NEW,
            "grant_type": "refresh_token",
            "refresh_token": "a-refresh-token",
        },
    )
    scene.vendor.answers["/oauth2/refresh-token"] = said(result="5006")
    with pytest.raises(GiveUp, match="reconnect"):
        await scene.adapter.renew(scene.access, "dead", NOW)


async def test_taking_back_the_consent(scene: Scene) -> None:
    for answer in (said(), said(result="5006"), (401, b"")):
        scene.vendor.answers["/oauth2/deauthorize"] = answer
        await scene.adapter.disconnect(scene.access)
    assert scene.vendor.asked[0].query == {"token": "a-token"}
    scene.vendor.answers["/oauth2/deauthorize"] = 500, b""
    with pytest.raises(TryLater):
        await scene.adapter.disconnect(scene.access)
