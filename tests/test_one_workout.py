"""One run that Garmin pushes, Health Auto Export posts and Strava points to: counted once, and one message about it.

Everything is real between the vendors' calls and the channel: web, worker and sender with their own loops, and a
stand-in for Strava. The three tell the same run a little differently, as they do.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import garmin_samples
import healthautoexport_samples
from conftest import NOW
from strava_play import HOOK_TOKEN, environment, listed
from strava_standin import Row, Standin, event_of
from twinge.app import Service, running
from twinge.config import Settings
from twinge.plugin import Delivery, Tokens
from twinge.registry import load_plugins
from twinge.testing import FixedClock, MemoryChannel

START = NOW - timedelta(minutes=95)
"""Of a run of 90 minutes and 15 km, half as long again as any of the month before it."""

EARLIER = ((40, 8.0), (20, 10.0), (12, 9.0))
"""Days before, kilometres."""

STRAVA_ID = 9001
KEYS = {
    "garmin": "garmin:31000000009",
    "healthautoexport": "healthautoexport:the-run",
    "strava": f"strava:{STRAVA_ID}",
}
ORDERS = list(permutations(KEYS))


@dataclass
class Scene:
    """The service, Alice who is connected to all three, and what her channel carried."""

    service: Service
    http: aiohttp.ClientSession
    clock: FixedClock
    channel: MemoryChannel
    strava: Standin
    key: str
    alice: str = ""
    calls: int = field(default=0)

    async def tell(self, platform: str) -> None:
        """One platform tells of the run, and what it says is worked on."""
        await getattr(self, f"_{platform}")()
        await self.settled()

    async def _garmin(self) -> None:
        await self.post(garmin_samples.posted({"activities": [garmin_run()]}), garmin_samples.TOKEN)

    async def _healthautoexport(self) -> None:
        await self.post(healthautoexport_samples.posted(phone_run("the-run", START, 14.97, 5400)))

    async def _strava(self) -> None:
        await self.event("create")

    async def event(self, aspect: str) -> None:
        """A call of Strava's webhook about the run, a second after the one before."""
        self.calls += 1
        at = int(NOW.timestamp()) + self.calls
        await self._call(f"strava/{HOOK_TOKEN}", json=event_of(STRAVA_ID, aspect, at))

    async def post(self, delivery: Delivery, token: str = "") -> None:
        """A vendor's call of its hook."""
        path = f"{delivery.platform}/{token}".rstrip("/")
        await self._call(path, data=io.BytesIO(delivery.body), headers=dict(delivery.headers))

    async def _call(self, path: str, **call: Any) -> None:
        async with self.http.post(f"{self.service.url}/hooks/{path}", **call) as answer:
            assert answer.status == 200, await answer.text()

    async def past(self) -> None:
        """The weeks before, by the phone alone."""
        for days, km in EARLIER:
            one = phone_run(f"run-{days}", START - timedelta(days=days), km, int(km * 360))
            await self.post(healthautoexport_samples.posted(one))
        await self.settled()

    async def settled(self) -> None:
        """Until nothing waits in the inbox, and nothing there is dead."""
        async with asyncio.timeout(20):
            while await self._deliveries("waiting"):
                await asyncio.sleep(0.02)
        assert [one["note"] for one in await self._deliveries("dead")] == []

    async def _deliveries(self, state: str) -> list[dict[str, Any]]:
        bearer = {"Authorization": f"Bearer {self.key}"}
        async with self.http.get(f"{self.service.url}/api/v1/deliveries?state={state}", headers=bearer) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    async def said(self) -> list[dict[str, Any]]:
        """Alice's messages, once half an hour has passed and none waits."""
        self.clock.now += timedelta(minutes=30)
        async with asyncio.timeout(20):
            while True:
                nudges = await listed(self.service.url, self.key, self.alice, "nudges")
                if all(one["state"] not in {"waiting", "taken"} for one in nudges):
                    return nudges
                await asyncio.sleep(0.02)

    async def of_the_run(self) -> dict[str, str | None]:
        """What tells of the run, and what each record counts in."""
        found = await listed(self.service.url, self.key, self.alice, "activities")
        return {one["id"]: one["counted_in"] for one in found if one["id"] in KEYS.values()}

    async def counted(self) -> list[str]:
        """The records of the run that count. Every other must count in one of them."""
        records = await self.of_the_run()
        leads = [key for key, whole in records.items() if whole is None]
        assert {whole for whole in records.values() if whole} <= set(leads)
        return leads


def garmin_run() -> Row:
    """Totals as Garmin pushes them."""
    run: Row = garmin_samples.sample("activities")["activities"][0]
    return run | {
        "summaryId": "31000000009",
        "activityId": 31000000009,
        "startTimeInSeconds": int(START.timestamp()),
        "durationInSeconds": 5395,
        "distanceInMeters": 15012.3,
    }


def strava_run() -> Row:
    """The same run as Strava has it: synchronised from the watch, two seconds later."""
    local = START + timedelta(hours=2, seconds=2)
    return {
        "id": STRAVA_ID,
        "name": "Lunch Run",
        "type": "Run",
        "sport_type": "Run",
        "distance": 15004.0,
        "moving_time": 5371,
        "elapsed_time": 5404,
        "total_elevation_gain": 58.0,
        "start_date": (START + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "start_date_local": local.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timezone": "(GMT+01:00) Europe/Berlin",
        "manual": False,
        "trainer": False,
        "has_heartrate": True,
        "average_heartrate": 149.6,
        "max_heartrate": 171.0,
    }


def phone_run(name: str, start: datetime, km: float, seconds: int) -> Row:
    """A run as Apple Health has it, without more than its length."""
    ends = {"start": start, "end": start + timedelta(seconds=seconds)}
    written = {each: f"{at:%Y-%m-%d %H:%M:%S} +0000" for each, at in ends.items()}
    run = {"id": name, "name": "Outdoor Run", "duration": seconds, "distance": {"qty": km, "units": "km"}}
    return {"data": {"workouts": [run | written]}}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    strava = Standin(limit=(10**7, 10**8))
    strava.add(strava_run())
    async with TestServer(strava.app()) as vendor, aiohttp.ClientSession() as http:
        env = environment(tmp_path, str(vendor.make_url("")).rstrip("/"))
        env |= {f"TWINGE_GARMIN_{key}": value for key, value in garmin_samples.ENV.items()}
        env |= {f"TWINGE_HEALTHAUTOEXPORT_{key}": value for key, value in healthautoexport_samples.ENV.items()}
        channel, clock = MemoryChannel(), FixedClock(NOW)
        plugins = replace(load_plugins(env), channels={"memory": channel})
        async with running(Settings.from_env(env), plugins, clock=clock, roles=("web", "worker", "sender")) as service:
            key = await service.store.keys.create("admin", "test", NOW)
            scene = Scene(service, http, clock, channel, strava, key)
            scene.alice = await move_in(scene)
            await scene.past()
            yield scene


async def move_in(scene: Scene) -> str:
    """Alice, with her three connections and a channel."""
    owners = {"garmin": garmin_samples.ALICE, "healthautoexport": "alice", "strava": str(scene.strava.owner)}
    body = {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "channels": [{"channel": "memory", "address": "alice"}],
        "connections": [{"platform": platform, "external_id": owner} for platform, owner in owners.items()],
    }
    bearer = {"Authorization": f"Bearer {scene.key}"}
    async with scene.http.post(f"{scene.service.url}/api/v1/athletes", json=body, headers=bearer) as answer:
        assert answer.status == 201, await answer.text()
        alice = str((await answer.json())["id"])
    grant = scene.strava.connect(expires_at=4_000_000_000)
    tokens = Tokens(grant.access, grant.refresh, grant.expires_at * 1000)
    await scene.service.store.athletes.save_tokens("strava", owners["strava"], tokens, expected_refresh=None)
    return alice


def about_the_run(nudges: list[dict[str, Any]]) -> None:
    """One message, sent. One that still waited when a richer record came to lead is void, and said anew."""
    [nudge] = [one for one in nudges if one["state"] != "void"]
    assert (nudge["rules"], nudge["severity"], nudge["state"]) == (["L01"], "slow_down", "sent")
    assert nudge["text"].startswith("Your 15.0 km run was 50% over your 30-day longest (10.0 km).")


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_all_three_before_the_message_goes(scene: Scene, order: tuple[str, ...]) -> None:
    for platform in order:
        await scene.tell(platform)
        await scene.tell(platform)
    for platform in reversed(order):
        await scene.tell(platform)
    about_the_run(await scene.said())
    assert set(await scene.of_the_run()) == set(KEYS.values())
    assert len(await scene.counted()) == 1
    assert len(scene.channel.sent) == 1


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_the_others_come_when_the_message_has_gone(scene: Scene, order: tuple[str, ...]) -> None:
    for platform in order:
        await scene.tell(platform)
        about_the_run(await scene.said())
        await scene.tell(platform)
        assert len(await scene.counted()) == 1
    about_the_run(await scene.said())
    assert len(scene.channel.sent) == 1


async def test_all_three_at_once(scene: Scene) -> None:
    await asyncio.gather(*(getattr(scene, f"_{platform}")() for platform in [*KEYS, *KEYS, *KEYS]))
    await scene.settled()
    about_the_run(await scene.said())
    assert len(await scene.counted()) == len(scene.channel.sent) == 1


@pytest.mark.parametrize("sent", [False, True], ids=["waiting", "sent"])
async def test_one_that_is_taken_back_leaves_the_run_to_the_others(scene: Scene, sent: bool) -> None:
    for platform in ("strava", "garmin", "healthautoexport"):
        await scene.tell(platform)
    if sent:
        about_the_run(await scene.said())
    await scene.event("delete")
    await scene.settled()
    assert set(await scene.of_the_run()) == {KEYS["garmin"], KEYS["healthautoexport"]}
    assert len(await scene.counted()) == 1
    about_the_run(await scene.said())
    assert len(scene.channel.sent) == 1


async def test_only_the_same_run_is_the_same(scene: Scene) -> None:
    """Another run of the same day, an hour apart, counts beside it."""
    for platform in KEYS:
        await scene.tell(platform)
    earlier = phone_run("in-the-morning", START - timedelta(hours=3), 4.0, 1440)
    await scene.post(healthautoexport_samples.posted(earlier))
    await scene.settled()
    found = await listed(scene.service.url, scene.key, scene.alice, "activities")
    counted = {one["id"] for one in found if one["counted_in"] is None}
    assert "healthautoexport:in-the-morning" in counted
    assert len(counted & set(KEYS.values())) == 1
