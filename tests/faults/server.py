"""PostgreSQL stops at once and comes back, or loses its power; and of two processes on it one stands still."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.kill import at_random, some_more
from faults.pause import LONG_S
from faults.play import staged
from faults.volume import Machine
from faults.zygote import Zygote
from postgres import Server


async def restarted(zygote: Zygote, folder: Path, seed: int, server: Server, *, athletes: int = 4) -> Evidence:
    """`pg_ctl stop -m immediate`, as after a crash, until every call was taken; the program is never restarted."""
    dice = Random(f"server {seed}")
    url = await asyncio.to_thread(server.fresh)
    async with staged(zygote, folder, seed=seed, athletes=athletes, database=url) as stage:
        async with stage.alive():
            await stage.feed(stage.calls[:1])  # a program that finds no server at its start says so and ends
            feeding = asyncio.create_task(stage.feed(stage.calls[1:], at_once=3))
            while not feeding.done():
                await some_more(stage, feeding, dice)
                await asyncio.to_thread(server.halt, "immediate")
                stage.note("killed", point="server")
                await asyncio.wait([feeding], timeout=dice.uniform(0.0, 0.3))
                await asyncio.to_thread(server.start)
            await feeding
            await stage.settle()
        return await stage.evidence()


async def zombie(zygote: Zygote, folder: Path, seed: int, server: Server, *, athletes: int = 4) -> Evidence:
    """Two processes share the work; one is stopped in the middle of its own, and goes on when it is long over."""
    dice = Random(f"zombie {seed}")
    url = await asyncio.to_thread(server.fresh)
    async with staged(zygote, folder, seed=seed, athletes=athletes, database=url) as stage:
        async with stage.alive():
            other = stage.start({"TWINGE_ROLES": "worker,sender"})
            feeding = asyncio.create_task(stage.feed(stage.calls, at_once=3))
            for _ in range(3):
                await asyncio.wait([feeding], timeout=dice.uniform(0.2, 0.6))
                other.send(signal.SIGSTOP)
                await asyncio.wait([feeding], timeout=dice.uniform(0.2, 0.6))
                stage.turn(LONG_S, fault=True)
                await asyncio.wait([feeding], timeout=dice.uniform(0.6, 1.2))
                other.send(signal.SIGCONT)
            await feeding
            await stage.settle()
            await other.stop()
        return await stage.evidence()


async def killed(zygote: Zygote, folder: Path, seed: int, server: Server) -> Evidence:
    """kill -9 of the program at random, on PostgreSQL."""
    return await at_random(zygote, folder, seed, athletes=4, database=await asyncio.to_thread(server.fresh))


async def powerless(zygote: Zygote, folder: Path, seed: int, machine: Machine, *, athletes: int = 4) -> Evidence:
    """The machine of the server loses its power, and sometimes the program with it, until every call was taken."""
    dice = Random(f"powerless {seed}")
    url = await asyncio.to_thread(machine.server.fresh)
    async with staged(zygote, folder, seed=seed, athletes=athletes, database=url) as stage:
        stage.start()
        await stage.feed(stage.calls[:1])
        feeding = asyncio.create_task(stage.feed(stage.calls[1:], at_once=3))
        while not feeding.done():
            await some_more(stage, feeding, dice)
            await asyncio.to_thread(machine.lose_power)
            stage.note("killed", point="power of the server")
            if dice.random() < 0.5:
                await stage.life.kill()
            await asyncio.to_thread(machine.come_back)
            if stage.life.over.is_set():
                stage.start()
        await feeding
        await stage.settle()
        return await stage.evidence()
