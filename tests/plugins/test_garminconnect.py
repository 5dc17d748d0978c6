"""Garmin Connect by asking: what its rows and nights say, and what becomes of the library's troubles. No network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Delivery,
    GiveUp,
    NotConfigured,
    PlatformAdapter,
    Pointer,
    RateLimited,
    Recording,
    Rejected,
    TryLater,
)
from twinge_garminconnect import GarminConnect
from twinge_garminconnect.mapping import to_activity, to_morning

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
ALICE = Access(None, None, "alice-garmin")  # type: ignore[arg-type]
ROW: dict[str, Any] = {
    "activityId": 31000000001,
    "activityName": "Morning trail run",
    "startTimeGMT": "2026-05-02 05:00:00",
    "startTimeLocal": "2026-05-02 07:00:00",
    "activityType": {"typeKey": "trail_running"},
    "eventType": {"typeKey": "training"},
    "distance": 10050.4,
    "duration": 3600.2,
    "elapsedDuration": 3700.2,
    "elevationGain": 210.0,
    "elevationLoss": 0.0,
    "averageHR": 148.0,
    "maxHR": 171.0,
}
RUN = Activity(
    key="garminconnect:31000000001",
    sport="trail_run",
    start=datetime(2026, 5, 2, 7, tzinfo=timezone(timedelta(hours=2))),
    elapsed_s=3700,
    moving_s=3600,
    distance_m=10050,
    climb_m=210,
    descent_m=0,
    avg_hr=148,
    max_hr=171,
    version=1,
)
NIGHT: dict[str, Any] = {
    "dailySleepDTO": {"sleepTimeSeconds": 27000, "awakeSleepSeconds": 1800, "sleepEndTimestampGMT": 1777782000000},
    "avgOvernightHrv": 61.0,
    "restingHeartRate": 47,
}


class GarminConnectTooManyRequestsError(Exception):
    """As the library names it."""


class GarminConnectAuthenticationError(Exception):
    """As the library names it."""


class GarminConnectConnectionError(Exception):
    """As the library names it: with the answer, where there was one."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__("API Error, with words that nobody should read")
        self.response = None if status is None else SimpleNamespace(status_code=status)


class FakeClient:
    """The library's client, as far as the adapter calls it."""

    ActivityDownloadFormat = SimpleNamespace(ORIGINAL="original")

    def __init__(self, name: str = "alice-garmin") -> None:
        self.display_name = name
        self.calls: list[str] = []
        self.rows: Any = [ROW]
        self.body = b"PK\x03\x04zip"
        self.night: Any = NIGHT
        self.before: Callable[[], None] = lambda: None

    def get_activities_by_date(self, startdate: str) -> Any:
        self._note(f"list {startdate}")
        return self.rows

    def download_activity(self, activity_id: str, dl_fmt: str) -> bytes:
        self._note(f"{dl_fmt} {activity_id}")
        return self.body

    def get_sleep_data(self, cdate: str) -> Any:
        self._note(f"sleep {cdate}")
        return self.night

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.before()


def adapter(client: FakeClient, **more: Any) -> GarminConnect:
    return GarminConnect(lambda: client, **{"pause_s": 0, **more})


def failing(error: Exception) -> FakeClient:
    client = FakeClient()

    def fail() -> None:
        raise error

    client.before = fail
    return client


# ---- settings and calls ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, "ACCEPT_RISK=1"),
        ({"TOKENS": "/tokens"}, "ACCEPT_RISK=1"),
        ({"TOKENS": "/tokens", "ACCEPT_RISK": "yes"}, "ACCEPT_RISK=1"),
        ({"ACCEPT_RISK": "1"}, "GARMINCONNECT_TOKENS"),
    ],
)
def test_it_is_off_until_both_settings_are_given(env: dict[str, str], wanted: str) -> None:
    with pytest.raises(NotConfigured, match=wanted):
        GarminConnect.from_env(env)


def test_nothing_can_be_posted_to_it() -> None:
    made: PlatformAdapter = adapter(FakeClient())
    call = Delivery("garminconnect", "POST", "", {}, {}, b"[]", NOW)
    for ask in (lambda: made.verify(call, NOW), lambda: made.key(call), lambda: made.read(call)):
        with pytest.raises(Rejected) as refused:
            ask()
        assert refused.value.status == 404


# ---- what rows and nights say ----------------------------------------------------------------------------------------


def test_a_row_in_our_units() -> None:
    assert to_activity(ROW) == RUN


@pytest.mark.parametrize(
    "change",
    [{"activityId": None}, {"activityId": True}, {"startTimeGMT": None}, {"startTimeGMT": "soon"},
     {"startTimeGMT": "0001-01-01 00:00:00"}, {"startTimeLocal": 7}],
)  # fmt: skip
def test_a_row_without_an_id_or_a_start_is_left_out(change: dict[str, Any]) -> None:
    assert to_activity(ROW | change) is None


def test_what_no_body_can_have_is_not_known() -> None:
    odd = to_activity(ROW | {"averageHR": 0, "maxHR": 900, "distance": -1, "activityType": None, "duration": "x"})
    assert odd is not None
    assert (odd.avg_hr, odd.max_hr, odd.distance_m, odd.moving_s, odd.sport) == (None, None, None, None, "other")


def test_a_morning() -> None:
    found = to_morning("2026-05-03", NIGHT)
    assert found == Wellness(
        "garminconnect:morning-2026-05-03", date(2026, 5, 3), 47, 61.0, None, 7.5, None, 1777782000003
    )


@pytest.mark.parametrize("night", [None, [], {}, {"dailySleepDTO": None}, {"restingHeartRate": 0}])
def test_a_day_without_a_measurement_is_no_morning(night: Any) -> None:
    assert to_morning("2026-05-03", night) is None


def test_a_fuller_morning_stands_above_a_poorer_one() -> None:
    early, late = to_morning("2026-05-03", NIGHT | {"restingHeartRate": None}), to_morning("2026-05-03", NIGHT)
    assert early is not None
    assert late is not None
    assert early.version < late.version


# ---- asking ----------------------------------------------------------------------------------------------------------


async def test_workouts_and_three_mornings_are_listed_and_brought() -> None:
    client = FakeClient()
    client.rows = [ROW, {"activityId": 5}, "odd"]
    made = adapter(client)
    run, *mornings = await made.recent(ALICE, NOW - timedelta(days=2))
    assert [one.object_id for one in (run, *mornings)] == [
        "31000000001", "morning-2026-05-03", "morning-2026-05-04", "morning-2026-05-05",
    ]  # fmt: skip
    assert await made.fetch(run, ALICE) == Recording(RUN.key, client.body, "", 1, RUN)
    assert await made.fetch(mornings[0], ALICE) == to_morning("2026-05-03", NIGHT)
    assert client.calls == ["list 2026-05-02", "original 31000000001", "sleep 2026-05-03"]


@pytest.mark.parametrize("status", [403, 404])
async def test_a_workout_without_a_file_is_its_totals(status: int) -> None:
    [run, *_] = await adapter(FakeClient()).recent(ALICE, NOW)
    assert await adapter(failing(GarminConnectConnectionError(status))).fetch(run, ALICE) == RUN


async def test_another_account_brings_nothing() -> None:
    client = FakeClient("bob-garmin")
    with pytest.raises(GiveUp, match="another account"):
        await adapter(client).recent(ALICE, NOW)
    assert client.calls == []


@pytest.mark.parametrize(
    ("error", "kind", "after"),
    [
        (GarminConnectTooManyRequestsError(), RateLimited, timedelta(hours=2)),
        (GarminConnectConnectionError(429), RateLimited, timedelta(hours=2)),
        (GarminConnectAuthenticationError(), RateLimited, timedelta(hours=1)),
        (GarminConnectConnectionError(403), RateLimited, timedelta(hours=6)),
        (GarminConnectConnectionError(400), GiveUp, None),
        (GarminConnectConnectionError(503), TryLater, None),
        (GarminConnectConnectionError(), TryLater, None),
        (OSError("words"), TryLater, None),
    ],
)
async def test_the_librarys_troubles_are_ours_without_its_words(
    error: Exception, kind: type[Exception], after: timedelta | None
) -> None:
    with pytest.raises(kind) as raised:
        await adapter(failing(error)).recent(ALICE, NOW)
    assert type(raised.value) is kind or kind is GiveUp
    assert getattr(raised.value, "after", None) == after
    assert "words" not in str(raised.value)


async def test_a_blocked_login_is_left_alone() -> None:
    def login() -> Any:
        raise GarminConnectConnectionError(403)

    with pytest.raises(RateLimited, match="403"):
        await GarminConnect(login, pause_s=0).fetch(Pointer("alice-garmin", "x", extra={"day": "2026-05-03"}), ALICE)


async def test_a_refused_login_is_read_anew() -> None:
    """The operator logs in again while Twinge runs."""
    clients = [failing(GarminConnectAuthenticationError()), FakeClient()]
    made = GarminConnect(lambda: clients.pop(0), pause_s=0)
    with pytest.raises(RateLimited, match="make it anew"):
        await made.recent(ALICE, NOW)
    assert len(await made.recent(ALICE, NOW)) == 4


async def test_a_call_that_hangs_keeps_the_next_one_out() -> None:
    client, gate, ended = FakeClient(), threading.Event(), threading.Event()

    def hang() -> None:
        gate.wait()
        ended.set()

    client.before = hang
    made = adapter(client, deadline_s=0.05)
    with pytest.raises(TryLater, match="did not answer"):
        await made.recent(ALICE, NOW)
    with pytest.raises(TryLater, match="not ended yet"):
        await made.recent(ALICE, NOW)
    gate.set()
    assert ended.wait(10)
    assert client.calls == ["list 2026-05-04"]
