"""One run, told by three sources in every order and twice: one workout that counts, and one message about it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import garmin_samples
import healthautoexport_samples
from strava_play import HOOK_TOKEN, environment, listed
from strava_standin import Standin, event_of
from twinge.app import Service, running
from twinge.config import Settings
from twinge.core.model import Athlete
from twinge.plugin import Tokens
from twinge.registry import load_plugins
from twinge.store import Consent
from twinge.testing import FixedClock

START = datetime(2026, 5, 4, 5, 30, tzinfo=UTC)
NOW = START + timedelta(hours=2)
"""A Monday in Vienna: half past seven, and two hours later."""
SOURCES = ("garmin", "healthautoexport", "strava")


def by_garmin(start: datetime, metres: int, seconds: int, number: int) -> dict[str, Any]:
    one = {
        "userId": garmin_samples.ALICE,
        "summaryId": str(number),
        "activityId": number,
        "activityType": "RUNNING",
        "startTimeInSeconds": int(start.timestamp()),
        "startTimeOffsetInSeconds": 7200,
        "durationInSeconds": seconds,
        "distanceInMeters": metres + 4.5,
        "averageHeartRateInBeatsPerMinute": 141,
        "manual": False,
    }
    return {"activities": [one]}


def by_phone(start: datetime, metres: int, seconds: int, number: int) -> dict[str, Any]:
    def clock(at: datetime) -> str:
        return f"{at + timedelta(hours=2):%Y-%m-%d %H:%M:%S} +0200"

    one = {
        "id": f"9B1DE0C4-0000-4000-8000-{number:012d}",
        "name": "Outdoor Run",
        "start": clock(start + timedelta(seconds=3)),
        "end": clock(start + timedelta(seconds=seconds + 40)),
        "duration": seconds - 5,
        "distance": {"qty": (metres - 60) / 1000, "units": "km"},
    }
    return {"data": {"workouts": [one]}}


def by_strava(start: datetime, metres: int, seconds: int, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Morning Run",
        "sport_type": "Run",
        "type": "Run",
        "start_date": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "start_date_local": f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}",
        "timezone": "(GMT+01:00) Europe/Vienna",
        "utc_offset": 7200.0,
        "moving_time": seconds - 10,
        "elapsed_time": seconds + 20,
        "distance": float(metres),
        "total_elevation_gain": 40.0,
        "has_heartrate": True,
        "average_heartrate": 141.0,
        "max_heartrate": 163.0,
        "manual": False,
        "trainer": False,
        "resource_state": 3,
    }


@dataclass
class Scene:
    """The service, Strava behind it, and Alice, who wears one watch and is connected three times."""

    service: Service
    strava: Standin
    http: aiohttp.ClientSession
    alice: str

    async def tell(self, source: str, start: datetime, metres: int, seconds: int, number: int) -> None:
        """One source speaks of the run, and it is worked off."""
        url, headers, body = f"{self.service.url}/hooks/{source}", {}, {}
        if source == "garmin":
            url, headers = f"{url}/{garmin_samples.TOKEN}", {"garmin-client-id": "standin-client"}
            body = by_garmin(start, metres, seconds, number)
        elif source == "healthautoexport":
            headers = {"api-key": healthautoexport_samples.TOKEN, "x-athlete": "alice"}
            body = by_phone(start, metres, seconds, number)
        else:
            url = f"{url}/{HOOK_TOKEN}"
            self.strava.add(by_strava(start, metres, seconds, number))
            body = event_of(number, "create", int(start.timestamp()) + seconds, owner=self.strava.owner)
        async with self.http.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        await self.service.worker.drain()
        await self.service.sender.drain()

    async def list(self, what: str) -> Sequence[dict[str, Any]]:
        key = await self.service.store.keys.create("read", "test", NOW)
        return await listed(self.service.url, key, self.alice, what)


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    strava = Standin()
    grant = strava.connect(expires_at=4_000_000_000)
    async with TestServer(strava.app()) as vendor, aiohttp.ClientSession() as http:
        env = environment(folder, str(vendor.make_url("")).rstrip("/"))
        env |= {f"TWINGE_GARMIN_{key}": value for key, value in garmin_samples.ENV.items()}
        env |= {f"TWINGE_HEALTHAUTOEXPORT_{key}": value for key, value in healthautoexport_samples.ENV.items()}
        clock = FixedClock(NOW)
        async with running(Settings.from_env(env), load_plugins(env), clock=clock, roles=("web",)) as service:
            store = service.store
            async with store.write() as tx:
                made = await store.athletes.create(tx, Athlete("", name="Alice", timezone="Europe/Vienna"), NOW)
                for platform, owner in zip(SOURCES, (garmin_samples.ALICE, "alice", str(strava.owner)), strict=True):
                    await store.athletes.connect(tx, made.id, platform, owner, NOW)
                await store.addresses.add(tx, made.id, "console", "Alice", Consent(NOW, "test"), verified_at=NOW)
            tokens = Tokens(grant.access, grant.refresh, grant.expires_at * 1000)
            await store.athletes.save_tokens("strava", str(strava.owner), tokens, expected_refresh=None)
            yield Scene(service, strava, http, made.id)


@pytest.mark.parametrize("order", list(itertools.permutations(SOURCES)), ids="-".join)
async def test_one_run_is_one_workout_and_one_message(tmp_path: Path, order: Sequence[str]) -> None:
    async with staged(tmp_path) as scene:
        for week in range(5):
            for day in range(3):
                await scene.tell(
                    "garmin", START - timedelta(days=35 - 7 * week - 2 * day), 8_000, 2_900, 100 + week * 9 + day
                )
        for source in (*order, *order):
            await scene.tell(source, START, 14_000, 5_000, 900)
        records = [one for one in await scene.list("activities") if one["start"].startswith("2026-05-04")]
        counted = [one["id"] for one in records if one["counted_in"] is None]
        about = [one for one in await scene.list("nudges") if one["state"] in {"waiting", "sent", "delivered"}]
        assert len(records) == 3
        assert len(counted) == 1
        assert {one["counted_in"] for one in records} == {None, *counted}
        assert [one["rules"][0] for one in about] == ["L01"]
        assert about[0]["facts"]["L01"]["longest_30d"] < 8_100
