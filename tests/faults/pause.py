"""SIGSTOP and SIGCONT: a process that everybody takes for dead, and that goes on where it was."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.play import Stage, staged
from faults.zygote import Zygote

LONG_S = 400.0
"""What the clock goes on by while it stands still: longer than a send may take, a look-up included."""


async def paused(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5, times: int = 3) -> Evidence:
    """The only process stands still in the middle of anything, for minutes by the clock."""
    dice = Random(f"pause {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        async with stage.alive():
            feeding = asyncio.create_task(stage.feed(stage.calls, at_once=3))
            for _ in range(times):
                await asyncio.wait([feeding], timeout=dice.uniform(0.2, 0.6))
                await _pause(stage, dice)
            await feeding
            await stage.settle()
        return await stage.evidence()


async def _pause(stage: Stage, dice: Random) -> None:
    stage.life.send(signal.SIGSTOP)
    stage.turn(LONG_S, fault=True)
    await asyncio.sleep(dice.uniform(0.1, 0.4))
    stage.life.send(signal.SIGCONT)
