"""Two processes of the real program on one PostgreSQL, one of which is killed in the middle."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import text

from postgres import Server
from twinge.app import now
from twinge.core.fold import fold
from twinge.core.model import Athlete, Preferences
from twinge.store import Consent, Store, codec

TOKEN = "t" * 32
SECRET = "s" * 40
ATHLETES, EVENTS = 12, 40


@dataclass
class Replica:
    """A running `twinge serve`."""

    process: Process
    url: str


@asynccontextmanager
async def serving(folder: Path, database: str, roles: str = "web,worker,sender,clock") -> AsyncIterator[Replica]:
    folder.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINGE_")}
    env = {
        **clean,
        "TWINGE_DATABASE_URL": database.replace("+asyncpg", ""),
        "TWINGE_SECRET_KEY": SECRET,
        "TWINGE_GENERIC_TOKEN": TOKEN,
        "TWINGE_ROLES": roles,
        "TWINGE_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "twinge", "serve", "--port", "0"]
    with (folder / "out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(*command, env=env, cwd=folder, stdout=out, stderr=PIPE)
    assert process.stderr is not None
    log: list[bytes] = []
    try:
        async with asyncio.timeout(60):
            while b"hop=start" not in (line := await process.stderr.readline()):
                log.append(line)
                assert line, b"".join(log).decode()
        reader = asyncio.create_task(process.stderr.read())
        yield Replica(process, line.decode().split("url=")[1].split()[0])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await reader


async def move_in(store: Store) -> list[Athlete]:
    """Athletes who are told at once, at any hour."""
    made = []
    wishes = Preferences(quiet_from=None, quiet_to=None, delay_min=0)
    for n in range(ATHLETES):
        async with store.write() as tx:
            one = await store.athletes.create(tx, Athlete("", name=f"P{n}", preferences=wishes), now())
            await store.athletes.connect(tx, one.id, "generic", f"p{n}", now())
            await store.addresses.add(tx, one.id, "console", f"p{n}", Consent(now(), "test"), verified_at=now())
        made.append(one)
    return made


def event(athlete: int, number: int, last: datetime) -> dict[str, object]:
    """A run a day; the last one half as long again, which is worth a word."""
    start = last - timedelta(days=EVENTS - 1 - number)
    metres = 9_000 if number == EVENTS - 1 else 6_000
    run = {"sport": "run", "start": start.isoformat(), "moving_s": metres * 36 // 100, "distance_m": metres}
    return {"type": "activity", "athlete": f"p{athlete}", "id": f"{athlete}-{number}", "activity": run}


async def post(session: aiohttp.ClientSession, replicas: list[Replica], turn: int, body: dict[str, object]) -> None:
    """To one of the replicas; to the next, as a vendor's load balancer would, where that one is gone."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for replica in itertools.islice(itertools.cycle(replicas), turn, turn + 4):
        try:
            async with session.post(f"{replica.url}/hooks/generic", json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                return
        except aiohttp.ClientError:
            continue
    raise AssertionError("no replica took it")


async def count(store: Store, state: str) -> int:
    return (await store.inbox.counts())[state]


async def test_each_effect_once_and_in_order_though_one_of_two_is_killed(tmp_path: Path, postgres: Server) -> None:
    url = await asyncio.to_thread(postgres.fresh)
    store = await Store.open(url, secret=SECRET.encode())
    people = await move_in(store)
    last = datetime.now(UTC) - timedelta(hours=2)  # noqa: TID251 - the programs under test read the real clock
    async with (
        serving(tmp_path / "one", url) as one,
        serving(tmp_path / "two", url) as two,
        aiohttp.ClientSession() as session,
    ):
        for number in range(EVENTS):
            posts = [post(session, [one, two], number + n, event(n, number, last)) for n in range(ATHLETES)]
            await asyncio.gather(*posts)
            if number == EVENTS // 2:
                one.process.kill()
        async with asyncio.timeout(60):
            while await count(store, "done") < ATHLETES * EVENTS:
                await asyncio.sleep(0.1)
            while (await store.outbox.counts()).get("delivered", 0) < ATHLETES:
                await asyncio.sleep(0.1)
    assert await store.inbox.counts() == {"waiting": 0, "stray": 0, "dead": 0, "done": ATHLETES * EVENTS}
    await check_order(store)
    for athlete in people:
        await check_state(store, athlete)
    said = (tmp_path / "one" / "out").read_text() + (tmp_path / "two" / "out").read_text()
    assert Counter(line for line in said.splitlines() if "50% over" in line).most_common(1)[0][1] <= ATHLETES
    assert said.count("50% over") == ATHLETES
    await store.close()


async def check_order(store: Store) -> None:
    """Of one athlete's deliveries none was settled before an earlier one."""
    async with store.read() as tx:
        rows = (await tx.execute(text("SELECT lane, settled_ms FROM inbox ORDER BY lane, id"))).all()
    for _, lane in itertools.groupby(rows, key=lambda row: row.lane):
        settled = [row.settled_ms for row in lane]
        assert settled == sorted(settled)
        assert len(settled) == EVENTS


async def check_state(store: Store, athlete: Athlete) -> None:
    """The state is that of one fold over the whole history, and nothing was said twice."""
    records = (await store.history.find_activities(athlete.id, limit=500)).items
    assert len(records) == EVENTS
    kept = await store.history.state(athlete.id)
    assert kept is not None
    wanted = fold(athlete, [record.activity for record in records][::-1])
    assert codec.pack_state(kept.state) == codec.pack_state(wanted.state)
    spoken = (await store.outbox.find_nudges(athlete.id)).items
    assert [(one.nudge.rules[0], one.state, one.attempts) for one in spoken] == [("L01", "delivered", 1)]
