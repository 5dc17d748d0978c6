"""The whole service, built and stopped by the composition root."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import stat
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from conftest import TOKEN, run
from recordings.maker import START, a_run
from twinge.app import Service, running
from twinge.config import Settings
from twinge.database import opened
from twinge.keyfile import secret_of
from twinge.log import Line, Object
from twinge.plugin import TwingeError
from twinge.registry import Plugins, load_plugins
from twinge.testing import FixedClock, MemoryChannel

PHONE = "+4915112345689"


@pytest.fixture
def fresh(tmp_path: Path) -> Settings:
    """An empty data folder and a free port."""
    return Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path / "new"), "TWINGE_PORT": "0"})


@pytest.fixture
def house() -> tuple[Plugins, MemoryChannel]:
    """The generic platform, and a channel that keeps what it is given."""
    found, channel = load_plugins({"TWINGE_GENERIC_TOKEN": TOKEN}), MemoryChannel()
    return Plugins(found.platforms, {"memory": channel}, found.status), channel


async def enrol(service: Service, http: aiohttp.ClientSession, now: datetime) -> str:
    """Alice, with no quiet hours, reachable by phone."""
    key = await service.store.keys.create("admin", "", now)
    body = {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "preferences": {"quiet_from": None, "quiet_to": None},
        "channels": [{"channel": "sms", "address": PHONE}],
        "connections": [{"platform": "generic", "external_id": "a-1"}],
    }
    headers = {"Authorization": f"Bearer {key}"}
    async with http.post(f"{service.url}/api/v1/athletes", json=body, headers=headers) as response:
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])


async def train(service: Service, http: aiohttp.ClientSession, clock: FixedClock) -> None:
    """Six weeks of ten kilometres every third day, then twenty."""
    start = clock() - timedelta(days=45)
    for n in range(15):
        clock.now = start + timedelta(days=3 * n)
        await deliver(service, http, run(f"run-{n}", start=clock().isoformat(), title="My private title"), clock)
    clock.advance(timedelta(days=2))
    await deliver(service, http, run("long", start=clock().isoformat(), distance_m=20_000, moving_s=7200), clock)


async def deliver(service: Service, http: aiohttp.ClientSession, event: Any, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=3))
    async with http.post(f"{service.url}/hooks/generic/{TOKEN}", json=event) as response:
        assert response.status == 200, await response.text()
    await service.worker.drain()


async def test_from_a_webhook_to_a_message_and_nothing_private_in_the_log(
    fresh: Settings,
    house: tuple[Plugins, MemoryChannel],
    clock: FixedClock,
    everything_logged: pytest.LogCaptureFixture,
) -> None:
    plugins, channel = house
    async with running(fresh, plugins, clock=clock, roles=["web"]) as service, aiohttp.ClientSession() as http:
        await enrol(service, http, clock())
        await train(service, http, clock)
        clock.advance(timedelta(hours=1))
        await service.sender.drain()
    assert [message.address for message in channel.sent] == [PHONE]
    assert "20" in channel.sent[0].text
    for secret in (PHONE[1:], "private", TOKEN, channel.sent[0].text, "Alice"):
        assert secret not in everything_logged.text


async def test_all_roles_work_by_themselves_and_stop_when_asked(
    fresh: Settings, house: tuple[Plugins, MemoryChannel]
) -> None:
    def real() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the loops themselves are on trial

    plugins, _ = house
    async with running(fresh, plugins, clock=real) as service, aiohttp.ClientSession() as http:
        assert {task.get_name() for task in service.tasks} == {"worker", "sender"}
        alice = await enrol(service, http, real())
        start = (real() - timedelta(hours=2)).isoformat()
        async with http.post(f"{service.url}/hooks/generic/{TOKEN}", json=run(start=start)) as response:
            assert response.status == 200
        for _ in range(250):
            if (await service.store.history.find_activities(alice)).items:
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("five seconds, and the worker has not judged the run")
        assert not any(task.done() for task in service.tasks)
    assert all(task.done() and task.exception() is None for task in service.tasks)


async def test_a_request_in_flight_is_answered_before_the_end(
    fresh: Settings, house: tuple[Plugins, MemoryChannel], clock: FixedClock
) -> None:
    plugins, _ = house
    body = json.dumps(run()).encode()
    head = f"POST /hooks/generic/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    async with running(fresh, plugins, clock=clock, roles=["web"]) as service:
        host, port = service.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head + body[:9])
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.2, writer.write, body[9:])
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Connection: close" in answer
    writer.close()


async def test_a_second_service_on_the_port_says_what_to_do(
    fresh: Settings, house: tuple[Plugins, MemoryChannel], clock: FixedClock
) -> None:
    plugins, _ = house
    async with running(fresh, plugins, clock=clock, roles=["web"]) as service:
        taken = replace(fresh, port=int(service.url.rpartition(":")[2]))
        with pytest.raises(TwingeError, match="--port"):
            async with running(taken, plugins, clock=clock, roles=["web"]):
                pass


def test_the_key_file_is_made_once_and_for_the_owner_alone(fresh: Settings) -> None:
    first = secret_of(fresh)
    path = fresh.data_dir / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first) >= 32
    assert secret_of(fresh) == first
    assert [one.name for one in fresh.data_dir.iterdir()] == ["secret.key"]
    assert secret_of(replace(fresh, secret_key="g" * 40)) == b"g" * 40


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TwingeError, match="TWINGE_DATA_DIR"):
        secret_of(Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path / "file" / "data")}))


async def test_the_store_of_an_empty_folder_is_ready(fresh: Settings) -> None:
    async with opened(fresh) as store:
        await store.ready()


def test_a_log_line_is_one_line_without_an_exceptions_words() -> None:
    try:
        raise ValueError("a body\nwith +4915112345689")
    except ValueError as error:
        kind = (type(error), error, error.__traceback__)
    record = logging.LogRecord("twinge", logging.ERROR, "", 0, "name=%s", ("a\r\nb\x1b[31m",), kind)
    line = Line("%(message)s").format(record)
    assert line.isprintable()
    assert "error=ValueError at=test_a_log_line" in line
    assert "4915" not in line


def test_a_log_line_may_be_an_object_with_known_members_only() -> None:
    words = ("hop=sender nudge=%s channel=sms outcome=sent secret=%s", ("a-1", "x\ny"))
    told = json.loads(Object("%(message)s").format(logging.LogRecord("twinge", logging.INFO, "", 0, *words, None)))
    assert (told["hop"], told["nudge"], told["level"], told["room"]) == ("sender", "a-1", "info", "twinge")
    assert set(told) == {"at", "level", "room", "words", "hop", "nudge", "channel", "outcome"}
    assert told["at"].endswith("Z")


async def test_one_delivery_can_be_followed_to_its_message(
    fresh: Settings,
    house: tuple[Plugins, MemoryChannel],
    clock: FixedClock,
    everything_logged: pytest.LogCaptureFixture,
) -> None:
    plugins, _ = house
    async with running(fresh, plugins, clock=clock, roles=["web"]) as service, aiohttp.ClientSession() as http:
        await enrol(service, http, clock())
        await train(service, http, clock)
        last = (await service.store.inbox.find(None, None, None, 1)).items[0].id
        clock.advance(timedelta(hours=1))
        await service.sender.drain()
    lines = [record.getMessage() for record in everything_logged.records]
    assert f"hop=worker delivery={last} outcome=done" in lines
    [made] = [line for line in lines if line.startswith(f"hop=judge delivery={last} ")]
    nudge = made.split("nudge=")[1].split()[0]
    assert f"hop=sender nudge={nudge} channel=memory outcome=sent" in lines


async def test_an_uploaded_file_and_one_in_the_folder_are_read(
    fresh: Settings, house: tuple[Plugins, MemoryChannel], clock: FixedClock, tmp_path: Path
) -> None:
    watched = replace(fresh, files_dir=str(tmp_path / "files"))
    clock.now = START + timedelta(hours=2)
    async with running(watched, house[0], clock=clock, roles=["web"]) as service, aiohttp.ClientSession() as http:
        alice = await enrol(service, http, clock())
        key = await service.store.keys.create("admin", "", clock())
        headers = {"Authorization": f"Bearer {key}"}
        async with http.post(f"{service.url}/api/v1/athletes/{alice}/files", data=a_run(), headers=headers) as response:
            assert response.status == 202, await response.text()
        await service.worker.drain()
        [run] = (await service.store.history.find_activities(alice)).items
        assert run.activity.distance_m == 2700
    async with running(watched, house[0], clock=clock, roles=["worker"]) as service:
        assert [task.get_name() for task in service.tasks] == ["worker", "folder"]


STUCK = """
import asyncio, re
from twinge.process import watched

async def main():
    async with watched(0.5):
        await asyncio.sleep(1)  # turns: nothing happens
        print("turned", flush=True)
        re.match("(x+)+$", "x" * 64 + "y")  # holds Python's own lock, for longer than the sun will last

asyncio.run(main())
"""


async def test_a_loop_that_stands_still_ends_the_process() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", STUCK, stdout=PIPE, stderr=PIPE)
    said, log = await child.communicate()
    assert (child.returncode, said) == (1, b"turned\n")
    assert b"Timeout" in log
    assert b"xxx" not in log


CRASHED = """
import asyncio, ctypes
from twinge.process import watched

def read(body):
    ctypes.string_at(0)

async def main():
    async with watched(60):
        read("alice's words")

asyncio.run(main())
"""


async def test_a_crash_of_c_code_says_where_it_was_and_nothing_of_what_was_read() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASHED, stdout=PIPE, stderr=PIPE)
    _, log = await child.communicate()
    assert child.returncode == -signal.SIGSEGV
    assert b" in read\n" in log
    assert b"alice" not in log
