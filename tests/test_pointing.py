"""Vendors whose calls only point, through the whole service: the exact answer, the fetch, and what is kept of it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import concept2_samples
import coros_samples
import google_samples
import intervals_samples
import suunto_samples
import withings_samples
from conftest import NOW
from recordings import maker
from strava_play import listed
from twinge.app import Service, running
from twinge.config import Settings
from twinge.plugin import Delivery
from twinge.registry import load_plugins
from twinge.testing import FixedClock
from vendor_standin import VendorStandin

SAMPLES = (concept2_samples, coros_samples, google_samples, intervals_samples, suunto_samples, withings_samples)
POINTS = "/v4/users/me/dataTypes"
STORED, DUPLICATE = b'{"status":"stored"}', b'{"status":"duplicate"}'
TAKEN = b'{"message":"ok","result":"0000"}'


def vendor() -> VendorStandin:
    """All of them behind one address."""
    typed_in = suunto_samples.sample("api/workout")
    typed_in["payload"]["isManuallyAdded"] = True
    points = {f"{POINTS}/{kind}/dataPoints": (200, found) for kind, found in google_samples.sample("api/days").items()}
    return VendorStandin(
        {
            "/api/v1/activity/i90000001": (200, intervals_samples.sample("api/run")),
            "/api/users/me/results/90000017": (200, {"data": concept2_samples.sample("added")["result"]}),
            f"/v3/workouts/{suunto_samples.KEY}": (200, typed_in),
            "/v2/measure": (200, {"status": 0, "body": {"series": [withings_samples.sample("api/workout")]}}),
            "/v2/sleep": (200, {"status": 0, "body": {"series": [withings_samples.sample("api/night")]}}),
            "/v2/coros/sport/detail/fit": (200, {"result": "0000", "data": {}}),
            f"{POINTS}/exercise/dataPoints": (200, google_samples.sample("api/exercise")),
            **points,
        }
    )


@dataclass
class Scene:
    """The service, the vendors behind it, and Alice, who is connected everywhere."""

    service: Service
    http: aiohttp.ClientSession
    vendor: VendorStandin
    key: str
    alice: str

    async def post(self, delivery: Delivery) -> tuple[int, bytes]:
        """What the hook answers."""
        url = f"{self.service.url}/hooks/{delivery.platform}" + (f"/{delivery.token}" if delivery.token else "")
        async with self.http.post(url, data=io.BytesIO(delivery.body), headers=dict(delivery.headers)) as answer:
            return answer.status, await answer.read()

    async def settled(self) -> None:
        """Until nothing waits in the inbox."""
        async with asyncio.timeout(10):
            while (await self.ask("deliveries?state=waiting"))["items"]:
                await asyncio.sleep(0.02)

    async def ask(self, path: str) -> Any:
        """A GET of the API."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        async with self.http.get(f"{self.service.url}/api/v1/{path}", headers=bearer) as answer:
            return await answer.json()

    async def kept(self, what: str) -> dict[str, Any]:
        """Alice's list, by id."""
        return {one["id"]: one for one in await listed(self.service.url, self.key, self.alice, what)}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    standin = vendor()
    async with TestServer(standin.app()) as server, aiohttp.ClientSession() as http:
        env = {"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_PORT": "0"}
        for made in SAMPLES:
            name = made.__name__.removesuffix("_samples").upper()
            env |= {f"TWINGE_{name}_{key}": value for key, value in made.ENV.items()}
            env[f"TWINGE_{name}_API_BASE"] = str(server.make_url(""))
        clock = FixedClock(NOW)
        async with running(Settings.from_env(env), load_plugins(env), clock=clock, roles=("web", "worker")) as service:
            key = await service.store.keys.create("admin", "test", NOW)
            links = [
                {"platform": made.__name__.removesuffix("_samples"), "external_id": made.ALICE} for made in SAMPLES
            ]
            body = {"name": "Alice", "timezone": "Europe/Berlin", "connections": links}
            bearer = {"Authorization": f"Bearer {key}"}
            async with http.post(f"{service.url}/api/v1/athletes", json=body, headers=bearer) as answer:
                assert answer.status == 201, await answer.text()
                alice = str((await answer.json())["id"])
            yield Scene(service, http, standin, key, alice)


async def test_every_workout_is_fetched_and_kept(scene: Scene) -> None:
    [coros] = [one for one in coros_samples.sample("workouts")["sportDataList"] if one.get("fitUrl")]
    without_file = {"sportDataList": [{key: value for key, value in coros.items() if key != "fitUrl"}]}
    calls = [
        (intervals_samples.posted(intervals_samples.sample("uploaded")), (200, STORED)),
        (concept2_samples.posted(concept2_samples.sample("added")), (200, STORED)),
        (suunto_samples.posted(suunto_samples.sample("workout")), (200, STORED)),
        (coros_samples.posted(without_file), (200, TAKEN)),
        (google_samples.posted(google_samples.sample("exercise")), (204, b"")),
        (withings_samples.posted(withings_samples.sample("workout")), (200, STORED)),
    ]
    for call, answer in calls:
        assert await scene.post(call) == answer
    await scene.settled()
    kept = await scene.kept("activities")
    assert {key: (one["sport"], one["moving_s"]) for key, one in kept.items()} == {
        "intervals:i90000001": ("run", 3605),
        "concept2:90000017": ("row", 3605),
        f"suunto:{suunto_samples.KEY}": ("trail_run", 3605),
        "coros:440000000000000017": ("trail_run", 3605),
        "google:9000000000000000017": ("run", 3605),
        "withings:4100001": ("run", 3150),
    }
    asked = len(scene.vendor.asked)
    again = [answer if answer[1] != STORED else (200, DUPLICATE) for _, answer in calls]
    assert [await scene.post(call) for call, _ in calls] == again
    await scene.settled()
    assert len(scene.vendor.asked) == asked
    assert (await scene.ask("deliveries?state=dead"))["items"] == []


async def test_a_watchs_file_leads_and_a_broken_one_leaves_the_summary(scene: Scene) -> None:
    """The file is of 15 minutes on 4 May; the summary beside it, of an hour on 2 May."""
    recorded = suunto_samples.sample("api/workout")
    scene.vendor.answers[f"/v3/workouts/{suunto_samples.KEY}"] = 200, recorded
    for body, seconds in ((b"\x0e\x20\0\0\0\0\0\0.FIT" + bytes(40), 3605), (maker.a_run(900), 900)):
        scene.vendor.answers[f"/v3/workouts/{suunto_samples.KEY}/fit"] = 200, body
        call = suunto_samples.sample("workout")
        call["workout"]["totalTime"] = seconds
        await scene.post(suunto_samples.posted(call))
        await scene.settled()
        kept = (await scene.kept("activities"))[f"suunto:{suunto_samples.KEY}"]
        assert abs(kept["moving_s"] - seconds) <= 1
    notes = [one["note"] for one in (await scene.ask("deliveries"))["items"]]
    assert sum("what the vendor told stands" in (note or "") for note in notes) == 1


async def test_mornings_from_all_who_tell_of_them(scene: Scene) -> None:
    await scene.post(intervals_samples.posted(intervals_samples.sample("wellness")))
    await scene.post(suunto_samples.posted(suunto_samples.sample("sleep")))
    await scene.post(google_samples.posted(google_samples.sample("batch")))
    await scene.post(withings_samples.posted(withings_samples.sample("night")))
    await scene.settled()
    kept = await scene.kept("wellness")
    assert {key: (one["resting_hr"], one["hrv_rmssd_ms"], one["sleep_h"]) for key, one in kept.items()} == {
        "intervals:wellness:2026-05-02": (47, 62.0, 7.25),
        "suunto:night:2026-05-02": (46, 61.0, 7.25),
        "google:day:2026-05-01": (48, None, None),
        "google:day:2026-05-02": (47, 62.5, 7.25),
        "withings:night-5200001": (49, 58.0, 7.4),
    }


@pytest.mark.parametrize("first", ["uploaded", "deleted"])
async def test_a_workout_and_its_deletion_in_either_order(scene: Scene, first: str) -> None:
    for name in (first, {"uploaded": "deleted", "deleted": "uploaded"}[first]):
        await scene.post(intervals_samples.posted(intervals_samples.sample(name)))
        await scene.settled()
    assert await scene.kept("activities") == {}


async def test_who_leaves_has_left_here(scene: Scene) -> None:
    await scene.post(intervals_samples.posted(intervals_samples.sample("deauthorized")))
    await scene.post(withings_samples.posted(withings_samples.sample("unlinked")))
    await scene.settled()
    states = {
        one["platform"]: one["state"] for one in (await scene.ask(f"athletes/{scene.alice}/connections"))["items"]
    }
    assert (states.pop("intervals"), states.pop("withings")) == ("revoked", "revoked")
    assert set(states.values()) == {"connected"}


@pytest.mark.parametrize("made", SAMPLES, ids=lambda made: str(made.__name__))
async def test_a_stranger_is_refused_and_nothing_is_kept(scene: Scene, made: Any) -> None:
    name = made.__name__.removesuffix("_samples")
    url = f"{scene.service.url}/hooks/{name}"
    async with scene.http.post(url, data=b'{"events": [], "sportDataList": []}') as answer:
        assert answer.status == 401
    assert (await scene.ask("deliveries"))["items"] == []


async def test_what_a_vendor_asks_before_it_calls(scene: Scene) -> None:
    async with scene.http.get(f"{scene.service.url}/hooks/coros") as answer:
        assert (answer.status, await answer.json()) == (200, json.loads(TAKEN))
    asked = google_samples.posted(google_samples.sample("verification"))
    assert await scene.post(asked) == (201, b"{}")
    assert (await scene.post(google_samples.posted(google_samples.sample("verification"), header=None)))[0] == 401


async def test_a_limit_of_the_vendor_is_waited_for(scene: Scene) -> None:
    path = "/api/v1/activity/i90000001"
    scene.vendor.headers["Retry-After"] = "600"
    scene.vendor.answers[path] = 429, b""
    await scene.post(intervals_samples.posted(intervals_samples.sample("uploaded")))
    async with asyncio.timeout(10):
        while not scene.vendor.asked:
            await asyncio.sleep(0.02)
    [waiting] = (await scene.ask("deliveries?state=waiting"))["items"]
    assert waiting["platform"] == "intervals"
    assert await scene.kept("activities") == {}
