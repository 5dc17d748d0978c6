"""A stranger's adapter that crashes, hangs or eats the process on some deliveries, among others that are fine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.play import Stage, staged
from faults.story import Call
from faults.zygote import Zygote

DEEDS = ("segfault", "abort", "exit", "loop", "recurse", "raise", "memory", "regex")
PLUGIN = """
import ctypes, hashlib, json, os, re

from twinge.plugin import Capabilities


class Poison:
    name = "poison"
    capabilities = Capabilities(signed=False)
    oauth = None

    @classmethod
    def from_env(cls, env):
        return cls()

    def verify(self, delivery, now):
        pass

    def key(self, delivery):
        return hashlib.sha256(delivery.body).hexdigest()

    def handshake(self, delivery):
        pass

    async def fetch(self, pointer, access):
        pass

    async def recent(self, access, since):
        return ()

    def glance(self, delivery):
        return json.loads(delivery.body)["owner"]

    def read(self, delivery):
        deed = json.loads(delivery.body)["deed"]
        if deed == "segfault":
            ctypes.string_at(0)
        if deed == "abort":
            os.abort()
        if deed == "exit":
            os._exit(0)
        if deed == "loop":
            while True:
                pass
        if deed == "recurse":
            return self.read(delivery)
        if deed == "memory":
            raise MemoryError
        if deed == "regex":
            re.match("(a+)+$", "a" * 64 + "b")
        raise KeyError(deed)
"""
STUCK_S = 1.5
"""After so long a loop that does not turn ends the process; the service itself waits a minute."""


async def poisoned(
    zygote: Zygote, folder: Path, seed: int, *, athletes: int = 4, deeds: tuple[str, ...] = DEEDS
) -> Evidence:
    """Somebody starts the program again whenever it ends, and does nothing else."""
    dice = Random(f"poison {seed}")
    _install(folder / "stranger")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        stage.extra |= {"path": [str(folder / "stranger")], "stuck_s": STUCK_S}
        calls = list(stage.calls)
        for deed in deeds:
            calls.insert(dice.randrange(len(calls) // 2), Call("poison", 0, json.dumps({"owner": "p0", "deed": deed})))
        over = asyncio.Event()
        watching = asyncio.create_task(_watch(stage, over))
        await stage.feed(calls, at_once=3)
        async with asyncio.timeout(120):
            while await asyncio.to_thread(stage.open_work):
                await asyncio.sleep(0.2)
                stage.turn(5)  # what raised is tried again after a pause
        over.set()
        await watching
        return await stage.evidence()


def _install(place: Path) -> None:
    metadata = place / "twinge_poison-1.0.dist-info"
    metadata.mkdir(parents=True)
    (place / "twinge_poison.py").write_text(PLUGIN)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: twinge-poison\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[twinge.platforms]\npoison = twinge_poison:Poison\n")


async def _watch(stage: Stage, over: asyncio.Event) -> None:
    """As systemd does with Restart=on-failure."""
    while not over.is_set():
        stage.start()
        ends = [asyncio.create_task(one.wait()) for one in (stage.life.over, over)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in ends:
            one.cancel()
        if stage.life.over.is_set():
            stage.note("killed", point="itself")
