"""Everything real but the sockets' far ends: webhook in, judged, message out, and the same as backtest says."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

from conftest import NOW
from diary import read
from strava_play import listed, play
from twinge.app import running
from twinge.config import Settings
from twinge.core.model import Activity
from twinge.demo.tour import Tour
from twinge.registry import load_plugins
from twinge.testing import FixedClock, MemoryChannel

DIARY = """
every tue thu sun from 2025-09-02 for 8 weeks 07:00 run 10km 58min
2025-10-26 09:00 run 15km 90min       # half as long again as any run of the month
2025-11-18 07:00 run 12km 70min       # after three weeks without
every mon wed fri from 2025-11-24 for 6 weeks 18:00 run 8km 44min
every day from 2026-01-12 for 2 weeks 07:00 run 7km 41min
"""


def as_strava(activity: Activity) -> dict[str, Any]:
    """A diary line as Strava's API lists it."""
    local = activity.start + timedelta(hours=1)
    return {
        "id": 900_000 + int(activity.key.partition(":")[2]),
        "resource_state": 2,
        "name": "",
        "type": "Run",
        "sport_type": "Run",
        "distance": float(activity.distance_m or 0),
        "moving_time": activity.moving_s,
        "elapsed_time": activity.elapsed_s,
        "total_elevation_gain": 20.0,
        "start_date": activity.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "start_date_local": local.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timezone": "(GMT+01:00) Europe/Berlin",
        "manual": False,
        "trainer": False,
        "has_heartrate": False,
    }


async def test_live_says_what_backtest_says(tmp_path: Path) -> None:
    """Findings, messages word for word, and silences, over five months of one runner."""
    history = tmp_path / "history.jsonl"
    history.write_text("\n".join(json.dumps(as_strava(activity)) for activity in read(DIARY)))
    played = await play(history, tmp_path / "data")
    assert played.events == len(read(DIARY))
    assert played.findings == played.expected_findings
    assert played.nudges == played.expected_nudges
    assert played.held == played.expected_held
    assert {rule for _, rules, *_ in played.nudges for rule in rules} >= {"L01", "R06", "R02"}


async def test_a_webhook_becomes_one_message(tmp_path: Path) -> None:
    """The loops themselves: nobody drains anything by hand."""
    env = {"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_PORT": "0", "TWINGE_GENERIC_TOKEN": "t" * 32}
    plugins, channel, clock = load_plugins(env), MemoryChannel(), FixedClock(NOW)
    plugins = replace(plugins, channels={"memory": channel})
    async with running(Settings.from_env(env), plugins, clock=clock, roles=("web", "worker", "sender")) as service:
        key = await service.store.keys.create("admin", "test", NOW)
        async with aiohttp.ClientSession(service.url, headers={"Authorization": f"Bearer {key}"}) as api:
            alice = await made(api)
        async with aiohttp.ClientSession(service.url, headers={"Authorization": f"Bearer {'t' * 32}"}) as vendor:
            for days, km in ((40, 8), (20, 10), (12, 9), (0, 15)):
                await post(vendor, days, km)
                await post(vendor, days, km)
        [nudge] = await until_one(service.url, key, alice, "nudges")
        assert (nudge["rules"], nudge["severity"], nudge["state"]) == (["L01"], "slow_down", "waiting")
        clock.now += timedelta(minutes=30)
        async with asyncio.timeout(10):
            while not channel.sent:
                await asyncio.sleep(0.02)
    assert [message.text for message in channel.sent] == [nudge["text"]]
    assert nudge["text"].startswith("Your 15.0 km run was 50% over your 30-day longest (10.0 km).")


async def made(api: aiohttp.ClientSession) -> str:
    body = {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "channels": [{"channel": "memory", "address": "alice"}],
        "connections": [{"platform": "generic", "external_id": "alice"}],
    }
    async with api.post("/api/v1/athletes", json=body) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def post(vendor: aiohttp.ClientSession, days_ago: int, km: int) -> None:
    ended = NOW - timedelta(days=days_ago, minutes=5)
    run = {"sport": "run", "start": (ended - timedelta(minutes=6 * km)).isoformat(), "moving_s": 360 * km}
    event = {
        "type": "activity",
        "athlete": "alice",
        "id": f"run-{days_ago}",
        "activity": {**run, "distance_m": 1000 * km},
    }
    async with vendor.post("/hooks/generic", json=event) as answer:
        assert answer.status == 200


async def until_one(url: str, key: str, athlete: str, what: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        while not (items := await listed(url, key, athlete, what)):
            await asyncio.sleep(0.02)
    return items


async def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    screen = io.StringIO()
    await Tour(tmp_path, Console(file=screen, width=200), pause_s=0).play(keep=False, port=0)
    told = screen.getvalue()
    for line in ("duplicate", "refused, 401", "slow down (L07)", "rest (R06, L01)", "the waiting message is void"):
        assert line in told
    assert "kept to itself (L02): it ended more than 48 hours ago" in told
    assert "7 sent, for four athletes and nine weeks" in told
