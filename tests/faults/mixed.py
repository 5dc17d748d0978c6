"""Two versions beside each other on one PostgreSQL, as in a rolling upgrade: the work goes on, and both are killed."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp
from aiohttp.test_utils import unused_port

from faults.evidence import Evidence
from faults.play import PATIENCE_S, SECRET, Stage, staged
from faults.story import DAYS, Call, run
from faults.zygote import Life, Zygote, clean
from postgres import Server
from twinge.app import now

TRIES = 3
"""Whatever was in hand at so many kills is taken for their cause, and set aside."""
HERE = (sys.executable, "-m", "twinge")


@dataclass
class Balancer:
    """One address in front of all replicas; to the next one where one is gone."""

    ports: list[int] = field(default_factory=list)
    turn: int = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection there and back."""
        self.turn += 1
        for n in range(len(self.ports)):
            with suppress(OSError):
                back, forth = await asyncio.open_connection("127.0.0.1", self.ports[(self.turn + n) % len(self.ports)])
                await asyncio.gather(_copy(reader, forth), _copy(back, writer))
                return
        writer.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


@dataclass
class Fleet:
    """The replicas of both versions."""

    stage: Stage
    older: Path
    balancer: Balancer
    old: list[Life] = field(default_factory=list)
    new: list[Life] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """The settings of all."""
        return _plain(self.stage.folder, self.stage.database, self.stage.env)

    async def start_old(self) -> Life:
        """`twinge serve` of the older version, as it is installed."""
        port = unused_port()
        self.stage.note("start", older=True)
        with (self.stage.folder / "program.log").open("ab") as log:
            env = {**self.env, "TWINGE_PORT": str(port)}
            made = await asyncio.create_subprocess_exec(str(self.older), "serve", env=env, stdout=log, stderr=log)
        life = Life(made.pid)
        self.stage.lives.append(life)
        self.old.append(life)
        self.balancer.ports.append(port)
        return life

    def start_new(self) -> None:
        """A replica of this version."""
        port = unused_port()
        self.new.append(self.stage.start({"TWINGE_PORT": str(port)}))
        self.balancer.ports.append(port)

    async def kill(self, of: list[Life], dice: Random) -> None:
        """kill -9 of one of these."""
        life = of.pop(dice.randrange(len(of)))
        await life.kill()
        self.stage.note("killed", point="old" if of is self.old else "new")

    async def refused(self) -> None:
        """An old one that starts late finds a schema that it does not know, says so and ends."""
        life = await self.start_old()
        async with asyncio.timeout(PATIENCE_S):
            await life.over.wait()
        self.old.remove(life)
        self.balancer.ports.pop()
        self.stage.note("refused")


async def mixed(
    zygote: Zygote, folder: Path, seed: int, server: Server, *, older: Path, athletes: int = 10
) -> Evidence:
    """Old replicas, the upgrade, new ones beside them, kills of both; then the old ones are stopped one by one.

    `older`: the command `twinge` of the version before. It reads the real clock, so nobody turns it while it is there.
    """
    dice = Random(f"mixed {seed}")
    url = await asyncio.to_thread(server.blank)
    await _command(str(older), "db", "upgrade", env=_plain(folder, url, {"TWINGE_SECRET_KEY": SECRET}))
    began = now()
    async with staged(zygote, folder, seed=seed, athletes=athletes, database=url, begin=began) as stage:
        async with _balanced(stage) as balancer:
            fleet, enough = Fleet(stage, older, balancer), asyncio.Event()
            feeding = asyncio.create_task(_feed(stage, enough, began))
            await _roll(fleet, feeding, dice)
            enough.set()
            await feeding
            # Whatever was in hand at a kill comes alone: on a slow machine that takes its time.
            await stage.settle(most=200)
        evidence = await stage.evidence()
    kills = sum(line["what"] == "killed" for line in evidence.journal)
    dead = {row["note"] for row in evidence.tables["inbox"] if row["state"] == "dead"}
    assert dead <= ({"crashed three times"} if kills >= TRIES else set()), f"deliveries were set aside: {dead}"
    return evidence


async def _roll(fleet: Fleet, feeding: asyncio.Task[None], dice: Random) -> None:
    """docs/operations.md, Rolling upgrade; with kills before, in it and after."""
    stage = fleet.stage
    for _ in range(dice.randrange(2, 4)):
        await fleet.start_old()
    await _some(stage, feeding, dice)
    if dice.random() < 0.5:
        await fleet.kill(fleet.old, dice)
        await fleet.start_old()
        await _some(stage, feeding, dice)
    await _command(*HERE, "db", "upgrade", env=fleet.env)
    stage.note("upgraded")
    for _ in range(dice.randrange(1, 3)):
        fleet.start_new()
    for _ in range(dice.randrange(3, 7)):
        await _some(stage, feeding, dice)
        if len(fleet.old) > 1 and dice.random() < 0.4:
            await fleet.kill(fleet.old, dice)
        else:
            await fleet.kill(fleet.new, dice)
            fleet.start_new()
    if dice.random() < 0.3:
        await fleet.refused()
    while fleet.old:
        await _some(stage, feeding, dice)
        if dice.random() < 0.3:
            await fleet.kill(fleet.old, dice)
        else:
            await fleet.old.pop().stop()
    await _some(stage, feeding, dice)


async def _some(stage: Stage, feeding: asyncio.Task[None], dice: Random) -> None:
    """Until so many more calls were answered, and a little longer."""
    answers = stage.answers + dice.randrange(5, 40)
    async with asyncio.timeout(PATIENCE_S):
        await stage.passed(feeding, lambda: stage.answers >= answers)
    await asyncio.wait([feeding], timeout=dice.uniform(0, 0.1))


async def _feed(stage: Stage, enough: asyncio.Event, began: datetime) -> None:
    """All athletes at once, each one's calls in order, each call to another replica: the story, and then more."""
    lanes: dict[int, list[Call]] = defaultdict(list)
    for call in stage.calls:
        lanes[call.owner].append(call)
    whole = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=whole, timeout=aiohttp.ClientTimeout(total=10)) as http:

        async def go(owner: int, calls: list[Call]) -> None:
            for call in itertools.chain(calls, _more(owner, enough, began)):
                await stage.deliver(http, call)

        await asyncio.gather(*(go(owner, calls) for owner, calls in lanes.items()))


def _more(owner: int, enough: asyncio.Event, began: datetime) -> Iterator[Call]:
    """Runs of long ago, each edited and edited again, and a question now and then, until it is enough."""
    for n in itertools.count(DAYS + 10):
        for metres in (5_000, 6_000, 5_500):
            if enough.is_set():
                return
            yield run(owner, n, began - timedelta(days=n, hours=3), metres + n)
        if n % 5 == 0:
            yield Call("text", owner, "WHY")


@asynccontextmanager
async def _balanced(stage: Stage) -> AsyncIterator[Balancer]:
    balancer = Balancer()
    async with await asyncio.start_server(balancer.carry, "127.0.0.1", stage.port):
        yield balancer


def _plain(folder: Path, database: str, env: Mapping[str, str]) -> dict[str, str]:
    """The settings as the command reads them."""
    place = {"TWINGE_DATA_DIR": str(folder), "TWINGE_DATABASE_URL": database.replace("+asyncpg", "")}
    return {**clean(), **env, **place}


async def _command(*words: str, env: dict[str, str]) -> None:
    made = await asyncio.create_subprocess_exec(*words, env=env, stdout=-1, stderr=-2)
    said, _ = await made.communicate()
    assert made.returncode == 0, said.decode()
