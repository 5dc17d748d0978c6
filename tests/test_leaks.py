"""The drills of docs/security.md, "When a secret leaks": each secret changed while everybody goes on, step by step.

An installation is a folder and its settings, as an operator has them; a restart is the next `at_work` on the folder.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from conftest import KEY, NOW, run, signed
from fake_twilio import AUTH_TOKEN, SID, FakeTwilio, sign
from push_standin import PushStandin
from strava_standin import Standin
from twinge.app import Service, running
from twinge.cli import twinge as cli
from twinge.config import Settings
from twinge.core.model import Severity
from twinge.plugin import Message, Sent
from twinge.registry import Plugins, load_plugins
from twinge.store import Store
from twinge.store.seal import id_of
from twinge.testing import FixedClock, send_once

PUBLIC = "https://twinge.example"
NUMBER = "+4915112345678"
OTHER_KEY = "bmV3IGtleSBmb3IgdGhlIHRlc3RzLCAzMiBieXRlcyBsb25n"
VAPID, OLDER_VAPID = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "4Mgs6fN4KaWuYPSIfBsnDrsHZ0_IS4NXGyLAlsEpZxQ"


@dataclass(frozen=True)
class Work:
    """A service at work."""

    service: Service
    plugins: Plugins
    http: aiohttp.ClientSession

    @property
    def store(self) -> Store:
        return self.service.store

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """How a call is answered."""
        async with self.http.post(f"{self.service.url}{path}", data=body, headers=headers) as answer:
            return answer.status

    async def get(self, path: str, key: str) -> int:
        """How a call with an API key is answered."""
        async with self.http.get(f"{self.service.url}{path}", headers={"Authorization": f"Bearer {key}"}) as answer:
            return answer.status


@asynccontextmanager
async def at_work(folder: Path, **settings: str) -> AsyncIterator[Work]:
    env = {"TWINGE_DATA_DIR": str(folder), "TWINGE_PORT": "0", "TWINGE_PUBLIC_URL": PUBLIC, **settings}
    plugins = load_plugins(env)
    async with (
        running(Settings.from_env(env), plugins, clock=FixedClock(NOW), roles=("web", "worker")) as service,
        aiohttp.ClientSession() as http,
    ):
        yield Work(service, plugins, http)


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    (tmp_path / "twinge.sqlite3").write_bytes(empty_database.read_bytes())
    return tmp_path


# ---- webhooks --------------------------------------------------------------------------------------------------------


async def test_the_secret_of_the_generic_webhook(folder: Path) -> None:
    """Both are good while senders change over, in whatever order; then only the new one."""
    old, new = f"whsec_{KEY}", f"whsec_{OTHER_KEY}"

    async def sends(work: Work, name: str, key: str) -> int:
        body = json.dumps(run(name)).encode()
        return await work.post("/hooks/generic", body, signed(body, f"msg_{name}", NOW, key))

    async with at_work(folder, TWINGE_GENERIC_SECRET=old) as work:
        assert [await sends(work, "r1", KEY), await sends(work, "r2", OTHER_KEY)] == [200, 401]
    async with at_work(folder, TWINGE_GENERIC_SECRET=f"{new} {old}") as work:
        assert [await sends(work, "r3", KEY), await sends(work, "r4", OTHER_KEY)] == [200, 200]
    async with at_work(folder, TWINGE_GENERIC_SECRET=new) as work:
        assert [await sends(work, "r5", KEY), await sends(work, "r6", OTHER_KEY)] == [401, 200]
        assert sum((await work.store.inbox.counts()).values()) == 4


async def test_the_token_in_the_path_of_strava_s_webhook(folder: Path) -> None:
    """Strava has one subscription: the old path answers until it is made anew, and the service says that it is due."""
    old, new = "old-token-0123456789", "new-token-0123456789"
    event = {"object_type": "activity", "object_id": 1, "aspect_type": "create", "owner_id": 7001, "updates": {}}
    standin = Standin()
    async with TestServer(standin.app()) as strava:
        settings = {
            "TWINGE_STRAVA_CLIENT_ID": standin.client[0],
            "TWINGE_STRAVA_CLIENT_SECRET": standin.client[1],
            "TWINGE_STRAVA_VERIFY_TOKEN": "verify-token",
            "TWINGE_STRAVA_API_BASE": str(strava.make_url("")).rstrip("/"),
        }

        async def sends(work: Work, token: str, number: int) -> int:
            told = {**event, "object_id": number, "event_time": int(NOW.timestamp()), "subscription_id": 5}
            return await work.post(f"/hooks/strava/{token}", json.dumps(told).encode())

        async def trouble(work: Work) -> str | None:
            adapter: Any = work.plugins.platforms["strava"]
            found: str | None = await adapter.subscription(work.http, PUBLIC, NOW)
            return found

        standin.subscriptions = [{"id": 5, "callback_url": f"{PUBLIC}/hooks/strava/{old}"}]
        async with at_work(folder, TWINGE_STRAVA_HOOK_TOKEN=old, **settings) as work:
            assert await trouble(work) is None
            assert [await sends(work, old, 1), await sends(work, new, 2)] == [200, 401]
        async with at_work(folder, TWINGE_STRAVA_HOOK_TOKEN=f"{new} {old}", **settings) as work:
            assert "make it again" in str(await trouble(work))
            assert [await sends(work, old, 3), await sends(work, new, 4)] == [200, 200]
            standin.subscriptions = [{"id": 6, "callback_url": f"{PUBLIC}/hooks/strava/{new}"}]
            assert await trouble(work) is None
        async with at_work(folder, TWINGE_STRAVA_HOOK_TOKEN=new, **settings) as work:
            assert [await sends(work, old, 5), await sends(work, new, 6)] == [401, 200]


# ---- channels --------------------------------------------------------------------------------------------------------


async def test_twilio_s_auth_token(folder: Path) -> None:
    """Twilio signs with the old one until the new one is promoted, and takes the new one from the moment it is made."""
    new = "0123456789abcdef0123456789abcdef"
    async with FakeTwilio(now=lambda: NOW) as fake:
        settings = {
            "TWINGE_TWILIO_ACCOUNT_SID": SID,
            "TWINGE_TWILIO_FROM": "+15005550006",
            "TWINGE_TWILIO_API_BASE": fake.base.rstrip("/"),
        }

        async def hears(work: Work, n: int, token: str) -> int:
            """Alice writes; Twilio passes it on."""
            form = {
                "MessageSid": f"SM{n:032x}",
                "AccountSid": SID,
                "From": NUMBER,
                "To": "+15005550006",
                "Body": "STATUS",
            }
            body = urlencode(form).encode()
            headers = {"X-Twilio-Signature": sign(f"{PUBLIC}/channels/twilio/inbound", body, token)}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return await work.post("/channels/twilio/inbound", body, headers)

        async def sent(work: Work, n: int) -> bool:
            message = Message(f"n_{n}", NUMBER, "Rest.", Severity.REST, NOW + timedelta(hours=4))
            return isinstance(await work.plugins.channels["twilio"].send(message, work.http, NOW), Sent)

        async with at_work(folder, TWINGE_TWILIO_AUTH_TOKEN=AUTH_TOKEN, **settings) as work:
            assert [await hears(work, 1, AUTH_TOKEN), await hears(work, 2, new)] == [200, 403]
            assert await sent(work, 1)
        # A secondary token is made at Twilio: it may call, and does not sign yet.
        fake.tokens = {AUTH_TOKEN, new}
        async with at_work(folder, TWINGE_TWILIO_AUTH_TOKEN=f"{new} {AUTH_TOKEN}", **settings) as work:
            assert await hears(work, 3, AUTH_TOKEN) == 200
            assert await sent(work, 2)
            # It is promoted: now it signs, and the old one may not call any more.
            fake.tokens = {new}
            assert await hears(work, 4, new) == 200
            assert await sent(work, 3)
        async with at_work(folder, TWINGE_TWILIO_AUTH_TOKEN=new, **settings) as work:
            assert [await hears(work, 5, AUTH_TOKEN), await hears(work, 6, new)] == [403, 200]
            assert await sent(work, 4)
        assert len(fake.took) == 4


async def test_the_vapid_key(folder: Path) -> None:
    """Browsers that subscribed with the old key are served with it; new ones get the new key."""
    standin = PushStandin(NOW)
    async with TestServer(standin.app()) as push:
        base = f"http://127.0.0.1:{push.port}"
        settings = {
            "TWINGE_WEBPUSH_SUBJECT": "mailto:ops@twinge.example",
            "TWINGE_WEBPUSH_ALLOW_PRIVATE": "1",
            "TWINGE_WEBPUSH_ALLOW_HTTP": "1",
            "TWINGE_WEBPUSH_HOSTS": "127.0.0.1",
        }

        async def reached(work: Work, device: Any) -> bool:
            message = Message(
                "n_1", device.address, "Rest.", Severity.REST, NOW + timedelta(hours=4), f"{PUBLIC}/x/n_1"
            )
            return isinstance(await send_once(work.plugins.channels["webpush"], message, work.http, NOW), Sent)

        async with at_work(folder, TWINGE_WEBPUSH_PRIVATE_KEY=OLDER_VAPID, **settings) as work:
            channel: Any = work.plugins.channels["webpush"]
            early = standin.device(base, channel.public_key, "early")
            assert await reached(work, early)
        async with at_work(folder, TWINGE_WEBPUSH_PRIVATE_KEY=f"{VAPID} {OLDER_VAPID}", **settings) as work:
            channel = work.plugins.channels["webpush"]
            late = standin.device(base, channel.public_key, "late")
            assert early.key != late.key
            assert await reached(work, early)
            assert await reached(work, late)
        async with at_work(folder, TWINGE_WEBPUSH_PRIVATE_KEY=VAPID, **settings) as work:
            assert not await reached(work, early)  # their browser must allow it again
            assert await reached(work, late)


# ---- ours ------------------------------------------------------------------------------------------------------------


async def test_an_api_key(folder: Path) -> None:
    """A new one first, then the old one ends, at once and everywhere; the list says when it was last used."""
    env = {"TWINGE_DATA_DIR": str(folder)}
    async with at_work(folder) as work:
        leaked = (await twinge("keys", "create", "--scope", "admin", "--name", "leaked", **env)).splitlines()[-1]
        assert await work.get("/api/v1/athletes", leaked) == 200
        fresh = (await twinge("keys", "create", "--scope", "admin", "--name", "fresh", **env)).splitlines()[-1]
        found = {one["name"]: one for one in json.loads(await twinge("keys", "list", "--format", "json", **env))}
        assert found["leaked"]["used_at"] is not None
        assert found["fresh"]["used_at"] is None
        await twinge("keys", "revoke", found["leaked"]["id"], **env)
        assert await work.get("/api/v1/athletes", leaked) == 401
        assert await work.get("/api/v1/athletes", fresh) == 200


async def test_the_house_s_own_secret(folder: Path) -> None:
    """From the key file of the first start to a new one, with messages coming in, and nothing readable by the old."""
    env = {"TWINGE_DATA_DIR": str(folder)}
    hook = {"TWINGE_GENERIC_TOKEN": "t" * 32}
    path = folder / "secret.key"
    body = json.dumps(run("r1")).encode()
    async with at_work(folder, **hook) as work:
        assert await work.post(f"/hooks/generic/{'t' * 32}", body) == 200
        old = work.store.seal.ids[0]
    await twinge("keys", "secret", "--add", **env)
    assert [id_of(line) for line in path.read_bytes().split()][1:] == [old]
    assert path.stat().st_mode & 0o777 == 0o600
    async with at_work(folder, **hook) as work:
        new, *older = work.store.seal.ids
        assert older == [old]
        assert await work.post(f"/hooks/generic/{'t' * 32}", json.dumps(run("r2")).encode()) == 200
        done = json.loads(await twinge("keys", "rotate", "--format", "json", **env))
        assert (done["key"], done["older"], done["shut"], done["until"]) == (new, [old], {}, None)
        assert done["sealed"]["inbox"] >= 1
        assert await work.post(f"/hooks/generic/{'t' * 32}", json.dumps(run("r3")).encode()) == 200
    path.write_bytes(path.read_bytes().split()[0] + b"\n")
    async with at_work(folder, **hook) as work:
        kept = [one.delivery.body for one in (await work.store.inbox.find()).items]
        assert sorted(json.loads(one)["id"] for one in kept) == ["r1", "r2", "r3"]
        assert work.store.seal.ids == [new]
        said = await twinge("keys", "rotate", **env)
    assert said == f"everything is under the key {new}\n"


async def twinge(*words: str, **env: str) -> str:
    """What a command prints, beside the running service."""
    done = await asyncio.to_thread(CliRunner().invoke, cli, words, env=env)
    assert done.exit_code == 0, done.output
    return done.stdout
