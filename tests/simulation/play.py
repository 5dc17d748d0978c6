"""One seed from its first morning to its last night, with everything that goes wrong in between."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from simulation.disk import Power
from simulation.loop import VirtualLoop
from simulation.people import Person, Population, settle, window
from simulation.process import SECRET, Process
from simulation.record import Record, read
from simulation.vendors import Push, SimVendor, Sms
from simulation.world import Faults, World
from twinge.store import Consent, Store, codec, schema, tables
from twinge.store.glances import note_name

AFTERWARDS = timedelta(days=4)
"""Calm days at the end, in which everything that is under way must come to its end."""
AGAIN_S = (30, 120, 600, 3600)
"""When a vendor brings a delivery again that nobody has acknowledged."""
DOWN_S = (1, 20, 20, 900, 21_600)
"""How long there is no process between two lives."""
STEP_S = 0.1
PATIENCE = 400
"""Steps that something due may take; after them the world goes on without it, and an invariant will tell."""

_DUE = """
SELECT min(at) FROM (
  SELECT min(not_before_ms) AS at FROM inbox WHERE state = 'waiting' AND (lane = '' OR NOT EXISTS (
    SELECT 1 FROM inbox AS elder WHERE elder.state = 'waiting' AND elder.lane = inbox.lane AND elder.id < inbox.id))
  UNION ALL SELECT min(not_before_ms) FROM nudge WHERE state = 'waiting'
  UNION ALL SELECT min(taken_ms) FROM nudge WHERE state = 'taken'
  UNION ALL SELECT min(look_ms) FROM nudge WHERE state = 'unknown'
  UNION ALL SELECT min(again_ms) FROM nudge WHERE again_ms IS NOT NULL AND state NOT IN ('taken', 'unknown')
  UNION ALL SELECT min(due_ms) FROM wake)
"""
"""When the service has next something to do by the clock."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is."""

    athletes: int = 3
    days: int = 14


def migrated(folder: Path) -> Path:
    """An empty database with its schema, to be copied for each run."""
    path = folder / "empty.sqlite3"
    schema.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


def play(seed: int, empty: Path, folder: Path, faults: Faults | None = None, scale: Scale | None = None) -> Record:
    """Play one seed on a copy of `empty`; what happened."""
    path = folder / f"seed-{seed}.sqlite3"
    shutil.copy(empty, path)
    with overheard() as log:
        record = _Run(seed, path, faults or Faults(), scale or Scale()).play()
    return replace(record, log=log)


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def overheard() -> Iterator[list[str]]:
    """What the service logs meanwhile, at its most talkative; it goes nowhere else."""
    room, ear = logging.getLogger("twinge"), _Ear()
    before = room.level, room.propagate
    room.addHandler(ear)
    room.setLevel(logging.DEBUG)
    room.propagate = False
    try:
        yield ear.lines
    finally:
        room.removeHandler(ear)
        room.setLevel(before[0])
        room.propagate = before[1]


class _Run:
    """The world, and one life of the service after the other."""

    def __init__(self, seed: int, path: Path, faults: Faults, scale: Scale) -> None:
        begin, lives = window(seed, scale.days, scale.athletes)
        self._path, self._url = path, f"sqlite+aiosqlite:///{path}"
        self._world = world = World(seed, faults, begin)
        self._luck = Random(f"disk {seed}")
        self._end = begin + timedelta(days=scale.days)
        self._people = [settle(number, life, Random(f"{seed} {number}")) for number, life in enumerate(lives)]
        self._power = Power(self._luck, lambda: None)
        self._vendor = SimVendor(world, lambda: self._power)
        self._population = Population(world, self._people, self._vendor, self._put, self._facts)
        self._channels = {
            "sms": Sms("sms", world, partial(self._strike, "send"), self._population.arrived),
            "push": Push("push", world, partial(self._strike, "send"), self._population.arrived),
        }
        self._process: Process | None = None
        self._restart = False
        self._struck = ""
        """What the next crash waits for."""

    def play(self) -> Record:
        """Until the end of the calm days."""
        world = self._world
        self._open(self._move_in)
        self._population.plan(self._end)
        self._plan_trouble()
        world.plan(self._end, self._calm_down)
        last = self._end + AFTERWARDS
        while world.ended is None:
            self._live(last)
        record: Record = self._open(partial(read, self._people, world))
        for leftover in self._path.parent.glob(f"{self._path.name}*"):
            leftover.unlink()
        return record

    def _open(self, work: Callable[[Store], Any]) -> Any:
        """Do something with the store that no fault may touch."""

        async def run() -> Any:
            store = await Store.open(self._url, secret=SECRET)
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(run())

    async def _move_in(self, store: Store) -> None:
        async with store.write() as tx:
            for person in self._people:
                now, one = self._world.begin, person.life.athlete
                row = {"id": one.id, "name": one.name, "revision": 0, "created_ms": codec.to_ms(now)}
                await tx.execute(tables.athlete.insert(), {**row, "profile": codec.to_profile(one)})
                await note_name(tx, one)
                await store.athletes.connect(tx, one.id, "fake", person.owner, now)
                for place in person.places:
                    given = Consent(now, "a form") if place.agreed else None
                    shown = now if place.verified else None
                    await store.addresses.add(tx, one.id, place.channel, place.address, given, verified_at=shown)

    # ---- trouble -----------------------------------------------------------------------------------------------------

    def _plan_trouble(self) -> None:
        world, days = self._world, (self._end - self._world.begin).days
        for fortnight in range(0, max(days, 1), 14):
            at = partial(world.dice.uniform, fortnight * 86_400, min(fortnight + 14, days) * 86_400)
            for most, trouble in (
                (world.faults.crashes, self._crash_soon),
                (world.faults.restarts, self._ask_to_stop),
                (world.faults.steps, self._set_the_clock),
                (world.faults.outages, self._take_down),
            ):
                for _ in range(world.dice.randint(0, most)):
                    world.later(at(), trouble)

    def _set_the_clock(self) -> None:
        """Wrong, or right again."""
        wrong = timedelta(seconds=self._world.dice.choice((-3600, -300, -2, 2, 90, 3600)))
        self._world.step(-self._world.offset if self._world.offset else wrong)

    def _take_down(self) -> None:
        who, hours = (
            self._world.dice.choice(("vendor", "sms", "sms", "push")),
            self._world.dice.choice((0.05, 1, 5, 14)),
        )
        self._world.note("down", f"{who} {hours} h")
        self._world.outages[who] = (self._world.now, self._world.now + timedelta(hours=hours))

    def _crash_soon(self) -> None:
        """At one of the next trips; mostly of those after the next message or delivery, when much is under way."""
        self._struck = self._world.dice.choice(("now", "send", "send", "in"))
        self._strike("now")

    def _strike(self, what: str) -> Power:
        """Something begins; the power may be about to fail for it."""
        if self._struck == what:
            self._struck, self._power.left = "", self._world.dice.choice((0, 1, 2, 4, 8, 20, 60))
        return self._power

    def _ask_to_stop(self) -> None:
        self._restart = True

    def _calm_down(self) -> None:
        world = self._world
        world.note("calm", "")
        world.calm, self._power.left, self._struck = True, None, ""
        if world.offset:
            world.step(-world.offset)

    # ---- a life ------------------------------------------------------------------------------------------------------

    def _live(self, last: datetime) -> None:
        """From a start to a crash, a restart or the end."""
        world, loop = self._world, VirtualLoop()
        world.enter(loop)
        self._power = Power(self._luck, loop.stop)
        self._restart = False
        main = loop.create_task(self._conduct(last))
        try:
            loop.run_until_complete(main)
        except RuntimeError:  # the loop was stopped in the middle
            if self._power.on:
                raise
            world.crashes += 1
            world.note("crash", "")
            self._bury(loop)
        finally:
            loop.close()
            self._process = None
        world.leave(timedelta(seconds=world.dice.choice(DOWN_S)))

    def _bury(self, loop: VirtualLoop) -> None:
        process, self._process = self._process, None
        if process is not None:
            loop.run_until_complete(process.bury())
        del process
        with warnings.catch_warnings():  # SQLAlchemy's, of connections that were in use when it died
            warnings.simplefilter("ignore")
            gc.collect()

    async def _conduct(self, last: datetime) -> None:
        """Let the service work while there is something to do, and leap over the time in which there is nothing."""
        world = self._world
        self._process = process = Process(world, self._power, self._url, {"fake": self._vendor}, self._channels)
        world.note("start", "")
        with closing(sqlite3.connect(self._path, isolation_level=None)) as eye:
            patience, stuck = PATIENCE, None
            await asyncio.sleep(2)
            while not self._restart:
                if world.act():
                    patience = PATIENCE
                await asyncio.sleep(STEP_S if patience > PATIENCE - 20 else 1)
                due = self._due(eye)
                if process.hooks or (due is not None and due != stuck and due <= world.clock()):
                    patience -= 1
                    stuck = stuck if patience > 0 else due
                    continue
                if world.now >= last:
                    world.ended = world.now
                    break
                self._leap(due if due != stuck else None, last)
                patience = PATIENCE
                for task in process.tasks:
                    if task.done():
                        task.result()
        await process.stop()
        world.note("stop", "")

    def _leap(self, due: datetime | None, last: datetime) -> None:
        world = self._world
        ahead = [at for at in (world.next, last) if at is not None]
        if due is not None:
            ahead.append(due - world.offset)
        seconds = (min(ahead) - world.now).total_seconds()
        if seconds > 0 and world.loop is not None:
            world.loop.leap(seconds)

    @staticmethod
    def _due(eye: sqlite3.Connection) -> datetime | None:
        at: int | None = eye.execute(_DUE).fetchone()[0]
        return None if at is None else codec.from_ms(at)

    # ---- between the two ---------------------------------------------------------------------------------------------

    def _put(self, platform: str, key: str, body: bytes, lane: str, tries: int = 0) -> None:
        """Bring a delivery to whatever process there is; again later, if nobody acknowledged it."""
        world, process, power = self._world, self._process, self._power
        again = partial(self._put, platform, key, body, lane, tries + 1)
        wait = AGAIN_S[min(tries, len(AGAIN_S) - 1)]
        if process is None or not power.on:
            world.later(wait, again)
            return
        answered = False

        def heard(task: asyncio.Task[bool]) -> None:
            nonlocal answered
            process.hooks.discard(task)
            if task.cancelled() or task.exception() is not None or not task.result() or not power.on:
                return
            answered = True
            world.note("in", f"{platform} {key}")
            if world.luck(world.faults.unheard):
                world.later(wait, again)
            else:
                world.acknowledged.setdefault(f"{platform}:{key}", world.now)

        def ask_again() -> None:
            if not answered:
                again()

        self._strike("in")
        task = asyncio.get_running_loop().create_task(process.hear(platform, key, body, lane))
        process.hooks.add(task)
        task.add_done_callback(heard)
        world.later(wait, ask_again)

    def _facts(self, nudge: str) -> dict[str, Any]:
        """What the athlete reads in a message, as the service has it in its books."""
        with closing(sqlite3.connect(self._path)) as eye:
            row = eye.execute("SELECT facts FROM nudge WHERE id = ?", (nudge,)).fetchone()
        found: dict[str, Any] = {} if row is None else msgspec.json.decode(row[0])
        return found


__all__ = ["Person", "Record", "Scale", "migrated", "play"]
