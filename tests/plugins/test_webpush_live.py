"""Web Push through the whole service: a run comes in, a browser shows the message, and what it says is heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from conftest import NOW, run
from push_standin import Device, PushStandin
from twinge.app import running
from twinge.config import Settings
from twinge.registry import load_plugins
from twinge.testing import FixedClock

VENDOR = {"Authorization": f"Bearer {'t' * 32}"}
PUBLIC = "https://twinge.example"


async def until(happened: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.02)


async def test_from_a_run_to_an_answer(tmp_path: Path) -> None:
    standin, clock = PushStandin(NOW), FixedClock(NOW)
    async with TestServer(standin.app()) as server:
        env = {
            "TWINGE_DATA_DIR": str(tmp_path),
            "TWINGE_PORT": "0",
            "TWINGE_PUBLIC_URL": PUBLIC,
            "TWINGE_GENERIC_TOKEN": "t" * 32,
            "TWINGE_WEBPUSH_PRIVATE_KEY": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
            "TWINGE_WEBPUSH_SUBJECT": "mailto:ops@twinge.example",
            "TWINGE_WEBPUSH_API_BASE": f"http://127.0.0.1:{server.port}",
        }
        plugins = load_plugins(env)
        webpush: Any = plugins.channels["webpush"]
        plugins = replace(plugins, channels={"webpush": webpush})
        device = Device("https://fcm.googleapis.com/push/alice", webpush.public_key)
        standin.devices["/push/alice"] = device
        async with running(Settings.from_env(env), plugins, clock=clock, roles=("web", "worker", "sender")) as service:
            admin = {"Authorization": f"Bearer {await service.store.keys.create('admin', 'test', NOW)}"}
            async with aiohttp.ClientSession(service.url) as http:
                alice = await made(http, admin, json.dumps(device.given))
                for days, km in ((40, 8), (20, 10), (12, 9), (0, 15)):
                    start = NOW - timedelta(days=days, minutes=6 * km + 5)
                    event = run(f"run-{days}", "alice", start.isoformat(), moving_s=360 * km, distance_m=1000 * km)
                    assert (await http.post("/hooks/generic", json=event, headers=VENDOR)).status == 200
                await said(http, admin, alice, "waiting")
                clock.advance(timedelta(minutes=30))
                await until(lambda: standin.pushes)
                await said(http, admin, alice, "sent")

                shown = standin.pushes[0].said["notification"]
                assert shown["body"].startswith("Your 15.0 km run was 50% over your 30-day longest")
                await post(http, shown["data"], "status", state="shown")
                await said(http, admin, alice, "delivered")
                await post(http, shown["data"], "answer", answer="WHY")
                await until(lambda: len(standin.pushes) > 1)
    assert "10.0" in standin.pushes[1].said["notification"]["body"]


async def made(http: aiohttp.ClientSession, admin: dict[str, str], address: str) -> str:
    body = {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "channels": [{"channel": "webpush", "address": address}],
        "connections": [{"platform": "generic", "external_id": "alice"}],
    }
    async with http.post("/api/v1/athletes", json=body, headers=admin) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


async def said(http: aiohttp.ClientSession, admin: dict[str, str], athlete: str, state: str) -> None:
    """Wait until the first message is in `state`."""
    async with asyncio.timeout(10):
        while True:
            async with http.get(f"/api/v1/athletes/{athlete}/nudges", headers=admin) as answer:
                items = (await answer.json())["items"]
            if items and items[-1]["state"] == state:
                return
            await asyncio.sleep(0.02)


async def post(http: aiohttp.ClientSession, data: dict[str, str], to: str, **body: str) -> None:
    """What the service worker posts."""
    async with http.post(data[to].removeprefix(PUBLIC), json={"token": data["token"], **body}) as answer:
        assert answer.status == 200, await answer.text()
