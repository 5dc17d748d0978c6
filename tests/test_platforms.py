"""The vendors' samples through the whole service: the hook's answer, what is kept of them, and who has left."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import garmin_samples
import polar_samples
import wahoo_samples
from conftest import NOW
from strava_play import listed
from twinge.app import Service, running
from twinge.config import Settings
from twinge.plugin import Delivery
from twinge.registry import load_plugins
from twinge.testing import FixedClock
from vendor_standin import VendorStandin

SAMPLES = (garmin_samples, polar_samples, wahoo_samples)
PATHS = {"garmin": f"garmin/{garmin_samples.TOKEN}", "polar": "polar", "wahoo": f"wahoo/{wahoo_samples.TOKEN}"}


@dataclass
class Scene:
    """The service, a vendor behind it, and Alice, who is connected everywhere."""

    service: Service
    http: aiohttp.ClientSession
    key: str
    alice: str

    async def post(self, delivery: Delivery) -> tuple[int, Any]:
        """What the hook answers."""
        url = f"{self.service.url}/hooks/{PATHS[delivery.platform]}"
        async with self.http.post(url, data=io.BytesIO(delivery.body), headers=dict(delivery.headers)) as answer:
            return answer.status, await answer.json()

    async def settled(self) -> None:
        """Until nothing waits in the inbox."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        async with asyncio.timeout(10):
            while True:
                async with self.http.get(
                    f"{self.service.url}/api/v1/deliveries?state=waiting", headers=bearer
                ) as answer:
                    if not (await answer.json())["items"]:
                        return
                await asyncio.sleep(0.02)

    async def kept(self, what: str) -> dict[str, Any]:
        """Alice's list, by id."""
        return {one["id"]: one for one in await listed(self.service.url, self.key, self.alice, what)}

    async def states(self) -> dict[str, str]:
        """Of Alice's connections."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.service.url}/api/v1/athletes/{self.alice}/connections"
        async with self.http.get(url, headers=bearer) as answer:
            return {one["platform"]: one["state"] for one in (await answer.json())["items"]}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    vendor = VendorStandin()
    vendor.answers["/v3/exercises/bRmD94"] = 200, polar_samples.sample("api/exercise")
    vendor.answers["/v3/users/sleep/2026-05-02"] = 200, polar_samples.sample("api/sleep")
    vendor.answers["/v3/users/nightly-recharge/2026-05-02"] = 200, polar_samples.sample("api/recharge")
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        env = {"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_PORT": "0", "TWINGE_POLAR_API_BASE": str(server.make_url(""))}
        for made in SAMPLES:
            name = made.__name__.removesuffix("_samples").upper()
            env |= {f"TWINGE_{name}_{key}": value for key, value in made.ENV.items()}
        clock = FixedClock(NOW)
        async with running(Settings.from_env(env), load_plugins(env), clock=clock, roles=("web", "worker")) as service:
            key = await service.store.keys.create("admin", "test", NOW)
            links = [
                {"platform": made.__name__.removesuffix("_samples"), "external_id": made.ALICE} for made in SAMPLES
            ]
            body = {"name": "Alice", "timezone": "Europe/Vienna", "connections": links}
            bearer = {"Authorization": f"Bearer {key}"}
            async with http.post(f"{service.url}/api/v1/athletes", json=body, headers=bearer) as answer:
                assert answer.status == 201, await answer.text()
                alice = str((await answer.json())["id"])
            yield Scene(service, http, key, alice)


@pytest.mark.parametrize("later", ["activity_details", "activities"])
async def test_garmins_texts_come_in_any_order(scene: Scene, later: str) -> None:
    first = {"activity_details": "activities", "activities": "activity_details"}[later]
    for name in (first, "manually_updated", "dailies", "sleeps", "hrv", later, "unknown_kind"):
        assert await scene.post(garmin_samples.posted(garmin_samples.sample(name))) == (200, {"status": "stored"})
        await scene.settled()
    again = garmin_samples.posted(garmin_samples.sample("hrv"))
    assert await scene.post(again) == (200, {"status": "duplicate"})
    run = (await scene.kept("activities"))["garmin:31000000001"]
    assert (run["sport"], run["elapsed_s"], run["moving_s"]) == ("run", 1170, 1150)
    mornings = await scene.kept("wellness")
    assert [mornings[f"garmin:{kind}-2026-05-02"][name] for kind, name in (
        ("daily", "resting_hr"), ("night", "sleep_h"), ("hrv", "hrv_rmssd_ms"),
    )] == [48, 7.5, 44.0]  # fmt: skip


async def test_those_who_leave_garmin_have_left_here(scene: Scene) -> None:
    await scene.post(garmin_samples.posted(garmin_samples.sample("permissions_changed")))
    await scene.settled()
    assert (await scene.states())["garmin"] == "connected"
    await scene.post(garmin_samples.posted(garmin_samples.sample("deregistrations")))
    await scene.settled()
    assert await scene.states() == {"garmin": "revoked", "polar": "connected", "wahoo": "connected"}


async def test_polars_pointers_are_fetched(scene: Scene) -> None:
    ping = polar_samples.posted({"event": "PING", "timestamp": "2026-05-02T08:00:00Z"}, signature="")
    assert (await scene.post(ping))[0] == 200
    for name in ("exercise", "sleep"):
        assert await scene.post(polar_samples.posted(polar_samples.sample(name))) == (200, {"status": "stored"})
    await scene.settled()
    assert (await scene.kept("activities"))["polar:bRmD94"]["rpe"] == 6
    night = (await scene.kept("wellness"))["polar:night-2026-05-02"]
    assert (night["sleep_h"], night["hrv_rmssd_ms"], night["resting_hr"]) == (7.25, 48, None)


async def test_wahoos_totals_are_kept_in_the_version_that_holds(scene: Scene) -> None:
    newer = wahoo_samples.sample("without_file")
    older = wahoo_samples.sample("without_file")
    older["workout_summary"] |= {"updated_at": "2026-05-02T06:41:00Z", "distance_accum": "5.0"}
    for body in (newer, older):
        assert await scene.post(wahoo_samples.posted(body)) == (200, {"status": "stored"})
        await scene.settled()
    run = (await scene.kept("activities"))["wahoo:556520"]
    assert (run["sport"], run["race"], run["distance_m"]) == ("run", True, 24910)


async def test_strangers_are_refused_and_nothing_is_kept(scene: Scene) -> None:
    forged = (
        garmin_samples.posted(garmin_samples.sample("hrv"), client="somebody-else"),
        polar_samples.posted(polar_samples.sample("sleep"), secret="guess"),
        wahoo_samples.posted(wahoo_samples.sample("without_file") | {"webhook_token": "guess"}),
    )
    for delivery in forged:
        assert (await scene.post(delivery))[0] == 401
    await scene.settled()
    assert await scene.kept("activities") == await scene.kept("wellness") == {}


async def test_a_body_of_garmins_size_is_taken(scene: Scene) -> None:
    body = garmin_samples.sample("activity_details")
    entry = body["activityDetails"][0]
    entry["samples"] = [
        sample | {"startTimeInSeconds": 1_777_699_800 + at} for at, sample in enumerate(entry["samples"] * 250)
    ]
    delivery = garmin_samples.posted(body, at=NOW + timedelta(hours=1))
    assert len(delivery.body) > 1024 * 1024  # four times what others may send
    assert (await scene.post(delivery))[0] == 200
    await scene.settled()
    assert "garmin:31000000001" in await scene.kept("activities")
